//! The tables of a database as Citus has them: spread over its nodes by show, copied to each node,
//! or on the coordinator alone; and how they get there.
//!
//! What is listed here is held against the schema by a test: a table in no list is a red one.

use super::{
    address::Settings, connect::Connector, fault::Fault, migrations, open::OpenError,
    session::Session,
};

/// Tables that are spread by `show_id`, the first one first: the others stand where it stands.
pub const DISTRIBUTED: &[&str] = &[
    "show_head",
    "show_event",
    "ticket",
    "booking",
    "money_line",
    "contact",
    "contact_word",
];

/// Tables of which every node has a copy; one that others refer to comes before them.
pub const REFERENCE: &[&str] = &["immutable", "city", "cinema", "screen", "movie", "show"];

/// Tables that stay on the coordinator: what the roles beside booking have, and facts about the
/// database as a whole.
pub const LOCAL: &[&str] = &[
    "migration",
    "meta",
    "moves",
    "shard_slot",
    "heartbeat",
    "house",
    "api_token",
    "payment",
    "payment_outbox",
    "payment_event",
    "payment_tender",
    "payment_ledger",
    "payment_key",
    "payment_id",
    "sim_charge",
    "stripe_intent",
    "stripe_read",
    "voucher",
    "voucher_use",
    "voucher_event",
];

/// How a table stands in Citus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Spread by show.
    Distributed,
    /// A copy on every node.
    Reference,
}

impl Kind {
    /// As a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Distributed => "distributed",
            Self::Reference => "reference",
        }
    }
}

/// A table that is to be given to Citus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub table: &'static str,
    /// What it becomes.
    pub kind: Kind,
}

impl Step {
    /// The call. `shard_count` counts for the first table; the others stand where it stands.
    fn sql(self, shard_count: Option<u32>) -> String {
        let table = self.table;
        match self.kind {
            Kind::Reference => format!("SELECT create_reference_table('{table}')"),
            Kind::Distributed if table == DISTRIBUTED[0] => {
                let count = shard_count.map(|n| format!(", shard_count => {n}"));
                let count = count.unwrap_or_default();
                format!(
                    "SELECT create_distributed_table('{table}', 'show_id', colocate_with => 'none'{count})"
                )
            }
            Kind::Distributed => format!(
                "SELECT create_distributed_table('{table}', 'show_id', colocate_with => '{}')",
                DISTRIBUTED[0]
            ),
        }
    }
}

/// All tables that Citus gets, in the order in which it gets them.
fn steps() -> impl Iterator<Item = Step> {
    let of = |kind| move |table: &&'static str| Step { table, kind };
    let distributed = DISTRIBUTED.iter().map(of(Kind::Distributed));
    distributed.chain(REFERENCE.iter().map(of(Kind::Reference)))
}

/// What Citus has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Distribution {
    /// Tables of any kind that it knows.
    known: Vec<String>,
}

const IS_THERE: &str = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL";
const KNOWN: &str = "SELECT c.relname::text FROM pg_catalog.pg_dist_partition p
    JOIN pg_class c ON c.oid = p.logicalrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema()";

impl Distribution {
    /// Asks a server.
    pub(super) async fn of(session: &Session) -> Result<Self, Fault> {
        let there = session.query(IS_THERE, &[]).await?;
        let there = there.first().and_then(|row| row.try_get(0).ok());
        if there != Some(true) {
            return Ok(Self::default());
        }
        let rows = session.query(KNOWN, &[]).await?;
        let known = rows.iter().filter_map(|row| row.try_get(0).ok());
        Ok(Self {
            known: known.collect(),
        })
    }

    fn has(&self, step: Step) -> bool {
        self.known.iter().any(|known| known == step.table)
    }

    /// Whether journals are spread over nodes.
    pub(super) fn is_distributed(&self) -> bool {
        steps().any(|step| self.has(step))
    }

    /// Whether some of our tables are Citus's and some are not.
    pub(super) fn is_half(&self) -> bool {
        self.is_distributed() && !self.missing().is_empty()
    }

    /// The tables that it has not.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let missing = steps().filter(|step| !self.has(*step));
        missing.map(|step| step.table).collect()
    }
}

/// Why tables can't be given to Citus.
#[derive(Debug, thiserror::Error)]
pub enum DistributeError {
    /// The database can't be used at all.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It is not there.
    #[error("database {database} has no extension citus")]
    NoExtension {
        /// Which.
        database: String,
    },
    /// Somebody sells, or looks.
    #[error("database {database} is in use by {sessions} of {name}; stop all servers of it first")]
    InUse {
        /// Which.
        database: String,
        /// How many connections.
        sessions: i64,
        /// What they call themselves.
        name: String,
    },
    /// It said no, or nothing.
    #[error("{table} can't be given to Citus: {why}")]
    Refused {
        /// Which table.
        table: &'static str,
        /// What the server said.
        why: String,
    },
    /// It does not answer.
    #[error("database {database} can't be asked: {why}")]
    Unanswered {
        /// Which.
        database: String,
        /// What happened.
        why: String,
    },
}

/// A table that Citus has now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which, and as what.
    pub step: Step,
    /// Whether it had it before.
    pub before: bool,
}

const EXTENSION: &str = "SELECT 1 FROM pg_extension WHERE extname = 'citus'";

/// Servers and tools of ours, by the name they connect with.
const OTHERS: &str = "SELECT application_name, count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND (application_name = $1 OR application_name LIKE 'houseful%')
    GROUP BY application_name ORDER BY application_name LIMIT 1";

/// Keeps servers from starting meanwhile: they take the same lock to look at the schema.
const LOCK: &str = "SELECT pg_advisory_lock(x'486F757365667573'::bigint)";

/// Gives the tables of a database to Citus, those that it has not got yet; `dry_run` only looks. What
/// was cut off is finished by calling it again. `shard_count` is how many parts the shows are spread
/// over, for ever; Citus's own number if it is not given.
///
/// # Errors
/// See [`DistributeError`]. Tables that were given before the error stay given.
pub async fn distribute(
    settings: Settings,
    shard_count: Option<u32>,
    dry_run: bool,
) -> Result<Vec<Done>, DistributeError> {
    let database = settings.database.clone();
    let name = settings.application_name().to_owned();
    let connector = std::sync::Arc::new(Connector::new(settings)?);
    let session = connector.connect().await?;
    let unanswered = |fault: Fault| DistributeError::Unanswered {
        database: database.clone(),
        why: fault.to_string(),
    };
    migrations::compare(&session, migrations::ALL)
        .await
        .map_err(|why| OpenError::Schema {
            database: database.clone(),
            why,
        })?;
    let extension = session.query(EXTENSION, &[]).await.map_err(unanswered)?;
    if extension.is_empty() {
        return Err(DistributeError::NoExtension { database });
    }
    session.query(LOCK, &[]).await.map_err(unanswered)?;
    let others = session.query(OTHERS, &[&name]).await.map_err(unanswered)?;
    if let Some(other) = others.first() {
        return Err(DistributeError::InUse {
            database,
            sessions: other.try_get(1).unwrap_or(1),
            name: other.try_get(0).unwrap_or_default(),
        });
    }
    let has = Distribution::of(&session).await.map_err(unanswered)?;
    let mut done = Vec::new();
    // Rows that are there already are copied to the nodes, however long that takes.
    let patient = session.run("SET statement_timeout = 0").await;
    patient.map_err(unanswered)?;
    for step in steps() {
        let before = has.has(step);
        if !before && !dry_run {
            let given = session.run_patiently(&step.sql(shard_count)).await;
            given.map_err(|fault| DistributeError::Refused {
                table: step.table,
                why: fault.to_string(),
            })?;
        }
        done.push(Done { step, before });
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn having(tables: &[&str]) -> Distribution {
        Distribution {
            known: tables.iter().map(|&t| t.to_owned()).collect(),
        }
    }

    #[test]
    fn wherever_it_was_cut_off_the_rest_is_what_is_missing() {
        let all: Vec<&str> = steps().map(|step| step.table).collect();
        assert_eq!(all.len(), DISTRIBUTED.len() + REFERENCE.len());
        for cut in 0..=all.len() {
            let has = having(&all[..cut]);
            assert_eq!(has.missing(), all[cut..], "after {cut}");
            assert_eq!(has.is_half(), cut != 0 && cut != all.len(), "after {cut}");
        }
        assert!(!having(&["somebody_elses"]).is_distributed());
    }

    #[test]
    fn heads_come_first_and_everything_of_a_show_stands_with_them() {
        let calls: Vec<String> = steps().map(|step| step.sql(Some(64))).collect();
        assert_eq!(
            calls[0],
            "SELECT create_distributed_table('show_head', 'show_id', colocate_with => 'none', shard_count => 64)"
        );
        for call in &calls[1..DISTRIBUTED.len()] {
            assert!(
                call.contains("'show_id', colocate_with => 'show_head')"),
                "{call}"
            );
        }
        for call in &calls[DISTRIBUTED.len()..] {
            assert!(
                call.starts_with("SELECT create_reference_table('"),
                "{call}"
            );
        }
    }

    #[test]
    fn what_is_carried_between_shards_is_what_is_spread_over_nodes() {
        let mut carried: Vec<&str> = crate::shards::carried_tables().collect();
        carried.push(DISTRIBUTED[0]);
        carried.sort_unstable();
        let mut spread = DISTRIBUTED.to_vec();
        spread.sort_unstable();
        assert_eq!(carried, spread);
    }
}
