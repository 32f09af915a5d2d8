//! What a text is made from was admitted before its segment was judged.

use speech_exit::{Claims, Recorder, Segment, Sourced, Text};

type Flow = fn(Box<dyn FnOnce() -> String>) -> Text;

fn segment(claims: Claims, mut recorder: Recorder, kept: Sourced<String>, flow: Flow) -> Segment {
    let sealed = recorder.seal();
    let text = flow(Box::new(move || recorder.admit(kept)));
    Segment::answer(claims, sealed, text)
}

fn main() {}
