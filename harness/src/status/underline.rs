//! Findings with the place underlined in the document.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use status_contract::Finding;

use super::text::{self, Piece};
use super::words::one_line;

/// So much is shown of what was expected and found, in bytes.
const SHOWN_MAX_BYTES: usize = 300;

/// Draws findings in one document.
#[derive(Debug)]
pub(super) struct Underliner<'a> {
    source: String,
    document: &'a [u8],
    renderer: Renderer,
}

impl<'a> Underliner<'a> {
    pub(super) fn new(source: &str, document: &'a [u8], is_colored: bool) -> Self {
        let renderer = if is_colored { Renderer::styled() } else { Renderer::plain() };
        // A piece is at most half as wide as this, so that no second cut is made.
        let renderer = renderer.term_width(4 * SHOWN_MAX_BYTES);
        Self { source: one_line(source, SHOWN_MAX_BYTES), document, renderer }
    }

    /// One finding: what it is, where it is, what would have been right.
    pub(super) fn underline(&self, finding: &Finding) -> String {
        let range = text::within(self.document, finding.span);
        let place = text::place(self.document, range.start);
        let Piece { text, marked } = text::piece(self.document, &range);
        let pointer = if finding.pointer.is_empty() { "the document" } else { &finding.pointer };
        let shown = |words: &str| one_line(words, SHOWN_MAX_BYTES);
        let (expected, found) = (shown(&finding.expected), shown(&finding.found));
        let title = match &finding.rule {
            Some(rule) => format!("{}: {}", shown(pointer), shown(rule)),
            None => format!("{}: expected {expected}, found {found}", shown(pointer)),
        };
        let snippet = Snippet::source(text)
            .line_start(place.line)
            .fold(false)
            .annotation(AnnotationKind::Primary.span(marked));
        let group = Level::ERROR.primary_title(title).id(finding.code.as_str()).element(snippet);
        // The library would count the column in the piece.
        let at = format!("{}:{}:{}", self.source, place.line, place.column);
        let group = group.element(Level::NOTE.with_name("at").message(at));
        let group = match &finding.rule {
            Some(_) => group.element(Level::NOTE.with_name("expected").message(expected)),
            None => group,
        };
        self.renderer.render(&[group])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use status_contract::{Code, Finding};

    use super::Underliner;

    fn finding(span: (usize, usize)) -> Finding {
        let text = |words: &str| words.to_owned();
        Finding {
            code: Code::Type,
            rule: None,
            pointer: text("/a\u{1b}b"),
            expected: text("a whole number"),
            found: text("\"x\""),
            span,
        }
    }

    #[test]
    fn the_place_is_underlined_and_named() {
        let document = b"{\n  \"a\": \"x\"\n}";
        let drawn = Underliner::new("it\u{7}.json", document, false).underline(&finding((9, 12)));
        let expected = "\
error[TYPE]: /a\\u{1b}b: expected a whole number, found \"x\"
  |
2 |   \"a\": \"x\"
  |        ^^^
  |
  = at: it\\u{7}.json:2:8";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn colours_are_drawn_where_they_are_asked_for() {
        let has_escapes = |is_colored| {
            let drawn = Underliner::new("it", b"1", is_colored).underline(&finding((0, 1)));
            drawn.contains('\u{1b}')
        };
        assert!(has_escapes(true));
        assert!(!has_escapes(false));
    }

    proptest! {
        #[test]
        fn any_finding_in_any_bytes_is_drawn(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\n')], 0..300),
            start in 0..400_usize,
            length in 0..400_usize,
        ) {
            let underliner = Underliner::new("it", &bytes, false);
            let drawn = underliner.underline(&finding((start, start + length)));
            prop_assert!(!drawn.chars().any(|scalar| scalar.is_control() && scalar != '\n'));
        }
    }
}
