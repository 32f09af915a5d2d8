//! The way to the database server, which can be blocked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub(super) struct Way {
    address: SocketAddr,
    to: String,
    is_open: Arc<Mutex<watch::Sender<bool>>>,
    stranded: Vec<watch::Sender<bool>>,
    carrying: Option<JoinHandle<()>>,
}

impl Way {
    /// A way to where an address leads, and the address that leads there by it.
    pub(super) async fn to(url: &str) -> (Self, String) {
        let mut own = reqwest::Url::parse(url).expect("an address");
        let to = format!("{}:{}", own.host_str().expect("a host"), own.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        own.set_host(Some("127.0.0.1")).expect("a host");
        own.set_port(Some(address.port())).expect("a port");
        let is_open = Arc::new(Mutex::new(watch::Sender::new(true)));
        let mut way = Self { address, to, is_open, stranded: Vec::new(), carrying: None };
        way.carry(listener);
        (way, own.into())
    }

    /// Whoever uses it waits for good, and is not told.
    pub(super) fn block(&self) {
        self.is_open.lock().expect("the way").send_replace(false);
    }

    /// Whoever uses it now waits for good, and who comes next does not.
    pub(super) fn strand(&mut self) {
        self.block();
        let next = watch::Sender::new(true);
        let stranded = std::mem::replace(&mut *self.is_open.lock().expect("the way"), next);
        self.stranded.push(stranded);
    }

    pub(super) fn unblock(&self) {
        self.is_open.lock().expect("the way").send_replace(true);
    }

    /// Nobody is there any more.
    pub(super) async fn tear_down(&mut self) {
        if let Some(carrying) = self.carrying.take() {
            carrying.abort();
            let _ = carrying.await;
        }
    }

    pub(super) async fn build_again(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the same port");
        self.carry(listener);
    }

    fn carry(&mut self, listener: TcpListener) {
        let (to, is_open) = (self.to.clone(), Arc::clone(&self.is_open));
        self.carrying = Some(tokio::spawn(async move {
            let mut carried = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let mut is_open = is_open.lock().expect("the way").subscribe();
                let _ = is_open.wait_for(|is_open| *is_open).await;
                let Ok(server) = TcpStream::connect(&to).await else { continue };
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                carried.spawn(one_way(from_client, to_server, is_open.clone()));
                carried.spawn(one_way(from_server, to_client, is_open));
            }
        }));
    }
}

async fn one_way(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut is_open: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        let _ = is_open.wait_for(|is_open| *is_open).await;
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
