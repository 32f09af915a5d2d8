//! A collector: it takes spans over HTTP and keeps them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// A request that was taken.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) line: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

/// Keeps what it is sent until it is dropped; its thread ends with the test.
#[derive(Debug, Clone)]
pub(super) struct Collector {
    pub(super) address: String,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Collector {
    /// A collector that answers with `status`.
    pub(super) fn answering(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let taken = Arc::new(Mutex::new(Vec::new()));
        let keeps = taken.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, keeps) = (stream.expect("a connection"), keeps.clone());
                std::thread::spawn(move || while take(&stream, &keeps, status).is_some() {});
            }
        });
        Self { address, taken }
    }

    pub(super) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().expect("a lock").clone()
    }

    /// All spans, each with the attributes of its resource.
    pub(super) fn spans(&self) -> Vec<(Attributes, Span)> {
        let mut spans = Vec::new();
        for taken in self.taken() {
            let body = taken.body.as_slice();
            let request = ExportTraceServiceRequest::decode(body).expect("a request");
            for of_resource in request.resource_spans {
                let resource = attributes(&of_resource.resource.expect("a resource").attributes);
                for scope in of_resource.scope_spans {
                    spans.extend(scope.spans.into_iter().map(|span| (resource.clone(), span)));
                }
            }
        }
        spans
    }
}

/// Takes one request of a connection.
fn take(mut stream: &TcpStream, keeps: &Mutex<Vec<Taken>>, status: u16) -> Option<()> {
    let mut lines = BufReader::new(stream);
    let mut next = || {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    };
    let line = next().filter(|line| !line.is_empty())?;
    let mut headers = BTreeMap::new();
    while let Some((name, value)) = next()?.split_once(": ") {
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    keeps.lock().expect("a lock").push(Taken { line, headers, body });
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/x-protobuf\r\n");
    write!(stream, "{head}content-length: 0\r\n\r\n").ok()
}

/// Attributes by name, with their values as text; those of a list stand in brackets.
pub(super) type Attributes = BTreeMap<String, String>;

pub(super) fn attributes(list: &[KeyValue]) -> Attributes {
    let each = |attribute: &KeyValue| {
        (attribute.key.clone(), attribute.value.as_ref().map(text).unwrap_or_default())
    };
    let found: Attributes = list.iter().map(each).collect();
    assert_eq!(found.len(), list.len(), "an attribute stands twice: {list:?}");
    found
}

fn text(value: &AnyValue) -> String {
    match &value.value {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::BoolValue(value)) => value.to_string(),
        Some(any_value::Value::IntValue(value)) => value.to_string(),
        Some(any_value::Value::ArrayValue(list)) => {
            let items: Vec<String> = list.values.iter().map(text).collect();
            format!("[{}]", items.join(","))
        }
        other => panic!("expected no such value: {other:?}"),
    }
}
