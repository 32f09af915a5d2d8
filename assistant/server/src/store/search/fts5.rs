//! Full-text search in SQLite: words go in quoted, places come out as marks.

use std::collections::HashMap;
use std::ops::Range;

use sqlx::{SqliteConnection, SqlitePool};

use super::{CANDIDATES, PassageHit, WordMatch};
use crate::store::conversations::{Role, TurnHit};
use crate::store::documents::NewPassage;
use crate::store::ids::{ConversationId, DocumentId};

/// Noncharacters: text for interchange has none, and a text that has some all the same loses only its places.
const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

type Found = HashMap<i64, Vec<WordMatch>>;

/// Id, text, and the text with marks around what matches.
const MARK_PASSAGES: &str = "SELECT passages.id, passages.text, highlight(passages_index, 1, ?, ?)
    FROM passages_index JOIN passages ON passages.id = passages_index.rowid
    WHERE passages_index MATCH ?
    AND passages_index.rowid IN (SELECT value FROM json_each(?))";

/// Id, text, and the text with marks around what matches.
const MARK_TURNS: &str = "SELECT turns.id, turns.text, highlight(turns_index, 0, ?, ?)
    FROM turns_index JOIN turns ON turns.id = turns_index.rowid
    WHERE turns_index MATCH ?
    AND turns_index.rowid IN (SELECT value FROM json_each(?))";

pub(super) async fn insert_passages(
    connection: &mut SqliteConnection,
    document: &DocumentId,
    passages: &[NewPassage],
) -> sqlx::Result<()> {
    for (position, passage) in (0_i64..).zip(passages) {
        sqlx::query(
            "INSERT INTO passages (document_id, position, heading, text) VALUES (?, ?, ?, ?)",
        )
        .bind(document.as_str())
        .bind(position)
        .bind(&passage.heading)
        .bind(&passage.text)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

pub(super) async fn insert_turn(
    connection: &mut SqliteConnection,
    conversation: &ConversationId,
    role: Role,
    text: &str,
    now: i64,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO turns (conversation_id, role, text, created_at) VALUES (?, ?, ?, ?)")
        .bind(conversation.as_str())
        .bind(role.as_str())
        .bind(text)
        .bind(now)
        .execute(connection)
        .await
        .map(drop)
}

/// Best first by bm25.
pub(super) async fn passages_with(
    pool: &SqlitePool,
    words: &[String],
) -> sqlx::Result<Vec<PassageHit>> {
    let rows = sqlx::query_as::<_, (i64, String, String, String)>(
        "SELECT passages.id, documents.id, documents.title, passages.text
         FROM passages_index
         JOIN passages ON passages.id = passages_index.rowid
         JOIN documents ON documents.id = passages.document_id
         WHERE passages_index MATCH ?
         ORDER BY bm25(passages_index, 2.0, 1.0), passages.id LIMIT ?",
    )
    .bind(any_of(words))
    .bind(CANDIDATES)
    .fetch_all(pool)
    .await?;
    let ids = rows.iter().map(|(id, ..)| *id);
    let mut found = marked(pool, MARK_PASSAGES, words, ids).await?;
    let hit = |(id, document, title, text)| PassageHit {
        document: DocumentId::stored(document),
        title,
        text,
        matches: found.remove(&id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(hit).collect())
}

/// Best first by bm25.
pub(super) async fn turns_with(
    pool: &SqlitePool,
    conversation: &ConversationId,
    role: Role,
    words: &[String],
) -> sqlx::Result<Vec<TurnHit>> {
    let rows = sqlx::query_as::<_, (i64, String)>(
        "SELECT turns.id, turns.text
         FROM turns_index JOIN turns ON turns.id = turns_index.rowid
         WHERE turns_index MATCH ? AND turns.conversation_id = ? AND turns.role = ?
         ORDER BY bm25(turns_index), turns.id DESC LIMIT ?",
    )
    .bind(any_of(words))
    .bind(conversation.as_str())
    .bind(role.as_str())
    .bind(CANDIDATES)
    .fetch_all(pool)
    .await?;
    let ids = rows.iter().map(|(id, ..)| *id);
    let mut found = marked(pool, MARK_TURNS, words, ids).await?;
    let hit = |(id, text)| TurnHit { text, matches: found.remove(&id).unwrap_or_default() };
    Ok(rows.into_iter().map(hit).collect())
}

/// Which of the words each of these rows has, and where.
async fn marked(
    pool: &SqlitePool,
    statement: &'static str,
    words: &[String],
    ids: impl Iterator<Item = i64>,
) -> sqlx::Result<Found> {
    let ids = id_list(ids);
    let mut found = Found::new();
    for (word, text) in words.iter().enumerate() {
        let rows = sqlx::query_as::<_, (i64, String, String)>(statement)
            .bind(OPEN.to_string())
            .bind(CLOSE.to_string())
            .bind(quoted(text))
            .bind(&ids)
            .fetch_all(pool)
            .await?;
        for (id, text, marked) in rows {
            let places = marked_ranges(&marked, &text);
            found.entry(id).or_default().push(WordMatch { word, places });
        }
    }
    Ok(found)
}

/// The ids as a JSON array, so that the statement is the same for any number of them.
fn id_list(ids: impl Iterator<Item = i64>) -> String {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    format!("[{}]", ids.join(","))
}

pub(super) async fn check(pool: &SqlitePool) -> sqlx::Result<Vec<String>> {
    for statement in [
        "INSERT INTO passages_index (passages_index, rank) VALUES ('integrity-check', 1)",
        "INSERT INTO turns_index (turns_index, rank) VALUES ('integrity-check', 1)",
    ] {
        sqlx::query(statement).execute(pool).await?;
    }
    let (found,): (String,) = sqlx::query_as("PRAGMA integrity_check").fetch_one(pool).await?;
    Ok(if found == "ok" { Vec::new() } else { vec![found] })
}

/// An expression that finds any of the words. Each is a quoted string, in which nothing is an operator.
fn any_of(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" OR ")
}

/// One word as a string of the expression language.
pub(in crate::store) fn quoted(word: &str) -> String {
    // A NUL would end the expression early in the index's reader, which works on C strings.
    format!("\"{}\"", word.replace('"', "\"\"").replace('\0', " "))
}

/// Where in the text the marks stood.
fn marked_ranges(marked: &str, text: &str) -> Vec<Range<usize>> {
    if text.contains([OPEN, CLOSE]) {
        return Vec::new();
    }
    let mut ranges = Vec::new();
    let (mut place, mut start) = (0, None);
    for character in marked.chars() {
        match character {
            OPEN => start = Some(place),
            CLOSE => ranges.extend(start.take().map(|start| start..place)),
            other => place += other.len_utf8(),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::{any_of, marked_ranges, quoted};

    #[test]
    fn a_quote_in_a_word_stays_in_its_string() {
        assert_eq!(quoted(r#"a" OR "b"#), r#""a"" OR ""b""#);
        assert_eq!(quoted("a\0b"), "\"a b\"");
        assert_eq!(any_of(&["a".into(), "NEAR".into()]), r#""a" OR "NEAR""#);
    }

    #[test]
    fn marks_give_the_places_in_the_text_without_them() {
        let text = "é truth and truths";
        let marked = "é \u{fdd0}truth\u{fdd1} and \u{fdd0}truths\u{fdd1}";
        let words: Vec<&str> =
            marked_ranges(marked, text).into_iter().filter_map(|range| text.get(range)).collect();
        assert_eq!(words, ["truth", "truths"]);
    }

    #[test]
    fn a_text_with_marks_of_its_own_gives_no_places() {
        assert!(marked_ranges("\u{fdd0}a\u{fdd1}", "\u{fdd0}a").is_empty());
    }
}
