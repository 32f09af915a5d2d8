//! A whole response.

use speech_exit::strict::{At, FaultCode, Members};

use super::super::given::{given, kept, usage};
use super::super::kinds::Kinds;
use super::super::malformed::Malformed;
use super::super::reading::{Reading, Rest};
use super::super::transcript::{Finish, Transcript};
use super::item;

const TOKENS: [&str; 2] = ["input_tokens", "output_tokens"];

/// Reads a response.
///
/// # Errors
///
/// [`Malformed`], with the first fault.
pub fn response(response: &At<'_>, kinds: &Kinds) -> Result<Transcript, Malformed> {
    let members = response.members()?;
    let output = members.required("output")?.items()?;
    let mut reading = Reading::default();
    reading.each(&output, item::size, |reading, at| {
        if item::read(reading, at, kinds)? {
            reading.refuse();
        }
        Ok(())
    });
    let rest = rest(&mut reading, &members);
    reading.finish(rest)
}

/// What stands beside the items.
pub(super) fn rest(reading: &mut Reading, members: &Members<'_>) -> Result<Rest, Malformed> {
    let finish = match given(members, "status") {
        None => None,
        Some(status) => finish(reading, members, &status)?,
    };
    if finish == Some(Finish::Refused) {
        reading.refuse();
    }
    let usage = usage(members, TOKENS)?;
    let (provenance, error) = (kept(members, "provenance"), kept(members, "error"));
    Ok(Rest { finish, usage, provenance, error, ..Rest::default() })
}

fn finish(
    reading: &Reading,
    members: &Members<'_>,
    status: &At<'_>,
) -> Result<Option<Finish>, Malformed> {
    Ok(match status.text()? {
        "completed" if reading.waits_for_results() => Some(Finish::Calls),
        "completed" => Some(Finish::Stop),
        "incomplete" => Some(incomplete(members)?),
        "failed" | "cancelled" => Some(Finish::Failed),
        "in_progress" | "queued" => None,
        _ => return Err(status.fault(FaultCode::UnknownValue, "the status of a response").into()),
    })
}

fn incomplete(members: &Members<'_>) -> Result<Finish, Malformed> {
    let Some(details) = given(members, "incomplete_details") else { return Ok(Finish::Failed) };
    let reason = details.members()?.required("reason")?;
    match reason.text()? {
        "max_output_tokens" | "max_tokens" => Ok(Finish::Length),
        "content_filter" => Ok(Finish::Refused),
        _ => Err(reason.fault(FaultCode::UnknownValue, "why a response is incomplete").into()),
    }
}
