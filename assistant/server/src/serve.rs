//! Sockets: takes connections, limits what a slow one may hold, and drains when told to stop.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::access_log::{AccessLog, Asked, counted};
use crate::app::Server;
use crate::web::Limits;

/// How many connections are open at once; the next ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 512;

/// How many bytes of headers are read.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
#[error("LISTEN_FAILED: expected to listen at {address}: {why}")]
pub struct ListenError {
    address: SocketAddr,
    why: String,
}

/// Takes the address.
///
/// # Errors
///
/// [`ListenError`], which says what to do when the port is taken.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => "another program has this port; stop it, or name a free \
                port with ASSISTANT_LISTEN or --listen (port 0 takes any free one)"
                .to_owned(),
            _ => error.to_string(),
        };
        ListenError { address, why }
    })
}

/// Serves until `stop` is ready, then lets what is under way finish, for as long as the limit says.
pub async fn serve(
    listener: TcpListener,
    server: Server,
    limits: Limits,
    log: Option<AccessLog>,
    stop: impl Future<Output = ()>,
) {
    let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut serving = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let next = next_connection(&listener, &connections);
        tokio::select! {
            connection = next => if let Some((stream, permit)) = connection {
                let connection = graceful.watch(connect(stream, server.clone(), limits, log.clone()));
                serving.spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection broke off");
                    }
                    drop(permit);
                });
            },
            Some(_) = serving.join_next() => {}
            () = &mut stop => break,
        }
    }
    drop(listener);
    tracing::info!("draining");
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off at the end of the drain");
    }
    // What was cut off leaves its closing receipt as it goes, and the store has to be there for that.
    serving.shutdown().await;
}

async fn next_connection(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(connections).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // An answer is one write: waiting for more of it would only delay it.
            let _ = stream.set_nodelay(true);
            Some((stream, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            // Out of file descriptors, most likely: another try at once would only burn time.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            None
        }
    }
}

fn connect(
    stream: TcpStream,
    server: Server,
    limits: Limits,
    log: Option<AccessLog>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // Who asks and does not read would hold the connection for good.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (server, log, asked) = (server.clone(), log.clone(), Asked::of(&request));
        async move {
            let response = server.oneshot(request.map(Body::new)).await?;
            Ok::<_, Infallible>(counted(log, asked, response))
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
}

/// Ready when the process is told to stop. From this call on, a stop signal no longer kills it.
///
/// # Errors
///
/// When the system does not let signals be waited for.
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
