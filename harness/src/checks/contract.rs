//! Checks that the manifest and the code say the same, both ways.

use std::path::Path;

use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use speech_exit::DENIED_STATUS;
use speech_exit::door::CASE_MAX_BYTES;
use speech_exit::strict::{self, FaultCode};
use speech_kernel::{
    Authority, AuthorityViolation, ContextUnavailable, EnforcementViolation, ModeViolation,
    RefusalAuthorityViolation, Source, SystemMode,
};

use super::{Checked, Found};
use crate::domain::{AUTHORITIES, KINDS, MODES, SOURCES};
use crate::manifest::{MANIFEST, Manifest};
use crate::oracle::{Kind, Oracle};
use crate::{schema, version, workspace};

/// Every code of a fault, in the order of the contract.
fn faults() -> impl Iterator<Item = FaultCode> {
    std::iter::successors(Some(FaultCode::NotJson), |fault| next(*fault))
}

/// A new code does not compile here before it has its place.
const fn next(fault: FaultCode) -> Option<FaultCode> {
    match fault {
        FaultCode::NotJson => Some(FaultCode::DuplicateKey),
        FaultCode::DuplicateKey => Some(FaultCode::UnknownField),
        FaultCode::UnknownField => Some(FaultCode::MissingField),
        FaultCode::MissingField => Some(FaultCode::WrongType),
        FaultCode::WrongType => Some(FaultCode::UnknownValue),
        FaultCode::UnknownValue => Some(FaultCode::UnknownSource),
        FaultCode::UnknownSource => Some(FaultCode::BadToolName),
        FaultCode::BadToolName => Some(FaultCode::TooLarge),
        FaultCode::TooLarge => None,
    }
}

/// The words of each enum, in order, as the code writes and reads them.
///
/// # Errors
///
/// The manifest cannot be read.
pub fn words(root: &Path) -> Checked {
    let enums = Manifest::read(root)?.enums;
    let mut found = Found::default();
    compare(&mut found, "enums.authority", &enums.authority, &AUTHORITIES.map(travelled));
    compare(&mut found, "enums.kind", &enums.kind, &KINDS.map(travelled));
    compare(&mut found, "enums.system_mode", &enums.system_mode, &MODES.map(travelled));
    let labels = SOURCES.map(|(source, word)| match source {
        Source::Tool => format!("{word}:<name>"),
        _ => word.to_owned(),
    });
    compare(&mut found, "enums.source", &enums.source, &labels);
    for (source, word) in SOURCES {
        let label = if source == Source::Tool { "tool:x" } else { word };
        compare(&mut found, "enums.source", &[Ok(source)], &[Source::parse(label)]);
    }
    Ok(found)
}

/// The label of a value that writes as its label in every way and reads back from it.
fn travelled<T>(value: T) -> String
where
    T: Copy + PartialEq + std::fmt::Display + Serialize + for<'de> Deserialize<'de>,
{
    let label = value.to_string();
    let written = serde_json::to_value(value).ok();
    let read = T::deserialize(StrDeserializer::<Error>::new(&label)).ok();
    if written == Some(Value::String(label.clone())) && read == Some(value) {
        label
    } else {
        format!("{label}, which does not write and read as such")
    }
}

/// The codes, in order, each with its rule, status, words and whether to retry; then the codes of faults.
///
/// # Errors
///
/// The manifest cannot be read.
pub fn codes(root: &Path) -> Checked {
    let manifest = Manifest::read(root)?;
    let mut found = Found::default();
    let violations = violations();
    let promised: Vec<_> = manifest
        .codes
        .iter()
        .map(|code| (code.code.clone(), code.rule, code.http, code.refusal.clone(), code.retry))
        .collect();
    let coded: Vec<_> = violations
        .iter()
        .map(|violation| {
            let code = in_every_form(violation);
            let words = speech_exit::refusal_text(violation).to_owned();
            (
                code,
                rule(violation),
                DENIED_STATUS.as_u16(),
                words,
                speech_exit::may_retry(violation),
            )
        })
        .collect();
    compare(&mut found, "codes", &promised, &coded);
    let promised: Vec<_> =
        manifest.malformed.iter().map(|fault| (fault.code.clone(), fault.http)).collect();
    let coded: Vec<_> =
        faults().map(|fault| (fault_in_every_form(fault), fault.status().as_u16())).collect();
    compare(&mut found, "malformed", &promised, &coded);
    Ok(found)
}

/// The limits and the names of tools, tried at each bound.
///
/// # Errors
///
/// The manifest cannot be read.
pub fn limits(root: &Path) -> Checked {
    let manifest = Manifest::read(root)?;
    let mut found = Found::default();
    compare(&mut found, "limits.case_bytes", &[manifest.limits.case_bytes], &[CASE_MAX_BYTES]);
    let nested = |depth| {
        strict::read(format!("{}{}", "[".repeat(depth), "]".repeat(depth)).as_bytes()).is_ok()
    };
    let depth = manifest.limits.depth;
    compare(&mut found, "limits.depth", &[true, false], &[nested(depth), nested(depth + 1)]);
    compare(
        &mut found,
        "tool_name.pattern",
        &[manifest.tool_name.pattern.as_str()],
        &["^[\\x21-\\x7e]{1,128}$"],
    );
    let tool = |name: String| Source::parse(&format!("tool:{name}")).is_ok();
    for length in [0, 1, 2, 127, 128, 129, 1_000] {
        compare(
            &mut found,
            "tool_name.pattern",
            &[(1..=128).contains(&length)],
            &[tool("a".repeat(length))],
        );
    }
    for scalar in (0..=0x2ff).filter_map(char::from_u32) {
        compare(
            &mut found,
            "tool_name.pattern",
            &[('\x21'..='\x7e').contains(&scalar)],
            &[tool(scalar.to_string())],
        );
    }
    Ok(found)
}

/// The manifest's rules and order against the decision table.
///
/// # Errors
///
/// The manifest or the table cannot be read.
pub fn rules(root: &Path) -> Checked {
    let manifest = Manifest::read(root)?;
    let oracle = Oracle::read(root)?;
    let mut found = Found::default();
    let told: Vec<_> = manifest.rules.iter().map(|rule| (rule.rule, rule.code.as_str())).collect();
    let coded: Vec<_> = manifest.codes.iter().map(|code| (code.rule, code.code.as_str())).collect();
    compare(&mut found, "rules", &told, &coded);
    let code =
        |rule: &u8| told.iter().find(|(number, _)| number == rule).map_or("", |(_, code)| code);
    let answer: Vec<_> = manifest.order.answer.iter().map(code).collect();
    compare(&mut found, "order.answer", &answer, &oracle.order(Kind::Answer));
    let refusal: Vec<_> = manifest.order.refusal.iter().map(code).collect();
    compare(&mut found, "order.refusal", &refusal, &oracle.order(Kind::Refusal));
    Ok(found)
}

/// The committed schemas against those that the manifest gives.
///
/// # Errors
///
/// The manifest or a schema cannot be read.
pub fn schemas(root: &Path) -> Checked {
    let mut found = Found::default();
    for (file, generated) in schema::files(&Manifest::read(root)?) {
        found.count += 1;
        if workspace::text(root, file)? != generated {
            found
                .broken
                .push(format!("{file}: expected what {MANIFEST} gives; run `cargo harness bless`"));
        }
    }
    Ok(found)
}

/// The version of the contract against what it stands for.
///
/// # Errors
///
/// The manifest, the rules or the snapshot cannot be read.
pub fn version(root: &Path) -> Checked {
    let approved = crate::surface::approved(root, version::SNAPSHOT)?;
    let mut found = Found { count: 1, broken: version::unraised(root)?.into_iter().collect() };
    if found.broken.is_empty() && approved.trim() != version::bond(root)?.trim() {
        found.broken.push("snapshots/contract_version.snap: expected the present version; run `cargo harness bless`".to_owned());
    }
    Ok(found)
}

fn compare<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    found: &mut Found,
    place: &str,
    promised: &[T],
    coded: &[U],
) {
    found.count += promised.len() as u64;
    if promised.len() != coded.len() || promised.iter().zip(coded).any(|(one, other)| one != other)
    {
        found.broken.push(format!(
            "{MANIFEST} {place}: expected {promised:?}, found {coded:?} in the code"
        ));
    }
}

const fn violations() -> [EnforcementViolation; 4] {
    let (claimed, required) = (Authority::System, Authority::Tool);
    let (reported, actual) = (SystemMode::Full, SystemMode::Minimal);
    [
        EnforcementViolation::Authority(AuthorityViolation { claimed, required }),
        EnforcementViolation::ContextUnavailable(ContextUnavailable { missing: 1 }),
        EnforcementViolation::Mode(ModeViolation { claimed: reported, actual }),
        EnforcementViolation::RefusalAuthority(RefusalAuthorityViolation { claimed }),
    ]
}

const fn rule(violation: &EnforcementViolation) -> u8 {
    match violation {
        EnforcementViolation::Authority(_) => 1,
        EnforcementViolation::ContextUnavailable(_) => 2,
        EnforcementViolation::Mode(_) => 3,
        EnforcementViolation::RefusalAuthority(_) => 4,
    }
}

/// The code, when the exit, the message and the wire all have the same one.
fn in_every_form(violation: &EnforcementViolation) -> String {
    let code = speech_exit::code(violation);
    let message = violation.to_string();
    let tag = serde_json::to_value(violation).ok();
    let on_wire = tag.and_then(|tag| tag.as_object()?.keys().next().cloned());
    if message.starts_with(&format!("{code}: ")) && on_wire.as_deref() == Some(code) {
        code.to_owned()
    } else {
        format!("{code} in the exit, {on_wire:?} on the wire, message {message}")
    }
}

fn fault_in_every_form(fault: FaultCode) -> String {
    let on_wire = serde_json::to_value(fault).ok();
    if on_wire == Some(Value::String(fault.as_str().to_owned())) {
        fault.as_str().to_owned()
    } else {
        format!("{} in the exit, {on_wire:?} on the wire", fault.as_str())
    }
}
