//! Each transcript says what its file says that it says.

use std::collections::{HashMap, HashSet};

use assistant::wire::{Code, Continues, Finish, Kinds, Words, chat, messages, responses};
use serde_json::{Value, json};
use speech_exit::strict::{At, read};

use super::support::{ALL, fixtures, node};

const AT_LEAST: usize = 100;

#[test]
fn each_transcript_says_what_its_file_expects() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= AT_LEAST, "{} transcripts", fixtures.len());
    for fixture in &fixtures {
        assert_eq!(fixture.derive(&fixture.transcript), fixture.expected, "{:?}", fixture.path);
    }
    for (name, of) in ALL {
        assert!(fixtures.iter().any(|fixture| fixture.of == of), "no transcript of {name}");
    }
}

#[test]
fn each_malformed_code_occurs_in_each_protocol_where_it_can() {
    let mut codes: HashMap<String, HashSet<String>> = HashMap::new();
    for fixture in fixtures() {
        if let Some(code) = fixture.expected["malformed"]["code"].as_str() {
            let protocol = fixture.path.parent().and_then(|folder| folder.file_name());
            let protocol = protocol.and_then(|name| name.to_str()).expect("a folder").to_owned();
            codes.entry(protocol).or_default().insert(code.to_owned());
        }
    }
    let everywhere =
        [Code::OrphanToolResult, Code::DuplicateId, Code::UnknownItem, Code::Unsupported];
    for (protocol, own) in [
        ("chat", [Some(Code::SequenceGap), None]),
        ("responses", [Some(Code::SequenceGap), Some(Code::OpaqueContext)]),
        ("messages", [Some(Code::OpaqueContext), None]),
    ] {
        for code in everywhere.into_iter().chain(own.into_iter().flatten()) {
            assert!(codes[protocol].contains(code.as_str()), "{protocol}: {}", code.as_str());
        }
        assert!(codes[protocol].contains("BAD_TOOL_NAME"), "{protocol}");
    }
}

#[track_caller]
fn with<T>(value: &Value, read_it: impl FnOnce(&At<'_>) -> T) -> T {
    read_it(&At::root(&node(value)))
}

#[test]
fn a_reference_to_context_elsewhere_is_given_back_with_its_place() {
    let request = json!({ "input": "x", "previous_response_id": "resp_9", "conversation": { "id": "conv_9" } });
    let references = with(&request, responses::continued).expect("references");
    let kinds = Kinds::built_in().expect("kinds");
    let transcript = with(&request, |at| responses::request(at, &[], &kinds)).expect("a request");
    assert_eq!(transcript.references, references);
    let found: Vec<_> = references
        .iter()
        .map(|reference| {
            let opaque = reference.opaque();
            (
                reference.continues,
                reference.id.clone(),
                opaque.code(),
                opaque.fault().pointer().to_owned(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                Continues::Response,
                "resp_9".to_owned(),
                Code::OpaqueContext,
                "/previous_response_id".to_owned()
            ),
            (
                Continues::Conversation,
                "conv_9".to_owned(),
                Code::OpaqueContext,
                "/conversation/id".to_owned()
            ),
        ]
    );
    let conversation = json!({ "input": "x", "conversation": "conv_9" });
    let references = with(&conversation, responses::continued).expect("references");
    assert_eq!(references[0].opaque().fault().pointer(), "/conversation");
}

#[test]
fn tools_are_given_back_whole_and_those_of_the_other_side_apart() {
    let kinds = Kinds::built_in().expect("kinds");
    let function = json!({ "type": "function", "name": "f", "parameters": { "x": [1, null] }, "strict": true });
    let hosted = json!({ "type": "web_search", "filters": {} });
    let request = json!({ "input": "x", "tools": [hosted, function] });
    let transcript = with(&request, |at| responses::request(at, &[], &kinds)).expect("a request");
    assert_eq!(transcript.offered.len(), 1);
    assert_eq!(transcript.offered[0].name, "f");
    assert_eq!(transcript.offered[0].definition, node(&function));
    assert_eq!(transcript.hosted[0].kind, "web_search");
    assert_eq!(transcript.hosted[0].definition, node(&hosted));
    let unsupported = transcript.hosted[0].unsupported();
    assert_eq!(
        (unsupported.code(), unsupported.fault().pointer()),
        (Code::Unsupported, "/tools/0/type")
    );
    let request = json!({ "messages": [{ "role": "user", "content": "x" }], "tools": [
        { "type": "web_search_20250305", "name": "web_search" }, { "name": "g", "input_schema": {} },
    ]});
    let transcript = with(&request, |at| messages::request(at, &kinds)).expect("a request");
    let offered: Vec<_> = transcript.offered.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!((offered, transcript.hosted.len()), (vec!["g"], 1));
}

#[test]
fn what_is_not_known_of_an_item_is_kept_with_it() {
    let request = json!({ "messages": [
        { "role": "user", "content": [{ "type": "text", "text": "x", "mark": 1 }], "name": "Ada" },
        { "role": "assistant", "content": null, "reasoning_content": "r",
          "tool_calls": [{ "id": "c", "type": "function", "function": { "name": "f", "arguments": "" }, "extra": 2 }] },
        { "role": "tool", "tool_call_id": "c", "content": "y", "structured": { "z": 3 } },
    ]});
    let transcript = with(&request, chat::request).expect("a request");
    let shown: Vec<String> =
        transcript.turns.iter().map(|turn| format!("{:?}", turn.extra)).collect();
    for (shown, kept) in shown.iter().zip([&["mark", "Ada"], &["reasoning_content", "extra"]]) {
        assert!(kept.iter().all(|kept| shown.contains(kept)), "{shown}");
    }
    assert!(shown[2].contains("Sourced") && !shown[2].contains("structured"), "{}", shown[2]);
    assert!(matches!(transcript.turns[2].words, Words::Result { .. }));
}

#[test]
fn a_reply_says_how_it_ended_and_what_it_brought() {
    let chat = |finish: Value| {
        let reply = json!({ "choices": [{ "message": { "content": "x" }, "finish_reason": finish }],
            "usage": { "prompt_tokens": 3, "completion_tokens": 2 }, "provenance": { "authority": "tool" } });
        with(&reply, chat::completion).expect("a completion")
    };
    for (reason, finish) in [
        (json!("stop"), Some(Finish::Stop)),
        (json!("length"), Some(Finish::Length)),
        (json!("tool_calls"), Some(Finish::Calls)),
        (json!("content_filter"), Some(Finish::Refused)),
        (Value::Null, None),
    ] {
        let transcript = chat(reason);
        assert_eq!(transcript.finish, finish);
        assert_eq!(transcript.usage.map(|usage| (usage.input, usage.output)), Some((3, 2)));
        assert_eq!(transcript.provenance, Some(node(&json!({ "authority": "tool" }))));
    }
    let kinds = Kinds::built_in().expect("kinds");
    for (status, reason, finish) in [
        ("completed", Value::Null, Some(Finish::Stop)),
        ("incomplete", json!({ "reason": "max_output_tokens" }), Some(Finish::Length)),
        ("incomplete", json!({ "reason": "content_filter" }), Some(Finish::Refused)),
        ("failed", Value::Null, Some(Finish::Failed)),
        ("in_progress", Value::Null, None),
    ] {
        let reply = json!({ "output": [], "status": status, "incomplete_details": reason });
        let transcript = with(&reply, |at| responses::response(at, &kinds)).expect("a response");
        assert_eq!(
            (transcript.finish, transcript.is_refusal()),
            (finish, finish == Some(Finish::Refused))
        );
    }
}

#[test]
fn the_deltas_of_a_stream_are_what_it_says() {
    let chunks = json!([
        { "choices": [{ "index": 0, "delta": { "role": "assistant", "content": "" }, "finish_reason": null }] },
        { "choices": [{ "index": 0, "delta": { "content": "It" }, "finish_reason": null }] },
        { "choices": [{ "index": 0, "delta": { "tool_calls": [{ "index": 0, "id": "c", "type": "function",
            "function": { "name": "f", "arguments": "{" } }] }, "finish_reason": null }] },
        { "choices": [{ "index": 0, "delta": { "tool_calls": [{ "index": 0, "function": { "arguments": "}" } }] },
            "finish_reason": "tool_calls" }] },
        { "choices": [], "usage": { "prompt_tokens": 1, "completion_tokens": 2 }, "provenance": {} },
        { "error": { "message": "x" } },
    ]);
    let text = chunks.to_string();
    let chunks = read(text.as_bytes()).expect("JSON");
    let mut stream = chat::Stream::new();
    let mut deltas = Vec::new();
    for chunk in At::root(&chunks).items().expect("chunks") {
        deltas.extend(stream.push(&chunk).expect("a chunk"));
    }
    use chat::Delta::{Call, Error, Finish as Ends, Provenance, Text, Usage};
    let opens = Some(("c".to_owned(), "f".to_owned()));
    assert_eq!(
        deltas[..4],
        [
            Text("It".to_owned()),
            Call { index: 0, opens, arguments: "{".to_owned() },
            Call { index: 0, opens: None, arguments: "}".to_owned() },
            Ends(Finish::Calls),
        ]
    );
    assert!(matches!(deltas[4..], [Usage(_), Provenance(_), Error(_)]), "{deltas:?}");
    let transcript = stream.finish().expect("a transcript");
    assert!(matches!(&transcript.turns[0].words,
        Words::Assistant { text, calls, is_refusal: false } if text == "It" && calls[0].arguments == "{}"));
}
