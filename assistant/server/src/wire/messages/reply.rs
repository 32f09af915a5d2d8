//! A whole reply.

use speech_exit::strict::{At, FaultCode, Members};

use super::super::given::{given, kept, usage};
use super::super::kinds::Kinds;
use super::super::malformed::Malformed;
use super::super::reading::{Reading, Rest};
use super::super::transcript::{Extra, Finish, Transcript};
use super::block::{self, Speaker};

const TOKENS: [&str; 2] = ["input_tokens", "output_tokens"];

/// Reads a reply. It is one item, and so is each of its blocks.
///
/// # Errors
///
/// [`Malformed`], with the first fault.
pub fn reply(reply: &At<'_>, kinds: &Kinds) -> Result<Transcript, Malformed> {
    let members = reply.members()?;
    let mut reading = Reading::default();
    let mut finish = None;
    reading.each(std::slice::from_ref(reply), super::size, |reading, reply| {
        let members = reply.members()?;
        if let Some(role) = given(&members, "role").filter(|role| role.text() != Ok("assistant")) {
            return Err(role.fault(FaultCode::UnknownValue, "assistant").into());
        }
        let blocks = members.required("content")?.items()?;
        block::read_all(reading, &blocks, (Speaker::Assistant, Extra::new()), kinds)?;
        finish = finish_of(&members)?;
        reading.classify();
        Ok(())
    });
    if finish == Some(Finish::Refused) {
        reading.refuse();
    }
    let rest = || {
        let usage = usage(&members, TOKENS)?;
        let (provenance, error) = (kept(&members, "provenance"), kept(&members, "error"));
        Ok(Rest { finish, usage, provenance, error, ..Rest::default() })
    };
    reading.finish(rest())
}

fn finish_of(reply: &Members<'_>) -> Result<Option<Finish>, Malformed> {
    let Some(reason) = given(reply, "stop_reason") else { return Ok(None) };
    Ok(Some(match reason.text()? {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "tool_use" => Finish::Calls,
        "refusal" => Finish::Refused,
        "pause_turn" => Finish::Failed,
        _ => return Err(reason.fault(FaultCode::UnknownValue, "how a reply ends").into()),
    }))
}
