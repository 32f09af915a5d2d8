//! Findings with the place underlined in the document.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
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
    pub(super) fn underline(&self, finding: &Finding, says: Option<&str>) -> String {
        let range = text::within(self.document, finding.span);
        let place = text::place(self.document, range.start);
        let Piece { text, marked } = text::piece(self.document, &range);
        let pointer = if finding.pointer.is_empty() { "the document" } else { &finding.pointer };
        let title = format!(
            "{}: expected {}, found {}",
            one_line(pointer, SHOWN_MAX_BYTES),
            one_line(&finding.expected, SHOWN_MAX_BYTES),
            one_line(&finding.found, SHOWN_MAX_BYTES)
        );
        let origin = Origin::path(&self.source).line(place.line).char_column(place.column);
        let snippet = Snippet::source(text)
            .line_start(place.line)
            .fold(false)
            .annotation(AnnotationKind::Primary.span(marked));
        let group = Level::ERROR.primary_title(title).id(finding.code.as_str());
        let group = group.element(origin).element(snippet);
        let rule = finding.rule.as_deref().map(|rule| {
            let says = says.map(|says| format!(": {says}")).unwrap_or_default();
            one_line(&format!("rule {rule}{says}"), SHOWN_MAX_BYTES)
        });
        let group = match rule {
            Some(words) => group.element(Level::NOTE.message(words)),
            None => group,
        };
        self.renderer.render(&[group])
    }
}
