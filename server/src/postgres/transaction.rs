//! Several statements that hold together.

use super::{database::Held, fault::Fault, session::Params};
use tokio_postgres::Row;

/// A transaction on a connection of its own. Dropped without [`Transaction::commit`] nothing of it
/// remains: the connection is thrown away, and the server takes back what it belonged to.
pub(crate) struct Transaction {
    held: Held,
}

impl Transaction {
    pub(super) async fn begin(held: Held) -> Result<Self, Fault> {
        held.set_open(true);
        held.run("BEGIN").await.map_err(Fault::uncommitted)?;
        Ok(Self { held })
    }

    /// One statement of it. After an error the whole is lost.
    pub(crate) async fn query(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, Fault> {
        let done = self.held.query(sql, params).await;
        done.map_err(Fault::uncommitted)
    }

    /// Settings and the like.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), Fault> {
        self.held.run(sql).await.map_err(Fault::uncommitted)
    }

    /// Makes it last; see [`Fault`] for what may be known when it does not go well.
    pub(crate) async fn commit(self) -> Result<(), Fault> {
        self.held.commit().await
    }

    /// Takes it back and keeps the connection.
    pub(crate) async fn roll_back(self) {
        if self.held.run("ROLLBACK").await.is_ok() {
            self.held.set_open(false);
        }
    }
}
