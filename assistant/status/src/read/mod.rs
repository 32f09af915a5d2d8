//! Reads a JSON text once, over borrowed bytes, so that nothing in it is lost or taken for something else.

mod keys;
mod number;
mod scan;
mod strings;
mod tree;

pub(crate) use keys::hash;
pub(crate) use number::Num;
pub(crate) use tree::{Kind, NONE, Tree};

use std::borrow::Cow;

use crate::finding::{Code, Finding};
use crate::findings::Findings;

/// How large a document may be, in bytes.
pub const SIZE_MAX_BYTES: usize = 1 << 20;

/// How deep values may nest: a list in the document is at depth 2.
pub const DEPTH_MAX: usize = 64;

/// How long one string may be, in bytes as written.
pub const STRING_MAX_BYTES: usize = 1 << 16;

/// Reads a whole text. Where nothing can be made of it there is a finding and no tree.
pub(crate) fn read_into<'d>(bytes: &'d [u8], findings: &mut Findings) -> Option<Tree<'d>> {
    let outcome = text(bytes).and_then(|text| scan::scan(text, findings));
    outcome.map_err(|stop| findings.stop(*stop)).ok()
}

/// Reads a whole text, for itself.
pub(crate) fn read(bytes: &[u8]) -> (Option<Tree<'_>>, Vec<Finding>) {
    let mut findings = Findings::default();
    let tree = read_into(bytes, &mut findings);
    (tree, findings.sorted().0)
}

fn text(bytes: &[u8]) -> Result<&str, Box<Finding>> {
    if bytes.len() > SIZE_MAX_BYTES {
        let found = format!("{} bytes", bytes.len());
        return Err(stop(Code::Size, "at most 1 MiB", &found, SIZE_MAX_BYTES));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(stop(Code::NotJson, "a JSON text", "a byte order mark before it", 0));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        stop(Code::NotJson, "UTF-8", &format!("other bytes at offset {at}"), at)
    })
}

/// A finding after which nothing more is read.
fn stop(code: Code, expected: &str, found: &str, at: usize) -> Box<Finding> {
    Box::new(Finding {
        code,
        rule: None,
        pointer: String::new(),
        expected: expected.to_owned(),
        found: found.to_owned(),
        span: (at, at + 1),
    })
}

/// A member's name as a segment of a pointer.
pub(crate) fn escaped(segment: &str) -> Cow<'_, str> {
    if segment.contains(['~', '/']) {
        Cow::Owned(segment.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(segment)
    }
}
