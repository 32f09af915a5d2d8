//! Nobody else says what counts as judged.

struct Mine;

impl speech_exit::speaks::Verdict for Mine {}

fn main() {}
