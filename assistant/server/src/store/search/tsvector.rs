//! Full-text search in PostgreSQL. The database finds rows by their lexemes and ranks them; which words a row has, and
//! where, is read off its text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use futures_util::TryFutureExt as _;

use super::lexemes::lexemes;
use super::{CANDIDATES, PassageHit, WordMatch};
use crate::store::conversations::{Role, TurnHit};
use crate::store::database::{Database, Lease, Text, in_time, once, stored};
use crate::store::documents::NewPassage;
use crate::store::ids::{ConversationId, DocumentId};

/// How many passages are sent, or looked at, at once.
const BATCH: usize = 1_000;
/// What the database takes: so many places of a word, places up to this one, and a little more than so many bytes.
const MAX_PLACES: usize = 255;
const MAX_PLACE: usize = 16_383;
const MAX_BYTES: usize = 1_000_000;
/// What a word takes beside its bytes, and what a place takes.
const WORD_BYTES: usize = 3;
const PLACE_BYTES: usize = 2;
/// A longer run of letters is no word that anybody asks for.
const MAX_WORD_BYTES: usize = 256;

/// Words of the heading count twice.
const FIND_PASSAGES: &str = "SELECT documents.id, documents.title, passages.heading, passages.text
    FROM passages JOIN documents ON documents.id = passages.document_id
    WHERE passages.lexemes @@ $1::tsquery
    ORDER BY ts_rank('{0.5, 0.5, 0.5, 1}', passages.lexemes, $1::tsquery, 1) DESC, passages.id LIMIT $2";

const FIND_TURNS: &str = "SELECT text FROM turns
    WHERE lexemes @@ $1::tsquery AND conversation_id = $2 AND role = $3
    ORDER BY ts_rank(lexemes, $1::tsquery, 1) DESC, id DESC LIMIT $4";

pub(super) async fn passages_with(
    database: &Database,
    words: &[String],
) -> sqlx::Result<Vec<PassageHit>> {
    let sought = sought(words);
    let Some(query) = any_of(&sought) else { return Ok(Vec::new()) };
    let rows = once!(database, |connection| {
        sqlx::query_as::<_, (String, Text<'static>, Text<'static>, Text<'static>)>(FIND_PASSAGES)
            .bind(&query)
            .bind(CANDIDATES)
            .fetch_all(connection)
    })?;
    let hit = |(document, title, heading, text): (String, Text<'_>, Text<'_>, Text<'_>)| {
        let matches = matches(&sought, &heading.0, &text.0);
        PassageHit {
            document: DocumentId::stored(document),
            title: title.into_string(),
            text: text.into_string(),
            matches,
        }
    };
    Ok(rows.into_iter().map(hit).filter(|hit| !hit.matches.is_empty()).collect())
}

pub(super) async fn turns_with(
    database: &Database,
    conversation: &ConversationId,
    role: Role,
    words: &[String],
) -> sqlx::Result<Vec<TurnHit>> {
    let sought = sought(words);
    let Some(query) = any_of(&sought) else { return Ok(Vec::new()) };
    let rows = once!(database, |connection| {
        sqlx::query_as::<_, (Text<'static>,)>(FIND_TURNS)
            .bind(&query)
            .bind(conversation.as_str())
            .bind(role.as_str())
            .bind(CANDIDATES)
            .fetch_all(connection)
    })?;
    let hit = |(text,): (Text<'_>,)| {
        let matches = matches(&sought, "", &text.0);
        TurnHit { text: text.into_string(), matches }
    };
    Ok(rows.into_iter().map(hit).filter(|hit| !hit.matches.is_empty()).collect())
}

pub(super) async fn insert_passages(
    lease: &mut Lease,
    document: &DocumentId,
    passages: &[NewPassage],
) -> sqlx::Result<()> {
    let mut position = 0_i64;
    for batch in passages.chunks(BATCH) {
        let headings: Vec<_> = batch.iter().map(|passage| stored(&passage.heading)).collect();
        let texts: Vec<_> = batch.iter().map(|passage| stored(&passage.text)).collect();
        let vectors = batch.iter().map(|passage| vector(&passage.heading, &passage.text));
        let inserted = sqlx::query(
            "INSERT INTO passages (document_id, position, heading, text, lexemes)
             SELECT $1, $2 + place - 1, heading, text, lexemes::tsvector
             FROM unnest($3::text[], $4::text[], $5::text[])
                 WITH ORDINALITY AS new (heading, text, lexemes, place)
             ORDER BY place",
        )
        .bind(document.as_str())
        .bind(position)
        .bind(&headings)
        .bind(&texts)
        .bind(vectors.collect::<Vec<_>>())
        .execute(lease.connection());
        let inserted = in_time(inserted).await;
        lease.saw(&inserted);
        position += i64::try_from(inserted?.rows_affected()).unwrap_or(i64::MAX);
    }
    Ok(())
}

pub(super) async fn insert_turn(
    lease: &mut Lease,
    conversation: &ConversationId,
    role: Role,
    text: &str,
    now: i64,
) -> sqlx::Result<()> {
    let inserted = sqlx::query(
        "INSERT INTO turns (conversation_id, role, text, lexemes, created_at)
         VALUES ($1, $2, $3, $4::tsvector, $5)",
    )
    .bind(conversation.as_str())
    .bind(role.as_str())
    .bind(Text::of(text))
    .bind(vector("", text))
    .bind(now)
    .execute(lease.connection());
    let inserted = in_time(inserted).await;
    lease.saw(&inserted);
    inserted.map(drop)
}

pub(super) async fn probe(database: &Database) -> sqlx::Result<()> {
    once!(database, |connection| {
        sqlx::query("SELECT id FROM passages WHERE lexemes @@ '''probe'''::tsquery LIMIT 1")
            .fetch_optional(connection)
            .map_ok(drop)
    })
}

pub(super) async fn check(database: &Database) -> sqlx::Result<Vec<String>> {
    let (mut after, mut wrong) = (0_i64, 0_i64);
    loop {
        let rows = once!(database, |connection| {
            sqlx::query_as::<_, (i64, Text<'static>, Text<'static>)>(
                "SELECT id, heading, text FROM passages WHERE id > $1 ORDER BY id LIMIT 1000",
            )
            .bind(after)
            .fetch_all(connection)
        })?;
        let Some((last, ..)) = rows.last() else { break };
        after = *last;
        wrong += otherwise_found(database, &rows).await?;
    }
    Ok(if wrong == 0 {
        Vec::new()
    } else {
        vec![format!("passages found by other words: {wrong}")]
    })
}

/// How many of the passages have other lexemes than those of their words.
async fn otherwise_found(
    database: &Database,
    rows: &[(i64, Text<'_>, Text<'_>)],
) -> sqlx::Result<i64> {
    let Database::Postgres(pool) = database else { return Ok(0) };
    let ids: Vec<i64> = rows.iter().map(|(id, ..)| *id).collect();
    let vectors: Vec<String> =
        rows.iter().map(|(_, heading, text)| vector(&heading.0, &text.0)).collect();
    let (wrong,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM unnest($1::bigint[], $2::text[]) AS own (id, lexemes)
         JOIN passages USING (id) WHERE passages.lexemes <> own.lexemes::tsvector",
    )
    .bind(ids)
    .bind(vectors)
    .fetch_one(pool)
    .await?;
    Ok(wrong)
}

/// The lexemes of each word that was looked for. One that has several is found where they follow one another.
fn sought(words: &[String]) -> Vec<Vec<String>> {
    words.iter().map(|word| lexemes(word).map(|(_, lexeme)| lexeme).collect()).collect()
}

/// A query for rows that have all lexemes of any of the words; none if there is nothing to look for.
fn any_of(sought: &[Vec<String>]) -> Option<String> {
    let all = |lexemes: &Vec<String>| {
        let quoted: Vec<String> = lexemes.iter().map(|lexeme| quoted(lexeme)).collect();
        let is_one = !quoted.is_empty() && lexemes.iter().all(|lexeme| is_kept(lexeme));
        is_one.then(|| format!("({})", quoted.join(" & ")))
    };
    let words: Vec<String> = sought.iter().filter_map(all).collect();
    (!words.is_empty()).then(|| words.join(" | "))
}

/// A lexeme as a string of the database's own language, in which [`is_kept`] leaves nothing to escape.
fn quoted(lexeme: &str) -> String {
    format!("'{lexeme}'")
}

fn is_kept(lexeme: &str) -> bool {
    lexeme.len() <= MAX_WORD_BYTES && !lexeme.contains(['\'', '\\', '\0'])
}

/// The lexemes of a row with their places, as the database reads them. Those of the heading have a weight of their own.
fn vector(heading: &str, text: &str) -> String {
    let weighted = |text: &str, weight: &'static str| {
        lexemes(text).map(move |(_, lexeme)| (lexeme, weight)).collect::<Vec<_>>()
    };
    let all = weighted(heading, "A").into_iter().chain(weighted(text, ""));
    let mut places: BTreeMap<String, Vec<(usize, &str)>> = BTreeMap::new();
    let mut bytes = 0;
    for (place, (lexeme, weight)) in (1..).zip(all).filter(|(_, (lexeme, _))| is_kept(lexeme)) {
        let word_bytes = if places.contains_key(&lexeme) { 0 } else { lexeme.len() + WORD_BYTES };
        bytes += word_bytes + PLACE_BYTES;
        if bytes > MAX_BYTES {
            break;
        }
        let places = places.entry(lexeme).or_default();
        if places.len() < MAX_PLACES {
            places.push((place.min(MAX_PLACE), weight));
        }
    }
    let mut vector = String::new();
    for (lexeme, places) in places {
        vector.push_str(&quoted(&lexeme));
        for (index, (place, weight)) in places.into_iter().enumerate() {
            let separator = if index == 0 { ':' } else { ',' };
            let _ = write!(vector, "{separator}{place}{weight}");
        }
        vector.push(' ');
    }
    vector
}

/// Which of the words a row has, and where in its text.
fn matches(sought: &[Vec<String>], heading: &str, text: &str) -> Vec<WordMatch> {
    let heading: Vec<_> = lexemes(heading).collect();
    let text: Vec<_> = lexemes(text).collect();
    let found = sought.iter().enumerate().filter_map(|(word, lexemes)| {
        let places = places(&text, lexemes);
        let is_found = !places.is_empty() || !self::places(&heading, lexemes).is_empty();
        is_found.then_some(WordMatch { word, places })
    });
    found.collect()
}

/// Where the lexemes follow one another.
fn places(words: &[(Range<usize>, String)], lexemes: &[String]) -> Vec<Range<usize>> {
    if lexemes.is_empty() {
        return Vec::new();
    }
    let run = |run: &[(Range<usize>, String)]| {
        let is_it = run.iter().map(|(_, lexeme)| lexeme).eq(lexemes);
        let (first, last) = (run.first()?, run.last()?);
        is_it.then_some(first.0.start..last.0.end)
    };
    words.windows(lexemes.len()).filter_map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::{WordMatch, any_of, matches, sought, vector};

    fn words(words: &[&str]) -> Vec<Vec<String>> {
        sought(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_row_is_found_by_the_stems_of_its_words_and_those_of_its_heading_weigh_more() {
        assert_eq!(vector("Doors", "A door, shut."), "'a':2 'door':1A,3 'shut':4 ");
        assert_eq!(vector("", "--"), "");
    }

    #[test]
    fn more_words_than_the_database_takes_are_left_out() {
        let many = vector("", &"a ".repeat(100_000));
        assert_eq!(many.matches(',').count(), 254);
        let long: String = (0..300_000).map(|number| format!("w{number} ")).collect();
        assert!(vector("", &long).len() < 2 << 20);
        assert_eq!(vector("", &"x".repeat(5_000)), "");
    }

    #[test]
    fn a_word_of_several_is_found_where_they_follow_one_another() {
        let sought = words(&["door-wall", "-", "gate"]);
        assert_eq!(any_of(&sought).as_deref(), Some("('door' & 'wall') | ('gate')"));
        assert_eq!(any_of(&words(&["-", "\""])), None);
        let found = matches(&sought, "The gate", "A wall, a door. Doors, walls.");
        let place = |found: &WordMatch| found.places.first().cloned();
        let found: Vec<_> = found.iter().map(|found| (found.word, place(found))).collect();
        assert_eq!(found, [(0, Some(16..28)), (2, None)]);
    }
}
