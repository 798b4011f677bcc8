//! One Postgres cluster as everything of ours sees it: where it is and how it is reached, whether
//! it can be trusted with sales, the connections to it, the schema. Stores stand on [`Database`].
//!
//! Three rules hold for every caller:
//! - An answer counts after the server is ready for the next question: a commit is not over before.
//! - What may have been written is [`StoreError::Unknown`](crate::store::StoreError::Unknown), what
//!   can't have been is `Busy`; nothing in between is guessed.
//! - A connection of which something is not known is thrown away.

mod address;
pub(crate) mod check;
mod connect;
mod database;
mod distribution;
mod fault;
mod lead;
mod migrations;
pub(crate) mod moves;
mod open;
pub(crate) mod row;
mod session;
mod standby;
mod tls;
mod transaction;

pub use address::{Settings, SettingsError};
pub use database::Database;
pub(crate) use database::Held;
pub use open::OpenError;

pub use distribution::{
    DISTRIBUTED, DistributeError, Done, Kind, LOCAL, REFERENCE, Step, distribute,
};

pub(crate) use fault::Fault;
#[cfg(test)]
pub(crate) use migrations::schema;
pub(crate) use session::{Asked, Params};
pub(crate) use standby::Standby;
pub(crate) use transaction::Transaction;
