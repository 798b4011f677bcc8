//! What a server refuses to sell from, and with which sentence.

use std::net::SocketAddr;

use houseful_server::{postgres::Database, store::Store};
use houseful_tests::cluster::{Cluster, ROLE};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{fresh, open, server, settings, stranger};

/// The sentence with which a database is refused.
async fn refused(url: &str) -> String {
    match Database::open(settings(url)).await {
        Ok(_) => panic!("{url} was taken"),
        Err(e) => e.to_string(),
    }
}

/// Refused with all of these words, and the sentence ends with what to do.
async fn refused_with(url: &str, words: &[&str]) {
    let sentence = refused(url).await;
    for word in words {
        assert!(sentence.contains(word), "`{word}` is not in: {sentence}");
    }
}

fn name(url: &str) -> &str {
    url.rsplit('/').next().expect("a name")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_or_database_that_loses_sales_is_refused() {
    let cluster = Cluster::quick();
    let url = cluster.database();
    let database = name(&url);
    for (set, reset, words) in [
        (
            format!("ALTER ROLE {ROLE} SET synchronous_commit = off"),
            format!("ALTER ROLE {ROLE} RESET ALL"),
            ["synchronous_commit = off for this role", "would lose sales"],
        ),
        (
            format!("ALTER DATABASE {database} SET synchronous_commit = local"),
            format!("ALTER DATABASE {database} RESET ALL"),
            [
                "synchronous_commit = local for this database",
                "set it to on",
            ],
        ),
        (
            format!("ALTER DATABASE {database} SET default_transaction_isolation = 'serializable'"),
            format!("ALTER DATABASE {database} RESET ALL"),
            [
                "default_transaction_isolation = serializable",
                "read committed",
            ],
        ),
        (
            format!("ALTER DATABASE {database} SET default_transaction_read_only = on"),
            format!("ALTER DATABASE {database} RESET ALL"),
            [
                "no Postgres server that takes writes",
                "is set to be read only",
            ],
        ),
    ] {
        cluster.admin(&set);
        refused_with(&url, &words).await;
        cluster.admin(&reset);
    }
    open(&url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_loses_sales_is_refused() {
    for (setting, value) in [
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("synchronous_commit", "off"),
    ] {
        let cluster = Cluster::start_with(&[(setting, value)]);
        let url = cluster.database();
        let says = format!("runs with {setting} = {value}: ");
        refused_with(&url, &[&says, "set it to on and reload the server"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_role_is_set_to_later_does_not_count() {
    let url = fresh().await;
    let database = name(&url);
    let store = server(&url).await;
    let set = format!("ALTER DATABASE {database} SET synchronous_commit = off");
    Cluster::shared().admin(&set);
    // A connection that is new since then.
    let terminate = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()";
    Cluster::shared().admin_in(&url, terminate);
    let plain = stranger(&url).await;
    let row = plain
        .query_one("SHOW synchronous_commit", &[])
        .await
        .expect("a setting");
    assert_eq!(row.get::<_, &str>(0), "off");
    assert_eq!(store.heads().await, Ok(Vec::new()));
    let asked = store.database().setting("synchronous_commit").await;
    assert_eq!(asked.as_deref(), Ok("on"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_reached_or_read_is_named() {
    let cluster = Cluster::shared();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let nobody = format!("postgres://u@127.0.0.1:{port}/d");
    refused_with(
        &nobody,
        &["no Postgres server that takes writes", &port.to_string()],
    )
    .await;
    let url = cluster.url("nowhere");
    refused_with(&url, &["\"nowhere\" does not exist"]).await;
    // The second host is taken if the first is not there.
    let url = fresh().await;
    let two = url.replace("@127.0.0.1:", &format!("@127.0.0.1:{port},127.0.0.1:"));
    open(&two).await;
    let required = format!("{url}?standby=required");
    refused_with(
        &required,
        &["synchronous_standby_names = ''", "standby=required"],
    )
    .await;
    let ascii = "t_ascii";
    cluster.admin(&format!(
        "CREATE DATABASE {ascii} OWNER {ROLE} ENCODING 'SQL_ASCII' TEMPLATE template0"
    ));
    refused_with(
        &cluster.url(ascii),
        &["server_encoding = SQL_ASCII", "ENCODING 'UTF8'"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_not_ours_is_refused() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let other = stranger(&url).await;
    other
        .batch_execute("CREATE TABLE public.accounts (id int)")
        .await
        .expect("a table");
    refused_with(
        &url,
        &["not a Houseful database", "accounts", "an empty one"],
    )
    .await;
    let url = fresh().await;
    cluster.admin_in(&url, "UPDATE migration SET checksum = 'x' WHERE number = 1");
    refused_with(&url, &["different build", "step 1 (journal)"]).await;
    let url = fresh().await;
    cluster.admin_in(&url, "INSERT INTO migration VALUES (999, 'future', 'x')");
    refused_with(&url, &["newer program", "999"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_is_only_added_to() {
    let url = fresh().await;
    let owner = stranger(&url).await;
    for sql in [
        "UPDATE show_event SET body = ''",
        "DELETE FROM show_event",
        "TRUNCATE show_event",
        "UPDATE immutable SET body = ''",
        "DELETE FROM money_line",
    ] {
        let error = owner.batch_execute(sql).await.expect_err(sql);
        let code = error.code().map(tokio_postgres::error::SqlState::code);
        assert_eq!(code, Some("42501"), "{sql}");
    }
}

/// Keeps what a connection asks for at its start from the server, as a pooler does that is told to
/// ignore it.
async fn deaf_pooler(server: u16) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = TcpStream::connect(("127.0.0.1", server))
                .await
                .expect("a server");
            let length = client.read_u32().await.expect("a length");
            let mut rest = vec![0; usize::try_from(length).expect("small") - 4];
            client.read_exact(&mut rest).await.expect("a start");
            let (version, pairs) = rest.split_at(4);
            let mut words = pairs.split(|b| *b == 0);
            let mut kept = version.to_vec();
            while let (Some(name), Some(value)) = (words.next(), words.next()) {
                if !name.is_empty() && name != b"options" {
                    kept.extend([name, &[0], value, &[0]].concat());
                }
            }
            kept.push(0);
            let length = u32::try_from(kept.len() + 4).expect("small");
            server.write_u32(length).await.expect("sent");
            server.write_all(&kept).await.expect("sent");
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_in_between_is_refused() {
    let url = fresh().await;
    let port = Cluster::shared().port();
    let pooler = deaf_pooler(port).await;
    let through = url.replace(&format!(":{port}/"), &format!(":{}/", pooler.port()));
    refused_with(
        &through,
        &["a pooler stands between", "name the server itself"],
    )
    .await;
}
