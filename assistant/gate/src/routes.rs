//! The table of routes: what a request asks for, from its method and path alone.

use crate::class::MutationClass;

/// What a route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It makes a change of this class.
    Mutates(MutationClass),
    /// It makes no change that the gate decides about, for this reason.
    Reads(&'static str),
}

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path; `{name}` stands for one segment, everything else for itself.
    pub path: &'static str,
    /// What it does.
    pub effect: Effect,
}

/// A table whose every entry can be served, and of which at most one entry fits a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteTable(Vec<Route>);

/// Why a table cannot be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The method is none of the usual ones.
    #[error("E_ROUTE_METHOD: expected GET, POST, PUT, PATCH or DELETE, found {} at {}", .0.method, .0.path)]
    Method(Route),
    /// A segment is empty, has other characters than letters, digits, `-`, `_` and `.`, or names nothing.
    #[error("E_ROUTE_PATH: expected a path of literal segments and {{name}} segments, found {}", .0.path)]
    Path(Route),
    /// A `GET` is said to make a change.
    #[error("E_ROUTE_SAFE_METHOD: expected a GET to make no change, found {}", .0.path)]
    SafeMethod(Route),
    /// A route that makes no change does not say why.
    #[error("E_ROUTE_REASON: expected a reason why {} {} makes no change, found none", .0.method, .0.path)]
    Reason(Route),
    /// There is a path that fits two entries, of one method or of two differently written paths.
    #[error("E_ROUTE_TWICE: expected one entry for a path, found {} {} and {}", .0.method, .0.path, .1.path)]
    Twice(Route, Route),
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl RouteTable {
    /// Checks a table.
    ///
    /// # Errors
    ///
    /// The first entry that cannot be served.
    pub fn new(routes: &[Route]) -> Result<Self, TableError> {
        for (index, route) in routes.iter().enumerate() {
            checked(route)?;
            let before = routes.iter().take(index);
            if let Some(other) = before.into_iter().find(|other| clash(other, route)) {
                return Err(TableError::Twice(*route, *other));
            }
        }
        Ok(Self(routes.to_vec()))
    }

    /// The entries, in order.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.0
    }

    /// The entry that a request fits. A path has one form only: another case, a slash too many, a percent-escape, a dot
    /// segment or a query is another path, which fits none.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Option<&Route> {
        self.0.iter().find(|route| route.method == method && fits(route.path, path))
    }
}

fn checked(route: &Route) -> Result<(), TableError> {
    if !METHODS.contains(&route.method) {
        return Err(TableError::Method(*route));
    }
    if !segments(route.path).is_some_and(|mut segments| segments.all(is_segment_of_a_table)) {
        return Err(TableError::Path(*route));
    }
    match route.effect {
        Effect::Mutates(_) if route.method == "GET" => Err(TableError::SafeMethod(*route)),
        Effect::Reads(reason) if reason.trim().is_empty() => Err(TableError::Reason(*route)),
        _ => Ok(()),
    }
}

/// The segments of a path; `None` if it does not begin with a slash. The root has none.
fn segments(path: &str) -> Option<impl Iterator<Item = &str> + Clone> {
    let rest = path.strip_prefix('/')?;
    Some(rest.split('/').filter(move |_| !rest.is_empty()))
}

fn named(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn is_segment_of_a_table(segment: &str) -> bool {
    let name = named(segment).unwrap_or(segment);
    !is_dots(name)
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "" | "." | "..")
}

/// What a segment of a request may be where the table has a name.
fn is_value(segment: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'%' | b'?' | b'#' | b'\\');
    !is_dots(segment) && segment.bytes().all(is_plain)
}

fn fits(pattern: &str, path: &str) -> bool {
    let (Some(pattern), Some(path)) = (segments(pattern), segments(path)) else { return false };
    let mut path = path;
    for wanted in pattern {
        let fits = path.next().is_some_and(|found| match named(wanted) {
            Some(_) => is_value(found),
            None => wanted == found,
        });
        if !fits {
            return false;
        }
    }
    path.next().is_none()
}

/// Whether some request fits both, or a path fits both of which a router would let only one answer.
fn clash(one: &Route, other: &Route) -> bool {
    let (Some(ours), Some(theirs)) = (segments(one.path), segments(other.path)) else {
        return false;
    };
    let meet = |(our, their)| named(our).is_some() || named(their).is_some() || our == their;
    ours.clone().count() == theirs.clone().count()
        && ours.zip(theirs).all(meet)
        && (one.method == other.method || one.path != other.path)
}
