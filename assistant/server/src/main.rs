//! The command `assistant`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use assistant::access_log::AccessLog;
use assistant::app::{self, App};
use assistant::config::{Command, Config};
use assistant::export;
use assistant::library::add_samples;
use assistant::serve::{listen, serve, stop_signal};
use assistant::status::{Board, StatusContract, watch};
use assistant::store::Store;
use assistant::telemetry::Spans;
use assistant::telemetry::export::{self as traces, ExportError};
use assistant::upstream::{self, Settings, Upstream};
use assistant::web::Limits;
use clap::Parser as _;

/// Nothing is served because of how the program was started.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    let config = Config::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    if let Err(error) = config.check(names) {
        return failed(&error, EXIT_USAGE);
    }
    let upstream = match config.upstream(|name| std::env::var(name).ok()) {
        Ok(upstream) => upstream,
        Err(error) => return failed(&error, EXIT_USAGE),
    };
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(run(&config, upstream)),
        Err(error) => failed(&error, 1),
    }
}

async fn run(config: &Config, upstream: Option<Settings>) -> ExitCode {
    match config.command {
        Some(Command::ExportReceipts) => export(config).await,
        Some(Command::Demo) | None => run_server(config, upstream).await,
    }
}

async fn export(config: &Config) -> ExitCode {
    // The lock is taken by each write: what is held here would be held while the database is waited for.
    match export::receipts(&config.store_directory(), std::io::stdout()).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(waiting) => {
            let said =
                format!("assistant: {waiting} receipts wait beside the database for a server");
            let _ = writeln!(std::io::stderr(), "{said}");
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error, 1),
    }
}

async fn run_server(config: &Config, upstream: Option<Settings>) -> ExitCode {
    // Before anything is announced: who reads the announcement may stop us at once.
    let stop = match stop_signal() {
        Ok(stop) => stop,
        Err(error) => return failed(&error, 1),
    };
    // The address first: who cannot have it should not have touched the data of who has.
    let listener = match listen(config.listen).await {
        Ok(listener) => listener,
        Err(error) => return failed(&error, EXIT_USAGE),
    };
    let contract = match StatusContract::embedded() {
        Ok(contract) => contract,
        Err(error) => return failed(&error, 1),
    };
    let log = match config.access_log.as_deref().map(AccessLog::open).transpose() {
        Ok(log) => log,
        Err(error) => return failed(&error, EXIT_USAGE),
    };
    let spans = match spans() {
        Ok(spans) => spans,
        Err(error) => return failed(&error, EXIT_USAGE),
    };
    let store = match Store::open(&config.store_directory(), Arc::new(Board::new())).await {
        Ok(store) => store,
        Err(error) => return failed(&error, 1),
    };
    let upstream = upstream.map(|settings| Upstream::new(settings, store.clone()));
    let upstream = match upstream.transpose() {
        Ok(upstream) => upstream,
        Err(error) => return failed(&error, 1),
    };
    let samples = match config.command {
        Some(Command::Demo) => add_samples(&store).await.map(Some),
        Some(Command::ExportReceipts) | None => Ok(None),
    };
    let limits = Limits::default();
    let app = match &upstream {
        Some(upstream) => {
            let answer = limits.answer + upstream.patience();
            App::remote(store.clone(), upstream.clone(), Limits { answer, ..limits }, contract)
        }
        None => App::embedded(store.clone(), limits, contract),
    };
    let mut probes = tokio::task::JoinSet::new();
    probes.spawn(watch(app.clone()));
    let (samples, server, address) = match (samples, app::build(app), listener.local_addr()) {
        (Ok(samples), Ok(server), Ok(address)) => (samples, server, address),
        (Err(error), ..) => return failed(&error, 1),
        (_, Err(error), _) => return failed(&error, 1),
        (.., Err(error)) => return failed(&error, 1),
    };
    if let Some(upstream) = upstream {
        probes.spawn(upstream::watch(upstream));
    }
    announce(address, samples);
    serve(listener, server.exporting(spans.clone()), limits, log, stop).await;
    probes.abort_all();
    store.close().await;
    if let Some(spans) = spans {
        spans.flush().await;
    }
    ExitCode::SUCCESS
}

/// Where spans go, if the standard variables name a place.
fn spans() -> Result<Option<Spans>, ExportError> {
    let settings = traces::Settings::read(|name| std::env::var_os(name))?;
    settings.as_ref().map(traces::start).transpose()
}

fn failed(error: &dyn std::error::Error, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "assistant: {error}");
    ExitCode::from(code)
}

/// Says where the server is, on standard output, so that another program can read it.
fn announce(address: SocketAddr, samples: Option<usize>) {
    let mut text = format!("listening at http://{address}\n");
    if let Some(samples) = samples {
        text += &requests_to_try(address, samples);
    }
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn requests_to_try(address: SocketAddr, samples: usize) -> String {
    let request = |what: &str, question: &str, metadata: &str| {
        format!(
            "\n# {what}\ncurl -s http://{address}/v1/chat/completions -H 'content-type: application/json' \
             -d '{{\"model\":\"demo\",\"messages\":[{{\"role\":\"user\",\"content\":\"{question}\"}}]{metadata}}}'\n"
        )
    };
    [
        format!("the library holds {samples} sample documents; three requests to try:\n"),
        request("answered from the library: authority memory", "What is a reference monitor?", ""),
        request("answered by a tool: authority tool", "What is 17 * 23?", ""),
        request(
            "refused truthfully: the library is required and has nothing about it",
            "How do penguins hatch?",
            ",\"metadata\":{\"require\":[\"library\"]}",
        ),
    ]
    .concat()
}
