//! The boundary that every mutation passes: what is asked and what is known come in, the engine decides, and effect and
//! record are one transaction.

mod act;
mod actions;
mod asking;
mod record;
mod wanted;

pub use act::{Came, mutate, note_unlisted};
pub use actions::{ActionsError, read_actions};
pub use asking::Asking;
pub use wanted::{Wanted, WantedTask};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use mutation_gate::{GateMode, Id, ROUTES, RouteTable, Tier};

/// The table of routes. One that could not be served would list nothing, so that everything is denied.
///
/// INVARIANT: the table can be served. Held by `the_table_can_be_served`.
pub static TABLE: LazyLock<RouteTable> =
    LazyLock::new(|| RouteTable::new(ROUTES).unwrap_or_default());

/// Who asks where nobody has to show who he is: whoever is on this machine.
const LOCAL: &str = "local";

/// Where the time comes from, in milliseconds since the epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The switch, what operators authorised, and the clock.
#[derive(Clone)]
pub struct Gate {
    /// How much is done about decisions. It was read once, at the start.
    pub mode: GateMode,
    /// The least tier of each registered action.
    pub actions: BTreeMap<String, Tier>,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Gate {
    /// A gate with the clock of the system.
    #[must_use]
    pub fn new(mode: GateMode, actions: BTreeMap<String, Tier>) -> Self {
        Self { mode, actions, clock: Arc::new(|| jiff::Timestamp::now().as_millisecond()) }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.clock)()
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gate").field(&self.mode).finish_non_exhaustive()
    }
}

/// Who a request is from. There are no tokens yet, so that it is always the same.
#[must_use]
pub fn principal() -> Option<Id> {
    Id::parse(LOCAL)
}

#[cfg(test)]
mod tests {
    use super::{TABLE, principal};

    #[test]
    fn the_table_can_be_served() {
        assert_eq!(TABLE.routes(), mutation_gate::ROUTES);
        assert!(principal().is_some());
    }
}
