//! What holds an invariant or a lock: the language, or a test that runs.

use std::path::Path;

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Item, Meta, Token, Visibility};

use super::File;
use crate::workspace;

const FORM: &str = "`Held by <privacy, the type, `path/to/file.rs::test` or `test`>.`";
const WORDS: [&str; 2] = ["privacy", "the type"];
const JOINTS: [&str; 2] = [" and ", ", "];

/// Looks at each holder that the words after `Held by` name, up to the full stop.
///
/// # Errors
///
/// What was expected: the form, or a test of that name.
pub(super) fn check(root: &Path, file: &File, words: &str) -> Result<(), String> {
    let mut rest = words;
    loop {
        rest = match rest.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
            Some((name, rest)) if is_test(root, file, name) => rest,
            Some((name, _)) => {
                return Err(format!("{name} to be a test, since it holds an invariant"));
            }
            None => WORDS.iter().find_map(|word| rest.strip_prefix(word)).ok_or(FORM)?,
        };
        if rest == "." || rest.starts_with(". ") {
            return Ok(());
        }
        rest = JOINTS.iter().find_map(|joint| rest.strip_prefix(joint)).ok_or(FORM)?;
    }
}

/// Whether there is a test of that name: `path/to/file.rs::name`, or `name` in the same file.
fn is_test(root: &Path, file: &File, name: &str) -> bool {
    match name.rsplit_once("::") {
        Some((path, name)) => workspace::text(root, path).is_ok_and(|text| has_test(&text, name)),
        None => has_test(&file.text, name),
    }
}

/// Whether a file of Rust declares a module of that name in a file of its own.
#[must_use]
pub fn has_module(text: &str, name: &str) -> bool {
    syn::parse_file(text).is_ok_and(|file| {
        file.items.iter().any(|item| {
            matches!(item, Item::Mod(module) if module.ident == name && module.content.is_none())
        })
    })
}

/// Whether a file of Rust has a test of that name: a function under an attribute whose last word is `test`, in a
/// macro such as proptest's too. One that is ignored holds nothing.
#[must_use]
pub fn has_test(text: &str, name: &str) -> bool {
    syn::parse_file(text).is_ok_and(|file| file.items.iter().any(|item| item_has(item, name)))
}

fn item_has(item: &Item, name: &str) -> bool {
    match item {
        Item::Fn(item) => item.sig.ident == name && runs(&item.attrs),
        Item::Mod(item) => {
            item.content.iter().any(|(_, items)| items.iter().any(|item| item_has(item, name)))
        }
        // What has a name of its own is the definition of a macro.
        Item::Macro(item) if item.ident.is_none() => {
            let named = |input: ParseStream<'_>| macro_has(input, name);
            named.parse2(item.mac.tokens.clone()).is_ok_and(|found| found)
        }
        _ => false,
    }
}

fn runs(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| {
        let last = attribute.path().segments.last();
        !matches!(attribute.meta, Meta::NameValue(_))
            && last.is_some_and(|last| last.ident == "test")
    };
    attributes.iter().any(is_test)
        && !attributes.iter().any(|attribute| attribute.path().is_ident("ignore"))
}

fn macro_has(input: ParseStream<'_>, name: &str) -> syn::Result<bool> {
    let mut found = false;
    input.call(Attribute::parse_inner)?;
    while !input.is_empty() {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        if input.peek(Token![fn]) && input.peek2(Ident::peek_any) {
            input.parse::<Token![fn]>()?;
            found |= input.call(Ident::parse_any)? == name && runs(&attributes);
        } else {
            input.parse::<TokenTree>()?;
        }
    }
    Ok(found)
}
