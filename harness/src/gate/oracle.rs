//! A second decision about mutations, by interpreting `contracts/gate/rules.json`.
//!
//! It calls nothing of the gate and has words of its own for everything.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::trouble::Trouble;
use crate::workspace;

/// The rules, as a person wrote them.
pub const RULES: &str = "contracts/gate/rules.json";

const READING: &str =
    "In each list the first row whose conditions all hold decides. An absent condition holds.";

macro_rules! spelled {
    ($($(#[$doc:meta])* $name:ident { $($(#[$spelled:meta])* $variant:ident),+ $(,)? })+) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "each is the word that it is written with")]
        pub enum $name { $($(#[$spelled])* $variant),+ }

        impl $name {
            /// Each of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        })+
    };
}

spelled! {
    /// What a request asks for, or what is wrong with it.
    Request {
        TaskCreate, TaskDelegate, TaskComplete, TaskFail, TaskCancel, ArtifactEmit, PolicyChange,
        GrantChange, SignalRecord, Unlisted, Invalid, Contradicting,
    }
    /// The tier that it asks for.
    Asked { Absent, #[serde(rename = "A")] A, #[serde(rename = "B")] B, #[serde(rename = "C")] C, Unknown }
    /// A tier.
    Tier { #[serde(rename = "A")] A, #[serde(rename = "B")] B, #[serde(rename = "C")] C }
    /// What the best grant is.
    Grant { None, Live, Expired, Elsewhere, OtherAction, Spent }
    /// Who asks.
    Asker { Holder, Other, Unnamed }
    /// The lease.
    Lease { None, Fresh, Expired }
    /// The clock that wrote what is known.
    Clock { Steady, Backwards }
    /// Where the task stands.
    Status { None, Created, Queued, Delegated, Running, Blocked, Completed, Failed, Canceled }
    /// What governs.
    Signal { None, Blocking, Ended }
}

/// What the rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// What is asked for.
    pub request: Request,
    /// The tier that is asked for.
    pub asked: Asked,
    /// Whether it is said what the task is.
    pub disclosed: bool,
    /// The tier that the action is registered with.
    pub registered: Tier,
    /// What the grant is.
    pub grant: Grant,
    /// Who asks.
    pub asker: Asker,
    /// Whether the run is known.
    pub known: bool,
    /// Whether it has ended.
    pub ended: bool,
    /// Its lease.
    pub lease: Lease,
    /// Whether somebody is named as its holder.
    pub held: bool,
    /// Its clock.
    pub clock: Clock,
    /// Where its task stands.
    pub status: Status,
    /// What governs.
    pub signal: Signal,
}

/// What the rules make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling<'a> {
    /// The code, or nothing when the mutation may be applied.
    pub denial: Option<&'a str>,
    /// The scenario.
    pub scenario: &'a str,
}

/// The interpreted rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oracle {
    reading: String,
    tier: Vec<Row<Is<Tier>>>,
    authorized: Vec<Row<Is<bool>>>,
    scenario: Vec<Row<Is<String>>>,
    sound: Vec<Row<Is<bool>>>,
    legal: Vec<Row<Is<bool>>>,
    verdict: Vec<Row<Verdict>>,
}

/// Conditions and what they lead to. A list of words holds when the fact is among them.
#[derive(Debug)]
struct Row<T> {
    when: When,
    then: T,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct When {
    request: Option<Vec<Request>>,
    asked: Option<Vec<Asked>>,
    disclosed: Option<bool>,
    registered: Option<Vec<Tier>>,
    grant: Option<Vec<Grant>>,
    asker: Option<Vec<Asker>>,
    known: Option<bool>,
    ended: Option<bool>,
    lease: Option<Vec<Lease>>,
    held: Option<bool>,
    clock: Option<Vec<Clock>>,
    status: Option<Vec<Status>>,
    signal: Option<Vec<Signal>>,
    tier: Option<Vec<Tier>>,
    authorized: Option<bool>,
    sound: Option<bool>,
    legal: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Is<T> {
    is: T,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Verdict {
    Deny(String),
    Allow(True),
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "bool")]
struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;
    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(Self) } else { Err("expected true") }
    }
}

const THEN: [&str; 3] = ["is", "deny", "allow"];

impl<'de, T: DeserializeOwned> Deserialize<'de> for Row<T> {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let members = serde_json::Map::deserialize(reader)?;
        if let Some((name, _)) = members.iter().find(|(_, value)| value.is_null()) {
            return Err(serde::de::Error::custom(format!("{name} is null")));
        }
        let (then, when): (serde_json::Map<_, _>, _) =
            members.into_iter().partition(|(name, _)| THEN.contains(&name.as_str()));
        let read = |error: serde_json::Error| serde::de::Error::custom(error);
        Ok(Self {
            when: When::deserialize(serde_json::Value::Object(when)).map_err(read)?,
            then: T::deserialize(serde_json::Value::Object(then)).map_err(read)?,
        })
    }
}

/// What follows from the facts before the verdict.
#[derive(Default)]
struct Derived {
    tier: Option<Tier>,
    authorized: Option<bool>,
    sound: Option<bool>,
    legal: Option<bool>,
}

impl Oracle {
    /// Reads the rules of a workspace.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or says something that this interpreter does not know.
    pub fn read(root: &Path) -> Result<Self, Trouble> {
        Self::parse(&workspace::bytes(root, RULES)?)
    }

    /// Reads rules.
    ///
    /// # Errors
    ///
    /// The rules say something that this interpreter does not know, or leave a case undecided.
    pub fn parse(bytes: &[u8]) -> Result<Self, Trouble> {
        let unknown = |found: &dyn std::fmt::Display| {
            Trouble::at(Path::new(RULES), "rules that this oracle knows", found)
        };
        speech_exit::strict::read(bytes).map_err(|fault| unknown(&fault.message()))?;
        let oracle: Self = serde_json::from_slice(bytes).map_err(|error| unknown(&error))?;
        if oracle.reading != READING {
            return Err(unknown(&format!("another reading than \"{READING}\"")));
        }
        if !oracle.is_total() {
            return Err(unknown(&"a list without a last row without conditions"));
        }
        if !oracle.is_in_order() {
            return Err(unknown(&"a condition on something that is derived later"));
        }
        Ok(oracle)
    }

    fn is_total(&self) -> bool {
        is_total(&self.tier)
            && is_total(&self.authorized)
            && is_total(&self.scenario)
            && is_total(&self.sound)
            && is_total(&self.legal)
            && is_total(&self.verdict)
    }

    fn is_in_order(&self) -> bool {
        let plain = |when: &When| {
            when.tier.is_none()
                && when.authorized.is_none()
                && when.sound.is_none()
                && when.legal.is_none()
        };
        self.tier.iter().all(|row| plain(&row.when))
            && self.scenario.iter().all(|row| plain(&row.when))
            && self.sound.iter().all(|row| plain(&row.when))
            && self.legal.iter().all(|row| plain(&row.when))
            && self.authorized.iter().all(|row| {
                row.when.authorized.is_none()
                    && row.when.sound.is_none()
                    && row.when.legal.is_none()
            })
    }

    /// What the rules make of a question.
    #[must_use]
    pub fn ruling(&self, question: &Question) -> Ruling<'_> {
        let mut derived = Derived::default();
        let is = |rows: &[Row<Is<bool>>], derived: &Derived| {
            first(rows, question, derived).map(|then| then.is)
        };
        derived.tier = first(&self.tier, question, &derived).map(|then| then.is);
        derived.authorized = is(&self.authorized, &derived);
        derived.sound = is(&self.sound, &derived);
        derived.legal = is(&self.legal, &derived);
        let scenario = first(&self.scenario, question, &derived);
        let verdict = first(&self.verdict, question, &derived);
        Ruling {
            denial: verdict.and_then(|verdict| match verdict {
                Verdict::Deny(code) => Some(code.as_str()),
                Verdict::Allow(True) => None,
            }),
            scenario: scenario.map_or("", |then| &then.is),
        }
    }

    /// The codes that can be given, in order.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        let codes = self.verdict.iter().filter_map(|row| match &row.then {
            Verdict::Deny(code) => Some(code.as_str()),
            Verdict::Allow(True) => None,
        });
        codes.collect()
    }
}

fn is_total<T>(rows: &[Row<T>]) -> bool {
    rows.last().is_some_and(|row| row.when == When::default())
}

fn first<'a, T>(rows: &'a [Row<T>], question: &Question, derived: &Derived) -> Option<&'a T> {
    let row = rows.iter().find(|row| row.when.holds(question, derived))?;
    Some(&row.then)
}

impl When {
    fn holds(&self, question: &Question, derived: &Derived) -> bool {
        among(self.request.as_deref(), question.request)
            && among(self.asked.as_deref(), question.asked)
            && same(self.disclosed, question.disclosed)
            && among(self.registered.as_deref(), question.registered)
            && among(self.grant.as_deref(), question.grant)
            && among(self.asker.as_deref(), question.asker)
            && same(self.known, question.known)
            && same(self.ended, question.ended)
            && among(self.lease.as_deref(), question.lease)
            && same(self.held, question.held)
            && among(self.clock.as_deref(), question.clock)
            && among(self.status.as_deref(), question.status)
            && among(self.signal.as_deref(), question.signal)
            && (self.tier.is_none()
                || derived.tier.is_some_and(|tier| among(self.tier.as_deref(), tier)))
            && (self.authorized.is_none() || self.authorized == derived.authorized)
            && (self.sound.is_none() || self.sound == derived.sound)
            && (self.legal.is_none() || self.legal == derived.legal)
    }
}

fn among<T: PartialEq>(wanted: Option<&[T]>, found: T) -> bool {
    wanted.is_none_or(|wanted| wanted.contains(&found))
}

fn same(wanted: Option<bool>, found: bool) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}
