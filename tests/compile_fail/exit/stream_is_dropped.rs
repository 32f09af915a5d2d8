//! A stream that nobody returns is a mistake.

#![deny(unused_must_use)]

use speech_exit::{Envelope, Recorder, Refused, Segments, speak_stream};

async fn say(segments: impl Segments, recorder: Recorder) -> Result<(), Refused> {
    speak_stream(Envelope::Plain, segments, recorder).await?;
    Ok(())
}

fn main() {}
