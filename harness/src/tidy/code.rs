//! Style of code: lengths, lint overrides, what functions there are.

use std::path::Path;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, ImplItemFn, ItemFn, Meta, ReturnType, Signature, TraitItemFn, Type,
    Visibility,
};

use super::{File, Lapse};
use crate::trouble::Trouble;

/// The lines that 95 of 100 functions keep to.
pub const FUNCTION_LINES: usize = 40;
/// The lines that every function keeps to.
pub const FUNCTION_LINES_MAX: usize = 70;
/// The lines that every file keeps to.
pub const FILE_LINES: usize = 400;
/// The lines that every file of the kernel keeps to.
pub const KERNEL_FILE_LINES: usize = 150;

/// What a file of code has in it, as far as style goes.
#[derive(Debug, Default)]
pub struct Contents {
    /// Each function: its name, its line, its length in lines.
    pub functions: Vec<(String, usize, usize)>,
    /// The public functions that are checks.
    pub checks: Vec<String>,
    /// The line of each lint override without a reason.
    pub unreasoned: Vec<usize>,
}

/// Reads one file of code.
///
/// # Errors
///
/// It is no Rust.
pub fn contents(file: &File) -> Result<Contents, Trouble> {
    let tree = syn::parse_file(&file.text)
        .map_err(|error| Trouble::at(Path::new(&file.path), "a file of Rust", &error))?;
    let mut contents = Contents::default();
    contents.visit_file(&tree);
    Ok(contents)
}

impl Contents {
    fn function(&mut self, signature: &Signature, body: &Block) {
        let first = line(signature.span());
        let length = body.span().end().line - first + 1;
        self.functions.push((signature.ident.to_string(), first, length));
    }
}

impl<'ast> Visit<'ast> for Contents {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.sig, &item.block);
        if matches!(item.vis, Visibility::Public(_)) && gives_checked(&item.sig.output) {
            self.checks.push(item.sig.ident.to_string());
        }
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let reasoned = match &attribute.meta {
            Meta::List(list) => list.tokens.to_string().contains("reason ="),
            _ => false,
        };
        let allowed = attribute.path().is_ident("allow");
        if allowed || (attribute.path().is_ident("expect") && !reasoned) {
            self.unreasoned.push(line(attribute.span()));
        }
    }
}

fn line(span: Span) -> usize {
    span.start().line
}

fn gives_checked(output: &ReturnType) -> bool {
    let ReturnType::Type(_, given) = output else {
        return false;
    };
    let Type::Path(path) = given.as_ref() else {
        return false;
    };
    path.path.segments.last().is_some_and(|last| last.ident == "Checked")
}

/// The functions that are too long, and all of them when too many are rather long. Gives their number too.
///
/// # Errors
///
/// A file is no Rust.
pub fn long_functions(files: &[File]) -> Result<(u64, Vec<Lapse>), Trouble> {
    let mut lengths = Vec::new();
    let mut lapses = Vec::new();
    for file in files {
        for (name, line, length) in contents(file)?.functions {
            lengths.push(length);
            if length > FUNCTION_LINES_MAX {
                let words = format!(
                    "{}:{line}: expected at most {FUNCTION_LINES_MAX} lines in {name}, found {length}; split it",
                    file.path
                );
                lapses.push((format!("{} {name}", file.path), words));
            }
        }
    }
    lengths.sort_unstable();
    let bound = lengths.get(lengths.len() * 95 / 100).copied().unwrap_or(0);
    if bound > FUNCTION_LINES {
        let words = format!(
            "expected 95 of 100 functions within {FUNCTION_LINES} lines, found {bound}; shorten the longest"
        );
        lapses.push(("functions".to_owned(), words));
    }
    Ok((lengths.len() as u64, lapses))
}

/// The files that are too long.
#[must_use]
pub fn long_files(files: &[File]) -> Vec<Lapse> {
    let mut lapses = Vec::new();
    for File { path, text } in files {
        let most = if path.starts_with("kernel/src/") { KERNEL_FILE_LINES } else { FILE_LINES };
        let lines = text.lines().count();
        if lines > most {
            let words = format!("{path}: expected at most {most} lines, found {lines}; split it");
            lapses.push((path.clone(), words));
        }
    }
    lapses
}
