//! `--embedded FILE`: the server of a database file, in this process or in the one that has it.
//!
//! Who serves a file holds the operating system's lock on it and puts a [`notice`] beside it. A
//! second process on the same file reads the notice and becomes a client of the first. When the
//! first one ends, however it ends, one of its guests takes over: on the same address and with the
//! same token, so that clients notice no more than a request that takes a little longer.

mod guest;
pub mod hosting;
pub mod notice;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use houseful_server::database::Address;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::{
    guest::Watch,
    hosting::{HostError, Hosted, Hosting},
    notice::Notice,
};
use crate::{
    client::{BadServer, Client},
    error::CliError,
    moment,
};

/// How long a file may be locked by somebody who does not answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often is looked again meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// How to serve the file, if it is on us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct How {
    /// Move the clock by hand only.
    pub manual_clock: bool,
    /// Leave the background timer off.
    pub no_timer: bool,
    /// How long a call of the client may take.
    pub timeout: Option<Duration>,
}

/// Makes sure that what should be a file is not the address of a server, whose password would be
/// printed with it.
///
/// # Errors
/// It is one.
pub fn is_a_file(path: &Path) -> Result<(), CliError> {
    match Address::new(path.as_os_str()) {
        Address::File(_) | Address::Scratch(_) => Ok(()),
        Address::Postgres(url) => Err(CliError::usage_hint(
            format!("this takes a file, not a server ({url})"),
            "`houseful serve --db` serves a Postgres database",
        )),
    }
}

/// Why a file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// There is no such file.
    #[error("there is no database {}", named(.0))]
    NoFile(PathBuf),
    /// It can't be served.
    #[error(transparent)]
    Host(#[from] HostError),
    /// Somebody has it and does not answer.
    #[error("another program has {} open and does not answer", .0.display())]
    Mute(PathBuf),
    /// Somebody serves it with another clock.
    #[error("process {pid} serves {} with a `{clock}` clock", .file.display())]
    OtherClock {
        /// The file.
        file: PathBuf,
        /// Whose clock it is.
        pid: u32,
        /// Its kind.
        clock: String,
    },
    /// The address on the notice is none.
    #[error(transparent)]
    Address(#[from] BadServer),
}

impl EmbeddedError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoFile(file) => {
                let file = named(file);
                if file.file().is_none() {
                    let serve =
                        format!("`houseful serve --db {file}` serves it, `--server` asks it");
                    return Some(serve);
                }
                Some(format!(
                    "`houseful demo --keep {file}` makes one with the demo chain, \
                     `houseful serve --db {file}` an empty one"
                ))
            }
            Self::Host(error) => error.hint(),
            Self::Mute(_) => Some("stop that program, or wait until it is done".to_owned()),
            Self::OtherClock { .. } => {
                Some("stop it first, or leave out `--clock manual`".to_owned())
            }
            Self::Address(_) => None,
        }
    }
}

/// What somebody called a file, for people; if it is the address of a server, without its password.
fn named(file: &Path) -> Address {
    Address::new(file.as_os_str())
}

/// A way to the server of a file.
#[derive(Debug)]
pub struct Embedded {
    client: Client,
    stop: CancellationToken,
    work: JoinHandle<()>,
}

/// Finds the server of `file`, or becomes it.
///
/// # Errors
/// See [`EmbeddedError`].
pub async fn open(file: &Path, how: How) -> Result<Embedded, EmbeddedError> {
    if !file.exists() {
        return Err(EmbeddedError::NoFile(file.to_owned()));
    }
    let end = moment::tick() + PATIENCE;
    loop {
        match become_host(file, how).await {
            Ok(hosted) => return host(file, hosted, how),
            Err(HostError::InUse(_)) => {}
            Err(error) => return Err(error.into()),
        }
        // Between its lock and its notice the other one has things to do; so it may take some
        // looks until both are there, or neither.
        if let Some(guest) = visit(file, how).await? {
            return Ok(guest);
        }
        if moment::tick() >= end {
            return Err(EmbeddedError::Mute(file.to_owned()));
        }
        moment::pause(LOOK).await;
    }
}

impl Embedded {
    /// The client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Leaves; if the server is ours it finishes what it does, and the file is free.
    pub async fn close(self) {
        self.stop.cancel();
        // A task that panicked has told so, and its server went with it.
        let _ = self.work.await;
    }
}

/// Any port of this machine, for programs of this machine.
fn anywhere() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn hosting(file: &Path, how: How, listen: SocketAddr, token: Option<String>) -> Hosting {
    Hosting {
        manual_clock: how.manual_clock,
        timer: !how.no_timer,
        listen,
        token,
        ..Hosting::new(file.to_owned().into())
    }
}

/// Serves the file. Where a server was killed its guests still know its address and token, so
/// those are kept if the address is free.
async fn become_host(file: &Path, how: How) -> Result<Hosted, HostError> {
    if let Some(old) = Notice::read(file)
        && let Some(listen) = guest::listening(&old.server)
        && listen.ip().is_loopback()
    {
        match Hosted::start(hosting(file, how, listen, Some(old.token))).await {
            Err(HostError::PortBusy { .. } | HostError::Listen { .. }) => {}
            other => return other,
        }
    }
    Hosted::start(hosting(file, how, anywhere(), None)).await
}

/// What this machine files its sales at the server of `file` under, whatever its address is.
pub(crate) fn home_of(file: &Path) -> String {
    // The file is the same under each of its names; if even that can't be said, one name is.
    let home = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    format!("file:{}", home.display())
}

fn client(file: &Path, server: &str, token: &str, how: How) -> Result<Client, BadServer> {
    let timeout = how.timeout.unwrap_or(crate::client::TIMEOUT_DEFAULT);
    Client::new_at_home(home_of(file), server, Some(token.to_owned()), timeout)
}

fn host(file: &Path, hosted: Hosted, how: How) -> Result<Embedded, EmbeddedError> {
    let client = client(file, hosted.server(), hosted.token(), how)?;
    let stop = CancellationToken::new();
    let told = stop.clone();
    let work = tokio::spawn(async move {
        told.cancelled().await;
        hosted.stop().await;
    });
    Ok(Embedded { client, stop, work })
}

/// Becomes a guest of whoever put the notice up, if they answer.
async fn visit(file: &Path, how: How) -> Result<Option<Embedded>, EmbeddedError> {
    let Some(notice) = Notice::read(file) else {
        return Ok(None);
    };
    let client = client(file, &notice.server, &notice.token, how)?;
    let Some(info) = guest::knock(&client).await else {
        return Ok(None);
    };
    if how.manual_clock && info.clock != "manual" {
        return Err(EmbeddedError::OtherClock {
            file: file.to_owned(),
            pid: notice.pid,
            clock: info.clock,
        });
    }
    let stop = CancellationToken::new();
    let watch = Watch {
        file: file.to_owned(),
        notice,
        client: client.clone(),
        how: How {
            manual_clock: info.clock == "manual",
            ..how
        },
        stop: stop.clone(),
    };
    let work = tokio::spawn(watch.keep());
    Ok(Some(Embedded { client, stop, work }))
}

impl From<EmbeddedError> for CliError {
    fn from(error: EmbeddedError) -> Self {
        let (message, hint) = (error.to_string(), error.hint());
        let code = match error {
            EmbeddedError::Host(error) => return error.into(),
            EmbeddedError::Address(error) => return error.into(),
            EmbeddedError::NoFile(_) => "no_file",
            EmbeddedError::Mute(_) => "file_in_use",
            EmbeddedError::OtherClock { .. } => "other_clock",
        };
        Self::NoServer {
            code,
            message,
            hint,
        }
    }
}
