//! What may not move has not moved.

use speech_harness::locked;
use speech_harness::workspace;

use crate::{kept, root};

#[test]
fn each_lock_holds() {
    kept("locks");
}

#[test]
fn the_locks_are_told_in_three_sentences() {
    let text = workspace::text(&root(), locked::LOCKED).unwrap();
    let prose = text.lines().filter(|line| !line.starts_with(['|', '#']));
    let prose: Vec<_> = prose.collect();
    assert_eq!(prose.join(" ").trim().split(". ").count(), 3);
}
