//! The library's documents. A document and all its passages come and go in one transaction.

use super::ids::DocumentId;
use super::{Store, StoreError, now_seconds};
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

type SummaryRow = (String, String, String, i64);

fn summary((id, title, media_type, created_at): SummaryRow) -> DocumentSummary {
    DocumentSummary { id: DocumentId::stored(id), title, media_type, created_at }
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
        let mut transaction = self.begin().await?;
        let inserted = sqlx::query(
            "INSERT INTO documents (id, title, text, media_type, created_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(&document.title)
        .bind(&document.text)
        .bind(document.media_type)
        .bind(now_seconds())
        .execute(&mut *transaction)
        .await?;
        let is_new = inserted.rows_affected() == 1;
        if is_new {
            for (position, passage) in (0_i64..).zip(&document.passages) {
                sqlx::query(
                    "INSERT INTO passages (document_id, position, heading, text) VALUES (?, ?, ?, ?)",
                )
                .bind(id.as_str())
                .bind(position)
                .bind(&passage.heading)
                .bind(&passage.text)
                .execute(&mut *transaction)
                .await?;
            }
        }
        let (passages,): (i64,) =
            sqlx::query_as("SELECT count(*) FROM passages WHERE document_id = ?")
                .bind(id.as_str())
                .fetch_one(&mut *transaction)
                .await?;
        transaction.commit().await?;
        Ok(Added { id, passages: passages.unsigned_abs(), is_new })
    }

    /// The document of that id.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn document(&self, id: &str) -> Result<Option<Document>, StoreError> {
        let outcome = sqlx::query_as::<_, (String, String, String, i64, String)>(
            "SELECT id, title, media_type, created_at, text FROM documents WHERE id = ?",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await;
        let row = self.noted(Part::Reads, outcome)?;
        Ok(row.map(|(id, title, media_type, created_at, text)| Document {
            summary: summary((id, title, media_type, created_at)),
            text,
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
        let mut last = 0;
        if let Some(after) = after {
            let row = sqlx::query_as::<_, (i64,)>("SELECT number FROM documents WHERE id = ?")
                .bind(after)
                .fetch_optional(&self.pool)
                .await?;
            let Some((number,)) = row else { return Ok(None) };
            last = number;
        }
        sqlx::query_as(
            "SELECT id, title, media_type, created_at FROM documents
             WHERE number > ? ORDER BY number LIMIT ?",
        )
        .bind(last)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
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
        let mut transaction = self.begin().await?;
        let removed = sqlx::query("DELETE FROM documents WHERE id = ?").bind(id);
        let removed = removed.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(removed.rows_affected() > 0)
    }

    /// Whether every document has its passages, all of them can be found, and nothing else can.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the database or its index contradicts itself.
    pub async fn check(&self) -> Result<(), StoreError> {
        let outcome = async {
            sqlx::query(
                "INSERT INTO passages_index (passages_index, rank) VALUES ('integrity-check', 1)",
            )
            .execute(&self.pool)
            .await?;
            sqlx::query(
                "INSERT INTO turns_index (turns_index, rank) VALUES ('integrity-check', 1)",
            )
            .execute(&self.pool)
            .await?;
            let (found,): (String,) =
                sqlx::query_as("PRAGMA integrity_check").fetch_one(&self.pool).await?;
            let (apart,): (i64,) = sqlx::query_as(
                "SELECT (SELECT count(*) FROM documents WHERE id NOT IN
                     (SELECT document_id FROM passages))
                 + (SELECT count(*) FROM passages WHERE document_id NOT IN
                     (SELECT id FROM documents))",
            )
            .fetch_one(&self.pool)
            .await?;
            sqlx::Result::Ok((found, apart))
        }
        .await;
        match self.noted(Part::Library, outcome)? {
            (found, 0) if found == "ok" => Ok(()),
            (found, apart) => Err(StoreError::database(&format!(
                "{found}; documents and passages without one another: {apart}"
            ))),
        }
    }
}
