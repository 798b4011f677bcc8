//! From an address to a connection that can be trusted: host by host, checked each time.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{task::JoinSet, time::timeout};
use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    address::{Server, Settings},
    check::{self, Facts},
    fault::{self, Fault},
    lead::{Checked, Lead},
    open::OpenError,
    session::Session,
    tls::{self, Encryption},
};

/// How long the other hosts are waited for when one takes writes.
const GRACE: Duration = Duration::from_millis(300);
/// How long nobody looks around after somebody did.
const LOOK_REST: Duration = Duration::from_secs(1);
/// After how long, the rest not counted, somebody looks around without being in doubt, where there are
/// several hosts: an old primary that nobody writes to answers readers as if nothing had been.
const LOOK_EVERY: Duration = Duration::from_secs(4);

/// Makes connections, for the pool and for whoever needs one beside it.
pub(super) struct Connector {
    pub(super) settings: Settings,
    tls: Option<MakeRustlsConnect>,
    /// What commits wait for: `on`, or more if the server is set to more.
    waits_for: OnceLock<&'static str>,
    /// Who leads, which the connections hear of.
    lead: Arc<Lead>,
    /// Lets go of connections that lead to where nobody sells any more.
    let_go: OnceLock<Box<dyn Fn() + Send + Sync>>,
    /// Whether the tables are spread over the nodes of Citus.
    distributed: AtomicBool,
    /// The primary that is followed, where a standby is wanted and no primary.
    pub(super) follows: Option<Arc<Self>>,
}

/// Why a host will not do.
pub(super) enum No {
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
            lead: Arc::default(),
            let_go: OnceLock::new(),
            distributed: AtomicBool::new(false),
            follows: None,
        })
    }

    /// A connection to the host that takes writes, or to the standby if one is wanted.
    pub(super) async fn connect(self: &Arc<Self>) -> Result<Session, OpenError> {
        match &self.follows {
            Some(primary) => self.connect_standby(primary).await,
            None => self.connect_primary().await,
        }
    }

    /// The cluster that was met last.
    pub(super) fn cluster(&self) -> Option<i64> {
        self.lead.cluster()
    }

    /// The cluster and the branch of its history that are sold from, as far as one was met.
    pub(super) fn branch(&self) -> Option<(i64, u32)> {
        *self.lead.watch().borrow()
    }

    /// How often all servers had to be checked anew.
    pub(super) fn round(&self) -> u32 {
        self.lead.round()
    }

    /// All hosts are asked at once: after a failover two may say that they take writes, and the one
    /// with the later history is meant.
    async fn connect_primary(self: &Arc<Self>) -> Result<Session, OpenError> {
        let round = self.lead.round();
        let mut asking = JoinSet::new();
        for n in 0..self.settings.servers.len() {
            let me = Arc::clone(self);
            asking.spawn(async move { (n, me.try_one(&me.settings.servers[n]).await) });
        }
        let (mut best, mut no): (Option<(Session, Facts)>, _) = (None, BTreeMap::new());
        loop {
            let next = match &best {
                None => asking.join_next().await,
                Some(_) => timeout(GRACE, asking.join_next()).await.unwrap_or(None),
            };
            match next {
                None => break,
                Some(Ok((_, Ok((session, facts))))) => {
                    if best
                        .as_ref()
                        .is_none_or(|(_, b)| b.timeline < facts.timeline)
                    {
                        best = Some((session, facts));
                    }
                }
                Some(Ok((n, Err(why)))) => {
                    no.insert(n, why);
                }
                // A task that panicked has said so; its host is not to be had.
                Some(Err(_)) => {}
            }
        }
        match best {
            Some((session, facts)) => match self.remember(&facts) {
                Ok(later) => {
                    let (cluster, timeline) = (facts.cluster, facts.timeline);
                    session.set_checked(Checked {
                        cluster,
                        timeline,
                        round,
                    });
                    if later {
                        self.let_go();
                    }
                    Ok(session)
                }
                Err(why) => Err(OpenError::NoPrimary { tried: vec![why] }),
            },
            None => Err(self.nobody(no)),
        }
    }

    /// Why no host will do: the one that would if it were safe, or what each of them said.
    fn nobody(&self, no: BTreeMap<usize, No>) -> OpenError {
        let mut tried = Vec::new();
        for (n, why) in no {
            match why {
                No::Away(why) => tried.push(format!("{} {why}", self.settings.servers[n])),
                No::Unfit(e) => return e,
            }
        }
        OpenError::NoPrimary { tried }
    }

    async fn try_one(&self, server: &Server) -> Result<(Session, Facts), No> {
        if self.waits_for.get().is_none() {
            self.look(server).await?;
        }
        let waits_for = self.waits_for.get().copied().unwrap_or("on");
        let plans = if self.is_distributed() {
            check::PLANS_OF_CITUS
        } else {
            check::PLANS
        };
        let options = check::options(waits_for, plans, self.settings.standby_required);
        let session = self.open(server, &options).await?;
        let facts = facts(server, &session).await?;
        if let Some(why) = facts.away() {
            return Err(No::Away(why.to_owned()));
        }
        let named = server.to_string();
        facts.check(&named, &self.settings).map_err(No::Unfit)?;
        Ok((session, facts))
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

    /// From now on statements are planned as Citus wants it.
    pub(super) fn plans_each_time(&self) {
        self.distributed.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_distributed(&self) -> bool {
        self.distributed.load(Ordering::SeqCst)
    }

    /// Whether a connection may be used (again).
    pub(super) fn stands(&self, session: &Session) -> bool {
        session
            .checked()
            .is_some_and(|checked| self.lead.stands(checked))
    }

    /// How connections that do not stand any more are let go of at once, and not when somebody
    /// next wants them.
    pub(super) fn lets_go_by(&self, let_go: impl Fn() + Send + Sync + 'static) {
        let _ = self.let_go.set(Box::new(let_go));
    }

    fn let_go(&self) {
        if let Some(let_go) = self.let_go.get() {
            let_go();
        }
    }

    /// Has every server checked again before it is used, because one is not set up any more as it
    /// was.
    pub(super) fn check_anew(&self) {
        self.lead.next_round();
        self.let_go();
    }

    /// Looks whether another server leads, for as long as anybody has this: a server that hangs, that
    /// the network keeps from us, or that can't write says nothing of its successor. Whenever somebody
    /// is in doubt, and now and then.
    pub(super) fn look_around(self: &Arc<Self>) {
        let (me, lead) = (Arc::downgrade(self), Arc::clone(&self.lead));
        let several = self.settings.servers.len() > 1;
        tokio::spawn(async move {
            loop {
                if several {
                    let _ = timeout(LOOK_EVERY, lead.doubt()).await;
                } else {
                    lead.doubt().await;
                }
                let Some(strong) = me.upgrade() else { return };
                // Whoever is met is noted, and whoever waits hears of it.
                if let Err(e) = strong.connect().await {
                    tracing::info!("nobody else leads, as far as can be seen: {e}");
                }
                drop(strong);
                // A server that hangs is not to be asked without end. Whoever drops the connector
                // is heard after that.
                let _ = timeout(LOOK_REST, std::future::pending::<()>()).await;
            }
        });
    }

    /// Refuses a server that was left behind: it may still take writes, and nobody will ever see them.
    /// Tells whether this one is later than what was met before.
    fn remember(&self, facts: &Facts) -> Result<bool, String> {
        let has = facts.timeline;
        self.lead.meet(facts.cluster, has).map_err(|timeline| {
            format!("the one that answers is an old primary (timeline {has}; the house sells on {timeline})")
        })
    }

    pub(super) async fn open(&self, server: &Server, options: &str) -> Result<Session, No> {
        let config = self.settings.config(server, options);
        let (answer, connect) = (self.settings.answer, self.settings.connect());
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
                    Session::start(client, connection, answer, &self.lead)
                }
                None => {
                    let (client, connection) = config.connect(NoTls).await.map_err(away)?;
                    Session::start(client, connection, answer, &self.lead)
                }
            })
        };
        // The driver's own bound ends where the socket is connected. A server that hangs lets anybody
        // connect, and says nothing.
        match timeout(connect, connecting).await {
            Ok(session) => session,
            Err(_) => Err(No::Away("does not answer in time".to_owned())),
        }
    }
}

impl Drop for Connector {
    fn drop(&mut self) {
        // Nobody is left to look around for.
        self.lead.in_doubt();
    }
}

pub(super) async fn facts(server: &Server, session: &Session) -> Result<Facts, No> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(cluster: i64, timeline: u32) -> Facts {
        Facts {
            version: 150_000,
            standby: false,
            read_only: false,
            encoding: "UTF8".to_owned(),
            fsync: "on".to_owned(),
            full_page_writes: "on".to_owned(),
            synchronous_commit: "on".to_owned(),
            standbys: String::new(),
            isolation: "read committed".to_owned(),
            messages: "notice".to_owned(),
            ours: true,
            disposable: false,
            cluster,
            timeline,
        }
    }

    #[test]
    fn a_primary_that_was_left_behind_is_not_gone_back_to() {
        let settings = "postgres://u@localhost/d".parse().expect("an address");
        let connector = Connector::new(settings).expect("no certificate is needed");
        let takes = |facts| connector.remember(&facts).is_ok();
        assert!(takes(facts(1, 1)));
        assert!(takes(facts(1, 3)), "a standby was promoted");
        assert!(!takes(facts(1, 2)), "the old one is still there");
        assert!(takes(facts(1, 3)));
        assert!(takes(facts(2, 1)), "another cluster counts for itself");
    }
}
