//! What is said of a database server that cannot be used.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::command;

/// The code and the words of the end of a program that is told of this database.
fn said(url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let directory = TempDir::new().expect("a directory");
    let mut command = command(directory.path(), arguments);
    let output = command.env("DATABASE_URL", url).output().expect("an end");
    assert_eq!(output.stdout, b"", "{url}");
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}

#[test]
fn an_address_that_is_none_stops_the_start_and_is_not_repeated() {
    for url in [
        "secret",
        "mysql://u:secret@h/d",
        "sqlite:///secret",
        "postgres://u:secret@h:port/d",
        "postgres://u@h/d?passwd=secret",
        "postgres://u:secret@h/d?sslmode=secret",
    ] {
        for arguments in [&[][..], &["export-receipts"]] {
            let (code, said) = said(url, arguments);
            assert_eq!(code, Some(2), "{url}: {said}");
            assert!(said.contains("DATABASE_URL_UNUSABLE") && !said.contains("secret"), "{said}");
        }
    }
}

#[test]
fn the_demo_does_not_fill_the_database_of_others() {
    let (code, said) = said("postgres://u:secret@127.0.0.1:1/d", &["demo"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("DEMO_ON_A_SERVER") && !said.contains("secret"), "{said}");
}

#[test]
fn a_server_that_does_not_answer_stops_the_start_in_time() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let [silent_at, free_at] =
        [&silent, &free].map(|listener| listener.local_addr().expect("an address"));
    drop(free);
    for (address, why) in [(free_at, "refused"), (silent_at, "in time")] {
        for arguments in [&[][..], &["export-receipts"]] {
            let started = Instant::now();
            let (code, said) = said(&format!("postgres://u:secret@{address}/d"), arguments);
            assert_eq!(code, Some(1), "{said}");
            assert!(said.contains("DATABASE_UNREACHABLE") && said.contains(why), "{said}");
            assert!(said.contains(&address.to_string()) && !said.contains("secret"), "{said}");
            assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        }
    }
}
