//! The last outcome of each part, to be read without waiting.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use speech_kernel::SystemMode;

use super::{Health, Probes, Upstream, mode};

/// A part whose operations report their outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What is read of the database file.
    Reads,
    /// What is written to the database file.
    Writes,
    /// The library and its index.
    Library,
}

/// Written by every operation, read by whoever composes and by the exit at the seal.
///
/// It starts with everything down: a part is up when it was seen to be.
#[derive(Debug)]
pub struct Board {
    reads: AtomicBool,
    writes: AtomicBool,
    library: AtomicBool,
    upstream: AtomicU8,
}

impl Board {
    /// A board on which nothing was seen yet and no upstream is configured.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            reads: AtomicBool::new(false),
            writes: AtomicBool::new(false),
            library: AtomicBool::new(false),
            upstream: AtomicU8::new(Upstream::NotConfigured as u8),
        }
    }

    /// Notes how an operation on `part` ended.
    pub fn note(&self, part: Part, health: Health) {
        self.cell(part).store(health == Health::Up, Ordering::SeqCst);
    }

    const fn cell(&self, part: Part) -> &AtomicBool {
        match part {
            Part::Reads => &self.reads,
            Part::Writes => &self.writes,
            Part::Library => &self.library,
        }
    }

    /// Whether the last operation on `part` failed, or none was seen.
    #[must_use]
    pub fn is_down(&self, part: Part) -> bool {
        health(self.cell(part)) == Health::Down
    }

    /// Notes how the upstream fares.
    pub fn note_upstream(&self, upstream: Upstream) {
        self.upstream.store(upstream as u8, Ordering::SeqCst);
    }

    /// What was last seen of each part.
    #[must_use]
    pub fn probes(&self) -> Probes {
        Probes {
            store: match (health(&self.reads), health(&self.writes)) {
                (Health::Up, Health::Up) => Health::Up,
                _ => Health::Down,
            },
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
        for part in [Part::Reads, Part::Writes, Part::Library] {
            assert_eq!(board.mode(), SystemMode::Minimal, "{part:?}");
            board.note(part, Health::Up);
        }
        assert_eq!(board.mode(), SystemMode::Full);
        board.note_upstream(Upstream::Down);
        assert_eq!(board.mode(), SystemMode::LocalPower);
        board.note(Part::Library, Health::Down);
        assert_eq!(board.mode(), SystemMode::Minimal);
        board.note(Part::Library, Health::Up);
        board.note_upstream(Upstream::Up);
        assert_eq!(board.mode(), SystemMode::Full);
    }

    #[test]
    fn a_read_that_succeeds_does_not_make_up_for_a_write_that_failed() {
        let board = Board::new();
        for part in [Part::Reads, Part::Writes, Part::Library] {
            board.note(part, Health::Up);
        }
        board.note(Part::Writes, Health::Down);
        board.note(Part::Reads, Health::Up);
        assert_eq!(board.mode(), SystemMode::Minimal);
        board.note(Part::Writes, Health::Up);
        assert_eq!(board.mode(), SystemMode::Full);
    }
}
