//! Who may do what: tiers, the registry of actions, grants.

use std::collections::BTreeMap;

use crate::row::present;
use crate::words::words;

words! {
    /// How much an action needs before it may run.
    Tier {
        /// Nothing: it may run by itself.
        A = "A",
        /// To say what it is, and to be authorised. A grant may stand in for the latter.
        B = "B",
        /// To say what it is, and to be authorised. No grant stands in for that.
        C = "C",
    }
}

/// What an operator has authorised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorization {
    /// The least tier of each registered action, which is the one that it is authorised for. Others have A.
    pub actions: BTreeMap<String, Tier>,
    /// What lifts single actions of tier B for a while.
    pub grants: Vec<Grant>,
}

/// Lets actions of tier B run that are not registered for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// The actions that it is for.
    pub allow: Vec<ActionPattern>,
    /// The run or task that it is for.
    pub scope: GrantScope,
    /// When it ends, in milliseconds.
    pub expires_at: i64,
    /// Whether it is spent by its first use.
    pub single_use: bool,
    /// Whether it was used.
    pub spent: bool,
}

/// What a grant is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantScope {
    /// One run.
    Run(String),
    /// Each run of one task.
    Task(String),
}

/// One action by its exact id, or all whose id begins with words that end in a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionPattern(String);

/// The use of a grant that a decision rests on, so that it can be audited and spent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct GrantUse {
    /// The grant.
    pub id: String,
    /// Whether this use spends it.
    pub single_use: bool,
}

/// The run and the task that a mutation is about, as far as they are known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Subject<'a> {
    pub(crate) run_id: Option<&'a str>,
    pub(crate) task_id: Option<&'a str>,
}

impl ActionPattern {
    /// Reads a pattern; `None` for a blank one, for spaces, and for a dot with nothing before it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && !text.starts_with('.')
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    fn matches(&self, action: &str) -> bool {
        match action.strip_prefix(&self.0) {
            Some("") => !self.0.ends_with('.'),
            Some(_) => self.0.ends_with('.'),
            None => false,
        }
    }
}

impl Grant {
    fn lifts(&self, action: &str, subject: Subject<'_>, now: i64) -> bool {
        let in_scope = match &self.scope {
            GrantScope::Run(run) => present(Some(run)).is_some() && subject.run_id == Some(run),
            GrantScope::Task(task) => {
                present(Some(task)).is_some() && subject.task_id == Some(task)
            }
        };
        let live = now < self.expires_at && !(self.single_use && self.spent);
        in_scope && live && self.allow.iter().any(|pattern| pattern.matches(action))
    }
}

impl Authorization {
    /// An action's own tier, or a higher one that is asked for.
    pub(crate) fn tier(&self, action: Option<&str>, asked: Option<Tier>) -> Tier {
        self.registered(action).max(asked.unwrap_or(Tier::A))
    }

    fn registered(&self, action: Option<&str>) -> Tier {
        action.and_then(|action| self.actions.get(action)).copied().unwrap_or(Tier::A)
    }

    /// Whether an action may run at that tier, and which grant it then rests on.
    pub(crate) fn permits(
        &self,
        action: Option<&str>,
        tier: Tier,
        subject: Subject<'_>,
        now: i64,
    ) -> Permitted<'_> {
        if tier == Tier::A || self.registered(action) == tier {
            return Permitted::ByRegistry;
        }
        let Some(action) = action.filter(|_| tier == Tier::B) else { return Permitted::Not };
        let grant = self.grants.iter().find(|grant| grant.lifts(action, subject, now));
        grant.map_or(Permitted::Not, Permitted::ByGrant)
    }
}

/// Whether an action may run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Permitted<'a> {
    ByRegistry,
    ByGrant(&'a Grant),
    Not,
}
