//! The rule table of the kernel's README, generated from the manifest.

use std::path::Path;

use crate::manifest::Manifest;
use crate::trouble::Trouble;
use crate::workspace;

/// The file that holds the table.
pub const README: &str = "kernel/README.md";

const BEGIN: &str =
    "<!-- rules of contracts/speech/manifest.json, written by `harness bless` -->\n";
const END: &str = "<!-- end of the rules -->\n";

/// The table.
#[must_use]
pub fn rule_table(manifest: &Manifest) -> String {
    let rows = manifest.rules.iter().map(|rule| {
        format!(
            "| {} {} | {} | {} | `{}` |\n",
            rule.rule, rule.name, rule.applies_to, rule.holds_when, rule.code
        )
    });
    let order = |rules: &[u8]| {
        let numbers: Vec<_> = rules.iter().map(u8::to_string).collect();
        numbers.join(", ")
    };
    format!(
        "| Rule | Applies to | Holds when | Otherwise |\n| --- | --- | --- | --- |\n{}\n\
         The first that does not hold is reported: of an answer {}, of a refusal {}.\n",
        rows.collect::<String>(),
        order(&manifest.order.answer),
        order(&manifest.order.refusal),
    )
}

/// The README with the table in its place.
///
/// # Errors
///
/// A file cannot be read, or the README has no place for the table.
pub fn with_rule_table(root: &Path) -> Result<String, Trouble> {
    with_table(root, README, [BEGIN, END], &rule_table(&Manifest::read(root)?))
}

/// A document with a table between two comments.
///
/// # Errors
///
/// The document cannot be read, or has no such comments.
pub(crate) fn with_table(
    root: &Path,
    file: &str,
    [begin, end]: [&str; 2],
    table: &str,
) -> Result<String, Trouble> {
    let text = workspace::text(root, file)?;
    let parts =
        text.split_once(begin).and_then(|(head, rest)| Some((head, rest.split_once(end)?.1)));
    let Some((head, tail)) = parts else {
        return Err(Trouble::at(Path::new(file), "the two comments around its table", &"none"));
    };
    Ok(format!("{head}{begin}{table}{end}{tail}"))
}
