//! What an answer of the upstream claims: what it declares itself, or else what it was asked with.

use speech_exit::strict::{At, Node};
use speech_kernel::Authority;

use crate::respond::drawn::DrawnOn;
use crate::upstream::Annotation;

/// The claim so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claimed {
    composed: Authority,
    annotated: Option<Authority>,
    declared: Option<Declared>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Declared {
    authority: Authority,
    is_refusal: bool,
}

/// Claims that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

impl From<DrawnOn> for Claimed {
    fn from(drawn_on: DrawnOn) -> Self {
        Self { composed: drawn_on.authority(), annotated: None, declared: None }
    }
}

impl Claimed {
    /// What the upstream says of its answer in so many words goes before everything else.
    pub(super) fn authority(&self) -> Authority {
        let declared = self.declared.map(|declared| declared.authority);
        declared.unwrap_or_else(|| match self.annotated {
            Some(annotated) => stronger(annotated, self.composed),
            None => self.composed,
        })
    }

    /// Whether it says that its answer is none.
    pub(super) fn is_refusal(&self) -> bool {
        self.declared.is_some_and(|declared| declared.is_refusal)
    }

    /// Takes a citation as the claim to have looked there: at a page by a tool, at a file in what is stored.
    pub(super) fn annotate(&mut self, annotation: &Annotation) {
        let authority = match annotation {
            Annotation::Url { .. } => Authority::Tool,
            Annotation::File { .. } => Authority::Memory,
        };
        let annotated = self.annotated.map_or(authority, |before| stronger(before, authority));
        self.annotated = Some(annotated);
    }

    /// Takes a `provenance` in the form of ours.
    pub(super) fn declare(&mut self, provenance: &Node) -> Result<(), Unreadable> {
        let members = At::root(provenance).members().map_err(|_| Unreadable)?;
        let authority = members.required("authority").map_err(|_| Unreadable)?;
        let authority = match authority.text().map_err(|_| Unreadable)? {
            "none" => Authority::None,
            "system" => Authority::System,
            "memory" => Authority::Memory,
            "tool" => Authority::Tool,
            _ => return Err(Unreadable),
        };
        let is_refusal = match members.optional("kind") {
            None => false,
            Some(kind) => match kind.text().map_err(|_| Unreadable)? {
                "answer" => false,
                "refusal" => true,
                _ => return Err(Unreadable),
            },
        };
        self.declared = Some(Declared { authority, is_refusal });
        Ok(())
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

const fn stronger(one: Authority, other: Authority) -> Authority {
    if rank(one) >= rank(other) { one } else { other }
}

#[cfg(test)]
mod tests {
    use speech_exit::strict::read;
    use speech_kernel::Authority;

    use super::{Claimed, Unreadable};
    use crate::respond::drawn::DrawnOn;
    use crate::upstream::Annotation;

    fn claimed(drawn_on: DrawnOn) -> Claimed {
        Claimed::from(drawn_on)
    }

    fn declared(text: &str) -> Option<Result<Claimed, Unreadable>> {
        let node = read(text.as_bytes()).ok()?;
        let mut claimed = claimed(DrawnOn::default());
        Some(claimed.declare(&node).map(|()| claimed))
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
            assert_eq!(claimed(drawn_on).authority(), authority, "{drawn_on:?}");
        }
    }

    #[test]
    fn a_citation_claims_more_and_never_less() {
        let page = Annotation::Url { url: "u".to_owned(), title: None, span: None };
        let file = Annotation::File { id: "f".to_owned(), name: None, span: None };
        let table = [
            (false, vec![&page], Authority::Tool),
            (false, vec![&file], Authority::Memory),
            (false, vec![&page, &file], Authority::Tool),
            (true, vec![&file], Authority::Tool),
        ];
        for (tool, annotations, authority) in table {
            let mut claimed = claimed(DrawnOn { memory: false, tool });
            annotations.into_iter().for_each(|annotation| claimed.annotate(annotation));
            assert_eq!(claimed.authority(), authority);
        }
    }

    #[test]
    fn a_declared_authority_goes_before_everything_else() {
        let page = Annotation::Url { url: "u".to_owned(), title: None, span: None };
        let node = read(br#"{"authority":"system","kind":"answer","sources":[]}"#);
        let mut claimed = claimed(DrawnOn { memory: true, tool: true });
        claimed.annotate(&page);
        assert_eq!(node.map(|node| claimed.declare(&node)), Ok(Ok(())));
        assert_eq!((claimed.authority(), claimed.is_refusal()), (Authority::System, false));
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
            assert_eq!(declared(text), Some(Err(Unreadable)), "{text}");
        }
        let refusal = declared(r#"{"authority":"none","kind":"refusal"}"#);
        assert!(refusal.is_some_and(|claimed| claimed.is_ok_and(|claimed| claimed.is_refusal())));
    }
}
