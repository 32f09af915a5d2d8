//! Which mode is the system in? Probes in, mode out; the board holds the last outcome of each part.

mod board;
mod probe;

pub use board::{Board, Part};
pub use probe::watch;

use speech_kernel::SystemMode;

/// The state of a part that the system cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// The last use of it succeeded.
    Up,
    /// The last use of it failed.
    Down,
}

/// The state of the upstream model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Upstream {
    /// None is configured, so nothing is missing without it.
    NotConfigured,
    /// The last use of it succeeded.
    Up,
    /// The last use of it failed.
    Down,
}

/// What was last seen of each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Probes {
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
        Probes { store: Health::Down, .. } | Probes { library: Health::Down, .. } => {
            SystemMode::Minimal
        }
        Probes { upstream: Upstream::Down, .. } => SystemMode::LocalPower,
        Probes { upstream: Upstream::Up | Upstream::NotConfigured, .. } => SystemMode::Full,
    }
}

/// Why the mode is not `full`: one code for each part that is down.
#[must_use]
pub fn reasons(probes: Probes) -> Vec<&'static str> {
    let Probes { store, library, upstream } = probes;
    let candidates = [
        (store == Health::Down, "STORE_DOWN"),
        (library == Health::Down, "LIBRARY_DOWN"),
        (upstream == Upstream::Down, "UPSTREAM_DOWN"),
    ];
    candidates.into_iter().filter_map(|(is_down, code)| is_down.then_some(code)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Health, Probes, Upstream, mode, reasons};
    use speech_kernel::SystemMode;

    const HEALTHS: [Health; 2] = [Health::Up, Health::Down];
    const UPSTREAMS: [Upstream; 3] = [Upstream::NotConfigured, Upstream::Up, Upstream::Down];

    fn all() -> Vec<Probes> {
        let mut all = Vec::new();
        for store in HEALTHS {
            for library in HEALTHS {
                for upstream in UPSTREAMS {
                    all.push(Probes { store, library, upstream });
                }
            }
        }
        all
    }

    const fn laxness_lost(mode: SystemMode) -> u8 {
        match mode {
            SystemMode::Full => 0,
            SystemMode::LocalPower => 1,
            SystemMode::Minimal => 2,
        }
    }

    fn is_at_least_as_bad(worse: Probes, better: Probes) -> bool {
        let health = |worse, better| better == Health::Up || worse == Health::Down;
        health(worse.store, better.store)
            && health(worse.library, better.library)
            && (better.upstream != Upstream::Down || worse.upstream == Upstream::Down)
    }

    #[test]
    fn a_worse_probe_never_gives_a_laxer_mode() {
        for better in all() {
            for worse in all().into_iter().filter(|worse| is_at_least_as_bad(*worse, better)) {
                assert!(
                    laxness_lost(mode(worse)) >= laxness_lost(mode(better)),
                    "{worse:?} {better:?}"
                );
            }
        }
    }

    #[test]
    fn each_row_of_probes_has_its_mode() {
        use Health::{Down, Up};
        use SystemMode::{Full, LocalPower, Minimal};
        let table = [
            (Up, Up, Upstream::NotConfigured, Full),
            (Up, Up, Upstream::Up, Full),
            (Up, Up, Upstream::Down, LocalPower),
            (Up, Down, Upstream::NotConfigured, Minimal),
            (Down, Up, Upstream::Up, Minimal),
            (Down, Down, Upstream::Down, Minimal),
        ];
        for (store, library, upstream, expected) in table {
            assert_eq!(mode(Probes { store, library, upstream }), expected);
        }
    }

    #[test]
    fn a_mode_other_than_full_has_a_reason_and_full_has_none() {
        for probes in all() {
            assert_eq!(reasons(probes).is_empty(), mode(probes) == SystemMode::Full, "{probes:?}");
        }
    }
}
