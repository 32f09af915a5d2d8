//! Changes of a log that somebody makes who cannot rewrite every row, and those that only a head shows.

use speech_exit::receipt::{Ended, Head, Verdict};
use speech_harness::replay::Code;

use super::{
    allowed, chained, closes, codes, lines, log, opens, receipts, relinked, replayed, trace,
};

fn head_of(log: &[String]) -> Head {
    replayed(log.concat(), None).head().unwrap()
}

#[track_caller]
fn assert_found(text: impl AsRef<[u8]>, what: &str) -> Vec<Code> {
    let report = replayed(text, None);
    assert_ne!(report.findings(), [], "{what}");
    codes(&report)
}

/// Of each form one, so that every bit can have its turn: an opening alone, a whole response, an error, a closing.
fn small_log() -> Vec<u8> {
    let mut receipts = receipts(10);
    let few = [1, 2, 4, 7].map(|at| std::mem::replace(&mut receipts[at], closes(0, Ended::Cut)));
    let mut few = Vec::from(few);
    few.insert(3, opens(11, allowed(1)));
    let log = lines(&chained(few)).concat();
    assert_eq!(replayed(&log, None).findings(), []);
    log.into_bytes()
}

#[test]
fn every_flipped_bit_is_found_without_a_head() {
    let mut bytes = small_log();
    assert!(bytes.len() > 2_000);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            assert_found(&bytes, &format!("bit {bit} of byte {at}"));
            bytes[at] ^= 1 << bit;
        }
    }
}

#[test]
fn every_removed_byte_and_every_added_one_is_found() {
    let bytes = small_log();
    for at in 0..bytes.len() {
        let without = [&bytes[..at], &bytes[at + 1..]].concat();
        assert_found(without, &format!("without byte {at}"));
        for added in *b" \n0\"" {
            let with = [&bytes[..at], &[added], &bytes[at..]].concat();
            assert_found(with, &format!("{added} before byte {at}"));
        }
    }
}

#[test]
fn each_row_that_is_left_out_is_found() {
    let log = log(10);
    for at in 0..log.len() {
        let mut rows = log.clone();
        rows.remove(at);
        let text = rows.concat();
        if at + 1 < log.len() {
            let found = assert_found(&text, &format!("without row {at}"));
            assert!(found.contains(&Code::NumberGap) && found.contains(&Code::ChainBroken));
        }
        assert_ne!(replayed(&text, Some(&head_of(&log))).findings(), [], "without row {at}");
    }
}

#[test]
fn each_pair_that_is_swapped_and_each_row_that_comes_twice_is_found() {
    let log = log(10);
    for one in 0..log.len() {
        for other in 0..=log.len() {
            let mut rows = log.clone();
            rows.insert(other, log[one].clone());
            assert_found(rows.concat(), &format!("row {one} again at {other}"));
            if other < one {
                let mut rows = log.clone();
                rows.swap(one, other);
                assert_found(rows.concat(), &format!("rows {one} and {other} swapped"));
            }
        }
    }
}

#[test]
fn each_row_from_another_log_is_found() {
    let (own, other) = (log(10), log(1_000));
    for at in 0..own.len() {
        for (from, row) in other.iter().enumerate() {
            let mut rows = own.clone();
            rows[at].clone_from(row);
            let text = rows.concat();
            if at + 1 < own.len() || from != at {
                assert_found(&text, &format!("row {from} of the other at {at}"));
            }
            assert_ne!(replayed(&text, Some(&head_of(&own))).findings(), []);
        }
        // The end of the other log from there on: the first row of it does not follow.
        let spliced = [&own[..at], &other[at..]].concat().concat();
        if at > 0 {
            assert!(assert_found(&spliced, "spliced").contains(&Code::ChainBroken));
        }
        let report = replayed(&spliced, Some(&head_of(&own)));
        assert!(codes(&report).contains(&Code::HeadMismatch), "spliced at {at}");
    }
}

#[test]
fn a_log_that_was_cut_is_found_with_the_head_and_one_cut_within_a_row_without() {
    let log = log(10);
    let head = head_of(&log);
    for length in 0..log.len() {
        let text = log[..length].concat();
        assert_eq!(replayed(&text, None).findings(), [], "what is left is a log");
        assert_eq!(codes(&replayed(&text, Some(&head))), [Code::TailCut], "{length} rows");
    }
    let text = log.concat();
    let last = text.len() - log[log.len() - 1].len();
    for end in last + 1..text.len() {
        let found = assert_found(&text[..end], &format!("cut at {end}"));
        assert_eq!(found, [Code::BadLine], "cut at {end}");
    }
}

#[test]
fn a_log_that_was_hashed_again_after_a_change_is_found_with_the_head() {
    let links = chained(receipts(10));
    let head = head_of(&lines(&links));
    let changes: [fn(&mut speech_exit::receipt::Opening); 3] = [
        |opening| opening.rules = "0".repeat(64),
        |opening| {
            if let Some(trace) = &mut opening.trace {
                trace.sources.iter_mut().for_each(|source| source.identifier = None);
            } else {
                opening.pointer = None;
            }
        },
        |opening| {
            opening.attempts = vec![speech_exit::receipt::Attempted {
                source: "library".to_owned(),
                why: "nothing found".to_owned(),
            }];
        },
    ];
    for at in 0..links.len() {
        for change in changes {
            let mut changed = links.clone();
            let Some(opening) = &mut changed[at].opening else { continue };
            change(opening);
            if changed == links {
                continue;
            }
            let text = lines(&relinked(changed)).concat();
            assert_eq!(replayed(&text, None).findings(), [], "who can write all can hash all");
            let found = codes(&replayed(&text, Some(&head)));
            assert_eq!(found, [Code::HeadMismatch], "row {at}");
        }
    }
}

#[test]
fn a_verdict_that_was_changed_is_found_though_all_was_hashed_again() {
    let links = chained(receipts(10));
    for at in 0..links.len() {
        let mut changed = links.clone();
        let Some(opening) = &mut changed[at].opening else { continue };
        match opening.outcome {
            Verdict::Allow => {
                opening.outcome = Verdict::Deny;
                opening.code = Some("AUTHORITY_MISMATCH".to_owned());
            }
            Verdict::Deny | Verdict::Malformed => {
                opening.outcome = Verdict::Allow;
                opening.code = None;
            }
        }
        let found = assert_found(lines(&relinked(changed)).concat(), &format!("row {at}"));
        assert!(matches!(found[0], Code::Drift | Code::Inconsistent | Code::BadOrder), "{found:?}");
    }
}

#[test]
fn a_head_is_held_against_the_link_at_its_place_also_when_the_log_went_on() {
    let log = log(10);
    let text = log.concat();
    for length in 0..=log.len() {
        let head = head_of(&log[..length]);
        assert_eq!(replayed(&text, Some(&head)).findings(), [], "{head}");
        let other = Head::new(&"1".repeat(64), head.length()).unwrap();
        assert_eq!(codes(&replayed(&text, Some(&other))), [Code::HeadMismatch], "{other}");
    }
}

#[test]
fn a_label_that_names_no_source_cannot_be_decided_again() {
    let mut changed = chained(receipts(10));
    let labels = ["librarу", "tool:", "tool:a b", "System", ""];
    for label in labels {
        let opening = changed[0].opening.as_mut().unwrap();
        opening.trace = Some(trace(&["library", label], &[]));
        let text = lines(&relinked(changed.clone())).concat();
        assert_eq!(codes(&replayed(&text, None)), [Code::Drift], "{label}");
    }
}
