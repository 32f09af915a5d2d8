//! What a request asks for, from its method, its path and the fields of its body that say so. Nothing is inferred.

use std::fmt;

use serde_json::{Map, Value};

use crate::authorization::Tier;
use crate::class::MutationClass;
use crate::event::EventKind;
use crate::reason::Reason;
use crate::routes::{Effect, RouteTable};
use crate::status::TaskStatus;

/// 1 to 128 bytes of visible ASCII: the id of a task, a run, an actor or an action.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id(String);

const ID_MAX_BYTES: usize = 128;

impl Id {
    /// Reads an id; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=ID_MAX_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// The id as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What people are told about a task before it runs. Both parts have something in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    title: String,
    body: String,
}

impl Disclosure {
    /// What it is.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it does.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

/// One mutation that is asked for. Only [`ask`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    class: MutationClass,
    task_id: Option<Id>,
    run_id: Option<Id>,
    actor: Option<Id>,
    tier: Option<Tier>,
    action_id: Option<Id>,
    disclosure: Option<Disclosure>,
}

/// Why a request is no intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntentError {
    class: Option<MutationClass>,
    fault: Fault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    NotAllowlisted,
    Invalid(&'static str),
    Contradicts(&'static str),
    Tier,
}

/// What a request turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A route that makes no change: there is nothing to decide.
    Reads,
    /// A mutation, or what should have been one.
    Mutates(Result<Intent, IntentError>),
}

/// Reads what a request asks for.
///
/// `principal` is who the caller was shown to be; where there is one, the actor is nobody else.
#[must_use]
pub fn ask(
    table: &RouteTable,
    method: &str,
    path: &str,
    body: &Value,
    principal: Option<&Id>,
) -> Asked {
    match table.find(method, path).map(|route| route.effect) {
        Some(Effect::Reads(_)) => Asked::Reads,
        Some(Effect::Mutates(class)) => {
            let read = read(class, body, principal);
            Asked::Mutates(read.map_err(|fault| IntentError { class: Some(class), fault }))
        }
        None => Asked::Mutates(Err(IntentError { class: None, fault: Fault::NotAllowlisted })),
    }
}

impl Intent {
    /// The kind of mutation.
    #[must_use]
    pub const fn class(&self) -> MutationClass {
        self.class
    }

    /// The task that it names.
    #[must_use]
    pub fn task_id(&self) -> Option<&str> {
        self.task_id.as_ref().map(Id::as_str)
    }

    /// The run that it names.
    #[must_use]
    pub fn run_id(&self) -> Option<&str> {
        self.run_id.as_ref().map(Id::as_str)
    }

    /// Who asks.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.actor.as_ref().map(Id::as_str)
    }

    /// The tier that it asks for. The action's own may be higher.
    #[must_use]
    pub const fn tier(&self) -> Option<Tier> {
        self.tier
    }

    /// The action that the task does.
    #[must_use]
    pub fn action_id(&self) -> Option<&str> {
        self.action_id.as_ref().map(Id::as_str)
    }

    /// What people are told about it.
    #[must_use]
    pub const fn disclosure(&self) -> Option<&Disclosure> {
        self.disclosure.as_ref()
    }
}

impl IntentError {
    /// The class of the route, if there is such a route.
    #[must_use]
    pub const fn class(&self) -> Option<MutationClass> {
        self.class
    }

    /// Why the mutation is denied.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self.fault {
            Fault::NotAllowlisted => Reason::MutationNotAllowlisted,
            Fault::Invalid(_) => Reason::IntentInvalid,
            Fault::Contradicts(_) => Reason::IntentContradictsRoute,
            Fault::Tier => Reason::TierUnknown,
        }
    }
}

impl fmt::Display for IntentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.reason().code();
        match self.fault {
            Fault::NotAllowlisted => {
                write!(f, "{code}: expected a method and path of the table of routes")
            }
            Fault::Invalid(expected) => write!(f, "{code}: expected {expected}"),
            Fault::Contradicts(field) => {
                write!(f, "{code}: expected no {field} that the route does not lead to")
            }
            Fault::Tier => write!(f, "{code}: expected one tier, A, B or C"),
        }
    }
}

impl std::error::Error for IntentError {}

const ID: &str = "1 to 128 bytes of visible ASCII in an id, the same in each field that names it";

fn read(class: MutationClass, body: &Value, principal: Option<&Id>) -> Result<Intent, Fault> {
    let body = body.as_object().ok_or(Fault::Invalid("an object as the body"))?;
    let task_names: &[&str] = if class.leads_to().is_empty() {
        &["task_id", "taskId"]
    } else {
        &["task_id", "taskId", "id"]
    };
    let task_id = id(body, task_names)?;
    let run_id = id(body, &["run_id", "runId"])?;
    let actor = actor(id(body, &["actor", "agent"])?, principal)?;
    let action_id = id(body, &["action_id"])?;
    let disclosure = disclosure(body)?;
    named(class, task_id.is_some(), run_id.is_some())?;
    agrees(class, body)?;
    let tier = tier(body)?;
    Ok(Intent { class, task_id, run_id, actor, tier, action_id, disclosure })
}

/// Whether the ids are there without which nobody knows what the mutation is about.
fn named(class: MutationClass, task: bool, run: bool) -> Result<(), Fault> {
    let enough = match class {
        MutationClass::TaskCreate | MutationClass::TaskDelegate => task,
        MutationClass::TaskComplete
        | MutationClass::TaskFail
        | MutationClass::TaskCancel
        | MutationClass::ArtifactEmit => task || run,
        MutationClass::PolicyChange | MutationClass::GrantChange | MutationClass::SignalRecord => {
            true
        }
    };
    if enough {
        Ok(())
    } else {
        Err(Fault::Invalid("the id of the task or, where it exists, of its run"))
    }
}

fn id(body: &Map<String, Value>, names: &[&str]) -> Result<Option<Id>, Fault> {
    let mut found = None;
    for value in names.iter().filter_map(|name| body.get(*name)) {
        let id = value.as_str().and_then(Id::parse).ok_or(Fault::Invalid(ID))?;
        if found.get_or_insert_with(|| id.clone()) != &id {
            return Err(Fault::Invalid(ID));
        }
    }
    Ok(found)
}

fn actor(named: Option<Id>, principal: Option<&Id>) -> Result<Option<Id>, Fault> {
    match (named, principal) {
        (Some(named), Some(principal)) if named != *principal => {
            Err(Fault::Invalid("no other actor than the one who is authenticated"))
        }
        (named, principal) => Ok(principal.cloned().or(named)),
    }
}

fn disclosure(body: &Map<String, Value>) -> Result<Option<Disclosure>, Fault> {
    let wrong = Fault::Invalid("an object of texts as the disclosure");
    let Some(disclosure) = body.get("disclosure") else { return Ok(None) };
    let disclosure = disclosure.as_object().ok_or(wrong)?;
    let part = |name: &str| match disclosure.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
        Some(_) => Err(wrong),
    };
    let parts = part("title")?.zip(part("body")?);
    Ok(parts.map(|(title, body)| Disclosure { title: title.clone(), body: body.clone() }))
}

fn tier(body: &Map<String, Value>) -> Result<Option<Tier>, Fault> {
    let mut found = None;
    for value in ["tier", "action_tier", "actionTier"].iter().filter_map(|name| body.get(*name)) {
        let tier = value.as_str().and_then(Tier::of_word).ok_or(Fault::Tier)?;
        if *found.get_or_insert(tier) != tier {
            return Err(Fault::Tier);
        }
    }
    Ok(found)
}

/// Whether what the body says of status, kind and decision is what its route leads to.
fn agrees(class: MutationClass, body: &Map<String, Value>) -> Result<(), Fault> {
    let verb = class.word().strip_prefix("task_");
    let leads_to = |status| class.leads_to().contains(&status);
    let says = |field| match body.get(field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Fault::Invalid("texts as status, kind and decision")),
    };
    let (status, kind, decision) = (says("status")?, says("kind")?, says("decision")?);
    let of_status = |text: &str| TaskStatus::read(text);
    let of_kind = |text: &str| EventKind::read(text).and_then(EventKind::status);
    let said = [("status", status.map(of_status)), ("kind", kind.map(of_kind))];
    let verbs = decision.filter(|text| verb != Some(*text)).map(of_status);
    for (field, said) in said.into_iter().chain([("decision", verbs)]) {
        let contradicts = match said {
            None => false,
            // A route that is about no task has words of its own for all three; it is not asked to change a task's.
            Some(None) => !class.leads_to().is_empty(),
            Some(Some(status)) => !leads_to(status),
        };
        if contradicts {
            return Err(Fault::Contradicts(field));
        }
    }
    Ok(())
}
