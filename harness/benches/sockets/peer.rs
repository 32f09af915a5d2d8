//! The same server with the exit removed and one insertion kept: the same sockets, the same reading of the request, the
//! same database with the same settings, one row of the size of a receipt on the disk before the first byte, and the
//! same events. What was said is kept at the end, as the server does it. Nothing is judged, counted or chained.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use assistant::status::Board;
use assistant::store::{ConversationId, FILE_NAME, Store, random_hex};
use assistant::web::Limits;
use assistant::wire;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::StatusCode;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use speech_benches::shapes::{Completion, Provenance};
use speech_benches::streams::{Words, events};
use speech_exit::strict::{self, At};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

/// A row as long as an opening receipt with its hash: no source, no attempt, allowed.
const ROW: &str = r#"{"at":1700000000000,"id":"rcpt_0123456789abcdef0123456789abcdef","number":1000,"opening":{"outcome":"allow","response":{"authority":"system","kind":"answer","system_mode":"full"},"rules":"a7b77774a0a0e3d1fbd97e772e65ea661b29b26ba70687743ddd0a3389de7b74","segment":0,"trace":{"required_but_missing":[],"sources":[],"system_mode":"full"}},"previous":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"#;

const MAX_HEADER_BYTES: usize = 64 << 10;

#[derive(Clone)]
struct Peer {
    store: Store,
    pool: SqlitePool,
    words: Words,
}

/// Serves on a port of its own, from a database in that directory.
pub(crate) async fn start(
    directory: &Path,
    words: Words,
) -> Result<SocketAddr, Box<dyn std::error::Error>> {
    let store = Store::open(directory, Arc::new(Board::new())).await?;
    let options = SqliteConnectOptions::new()
        .filename(directory.join(FILE_NAME))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(8).connect_with(options).await?;
    sqlx::query(
        "CREATE TABLE rows (number INTEGER PRIMARY KEY, id TEXT NOT NULL, text TEXT NOT NULL)",
    )
    .execute(&pool)
    .await?;
    let router = Router::new().route("/v1/chat/completions", post(create));
    let router = router.with_state(Peer { store, pool, words });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(connection(stream, router.clone()));
        }
    });
    Ok(address)
}

async fn connection(stream: TcpStream, router: Router) {
    let limits = Limits::default();
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write));
    let service =
        router.map_request(|request: http::Request<hyper::body::Incoming>| request.map(Body::new));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(service));
    let _ = served.await;
}

async fn create(State(peer): State<Peer>, body: Bytes) -> Response {
    match answered(peer, &body).await {
        Some(response) => response,
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn answered(peer: Peer, body: &[u8]) -> Option<Response> {
    let node = strict::read(body).ok()?;
    let root = At::root(&node);
    let members = root.members().ok()?;
    let model = members.required("model").ok()?.text().ok()?.to_owned();
    let transcript = wire::chat::request(&root).ok()?;
    let conversation = ConversationId::draw().ok()?;
    let receipt = format!("rcpt_{}", random_hex().ok()?);
    let completion = Completion {
        id: format!("chatcmpl-{}", random_hex().ok()?),
        created: std::time::UNIX_EPOCH.elapsed().ok()?.as_secs(),
        model,
        conversation: Some(conversation.as_str().to_owned()),
    };
    drop(transcript);
    let messages = members.required("messages").ok()?.items().ok()?;
    let question =
        messages.last()?.members().ok()?.required("content").ok()?.text().ok()?.to_owned();
    let insertion =
        sqlx::query("INSERT INTO rows (id, text) VALUES (?, ?)").bind(&receipt).bind(ROW);
    insertion.execute(&peer.pool).await.ok()?;
    let provenance = Provenance {
        authority: "system",
        system_mode: "full",
        kind: "answer",
        sources: Vec::new(),
        receipt: Some(receipt),
    };
    let said = Arc::new(Mutex::new(String::new()));
    let hear = Arc::clone(&said);
    let pieces = peer.words.pieces().inspect(move |piece| {
        hear.lock().unwrap_or_else(PoisonError::into_inner).push_str(piece);
    });
    let kept = async move {
        let said = std::mem::take(&mut *said.lock().unwrap_or_else(PoisonError::into_inner));
        let kept = peer.store.add_exchange(&conversation, &question, &said).await;
        assert_eq!(kept, Ok(()));
    };
    Some(events(completion, &provenance, pieces, kept))
}
