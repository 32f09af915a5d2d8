//! Whatever moment the process dies at, the library is whole and has what it said that it has.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::databases::{on_each_database, open};
use crate::support::{start, wire};

/// Uploads until the program is gone, and notes what was confirmed.
fn upload(address: &str, writer: usize, confirmed: &Mutex<Vec<String>>) {
    for number in 0.. {
        let paragraphs: Vec<String> =
            (0..40).map(|at| format!("Paragraph {at} of {number} by {writer}.")).collect();
        let title = format!("Document {writer} {number}");
        let body = json!({ "title": title, "text": paragraphs.join("\n\n") }).to_string();
        let Ok((201, _, answer)) = wire(address, "POST", "/v1/library/documents", &body) else {
            return;
        };
        let Ok(answer) = serde_json::from_str::<Value>(&answer) else { return };
        let id = answer["id"].as_str().expect("an id").to_owned();
        confirmed.lock().expect("the list").push(id);
    }
}

async fn a_process_killed_amid_uploads_leaves_every_confirmed_document_whole() {
    let directory = TempDir::new().expect("a directory");
    let confirmed = Arc::new(Mutex::new(Vec::new()));
    for round in 0..3 {
        let mut program = start(directory.path(), &[]);
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (address, confirmed) = (program.address.clone(), Arc::clone(&confirmed));
                std::thread::spawn(move || upload(&address, round * 4 + writer, &confirmed))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300 + 111 * round as u64));
        program.child.kill().expect("a kill that cannot be caught");
        program.child.wait().expect("its end");
        for writer in writers {
            writer.join().expect("a writer");
        }
    }
    let confirmed = confirmed.lock().expect("the list").clone();
    assert!(confirmed.len() > 10, "{} uploads are too few to show anything", confirmed.len());
    let store = open(directory.path()).await;
    store.check().await.expect("documents, passages and index that agree");
    for id in &confirmed {
        let document = store.document(id).await.expect("a store").expect("a confirmed document");
        let same = assistant::store::NewDocument {
            title: document.summary.title,
            text: document.text,
            media_type: "text/plain",
            passages: Vec::new(),
        };
        let added = store.add_document(&same).await.expect("a store");
        assert_eq!((added.is_new, added.passages), (false, 40), "{id}");
    }
}

on_each_database! {
    a_process_killed_amid_uploads_leaves_every_confirmed_document_whole,
}
