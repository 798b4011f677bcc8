//! What a server refuses of one show leaves the others, and the rest of the house, alone.

use houseful_core::ids::ShowId;
use houseful_server::store::{Outcome, Store, StoreError, postgres::PostgresStore};
use houseful_tests::cluster::{Cluster, ROLE};

use super::{fresh, open, server, server_with};
use crate::store_contract::{adding, held, opening, terms};

/// Has the database refuse every event of a show with an error of its own.
fn refuse(url: &str, show: u64) {
    let cluster = Cluster::shared();
    cluster.admin_in(
        url,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
         AS $$ BEGIN RAISE EXCEPTION 'a broken page' USING ERRCODE = 'XX001'; END $$",
    );
    let on = format!(
        "CREATE TRIGGER refuse BEFORE INSERT ON show_event FOR EACH ROW
         WHEN (NEW.show_id = {show}) EXECUTE FUNCTION refuse()"
    );
    cluster.admin_in(url, &on);
}

fn is_refused(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(StoreError::Unwritable(why)) if why.contains("XX001"))
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_show_that_is_refused_stops_no_other_wherever_it_stands() {
    for bad in 1..=3 {
        let url = fresh().await;
        let store = server_with(&url, 3).await;
        refuse(&url, bad);
        let batch = (1..=3).map(|n| adding(ShowId(n), 1, &[held(2)])).collect();
        let outcomes = store.commit(batch).await.expect("two that were written");
        for (show, outcome) in (1..).zip(&outcomes) {
            if show == bad {
                assert!(is_refused(outcome), "{outcomes:?}");
            } else {
                assert_eq!(outcome, &Outcome::Committed, "{outcomes:?}");
            }
        }
        // With no other in the batch, the batch failed.
        let alone = store.commit(vec![adding(ShowId(bad), 1, &[held(2)])]).await;
        assert!(matches!(alone, Err(StoreError::Unwritable(_))), "{alone:?}");
        let (_, held_alone) = store.alone(ShowId(bad), None).await.expect("alone");
        let alone = held_alone.commit(adding(ShowId(bad), 1, &[held(2)])).await;
        assert!(matches!(alone, Err(StoreError::Unwritable(_))), "{alone:?}");
    }
}

fn immutables(url: &str) -> String {
    Cluster::shared().admin_in(url, "SELECT count(*) FROM immutable")
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_show_that_was_not_opened_leaves_no_layout() {
    let url = fresh().await;
    let store = server(&url).await;
    refuse(&url, 1);
    let refused = store.commit(vec![opening(ShowId(1), &terms(900))]).await;
    assert!(
        matches!(refused, Err(StoreError::Unwritable(_))),
        "{refused:?}"
    );
    assert_eq!(immutables(&url), "0");
    // By the primary's clock, what the tests decide is long ago.
    let late = PostgresStore::new(open(&url).await);
    let late = late.commit(vec![opening(ShowId(2), &terms(900))]).await;
    assert!(
        matches!(late.as_deref(), Ok([Outcome::OutOfTime { .. }])),
        "{late:?}"
    );
    assert_eq!(immutables(&url), "0");
    let both = vec![
        opening(ShowId(2), &terms(900)),
        opening(ShowId(3), &terms(900)),
    ];
    let opened = store.commit(both).await;
    assert_eq!(opened, Ok(vec![Outcome::Committed; 2]));
    assert_eq!(immutables(&url), "2", "a layout and a card");
    let other = server(&url).await;
    let loaded = other.load(ShowId(3)).await.expect("a whole journal");
    assert_eq!(loaded.events.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_now_is_not_what_can_not_be_read() {
    let url = fresh().await;
    let store = server_with(&url, 1).await;
    let cluster = Cluster::shared();
    cluster.admin_in(&url, &format!("REVOKE SELECT ON show_event FROM {ROLE}"));
    let refused = store.load(ShowId(1)).await.map(|_| ());
    assert_eq!(refused, Err(StoreError::Busy));
    cluster.admin_in(&url, &format!("GRANT SELECT ON show_event TO {ROLE}"));
    assert!(store.load(ShowId(1)).await.is_ok());
}
