//! Documents: in, listed, out.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::databases::on_each_database;
use crate::support::{Answer, Assistant, assistant, request};

const PATH: &str = "/v1/library/documents";

async fn upload(assistant: &Assistant, media_type: &str, body: impl Into<Body>) -> Answer {
    let mut request: Request<Body> = request(Method::POST, PATH, body);
    request.headers_mut().insert("content-type", media_type.parse().expect("a header"));
    assistant.send(request).await
}

async fn the_same_upload_twice_is_one_document() {
    let assistant = assistant().await;
    let body = json!({ "title": "Doors", "text": "A door.\n\nA wall." });
    let first = assistant.post(PATH, &body).await;
    assert_eq!(first.status, 201);
    assert_eq!(first.json()["title"], "Doors");
    assert_eq!(first.json()["passages"], 2);
    let second = assistant.post(PATH, &body).await;
    assert_eq!(second.status, 200);
    assert_eq!(second.json(), first.json());
    let data = assistant.get(PATH).await.json()["data"].clone();
    assert_eq!(data.as_array().map(Vec::len), Some(1));
}

async fn markdown_is_titled_by_its_first_heading() {
    let assistant = assistant().await;
    let text = "intro\n\n## The *door*\n\nIt is green.\n";
    let added = upload(&assistant, "text/markdown; charset=utf-8", text).await;
    assert_eq!(added.status, 201, "{added:?}");
    assert_eq!(added.json()["title"], "The *door*");
    let id = added.json()["id"].as_str().expect("an id").to_owned();
    let read = assistant.get(&format!("{PATH}/{id}")).await.json();
    assert_eq!(read["text"], text);
    assert_eq!(read["media_type"], "text/markdown");
    upload(&assistant, "text/markdown", "no heading").await.assert_error(422, "NO_HEADING", None);
}

async fn a_removed_document_is_found_no_more() {
    let assistant = assistant().await;
    let id = assistant.add("Doors", "A door is a hole in a wall.").await;
    assistant.ask("What is a door?").await.assert_answers_as("memory");
    let path = format!("{PATH}/{id}");
    let removed = assistant.send(request(Method::DELETE, &path, "")).await;
    assert_eq!((removed.status.as_u16(), removed.text.as_str()), (204, ""));
    assistant.ask("What is a door?").await.assert_answers_as("system");
    assistant.get(&path).await.assert_error(404, "NOT_FOUND", None);
    assistant.send(request(Method::DELETE, &path, "")).await.assert_error(404, "NOT_FOUND", None);
    assistant.get(&format!("{PATH}/%ff")).await.assert_error(404, "NOT_FOUND", None);
    assistant.store.check().await.expect("an index that agrees with its documents");
}

async fn pages_give_each_document_once() {
    let assistant = assistant().await;
    let mut added = Vec::new();
    for number in 0..7 {
        added.push(assistant.add(&format!("D{number}"), "text").await);
    }
    let (mut listed, mut after): (Vec<String>, _) = (Vec::new(), String::new());
    loop {
        let page = assistant.get(&format!("{PATH}?limit=3{after}")).await.json();
        let rows = page["data"].as_array().expect("a page");
        assert!(rows.len() <= 3, "{page}");
        let ids = rows.iter();
        listed.extend(ids.map(|row| row["id"].as_str().expect("an id").to_owned()));
        after = format!("&after={}", listed.last().expect("a last"));
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(listed.len(), 7);
    assert_eq!(listed, added);
    let bad = ["limit=0", "limit=101", "limit=x", "limit=%2B5", "limit=+5", "limit=1&limit=2"];
    for query in bad.into_iter().chain(["page=2", "after=doc_of_none", "after"]) {
        assistant.get(&format!("{PATH}?{query}")).await.assert_error(422, "BAD_QUERY", None);
    }
}

async fn a_broken_document_is_told_what_and_where() {
    let assistant = assistant().await;
    let table: [(Value, &str, &str); 10] = [
        (json!({ "text": "x" }), "MISSING_FIELD", "/title"),
        (json!({ "title": "x" }), "MISSING_FIELD", "/text"),
        (json!({ "title": "", "text": "x" }), "BAD_TITLE", "/title"),
        (json!({ "title": "a\nb", "text": "x" }), "BAD_TITLE", "/title"),
        (json!({ "title": "a\u{202e}b", "text": "x" }), "BAD_TITLE", "/title"),
        (json!({ "title": "x", "text": " \n" }), "EMPTY_TEXT", "/text"),
        (json!({ "title": "x", "text": 1 }), "WRONG_TYPE", "/text"),
        (json!({ "title": "x", "text": "x", "format": "html" }), "UNKNOWN_VALUE", "/format"),
        (json!({ "title": "x", "text": "x", "url": "x" }), "UNKNOWN_FIELD", "/url"),
        (json!(["x"]), "WRONG_TYPE", ""),
    ];
    for (body, code, pointer) in table {
        assistant.post(PATH, &body).await.assert_error(422, code, Some(pointer));
    }
    let invalid = upload(&assistant, "text/markdown", vec![b'#', b' ', 0xff]).await;
    invalid.assert_error(422, "INVALID_UTF8", None);
    upload(&assistant, "application/json", vec![b'"', 0xff]).await.assert_error(
        422,
        "INVALID_UTF8",
        None,
    );
    upload(&assistant, "text/markdown", "").await.assert_error(422, "EMPTY_TEXT", None);
}

async fn a_document_over_its_limit_is_too_large() {
    let assistant = assistant().await;
    let fits = format!("# T\n\n{}", "word ".repeat((2 << 20) / 5 - 2));
    assert_eq!(upload(&assistant, "text/markdown", fits.clone()).await.status, 201);
    let over = fits + "0123456789";
    upload(&assistant, "text/markdown", over).await.assert_error(413, "TOO_LARGE", Some(""));
}

async fn a_type_that_other_sites_can_send_is_not_taken() {
    let assistant = assistant().await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let answer = upload(&assistant, media_type, "# T\n\nx").await;
        answer.assert_error(415, "UNSUPPORTED_MEDIA_TYPE", None);
    }
}

async fn a_word_that_is_looked_for_is_no_command_even_when_it_is_written_like_one() {
    let assistant = assistant().await;
    assistant.add("Doors", "A door is a hole in a wall.").await;
    for word in ["\"", "a\" OR \"door", "NEAR(door", "doo*", "text:door", "^door", "AND", "(", "-"]
    {
        let alone = assistant.store.find_passages(&[word.to_owned()]).await;
        assert!(alone.is_ok(), "{word}: {alone:?}");
        let beside = assistant.store.find_passages(&["door".to_owned(), word.to_owned()]).await;
        assert_eq!(beside.map(|found| found.len()), Ok(1), "{word}");
    }
    let prefix = assistant.store.find_passages(&["doo*".to_owned()]).await;
    assert_eq!(prefix, Ok(Vec::new()));
}

on_each_database! {
    the_same_upload_twice_is_one_document,
    markdown_is_titled_by_its_first_heading,
    a_removed_document_is_found_no_more,
    pages_give_each_document_once,
    a_broken_document_is_told_what_and_where,
    a_document_over_its_limit_is_too_large,
    a_type_that_other_sites_can_send_is_not_taken,
    a_word_that_is_looked_for_is_no_command_even_when_it_is_written_like_one,
}
