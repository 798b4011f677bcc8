//! Why a database can't be used for selling.

use super::{address::SettingsError, migrations::SchemaError};

/// Why a Postgres database can't be opened. Each sentence says what, which, and what next.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address makes no sense.
    #[error(transparent)]
    Address(#[from] SettingsError),
    /// Certificates can't be had.
    #[error("no encryption to the database: {0}")]
    Tls(String),
    /// No host will do; each with its reason.
    #[error("no Postgres server that takes writes: {}", .tried.join("; "))]
    NoPrimary {
        /// What each host said.
        tried: Vec<String>,
    },
    /// A replica that will not do.
    #[error("{why}")]
    NoStandby {
        /// What is wrong with it.
        why: String,
    },
    /// A setting that could lose or mix up sales.
    #[error("{server} runs with {setting} = {value}{whose}: {why}; {next}")]
    Unsafe {
        /// Which server.
        server: String,
        /// Which setting.
        setting: &'static str,
        /// What it is set to.
        value: String,
        /// Where that comes from, if not from the server's own file.
        whose: String,
        /// What would go wrong.
        why: &'static str,
        /// What to do.
        next: &'static str,
    },
    /// Something between us and the server shares connections.
    #[error(
        "{server} does not do what a connection asks for at its start: a pooler stands between (PgBouncer or the like), and would mix up what belongs to one connection; name the server itself"
    )]
    Pooler {
        /// What was connected to.
        server: String,
    },
    /// Too old.
    #[error("{server} is Postgres {has}; Houseful needs {needs} or later")]
    TooOld {
        /// Which server.
        server: String,
        /// Its version.
        has: i32,
        /// The oldest that will do.
        needs: i32,
    },
    /// The schema can't be brought up to date.
    #[error("database {database}: {why}")]
    Schema {
        /// Which.
        database: String,
        /// What is the matter.
        why: SchemaError,
    },
    /// Its tables were not all given to Citus.
    #[error(
        "database {database} was given to Citus by half: {missing} stayed behind; run `houseful db distribute` to the end"
    )]
    HalfDistributed {
        /// Which.
        database: String,
        /// The tables that were not.
        missing: String,
    },
    /// Replicas were named of a database whose tables Citus has.
    #[error(
        "a database that was given to Citus is not read from replicas: a replica of the coordinator has no journals; leave out --replica"
    )]
    NoReplicasOfNodes,
    /// The server said no to something that always goes well.
    #[error("{server} can't be used: {why}")]
    Server {
        /// Which server.
        server: String,
        /// What it said.
        why: String,
    },
}
