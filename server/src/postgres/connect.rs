//! From an address to a connection that can be trusted: host by host, checked each time.

use std::sync::{Mutex, OnceLock, PoisonError};

use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    address::{Server, Settings},
    check::{self, Facts},
    fault::{self, Fault},
    open::OpenError,
    session::Session,
    tls::{self, Encryption},
};

/// Makes connections, for the pool and for whoever needs one beside it.
pub(super) struct Connector {
    pub(super) settings: Settings,
    tls: Option<MakeRustlsConnect>,
    /// What commits wait for: `on`, or more if the server is set to more.
    waits_for: OnceLock<&'static str>,
    /// The cluster and the highest branch of its history that was met.
    met: Mutex<Option<(i64, u32)>>,
}

/// Why a host will not do.
enum No {
    /// Another one may.
    Away(String),
    /// It is the one, and it is not safe.
    Unfit(OpenError),
}

impl Connector {
    pub(super) fn new(settings: Settings) -> Result<Self, OpenError> {
        let encrypted = settings.encryption != Encryption::Disable;
        let tls = encrypted
            .then(|| tls::connector(settings.encryption, settings.root_cert.as_deref()))
            .transpose()
            .map_err(|e| OpenError::Tls(e.to_string()))?;
        if settings.encryption == Encryption::Unverified {
            tracing::warn!(
                "the database's certificate is not verified (sslmode=require); anybody on the way may pose as it"
            );
        }
        Ok(Self {
            settings,
            tls,
            waits_for: OnceLock::new(),
            met: Mutex::new(None),
        })
    }

    /// A connection to the first host that takes writes.
    pub(super) async fn connect(&self) -> Result<Session, OpenError> {
        let mut tried = Vec::new();
        for server in &self.settings.servers {
            match self.try_one(server).await {
                Ok(session) => return Ok(session),
                Err(No::Away(why)) => tried.push(format!("{server} {why}")),
                Err(No::Unfit(e)) => return Err(e),
            }
        }
        Err(OpenError::NoPrimary { tried })
    }

    async fn try_one(&self, server: &Server) -> Result<Session, No> {
        if self.waits_for.get().is_none() {
            self.look(server).await?;
        }
        let waits_for = self.waits_for.get().copied().unwrap_or("on");
        let session = self.open(server, &check::options(waits_for)).await?;
        let facts = facts(server, &session).await?;
        if let Some(why) = facts.away() {
            return Err(No::Away(why.to_owned()));
        }
        facts
            .check(&server.to_string(), &self.settings)
            .map_err(No::Unfit)?;
        self.remember(&facts)?;
        Ok(session)
    }

    /// Looks once at the server as anybody else would find it.
    async fn look(&self, server: &Server) -> Result<(), No> {
        let session = self.open(server, "").await?;
        let facts = facts(server, &session).await?;
        if let Some(why) = facts.away() {
            return Err(No::Away(why.to_owned()));
        }
        let rows = session.query(check::SOURCES, &[]).await;
        let rows = rows.map_err(|e| No::Away(e.to_string()))?;
        for row in rows {
            let broken = |e: tokio_postgres::Error| No::Away(e.to_string());
            let name: String = row.try_get(0).map_err(broken)?;
            let value: String = row.try_get(1).map_err(broken)?;
            let source: String = row.try_get(2).map_err(broken)?;
            check::check_source(&server.to_string(), (&name, &value, &source))
                .map_err(No::Unfit)?;
        }
        let waits_for = if facts.synchronous_commit == "remote_apply" {
            "remote_apply"
        } else {
            "on"
        };
        let _ = self.waits_for.set(waits_for);
        Ok(())
    }

    /// Refuses a server that was left behind: it may still take writes, and nobody will ever see them.
    fn remember(&self, facts: &Facts) -> Result<(), No> {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        match *met {
            Some((cluster, timeline)) if cluster == facts.cluster && facts.timeline < timeline => {
                let has = facts.timeline;
                Err(No::Away(format!(
                    "is an old primary (timeline {has}; the house sells on {timeline})"
                )))
            }
            _ => {
                *met = Some((facts.cluster, facts.timeline));
                Ok(())
            }
        }
    }

    async fn open(&self, server: &Server, options: &str) -> Result<Session, No> {
        let config = self.settings.config(server, options);
        let answer = self.settings.answer;
        let away = |e: tokio_postgres::Error| {
            let pooler = e
                .as_db_error()
                .is_some_and(|db| db.message().contains("unsupported startup parameter"));
            if pooler {
                return No::Unfit(OpenError::Pooler {
                    server: server.to_string(),
                });
            }
            No::Away(format!("does not answer: {}", fault::said(&e)))
        };
        let connecting = async {
            Ok(match &self.tls {
                Some(tls) => {
                    let (client, connection) = config.connect(tls.clone()).await.map_err(away)?;
                    Session::start(client, connection, answer)
                }
                None => {
                    let (client, connection) = config.connect(NoTls).await.map_err(away)?;
                    Session::start(client, connection, answer)
                }
            })
        };
        // The driver's own bound ends where the socket is connected.
        match tokio::time::timeout(answer, connecting).await {
            Ok(session) => session,
            Err(_) => Err(No::Away("does not answer in time".to_owned())),
        }
    }
}

async fn facts(server: &Server, session: &Session) -> Result<Facts, No> {
    let rows = session
        .query(check::FACTS, &[])
        .await
        .map_err(|e| match e {
            Fault::Refused(db) => No::Unfit(OpenError::Server {
                server: server.to_string(),
                why: fault::told(&db),
            }),
            other => No::Away(format!("does not answer: {other}")),
        })?;
    let row = rows
        .first()
        .ok_or_else(|| No::Away("tells nothing about itself".to_owned()))?;
    Facts::read(row).map_err(|e| No::Away(e.to_string()))
}
