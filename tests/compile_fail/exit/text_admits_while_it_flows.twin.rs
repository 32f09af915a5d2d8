use speech_exit::{Claims, Recorder, Segment, Sourced, Text};

type Flow = fn(Box<dyn FnOnce() -> String>) -> Text;

fn segment(claims: Claims, mut recorder: Recorder, kept: Sourced<String>, flow: Flow) -> Segment {
    let kept = recorder.admit(kept);
    let text = flow(Box::new(move || kept));
    Segment::answer(claims, recorder.seal(), text)
}

fn main() {}
