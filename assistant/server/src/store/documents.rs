//! The library's documents. A document and all its passages come and go in one transaction.

use futures_util::TryFutureExt as _;

use super::database::{Lock, Text, on, once};
use super::ids::DocumentId;
use super::{Store, StoreError, now_seconds, search};
use crate::status::Part;

/// A document to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// Its title, not empty.
    pub title: String,
    /// Its text as it came in.
    pub text: String,
    /// `text/plain` or `text/markdown`.
    pub media_type: &'static str,
    /// What of it can be found, in order.
    pub passages: Vec<NewPassage>,
}

/// A piece of a document that is found as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPassage {
    /// The title of the document and the headings above the passage.
    pub heading: String,
    /// Its words.
    pub text: String,
}

/// What adding a document did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The document's id.
    pub id: DocumentId,
    /// How many passages it has.
    pub passages: u64,
    /// False when the same document was there before.
    pub is_new: bool,
}

/// A document as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSummary {
    /// Its id.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Its media type.
    pub media_type: String,
    /// Seconds since the Unix epoch.
    pub created_at: i64,
}

/// A document with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What is listed of it.
    pub summary: DocumentSummary,
    /// Its text as it came in.
    pub text: String,
}

const APART: &str = "SELECT (SELECT count(*) FROM documents WHERE id NOT IN
        (SELECT document_id FROM passages))
    + (SELECT count(*) FROM passages WHERE document_id NOT IN
        (SELECT id FROM documents))";

type SummaryRow = (String, Text<'static>, String, i64);

fn summary((id, title, media_type, created_at): SummaryRow) -> DocumentSummary {
    DocumentSummary {
        id: DocumentId::stored(id),
        title: title.into_string(),
        media_type,
        created_at,
    }
}

impl Store {
    /// Adds a document, unless the same one is there.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing of the document is kept then.
    pub async fn add_document(&self, document: &NewDocument) -> Result<Added, StoreError> {
        let outcome = self.add_in_one_transaction(document).await;
        self.noted(Part::Writes, outcome)
    }

    async fn add_in_one_transaction(&self, document: &NewDocument) -> sqlx::Result<Added> {
        let id = DocumentId::of(document.media_type, &document.title, &document.text);
        let mut session = self.begin(Lock::Library).await?;
        let inserted = on!(&mut session, |connection| {
            sqlx::query_as::<_, (i64,)>(
                "INSERT INTO documents (id, title, text, media_type, created_at)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING RETURNING number",
            )
            .bind(id.as_str())
            .bind(Text::of(&document.title))
            .bind(Text::of(&document.text))
            .bind(document.media_type)
            .bind(now_seconds())
            .fetch_optional(connection)
        })?;
        if inserted.is_some() {
            search::insert_passages(&mut session, &id, &document.passages).await?;
        }
        let (passages,) = on!(&mut session, |connection| {
            sqlx::query_as::<_, (i64,)>("SELECT count(*) FROM passages WHERE document_id = $1")
                .bind(id.as_str())
                .fetch_one(connection)
        })?;
        session.commit().await?;
        Ok(Added { id, passages: passages.unsigned_abs(), is_new: inserted.is_some() })
    }

    /// The document of that id.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn document(&self, id: &str) -> Result<Option<Document>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, (String, Text<'static>, String, i64, Text<'static>)>(
                "SELECT id, title, media_type, created_at, text FROM documents WHERE id = $1",
            )
            .bind(Text::of(id))
            .fetch_optional(connection)
        });
        let row = self.noted(Part::Reads, outcome)?;
        Ok(row.map(|(id, title, media_type, created_at, text)| Document {
            summary: summary((id, title, media_type, created_at)),
            text: text.into_string(),
        }))
    }

    /// At most `limit` documents in the order in which they came, those after the document `after`; none if there
    /// is no such document.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn documents(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Option<Vec<DocumentSummary>>, StoreError> {
        let outcome = self.page(after, limit).await;
        let rows = self.noted(Part::Reads, outcome)?;
        Ok(rows.map(|rows| rows.into_iter().map(summary).collect()))
    }

    async fn page(&self, after: Option<&str>, limit: u32) -> sqlx::Result<Option<Vec<SummaryRow>>> {
        let mut session = self.database.session().await?;
        let mut last = 0;
        if let Some(after) = after {
            let row = on!(&mut session, |connection| {
                sqlx::query_as::<_, (i64,)>("SELECT number FROM documents WHERE id = $1")
                    .bind(Text::of(after))
                    .fetch_optional(connection)
            })?;
            let Some((number,)) = row else { return Ok(None) };
            last = number;
        }
        on!(&mut session, |connection| {
            sqlx::query_as(
                "SELECT id, title, media_type, created_at FROM documents
                 WHERE number > $1 ORDER BY number LIMIT $2",
            )
            .bind(last)
            .bind(i64::from(limit))
            .fetch_all(connection)
        })
        .map(Some)
    }

    /// Removes a document and its passages; false when there was none of that id.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn remove_document(&self, id: &str) -> Result<bool, StoreError> {
        let outcome = self.remove_in_one_transaction(id).await;
        self.noted(Part::Writes, outcome)
    }

    async fn remove_in_one_transaction(&self, id: &str) -> sqlx::Result<bool> {
        let mut session = self.begin(Lock::Library).await?;
        let removed = on!(&mut session, |connection| {
            sqlx::query("DELETE FROM documents WHERE id = $1")
                .bind(Text::of(id))
                .execute(connection)
                .map_ok(|done| done.rows_affected())
        })?;
        session.commit().await?;
        Ok(removed > 0)
    }

    /// Whether every document has its passages, all of them can be found, and nothing else can.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the database or its index contradicts itself.
    pub async fn check(&self) -> Result<(), StoreError> {
        let outcome = search::check(&self.database).await;
        let mut wrong = self.noted(Part::Library, outcome)?;
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, (i64,)>(APART).fetch_one(connection)
        });
        if let (apart @ 1..,) = self.noted(Part::Library, outcome)? {
            wrong.push(format!("documents and passages without one another: {apart}"));
        }
        if wrong.is_empty() { Ok(()) } else { Err(StoreError::database(&wrong.join("; "))) }
    }
}
