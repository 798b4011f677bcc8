//! Takes connections and gives them to the router, until it is told to stop.
//!
//! A client that sends nothing, or sends its headers drop by drop, is cut off; so is what is
//! still under way some time after the server was told to stop.

use std::{
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Bytes, HttpBody},
    http::Request,
    response::Response,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

use crate::{auth::gate::Peer, clock::Clock};

/// The longest a client may take to send the head of its next request.
const HEAD_MAX: Duration = Duration::from_secs(30);
/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// How often an HTTP/2 connection is asked whether it lives, and how long it may think about it.
const ALIVE_EVERY: Duration = Duration::from_secs(20);
const ALIVE_MAX: Duration = Duration::from_secs(10);
/// Requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 256;
/// The longest a stop waits for requests that are under way.
const DRAIN_MAX: Duration = Duration::from_secs(20);
/// The wait after a connection that could not be taken (too many open files, say), in
/// milliseconds.
const PAUSE_MS: u64 = 50;

/// Serves until `closing` is cancelled, then finishes what is under way.
pub(super) async fn listen(
    listener: TcpListener,
    router: Router,
    connections_max: usize,
    clock: Clock,
    closing: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(connections_max));
    let (connections, cut) = (TaskTracker::new(), CancellationToken::new());
    let http = Arc::new(http());
    loop {
        let next = async {
            let permit = Arc::clone(&room).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            () = closing.cancelled() => break,
            next = next => next,
        };
        let (Ok(permit), Ok((stream, peer))) = (permit, accepted) else {
            tracing::warn!("a connection can't be taken");
            clock.rest_real(PAUSE_MS).await;
            continue;
        };
        let service = FromPeer {
            router: router.clone(),
            peer,
        };
        let (http, closing, cut) = (Arc::clone(&http), closing.clone(), cut.clone());
        connections.spawn(async move {
            connection(&http, stream, service, closing, cut).await;
            drop(permit);
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN_MAX, connections.wait())
        .await
        .is_err()
    {
        tracing::warn!("requests were cut off because they did not end in time");
        cut.cancel();
        connections.wait().await;
    }
}

fn http() -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(ALIVE_EVERY)
        .keep_alive_timeout(ALIVE_MAX)
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(16 * 1024);
    http
}

async fn connection(
    http: &Builder<TokioExecutor>,
    stream: TcpStream,
    service: FromPeer,
    closing: CancellationToken,
    cut: CancellationToken,
) {
    // Small answers are what we send most; waiting to gather them helps nobody.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(service);
    let mut serving = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    let mut told = false;
    loop {
        tokio::select! {
            result = serving.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(error, "a connection broke");
                }
                return;
            }
            () = closing.cancelled(), if !told => {
                told = true;
                serving.as_mut().graceful_shutdown();
            }
            () = cut.cancelled() => return,
        }
    }
}

/// The router for one connection: tells it where requests come from.
#[derive(Clone)]
struct FromPeer {
    router: Router,
    peer: SocketAddr,
}

impl<B> Service<Request<B>> for FromPeer
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = std::convert::Infallible;
    type Future = <Router as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::<Request<B>>::poll_ready(&mut self.router, cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(Peer(self.peer));
        self.router.call(request)
    }
}
