//! The codes that a status names: why the mode is not better, and what is held until something happens.

use speech_kernel::SystemMode;

use super::{Health, Probes, Seen, Upstream, mode};

/// Why the mode is not `full`, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The last status document broke its contract.
    StatusInvalid,
    /// The database cannot be used.
    StoreDown,
    /// The library cannot be searched.
    LibraryDown,
    /// The upstream does not answer.
    UpstreamDown,
}

impl Reason {
    /// Every reason.
    ///
    /// INVARIANT: code and mode of each are those of the contract, in its order. Held by
    /// `assistant/server/src/status/contract.rs::the_codes_are_those_of_the_contract`.
    pub const ALL: [Self; 4] =
        [Self::StatusInvalid, Self::StoreDown, Self::LibraryDown, Self::UpstreamDown];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::StatusInvalid => "STATUS_INVALID",
            Self::StoreDown => "STORE_DOWN",
            Self::LibraryDown => "LIBRARY_DOWN",
            Self::UpstreamDown => "UPSTREAM_DOWN",
        }
    }

    /// The mode that it is a reason for.
    #[must_use]
    pub const fn mode(self) -> SystemMode {
        match self {
            Self::StatusInvalid | Self::StoreDown | Self::LibraryDown => SystemMode::Minimal,
            Self::UpstreamDown => SystemMode::LocalPower,
        }
    }

    const fn is_so(self, probes: Probes) -> bool {
        match self {
            Self::StatusInvalid => matches!(probes.document, Health::Down),
            Self::StoreDown => matches!(probes.store, Health::Down),
            Self::LibraryDown => matches!(probes.library, Health::Down),
            Self::UpstreamDown => matches!(probes.upstream, Upstream::Down),
        }
    }
}

/// Why the mode is what it is: each reason for this very mode. What would be a reason for a laxer one adds nothing.
///
/// A document that breaks its contract says nothing of the parts, so it is the only reason then.
#[must_use]
pub fn reasons(probes: Probes) -> Vec<Reason> {
    if Reason::StatusInvalid.is_so(probes) {
        return vec![Reason::StatusInvalid];
    }
    let present = mode(probes);
    let is_reason = |reason: &Reason| reason.mode() == present && reason.is_so(probes);
    Reason::ALL.into_iter().filter(is_reason).collect()
}

/// What is held until something happens, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Latch {
    /// The database file is not the one that was opened.
    StoreFileGone,
    /// The database holds another chain of receipts than was seen.
    ChainRewritten,
    /// The disk does not take what a request may need: it is full, or read-only, or does not answer.
    DiskUnwritable,
    /// The last write failed, and only one that is committed makes up for it.
    WritesInDoubt,
    /// Receipts wait beside the database.
    ReceiptsWaiting,
    /// The upstream is not asked for a while.
    UpstreamCircuitOpen,
}

impl Latch {
    /// Every latch.
    ///
    /// INVARIANT: they are those of the contract, in its order. Held by
    /// `assistant/server/src/status/contract.rs::the_codes_are_those_of_the_contract`.
    pub const ALL: [Self; 6] = [
        Self::StoreFileGone,
        Self::ChainRewritten,
        Self::DiskUnwritable,
        Self::WritesInDoubt,
        Self::ReceiptsWaiting,
        Self::UpstreamCircuitOpen,
    ];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::StoreFileGone => "STORE_FILE_GONE",
            Self::ChainRewritten => "CHAIN_REWRITTEN",
            Self::DiskUnwritable => "DISK_UNWRITABLE",
            Self::WritesInDoubt => "WRITES_IN_DOUBT",
            Self::ReceiptsWaiting => "RECEIPTS_WAITING",
            Self::UpstreamCircuitOpen => "UPSTREAM_CIRCUIT_OPEN",
        }
    }

    const fn is_set(self, seen: Seen, spooled: usize) -> bool {
        match self {
            Self::StoreFileGone => matches!(seen.file, Health::Down),
            Self::ChainRewritten => matches!(seen.chain, Health::Down),
            Self::DiskUnwritable => matches!(seen.room, Health::Down),
            Self::WritesInDoubt => matches!(seen.writes, Health::Down),
            Self::ReceiptsWaiting => spooled > 0,
            Self::UpstreamCircuitOpen => seen.is_upstream_resting,
        }
    }
}

/// What is held now, where so many receipts wait.
#[must_use]
pub fn latches(seen: Seen, spooled: usize) -> Vec<Latch> {
    Latch::ALL.into_iter().filter(|latch| latch.is_set(seen, spooled)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Reason, mode, reasons};
    use crate::status::mode::tests::all;
    use crate::status::{Health, Upstream};
    use speech_kernel::SystemMode;

    #[test]
    fn a_mode_other_than_full_has_a_reason_and_full_has_none() {
        for probes in all() {
            assert_eq!(reasons(probes).is_empty(), mode(probes) == SystemMode::Full, "{probes:?}");
        }
    }

    #[test]
    fn each_reason_is_one_for_the_present_mode() {
        for probes in all() {
            for reason in reasons(probes) {
                assert_eq!(reason.mode(), mode(probes), "{probes:?}");
            }
        }
    }

    #[test]
    fn what_is_down_is_named_unless_something_worse_is() {
        use Reason::{LibraryDown, StatusInvalid, StoreDown, UpstreamDown};
        for probes in all() {
            let is_named = |reason: Reason| reasons(probes).contains(&reason);
            let is_invalid = probes.document == Health::Down;
            assert_eq!(is_named(StatusInvalid), is_invalid, "{probes:?}");
            let is_store_down = !is_invalid && probes.store == Health::Down;
            assert_eq!(is_named(StoreDown), is_store_down, "{probes:?}");
            let is_library_down = !is_invalid && probes.library == Health::Down;
            assert_eq!(is_named(LibraryDown), is_library_down, "{probes:?}");
            let is_worse = is_invalid || is_store_down || is_library_down;
            let is_upstream_down = !is_worse && probes.upstream == Upstream::Down;
            assert_eq!(is_named(UpstreamDown), is_upstream_down, "{probes:?}");
        }
    }
}
