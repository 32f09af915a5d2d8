//! What a user of the kernel, of the exit and of the engines can see: public items, features, dependencies. Each is a snapshot.

use std::path::Path;

use cargo_metadata::{Metadata, MetadataCommand};

use crate::trouble::Trouble;
use crate::workspace;

/// The folder of the approved snapshots.
pub const SNAPSHOTS: &str = "snapshots";

/// The crates whose surface is locked.
pub const CRATES: [&str; 4] = ["speech-kernel", "speech-exit", "status-contract", "mutation-gate"];

/// One view of the surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The name of its snapshot.
    pub name: String,
    /// What is there now.
    pub text: String,
}

/// All views of these crates, as they are now.
///
/// # Errors
///
/// Cargo cannot describe, build or document a crate.
pub fn views(root: &Path) -> Result<Vec<View>, Trouble> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec().map_err(|error| {
        Trouble::new(format!("expected cargo metadata of the workspace: {error}"))
    })?;
    let mut views = Vec::new();
    for package in CRATES {
        let noun = package.replace('-', "_");
        let mut add = |view: &str, text| {
            views.push(View { name: format!("{noun}_{view}"), text });
        };
        add("public_api", public_api(root, &metadata, package, &[])?);
        add("public_api_all_features", public_api(root, &metadata, package, &["--all-features"])?);
        add("features", features(&metadata, package)?);
        add("dependencies", dependencies(root, package, &[])?);
        add("dependencies_all_features", dependencies(root, package, &["--all-features"])?);
    }
    Ok(views)
}

/// The public items, one a line, derived impls among them, blanket and auto-trait impls not.
///
/// The compiler is the pinned one; its JSON is unstable, which the bootstrap variable admits. The target folder is one
/// of its own, so that a running `cargo test` does not hold its lock.
fn public_api(
    root: &Path,
    metadata: &Metadata,
    package: &str,
    features: &[&str],
) -> Result<String, Trouble> {
    let target = metadata.target_directory.join("surface");
    let mut arguments = vec!["rustdoc", "--package", package, "--lib", "--locked", "--quiet"];
    arguments.extend(["--target-dir", target.as_str()]);
    arguments.extend(features);
    arguments.extend(["--", "-Zunstable-options", "--output-format", "json"]);
    let output = workspace::cargo(root, &arguments, &[("RUSTC_BOOTSTRAP", "1")])?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Trouble::new(format!("expected to document {package}: {said}")));
    }
    let json = target.join(format!("doc/{}.json", package.replace('-', "_")));
    let api = public_api::Builder::from_rustdoc_json(&json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .map_err(|error| {
            Trouble::at(json.as_std_path(), "rustdoc JSON of the pinned compiler", &error)
        })?;
    Ok(api.items().map(|item| format!("{item}\n")).collect())
}

fn features(metadata: &Metadata, package: &str) -> Result<String, Trouble> {
    let package =
        metadata.packages.iter().find(|found| found.name.as_str() == package).ok_or_else(|| {
            Trouble::new(format!("expected a package {package} in the workspace"))
        })?;
    let lines = package.features.iter().map(|(name, turns_on)| format!("{name} = {turns_on:?}\n"));
    Ok(lines.collect())
}

/// Names and versions. Asked of `cargo tree`, because the graph of `cargo metadata` has the features of the whole
/// workspace in it and would move with every other member.
fn dependencies(root: &Path, package: &str, features: &[&str]) -> Result<String, Trouble> {
    let mut arguments = vec!["tree", "--package", package, "--edges", "normal", "--locked"];
    arguments.extend(["--charset", "ascii", "--target", "x86_64-unknown-linux-gnu"]);
    arguments.extend(features);
    let output = workspace::cargo(root, &arguments, &[])?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Trouble::new(format!("expected the dependencies of {package}: {said}")));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().map(|line| format!("{}\n", without_place(line))).collect())
}

/// A line of the tree without the folder of a crate of ours, which differs from machine to machine.
fn without_place(line: &str) -> &str {
    line.split_once(" (/").map_or(line, |(head, _)| head)
}

/// What was approved under that name.
///
/// # Errors
///
/// There is no such snapshot.
pub fn approved(root: &Path, name: &str) -> Result<String, Trouble> {
    let file = format!("{SNAPSHOTS}/{name}.snap");
    let text = workspace::text(root, &file)?;
    let body = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    match body {
        Some((_, body)) => Ok(body.to_owned()),
        None => Err(Trouble::at(Path::new(&file), "a snapshot with a head", &"none")),
    }
}
