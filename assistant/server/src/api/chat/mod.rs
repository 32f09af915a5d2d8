//! `POST /v1/chat/completions`.

mod answer;
mod fields;
mod messages;
mod request;

use axum::extract::State;
use http::StatusCode;
use jiff::{Timestamp, Zoned};
use speech_exit::{Draft, Envelope, Heading, Name, Notice, Recorder, Refused, Spoken, speak};
use speech_kernel::SystemMode;

use super::body::JsonBody;
use super::store_unavailable;
use crate::app::App;
use crate::respond::{Answer, Asked, Composed};
use crate::store::{ConversationId, random_hex};
use answer::Completion;
use request::{Placed, Request};

/// The largest request, in bytes.
pub const REQUEST_MAX_BYTES: usize = 1 << 20;

/// Answers the last message of a chat.
#[utoipa::path(
    post,
    path = "/v1/chat/completions",
    request_body(content = request::RequestShape, content_type = "application/json"),
    responses(
        (status = 200, description = "an answer or a refusal; provenance says which", body = answer::ChatAnswer,
            headers(
                ("x-speech-authority" = String, description = "the authority that it claims"),
                ("x-speech-mode" = String, description = "the mode that it reports"),
                ("x-speech-code" = Option<String>, description = "the rule that a denied answer would have broken"),
                ("x-should-retry" = Option<String>, description = "false where the same request would be denied again"),
            )),
        (status = 413, body = super::ErrorAnswer),
        (status = 415, body = super::ErrorAnswer),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn create(
    State(app): State<App>,
    mut recorder: Recorder,
    JsonBody(body): JsonBody<REQUEST_MAX_BYTES>,
) -> Result<Spoken, Refused> {
    let request = request::parse(&body).map_err(Refused::Malformed)?;
    require(&mut recorder, &request.required)?;
    let conversation = continued(&app, request.conversation.as_ref()).await?;
    let id = completion_id().ok_or_else(no_random)?;
    let created = Timestamp::now().as_second().unsigned_abs();
    let envelope = Envelope::Chat(Heading {
        id: id.clone(),
        created,
        model: request.model.clone(),
        conversation: conversation.as_ref().and_then(|id| Name::parse(id.as_str())),
        previous: None,
    });
    let asked = Asked {
        question: request.question.clone(),
        earlier: request.earlier.clone(),
        conversation: conversation.clone(),
        required: request.required.iter().map(|label| label.value.clone()).collect(),
        today: Zoned::now().date(),
    };
    match app.responder().compose(&asked, &mut recorder).await {
        Composed::Refusal { text, claims: None } => {
            speak(Draft::refusal(envelope, text), recorder.seal())
        }
        Composed::Refusal { text, claims: Some(claims) } => {
            speak(Draft::refusal_claiming(envelope, text, claims), recorder.seal())
        }
        Composed::Answer(answer) => {
            let (answer, finish) = answer::within(answer, request.max_words);
            let conversation = conversation_of(&app, conversation, &answer)?;
            let name = conversation.as_ref().map(ConversationId::as_str);
            let completion =
                Completion::new(id.as_str().to_owned(), created, &request, (&answer, finish), name);
            let draft = Draft::answer(envelope, &completion, answer.claims);
            let spoken = speak(draft, recorder.seal())?;
            keep(&app, conversation.as_ref(), &request, &answer).await;
            Ok(spoken)
        }
    }
}

fn require(recorder: &mut Recorder, labels: &[Placed]) -> Result<(), Refused> {
    for Placed { value, fault } in labels {
        recorder.require(value).map_err(|_| Refused::Malformed(fault.clone().into()))?;
    }
    Ok(())
}

/// The conversation that a request names. One that we did not issue is context that nobody can look into.
async fn continued(app: &App, named: Option<&Placed>) -> Result<Option<ConversationId>, Refused> {
    let Some(Placed { value, fault }) = named else { return Ok(None) };
    let known = match ConversationId::parse(value) {
        None => None,
        Some(id) => {
            let is_ours = app.store().has_conversation(&id).await;
            let is_ours =
                is_ours.map_err(|error| Refused::Unavailable(store_unavailable(&error)))?;
            is_ours.then_some(id)
        }
    };
    let opaque =
        || Notice::about(StatusCode::UNPROCESSABLE_ENTITY, "OPAQUE_CONTEXT", fault.clone());
    known.map(Some).ok_or_else(|| Refused::Malformed(opaque()))
}

/// The conversation that an answer belongs to: a new one, unless nothing can be kept now.
fn conversation_of(
    app: &App,
    continued: Option<ConversationId>,
    answer: &Answer,
) -> Result<Option<ConversationId>, Refused> {
    let can_keep = answer.claims.system_mode != SystemMode::Minimal
        && app.store().board().mode() != SystemMode::Minimal;
    match continued {
        Some(id) => Ok(Some(id)),
        None if can_keep => ConversationId::draw().map(Some).map_err(|_| no_random()),
        None => Ok(None),
    }
}

/// Keeps an exchange that was allowed out.
///
/// When the store fails here the answer leaves all the same: it was true under the mode that was sealed, and a
/// later failure does not change what it was made from. What is lost is its memory, and that shows: the board
/// goes down, a new conversation's id is not known afterwards (`OPAQUE_CONTEXT`), and in a continued one the
/// exchange is not found, which is said as such.
async fn keep(app: &App, id: Option<&ConversationId>, request: &Request, answer: &Answer) {
    let Some(id) = id else { return };
    if let Err(error) = app.store().add_exchange(id, &request.question, &answer.text).await {
        tracing::error!(%error, "an exchange was not kept");
    }
}

fn completion_id() -> Option<Name> {
    Name::parse(&format!("chatcmpl-{}", random_hex().ok()?))
}

fn no_random() -> Refused {
    let words = "expected the system to give random bytes";
    Refused::Unavailable(
        Notice::new(StatusCode::SERVICE_UNAVAILABLE, "NO_RANDOM", words).retry_after(1),
    )
}
