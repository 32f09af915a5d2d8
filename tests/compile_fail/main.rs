//! Bypasses that the compiler refuses.
//!
//! In each folder `<mistake>.rs` does not compile, for the reason in `<mistake>.stderr`, and `<mistake>.twin.rs`, the
//! same thing done rightly, compiles and runs. `harness bless` rewrites the reasons.

use std::path::PathBuf;
use std::{fs, io};

#[test]
fn each_bypass_is_refused_and_its_twin_compiles() -> io::Result<()> {
    let cases = trybuild::TestCases::new();
    for file in sources()? {
        if file.to_string_lossy().ends_with(".twin.rs") {
            cases.pass(file);
        } else {
            cases.compile_fail(file);
        }
    }
    Ok(())
}

fn sources() -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in fs::read_dir(".")? {
        let folder = folder?.path();
        if folder.is_dir() {
            for file in fs::read_dir(folder)? {
                found.push(file?.path());
            }
        }
    }
    found.retain(|file| file.extension().is_some_and(|end| end == "rs"));
    found.sort();
    Ok(found)
}
