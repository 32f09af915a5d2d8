//! What may become a document of the library.

use include_dir::{Dir, include_dir};

use crate::retrieval::{Format, first_heading, passages};
use crate::store::{NewDocument, Store, StoreError};

/// The largest text of a document, in bytes.
pub const DOCUMENT_MAX_BYTES: usize = 2 << 20;

const TITLE_MAX_BYTES: usize = 500;

/// Why a text is no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDocument {
    /// The title is empty, or has a control character in it, or is too long.
    #[error("expected a title of 1 to 500 bytes without control characters")]
    BadTitle,
    /// Nothing that could be found is in the text.
    #[error("expected a text with a letter or a digit in it")]
    EmptyText,
    /// The Markdown has no heading that could be its title.
    #[error("expected a heading, whose words become the title")]
    NoHeading,
}

/// A document of this title and text.
///
/// # Errors
///
/// [`NoDocument`].
pub fn document(title: &str, text: String, format: Format) -> Result<NewDocument, NoDocument> {
    let title = title.trim();
    if title.is_empty() || title.len() > TITLE_MAX_BYTES || title.contains(is_unseen) {
        return Err(NoDocument::BadTitle);
    }
    if !text.contains(char::is_alphanumeric) {
        return Err(NoDocument::EmptyText);
    }
    let passages = passages(title, &text, format);
    Ok(NewDocument { title: title.to_owned(), text, media_type: format.media_type(), passages })
}

/// Control characters, and those that turn the direction of what stands beside them.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A Markdown document whose first heading is its title.
///
/// # Errors
///
/// [`NoDocument`].
pub fn markdown(text: String) -> Result<NewDocument, NoDocument> {
    if !text.contains(char::is_alphanumeric) {
        return Err(NoDocument::EmptyText);
    }
    let title = first_heading(&text).ok_or(NoDocument::NoHeading)?.to_owned();
    document(&title, text, Format::Markdown)
}

static SAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/demo");

/// Adds the sample documents, each once however often this is called, and says how many there are.
///
/// # Errors
///
/// [`StoreError`].
pub async fn add_samples(store: &Store) -> Result<usize, StoreError> {
    let texts = SAMPLES.files().filter_map(include_dir::File::contents_utf8);
    let mut count = 0;
    for sample in texts.filter_map(|text| markdown(text.to_owned()).ok()) {
        store.add_document(&sample).await?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::{NoDocument, SAMPLES, document, markdown};
    use crate::retrieval::Format;

    #[test]
    fn every_sample_is_a_document() {
        assert!(SAMPLES.files().count() > 0);
        for file in SAMPLES.files() {
            let sample = file.contents_utf8().map(|text| markdown(text.to_owned()));
            assert!(matches!(sample, Some(Ok(_))), "{}", file.path().display());
        }
    }

    #[test]
    fn what_has_no_title_or_no_words_is_no_document() {
        let refused =
            |title: &str, text: &str| document(title, text.to_owned(), Format::Text).err();
        assert_eq!(refused(" ", "a"), Some(NoDocument::BadTitle));
        assert_eq!(refused("a\nb", "a"), Some(NoDocument::BadTitle));
        assert_eq!(refused(&"a".repeat(501), "a"), Some(NoDocument::BadTitle));
        assert_eq!(refused("a", " \n--- "), Some(NoDocument::EmptyText));
        assert_eq!(refused("a", "b"), None);
        assert_eq!(markdown("no heading".to_owned()), Err(NoDocument::NoHeading));
        assert_eq!(markdown(String::new()), Err(NoDocument::EmptyText));
    }
}
