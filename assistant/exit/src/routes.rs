//! One table of routes, from which the router and the guard are built.

use std::fmt;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn, map_response};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use http::{Method, StatusCode};
use http_body::Body as _;
use tower::Layer;

use crate::departure::Departure;
use crate::guard::{Exit, Guard};
use crate::recorder::Ticket;
use crate::slot::{self, Due, Held};
use crate::speaks::Speaks;

/// Whether a route's responses need a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// They do.
    Speaks,
    /// They carry no assistant text, for the reason given.
    Silent(&'static str),
}

/// What a route does to what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It changes nothing, for the reason given where the method would suggest otherwise.
    Reads(&'static str),
    /// It makes a change of this class.
    Mutates(&'static str),
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The method.
    pub method: Method,
    /// The path; `{name}` stands for one segment.
    pub path: &'static str,
    /// Whether it speaks.
    pub voice: Voice,
    /// What it changes.
    pub effect: Effect,
}

/// Why a table of routes cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A method and path stand twice, or differ only in the names of their segments.
    #[error("expected each method and path once, found {0} twice")]
    Twice(String),
    /// A path is not of the form `/literal/{name}`.
    #[error("expected a path of literal segments and {{name}} segments, found {0}")]
    BadPath(String),
    /// A method is not a standard one, or is `CONNECT`, which hands the connection itself to the handler.
    #[error("expected a standard method other than CONNECT, found {0}")]
    BadMethod(String),
}

/// The table while it is written down.
#[must_use = "a table that is not guarded serves nothing"]
pub struct Routes<S> {
    rows: Vec<Row>,
    router: Router<S>,
    otherwise: Option<Otherwise<S>>,
    error: Option<TableError>,
}

/// What answers where no row fits.
type Otherwise<S> = Box<dyn FnOnce(Router<S>) -> Router<S> + Send>;

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// An empty table.
    pub fn new() -> Self {
        Self { rows: Vec::new(), router: Router::new(), otherwise: None, error: None }
    }

    /// A route whose responses leave with a verdict or not at all.
    pub fn speaks<H, T, A>(
        self,
        method: Method,
        path: &'static str,
        effect: Effect,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S> + Speaks<A>,
        T: 'static,
    {
        self.row(Row { method, path, voice: Voice::Speaks, effect }, |filter| on(filter, handler))
    }

    /// A route that carries no assistant text, and why.
    pub fn silent<H, T>(
        self,
        method: Method,
        path: &'static str,
        reason: &'static str,
        effect: Effect,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.row(Row { method, path, voice: Voice::Silent(reason), effect }, |filter| {
            on(filter, handler).route_layer(from_fn(hold_silent))
        })
    }

    /// What is asked where no row fits. It is silent; where its body is empty, the guard says what is wrong.
    pub fn otherwise<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.otherwise = Some(Box::new(|router: Router<S>| {
            let unknown = handler.clone().layer(from_fn(hold_words));
            let known = handler.layer(map_response(not_allowed)).layer(from_fn(hold_words));
            router.fallback(unknown).method_not_allowed_fallback(known)
        }));
        self
    }

    fn row(
        mut self,
        row: Row,
        method_router: impl FnOnce(MethodFilter) -> axum::routing::MethodRouter<S>,
    ) -> Self {
        match checked(&row, &self.rows) {
            Ok(filter) => self.router = self.router.route(row.path, method_router(filter)),
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
        self.rows.push(row);
        self
    }

    /// The rows, in order.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The server: the routes, `layers` around them, and the guard around all of that.
    ///
    /// # Errors
    ///
    /// The first row that cannot be served.
    pub fn guarded(
        self,
        state: S,
        exit: &Exit,
        layers: impl FnOnce(Router) -> Router,
    ) -> Result<Guard<Router>, TableError> {
        let Self { router, otherwise, error, .. } = self;
        if let Some(error) = error {
            return Err(error);
        }
        let router = match otherwise {
            Some(otherwise) => otherwise(router),
            None => router,
        };
        Ok(exit.layer(layers(router.with_state(state))))
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Routes").field(&self.rows).finish()
    }
}

fn checked(row: &Row, before: &[Row]) -> Result<MethodFilter, TableError> {
    let form = normal_form(row.path).ok_or_else(|| TableError::BadPath(row.path.to_owned()))?;
    let clashes = |other: &&Row| {
        let same_names = other.path == row.path;
        normal_form(other.path).as_deref() == Some(&form)
            && (!same_names || other.method == row.method)
    };
    if let Some(other) = before.iter().find(clashes) {
        return Err(TableError::Twice(format!("{} {}", other.method, other.path)));
    }
    let bad = || TableError::BadMethod(row.method.to_string());
    if row.method == Method::CONNECT {
        return Err(bad());
    }
    MethodFilter::try_from(row.method.clone()).map_err(|_| bad())
}

/// The path without the names of its segments; `None` if it is no such path.
fn normal_form(path: &str) -> Option<String> {
    let segments = path.strip_prefix('/')?;
    if segments.is_empty() {
        return Some(String::new());
    }
    let forms: Option<Vec<&str>> = segments.split('/').map(segment_form).collect();
    forms.map(|forms| forms.join("/"))
}

fn segment_form(segment: &str) -> Option<&str> {
    let is_word = |text: &str| {
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !text.is_empty() && text.bytes().all(is_plain)
    };
    match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => is_word(name).then_some("{}"),
        None => is_word(segment).then_some(segment),
    }
}

/// An empty answer for a path that is there says so.
async fn not_allowed(mut response: Response) -> Response {
    if response.body().is_end_stream() {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    }
    response
}

/// Holds what has a body, and leaves the rest to the guard.
async fn hold_words(request: Request, next: Next) -> Response {
    let ticket = request.extensions().get::<Ticket>().cloned();
    let response = next.run(request).await;
    if response.body().is_end_stream() { response } else { held(ticket, response) }
}

/// A silent response is held for its request too, so that nothing around the route can put words into it.
async fn hold_silent(request: Request, next: Next) -> Response {
    let ticket = request.extensions().get::<Ticket>().cloned();
    held(ticket, next.run(request).await)
}

fn held(ticket: Option<Ticket>, mut response: Response) -> Response {
    match ticket {
        Some(Ticket(exchange)) if !slot::is_held(&response) => {
            response.extensions_mut().insert(Departure::Silent);
            slot::hold(Held { exchange: Some(exchange), due: Due::Nothing, response })
        }
        _ => response,
    }
}
