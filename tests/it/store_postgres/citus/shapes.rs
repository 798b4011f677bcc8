//! The shapes of statements, read from the log of a server: what Citus is known to refuse is not
//! among those that are used where it has the tables.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, Mutex},
};

use houseful_core::ids::ShowId;
use houseful_server::{
    audit::{PostgresBooks, ShowBooks},
    postgres::DISTRIBUTED,
    store::Store,
};
use houseful_tests::cluster::Cluster;

use super::{open, open_there};
use crate::store_contract::contract;

/// What is wrong with a statement, if something is.
fn wrong(statement: &str) -> Option<&'static str> {
    let text = normal(statement);
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let tables: BTreeSet<&str> = words
        .iter()
        .copied()
        .filter(|w| DISTRIBUTED.contains(w))
        .collect();
    let first = *words.first()?;
    // The schema is made before Citus gets it.
    let makes = ["create table", "create index", "alter table"]
        .iter()
        .any(|m| text.contains(m));
    if tables.is_empty() || makes {
        return None;
    }
    let has = |word: &str| words.contains(&word);
    let of_one = |begin: &str, then: &str| {
        tables
            .iter()
            .any(|t| text.starts_with(&format!("{begin} {t} {then}")))
    };
    let names_one_show = text.contains("show_id = $1");
    if has("unnest") || has("json_populate_recordset") {
        return Some("a list takes the place of a table");
    }
    if ["clock_timestamp", "now", "random"]
        .iter()
        .any(|f| text.contains(&format!("{f}(")))
    {
        return Some("what a node would say is not what another one says");
    }
    match first {
        "insert" => {
            let rows = text.matches("values (").count();
            let into_one = of_one("insert into", "(show_id,");
            let one_row = rows == 1 && text.contains("values ($1,") && !text.contains("), (");
            (has("select") || !into_one || !one_row).then_some("not one row of one show")
        }
        "update" | "delete" => {
            let simple = (of_one("update", "set ") && !has("from"))
                || (of_one("delete from", "where ") && !has("using"));
            (!simple || !names_one_show || has("select")).then_some("not one show of one table")
        }
        "select" => {
            let locks = text.contains("for update")
                || text.contains("for no key update")
                || text.contains("for share");
            if locks && (!names_one_show || has("join")) {
                return Some("a lock that is not of one show");
            }
            let writes = has("insert") || has("delete") || text.contains(" set ");
            let beside = has("shard_slot") || has("meta") || has("house");
            (writes || beside)
                .then_some("a table that is only on the coordinator, or a hidden write")
        }
        "with" => Some("steps of one statement"),
        _ => Some("an unknown kind of statement"),
    }
}

/// In small letters, with single spaces.
fn normal(statement: &str) -> String {
    let text = statement.to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The statements that a server was told to execute in a database, as its log has them.
fn executed(log: &str, database: &str) -> BTreeSet<String> {
    let mut statements = BTreeSet::new();
    let mut statement: Option<String> = None;
    for line in log.lines() {
        if let Some(more) = line.strip_prefix('\t') {
            if let Some(statement) = &mut statement {
                statement.push(' ');
                statement.push_str(more);
            }
            continue;
        }
        statements.extend(statement.take());
        let Some((at, said)) = line.split_once("LOG:  ") else {
            continue;
        };
        if !at.contains(&format!("[{database}]")) {
            continue;
        }
        let told = said
            .strip_prefix("execute ")
            .and_then(|s| s.split_once(": "));
        let simple = said.strip_prefix("statement: ");
        statement = simple.or(told.map(|(_, sql)| sql)).map(str::to_owned);
    }
    statements.extend(statement);
    statements
}

/// A cluster that writes down what it is told.
static TELLING: LazyLock<Cluster> = LazyLock::new(|| {
    Cluster::start_with(&[
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("houseful.disposable", "on"),
        ("log_statement", "all"),
        ("log_line_prefix", "[%d] "),
    ])
});

fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

/// What a whole run of the contract, and a sweep over what it left, have a server execute.
async fn told(spread: bool) -> BTreeSet<String> {
    let urls = run(spread).await;
    sweep(&urls).await;
    let log = TELLING.log();
    let executed = urls.iter().flat_map(|url| executed(&log, name(url)));
    executed.collect()
}

/// Runs the contract; in which databases.
async fn run(spread: bool) -> Vec<String> {
    let urls = Mutex::new(Vec::new());
    // In a box, as the contract asks for it many times.
    let made = contract(|| {
        Box::pin(async {
            let url = if spread {
                TELLING.database_of_nodes().await
            } else {
                TELLING.database()
            };
            let store = open_there(&url).await;
            store.database().latest_time().await.expect("a time");
            urls.lock().expect("urls").push(url);
            let store: Arc<dyn Store> = Arc::new(store);
            store
        })
    });
    made.await;
    urls.into_inner().expect("urls")
}

/// Sweeps the first database that has a show.
async fn sweep(urls: &[String]) {
    for url in urls {
        let books = PostgresBooks::new(open(url).await);
        books.strays().await.expect("a count");
        books.shows(None, 10).await.expect("shows");
        if books.show(ShowId(1)).await.expect("rows").is_some() {
            return;
        }
    }
    panic!("no show was swept");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_has_a_shape_that_is_refused() {
    let told = told(true).await;
    let refused: Vec<_> = told.iter().filter_map(|s| Some((wrong(s)?, s))).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    // It was seen how each table is written and read.
    for table in DISTRIBUTED {
        let seen = |begin: &str, named: &str| {
            let named = format!("{named} {table}");
            told.iter()
                .map(|s| normal(s))
                .any(|s| s.starts_with(begin) && s.contains(&named))
        };
        assert!(seen("insert", "into"), "{table} was never written");
        assert!(
            seen("select", "from") || seen("select", "join"),
            "{table} was never read"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shapes_of_a_plain_server_would_be_refused() {
    let told = told(false).await;
    let refused: Vec<String> = told
        .iter()
        .filter(|s| wrong(s).is_some())
        .map(|s| normal(s))
        .collect();
    // The batch, the lease, and the contacts.
    for part in ["written as (", "taken as (", "kept as ("] {
        assert!(
            refused.iter().any(|s| s.contains(part)),
            "{part}: {refused:#?}"
        );
    }
}

#[test]
fn a_wrong_shape_is_seen() {
    for (statement, fine) in [
        ("SELECT 1", true),
        ("UPDATE show_head SET ver = $2 WHERE show_id = $1", true),
        ("UPDATE show_head SET ver = $2 WHERE ver = $1", false),
        (
            "UPDATE show_head h SET ver = 1 FROM ticket t WHERE h.show_id = $1",
            false,
        ),
        (
            "UPDATE show_head SET at = clock_timestamp() WHERE show_id = $1",
            false,
        ),
        ("DELETE FROM ticket", false),
        ("DELETE FROM ticket WHERE show_id = $1", true),
        ("INSERT INTO ticket (show_id, code) VALUES ($1, $2)", true),
        (
            "INSERT INTO ticket (show_id, code) VALUES ($1, $2), ($3, $4)",
            false,
        ),
        ("INSERT INTO ticket (show_id, code) SELECT 1, 2", false),
        ("INSERT INTO ticket (code, show_id) VALUES ($1, $2)", false),
        ("WITH a AS (SELECT 1) SELECT * FROM show_head", false),
        ("SELECT 1 FROM show_head FOR UPDATE", false),
        (
            "SELECT 1 FROM show_head WHERE show_id = $1 FOR UPDATE",
            true,
        ),
        ("SELECT 1 FROM show_head JOIN shard_slot ON true", false),
        (
            "SELECT 1 FROM unnest($1::bigint[]) w JOIN show_head ON true",
            false,
        ),
        ("TRUNCATE show_event", false),
    ] {
        assert_eq!(
            wrong(statement).is_none(),
            fine,
            "{statement}: {:?}",
            wrong(statement)
        );
    }
}
