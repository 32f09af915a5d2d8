//! The command `assistant`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use assistant::access_log::AccessLog;
use assistant::app::{self, App, Server};
use assistant::config::{Command, Config};
use assistant::export;
use assistant::gate::{Gate, read_actions};
use assistant::library::add_samples;
use assistant::serve::{listen, serve, stop_signal};
use assistant::status::{Board, StatusContract, watch};
use assistant::store::{Place, Store};
use assistant::telemetry::Spans;
use assistant::telemetry::export::{self as traces, ExportError};
use assistant::upstream::{self, Settings, Upstream};
use assistant::web::Limits;
use assistant::worker::{Pace, Worker};
use clap::Parser as _;
use mutation_gate::GateMode;
use tokio::task::JoinSet;

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
    let gate = match gate(&config) {
        Ok(gate) => gate,
        Err(error) => return failed(error.as_ref(), EXIT_USAGE),
    };
    let place = match config.place(|name| std::env::var_os(name)) {
        Ok(place) => place,
        Err(error) => return failed(&error, EXIT_USAGE),
    };
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(run(&config, &place, upstream, gate)),
        Err(error) => failed(&error, 1),
    }
}

async fn run(config: &Config, place: &Place, upstream: Option<Settings>, gate: Gate) -> ExitCode {
    match config.command {
        Some(Command::ExportReceipts) => export(config, place).await,
        Some(Command::Demo) | None => run_server(config, place, upstream, gate).await,
    }
}

async fn export(config: &Config, place: &Place) -> ExitCode {
    // The lock is taken by each write: what is held here would be held while the database is waited for.
    match export::receipts(place, &config.store_directory(), std::io::stdout()).await {
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

async fn run_server(
    config: &Config,
    place: &Place,
    upstream: Option<Settings>,
    gate: Gate,
) -> ExitCode {
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
    let store = Store::open_at(place, &config.store_directory(), Arc::new(Board::new())).await;
    let store = match store {
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
    let app = answering(&store, upstream.as_ref(), limits, contract).behind(gate);
    // What governs is known before the first request is taken.
    app.look_at_signals().await;
    let (samples, server, address) = match (samples, app::build(app.clone()), listener.local_addr())
    {
        (Ok(samples), Ok(server), Ok(address)) => (samples, server, address),
        (Err(error), ..) => return failed(&error, 1),
        (_, Err(error), _) => return failed(&error, 1),
        (.., Err(error)) => return failed(&error, 1),
    };
    let mut beside = match beside(&app, &server, upstream) {
        Ok(beside) => beside,
        Err(error) => return failed(&error, 1),
    };
    announce(address, samples, app.gate().mode);
    serve(listener, server.exporting(spans.clone()), limits, log, stop).await;
    beside.abort_all();
    store.close().await;
    if let Some(spans) = spans {
        spans.flush().await;
    }
    ExitCode::SUCCESS
}

/// The app without its gate.
fn answering(
    store: &Store,
    upstream: Option<&Upstream>,
    limits: Limits,
    contract: StatusContract,
) -> App {
    match upstream {
        Some(upstream) => {
            let answer = limits.answer + upstream.patience();
            App::remote(store.clone(), upstream.clone(), Limits { answer, ..limits }, contract)
        }
        None => App::embedded(store.clone(), limits, contract),
    }
}

/// What goes on beside the answering of requests.
fn beside(
    app: &App,
    server: &Server,
    upstream: Option<Upstream>,
) -> Result<JoinSet<()>, getrandom::Error> {
    let worker = Worker::new(app.clone(), server.clone(), Pace::default())?;
    let mut beside = JoinSet::new();
    beside.spawn(watch(app.clone()));
    beside.spawn(worker.run());
    if let Some(upstream) = upstream {
        beside.spawn(upstream::watch(upstream));
    }
    Ok(beside)
}

/// The switch and the registry. They are read here and nowhere else.
fn gate(config: &Config) -> Result<Gate, Box<dyn std::error::Error>> {
    let value = std::env::var_os(GateMode::VARIABLE);
    // What is no text is no mode either.
    let word = value.as_deref().map(|value| value.to_str().unwrap_or_default());
    let mode = GateMode::of_variable(word)?;
    let actions = config.actions.as_deref().map(read_actions).transpose()?;
    Ok(Gate::new(mode, actions.unwrap_or_default()))
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
fn announce(address: SocketAddr, samples: Option<usize>, mode: GateMode) {
    let mut text = format!("listening at http://{address}\n");
    if mode == GateMode::Off {
        text += "the gate is off: every change passes, and none is recorded\n";
    }
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
