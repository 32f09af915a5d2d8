//! The routes of the gate in the document about its promotion, generated from its table.

use std::fmt::Write as _;
use std::path::Path;

use mutation_gate::{Effect, ROUTES};

use crate::readme::with_table;
use crate::trouble::Trouble;

/// The file that holds the tables.
pub const DOCUMENT: &str = "docs/promotion.md";

const BEGIN: &str = "<!-- routes of the gate, written by `harness bless` -->\n";
const END: &str = "<!-- end of the routes -->\n";

/// The document with the tables in their place.
///
/// # Errors
///
/// The document cannot be read, or has no place for the tables.
pub fn with_routes(root: &Path) -> Result<String, Trouble> {
    with_table(root, DOCUMENT, [BEGIN, END], &routes())
}

/// What makes changes, and what does not and is no `GET`, which never does.
fn routes() -> String {
    let (mut mutations, mut others) = (String::new(), String::new());
    for route in ROUTES {
        let request = format!("| `{} {}` |", route.method, route.path);
        // Nothing is lost: a text takes all that is written to it.
        let _ = match route.effect {
            Effect::Mutates(class) => writeln!(mutations, "{request} `{}` |", class.word()),
            Effect::Reads(_) if route.method == "GET" => Ok(()),
            Effect::Reads(reason) => writeln!(others, "{request} {reason} |"),
        };
    }
    format!(
        "| Request | Class |\n| --- | --- |\n{mutations}\n\
         These are sent as changes are and pass without a decision:\n\n| Request | Because |\n| --- | --- |\n{others}"
    )
}
