//! The house style holds.

use speech_harness::tidy::{self, File, holder, prose};

use crate::{kept, root};

#[test]
fn functions_and_files_are_short() {
    assert!(kept("functions") > 100);
    kept("files");
}

#[test]
fn people_are_told_why_and_not_shouted_at() {
    kept("words_of_people");
}

#[test]
fn each_invariant_names_what_holds_it() {
    assert!(kept("invariants") > 0);
}

#[test]
fn each_expected_lint_has_a_reason() {
    kept("expectations");
}

#[test]
fn each_bypass_has_its_reason_and_its_twin() {
    assert!(kept("twins") >= 14);
}

fn file(text: &str) -> File {
    File { path: "kernel/src/made_up.rs".to_owned(), text: text.to_owned() }
}

#[test]
fn an_invariant_out_of_form_is_found() {
    let mark = ["INVA", "RIANT"].concat();
    let broken =
        |words: &str| prose::invariants(&root(), &[file(&format!("// {mark}{words}"))]).1.len();
    let held = |holders: &str| broken(&format!(": the sum is even. Held by {holders}"));
    let test = "`tests/tidy.rs::a_stale_exception_is_found`";
    assert_eq!(held("privacy."), 0);
    assert_eq!(held("the type. More words."), 0);
    assert_eq!(held(&format!("{test}.")), 0);
    assert_eq!(held(&format!("privacy, the type and {test}.")), 0);
    for holders in [
        "`tests/tidy.rs::a_test_that_is_gone`.",
        "`tests/tidy.rs::file`.",
        "`tests/tidy.rs`.",
        "`tests`.",
        "`privacy`.",
        "care.",
        "care and privacy.",
        "privacy",
        "",
    ] {
        assert_eq!(held(holders), 1, "{holders}");
        assert_eq!(held(&format!("{test} and {holders}")), 1, "{holders}");
    }
    assert_eq!(broken(": the sum is even."), 1);
    assert_eq!(broken(": never odd. Held by privacy."), 1);
    assert_eq!(broken(" the sum is even"), 1);
}

#[test]
fn an_invariant_is_held_by_a_test_of_its_own_file_too() {
    let mark = ["INVA", "RIANT"].concat();
    let text = format!("// {mark}: the sum is even. Held by `sums`.\n#[test]\nfn sums() {{}}");
    assert_eq!(prose::invariants(&root(), &[file(&text)]).1, [""; 0]);
    let text = text.replace("#[test]", "");
    assert_eq!(prose::invariants(&root(), &[file(&text)]).1.len(), 1);
}

#[test]
fn a_test_is_a_function_under_its_attribute() {
    for (text, expected) in [
        ("#[test] fn one() {}", true),
        ("#[tokio::test(flavor = \"x\")] pub async fn one() {}", true),
        ("mod inner { #[test] fn one() {} }", true),
        ("proptest! { #![proptest_config(x)] #[test] fn one(x in 0..1) {} }", true),
        ("#[test] fn other() {}", false),
        ("fn one() {}", false),
        ("// #[test] fn one() {}", false),
        ("/// The test of it.\nfn one() {}", false),
        ("#[doc = \"a test of it\"] fn one() {}", false),
        ("#[cfg(test)] fn one() {}", false),
        ("#[test] #[ignore] fn one() {}", false),
        ("#[ignore = \"slow\"] #[test] fn one() {}", false),
        ("#[test] fn other() { #[test] fn one() {} }", false),
        ("proptest! { #[test] fn other() {} fn one(x in 0..1) { #[test] fn one() {} } }", false),
        ("macro_rules! never { () => { #[test] fn one() {} } }", false),
        ("const TEXT: &str = \"#[test] fn one() {}\";", false),
    ] {
        assert_eq!(holder::has_test(text, "one"), expected, "{text}");
    }
}

#[test]
fn shouting_dates_and_emoji_are_found() {
    let named = |words: &str, name: &str| {
        let (_, lapses) = prose::lapses(&[file(&format!("// {words}"))]);
        lapses.iter().any(|(found, _)| found == name)
    };
    assert!(named("this is IMPORTANT to know", "IMPORTANT"));
    assert!(!named("this is `IMPORTANT` to know", "IMPORTANT"));
    assert!(named(&["since 2001", "01", "01"].join("-"), &["2001", "01", "01"].join("-")));
    assert!(named("done \u{2705}", "\u{2705}"));
}

#[test]
fn a_stale_exception_is_found() {
    let lapse = ("a".to_owned(), "a is long".to_owned());
    assert!(tidy::without_exceptions(std::slice::from_ref(&lapse), &[("a", "why")]).is_empty());
    assert_eq!(tidy::without_exceptions(&[lapse], &[]).len(), 1);
    assert_eq!(tidy::without_exceptions(&[], &[("a", "why")]).len(), 1);
}
