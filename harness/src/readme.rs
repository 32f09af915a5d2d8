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
    let text = workspace::text(root, README)?;
    let parts =
        text.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let Some((head, tail)) = parts else {
        return Err(Trouble::at(
            Path::new(README),
            "the two comments around the rule table",
            &"none",
        ));
    };
    let table = rule_table(&Manifest::read(root)?);
    Ok(format!("{head}{BEGIN}{table}{END}{tail}"))
}
