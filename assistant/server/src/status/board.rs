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
    /// That the database file is the one that was opened.
    File,
    /// That the disk has room for another request.
    Room,
    /// That the database holds the receipts that were seen in it.
    Chain,
    /// The library and its index.
    Library,
    /// The document that states all this.
    Document,
}

/// What stands for each state of the upstream on the board.
const NOT_CONFIGURED: u8 = 0;
const UP: u8 = 1;
const DOWN: u8 = 2;
const RESTING: u8 = 3;

/// Written by every operation, read by whoever composes and by the exit at the seal.
///
/// It starts with everything down: a part is up when it was seen to be. Only of the document nothing wrong was said
/// before there was one.
#[derive(Debug)]
pub struct Board {
    reads: AtomicBool,
    writes: AtomicBool,
    file: AtomicBool,
    room: AtomicBool,
    chain: AtomicBool,
    library: AtomicBool,
    document: AtomicBool,
    upstream: AtomicU8,
}

/// What was last seen, read once: two readings could contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seen {
    /// Of reading.
    pub reads: Health,
    /// Of writing.
    pub writes: Health,
    /// Whether the file is the one that was opened.
    pub file: Health,
    /// Whether there is room.
    pub room: Health,
    /// Whether the chain holds what it held.
    pub chain: Health,
    /// Of the library.
    pub library: Health,
    /// Of the document that states this.
    pub document: Health,
    /// Of the upstream.
    pub upstream: Upstream,
    /// Whether the upstream is down because it is not asked for a while.
    pub is_upstream_resting: bool,
}

impl Seen {
    /// What the mode is derived from.
    #[must_use]
    pub fn probes(self) -> Probes {
        let Self { reads, writes, file, room, chain, library, document, upstream, .. } = self;
        let store = Health::of_all([reads, writes, file, room, chain]);
        Probes { document, store, library, upstream }
    }
}

impl Board {
    /// A board on which nothing was seen yet and no upstream is configured.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            reads: AtomicBool::new(false),
            writes: AtomicBool::new(false),
            file: AtomicBool::new(false),
            room: AtomicBool::new(false),
            chain: AtomicBool::new(false),
            library: AtomicBool::new(false),
            document: AtomicBool::new(true),
            upstream: AtomicU8::new(NOT_CONFIGURED),
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
            Part::File => &self.file,
            Part::Room => &self.room,
            Part::Chain => &self.chain,
            Part::Library => &self.library,
            Part::Document => &self.document,
        }
    }

    fn health(&self, part: Part) -> Health {
        if self.cell(part).load(Ordering::SeqCst) { Health::Up } else { Health::Down }
    }

    /// Whether the last operation on `part` failed, or none was seen.
    #[must_use]
    pub fn is_down(&self, part: Part) -> bool {
        self.health(part) == Health::Down
    }

    /// Notes how the upstream fares.
    pub fn note_upstream(&self, upstream: Upstream) {
        let state = match upstream {
            Upstream::NotConfigured => NOT_CONFIGURED,
            Upstream::Up => UP,
            Upstream::Down => DOWN,
        };
        self.upstream.store(state, Ordering::SeqCst);
    }

    /// Notes that the upstream is down and is not asked for a while.
    pub fn note_upstream_rests(&self) {
        self.upstream.store(RESTING, Ordering::SeqCst);
    }

    /// What was last seen of each part.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let state = self.upstream.load(Ordering::SeqCst);
        Seen {
            reads: self.health(Part::Reads),
            writes: self.health(Part::Writes),
            file: self.health(Part::File),
            room: self.health(Part::Room),
            chain: self.health(Part::Chain),
            library: self.health(Part::Library),
            document: self.health(Part::Document),
            upstream: match state {
                NOT_CONFIGURED => Upstream::NotConfigured,
                UP => Upstream::Up,
                _ => Upstream::Down,
            },
            is_upstream_resting: state == RESTING,
        }
    }

    /// What the mode is derived from now.
    #[must_use]
    pub fn probes(&self) -> Probes {
        self.seen().probes()
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

#[cfg(test)]
mod tests {
    use super::{Board, Part};
    use crate::status::{Health, Upstream};
    use speech_kernel::SystemMode;

    const PARTS: [Part; 7] = [
        Part::Reads,
        Part::Writes,
        Part::File,
        Part::Room,
        Part::Chain,
        Part::Library,
        Part::Document,
    ];

    fn all_up() -> Board {
        let board = Board::new();
        for part in PARTS {
            board.note(part, Health::Up);
        }
        board
    }

    #[test]
    fn nothing_is_up_before_it_was_seen() {
        assert_eq!(Board::new().mode(), SystemMode::Minimal);
        assert!(PARTS.iter().all(|part| Board::new().is_down(*part) != (*part == Part::Document)));
    }

    #[test]
    fn one_part_that_is_down_is_enough_and_the_last_word_on_it_counts() {
        for part in PARTS {
            let board = all_up();
            assert_eq!(board.mode(), SystemMode::Full);
            board.note(part, Health::Down);
            assert_eq!(board.mode(), SystemMode::Minimal, "{part:?}");
            for other in PARTS.into_iter().filter(|other| *other != part) {
                board.note(other, Health::Up);
            }
            assert_eq!(board.mode(), SystemMode::Minimal, "nothing makes up for {part:?}");
            board.note(part, Health::Up);
            assert_eq!(board.mode(), SystemMode::Full);
        }
    }

    #[test]
    fn the_upstream_rests_until_something_else_is_said_of_it() {
        let board = all_up();
        for (upstream, mode) in [
            (Upstream::NotConfigured, SystemMode::Full),
            (Upstream::Up, SystemMode::Full),
            (Upstream::Down, SystemMode::LocalPower),
        ] {
            board.note_upstream_rests();
            let seen = board.seen();
            assert_eq!((seen.upstream, seen.is_upstream_resting), (Upstream::Down, true));
            assert_eq!(board.mode(), SystemMode::LocalPower);
            board.note_upstream(upstream);
            let seen = board.seen();
            assert_eq!((seen.upstream, seen.is_upstream_resting), (upstream, false));
            assert_eq!(board.mode(), mode);
        }
    }
}
