//! An anchor is proven when the tests pass there, and the way back leads there.

use std::fs;
use std::path::Path;
use std::process::Command;

use speech_harness::gate::promotion::DOCUMENT;
use speech_harness::gate::rollback::{Proof, prove};
use speech_harness::report::{End, Format};
use speech_harness::workspace;
use tempfile::TempDir;

use crate::root;

#[track_caller]
fn shell(folder: &Path, script: &str) -> String {
    let output = Command::new("sh")
        .args(["-ec", script])
        .current_dir(folder)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "ada")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "ada@example.org")))
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Four commits on a line and one beside it. The test is a script of the repository, which is red at the second.
const REPOSITORY: &str = "
    git init --quiet --initial-branch main .
    commit() { git add --all && git commit --quiet --message \"$1\"; }
    echo 'test ! -e broken && echo all is well' > check && mkdir deep && echo one > deep/file && commit one
    git tag good
    touch broken && commit two && git tag --annotate --message 'a red one' red
    rm broken && echo three > deep/file && echo new > 'a new file' && commit three
    git tag \"it's;odd\"
    git checkout --quiet -b beside && echo aside > aside && commit aside && git tag moved
    git checkout --quiet main && git branch only-a-branch && echo four > deep/file && commit four
    git tag of-a-file HEAD:check";

fn repository() -> TempDir {
    let folder = TempDir::new().unwrap();
    shell(folder.path(), REPOSITORY);
    folder
}

/// Everything of a repository that a proof could have left changed.
fn state(folder: &Path) -> String {
    shell(
        folder,
        "git status --porcelain --ignored; git for-each-ref; git worktree list; cat .git/HEAD; ls -R",
    )
}

#[track_caller]
fn proven(folder: &Path, anchor: &str) -> Proof {
    let before = state(folder);
    let proof = prove(folder, anchor, "touch left-behind && sh check").unwrap();
    assert_eq!(state(folder), before, "{anchor}");
    proof
}

#[test]
fn the_commands_of_a_good_anchor_lead_to_what_was_there() {
    for anchor in ["good", "it's;odd"] {
        let folder = repository();
        let proof = proven(folder.path(), anchor);
        assert_eq!((proof.end(), proof.why_not()), (End::Kept, None));
        let mut said = Vec::new();
        proof.write(Format::Human, &mut said).unwrap();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said.lines().collect::<Vec<_>>(), [proof.commands().unwrap()]);
        let from_elsewhere = TempDir::new().unwrap();
        shell(from_elsewhere.path(), &said);
        shell(
            folder.path(),
            &format!("git diff --exit-code \"{anchor}\" HEAD && git diff --exit-code HEAD"),
        );
        assert_eq!(
            shell(folder.path(), "git log --format=%s | head -1"),
            format!("Go back to {anchor}\n")
        );
        assert_eq!(shell(folder.path(), "git log --format=%s main | wc -l").trim(), "5");
    }
}

#[test]
fn the_document_about_promotion_has_the_commands_that_are_printed() {
    let folder = repository();
    let proof = proven(folder.path(), "good");
    let top = shell(folder.path(), "git rev-parse --show-toplevel");
    let commit = shell(folder.path(), "git rev-parse good");
    let commands = proof.commands().unwrap().replace(&format!("'{}'", top.trim()), "REPO");
    let commands = commands.replace(commit.trim(), "COMMIT").replace("to good'", "to TAG'");
    let document = workspace::text(&root(), DOCUMENT).unwrap();
    assert_eq!(document.matches(&format!("\n{commands}\n")).count(), 1, "{commands}");
}

#[test]
fn the_commands_do_nothing_where_work_would_be_lost() {
    let folder = repository();
    let proof = proven(folder.path(), "good");
    fs::write(folder.path().join("deep/file"), "not committed").unwrap();
    let before = state(folder.path());
    let run = Command::new("sh").args(["-c", proof.commands().unwrap()]).status().unwrap();
    assert!(!run.success());
    assert_eq!(state(folder.path()), before);
    assert_eq!(fs::read_to_string(folder.path().join("deep/file")).unwrap(), "not committed");
}

#[test]
fn an_anchor_that_is_no_way_back_is_refused_for_its_reason() {
    let folder = repository();
    for (anchor, reason) in [
        ("moved", "expected an ancestor of "),
        ("red", "expected the tests to pass, found exit status: 1"),
        ("missing", "expected a tag of this name"),
        ("", "expected a tag of this name"),
        ("only-a-branch", "expected a tag of this name"),
        ("of-a-file", "expected a tag of this name"),
        ("red~1", "expected a tag of this name"),
        ("../heads/main", "expected a tag of this name"),
        ("--all", "expected a tag of this name"),
    ] {
        let proof = proven(folder.path(), anchor);
        assert!(proof.why_not().unwrap().starts_with(reason), "{anchor}: {:?}", proof.why_not());
        assert_eq!((proof.end(), proof.commands()), (End::Broken, None));
    }
}

#[test]
fn a_tag_that_moved_since_is_looked_at_where_it_is_now() {
    let folder = repository();
    assert_eq!(proven(folder.path(), "good").end(), End::Kept);
    shell(folder.path(), "git tag --force good beside 2>/dev/null");
    let proof = proven(folder.path(), "good");
    assert!(proof.why_not().unwrap().starts_with("expected an ancestor"), "{:?}", proof.why_not());
}

#[test]
fn what_the_tests_said_last_is_told() {
    let folder = repository();
    let test = "seq 1 100; echo why >&2; exit 7";
    let proof = prove(folder.path(), "good", test).unwrap();
    let why_not = proof.why_not().unwrap();
    assert!(
        why_not.starts_with("expected the tests to pass, found exit status: 7: 82\n"),
        "{why_not}"
    );
    assert!(why_not.ends_with("\n100\nwhy"), "{why_not}");
}

#[test]
fn no_repository_is_no_finding() {
    let folder = TempDir::new().unwrap();
    assert!(prove(folder.path(), "good", "true").is_err());
    shell(folder.path(), "git init --quiet .");
    assert!(prove(folder.path(), "good", "true").is_err());
    assert!(prove(&folder.path().join("absent"), "good", "true").is_err());
}
