//! The program is killed while work is under way.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::{Drill, Promise, SERVING, receipts};
use crate::databases::other_connection_to;
use crate::program::fails_over;
use crate::upstream::program::with_upstream;
use crate::upstream::scripted::{Scripted, Step, bytes, hello, say, streamed, whole};

/// Asks for a stream and reads until its first words are there.
fn begin_a_stream(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let body = json!({
        "model": "m", "stream": true, "messages": [{ "role": "user", "content": "Hello?" }],
    });
    let body = body.to_string();
    write!(
        stream,
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("a request");
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains("\"content\":\"x\"") {
        let mut piece = [0; 1024];
        let count = stream.read(&mut piece).expect("a piece");
        assert!(count > 0, "it ended: {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&piece[..count]);
    }
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_links_what_waited_and_shows_nothing_of_what_is_over() {
    let (_never, gate) = oneshot::channel();
    let long = streamed(vec![bytes(say("x")), Step::Wait(gate)]);
    let more = (0..8).map(|_| whole(&hello()));
    let scripted = Scripted::new([whole(&hello()), long].into_iter().chain(more)).await;
    let directory = TempDir::new().expect("a directory");
    let mut program = with_upstream(&directory, &scripted);
    let mut drill = Drill::of_program(&program.address);
    drill.shows(SERVING).await;
    let address = program.address.clone();
    let stream = tokio::task::spawn_blocking(move || begin_a_stream(&address));
    let stream = stream.await.expect("a stream");
    let mut other = other_connection_to(directory.path()).await;
    other.run("BEGIN IMMEDIATE").await.expect("the lock");
    drill.shows(Promise::minimal("STORE_DOWN", &["WRITES_IN_DOUBT"])).await;
    let last = drill.status().await;
    assert_eq!(last["latches"], json!(["WRITES_IN_DOUBT", "RECEIPTS_WAITING"]));
    program.child.kill().expect("its end");
    program.child.wait().expect("its end");
    drop(stream);

    let (code, said) = fails_over(directory.path());
    assert_eq!(code, Some(1), "a database that cannot be written is not served from: {said}");
    assert!(said.contains("STORE_UNAVAILABLE"), "{said}");

    other.run("ROLLBACK").await.expect("the end of the hold");
    let again = with_upstream(&directory, &scripted);
    let mut drill = drill.restarted(&again.address);
    let status = drill.shows(SERVING).await;
    assert_eq!(status["receipts"]["spooled"], 0);
    assert_eq!(receipts(&status), receipts(&last), "none was lost, and none was doubled");
    assert!(status["started_at"].as_i64() > last["generated_at"].as_i64());
    assert_eq!(status["refusals"]["MODE_MISREPORTED"], 0);
}
