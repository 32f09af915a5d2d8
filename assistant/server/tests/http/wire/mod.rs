//! What is read from the wire: transcripts in the documented shapes of three vendors, each with what it says.

mod conservation;
mod metamorphic;
mod recorded;
mod support;
mod transcripts;
