//! Giving the tables of a database to Citus, as far as that can be told without it: what stands in
//! for it here writes down how it is called, refuses what is called twice or out of turn, and does
//! nothing else. That the real one takes the calls is not shown.

use houseful_server::postgres::{DistributeError, Done, distribute};
use houseful_tests::{
    cluster::{Cluster, tables_of_nodes as all},
    folder::Folder,
};

use super::{fresh, server_with, settings};

/// Has a database behave as if the extension were there.
fn stand_in(cluster: &Cluster, url: &str) {
    cluster.pretend_nodes(url, &["pg_class"]);
    cluster.admin_in(
        url,
        "SET allow_system_table_mods = on;
         INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
         VALUES (99999, 'citus', 10, 'public'::regnamespace, false, '0');
         CREATE TABLE pg_catalog.called (n serial, told text);
         CREATE FUNCTION public.given(t regclass, told text) RETURNS void
         LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
             IF EXISTS (SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid = t) THEN
                 RAISE EXCEPTION '% is given already', t;
             END IF;
             IF EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = t AND c.contype = 'f'
                        AND NOT EXISTS (SELECT FROM pg_catalog.pg_dist_partition
                                        WHERE logicalrelid = c.confrelid)) THEN
                 RAISE EXCEPTION '% refers to a table that is not given', t;
             END IF;
             INSERT INTO pg_catalog.pg_dist_partition VALUES (t);
             INSERT INTO pg_catalog.called (told) VALUES (told);
         END $$;
         CREATE FUNCTION public.create_distributed_table(
             table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
             colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL) RETURNS void
         LANGUAGE sql AS $$ SELECT public.given(table_name, concat_ws(' ', table_name,
             distribution_column, distribution_type, colocate_with, shard_count)) $$;
         CREATE FUNCTION public.create_reference_table(table_name regclass) RETURNS void
         LANGUAGE sql AS $$ SELECT public.given(table_name, table_name::text) $$",
    );
}

fn called(cluster: &Cluster, url: &str) -> Vec<String> {
    let told = cluster.admin_in(url, "SELECT told FROM pg_catalog.called ORDER BY n");
    told.lines().map(str::to_owned).collect()
}

fn new(done: &[Done]) -> Vec<&'static str> {
    let new = done.iter().filter(|done| !done.before);
    new.map(|done| done.step.table).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_table_is_given_once_in_turn_and_the_rest_after_a_break() {
    let (cluster, url) = (Cluster::shared(), fresh().await);
    stand_in(cluster, &url);
    let look = distribute(settings(&url), Some(64), true)
        .await
        .expect("a look");
    assert_eq!(new(&look), all());
    assert!(called(cluster, &url).is_empty(), "a look changes nothing");
    // It breaks off in the middle.
    cluster.admin_in(&url, "ALTER TABLE booking RENAME TO hidden");
    let cut = distribute(settings(&url), Some(64), false).await;
    assert!(
        matches!(
            cut,
            Err(DistributeError::Refused {
                table: "booking",
                ..
            })
        ),
        "{cut:?}"
    );
    cluster.admin_in(&url, "ALTER TABLE hidden RENAME TO booking");
    let before = called(cluster, &url);
    assert_eq!(
        before,
        [
            "show_head show_id hash none 64",
            "show_event show_id hash show_head",
            "ticket show_id hash show_head"
        ]
    );
    let rest = distribute(settings(&url), None, false)
        .await
        .expect("the rest");
    assert_eq!(new(&rest), all()[3..]);
    assert_eq!(called(cluster, &url).len(), all().len());
    let again = distribute(settings(&url), None, false)
        .await
        .expect("nothing");
    assert_eq!(new(&again), [""; 0]);
    assert_eq!(called(cluster, &url).len(), all().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_given_while_somebody_sells_or_nothing_is_there_to_take_it() {
    let (cluster, url) = (Cluster::shared(), fresh().await);
    let none = distribute(settings(&url), None, false).await;
    assert!(
        matches!(none, Err(DistributeError::NoExtension { .. })),
        "{none:?}"
    );
    stand_in(cluster, &url);
    let store = server_with(&url, 1).await;
    for dry_run in [true, false] {
        let busy = distribute(settings(&url), None, dry_run).await;
        let Err(DistributeError::InUse { name, .. }) = busy else {
            panic!("{busy:?}")
        };
        assert_eq!(name, "houseful");
    }
    assert!(called(cluster, &url).is_empty());
    store.database().close();
    drop(store);
    houseful_tests::wait::until_async("everybody has left", 10, async || {
        let done = distribute(settings(&url), None, false).await;
        done.is_ok().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_says_what_is_missing_and_what_was_done() {
    let (cluster, url, folder) = (Cluster::shared(), fresh().await, Folder::new());
    let run = |db: &str, more: &[&str]| {
        let args = ["db", "distribute", "--db", db, "-o", "json"];
        folder.run(&[&args[..], more].concat())
    };
    let file = run("cinema.db", &[]);
    assert_eq!(file.code, Some(2), "{}", file.err);
    let none = run(&url, &[]);
    assert_eq!(none.code, Some(1), "{}", none.err);
    for part in [
        "no_citus",
        "has no extension citus",
        "CREATE EXTENSION citus",
    ] {
        assert!(none.err.contains(part), "{}", none.err);
    }
    stand_in(cluster, &url);
    let done = |ran: houseful_tests::program::Ran| {
        let json = ran.done().json();
        let items = json["items"].as_array().expect("a list").clone();
        let field =
            |item: &serde_json::Value, name: &str| item[name].as_str().expect("a word").to_owned();
        let words = ["table", "kind", "done"];
        let lines = items
            .iter()
            .map(|item| words.map(|name| field(item, name)).join(" "));
        lines.collect::<Vec<_>>()
    };
    let look = done(run(&url, &["--dry-run"]));
    assert_eq!(look.len(), all().len());
    assert_eq!(look[0], "show_head distributed would_be");
    assert!(called(cluster, &url).is_empty());
    let first = done(run(&url, &["--shard-count", "48"]));
    assert_eq!(first[0], "show_head distributed now");
    assert_eq!(first.last().map(String::as_str), Some("show reference now"));
    assert_eq!(called(cluster, &url)[0], "show_head show_id hash none 48");
    let again = done(run(&url, &[]));
    assert!(
        again.iter().all(|line| line.ends_with(" before")),
        "{again:?}"
    );
}
