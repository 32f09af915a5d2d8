//! Decides a receipt again.

use speech_exit::receipt::Verdict;
use speech_kernel::{ContextTrace, Source, enforce};

use super::canonical::{Opening, Text};
use super::finding::Code;

/// A verdict that holds: what it is to be counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held<'a> {
    Allow,
    Deny(&'static str),
    Malformed(Text<'a>),
}

/// Whether the kernel decides what was recorded as it was decided then.
///
/// # Errors
///
/// [`Code::Inconsistent`] or [`Code::Drift`], with what was expected.
pub(super) fn decide<'a>(
    opening: &Opening<'a>,
    sources: &[Source],
) -> Result<Held<'a>, (Code, String)> {
    let inconsistent = |words: &str| Err((Code::Inconsistent, words.to_owned()));
    let Opening { code, outcome, has_pointer, response, trace, .. } = opening;
    let (response, trace) = match (outcome, response, trace) {
        (Verdict::Malformed, None, None) => {
            return match code {
                Some(code) => Ok(Held::Malformed(*code)),
                None => inconsistent("expected the code of what was malformed"),
            };
        }
        (Verdict::Malformed, ..) => {
            return inconsistent("expected no claims and no trace of what was malformed");
        }
        (_, Some(response), Some(trace)) => (response, trace),
        _ => return inconsistent("expected claims and a trace with a verdict"),
    };
    if *has_pointer || code.is_some() != (*outcome == Verdict::Deny) {
        return inconsistent(
            "expected a code with a denial, and a pointer with nothing but what was malformed",
        );
    }
    if !trace.is_decidable {
        return Err((Code::Drift, "expected a trace of known labels and names".to_owned()));
    }
    let context = ContextTrace {
        sources,
        required_but_missing: trace.missing,
        system_mode: trace.system_mode,
    };
    match (enforce(response, &context).as_ref().map_err(speech_exit::code), code) {
        (Ok(()), None) => Ok(Held::Allow),
        (Err(now), Some(then)) if then.is(now) => Ok(Held::Deny(now)),
        (now, then) => {
            let now = now.err().unwrap_or("allow");
            let then = then.map_or("allow", Text::raw);
            Err((Code::Drift, format!("expected {now} by the rules of this build, found {then}")))
        }
    }
}
