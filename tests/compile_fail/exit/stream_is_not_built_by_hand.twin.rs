use speech_exit::{Envelope, Recorder, Refused, Segments, SpokenStream, speak_stream};

async fn say(segments: impl Segments, recorder: Recorder) -> Result<SpokenStream, Refused> {
    speak_stream(Envelope::Plain, segments, recorder).await
}

fn main() {}
