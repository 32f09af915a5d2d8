//! A small contract, the command, and servers that say what a test wants.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

pub(crate) const MANIFEST: &str = r#"{
    "name": "door", "contract_version": "1.0", "status_schema_version": 1,
    "registries": {"Reason": {
        "shut": [{"code": "STORM", "display": "A storm is near.", "unblock": {"type": "AUTO", "condition": "The storm has passed."}},
                 {"code": "REPAIR", "display": "Somebody repairs it.", "unblock": {"type": "MANUAL", "condition": "It is repaired."}}],
        "ajar": [{"code": "HEAT", "display": "It is hot."}]
    }},
    "document": {"fields": {
        "mode": {"type": "code", "of": ["open", "ajar", "shut"]},
        "reasons": {"type": "codes", "of": "Reason", "tier": "mode", "ordered": true, "unique": true},
        "opened": {"type": "int", "min": 0},
        "at": {"type": "int", "unit": "ms", "age": 60}
    }},
    "rules": [{"id": "open_has_no_reasons", "says": "Only an open door has no reasons.",
        "iff": [{"eq": ["@mode", "open"]}, {"eq": ["@reasons", []]}]}],
    "precedence": ["@reasons"],
    "transitions": [{"id": "opened_never_falls", "then": {"le": ["@prev.opened", "@opened"]}}]
}"#;

/// When the documents of the tests were made, in milliseconds since the epoch.
pub(crate) const AT: i64 = 1_700_000_000_000;

pub(crate) fn document(mode: &str, reasons: &[&str], opened: i64) -> String {
    document_at(mode, reasons, opened, AT)
}

pub(crate) fn document_at(mode: &str, reasons: &[&str], opened: i64, at: i64) -> String {
    let document =
        serde_json::json!({"mode": mode, "reasons": reasons, "opened": opened, "at": at});
    format!("{document:#}\n")
}

pub(crate) fn clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// An empty folder of that name.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("status").join(name);
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A file with that text, by its path.
pub(crate) fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command.arg("status").args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// How it ended and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) trouble: String,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (code, trouble) = (output.status.code(), text(output.stderr));
        Self { code, output: text(output.stdout), trouble }
    }

    /// The one JSON object that it wrote.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.output.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.output).unwrap()
    }

    /// The codes and pointers that it found.
    #[track_caller]
    pub(crate) fn found(&self) -> Vec<(String, String)> {
        let word = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
        let json = self.json();
        let findings = json["findings"].as_array().unwrap();
        findings.iter().map(|finding| (word(finding, "code"), word(finding, "pointer"))).collect()
    }
}

pub(crate) fn status(arguments: &[&str]) -> Said {
    Said::of(command(arguments).output().unwrap())
}

/// A server that gives each connection to `answer`, with the number of those before it and the head of its request.
pub(crate) fn server(
    answer: impl Fn(usize, &str, &mut TcpStream) + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let (answer, mut stream) = (Arc::clone(&answer), stream.unwrap());
            thread::spawn(move || {
                let head = head(&stream);
                answer(number, &head, &mut stream);
            });
        }
    });
    address
}

fn head(stream: &TcpStream) -> String {
    let mut head = String::new();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    while lines.read_line(&mut head).unwrap_or(0) > 2 {}
    head
}

/// Sends one response and closes. The client may be gone.
pub(crate) fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n"
    );
    drop(stream.write_all(format!("{head}{body}").as_bytes()));
}

/// A server that gives these documents one after the other, the last again and again.
pub(crate) fn serving(documents: Vec<(&'static str, String)>) -> String {
    server(move |number, _, stream| {
        let (status, body) = documents.get(number).or(documents.last()).unwrap();
        respond(stream, status, "content-type: application/json\r\n", body);
    })
}

/// What a server was told, to be looked at later.
pub(crate) type Heard = Arc<Mutex<Vec<String>>>;
