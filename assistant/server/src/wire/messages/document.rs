//! Documents and search results: passages that the client brings.

use speech_exit::strict::{FaultCode, Members};

use super::super::given::{given, unsupported};
use super::super::malformed::Malformed;
use super::super::reading::Passage;
use super::block::{self, Kind};

/// What is read of both kinds.
pub(super) const KNOWN: &[&str] = &["type", "source", "title", "content"];

/// Reads a `document` or a `search_result`.
pub(super) fn read(members: &Members<'_>, kind: Kind) -> Result<Passage, Malformed> {
    if kind == Kind::SearchResult {
        let identifier = Some(members.required("source")?.filled_text()?.to_owned());
        let text = block::plain(&members.required("content")?)?;
        return Ok(Passage { identifier, text });
    }
    let title = given(members, "title").map(|title| title.text()).transpose()?;
    let identifier = title.filter(|title| !title.is_empty()).map(str::to_owned);
    let source = members.required("source")?.members()?;
    let kind = source.required("type")?;
    let text = match kind.text()? {
        "text" => source.required("data")?.text()?.to_owned(),
        "content" => block::plain(&source.required("content")?)?,
        "base64" | "url" | "file" => return Err(unsupported(&kind, "documents of text only")),
        _ => return Err(kind.fault(FaultCode::UnknownValue, "text or content").into()),
    };
    Ok(Passage { identifier, text })
}
