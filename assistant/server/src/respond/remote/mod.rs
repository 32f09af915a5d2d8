//! The responder that asks another server, and answers by itself where that one does not.

mod claims;
mod context;
mod flow;
mod request;

use std::sync::Arc;

use speech_exit::{Claims, Recorder};
use speech_kernel::Authority;

use super::compose::{Answer, Composed};
use super::{Asked, Composing, Embedded, Live, Responder};
use crate::store::Store;
use crate::upstream::{Delta, Fault, FaultCode, Reply, Upstream};
use claims::{Claimed, Declined};
use context::Context;
use flow::Flow;

const NOT_TAKEN: &str =
    "The upstream did not take this request, so there is no answer of its to give.";
const FAILED: &str = "The upstream reported an error in the place of an answer.";
const NOT_KEPT: &str = "What the upstream answered could not be stored, so it is not given.";

/// Composes from what the upstream says; without it, from what is here.
#[derive(Debug, Clone)]
pub struct Remote {
    upstream: Upstream,
    local: Embedded,
    store: Store,
}

impl Remote {
    /// A responder over an upstream and a store.
    #[must_use]
    pub fn new(upstream: Upstream, store: Store) -> Self {
        let local = Embedded::new(store.clone());
        Self { upstream, local, store }
    }

    async fn whole(&self, asked: &Asked, recorder: &mut Recorder) -> Composed {
        if !self.upstream.may_be_asked() {
            return self.local.compose_after(asked.brings, asked, recorder).await;
        }
        let context = context::gather(&self.store, asked, recorder).await;
        match self.upstream.whole(&request::of(asked, &context)).await {
            Ok(reply) => self.interpreted(reply, asked, &context),
            Err(fault) => self.without(fault, asked, &context, recorder).await,
        }
    }

    /// The answer when the upstream gave none.
    async fn without(
        &self,
        fault: Fault,
        asked: &Asked,
        context: &Context,
        recorder: &mut Recorder,
    ) -> Composed {
        match fault.code {
            code if code.is_outage() => {
                self.local.compose_after(context.drawn_on, asked, recorder).await
            }
            FaultCode::RequestRefused => Composed::refusal(NOT_TAKEN),
            FaultCode::NotKept => Composed::refusal(NOT_KEPT),
            _ => Composed::refusal(FAILED),
        }
    }

    fn interpreted(&self, reply: Reply, asked: &Asked, context: &Context) -> Composed {
        let mut claimed = Claimed::before(context.drawn_on, asked.offered());
        let mut answer = Answer::words(String::new(), self.claims(claimed.authority()));
        for delta in reply.pieces {
            if let Err(declined) = claimed.take(&delta) {
                return self.declined(declined);
            }
            match delta {
                Delta::Words(words) => answer.text.push_str(&words),
                Delta::Call(piece) => add_call(&mut answer, flow::call(piece)),
                Delta::Annotation(annotation) => {
                    answer.citations.push(flow::citation(annotation));
                }
                Delta::Finish(finish) => answer.finish = flow::finish(finish),
                Delta::Usage(usage) => answer.usage = Some(flow::usage(usage)),
                Delta::Provenance(_) | Delta::Refusal(_) | Delta::End => {}
            }
        }
        answer.citations.sort_by_key(|citation| citation.end);
        answer.claims = self.claims(claimed.authority());
        Composed::Answer(answer)
    }

    /// A claim that the upstream makes for its refusal is judged like any other.
    fn declined(&self, declined: Declined) -> Composed {
        let Declined { words, authority } = declined;
        Composed::Refusal { text: words, claims: authority.map(|claimed| self.claims(claimed)) }
    }

    fn claims(&self, authority: Authority) -> Claims {
        // Read last: what the upstream did has changed it.
        Claims { authority, system_mode: self.store.board().mode() }
    }
}

fn add_call(answer: &mut Answer, call: speech_exit::Call) {
    match (&call.begins, answer.calls.last_mut()) {
        (None, Some(last)) if last.index == call.index => last.arguments.push_str(&call.arguments),
        _ => answer.calls.push(call),
    }
}

impl Responder for Remote {
    fn compose<'a>(&'a self, asked: &'a Asked, recorder: &'a mut Recorder) -> Composing<'a> {
        Box::pin(self.whole(asked, recorder))
    }

    fn live(self: Arc<Self>, asked: &Arc<Asked>) -> Option<Box<dyn Live>> {
        self.upstream.may_be_asked().then(|| {
            let live: Box<dyn Live> = Box::new(Flow::new(Arc::clone(&self), Arc::clone(asked)));
            live
        })
    }
}
