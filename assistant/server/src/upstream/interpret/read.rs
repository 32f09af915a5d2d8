//! JSON from an upstream into pieces. What it does not know of an object it leaves aside, because servers add
//! members; a kind that it does not know is a fault, because it could be speech.

use speech_exit::strict::{At, Members, Node, read};

use super::delta::{Annotation, CallPiece, Delta, Finish, Usage};
use crate::upstream::fault::{Fault, FaultCode};

/// The two forms of an answer: what `object` says, and under which name a choice has its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Whole,
    Chunk,
}

impl Form {
    const fn object(self) -> &'static str {
        match self {
            Self::Whole => "chat.completion",
            Self::Chunk => "chat.completion.chunk",
        }
    }

    const fn member(self) -> &'static str {
        match self {
            Self::Whole => "message",
            Self::Chunk => "delta",
        }
    }
}

/// The pieces of one JSON text, in a fixed order.
pub(super) fn pieces(json: &[u8], form: Form) -> Result<Vec<Delta>, Fault> {
    let node = read(json).map_err(|_| {
        Fault::garbage("expected a JSON text in which no object has the same key twice")
    })?;
    let members = object(&At::root(&node))?;
    if given(&members, "error").is_some() {
        return Err(error());
    }
    let is_form = text(&members, "object")? == Some(form.object());
    if !is_form {
        return Err(Fault::garbage("expected the object of a chat completion"));
    }
    let mut pieces = Vec::new();
    if let Some(provenance) = given(&members, "provenance") {
        object(&provenance)?;
        pieces.push(Delta::Provenance(provenance.node().clone()));
    }
    let usage = given(&members, "usage").map(|usage| self::usage(&usage)).transpose()?;
    match (choice(&members)?, form) {
        (Some(choice), form) => said(&choice, form, &mut pieces)?,
        (None, Form::Chunk) if usage.is_some() => {}
        (None, _) => {
            return Err(Fault::garbage("expected a choice, unless a chunk has the usage"));
        }
    }
    pieces.extend(usage.map(Delta::Usage));
    Ok(pieces)
}

/// The upstream says that it failed. What it says about it stays in what is kept.
pub(super) const fn error() -> Fault {
    Fault::new(FaultCode::Error, "expected an answer, found an error of the upstream")
}

fn object<'a>(at: &At<'a>) -> Result<Members<'a>, Fault> {
    at.members().map_err(|_| Fault::garbage("expected an object"))
}

/// A member that says something: `null` is as good as none.
fn given<'a>(members: &Members<'a>, name: &'static str) -> Option<At<'a>> {
    members.optional(name).filter(|at| *at.node() != Node::Null)
}

fn items<'a>(members: &Members<'a>, name: &'static str) -> Result<Vec<At<'a>>, Fault> {
    given(members, name).map_or(Ok(Vec::new()), |list| {
        list.items().map_err(|_| Fault::garbage("expected an array"))
    })
}

fn text<'a>(members: &Members<'a>, name: &'static str) -> Result<Option<&'a str>, Fault> {
    let text = given(members, name).map(|at| at.text());
    text.transpose().map_err(|_| Fault::garbage("expected a string"))
}

fn filled(members: &Members<'_>, name: &'static str) -> Result<Option<String>, Fault> {
    Ok(text(members, name)?.filter(|text| !text.is_empty()).map(str::to_owned))
}

fn number(members: &Members<'_>, name: &'static str) -> Result<Option<u64>, Fault> {
    let number = given(members, name).map(|at| match at.node() {
        Node::Number(number) => number.as_u64(),
        _ => None,
    });
    number.map(|number| number.ok_or(Fault::garbage("expected a whole number"))).transpose()
}

fn usage(at: &At<'_>) -> Result<Usage, Fault> {
    let members = object(at)?;
    let tokens = |name| {
        number(&members, name)?
            .ok_or(Fault::garbage("expected the usage to have numbers of tokens"))
    };
    Ok(Usage {
        prompt: tokens("prompt_tokens")?,
        completion: tokens("completion_tokens")?,
        total: tokens("total_tokens")?,
    })
}

/// The one choice: more are never asked for, and a second answer would leave nobody knows where.
fn choice<'a>(members: &Members<'a>) -> Result<Option<Members<'a>>, Fault> {
    if given(members, "choices").is_none() {
        return Err(Fault::garbage("expected choices"));
    }
    let choices = items(members, "choices")?;
    let [choice] = choices.as_slice() else {
        let is_none = choices.is_empty();
        return if is_none { Ok(None) } else { Err(Fault::garbage("expected one choice")) };
    };
    let choice = object(choice)?;
    match number(&choice, "index")? {
        Some(0) => Ok(Some(choice)),
        _ => Err(Fault::garbage("expected a choice of index 0")),
    }
}

fn said(choice: &Members<'_>, form: Form, pieces: &mut Vec<Delta>) -> Result<(), Fault> {
    let message = given(choice, form.member());
    let message =
        message.ok_or(Fault::garbage("expected a choice to have a message or a delta"))?;
    let message = object(&message)?;
    if !matches!(text(&message, "role")?, None | Some("assistant" | "")) {
        return Err(Fault::garbage("expected the role assistant"));
    }
    if given(&message, "function_call").is_some() {
        return Err(Fault::garbage("expected calls in the form that they were asked for in"));
    }
    pieces.extend(filled(&message, "content")?.map(Delta::Words));
    pieces.extend(filled(&message, "refusal")?.map(Delta::Refusal));
    for (position, call) in items(&message, "tool_calls")?.iter().enumerate() {
        pieces.push(Delta::Call(self::call(call, form, position)?));
    }
    for annotation in items(&message, "annotations")? {
        pieces.push(Delta::Annotation(self::annotation(&annotation)?));
    }
    match (text(choice, "finish_reason")?, form) {
        (Some(reason), _) => {
            let finish = Finish::ALL.into_iter().find(|finish| finish.as_str() == reason);
            pieces.push(Delta::Finish(finish.ok_or(Fault::garbage("expected a finish reason"))?));
        }
        (None, Form::Chunk) => {}
        (None, Form::Whole) => {
            return Err(Fault::cut("expected a finish reason in a whole answer"));
        }
    }
    Ok(())
}

/// In a whole answer the index is the position.
fn call(at: &At<'_>, form: Form, position: usize) -> Result<CallPiece, Fault> {
    let call = object(at)?;
    if !matches!(text(&call, "type")?, None | Some("function" | "")) {
        return Err(Fault::garbage("expected a call of a function"));
    }
    let index = match form {
        Form::Whole => Some(position),
        Form::Chunk => number(&call, "index")?.and_then(|index| usize::try_from(index).ok()),
    };
    let index = index.ok_or(Fault::garbage("expected a call to have an index"))?;
    let (name, arguments) = match given(&call, "function") {
        None => (None, None),
        Some(function) => {
            let function = object(&function)?;
            (filled(&function, "name")?, filled(&function, "arguments")?)
        }
    };
    let arguments = arguments.unwrap_or_default();
    Ok(CallPiece { index, id: filled(&call, "id")?, name, arguments })
}

/// Servers put what an annotation says beside its type, or in a member that has the type's name.
fn annotation(at: &At<'_>) -> Result<Annotation, Fault> {
    let outer = object(at)?;
    let inner = |name| given(&outer, name).map_or(Ok(outer.clone()), |inner| object(&inner));
    match text(&outer, "type")? {
        Some("url_citation") => {
            let inner = inner("url_citation")?;
            let url =
                filled(&inner, "url")?.ok_or(Fault::garbage("expected a url in a citation"))?;
            Ok(Annotation::Url {
                url,
                title: filled(&inner, "title")?,
                span: span(&inner, &outer)?,
            })
        }
        Some("file_citation") => {
            let inner = inner("file_citation")?;
            let id = filled(&inner, "file_id")?;
            let id = id.ok_or(Fault::garbage("expected a file_id in a citation"))?;
            let name = filled(&inner, "filename")?;
            Ok(Annotation::File { id, name, span: span(&inner, &outer)? })
        }
        _ => Err(Fault::garbage("expected a url_citation or a file_citation")),
    }
}

fn span(inner: &Members<'_>, outer: &Members<'_>) -> Result<Option<(u64, u64)>, Fault> {
    let index = |name| Ok(number(inner, name)?.or(number(outer, name)?));
    match (index("start_index")?, index("end_index")?) {
        (None, None) => Ok(None),
        (Some(start), Some(end)) if start <= end => Ok(Some((start, end))),
        _ => Err(Fault::garbage("expected a start_index and an end_index that is not less")),
    }
}
