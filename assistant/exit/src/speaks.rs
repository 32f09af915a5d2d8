//! Holds a handler to the one return type that has a verdict.
//!
//! INVARIANT: only this crate says what counts as judged, since nobody else can name the traits below. Held by privacy.

use axum_core::response::{IntoResponse, Response as HttpResponse};

use crate::speak::{Refused, Spoken};
use crate::stream::SpokenStream;

/// Passes a handler on, if all that it can return was judged: `post(speaks(handler))`.
pub fn speaks<H: Speaks<A>, A>(handler: H) -> H {
    handler
}

/// What a verdict lets out.
pub trait Speech: IntoResponse {}

impl Speech for Spoken {}
impl Speech for SpokenStream {}
impl Speech for Either {}

/// A response that is whole, or one that is streamed.
#[derive(Debug)]
#[must_use = "what is spoken has to be returned"]
pub enum Either {
    /// One object.
    Whole(Spoken),
    /// A stream of events.
    Stream(SpokenStream),
}

impl IntoResponse for Either {
    fn into_response(self) -> HttpResponse {
        match self {
            Self::Whole(spoken) => spoken.into_response(),
            Self::Stream(spoken) => spoken.into_response(),
        }
    }
}

/// What a speaking handler returns.
#[diagnostic::on_unimplemented(
    message = "a speaking handler returns `Result<Spoken, Refused>`, this one returns `{Self}`",
    label = "nobody judged what this handler returns",
    note = "make a `Draft`, seal the `Recorder`, and return what `speak(draft, sealed)` gives"
)]
pub trait Verdict {}

impl<S: Speech> Verdict for Result<S, Refused> {}

/// An async function all of whose results were judged. `A` is the tuple of its arguments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can send what nobody judged",
    label = "expected an async function that returns `Result<Spoken, Refused>`",
    note = "make a `Draft`, seal the `Recorder`, and return what `speak(draft, sealed)` gives"
)]
pub trait Speaks<A> {}

macro_rules! judged_functions {
    ($($argument:ident)*) => {
        impl<F, Fut, $($argument),*> Speaks<($($argument,)*)> for F
        where
            F: FnOnce($($argument),*) -> Fut,
            Fut: Future,
            Fut::Output: Verdict,
        {
        }
    };
}

judged_functions!();
judged_functions!(A1);
judged_functions!(A1 A2);
judged_functions!(A1 A2 A3);
judged_functions!(A1 A2 A3 A4);
judged_functions!(A1 A2 A3 A4 A5);
judged_functions!(A1 A2 A3 A4 A5 A6);
