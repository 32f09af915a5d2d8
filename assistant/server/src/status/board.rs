//! The last outcome of each part, to be read without waiting.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use speech_kernel::SystemMode;

use super::{Health, Probes, Upstream, mode};

/// A part whose operations report their outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The database file.
    Store,
    /// The library and its index.
    Library,
}

/// Written by every operation, read by whoever composes and by the exit at the seal.
///
/// It starts with everything down: a part is up when it was seen to be.
#[derive(Debug)]
pub struct Board {
    store: AtomicBool,
    library: AtomicBool,
    upstream: AtomicU8,
}

impl Board {
    /// A board on which nothing was seen yet and no upstream is configured.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            store: AtomicBool::new(false),
            library: AtomicBool::new(false),
            upstream: AtomicU8::new(Upstream::NotConfigured as u8),
        }
    }

    /// Notes how an operation on `part` ended.
    pub fn note(&self, part: Part, health: Health) {
        let cell = match part {
            Part::Store => &self.store,
            Part::Library => &self.library,
        };
        cell.store(health == Health::Up, Ordering::SeqCst);
    }

    /// Notes how the upstream fares.
    pub fn note_upstream(&self, upstream: Upstream) {
        self.upstream.store(upstream as u8, Ordering::SeqCst);
    }

    /// What was last seen of each part.
    #[must_use]
    pub fn probes(&self) -> Probes {
        Probes {
            store: health(&self.store),
            library: health(&self.library),
            upstream: match self.upstream.load(Ordering::SeqCst) {
                value if value == Upstream::NotConfigured as u8 => Upstream::NotConfigured,
                value if value == Upstream::Up as u8 => Upstream::Up,
                _ => Upstream::Down,
            },
        }
    }

    /// The mode that the system is in now.
    #[must_use]
    pub fn mode(&self) -> SystemMode {
        mode(self.probes())
    }
}

impl Default for Board {
    fn default() -> Self {
        Self::new()
    }
}

fn health(cell: &AtomicBool) -> Health {
    if cell.load(Ordering::SeqCst) { Health::Up } else { Health::Down }
}

#[cfg(test)]
mod tests {
    use super::{Board, Part};
    use crate::status::{Health, Upstream};
    use speech_kernel::SystemMode;

    #[test]
    fn nothing_is_up_before_it_was_seen() {
        assert_eq!(Board::new().mode(), SystemMode::Minimal);
    }

    #[test]
    fn the_board_shows_what_was_noted_last() {
        let board = Board::new();
        board.note(Part::Store, Health::Up);
        board.note(Part::Library, Health::Up);
        assert_eq!(board.mode(), SystemMode::Full);
        board.note_upstream(Upstream::Down);
        assert_eq!(board.mode(), SystemMode::LocalPower);
        board.note(Part::Library, Health::Down);
        assert_eq!(board.mode(), SystemMode::Minimal);
        board.note(Part::Library, Health::Up);
        board.note_upstream(Upstream::Up);
        assert_eq!(board.mode(), SystemMode::Full);
    }
}
