//! What users can see is what was approved.

use insta::Settings;
use speech_exit::{Effect, Voice};
use speech_harness::status::{self, contract};
use speech_harness::{surface, version};
use speech_kernel::{
    Authority, ContextTrace, EnforcementViolation, LabelError, Response, ResponseKind, Source,
    SystemMode,
};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any, const_assert_eq};

use crate::root;

assert_impl_all!(EnforcementViolation: Copy, Send, Sync, Unpin, core::error::Error);
assert_impl_all!(LabelError: Copy, Send, Sync, Unpin, core::error::Error);
assert_impl_all!(Response: Copy, Send, Sync, Unpin);
assert_impl_all!(ContextTrace<'static>: Copy, Send, Sync, Unpin);
assert_not_impl_any!(EnforcementViolation: Into<bool>, Default);
assert_not_impl_any!(Result<(), EnforcementViolation>: Into<bool>, Default);
assert_not_impl_any!(Response: Default, From<&'static str>, From<bool>);
assert_not_impl_any!(ContextTrace<'static>: Default);
assert_not_impl_any!(Authority: Default, PartialOrd, From<u8>, From<&'static str>, PartialEq<str>);
assert_not_impl_any!(ResponseKind: Default, PartialOrd, From<bool>, Into<bool>);
assert_not_impl_any!(SystemMode: Default, PartialOrd, From<u8>, From<&'static str>);
assert_not_impl_any!(Source: Default, PartialOrd, From<u8>, From<&'static str>);
assert_eq_size!(Authority, u8);
assert_eq_size!(ResponseKind, u8);
assert_eq_size!(SystemMode, u8);
assert_eq_size!(Source, u8);
assert_eq_size!(Response, [u8; 3]);
assert_eq_size!(EnforcementViolation, [usize; 2]);
const_assert_eq!(Source::System as u8 | Source::Library as u8, 3);
const_assert_eq!(Source::Memory as u8 | Source::Tool as u8, 12);

fn snapshot(name: &str, text: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(root().join(surface::SNAPSHOTS));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_surface_is_the_approved_one() {
    for view in surface::views(&root()).unwrap() {
        snapshot(&view.name, &view.text);
    }
}

/// A route that becomes silent, or changes something, is approved by a person.
#[test]
fn the_routes_are_the_approved_ones() {
    let routes = assistant::app::routes();
    let lines = routes.rows().iter().map(|row| {
        let voice = match row.voice {
            Voice::Speaks => "speaks".to_owned(),
            Voice::Silent(reason) => format!("silent: {reason}"),
        };
        let effect = match row.effect {
            Effect::Reads(reason) => format!("reads: {reason}"),
            Effect::Mutates(class) => format!("mutates {class}"),
        };
        format!("{} {}\n    {voice}\n    {effect}\n", row.method, row.path)
    });
    snapshot("assistant_routes", &lines.collect::<String>());
}

#[test]
fn the_version_stands_for_the_approved_words_codes_and_rules() {
    if let Some(unraised) = version::unraised(&root()).unwrap() {
        panic!("{unraised}");
    }
    snapshot(version::SNAPSHOT, &version::bond(&root()).unwrap());
}

#[test]
fn the_version_of_a_status_contract_stands_for_the_approved_fields_codes_and_rules() {
    let unraised = status::version::unraised(&root()).unwrap();
    assert!(unraised.is_empty(), "{}", unraised.join("\n"));
    for (name, _) in contract::EMBEDDED {
        let bond = status::version::bond(&root(), name).unwrap();
        snapshot(&status::version::snapshot(name), &bond);
    }
}
