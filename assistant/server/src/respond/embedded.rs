//! The responder that needs no network: tools, the conversation and the library, quoted.

use speech_exit::{Label, Recorder};

use super::asked::Given;
use super::compose::{Answer, Composed, Composition};
use super::drawn::DrawnOn;
use super::recall::{self, Recall};
use super::{Asked, Composing, Responder, about};
use crate::retrieval::{self, Need, Said, content_words};
use crate::store::Store;
use crate::tools::{CalendarCall, Call, Failure, Tool};

const NOTHING_IN_LIBRARY: &str = "I found nothing about that in the library.";
const NOTHING_IN_CONVERSATION: &str = "I found nothing about that in this conversation.";
const NOTHING_SAID: &str = "Nothing was said before that in this conversation.";
const NOTHING_TO_LOOK_FOR: &str = "There is nothing in that to look for.";
const LIBRARY_DOWN: &str =
    "The library cannot be searched now, so I cannot say what it has about that.";
const STORE_DOWN: &str = "Earlier conversations cannot be read now, so I cannot say what was said.";
const SEARCH_FAILED: &str = "the search failed";

/// Composes from what is stored here and from the tools.
#[derive(Debug, Clone)]
pub struct Embedded {
    store: Store,
}

impl Embedded {
    /// A responder over a store.
    #[must_use]
    pub const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Composes when something was drawn on before.
    pub(super) async fn compose_after(
        &self,
        drawn_on: DrawnOn,
        asked: &Asked,
        recorder: &mut Recorder,
    ) -> Composed {
        Composed::Answer(self.answer(drawn_on, asked, recorder).await)
    }

    async fn answer(&self, drawn_on: DrawnOn, asked: &Asked, recorder: &mut Recorder) -> Answer {
        let mut text = Composition::after(drawn_on);
        let results = asked.results();
        match about::answer(asked.question()) {
            _ if !results.is_empty() => relay(&results, &mut text),
            Some(words) if asked.required.is_empty() => text.say(words),
            _ => self.consult(asked, recorder, &mut text).await,
        }
        // Read last: an operation above that failed has changed it.
        let answer = text.finish(self.store.board().mode());
        answer.within(asked.max_tokens.map(|words| usize::try_from(words).unwrap_or(usize::MAX)))
    }

    /// Asks each source whose turn it is. One that was required is asked even when another has answered.
    async fn consult(&self, asked: &Asked, recorder: &mut Recorder, text: &mut Composition) {
        if let Some(call) = Call::recognise(asked.question(), asked.today) {
            use_tool(call, recorder, text).await;
        }
        let recall = recall::parse(asked.question());
        if let Some(recall) = &recall {
            self.recall(asked, recall, recorder, text).await;
            repeat(asked, recall, text);
        }
        let is_settled = recall.as_ref().is_some_and(|recall| recall.is_exclusive);
        if is_settled && text.is_empty() {
            let is_first = asked.conversation.is_none() && asked.earlier().is_empty();
            text.say(if is_first { NOTHING_SAID } else { NOTHING_IN_CONVERSATION });
        }
        let words = content_words(asked.question());
        if words.is_empty() && text.is_empty() {
            text.say(NOTHING_TO_LOOK_FOR);
        } else if !words.is_empty() {
            self.search(asked, words, recall.is_some(), recorder, text).await;
        }
    }

    /// Looks for the words in the library, and in the conversation unless that was done.
    async fn search(
        &self,
        asked: &Asked,
        words: Vec<String>,
        is_recalled: bool,
        recorder: &mut Recorder,
        text: &mut Composition,
    ) {
        if text.is_empty() || asked.requires(Label::library().as_str()) {
            self.look_up(&words, recorder, text).await;
        }
        if text.is_empty() || (asked.requires(Label::memory().as_str()) && !is_recalled) {
            let general =
                Recall { said: Said::Stated, words, need: Need::Half, is_exclusive: false };
            self.recall(asked, &general, recorder, text).await;
        }
        if text.is_empty() {
            text.say(NOTHING_IN_LIBRARY);
        }
    }

    async fn recall(
        &self,
        asked: &Asked,
        recall: &Recall,
        recorder: &mut Recorder,
        text: &mut Composition,
    ) {
        let Some(conversation) = &asked.conversation else { return };
        let Recall { said, words, need, .. } = recall;
        let found = if words.is_empty() {
            retrieval::latest(&self.store, conversation, *said).await
        } else {
            retrieval::memory(&self.store, conversation, *said, words, *need).await
        };
        match found {
            Ok(found) if found.is_empty() => {}
            Ok(found) => {
                let turns: Vec<_> = found.into_iter().map(|turn| recorder.admit(turn)).collect();
                text.recall(recall.lead(), &turns);
            }
            Err(error) => {
                tracing::warn!(%error, "a conversation could not be searched");
                recorder.failed(Label::memory(), SEARCH_FAILED);
                text.say(STORE_DOWN);
            }
        }
    }

    async fn look_up(&self, words: &[String], recorder: &mut Recorder, text: &mut Composition) {
        match retrieval::library(&self.store, words).await {
            Ok(found) if found.is_empty() => {}
            Ok(found) => {
                let passages = found.into_iter().map(|passage| recorder.admit(passage)).collect();
                text.quote(passages);
            }
            Err(error) => {
                tracing::warn!(%error, "the library could not be searched");
                recorder.failed(Label::library(), SEARCH_FAILED);
                text.say(LIBRARY_DOWN);
            }
        }
    }
}

impl Responder for Embedded {
    fn compose<'a>(&'a self, asked: &'a Asked, recorder: &'a mut Recorder) -> Composing<'a> {
        Box::pin(self.compose_after(asked.brings, asked, recorder))
    }
}

/// Answers from the request itself what nothing stored has answered.
fn repeat(asked: &Asked, recall: &Recall, text: &mut Composition) {
    if !text.is_empty() {
        return;
    }
    let Recall { said, words, need, .. } = recall;
    let found = if words.is_empty() {
        retrieval::latest_in_request(&asked.earlier(), *said)
    } else {
        retrieval::in_request(&asked.earlier(), *said, words, *need)
    };
    if !found.is_empty() {
        text.repeat(recall.lead(), &found);
    }
}

/// Says what the client's tools gave. Nothing else is consulted: the client has asked them, and not us.
fn relay(results: &[Given<'_>], text: &mut Composition) {
    for Given { tool, text: result, is_source } in results {
        if *is_source {
            text.relay(tool, result);
        } else {
            text.say(format!("{tool} gave nothing: {result}."));
        }
    }
}

async fn use_tool(call: Call, recorder: &mut Recorder, text: &mut Composition) {
    let running = call.clone();
    // A tool computes up to its time limit, which must not hold up other requests.
    let outcome = tokio::task::spawn_blocking(move || running.sourced()).await;
    let outcome = outcome.unwrap_or(Err(Failure { why: "the tool broke off" }));
    match outcome {
        Ok(result) => text.say_result(sentence(&call, &recorder.admit(result))),
        Err(Failure { why }) => {
            let tool = call.tool();
            if let Some(label) = tool.label() {
                recorder.failed(label, why);
            }
            text.say(format!("{} gave nothing for that: {why}.", title(tool)));
        }
    }
}

const fn title(tool: Tool) -> &'static str {
    match tool {
        Tool::Calculator => "The calculator",
        Tool::Units => "The unit conversion",
        Tool::Calendar => "The calendar",
    }
}

fn sentence(call: &Call, result: &str) -> String {
    match call {
        Call::Calculator(expression) => {
            let has_angle =
                expression.split(' ').any(|piece| matches!(piece, "sin" | "cos" | "tan"));
            let unit = if has_angle { " (angles in radians)" } else { "" };
            let expression = expression.replace("( ", "(").replace(" )", ")");
            match result.strip_prefix("approx. ") {
                Some(digits) => format!("{expression} \u{2248} {digits}{unit}"),
                None => format!("{expression} = {result}{unit}"),
            }
        }
        Call::Units(conversion) => {
            format!("{} {} is {result}.", conversion.amount, conversion.from)
        }
        Call::Calendar(CalendarCall::Between { from: Ok(from), to: Ok(to), .. }) => {
            format!("From {from} to {to} it is {result}.")
        }
        Call::Calendar(CalendarCall::Weekday(Ok(date))) => format!("{date} is a {result}."),
        Call::Calendar(CalendarCall::Today(_)) => format!("Today is {result}."),
        Call::Calendar(_) => format!("The date is {result}."),
    }
}
