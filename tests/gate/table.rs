//! The table of routes.

use mutation_gate::{Effect, MutationClass, ROUTES, Route, RouteTable, TableError};

const fn mutates(method: &'static str, path: &'static str) -> Route {
    Route { method, path, effect: Effect::Mutates(MutationClass::TaskCreate) }
}

const fn reads(path: &'static str, reason: &'static str) -> Route {
    Route { method: "GET", path, effect: Effect::Reads(reason) }
}

#[test]
fn the_allowlist_can_be_served_and_has_every_class() {
    let table = RouteTable::new(ROUTES).unwrap();
    assert_eq!(table.routes(), ROUTES);
    for class in MutationClass::ALL {
        let effect = Effect::Mutates(*class);
        assert!(ROUTES.iter().any(|route| route.effect == effect), "{class:?}");
    }
}

#[test]
fn each_route_is_found_by_its_one_form() {
    let table = RouteTable::new(ROUTES).unwrap();
    for route in ROUTES {
        let path = route.path.replace(['{', '}'], "");
        assert_eq!(table.find(route.method, &path), Some(route), "{path}");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "post", " POST", ""] {
            let found = table.find(method, &path);
            assert!(found.is_none_or(|found| found.method == method), "{method} {path}");
        }
    }
}

#[test]
fn another_form_of_a_path_is_another_path() {
    let table = RouteTable::new(ROUTES).unwrap();
    for path in [
        "/api/tasks/complete/",
        "//api/tasks/complete",
        "/api//tasks/complete",
        "/api/tasks//complete",
        "/API/tasks/complete",
        "/api/tasks/Complete",
        "/api/tasks/%63omplete",
        "/api%2Ftasks/complete",
        "/api/tasks/./complete",
        "/api/tasks/x/../complete",
        "/./api/tasks/complete",
        "/api/tasks/complete?",
        "/api/tasks/complete?force=1",
        "/api/tasks/complete#",
        "/api/tasks/complete%00",
        "/api/tasks/complete ",
        "/api/tasks/complete\n",
        "\\api\\tasks\\complete",
        "/api\\tasks/complete",
        "/api/tasks/complete;a=b",
        "/api/tasks/c\u{f3}mplete",
        "api/tasks/complete",
        "/api/tasks",
        "/api/tasks/complete/now",
        "http://localhost/api/tasks/complete",
        "*",
        "/",
        "",
    ] {
        assert_eq!(table.find("POST", path), None, "{path}");
    }
}

#[test]
fn a_name_stands_for_one_plain_segment() {
    let table = RouteTable::new(ROUTES).unwrap();
    let found = |id: &str| table.find("PUT", &format!("/projects/{id}/policy")).is_some();
    for id in ["p", "p-1", "p.1", "p_1", "p:1", "a+b@c", "...", "{id}"] {
        assert!(found(id), "{id}");
    }
    for id in ["", ".", "..", "a/b", "a%2Fb", "%2e%2e", "a?b", "a#b", "a\\b", "a b", "\u{e9}", "\0"]
    {
        assert!(!found(id), "{id}");
    }
}

#[test]
fn the_root_has_no_segments() {
    let table = RouteTable::new(&[reads("/", "it is a page"), mutates("POST", "/{a}")]).unwrap();
    assert!(table.find("GET", "/").is_some());
    assert!(table.find("GET", "//").is_none());
    assert!(table.find("POST", "/").is_none());
    assert!(table.find("POST", "/x").is_some());
}

#[track_caller]
fn refused(routes: &[Route]) -> TableError {
    RouteTable::new(routes).unwrap_err()
}

#[test]
fn a_bad_entry_is_refused_before_anything_is_served() {
    for path in [
        "", "a", "a/b", "//", "/a/", "/a//b", "/{}", "/{a", "/a}", "/{a}b", "/a b", "/%61", "/.",
        "/a/..", "/{..}", "/*", "/{*rest}", "/a?b", "/\u{e9}",
    ] {
        let route = mutates("POST", path);
        assert_eq!(refused(&[route]), TableError::Path(route), "{path}");
    }
    for method in ["", "post", "HEAD", "OPTIONS", "CONNECT", "TRACE", "ANY", "POST "] {
        let route = mutates(method, "/a");
        assert_eq!(refused(&[route]), TableError::Method(route), "{method}");
    }
    let route = mutates("GET", "/a");
    assert_eq!(refused(&[route]), TableError::SafeMethod(route));
    let route = reads("/a", " ");
    assert_eq!(refused(&[route]), TableError::Reason(route));
}

#[test]
fn no_path_fits_two_entries() {
    for (one, other) in [
        (mutates("POST", "/a"), mutates("POST", "/a")),
        (mutates("POST", "/a/{x}"), mutates("POST", "/a/{x}")),
        (mutates("POST", "/a/{x}"), mutates("POST", "/a/{y}")),
        (mutates("POST", "/a/{x}"), mutates("POST", "/a/b")),
        (mutates("POST", "/{x}/b"), mutates("POST", "/a/{x}")),
        (mutates("POST", "/a/{x}"), mutates("PUT", "/a/{y}")),
        (mutates("POST", "/a/b"), reads("/a/{x}", "it is read")),
    ] {
        assert_eq!(refused(&[one, other]), TableError::Twice(other, one));
    }
    let fine = [
        mutates("POST", "/a/{x}"),
        reads("/a/{x}", "it is read"),
        mutates("POST", "/a"),
        mutates("POST", "/b/{x}"),
        mutates("POST", "/a/{x}/c"),
    ];
    assert!(RouteTable::new(&fine).is_ok());
}

#[test]
fn an_error_of_the_table_names_its_code_and_its_place() {
    let words = refused(&[mutates("POST", "/a"), mutates("POST", "/a")]).to_string();
    assert!(words.starts_with("E_ROUTE_TWICE: ") && words.contains("POST /a"), "{words}");
}
