//! The identity of one request, shared by the guard, its recorder and what leaves.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use speech_kernel::SystemMode;

use crate::label::Label;

/// Where the exit reads the true mode at the seal.
///
/// The code that composes reads the mode that it reports elsewhere, so that rule 3 compares two readings.
pub trait TrueMode: Send + Sync + 'static {
    /// The mode that the system is in now.
    fn read(&self) -> SystemMode;
}

impl<F: Fn() -> SystemMode + Send + Sync + 'static> TrueMode for F {
    fn read(&self) -> SystemMode {
        self()
    }
}

/// One request under one guard. Two are the same only if they are clones of one another.
#[derive(Clone)]
pub(crate) struct Exchange(Arc<Inner>);

struct Inner {
    mode: Arc<dyn TrueMode>,
    labels: Arc<[Label]>,
    recorder_taken: AtomicBool,
}

impl Exchange {
    pub(crate) fn new(mode: Arc<dyn TrueMode>, labels: Arc<[Label]>) -> Self {
        Self(Arc::new(Inner { mode, labels, recorder_taken: AtomicBool::new(false) }))
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// True for the first caller only.
    pub(crate) fn take_recorder(&self) -> bool {
        !self.0.recorder_taken.swap(true, Ordering::AcqRel)
    }

    pub(crate) fn true_mode(&self) -> SystemMode {
        self.0.mode.read()
    }

    pub(crate) fn registered(&self, label: &str) -> Option<&Label> {
        self.0.labels.iter().find(|known| known.as_str() == label)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exchange").field(&Arc::as_ptr(&self.0)).finish()
    }
}
