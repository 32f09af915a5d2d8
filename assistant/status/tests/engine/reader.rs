//! Nothing in a document is lost or taken for something else.

use serde_json::json;
use status_contract::{DEPTH_MAX, SIZE_MAX_BYTES, STRING_MAX_BYTES};

use crate::{EXACT, contract, found_by};

/// What is found where every member may be there.
fn found(document: &[u8]) -> Vec<String> {
    let fields = json!({"x": {"type": "int", "opt": true}});
    let options = status_contract::Options::default();
    found_by(&contract(&json!({"document": {"fields": fields}})), document, &options)
}

#[test]
fn what_is_no_json_is_not_read() {
    let texts: [&[u8]; 27] = [
        b"",
        b" \n",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b"{\"x\":1",
        b"{\"x\"",
        b"{\"x",
        b"{x:1}",
        b"{'x':1}",
        b"{\"x\":1,}",
        b"{\"x\":1,,\"y\":2}",
        b"{\"x\" 1}",
        b"[1,]",
        b"[1 2]",
        b"{} {}",
        b"{}]",
        b"{\"x\":01}",
        b"{\"x\":+1}",
        b"{\"x\":1.}",
        b"{\"x\":.5}",
        b"{\"x\":1e}",
        b"{\"x\":tru}",
        b"{\"x\":\"a\nb\"}",
        b"{\"x\":\"\\x\"}",
        b"{\"x\":\"\\ud800\"}",
        b"{\"x\":\"\\udc00\\ud800\"}",
        b"<!doctype html><p>200 OK</p>",
    ];
    for text in texts {
        assert_eq!(found(text), ["NOT_JSON "], "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn a_byte_order_mark_is_named() {
    let contract = contract(&json!({"document": {"fields": {"x": {"type": "int"}}}}));
    let report = status_contract::check(&contract, b"\xef\xbb\xbf{}", &EXACT);
    assert_eq!(report.findings().first().unwrap().found, "a byte order mark before it");
    assert!(report.is_unreadable());
}

#[test]
fn what_json_allows_is_read() {
    let texts = [
        "{}",
        " {\t\"x\" :\r1\n} ",
        r#"{"y":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}"#,
        r#"{"y":[[],{},[{}],-0,0.5,1E+2,1e-2,true,false,null,""]}"#,
        "{\"y\":\"\u{7f}\u{2028}\"}",
        "{\"\":1}",
    ];
    for text in texts {
        assert_eq!(found(text.as_bytes()), [""; 0], "{text}");
    }
}

#[test]
fn a_key_that_stands_twice_is_found_however_it_is_written() {
    assert_eq!(found(br#"{"x":1,"x":1}"#), ["DUPLICATE_KEY /x"]);
    assert_eq!(found(br#"{"x":1,"\u0078":2}"#), ["DUPLICATE_KEY /x"]);
    assert_eq!(found(br#"{"y":[{"a":1,"b":2,"a":3}]}"#), ["DUPLICATE_KEY /y/0/a"]);
    assert_eq!(found(br#"{"y":1,"y":1,"y":1}"#), ["DUPLICATE_KEY /y", "DUPLICATE_KEY /y"]);
    let many: Vec<_> = (0..200).map(|key| format!("\"k{key}\":0")).collect();
    let twice = format!("{{{},\"k7\":0}}", many.join(","));
    assert_eq!(found(twice.as_bytes()), ["DUPLICATE_KEY /k7"]);
}

#[test]
fn a_key_that_stands_twice_has_no_second_finding() {
    assert_eq!(found(br#"{"x":"wrong","x":1}"#), ["DUPLICATE_KEY /x"]);
}

#[test]
fn a_number_that_is_none_is_found_wherever_it_stands() {
    for word in ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1.5e99999999999"] {
        let document = format!("{{\"y\":[0,{{\"z\":{word}}}],\"x\":1}}");
        assert_eq!(found(document.as_bytes()), ["NOT_FINITE /y/1/z"], "{word}");
    }
    let digits = format!("{{\"y\":{}}}", "9".repeat(5_000));
    assert_eq!(found(digits.as_bytes()), ["NOT_FINITE /y"]);
    assert_eq!(found(b"{\"y\":nan}"), ["NOT_JSON "]);
}

#[test]
fn values_nest_as_deep_as_they_may_and_no_deeper() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let inside = |depth: usize| found(format!("{{\"y\":{}}}", nested(depth - 1)).as_bytes());
    assert_eq!(inside(DEPTH_MAX), [""; 0]);
    let too_deep = inside(DEPTH_MAX + 1);
    assert!(too_deep.len() == 1 && too_deep.first().unwrap().starts_with("DEPTH /y/0/0"));
    assert_eq!(inside(100_000).len(), 1);
    assert_eq!(found("[".repeat(100_000).as_bytes()).len(), 1);
}

#[test]
fn a_document_and_a_string_are_as_long_as_they_may_be_and_no_longer() {
    let spaces = |size: usize| [b"{}".as_slice(), &vec![b' '; size - 2]].concat();
    assert_eq!(found(&spaces(SIZE_MAX_BYTES)), [""; 0]);
    assert_eq!(found(&spaces(SIZE_MAX_BYTES + 1)), ["SIZE "]);
    let text = |size: usize| format!("{{\"y\":\"{}\"}}", "a".repeat(size - 2));
    assert_eq!(found(text(STRING_MAX_BYTES).as_bytes()), [""; 0]);
    assert_eq!(found(text(STRING_MAX_BYTES + 1).as_bytes()), ["SIZE /y"]);
}

#[test]
fn what_is_no_object_is_no_document() {
    for text in ["[]", "1", "\"x\"", "null", "true", "NaN"] {
        let code = if text == "NaN" { "NOT_FINITE " } else { "TYPE " };
        assert_eq!(found(text.as_bytes()), [code], "{text}");
    }
}

#[test]
fn a_finding_knows_where_in_the_bytes_it_is() {
    let contract = contract(&json!({"document": {"fields": {"x": {"type": "int"}}}}));
    let document = br#"{ "x" : "wrong" }"#;
    let report = status_contract::check(&contract, document, &EXACT);
    let (start, end) = report.findings().first().unwrap().span;
    assert_eq!(document.get(start..end), Some(b"\"wrong\"".as_slice()));
}

#[test]
fn what_stops_the_reader_is_told_whatever_else_is() {
    let document = format!("{{\"y\":[{}", "NaN,".repeat(500));
    let found = found(document.as_bytes());
    assert_eq!((found.len(), found.first().map(String::as_str)), (100, Some("NOT_JSON ")));
}

#[test]
fn a_pointer_names_the_key_as_it_is() {
    let fields = json!({"x": {"type": "int", "opt": true}});
    let contract = contract(&json!({"document": {"fields": fields}}));
    let found = found_by(&contract, br#"{"a\tb":1,"a\\tb":1,"e\u0301~/":1}"#, &EXACT);
    assert_eq!(found, ["EXTRA /a\tb", "EXTRA /a\\tb", "EXTRA /e\u{301}~0~1"]);
}
