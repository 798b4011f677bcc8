//! A guest of another process's server: watches it, and takes over when it is gone.

use std::{
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

use houseful_core::wire::admin::{Role, ServerInfo};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use super::{
    How,
    hosting::{HostError, Hosted},
    notice::Notice,
};
use crate::{client::Client, moment};

/// How long somebody may take to answer a knock.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// The wait between two looks while nobody serves the file.
const LOOK: Duration = Duration::from_millis(25);
/// How long a guest tries to take over before it gives the file up for lost.
const TAKE_OVER_MAX: Duration = Duration::from_secs(30);

/// Whether the server of this client is there and knows its token.
pub(super) async fn knock(client: &Client) -> Option<ServerInfo> {
    // The client itself would ask several times; a notice that is stale should cost little.
    let asked = tokio::time::timeout(ANSWER_MAX, reach(client.base())).await;
    if !matches!(asked, Ok(Some(_))) {
        return None;
    }
    let answered = tokio::time::timeout(ANSWER_MAX, client.server_info()).await;
    answered
        .ok()?
        .ok()
        .filter(|info| info.role == Some(Role::Admin))
}

/// A guest's watch.
pub(super) struct Watch {
    pub(super) file: PathBuf,
    pub(super) notice: Notice,
    pub(super) client: Client,
    pub(super) how: How,
    pub(super) stop: CancellationToken,
}

impl Watch {
    /// Watches until told to stop; serves the file itself once the server is gone.
    pub(super) async fn keep(self) {
        let stop = self.stop.clone();
        let hosted = tokio::select! {
            () = stop.cancelled() => None,
            hosted = self.take_over() => hosted,
        };
        if let Some(hosted) = hosted {
            stop.cancelled().await;
            hosted.stop().await;
        }
    }

    async fn take_over(&self) -> Option<Hosted> {
        let mut alone_since = None;
        loop {
            if stays(&self.notice.server).await {
                alone_since = None;
            }
            match self.try_once().await {
                Ok(hosted) => return Some(hosted),
                // The old server is on its way out, or another guest was faster and will answer
                // on the same address in a moment.
                Err(HostError::InUse(_) | HostError::PortBusy { .. }) => {}
                Err(error) => {
                    tracing::error!(file = %self.file.display(), "can't take over: {error}");
                    return None;
                }
            }
            let now = moment::tick();
            if too_long(*alone_since.get_or_insert(now), now) {
                tracing::error!(file = %self.file.display(), "nobody serves the file any more");
                return None;
            }
            moment::pause(LOOK).await;
        }
    }

    async fn try_once(&self) -> Result<Hosted, HostError> {
        let listen =
            listening(&self.notice.server).ok_or_else(|| HostError::InUse(self.file.clone()))?;
        let token = Some(self.notice.token.clone());
        let hosted = Hosted::start(super::hosting(&self.file, self.how, listen, token)).await?;
        tracing::info!(file = %self.file.display(), server = self.client.base(), "took over");
        Ok(hosted)
    }
}

fn too_long(since: Instant, now: Instant) -> bool {
    now.saturating_duration_since(since) >= TAKE_OVER_MAX
}

/// Where a server on a notice listens.
pub(super) fn listening(server: &str) -> Option<SocketAddr> {
    address(server).parse().ok()
}

fn address(server: &str) -> &str {
    server.strip_prefix("http://").unwrap_or(server)
}

/// A connection on which the server has answered once.
async fn reach(server: &str) -> Option<TcpStream> {
    let address = address(server);
    let mut link = TcpStream::connect(address).await.ok()?;
    let ask = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\n\r\n");
    link.write_all(ask.as_bytes()).await.ok()?;
    let mut first = [0; 512];
    let read = link.read(&mut first).await.ok()?;
    (read > 0).then_some(link)
}

/// Waits as long as the server stays; `false` if it was not even there.
///
/// An idle connection ends the moment the other process does, however it ends.
async fn stays(server: &str) -> bool {
    let mut was_there = false;
    while let Ok(Some(mut link)) = tokio::time::timeout(ANSWER_MAX, reach(server)).await {
        was_there = true;
        let mut rest = [0; 512];
        while matches!(link.read(&mut rest).await, Ok(1..)) {}
        moment::pause(LOOK).await;
    }
    was_there
}
