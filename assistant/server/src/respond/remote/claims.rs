//! What an answer of the upstream claims: what it declares itself, or else what it was asked with.

use speech_exit::strict::{At, Node};
use speech_kernel::Authority;

use crate::respond::drawn::DrawnOn;
use crate::upstream::{Annotation, CallPiece, Delta, Finish};

const DECLINED: &str = "The upstream model declined to answer that.";
const FILTERED: &str = "The upstream held its answer back.";
const NOT_OFFERED: &str = "The upstream called a tool that was not offered to it.";
const UNREADABLE: &str = "The upstream declared claims about its answer that cannot be read.";

/// The claim so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claimed {
    composed: Authority,
    /// What its citations say.
    cited: Authority,
    declared: Option<Authority>,
    /// The names of the tools that the client has.
    offered: Vec<String>,
}

/// A refusal in words of ours: those of the upstream have no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Declined {
    pub(super) words: &'static str,
    /// What the upstream claims for it, if it says so.
    pub(super) authority: Option<Authority>,
}

impl Declined {
    const fn saying(words: &'static str) -> Self {
        Self { words, authority: None }
    }
}

impl From<DrawnOn> for Claimed {
    fn from(drawn_on: DrawnOn) -> Self {
        Self {
            composed: drawn_on.authority(),
            cited: Authority::None,
            declared: None,
            offered: Vec::new(),
        }
    }
}

impl Claimed {
    /// What is claimed before anything is said, of a client with these tools.
    pub(super) fn before(drawn_on: DrawnOn, offered: Vec<String>) -> Self {
        Self { offered, ..Self::from(drawn_on) }
    }

    /// What the upstream says of its answer in so many words goes before what it was asked with, and not before
    /// what its answer cites: a citation is a claim too, whatever else is said.
    pub(super) fn authority(&self) -> Authority {
        let said = self.declared.unwrap_or(self.composed);
        if rank(self.cited) > rank(said) { self.cited } else { said }
    }

    /// Takes in what a piece says about the answer, unless it says that there is none.
    pub(super) fn take(&mut self, delta: &Delta) -> Result<(), Declined> {
        match delta {
            Delta::Refusal(_) => Err(Declined::saying(DECLINED)),
            Delta::Finish(Finish::ContentFilter) => Err(Declined::saying(FILTERED)),
            Delta::Annotation(annotation) => {
                self.annotate(annotation);
                Ok(())
            }
            Delta::Provenance(provenance) => self.declare(provenance),
            // Words in the place of a name would leave as a call that no client can make.
            Delta::Call(CallPiece { name: Some(name), .. }) if !self.offered.contains(name) => {
                Err(Declined::saying(NOT_OFFERED))
            }
            Delta::Words(_) | Delta::Call(_) | Delta::Finish(_) | Delta::Usage(_) | Delta::End => {
                Ok(())
            }
        }
    }

    /// Takes in a piece that leaves the claim as it is, and says whether it does.
    pub(super) fn covers(&mut self, delta: &Delta) -> bool {
        let mut after = self.clone();
        let is_covered = after.take(delta).is_ok() && after.authority() == self.authority();
        if is_covered {
            *self = after;
        }
        is_covered
    }

    /// Takes a citation as the claim to have looked there: at a page by a tool, at a file in what is stored.
    fn annotate(&mut self, annotation: &Annotation) {
        let cited = match annotation {
            Annotation::Url { .. } => Authority::Tool,
            Annotation::File { .. } => Authority::Memory,
        };
        if rank(cited) > rank(self.cited) {
            self.cited = cited;
        }
    }

    fn declare(&mut self, provenance: &Node) -> Result<(), Declined> {
        match declared(provenance) {
            Ok((authority, Kind::Answer)) => {
                self.declared = Some(authority);
                Ok(())
            }
            Ok((authority, Kind::Refusal)) => {
                Err(Declined { authority: Some(authority), ..Declined::saying(DECLINED) })
            }
            Err(Unreadable) => Err(Declined::saying(UNREADABLE)),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Answer,
    Refusal,
}

struct Unreadable;

/// Reads a `provenance` in the form of ours. The mode that it reports is another system's, so it is left aside.
fn declared(provenance: &Node) -> Result<(Authority, Kind), Unreadable> {
    let members = At::root(provenance).members().map_err(|_| Unreadable)?;
    let text = |name| members.optional(name).map(|at| at.text()).transpose();
    let authority = match text("authority") {
        Ok(Some("none")) => Authority::None,
        Ok(Some("system")) => Authority::System,
        Ok(Some("memory")) => Authority::Memory,
        Ok(Some("tool")) => Authority::Tool,
        _ => return Err(Unreadable),
    };
    match text("kind") {
        Ok(None | Some("answer")) => Ok((authority, Kind::Answer)),
        Ok(Some("refusal")) => Ok((authority, Kind::Refusal)),
        _ => Err(Unreadable),
    }
}

const fn rank(authority: Authority) -> u8 {
    match authority {
        Authority::None => 0,
        Authority::System => 1,
        Authority::Memory => 2,
        Authority::Tool => 3,
    }
}

#[cfg(test)]
mod tests {
    use speech_exit::strict::read;
    use speech_kernel::Authority;

    use super::{Claimed, DECLINED, Declined, FILTERED, NOT_OFFERED, UNREADABLE};
    use crate::respond::drawn::DrawnOn;
    use crate::upstream::{Annotation, CallPiece, Delta, Finish};

    const PAGE: fn() -> Delta =
        || Delta::Annotation(Annotation::Url { url: "u".to_owned(), title: None, span: None });
    const FILE: fn() -> Delta =
        || Delta::Annotation(Annotation::File { id: "f".to_owned(), name: None, span: None });

    fn provenance(text: &str) -> Option<Delta> {
        read(text.as_bytes()).ok().map(Delta::Provenance)
    }

    #[test]
    fn without_a_word_of_the_upstream_the_claim_is_what_it_was_asked_with() {
        let table = [
            (DrawnOn { memory: false, tool: false }, Authority::System),
            (DrawnOn { memory: true, tool: false }, Authority::Memory),
            (DrawnOn { memory: false, tool: true }, Authority::Tool),
            (DrawnOn { memory: true, tool: true }, Authority::Tool),
        ];
        for (drawn_on, authority) in table {
            assert_eq!(Claimed::from(drawn_on).authority(), authority, "{drawn_on:?}");
        }
    }

    #[test]
    fn a_citation_claims_more_and_never_less() {
        let table = [
            (false, vec![PAGE()], Authority::Tool),
            (false, vec![FILE()], Authority::Memory),
            (false, vec![PAGE(), FILE()], Authority::Tool),
            (true, vec![FILE()], Authority::Tool),
        ];
        for (tool, annotations, authority) in table {
            let before = Claimed::from(DrawnOn { memory: false, tool });
            let mut claimed = before.clone();
            for annotation in &annotations {
                assert_eq!(claimed.take(annotation), Ok(()));
            }
            assert_eq!(claimed.authority(), authority);
            let is_covered = |annotation| before.clone().covers(annotation);
            assert_eq!(annotations.iter().all(is_covered), authority == before.authority());
        }
    }

    #[test]
    fn a_declared_authority_goes_before_what_it_was_asked_with_and_not_before_what_it_cites() {
        let declared = provenance(r#"{"authority":"system","kind":"answer","sources":[]}"#);
        let mut claimed = Claimed::from(DrawnOn { memory: true, tool: true });
        for (delta, authority) in [
            (declared, Authority::System),
            (Some(FILE()), Authority::Memory),
            (Some(PAGE()), Authority::Tool),
        ] {
            assert_eq!(delta.map(|delta| claimed.take(&delta)), Some(Ok(())));
            assert_eq!(claimed.authority(), authority);
        }
    }

    #[test]
    fn a_call_of_a_tool_that_was_not_offered_is_refused() {
        let call = |name: &str| {
            let (id, name) = (Some("call_1".to_owned()), Some(name.to_owned()));
            Delta::Call(CallPiece { index: 0, id, name, arguments: String::new() })
        };
        let mut claimed = Claimed::before(DrawnOn::default(), vec!["f".to_owned()]);
        assert_eq!(claimed.take(&call("f")), Ok(()));
        assert_eq!(claimed.take(&call("g")), Err(Declined::saying(NOT_OFFERED)));
    }

    #[test]
    fn what_is_covered_is_taken_in_and_what_is_not_is_left() {
        let mut claimed = Claimed::from(DrawnOn { memory: false, tool: true });
        let declared = |authority| provenance(&format!("{{\"authority\":\"{authority}\"}}"));
        let mut covers = |delta: Option<Delta>| delta.map(|delta| claimed.covers(&delta));
        assert_eq!(covers(declared("system")), Some(false));
        assert_eq!(covers(Some(Delta::Refusal("No.".to_owned()))), Some(false));
        assert_eq!(covers(declared("tool")), Some(true));
        assert_eq!(
            (claimed.authority(), claimed.declared),
            (Authority::Tool, Some(Authority::Tool))
        );
    }

    #[test]
    fn each_way_to_refuse_is_told_in_words_of_ours() {
        let declined = |words, authority| Err(Declined { words, authority });
        let table = [
            (Some(Delta::Refusal("No.".to_owned())), declined(DECLINED, None)),
            (Some(Delta::Finish(Finish::ContentFilter)), declined(FILTERED, None)),
            (
                provenance(r#"{"authority":"none","kind":"refusal"}"#),
                declined(DECLINED, Some(Authority::None)),
            ),
            (
                provenance(r#"{"authority":"tool","kind":"refusal"}"#),
                declined(DECLINED, Some(Authority::Tool)),
            ),
        ];
        for (delta, expected) in table {
            let mut claimed = Claimed::from(DrawnOn::default());
            assert_eq!(delta.map(|delta| claimed.take(&delta)), Some(expected));
        }
    }

    #[test]
    fn claims_that_cannot_be_read_are_none() {
        for text in [
            "[]",
            "{}",
            r#"{"authority":1}"#,
            r#"{"authority":"library"}"#,
            r#"{"authority":"Tool"}"#,
            r#"{"authority":"tool","kind":"maybe"}"#,
            r#"{"authority":"tool","kind":null}"#,
        ] {
            let mut claimed = Claimed::from(DrawnOn::default());
            let taken = provenance(text).map(|delta| claimed.take(&delta));
            let expected = Declined { words: UNREADABLE, authority: None };
            assert_eq!(taken, Some(Err(expected)), "{text}");
        }
    }
}
