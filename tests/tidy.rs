//! The house style holds.

use speech_harness::tidy::{self, File, code, prose};

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
    assert_eq!(broken(": the sum is even. Held by privacy."), 0);
    assert_eq!(
        broken(": the sum is even. Held by `tests/tidy.rs::a_stale_exception_is_found`."),
        0
    );
    assert_eq!(broken(": the sum is even. Held by `tests/tidy.rs::a_test_that_is_gone`."), 1);
    assert_eq!(broken(": the sum is even. Held by `tests/tidy.rs`."), 1);
    assert_eq!(broken(": the sum is even."), 1);
    assert_eq!(broken(": never odd. Held by privacy."), 1);
    assert_eq!(broken(" the sum is even"), 1);
}

#[test]
fn a_test_is_a_function_under_its_attribute() {
    let text = "#[test] fn one() {} #[tokio::test(flavor = \"x\")] async fn two() {} fn three() {} \
        // fn four()\nproptest! { #[test] fn five(x in 0..1) { fn six() {} } } #[test] #[ignore] fn seven() {}";
    let found = ["one", "two", "three", "four", "five", "six", "seven"]
        .map(|name| code::has_test(text, name));
    assert_eq!(found, [true, true, false, false, true, false, true]);
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
