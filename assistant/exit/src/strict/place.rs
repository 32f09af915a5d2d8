//! Places in a JSON value, written out only when there is a fault to name.

use std::sync::Arc;

/// How many bytes of one key, and of a whole pointer, are written. What an input is called by is not cut short
/// of that, and what somebody hides in a key does not travel on.
const KEY_BYTES: usize = 128;
const POINTER_BYTES: usize = 512;

/// One step into a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

/// The way from the root. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Place<'a>(Option<Arc<Step<'a>>>);

#[derive(Debug)]
struct Step<'a> {
    parent: Place<'a>,
    segment: Segment<'a>,
}

impl<'a> Place<'a> {
    pub(super) const fn root() -> Self {
        Self(None)
    }

    pub(super) fn child(&self, segment: Segment<'a>) -> Self {
        Self(Some(Arc::new(Step { parent: self.clone(), segment })))
    }

    pub(super) fn pointer(&self) -> String {
        let mut segments = Vec::new();
        let mut place = self;
        while let Some(step) = &place.0 {
            segments.push(step.segment);
            place = &step.parent;
        }
        segments.reverse();
        pointer(&segments)
    }
}

/// The JSON pointer (RFC 6901) of these steps.
pub(super) fn pointer(segments: &[Segment<'_>]) -> String {
    let whole: String = segments
        .iter()
        .map(|segment| match segment {
            Segment::Index(index) => format!("/{index}"),
            Segment::Key(key) => {
                format!("/{}", cut(&key.replace('~', "~0").replace('/', "~1"), KEY_BYTES))
            }
        })
        .collect();
    cut(&whole, POINTER_BYTES)
}

/// The first `limit` bytes of a text, with a sign that there was more.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.get(..text.floor_char_boundary(limit)) {
        Some(head) if head.len() < text.len() => format!("{head}…"),
        _ => text.to_owned(),
    }
}
