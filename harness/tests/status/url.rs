//! Live documents, from servers that behave and that do not.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{
    Heard, MANIFEST, Said, clock, command, document_at, file, folder, respond, server, serving,
    status,
};

const SOON: Duration = Duration::from_secs(20);

fn live() -> String {
    document_at("open", &[], 1, clock())
}

/// Asks that address, and gives the verdict in JSON.
fn ask(name: &str, url: &str, more: &[&str]) -> Said {
    let contract = file(&folder(name), "door.json", MANIFEST);
    let arguments = ["check", "--contract", &contract, "--url", url, "--format", "json"];
    status(&[&arguments, more].concat())
}

/// Asks that address, which gives no document, and gives the reason.
#[track_caller]
fn refused(name: &str, url: &str, more: &[&str]) -> String {
    let start = Instant::now();
    let said = ask(name, url, more);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let json = said.json();
    assert_eq!((said.code, &json["valid"]), (Some(3), &false.into()), "{said:?}");
    assert_eq!(json["findings"], serde_json::json!([]));
    json["error"].as_str().unwrap().to_owned()
}

#[test]
fn a_live_document_is_judged_at_this_time() {
    let url = serving(vec![("200 OK", live()), ("200 OK", document_at("open", &[], 1, 0))]);
    let said = ask("live", &url, &[]);
    assert_eq!((said.code, &said.json()["ages_judged"]), (Some(0), &true.into()), "{said:?}");
    assert_eq!(ask("live", &url, &[]).found(), [("AGE".to_owned(), "/at".to_owned())]);
    assert_eq!(ask("live", &url, &["--now", "0"]).code, Some(0));
}

#[test]
fn another_status_is_named() {
    for status in
        ["503 Service Unavailable", "404 Not Found", "204 No Content", "206 Partial Content"]
    {
        let url = serving(vec![(status, live())]);
        let words = refused("status", &url, &[]);
        let (number, _) = status.split_once(' ').unwrap();
        assert!(words.ends_with(&format!("expected status 200, found {number}")), "{words}");
    }
}

#[test]
fn a_page_is_no_document() {
    let url = serving(vec![("200 OK", "<!doctype html><title>All is well</title>".to_owned())]);
    let said = ask("page", &url, &[]);
    assert_eq!((said.code, said.found()[0].0.as_str()), (Some(3), "NOT_JSON"), "{said:?}");
}

#[test]
fn another_address_is_asked_only_where_that_is_allowed() {
    let heard = Heard::default();
    let there = Arc::clone(&heard);
    let to = server(move |_, head, stream| {
        there.lock().unwrap().push(head.to_owned());
        respond(stream, "200 OK", "", &live());
    });
    let from = server(move |_, _, stream| {
        respond(stream, "302 Found", &format!("location: {to}/elsewhere\r\n"), "");
    });
    let words = refused("redirect", &from, &[]);
    assert!(words.contains("found 302; --follow-redirects"), "{words}");
    assert!(heard.lock().unwrap().is_empty());
    let contract = file(&folder("redirected"), "door.json", MANIFEST);
    let arguments = ["check", "--contract", &contract, "--url", &from, "--follow-redirects"];
    let mut command = command(&[&arguments[..], &["--bearer-env", "DOOR_BEARER"]].concat());
    let said = Said::of(command.env("DOOR_BEARER", "secret-of-the-door").output().unwrap());
    assert_eq!(said.code, Some(0), "{said:?}");
    let heard = heard.lock().unwrap();
    assert!(heard[0].starts_with("GET /elsewhere "), "{heard:?}");
    assert!(!heard[0].contains("secret"), "the bearer is for the address that was named");
}

#[test]
fn an_endless_redirect_ends() {
    let url = server(|_, _, stream| respond(stream, "302 Found", "location: /again\r\n", ""));
    let words = refused("endless", &url, &["--follow-redirects"]);
    assert!(words.contains("expected fewer redirects"), "{words}");
}

#[test]
fn a_bearer_is_sent_and_never_said() {
    let heard = Heard::default();
    let there = Arc::clone(&heard);
    let url = server(move |_, head, stream| {
        there.lock().unwrap().push(head.to_owned());
        respond(stream, "403 Forbidden", "", "");
    });
    let with_secrets = url.replacen("http://", "http://user:secret-name@", 1) + "/?key=secret-key";
    let folder = folder("bearer");
    let contract = file(&folder, "door.json", MANIFEST);
    for format in ["human", "json", "sarif"] {
        let arguments = ["check", "--contract", &contract, "--format", format];
        let more = ["--url", &with_secrets, "--bearer-env", "DOOR_BEARER"];
        let mut command = command(&[&arguments[..], &more].concat());
        let said = Said::of(command.env("DOOR_BEARER", "secret-bearer").output().unwrap());
        assert_eq!(said.code, Some(3));
        assert!(!said.output.contains("secret") && !said.trouble.contains("secret"), "{said:?}");
        assert!(said.output.contains("found 403"), "{said:?}");
    }
    let heard = heard.lock().unwrap();
    assert!(heard[0].contains("\r\nauthorization: Bearer secret-bearer\r\n"), "{heard:?}");
    assert!(heard[0].contains("\r\naccept: application/json\r\n"), "{heard:?}");
    for (name, value) in [
        ("DOOR_BEARER", None),
        ("DOOR_BEARER", Some("")),
        ("secret=name", Some("x")),
        ("DOOR_BEARER", Some("sec ret")),
    ] {
        let arguments = ["check", "--contract", &contract, "--url", &url, "--bearer-env", name];
        let mut command = command(&arguments);
        command.env_remove("DOOR_BEARER").envs(value.map(|value| ("DOOR_BEARER", value)));
        let said = Said::of(command.output().unwrap());
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(!said.trouble.contains("sec"), "{said:?}");
    }
}

#[test]
fn no_variable_sends_it_another_way() {
    let trapped = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&trapped);
    let trap = server(move |_, _, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        respond(stream, "200 OK", "", &live());
    });
    let url = serving(vec![("503 Service Unavailable", String::new())]);
    let contract = file(&folder("proxy"), "door.json", MANIFEST);
    let mut command = command(&["check", "--contract", &contract, "--url", &url]);
    command.envs(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].map(|name| (name, &trap)));
    assert_eq!(Said::of(command.output().unwrap()).code, Some(3));
    assert_eq!(trapped.load(Ordering::SeqCst), 0);
}

#[test]
fn an_address_is_of_http_or_https() {
    for (url, words) in [
        ("file:///etc/hosts", "expected an address of http or https, found file"),
        ("ftp://127.0.0.1/", "expected an address of http or https, found ftp"),
        ("data:application/json,{}", "expected an address of http or https, found data"),
        ("not an address", "--url: expected an address of http or https"),
        ("http://", "--url: expected an address of http or https"),
    ] {
        let found = refused("scheme", url, &[]);
        assert!(found.starts_with(words), "{found}");
    }
}

#[test]
fn a_closed_port_is_said_to_be_one() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/status", listener.local_addr().unwrap());
    drop(listener);
    let words = refused("closed", &url, &[]);
    assert!(words.starts_with(&format!("{url}: expected a connection: ")), "{words}");
    let contract = file(&folder("closed_human"), "door.json", MANIFEST);
    let said = status(&["check", "--contract", &contract, "--url", &url]);
    assert!(said.output.starts_with("unreachable  door (min): http://127.0.0.1:"), "{said:?}");
}

#[test]
fn the_deadline_is_for_the_whole_of_it() {
    let drip = |head: &'static str| {
        server(move |_, _, stream| {
            for piece in head.bytes().chain(std::iter::repeat(b' ')) {
                if stream.write_all(&[piece]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        })
    };
    let silent = server(|_, _, _| thread::sleep(Duration::from_secs(60)));
    let body = drip("HTTP/1.1 200 OK\r\n\r\n{");
    let header = drip("HTTP/1.1 200 OK\r\nx: ");
    for url in [silent, body, header] {
        let words = refused("deadline", &url, &["--deadline", "0.7"]);
        assert!(words.ends_with("expected the whole document within 0.7 seconds"), "{words}");
    }
}

#[test]
fn a_connection_that_breaks_off_gives_no_document() {
    let (one, other) = (live(), live());
    let cut = server(move |_, _, stream| {
        let body = one.trim_end();
        let length = body.len() + 1;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(head.as_bytes()).unwrap();
    });
    let unended = server(move |_, _, stream| {
        let length = other.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{other}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
    });
    for url in [cut, unended] {
        let words = refused("broken_off", &url, &[]);
        assert!(words.contains("expected the rest of the document: "), "{words}");
    }
    let none = server(|_, _, _| ());
    let words = refused("broken_off", &none, &[]);
    assert!(words.contains("expected an answer: "), "{words}");
}

/// The most memory that a process has had so far, in KiB.
fn most_memory(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn a_hundred_megabytes_are_not_taken_in() {
    const ALL: usize = 100 << 20;
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let url = server(move |_, _, stream| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {ALL}\r\n\r\n");
        let mut is_open = stream.write_all(head.as_bytes()).is_ok();
        let piece = [b'['; 64 << 10];
        while is_open && count.load(Ordering::SeqCst) < ALL {
            is_open = stream.write_all(&piece).is_ok();
            count.fetch_add(piece.len(), Ordering::SeqCst);
        }
    });
    let contract = file(&folder("large"), "door.json", MANIFEST);
    let arguments = ["check", "--contract", &contract, "--url", &url, "--format", "json"];
    let start = Instant::now();
    let mut child = command(&arguments).spawn().unwrap();
    let mut most = None;
    while child.try_wait().unwrap().is_none() {
        most = most_memory(child.id()).max(most);
        thread::sleep(Duration::from_micros(200));
    }
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!((said.code, said.found()), (Some(1), vec![("SIZE".to_owned(), String::new())]));
    assert!(start.elapsed() < SOON);
    assert!(sent.load(Ordering::SeqCst) < ALL / 4, "{}", sent.load(Ordering::SeqCst));
    if cfg!(target_os = "linux") {
        let most = most.unwrap();
        assert!(most < 64 << 10, "{most} KiB");
    }
}

#[test]
fn exactly_as_much_as_a_document_may_have_is_taken_in() {
    let document = live();
    let longest = format!("{document}{}", " ".repeat((1 << 20) - document.len()));
    let longer = format!("{longest} ");
    let url = serving(vec![("200 OK", longest), ("200 OK", longer)]);
    assert_eq!(ask("longest", &url, &[]).code, Some(0));
    assert_eq!(ask("longest", &url, &[]).found(), [("SIZE".to_owned(), String::new())]);
}

#[test]
fn what_a_server_says_is_put_on_one_line() {
    let url = server(|_, _, stream| {
        respond(stream, "200 OK", "", "\u{1b}[2J\r\nvalid\r\n");
    });
    let contract = file(&folder("escaped"), "door.json", MANIFEST);
    let said = status(&["check", "--contract", &contract, "--url", &url]);
    assert!(!said.output.contains('\u{1b}') && !said.output.contains('\r'), "{said:?}");
    assert!(!said.output.contains("\nvalid"), "{said:?}");
}
