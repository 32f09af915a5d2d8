#![deny(unused_must_use)]

use speech_exit::{Envelope, Recorder, Refused, Segments, SpokenStream, speak_stream};

async fn say(segments: impl Segments, recorder: Recorder) -> Result<SpokenStream, Refused> {
    let spoken = speak_stream(Envelope::Plain, segments, recorder).await?;
    Ok(spoken)
}

fn main() {}
