//! What the schema has to be for Citus to take it, read from the catalogue of a migrated database.

use std::collections::BTreeSet;

use houseful_server::postgres::{DISTRIBUTED, LOCAL, REFERENCE};
use houseful_tests::cluster::Cluster;

use super::fresh;

fn lines(url: &str, sql: &str) -> Vec<String> {
    let told = Cluster::shared().admin_in(url, sql);
    told.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_in_one_list() {
    let url = fresh().await;
    let there = lines(
        &url,
        "SELECT relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')",
    );
    let mut listed: Vec<&str> = [DISTRIBUTED, REFERENCE, LOCAL].concat();
    let names: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(names.len(), listed.len(), "a table is in two lists");
    let mut there: Vec<&str> = there.iter().map(String::as_str).collect();
    listed.sort_unstable();
    there.sort_unstable();
    assert_eq!(
        there, listed,
        "a table is in no list, or a list names one that is not there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unique_of_a_show_leads_with_the_show() {
    let url = fresh().await;
    // Each with the table and the first column.
    let unique = lines(
        &url,
        "SELECT t.relname || ' ' || i.indexrelid::regclass || ' ' || coalesce(a.attname, '')
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
         LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
         WHERE t.relnamespace = 'public'::regnamespace AND (i.indisunique OR i.indisexclusion)",
    );
    let mut seen = BTreeSet::new();
    for line in &unique {
        let mut words = line.split(' ');
        let table = words.next().expect("a table");
        if let Some(table) = DISTRIBUTED.iter().find(|t| **t == table) {
            assert_eq!(words.nth(1), Some("show_id"), "{line}");
            seen.insert(*table);
        }
    }
    assert_eq!(seen.len(), DISTRIBUTED.len(), "each has a key");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_refers_to_another_table_may_do_so_there() {
    let url = fresh().await;
    // The table, the one it refers to, and the first column on either side.
    let refers = lines(
        &url,
        "SELECT t.relname || ' ' || o.relname || ' ' || a.attname || ' ' || b.attname
         FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
         JOIN pg_class o ON o.oid = c.confrelid
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
         JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = c.confkey[1]
         WHERE c.contype = 'f' AND t.relnamespace = 'public'::regnamespace",
    );
    assert!(
        refers.len() >= 4,
        "the catalogue refers to itself: {refers:?}"
    );
    let copied = |table: &str| REFERENCE.iter().position(|t| *t == table);
    for line in &refers {
        let words: Vec<&str> = line.split(' ').collect();
        let [table, other, column, of_other] = words[..] else {
            panic!("{line}")
        };
        if DISTRIBUTED.contains(&table) {
            let with_it =
                DISTRIBUTED.contains(&other) && (column, of_other) == ("show_id", "show_id");
            assert!(with_it || copied(other).is_some(), "{line}");
        } else if let Some(place) = copied(table) {
            // And the one it refers to is copied before.
            assert!(copied(other).is_some_and(|before| before < place), "{line}");
        } else {
            assert!(LOCAL.contains(&other), "{line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_fires_on_a_table_of_shows() {
    let url = fresh().await;
    let fires = lines(
        &url,
        "SELECT tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal
         UNION ALL SELECT ev_class::regclass FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class
         WHERE c.relnamespace = 'public'::regnamespace",
    );
    assert_eq!(fires, [""; 0]);
    let drawn = lines(
        &url,
        "SELECT table_name FROM information_schema.columns
         WHERE table_schema = 'public' AND (is_identity = 'YES' OR column_default LIKE '%nextval%')",
    );
    for table in &drawn {
        assert!(LOCAL.contains(&table.as_str()), "{table} draws numbers");
    }
}
