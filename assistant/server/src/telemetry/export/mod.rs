//! Where spans go: to a collector over HTTP, if the standard variables name one.

mod client;
mod settings;

pub use settings::{Settings, SettingsError};

use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::Spans;
use client::Client;

const SERVICE: &str = "assistant";

/// What `--help` says of the variables.
pub const HELP: &str = "\
Traces:
  Answers are traced if a collector is named that takes OTLP over HTTP (http/protobuf). Spans have names, codes and
  numbers, and nothing of what was asked or answered. A collector that is down changes no answer.

  OTEL_EXPORTER_OTLP_ENDPOINT         where it is, such as http://127.0.0.1:4318; `/v1/traces` is added
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT  the same, where nothing is added
  OTEL_EXPORTER_OTLP_HEADERS          what it is to be told with each request, such as a key
  OTEL_EXPORTER_OTLP_TIMEOUT          how long it may take, in milliseconds
  OTEL_SERVICE_NAME                   the name under which spans are found [default: assistant]
  OTEL_RESOURCE_ATTRIBUTES            what else they are found under
  OTEL_TRACES_SAMPLER                 which are sent [default: parentbased_always_on]
  OTEL_SDK_DISABLED                   `true`: none";

/// Why spans cannot be exported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// The variables contradict themselves or one another.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Nothing could be made of them.
    #[error("TRACES_UNAVAILABLE: expected an exporter of spans: {0}")]
    Exporter(String),
}

/// Begins to export, from within the runtime that is to send.
///
/// # Errors
///
/// [`ExportError`].
pub fn start(settings: &Settings) -> Result<Spans, ExportError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client::new(settings)?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(settings.endpoint())
        .with_timeout(settings.timeout())
        .build()
        .map_err(|error| ExportError::Exporter(error.to_string()))?;
    let provider = SdkTracerProvider::builder()
        .with_resource(resource(settings.service()))
        .with_batch_exporter(exporter)
        .build();
    Ok(Spans::new(provider))
}

fn resource(service: Option<&str>) -> Resource {
    let name = Key::from_static_str("service.name");
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder_empty()
        .with_attributes([KeyValue::new(name, SERVICE), version])
        .with_detectors(&[
            Box::new(TelemetryResourceDetector),
            Box::new(EnvResourceDetector::new()),
        ]);
    match service {
        Some(service) => resource.with_service_name(service.to_owned()).build(),
        None => resource.build(),
    }
}
