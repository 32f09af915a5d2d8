//! What is said: the document, if it holds the contract, and the last resort if it does not.

use status_contract::Finding;

use super::document::{Facts, StatusDocument};
use super::{Health, StatusContract};

/// A document that holds the contract, whichever of the two it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is said.
    pub document: StatusDocument,
    /// The same as it leaves.
    pub bytes: Vec<u8>,
    /// What was wrong with the document that this one stands for; empty if there is no such.
    pub withheld: Vec<Finding>,
}

impl Statement {
    /// Whether the document could be stated.
    #[must_use]
    pub const fn health(&self) -> Health {
        if self.withheld.is_empty() { Health::Up } else { Health::Down }
    }

    /// Codes and places of what was wrong, without any value.
    #[must_use]
    pub fn faults(&self) -> String {
        let faults = self.withheld.iter().map(|finding| {
            let rule = finding.rule.as_deref().map(|rule| format!(" {rule}")).unwrap_or_default();
            format!("{}{rule} at {}", finding.code, finding.pointer)
        });
        faults.collect::<Vec<_>>().join(", ")
    }
}

/// States the facts, or that they cannot be stated.
#[must_use]
pub fn state(facts: &Facts, contract: &StatusContract) -> Statement {
    let document = StatusDocument::of(facts, contract);
    let bytes = document.bytes();
    let withheld = contract.findings(&bytes, facts.generated_at);
    if withheld.is_empty() {
        return Statement { document, bytes, withheld };
    }
    let document = StatusDocument::unproven(contract, facts.started_at, facts.generated_at);
    Statement { bytes: document.bytes(), document, withheld }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mutation_gate::GateMode;
    use speech_exit::receipt::Head;
    use status_contract::Code;

    use super::{Statement, state};
    use crate::status::{Board, Facts, Health, Part, StatusContract, Upstream, mode, owner_view};
    use crate::telemetry::DENIALS;

    const PARTS: [Part; 6] =
        [Part::Reads, Part::Writes, Part::File, Part::Room, Part::Chain, Part::Library];

    #[expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    fn contract() -> StatusContract {
        StatusContract::embedded().unwrap()
    }

    #[expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    fn facts(board: &Board, length: u64, spooled: usize) -> Facts {
        let head =
            if length == 0 { Head::empty() } else { Head::new(&"a".repeat(64), length).unwrap() };
        let refusals = DENIALS.into_iter().map(|code| (code, length)).collect::<BTreeMap<_, _>>();
        Facts {
            seen: board.seen(),
            head,
            spooled,
            refusals,
            gate_mode: GateMode::Shadow,
            signals: Vec::new(),
            started_at: 1,
            generated_at: 2,
        }
    }

    /// A board for each row of outcomes: a bit for each part, and the upstream.
    fn boards() -> impl Iterator<Item = Board> {
        (0..64_u8).flat_map(|row| (0..4_u8).map(move |upstream| (row, upstream))).map(
            |(row, upstream)| {
                let board = Board::new();
                for (bit, part) in PARTS.into_iter().enumerate() {
                    board.note(part, if row >> bit & 1 == 0 { Health::Up } else { Health::Down });
                }
                match upstream {
                    0 => {}
                    1 => board.note_upstream(Upstream::Up),
                    2 => board.note_upstream(Upstream::Down),
                    _ => board.note_upstream_rests(),
                }
                board
            },
        )
    }

    #[test]
    fn whatever_is_seen_can_be_stated_with_the_mode_that_answers_have() {
        let contract = contract();
        let mut stated = 0;
        for board in boards() {
            for (length, spooled) in [(0, 0), (0, 2), (7, 0), (7, 2)] {
                let facts = facts(&board, length, spooled);
                let statement = state(&facts, &contract);
                assert_eq!(statement.faults(), "", "{facts:?}");
                assert_eq!(statement.document.system_mode(), board.mode().to_string());
                stated += 1;
            }
        }
        assert_eq!(stated, 1024);
    }

    fn with_an_unknown_code() -> (Statement, StatusContract) {
        let contract = contract();
        let board = Board::new();
        let mut facts = facts(&board, 7, 0);
        facts.refusals.insert("OTHER", 1);
        (state(&facts, &contract), contract)
    }

    #[test]
    fn an_unknown_code_is_not_stated_and_what_is_stated_instead_holds_the_contract() {
        let (statement, contract) = with_an_unknown_code();
        let found: Vec<_> =
            statement.withheld.iter().map(|f| (f.code, f.pointer.as_str())).collect();
        assert_eq!(found, [(Code::Enum, "/refusals/OTHER")]);
        assert_eq!(statement.health(), Health::Down);
        assert_eq!(contract.findings(&statement.bytes, 2), []);
        assert_eq!(statement.bytes, statement.document.bytes());
        assert_eq!(statement.document.system_mode(), "minimal");
        assert_eq!(statement.document.codes(), (&["STATUS_INVALID"][..], &[][..]));
    }

    #[test]
    fn the_last_resort_states_the_mode_that_answers_have() {
        let (statement, _) = with_an_unknown_code();
        let board = Board::new();
        PARTS.into_iter().for_each(|part| board.note(part, Health::Up));
        board.note(Part::Document, statement.health());
        assert_eq!(mode(board.probes()).to_string(), statement.document.system_mode());
    }

    #[test]
    fn a_document_after_an_invalid_one_is_judged_by_itself() {
        let contract = contract();
        let board = Board::new();
        board.note(Part::Document, Health::Down);
        let statement = state(&facts(&board, 7, 0), &contract);
        assert_eq!(
            (statement.health(), statement.document.owner_code()),
            (Health::Up, "STORE_DOWN")
        );
    }

    #[test]
    fn a_person_reads_the_mode_first_and_why_next() {
        let contract = contract();
        let board = Board::new();
        let said = owner_view(&state(&facts(&board, 7, 1), &contract), &contract);
        let mut lines = said.lines();
        assert_eq!(lines.next(), Some("mode: minimal"));
        assert_eq!(lines.next(), Some("why: STORE_DOWN: The database cannot be used."));
        assert!(lines.next().is_some_and(|line| line.starts_with("  until (AUTO): ")), "{said}");
        assert_eq!(lines.next(), Some("why: LIBRARY_DOWN: The library cannot be searched."));
        assert!(said.contains("\nheld: DISK_UNWRITABLE: The disk of the data directory does not"));
        assert!(said.contains("\nheld: RECEIPTS_WAITING: "), "{said}");
        assert!(said.ends_with("\nas of: 1970-01-01T00:00:00.002Z\n"), "{said}");

        PARTS.into_iter().for_each(|part| board.note(part, Health::Up));
        let said = owner_view(&state(&facts(&board, 7, 0), &contract), &contract);
        let serving = "mode: full\nstate: STATE_SERVING: Everything that is configured answers.\n";
        assert!(said.starts_with(serving), "{said}");

        let (statement, _) = with_an_unknown_code();
        let said = owner_view(&statement, &contract);
        assert!(
            said.starts_with("mode: minimal\nwhy: STATUS_INVALID: The server cannot state"),
            "{said}"
        );
        assert!(!said.contains("OTHER"), "{said}");
    }
}
