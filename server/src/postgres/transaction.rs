//! Several statements that hold together.

use super::{
    database::Held,
    fault::Fault,
    session::{Around, Asked, Params},
};
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

    /// One that begins with statements, in one packet with them; and their answers.
    pub(super) async fn begin_with(
        held: Held,
        asked: &[Asked<'_>],
    ) -> Result<(Self, Vec<Vec<Row>>), Fault> {
        held.set_open(true);
        let begun = held.together(Around::Begin, asked).await;
        let transaction = Self { held };
        match begun.map_err(Fault::uncommitted) {
            Ok(answers) => Ok((transaction, answers)),
            Err(fault) => {
                if matches!(fault, Fault::Refused(_)) {
                    transaction.roll_back().await;
                }
                Err(fault)
            }
        }
    }

    /// One that sees all as of its first question.
    pub(super) async fn snapshot(held: Held) -> Result<Self, Fault> {
        held.set_open(true);
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        held.run(begin).await.map_err(Fault::uncommitted)?;
        Ok(Self { held })
    }

    /// One that can write nothing, and of which each statement sees all as of its own beginning.
    pub(super) async fn looks(held: Held) -> Result<Self, Fault> {
        held.set_open(true);
        held.run("BEGIN READ ONLY")
            .await
            .map_err(Fault::uncommitted)?;
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

    /// Several statements of it in one packet. After an error the whole is lost.
    pub(crate) async fn together(&self, asked: &[Asked<'_>]) -> Result<Vec<Vec<Row>>, Fault> {
        let done = self.held.together(Around::Nothing, asked).await;
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

    /// The same in one packet with its last statements.
    pub(crate) async fn commit_with(self, asked: &[Asked<'_>]) -> Result<(), Fault> {
        self.held.together(Around::Commit, asked).await.map(drop)
    }

    /// Takes it back and keeps the connection.
    pub(crate) async fn roll_back(self) {
        if self.held.run("ROLLBACK").await.is_ok() {
            self.held.set_open(false);
        }
    }
}
