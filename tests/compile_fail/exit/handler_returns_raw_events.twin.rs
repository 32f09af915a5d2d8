use speech_exit::{Either, Recorder, Refused, speaks};

async fn handler(_recorder: Recorder, judged: Either) -> Result<Either, Refused> {
    Ok(judged)
}

fn main() {
    let _ = speaks(handler);
}
