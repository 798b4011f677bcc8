//! One connection: what was prepared on it, what the server said beside the answers, and whether
//! it can be used again.

use std::{
    collections::HashMap,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::Poll,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_postgres::{
    AsyncMessage, Client, Connection, Row, Statement,
    error::{DbError, Severity},
    types::ToSql,
};

use super::{
    fault::Fault,
    lead::{Checked, Lead},
};

/// How long nothing may be heard before somebody looks whether another server leads.
const SILENT: Duration = Duration::from_secs(1);

/// Values of a statement's parameters.
pub(crate) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// What a transaction that has failed refuses.
const PROBE: &str = "SELECT 1";

/// A statement with its values.
pub(crate) struct Asked<'a> {
    sql: &'static str,
    values: Vec<Box<dyn ToSql + Sync + Send + 'a>>,
}

impl<'a> Asked<'a> {
    /// A statement that takes these values.
    pub(crate) fn new(sql: &'static str, values: Vec<Box<dyn ToSql + Sync + Send + 'a>>) -> Self {
        Self { sql, values }
    }
}

/// What stands around statements that are sent together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// The transaction begins with them.
    Begin,
    /// It was begun and goes on.
    Nothing,
    /// It ends with them.
    Commit,
}

/// A connection to a server that was checked.
pub(crate) struct Session {
    client: Client,
    statements: Mutex<HashMap<&'static str, Statement>>,
    /// How many warnings came.
    warnings: Arc<AtomicU32>,
    /// Whether a transaction is open.
    open: AtomicBool,
    /// Whether something was left half done.
    spoiled: AtomicBool,
    /// The longest an answer may take.
    answer: Duration,
    /// Which server it leads to, once that was checked.
    checked: OnceLock<Checked>,
    lead: Arc<Lead>,
}

impl Session {
    /// Starts to carry what is said on a connection.
    pub(super) fn start<S, T>(
        client: Client,
        connection: Connection<S, T>,
        answer: Duration,
        lead: &Arc<Lead>,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let warnings = Arc::new(AtomicU32::new(0));
        // It ends when the client is dropped or the connection does.
        tokio::spawn(carry(connection, Arc::clone(&warnings)));
        Self {
            client,
            statements: Mutex::default(),
            warnings,
            open: AtomicBool::new(false),
            spoiled: AtomicBool::new(false),
            answer,
            checked: OnceLock::new(),
            lead: Arc::clone(lead),
        }
    }

    /// Notes which server it leads to.
    pub(super) fn set_checked(&self, checked: Checked) {
        let _ = self.checked.set(checked);
    }

    pub(super) fn checked(&self) -> Option<Checked> {
        self.checked.get().copied()
    }

    /// Whether it can be used for something else: nothing is under way, open or unclear on it.
    pub(super) fn is_fit(&self) -> bool {
        let (open, spoiled) = (&self.open, &self.spoiled);
        !self.client.is_closed() && !open.load(Ordering::SeqCst) && !spoiled.load(Ordering::SeqCst)
    }

    pub(super) fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
    }

    /// One prepared statement, to its very end: the server is ready for the next one, so outside a
    /// transaction the statement is committed.
    pub(crate) async fn query(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, Fault> {
        self.guarded(async {
            let statement = self.prepared(sql).await?;
            let asked = self.client.query(&statement, params);
            self.in_time(asked).await
        })
        .await
    }

    /// Statements without parameters and without an answer.
    pub(super) async fn run(&self, sql: &str) -> Result<(), Fault> {
        self.guarded(async { self.in_time(self.client.batch_execute(sql)).await })
            .await
    }

    /// The same, however long it takes.
    pub(super) async fn run_patiently(&self, sql: &str) -> Result<(), Fault> {
        self.guarded(async {
            self.client
                .batch_execute(sql)
                .await
                .map_err(|e| Fault::sent(&e))
        })
        .await
    }

    /// Ends a transaction. The server answers `COMMIT` of a transaction that has failed with
    /// `ROLLBACK` and no error, and the driver does not tell the two apart; so a question goes
    /// before it in the same packet, which a failed transaction refuses.
    pub(super) async fn commit(&self) -> Result<(), Fault> {
        let whole = self.guarded(async {
            let probe = self.prepared(PROBE).await.map_err(Fault::uncommitted)?;
            let both = async {
                let alive = self.client.query(&probe, &[]);
                let commit = self.client.batch_execute("COMMIT");
                let (alive, commit) = futures_util::future::join(alive, commit).await;
                if let Err(e) = &alive
                    && let refused @ Fault::Refused(_) = Fault::sent(e)
                {
                    return Ok(Err(refused));
                }
                commit.map(Ok)
            };
            self.in_time(both).await?
        });
        let done = whole.await;
        if matches!(done, Ok(()) | Err(Fault::Refused(_))) {
            self.set_open(false);
        }
        done
    }

    /// Several statements in one packet; the answers are in order.
    ///
    /// With [`Around::Commit`] an answer means that all of it lasts; as with [`Session::commit`], a
    /// question goes before the commit. One that is refused by itself is as good as lost, for a server
    /// that hands it on to others may have done so.
    pub(super) async fn together(
        &self,
        around: Around,
        asked: &[Asked<'_>],
    ) -> Result<Vec<Vec<Row>>, Fault> {
        let sent = AtomicBool::new(false);
        let whole = self.guarded(async {
            let mut statements = Vec::with_capacity(asked.len());
            for one in asked {
                let prepared = self.prepared(one.sql).await;
                statements.push(prepared.map_err(Fault::uncommitted)?);
            }
            if around == Around::Commit {
                let probe = self.prepared(PROBE).await;
                statements.push(probe.map_err(Fault::uncommitted)?);
            }
            sent.store(true, Ordering::SeqCst);
            let all = async { Ok(self.asked_in_order(around, asked, &statements).await) };
            self.in_time(all).await?
        });
        let done = whole.await;
        let ended = around == Around::Commit && sent.load(Ordering::SeqCst);
        if ended && matches!(done, Ok(_) | Err(Fault::Refused(_))) {
            self.set_open(false);
        }
        done
    }

    async fn asked_in_order(
        &self,
        around: Around,
        asked: &[Asked<'_>],
        statements: &[Statement],
    ) -> Result<Vec<Vec<Row>>, Fault> {
        let simple = |sql| async move {
            let done = self.client.batch_execute(sql).await;
            done.map(|()| Vec::new())
        };
        let mut asking: Vec<Answer<'_>> = Vec::with_capacity(asked.len() + 1);
        if around == Around::Begin {
            asking.push(Box::pin(simple("BEGIN")));
        }
        for (one, statement) in asked.iter().zip(statements) {
            asking.push(Box::pin(async move {
                let values: Vec<&(dyn ToSql + Sync)> = one
                    .values
                    .iter()
                    .map(|v| &**v as &(dyn ToSql + Sync))
                    .collect();
                self.client.query(statement, &values).await
            }));
        }
        if around == Around::Commit
            && let Some(probe) = statements.last()
        {
            asking.push(Box::pin(self.client.query(probe, &[])));
            asking.push(Box::pin(simple("COMMIT")));
        }
        let mut heard = in_order(asking).await;
        if around == Around::Begin {
            heard.remove(0).map_err(|e| Fault::sent(&e))?;
        }
        let commit = (around == Around::Commit).then(|| heard.pop()).flatten();
        let answers = heard.into_iter().collect::<Result<Vec<_>, _>>();
        let answers = answers.map_err(|e| Fault::sent(&e))?;
        if let Some(Err(e)) = commit {
            return Err(Fault::Lost(super::fault::said(&e)));
        }
        Ok(answers)
    }

    /// Marks the connection while something is under way: who is dropped halfway leaves it spoiled.
    async fn guarded<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        if self.client.is_closed() || self.spoiled.swap(true, Ordering::SeqCst) {
            return Err(Fault::NotSent("the connection is closed".to_owned()));
        }
        let heard = self.warnings.load(Ordering::SeqCst);
        let done = work.await;
        let done = match done {
            Ok(_) if self.warnings.load(Ordering::SeqCst) != heard => Err(Fault::Doubtful),
            other => other,
        };
        if done.as_ref().is_err_and(Fault::is_the_servers_own) {
            // It answers at once and for ever, so no silence would have anybody look elsewhere.
            self.lead.in_doubt();
        }
        let spoiled = done.as_ref().is_err_and(Fault::spoils);
        self.spoiled.store(spoiled, Ordering::SeqCst);
        done
    }

    async fn in_time<T>(
        &self,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Fault> {
        let done = self.awaited(asked).await.ok_or(Fault::Late)?;
        done.map_err(|e| Fault::sent(&e))
    }

    /// Waits for an answer, as long as one may take and this server leads.
    async fn awaited<T>(&self, asked: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = timeout(self.answer, asked) => done.ok(),
            () = self.left_behind() => None,
        }
    }

    /// Ends when another server is known to lead. Has somebody look for one now and then.
    async fn left_behind(&self) {
        let mut met = self.lead.watch();
        while !self.checked().is_some_and(|c| self.lead.has_left(c)) {
            if timeout(SILENT, met.changed()).await.is_err() {
                self.lead.in_doubt();
            }
        }
    }

    async fn prepared(&self, sql: &'static str) -> Result<Statement, Fault> {
        let known = self.lock().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = match self.awaited(self.client.prepare(sql)).await {
            Some(prepared) => prepared.map_err(|e| Fault::before(&e))?,
            None => return Err(Fault::NotSent("no answer in time".to_owned())),
        };
        self.lock().insert(sql, statement.clone());
        Ok(statement)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Statement>> {
        self.statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that is waited for.
type Answer<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<Row>, tokio_postgres::Error>> + Send + 'a>>;

/// Asks one after the other and then hears the answers: the driver sends a question when it is
/// first polled.
async fn in_order(mut asking: Vec<Answer<'_>>) -> Vec<Result<Vec<Row>, tokio_postgres::Error>> {
    let mut heard = Vec::with_capacity(asking.len());
    for answer in &mut asking {
        let sent = poll_fn(|cx| Poll::Ready(answer.as_mut().poll(cx))).await;
        heard.push(match sent {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        });
    }
    let mut all = Vec::with_capacity(asking.len());
    for (heard, answer) in heard.into_iter().zip(asking) {
        all.push(match heard {
            Some(answer) => answer,
            None => answer.await,
        });
    }
    all
}

/// Carries questions and answers. A warning is counted before the answer it came with is passed on:
/// both come in this order, and the driver keeps it.
async fn carry<S, T>(mut connection: Connection<S, T>, warnings: Arc<AtomicU32>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                if is_warning(&notice) {
                    warnings.fetch_add(1, Ordering::SeqCst);
                    let code = notice.code().code();
                    tracing::warn!(code, "the database warns: {}", notice.message());
                }
            }
            Some(Ok(_)) => {}
            Some(Err(e)) => {
                tracing::info!(
                    "a connection to the database ended: {}",
                    super::fault::said(&e)
                );
                return;
            }
            None => return,
        }
    }
}

/// By the severity and not by the words: those come in the server's language.
fn is_warning(notice: &DbError) -> bool {
    notice.parsed_severity() == Some(Severity::Warning)
}
