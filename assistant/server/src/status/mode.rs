//! Probes in, mode out.

use speech_kernel::SystemMode;

/// The state of a part that the system cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Health {
    /// The last use of it succeeded.
    Up,
    /// The last use of it failed.
    Down,
}

impl Health {
    /// Up, if each of these is.
    pub(super) fn of_all<const N: usize>(parts: [Self; N]) -> Self {
        if parts.contains(&Self::Down) { Self::Down } else { Self::Up }
    }

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// The state of the upstream model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Upstream {
    /// None is configured, so nothing is missing without it.
    NotConfigured,
    /// The last use of it succeeded.
    Up,
    /// The last use of it failed.
    Down,
}

impl Upstream {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// What was last seen of each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Probes {
    /// The document that states all this: down when the last one broke its contract.
    pub document: Health,
    /// The database file.
    pub store: Health,
    /// The library and its index.
    pub library: Health,
    /// The upstream model.
    pub upstream: Upstream,
}

/// The mode that follows from what was seen.
///
/// INVARIANT: a worse probe gives the same mode or a stricter one. Held by `a_worse_probe_never_gives_a_laxer_mode`.
#[must_use]
pub const fn mode(probes: Probes) -> SystemMode {
    match probes {
        Probes { document: Health::Down, .. }
        | Probes { store: Health::Down, .. }
        | Probes { library: Health::Down, .. } => SystemMode::Minimal,
        Probes { upstream: Upstream::Down, .. } => SystemMode::LocalPower,
        Probes { upstream: Upstream::Up | Upstream::NotConfigured, .. } => SystemMode::Full,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Health, Probes, Upstream, mode};
    use speech_kernel::SystemMode;

    use Health::{Down, Up};
    use SystemMode::{Full, LocalPower, Minimal};
    use Upstream::NotConfigured;

    /// Document, store, library, upstream, and the mode.
    const TABLE: [(Health, Health, Health, Upstream, SystemMode); 24] = [
        (Up, Up, Up, NotConfigured, Full),
        (Up, Up, Up, Upstream::Up, Full),
        (Up, Up, Up, Upstream::Down, LocalPower),
        (Up, Up, Down, NotConfigured, Minimal),
        (Up, Up, Down, Upstream::Up, Minimal),
        (Up, Up, Down, Upstream::Down, Minimal),
        (Up, Down, Up, NotConfigured, Minimal),
        (Up, Down, Up, Upstream::Up, Minimal),
        (Up, Down, Up, Upstream::Down, Minimal),
        (Up, Down, Down, NotConfigured, Minimal),
        (Up, Down, Down, Upstream::Up, Minimal),
        (Up, Down, Down, Upstream::Down, Minimal),
        (Down, Up, Up, NotConfigured, Minimal),
        (Down, Up, Up, Upstream::Up, Minimal),
        (Down, Up, Up, Upstream::Down, Minimal),
        (Down, Up, Down, NotConfigured, Minimal),
        (Down, Up, Down, Upstream::Up, Minimal),
        (Down, Up, Down, Upstream::Down, Minimal),
        (Down, Down, Up, NotConfigured, Minimal),
        (Down, Down, Up, Upstream::Up, Minimal),
        (Down, Down, Up, Upstream::Down, Minimal),
        (Down, Down, Down, NotConfigured, Minimal),
        (Down, Down, Down, Upstream::Up, Minimal),
        (Down, Down, Down, Upstream::Down, Minimal),
    ];

    /// Every row of probes there is.
    pub(in crate::status) fn all() -> Vec<Probes> {
        let healths = [Up, Down];
        let upstreams = [NotConfigured, Upstream::Up, Upstream::Down];
        let mut all = Vec::new();
        for document in healths {
            for store in healths {
                for library in healths {
                    for upstream in upstreams {
                        all.push(Probes { document, store, library, upstream });
                    }
                }
            }
        }
        all
    }

    #[test]
    fn each_row_of_probes_has_its_mode() {
        let expected = TABLE.map(|(document, store, library, upstream, mode)| {
            (Probes { document, store, library, upstream }, mode)
        });
        let found: Vec<_> = all().into_iter().map(|probes| (probes, mode(probes))).collect();
        assert_eq!(found, expected);
    }

    const fn laxness_lost(mode: SystemMode) -> u8 {
        match mode {
            Full => 0,
            LocalPower => 1,
            Minimal => 2,
        }
    }

    fn is_at_least_as_bad(worse: Probes, better: Probes) -> bool {
        let health = |worse, better| better == Up || worse == Down;
        health(worse.document, better.document)
            && health(worse.store, better.store)
            && health(worse.library, better.library)
            && (better.upstream != Upstream::Down || worse.upstream == Upstream::Down)
    }

    #[test]
    fn a_worse_probe_never_gives_a_laxer_mode() {
        let mut compared = 0;
        for better in all() {
            for worse in all().into_iter().filter(|worse| is_at_least_as_bad(*worse, better)) {
                compared += 1;
                assert!(
                    laxness_lost(mode(worse)) >= laxness_lost(mode(better)),
                    "{worse:?} {better:?}"
                );
            }
        }
        assert!(compared > 24, "more than each row with itself: {compared}");
    }
}
