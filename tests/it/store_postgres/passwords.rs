//! A server that wants a password, and how it is given.

use houseful_server::{postgres::Database, store::Store};
use houseful_tests::{
    cluster::{Cluster, ROLE},
    folder::Folder,
};

use super::{server, settings};

const SECRET: &str = "an odd one: /?#[]@ %41";

/// A cluster that wants a password of whoever is not its superuser; the address of a database.
fn locked(cluster: &Cluster) -> String {
    let url = cluster.database();
    cluster.admin("SET password_encryption = 'scram-sha-256'");
    cluster.admin(&format!("ALTER ROLE {ROLE} PASSWORD '{SECRET}'"));
    cluster.give(
        "pg_hba.conf",
        &format!(
            "host all {} 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
            houseful_tests::cluster::ADMIN
        ),
    );
    cluster.reload();
    let stored =
        "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'houseful'";
    assert_eq!(cluster.admin(stored), "t");
    url
}

async fn refused(url: &str) -> String {
    match Database::open(settings(url)).await {
        Ok(_) => panic!("{url} was taken"),
        Err(e) => e.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_read_from_a_file_and_never_told() {
    let (cluster, folder) = (Cluster::quick(), Folder::new());
    let url = locked(&cluster);
    let file = folder.path("password");
    let with_file = format!("{url}?passwordfile={}", file.display());

    let none = refused(&url).await;
    assert!(none.contains("password"), "{none}");
    std::fs::write(&file, "not this one\n").expect("a file");
    let wrong = refused(&with_file).await;
    assert!(
        wrong.contains("password authentication failed") && !wrong.contains("not this one"),
        "{wrong}"
    );

    // A line's end is no part of it, all else is.
    std::fs::write(&file, format!("{SECRET}\n")).expect("a file");
    let store = server(&with_file).await;
    assert_eq!(store.heads().await, Ok(Vec::new()));
    let how = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'houseful'";
    assert_ne!(cluster.admin(how), "0");

    // In the address itself it is written as addresses are.
    let written = "an%20odd%20one%3A%20%2F%3F%23%5B%5D%40%20%2541";
    let inside = url.replace(&format!("{ROLE}@"), &format!("{ROLE}:{written}@"));
    let store = server(&inside).await;
    assert_eq!(store.heads().await, Ok(Vec::new()));
    let shown = format!("{:?} {:?}", settings(&inside), settings(&with_file));
    assert!(!shown.contains("odd"), "{shown}");
}
