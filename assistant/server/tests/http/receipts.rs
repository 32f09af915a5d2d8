//! The chain of receipts as others read it: page by page, by id, as an export, and its head in the status.

use std::io::Read as _;

use serde_json::{Value, json};
use speech_exit::receipt::{Ledger as _, Link, RULES_SHA256, hash};
use tempfile::TempDir;

use crate::databases::on_each_database;
use crate::ledger::{id, whole};
use crate::support::{Assistant, assistant, command, start, store, wire};

async fn with_receipts(count: u64) -> Assistant {
    let assistant = assistant().await;
    for number in 1..=count {
        assistant.store.keep(whole(number), None).await.expect("kept");
    }
    assistant
}

fn numbers(page: &Value) -> Vec<u64> {
    let receipts = page["receipts"].as_array().expect("receipts");
    receipts.iter().map(|link| link["receipt"]["number"].as_u64().expect("a number")).collect()
}

async fn pages_follow_one_another_to_the_head() {
    let assistant = with_receipts(5).await;
    let first = assistant.get("/receipts?limit=2").await.json();
    assert_eq!((numbers(&first), &first["next"]), (vec![1, 2], &json!(2)));
    let second = assistant.get("/receipts?after=2&limit=3").await.json();
    assert_eq!((numbers(&second), &second["next"]), (vec![3, 4, 5], &Value::Null));
    assert_eq!(second["head"]["length"], 5);
    assert_eq!(second["head"]["hash"], second["receipts"][2]["hash"]);
    let beyond = assistant.get("/receipts?after=18446744073709551615").await.json();
    assert_eq!((numbers(&beyond), &beyond["next"]), (vec![], &Value::Null));
}

async fn a_page_has_a_hundred_receipts_unless_it_is_told_otherwise() {
    let assistant = with_receipts(101).await;
    assert_eq!(numbers(&assistant.get("/receipts").await.json()).len(), 100);
    assert_eq!(numbers(&assistant.get("/receipts?limit=1000").await.json()).len(), 101);
}

async fn a_receipt_is_served_byte_for_byte_as_it_was_hashed() {
    let assistant = with_receipts(1).await;
    let kept = assistant.store.receipts(0, 1).await.expect("receipts").remove(0);
    let text = assistant.get("/receipts").await.text;
    assert!(text.contains(&format!("{{\"hash\":\"{}\",\"receipt\":{}}}", kept.hash, kept.receipt)));
    assert_eq!(hash(kept.receipt.as_bytes()), kept.hash);
    let parts = assistant.get(&format!("/receipts/{}", id(1))).await;
    assert_eq!(
        parts.text,
        format!("{{\"receipts\":[{{\"hash\":\"{}\",\"receipt\":{}}}]}}", kept.hash, kept.receipt)
    );
}

async fn a_query_that_is_not_understood_is_refused_at_its_place() {
    let assistant = with_receipts(1).await;
    for (query, pointer) in [
        ("limit=0", "/limit"),
        ("limit=1001", "/limit"),
        ("limit=", "/limit"),
        ("limit", "/limit"),
        ("limit=+1", "/limit"),
        ("limit=4294967297", "/limit"),
        ("after=-1", "/after"),
        ("after=x", "/after"),
        ("after=18446744073709551616", "/after"),
        ("before=1", "/before"),
        ("Limit=1", "/Limit"),
        ("limit=1&limit=1", "/limit"),
        ("a%22b=1", "/a%22b"),
    ] {
        let answer = assistant.get(&format!("/receipts?{query}")).await;
        answer.assert_error(422, "BAD_QUERY", Some(pointer));
    }
}

async fn an_id_that_no_receipt_has_is_not_found() {
    let assistant = with_receipts(1).await;
    for other in [id(2).as_str(), "rcpt_", "x", "%ff"] {
        let answer = assistant.get(&format!("/receipts/{other}")).await;
        answer.assert_error(404, "NOT_FOUND", None);
    }
}

async fn the_status_says_where_the_chain_ends_and_by_which_rules() {
    let assistant = with_receipts(3).await;
    let last = assistant.store.receipts(2, 1).await.expect("receipts").remove(0);
    let status = assistant.get("/status").await.json();
    let expected = json!({ "head": last.hash, "length": 3, "spooled": 0 });
    assert_eq!((&status["receipts"], &status["rules"]), (&expected, &json!(RULES_SHA256)));
    assistant.store.close().await;
    assistant.store.keep(whole(4), None).await.expect("kept beside the database");
    let expected = json!({ "head": last.hash, "length": 3, "spooled": 1 });
    assert_eq!(assistant.get("/status").await.json()["receipts"], expected);
}

async fn without_a_store_there_is_no_chain_to_read() {
    let assistant = with_receipts(1).await;
    assistant.store.close().await;
    for path in ["/receipts".to_owned(), format!("/receipts/{}", id(1))] {
        assistant.get(&path).await.assert_error(503, "STORE_UNAVAILABLE", None);
    }
}

async fn an_export_has_every_link_and_runs_beside_a_server() {
    let (store, directory) = store().await;
    for number in 1..=1_500 {
        store.keep_later(whole(number));
    }
    store.close().await;
    let _program = start(directory.path(), &[]);
    let output = command(directory.path(), &["export-receipts"]).output().expect("an export");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(text.lines().count(), 1_500);
    let mut previous = "0".repeat(64);
    for (line, number) in text.lines().zip(1..) {
        let (stated, rest) = line.strip_prefix("{\"hash\":\"").expect(line).split_at(64);
        let receipt = rest.strip_prefix("\",\"receipt\":").and_then(|rest| rest.strip_suffix('}'));
        let receipt = receipt.expect(line);
        assert_eq!(hash(receipt.as_bytes()), stated);
        let link: Link = serde_json::from_str(receipt).expect(line);
        assert_eq!((link.previous, link.number), (previous, number));
        previous = stated.to_owned();
    }
}

#[test]
fn an_export_makes_no_database() {
    let directory = TempDir::new().expect("a directory");
    let output = command(directory.path(), &["export-receipts"]).output().expect("an export");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("STORE_MISSING") && said.contains("--data-dir"), "{said}");
    assert_eq!(output.stdout, b"");
    assert_eq!(std::fs::read_dir(directory.path()).expect("a directory").count(), 0);
}

async fn an_export_says_how_many_receipts_wait_beside_the_database() {
    let (store, directory) = store().await;
    store.keep(whole(1), None).await.expect("kept");
    store.close().await;
    store.keep(whole(2), None).await.expect("kept beside the database");
    let output = command(directory.path(), &["export-receipts"]).output().expect("an export");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("1 receipts wait"), "{said}");
}

#[test]
fn a_line_is_written_for_each_response_without_queries_and_contents() {
    let directory = TempDir::new().expect("a directory");
    let log = directory.path().join("access.log");
    let mut program = start(directory.path(), &["--access-log", log.to_str().expect("a path")]);
    let chat = r#"{"model":"m","messages":[{"role":"user","content":"secret words"}]}"#;
    let requests = [
        ("POST", "/v1/chat/completions", chat),
        ("GET", "/receipts?limit=7", ""),
        ("GET", "/nothing/here", ""),
        ("HEAD", "/healthz", ""),
    ];
    let mut expected = Vec::new();
    for (method, path, body) in requests {
        let (status, head, body) = wire(&program.address, method, path, body).expect("an answer");
        let receipt = head.lines().find_map(|line| line.strip_prefix("x-speech-receipt: "));
        let path = path.split('?').next();
        expected.push(json!({ "method": method, "path": path, "status": status,
            "receipt": receipt, "bytes": body.len() }));
    }
    crate::program::stop(&program, "TERM");
    assert_eq!(program.end(), Some(0));
    let mut text = String::new();
    std::fs::File::open(log).expect("a log").read_to_string(&mut text).expect("a log");
    assert!(!text.contains("secret") && !text.contains("limit"), "{text}");
    let lines = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).expect(line);
        assert!(line.as_object_mut().expect(text.as_str()).remove("at").is_some());
        line
    });
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}

#[test]
fn an_access_log_that_cannot_be_written_stops_the_start() {
    let directory = TempDir::new().expect("a directory");
    let output = command(directory.path(), &["--access-log", "/dev/null/x"]).output();
    let output = output.expect("an end");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("ACCESS_LOG_UNAVAILABLE"));
}

on_each_database! {
    pages_follow_one_another_to_the_head,
    a_page_has_a_hundred_receipts_unless_it_is_told_otherwise,
    a_receipt_is_served_byte_for_byte_as_it_was_hashed,
    a_query_that_is_not_understood_is_refused_at_its_place,
    an_id_that_no_receipt_has_is_not_found,
    the_status_says_where_the_chain_ends_and_by_which_rules,
    without_a_store_there_is_no_chain_to_read,
    an_export_has_every_link_and_runs_beside_a_server,
    an_export_says_how_many_receipts_wait_beside_the_database,
}
