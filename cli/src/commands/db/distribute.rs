//! `houseful db distribute`: gives the tables of a database to Citus.

use houseful_core::wire::Page;
use houseful_server::{
    database::Address,
    postgres::{DistributeError, Done, OpenError, Settings, SettingsError, distribute as give},
};
use serde::Serialize;

use crate::{
    args::DbArg,
    context::Context,
    error::CliError,
    output::{Columns, usual},
};

/// The fields of a table.
pub(super) static TABLES: Columns = Columns {
    id: "table",
    columns: &[
        usual("table", "Table"),
        usual("kind", "Kind"),
        usual("done", "Done"),
    ],
};

/// A table and what Citus makes of it.
#[derive(Debug, Serialize)]
struct Table {
    table: &'static str,
    /// `distributed`, `reference`.
    kind: &'static str,
    /// `before`, `now`, `would_be`.
    done: &'static str,
}

impl Table {
    fn new(done: Done, dry_run: bool) -> Self {
        Self {
            table: done.step.table,
            kind: done.step.kind.word(),
            done: match (done.before, dry_run) {
                (true, _) => "before",
                (false, true) => "would_be",
                (false, false) => "now",
            },
        }
    }
}

const NO_EXTENSION: &str = "type as superuser on every node: `ALTER SYSTEM SET shared_preload_libraries = 'citus'`, then, \
after a restart and in this database: `CREATE EXTENSION citus`";

pub(super) async fn distribute(
    ctx: &mut Context,
    db: &DbArg,
    shard_count: Option<u32>,
) -> Result<(), CliError> {
    let settings = settings(db)?;
    let dry_run = ctx.globals.dry_run;
    let work = give(settings, shard_count, dry_run);
    let done = ctx.wait("giving the tables to Citus", work).await?;
    let tables = done.into_iter().map(|done| Table::new(done, dry_run));
    let page = Page {
        items: tables.collect::<Vec<_>>(),
        next: None,
    };
    ctx.list(&TABLES, &page, &page.items, "there is no table")?;
    if dry_run {
        ctx.say("nothing was given");
    }
    Ok(())
}

fn settings(db: &DbArg) -> Result<Settings, CliError> {
    let address = Address::new(&db.0);
    if address.file().is_some() {
        // Not said again: a mistyped address may hold a password.
        return Err(CliError::usage_hint(
            "`--db` names a file; Citus spreads a Postgres database".to_owned(),
            "name it as `postgres://user@host/name`".to_owned(),
        ));
    }
    // An address that is no text is a file.
    let text = db.0.to_str().unwrap_or_default();
    text.parse()
        .map_err(|e: SettingsError| CliError::usage(e.to_string()))
}

impl From<DistributeError> for CliError {
    fn from(error: DistributeError) -> Self {
        let message = error.to_string();
        let (code, hint) = match error {
            DistributeError::Open(OpenError::Address(_)) => return Self::usage(message),
            DistributeError::NoExtension { .. } => ("no_citus", Some(NO_EXTENSION.to_owned())),
            DistributeError::InUse { .. } => ("database_in_use", None),
            DistributeError::Open(_) | DistributeError::Unanswered { .. } => {
                ("cannot_distribute", None)
            }
            DistributeError::Refused { .. } => (
                "cannot_distribute",
                Some("what was given stays given; the same command goes on from there".to_owned()),
            ),
        };
        Self::NoServer {
            code,
            message,
            hint,
        }
    }
}
