//! Which conversation an exchange belongs to. Context that nobody here can look into is refused.

use http::StatusCode;
use speech_exit::strict::Fault;
use speech_exit::{Name, Notice, Refused};

use super::Request;
use crate::api::store_unavailable;
use crate::app::App;
use crate::store::{ConversationId, StoreError};
use crate::wire::{Continues, Malformed};

/// What a request goes on from.
#[derive(Debug, Default)]
pub(super) struct Continued {
    pub(super) conversation: Option<ConversationId>,
    /// The response that it names.
    pub(super) previous: Option<Name>,
}

/// What the request goes on from, all of which we issued.
pub(super) async fn continued(app: &App, request: &Request) -> Result<Continued, Refused> {
    let mut continued = Continued::default();
    if let Some(hosted) = request.transcript.hosted.first() {
        return Err(Refused::Malformed(hosted.unsupported().into()));
    }
    if let Some(named) = &request.conditions.conversation {
        let found = ours(app, &named.value).await?;
        continued.conversation = Some(found.ok_or_else(|| opaque(&named.fault))?);
    }
    for reference in &request.transcript.references {
        let found = match reference.continues {
            Continues::Conversation => ours(app, &reference.id).await?,
            Continues::Response => of_response(app, &reference.id).await?,
        };
        let refused = || Refused::Malformed(Malformed::into(reference.opaque()));
        let found = found.ok_or_else(refused)?;
        // Two references have to lead to the same place.
        if continued.conversation.as_ref().is_some_and(|other| *other != found) {
            return Err(refused());
        }
        continued.conversation = Some(found);
        if reference.continues == Continues::Response {
            continued.previous = Name::parse(&reference.id);
        }
    }
    Ok(continued)
}

async fn ours(app: &App, id: &str) -> Result<Option<ConversationId>, Refused> {
    let Some(id) = ConversationId::parse(id) else { return Ok(None) };
    let is_ours = app.store().has_conversation(&id).await.map_err(|error| down(&error))?;
    Ok(is_ours.then_some(id))
}

async fn of_response(app: &App, id: &str) -> Result<Option<ConversationId>, Refused> {
    app.store().conversation_of(id).await.map_err(|error| down(&error))
}

fn down(error: &StoreError) -> Refused {
    Refused::Unavailable(store_unavailable(error))
}

fn opaque(fault: &Fault) -> Refused {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Refused::Malformed(Notice::about(status, "OPAQUE_CONTEXT", fault.clone()))
}
