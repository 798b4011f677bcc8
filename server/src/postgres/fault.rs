//! What went wrong with a statement, and what that means for what was written.

use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::store::StoreError;

/// What became of a statement that did not go well.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It was never sent.
    NotSent(String),
    /// The server refused it and took back what belonged to it.
    Refused(Box<DbError>),
    /// The connection was lost, or the server is going, after it was sent.
    Lost(String),
    /// No answer came in time.
    Late,
    /// It was done, with a warning: a commit that was not waited for at the standby says so and
    /// nothing else.
    Doubtful,
}

impl Fault {
    /// What an error means for a statement that was sent.
    pub(super) fn sent(e: &tokio_postgres::Error) -> Self {
        match e.as_db_error() {
            Some(db) if is_definite(db) => Self::Refused(Box::new(db.clone())),
            _ => Self::Lost(said(e)),
        }
    }

    /// The same for a step before it.
    pub(super) fn before(e: &tokio_postgres::Error) -> Self {
        match Self::sent(e) {
            Self::Lost(why) => Self::NotSent(why),
            other => other,
        }
    }

    /// The same fault of a statement that wrote nothing for others to see: its transaction was not
    /// over.
    pub(crate) fn uncommitted(self) -> Self {
        match self {
            Self::Lost(why) => Self::NotSent(why),
            Self::Late => Self::NotSent("no answer in time".to_owned()),
            Self::Doubtful => Self::NotSent("a warning".to_owned()),
            other => other,
        }
    }

    /// Whether nothing more may be asked on this connection.
    pub(super) fn spoils(&self) -> bool {
        match self {
            // A server that takes no writes (any more), or a statement it never heard of: it is
            // another server than the one we prepared for.
            Self::Refused(db) => [
                &SqlState::READ_ONLY_SQL_TRANSACTION,
                &SqlState::INVALID_SQL_STATEMENT_NAME,
                &SqlState::DUPLICATE_PSTATEMENT,
            ]
            .contains(&db.code()),
            Self::NotSent(_) | Self::Lost(_) | Self::Late | Self::Doubtful => true,
        }
    }

    /// Whether the server refused for its own sake, and not for that of what it was asked: it has no
    /// room, or can't use its files. Another one may lead by now that can.
    pub(super) fn is_the_servers_own(&self) -> bool {
        // Classes: 53 short of something, 58 its system, XX itself. A file that may not grow comes as
        // the last one.
        let classes = ["53", "58", "XX"];
        let own = |db: &DbError| classes.iter().any(|c| db.code().code().starts_with(c));
        matches!(self, Self::Refused(db) if own(db))
    }

    /// Whether a question can be put again at once, on another connection.
    pub(super) const fn may_be_asked_again(&self) -> bool {
        matches!(self, Self::NotSent(_) | Self::Lost(_))
    }

    /// In the words of a store, for something that only read. What a server says says nothing of
    /// what it holds: that it is unreadable is found by whoever reads it, and never here.
    pub(crate) fn reading(self) -> StoreError {
        match self {
            Self::Refused(db) => {
                if !is_passing(&db) {
                    tracing::error!("the database can't be read: {}", told(&db));
                }
                StoreError::Busy
            }
            Self::NotSent(_) | Self::Lost(_) | Self::Late | Self::Doubtful => StoreError::Busy,
        }
    }

    /// In the words of a store, for something that wrote and committed.
    pub(crate) fn writing(self) -> StoreError {
        match self {
            Self::NotSent(_) => StoreError::Busy,
            Self::Refused(db) if *db.code() == SqlState::DISK_FULL => {
                StoreError::Unwritable("the disk is full".to_owned())
            }
            Self::Refused(db) if is_passing(&db) => StoreError::Busy,
            Self::Refused(db) => StoreError::Unwritable(told(&db)),
            Self::Lost(_) | Self::Late | Self::Doubtful => StoreError::Unknown,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotSent(why) => write!(f, "not sent: {why}"),
            Self::Refused(db) => f.write_str(&told(db)),
            Self::Lost(why) => write!(f, "connection lost: {why}"),
            Self::Late => f.write_str("no answer in time"),
            Self::Doubtful => f.write_str("done with a warning"),
        }
    }
}

/// An error of this severity ends its transaction. Worse ones end the connection and say nothing of
/// a commit that was under way.
fn is_definite(db: &DbError) -> bool {
    db.parsed_severity() == Some(Severity::Error)
}

/// Whether it may go well in a moment, perhaps at another server.
fn is_passing(db: &DbError) -> bool {
    let code = db.code();
    let passing = [
        &SqlState::READ_ONLY_SQL_TRANSACTION,
        &SqlState::LOCK_NOT_AVAILABLE,
        &SqlState::QUERY_CANCELED,
        &SqlState::INVALID_SQL_STATEMENT_NAME,
        &SqlState::DUPLICATE_PSTATEMENT,
        &SqlState::CANNOT_CONNECT_NOW,
    ];
    // Classes: 40 taken back for the sake of others, 53 short of something, 08 and 57P going away.
    let classes = ["40", "08", "57P"];
    let short = code.code().starts_with("53") && *code != SqlState::DISK_FULL;
    short || passing.contains(&code) || classes.iter().any(|c| code.code().starts_with(c))
}

/// What the server said. Details hold values of rows, so they stay out.
pub(super) fn told(db: &DbError) -> String {
    format!("{} ({})", db.message(), db.code().code())
}

/// What an error of the driver says, with its cause.
pub(super) fn said(e: &tokio_postgres::Error) -> String {
    match e.as_db_error() {
        Some(db) => told(db),
        None => match std::error::Error::source(e) {
            Some(source) => format!("{e}: {source}"),
            None => e.to_string(),
        },
    }
}
