//! The conformance door: `{response, trace}` as JSON in, a verdict as JSON out.
//!
//! The trace that comes in here is the caller's word. `harness decide` and `POST /v1/enforce` answer with it.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use speech_kernel::{ContextTrace, EnforcementViolation, LabelError, Response, Source, SystemMode};

use crate::code::code;
use crate::strict::{self, At, Fault, FaultCode};

/// The largest case, in bytes.
pub const CASE_MAX_BYTES: usize = 1 << 20;

/// The answer to one case. Its wire form is `{"outcome": …}`, keys in the order of the fields.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// The response may be spoken.
    Allow,
    /// A rule does not hold.
    Deny {
        /// The code of the violation.
        code: &'static str,
    },
    /// The case cannot be read.
    Malformed {
        /// The code of the fault.
        code: FaultCode,
        /// Where, as a JSON pointer.
        pointer: String,
        /// What was expected.
        message: String,
    },
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        let Fault { code, pointer, message } = fault;
        Self::Malformed { code, pointer, message }
    }
}

/// Decides one case.
#[must_use]
pub fn decide(bytes: &[u8]) -> Outcome {
    if bytes.len() > CASE_MAX_BYTES {
        return Fault::too_large(CASE_MAX_BYTES).into();
    }
    match serde_json::from_slice::<Case>(bytes) {
        Ok(case) => match case.verdict() {
            Ok(()) => Outcome::Allow,
            Err(violation) => Outcome::Deny { code: code(&violation) },
        },
        Err(error) => diagnose(bytes).err().unwrap_or_else(|| Fault::not_json(&error)).into(),
    }
}

/// A response and its trace, as they come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    response: Response,
    trace: Trace,
}

impl Case {
    /// Asks the kernel.
    ///
    /// # Errors
    ///
    /// The kernel's own.
    pub fn verdict(&self) -> Result<(), EnforcementViolation> {
        let trace = ContextTrace {
            sources: &self.trace.sources,
            required_but_missing: self.trace.required_but_missing,
            system_mode: self.trace.system_mode,
        };
        speech_kernel::enforce(&self.response, &trace)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Trace {
    sources: Vec<Source>,
    required_but_missing: usize,
    system_mode: SystemMode,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFields {
    response: Response,
    trace: ObjectOnly<TraceFields>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TraceFields {
    #[serde(deserialize_with = "source_kinds")]
    sources: Vec<Source>,
    #[serde(deserialize_with = "count_of_names")]
    required_but_missing: usize,
    system_mode: SystemMode,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceFields {
    source: Source,
    /// Kept by people, not by us: only its type is checked.
    #[serde(default, rename = "identifier")]
    _identifier: Text<0>,
}

impl<'de> Deserialize<'de> for Case {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ObjectOnly(CaseFields { response, trace: ObjectOnly(trace) }) =
            ObjectOnly::deserialize(deserializer)?;
        let TraceFields { sources, required_but_missing, system_mode } = trace;
        Ok(Self { response, trace: Trace { sources, required_but_missing, system_mode } })
    }
}

/// Reads `T` from an object only: a derived reader would take an array of its fields too.
struct ObjectOnly<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ObjectOnly<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
            type Value = ObjectOnly<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(ObjectOnly)
            }
        }
        deserializer.deserialize_map(Object(std::marker::PhantomData))
    }
}

/// A string of at least `MIN` bytes that is checked and not kept.
#[derive(Default)]
struct Text<const MIN: usize>;

impl<'de, const MIN: usize> Deserialize<'de> for Text<MIN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Checked<const MIN: usize>;
        impl<const MIN: usize> Visitor<'_> for Checked<MIN> {
            type Value = Text<MIN>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a string of at least {MIN} bytes")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<MIN>, E> {
                if text.len() < MIN { Err(E::invalid_length(text.len(), &self)) } else { Ok(Text) }
            }
        }
        deserializer.deserialize_str(Checked)
    }
}

fn source_kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Source>, D::Error> {
    fold_items(deserializer, Vec::new(), |kinds, ObjectOnly(SourceFields { source, .. })| {
        kinds.push(source);
    })
}

fn count_of_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    fold_items(deserializer, 0, |count, _: Text<1>| *count += 1)
}

fn fold_items<'de, D, T, A>(deserializer: D, start: A, step: fn(&mut A, T)) -> Result<A, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Items<T, A>(A, fn(&mut A, T));
    impl<'de, T: Deserialize<'de>, A> Visitor<'de> for Items<T, A> {
        type Value = A;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }
        fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<A, S::Error> {
            let Self(mut folded, step) = self;
            while let Some(item) = seq.next_element()? {
                step(&mut folded, item);
            }
            Ok(folded)
        }
    }
    deserializer.deserialize_seq(Items(start, step))
}

/// Finds the first fault of a case that the fast reader refused.
///
/// INVARIANT: finds a fault exactly where the fast reader fails. Held by
/// `tests/door.rs::a_fault_is_found_exactly_where_the_fast_reader_fails`.
fn diagnose(bytes: &[u8]) -> Result<(), Fault> {
    let node = strict::read(bytes)?;
    let case = At::root(&node).closed(&["response", "trace"])?;
    let response = case.required("response")?.closed(&["kind", "authority", "system_mode"])?;
    label::<speech_kernel::ResponseKind>(&response.required("kind")?)?;
    label::<speech_kernel::Authority>(&response.required("authority")?)?;
    label::<SystemMode>(&response.required("system_mode")?)?;
    let trace = case.required("trace")?;
    let trace = trace.closed(&["sources", "required_but_missing", "system_mode"])?;
    for source in trace.required("sources")?.items()? {
        let source = source.closed(&["source", "identifier"])?;
        source_label(&source.required("source")?)?;
        if let Some(identifier) = source.optional("identifier") {
            identifier.text()?;
        }
    }
    for name in trace.required("required_but_missing")?.items()? {
        name.filled_text()?;
    }
    label::<SystemMode>(&trace.required("system_mode")?)
}

fn label<T: DeserializeOwned>(at: &At<'_>) -> Result<(), Fault> {
    let text = at.text()?;
    match read_label::<T>(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(at.fault_where(FaultCode::UnknownValue, &expected_labels::<T>())),
    }
}

fn read_label<T: DeserializeOwned>(text: &str) -> Result<T, de::value::Error> {
    T::deserialize(de::value::StrDeserializer::new(text))
}

/// The labels as their own reader names them, so that they stand in one place only.
fn expected_labels<T: DeserializeOwned>() -> String {
    let said = read_label::<T>("").err().map(|error| error.to_string()).unwrap_or_default();
    said.split_once("expected ").map(|(_, labels)| labels.to_owned()).unwrap_or_default()
}

fn source_label(at: &At<'_>) -> Result<(), Fault> {
    Source::parse(at.text()?).map(|_| ()).map_err(|error| match error {
        LabelError::UnknownSource => {
            at.fault(FaultCode::UnknownSource, "system, library, memory or tool:<name>")
        }
        LabelError::BadToolName => {
            at.fault(FaultCode::BadToolName, "1 to 128 bytes of visible ASCII after tool:")
        }
    })
}
