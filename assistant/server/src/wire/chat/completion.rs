//! A whole completion.

use speech_exit::strict::{At, FaultCode, Members};

use super::super::given::{extra, given, kept, unsupported, usage};
use super::super::malformed::Malformed;
use super::super::reading::{Reading, Rest};
use super::super::transcript::{Finish, Transcript};
use super::message;

pub(super) const TOKENS: [&str; 2] = ["prompt_tokens", "completion_tokens"];

/// Reads a completion of one choice.
///
/// # Errors
///
/// [`Malformed`], with the first fault.
pub fn completion(completion: &At<'_>) -> Result<Transcript, Malformed> {
    let members = completion.members()?;
    let error = kept(&members, "error");
    let choices = match given(&members, "choices") {
        None if error.is_some() => Vec::new(),
        _ => choices(&members)?,
    };
    let mut reading = Reading::default();
    let mut finish = None;
    let mut is_first = true;
    reading.each(&choices, choice_size, |reading, choice| {
        if !std::mem::take(&mut is_first) {
            return Err(unsupported(choice, "one choice"));
        }
        finish = choice_of(reading, choice)?;
        Ok(())
    });
    let rest = || {
        let usage = usage(&members, TOKENS)?;
        let provenance = kept(&members, "provenance");
        Ok(Rest { finish, usage, provenance, error, ..Rest::default() })
    };
    reading.finish(rest())
}

fn choices<'a>(members: &Members<'a>) -> Result<Vec<At<'a>>, Malformed> {
    let choices = members.required("choices")?;
    let items = choices.items()?;
    if items.is_empty() {
        return Err(choices.fault(FaultCode::WrongType, "one choice").into());
    }
    Ok(items)
}

fn choice_size(choice: &At<'_>) -> usize {
    let message = choice.members().ok().and_then(|members| members.optional("message"));
    message.map_or(1, |message| message::size(&message))
}

fn choice_of(reading: &mut Reading, choice: &At<'_>) -> Result<Option<Finish>, Malformed> {
    let members = choice.members()?;
    let message = members.required("message")?.members()?;
    if let Some(role) = given(&message, "role").filter(|role| role.text() != Ok("assistant")) {
        return Err(role.fault(FaultCode::UnknownValue, "assistant").into());
    }
    let mut is_refusal = message::assistant(reading, &message)?;
    let finish = finish_of(&members)?;
    is_refusal |= finish == Some(Finish::Refused);
    if is_refusal {
        reading.refuse();
    }
    reading.keep(extra(&members, &["index", "message", "logprobs", "finish_reason"]));
    reading.classify();
    Ok(finish)
}

/// How a choice ended; none if it has not.
pub(super) fn finish_of(choice: &Members<'_>) -> Result<Option<Finish>, Malformed> {
    let Some(reason) = given(choice, "finish_reason") else { return Ok(None) };
    Ok(Some(match reason.text()? {
        "stop" => Finish::Stop,
        "length" => Finish::Length,
        "tool_calls" | "function_call" => Finish::Calls,
        "content_filter" => Finish::Refused,
        _ => return Err(reason.fault(FaultCode::UnknownValue, "how a completion ends").into()),
    }))
}
