//! The switch.

use crate::words::words;

words! {
    /// How much the gate does about what it decides. Only [`apply_mode`](crate::apply_mode) reads it.
    GateMode {
        /// Every mutation passes and nothing is recorded: for local debugging.
        Off = "off",
        /// Every mutation passes, and what [`Enforce`](Self::Enforce) would have done is recorded.
        Shadow = "shadow",
        /// What is denied is rejected; everything is recorded.
        Enforce = "enforce",
    }
}

/// The value of the variable is no mode, so that the program may not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("E_MODE_INVALID: expected off, shadow or enforce in ENFORCEMENT_MODE")]
pub struct ModeInvalid;

impl GateMode {
    /// The one variable that sets it.
    pub const VARIABLE: &str = "ENFORCEMENT_MODE";

    /// Reads the value of the variable, in any case and with spaces around it. Unset means shadow.
    ///
    /// # Errors
    ///
    /// [`ModeInvalid`] for everything else, the empty text included.
    pub fn of_variable(value: Option<&str>) -> Result<Self, ModeInvalid> {
        match value {
            None => Ok(Self::Shadow),
            Some(text) => Self::of_word(&text.trim().to_ascii_lowercase()).ok_or(ModeInvalid),
        }
    }

    /// Whether a call may change this mode into `next` while the program runs: it may only tighten.
    #[must_use]
    pub fn tightens_to(self, next: Self) -> bool {
        self < next
    }
}
