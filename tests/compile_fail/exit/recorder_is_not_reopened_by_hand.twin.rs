use speech_exit::{Recorder, Segment, Segments};

struct Once(Option<Segment>);

impl Segments for Once {
    async fn next(&mut self, _again: Recorder) -> Option<Segment> {
        self.0.take()
    }
}

fn main() {}
