//! What the benchmarks have in common.

pub mod shapes;
pub mod streams;

use speech_kernel::Source;

/// So many sources, of every kind but `tool`, which comes last: no shortcut can end early.
#[must_use]
pub fn sources(count: usize) -> Vec<Source> {
    let kinds = [Source::System, Source::Library, Source::Memory];
    let mut sources: Vec<Source> = kinds.into_iter().cycle().take(count).collect();
    if let Some(last) = sources.last_mut() {
        *last = Source::Tool;
    }
    sources
}

/// A case with four sources, as it stands on the wire.
pub const CASE: &[u8] = br#"{"response":{"kind":"answer","authority":"tool","system_mode":"full"},"trace":{"sources":[{"source":"system"},{"source":"library","identifier":"doc_7"},{"source":"memory","identifier":"conv_3"},{"source":"tool:sentinel","identifier":"art_1"}],"required_but_missing":[],"system_mode":"full"}}"#;
