//! What a database promises about its slots.

use houseful_core::{
    code::slot_of,
    ids::{ShardName, ShowId},
    time::UtcMillis,
    wire::seats::Version,
};
use houseful_server::{
    chance,
    clock::ClockKind,
    database::{Address, Books},
    store::{Head, Outcome, SalesWord, ShowCommit},
};
use houseful_tests::{cluster::Cluster, wait};

fn south() -> ShardName {
    "south".parse().expect("a name")
}

/// A show's first row, which any event will do for.
fn born(show: ShowId) -> ShowCommit {
    let row = houseful_core::show::Row {
        kind: "sales_changed",
        format: 1,
        body: "{}".into(),
    };
    ShowCommit {
        expect: None,
        rows: vec![(UtcMillis(1), row)],
        opened: Vec::new(),
        projections: Vec::new(),
        head: Head {
            show,
            version: Version { ver: 1, tip: 7 },
            next_due: None,
            taken: 0,
            total: 10,
            sales: SalesWord::Open,
        },
    }
}

async fn books() -> (String, Books) {
    let url = Cluster::shared().database();
    let address = Address::new(url.as_ref());
    let books = Books::open(&address, ClockKind::Manual).await;
    (url, books.expect("a database"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_show_is_opened_in_a_slot_that_was_given_away() {
    let (_, books) = books().await;
    let (show, other) = (ShowId(1), ShowId(2));
    let slot = slot_of(show);
    assert_ne!(slot, slot_of(other));
    books.slots.give(slot, south()).await.expect("given");
    let done = books.journal.commit(vec![born(show), born(other)]).await;
    assert_eq!(done, Ok(vec![Outcome::Lost, Outcome::Committed]));
    let loaded = books.journal.load(show).await.expect("a look");
    assert_eq!((loaded.head, loaded.elsewhere), (None, Some(south())));
    let slots = books.slots.slots().await.expect("slots");
    assert_eq!(slots.iter().flatten().count(), 1);
    books.slots.take(slot).await.expect("taken");
    let done = books.journal.commit(vec![born(show)]).await;
    assert_eq!(done, Ok(vec![Outcome::Committed]));
    let loaded = books.journal.load(ShowId(3)).await.expect("a look");
    assert_eq!(loaded.elsewhere, None);
    books.ground.close().await;
}

/// The order of the two is what counts, whichever began first: whoever opens a show holds the slot.
#[tokio::test(flavor = "multi_thread")]
async fn a_slot_is_given_away_between_two_openings_and_never_during_one() {
    let (url, books) = books().await;
    let show = ShowId(1);
    let slot = slot_of(show);
    let client = connect(&url).await;
    // Somebody gives the slot away, and has not committed yet.
    let give = format!("BEGIN; UPDATE shard_slot SET left_to = 'south' WHERE slot = {slot}");
    client.batch_execute(&give).await.expect("a transaction");
    let journal = books.journal.clone();
    let opening = tokio::spawn(async move { journal.commit(vec![born(show)]).await });
    let waits = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
         AND query LIKE 'WITH clock%' AND datname = '{}'",
        url.rsplit('/').next().expect("a name")
    );
    wait::until("the opening to wait", 10, || {
        (Cluster::shared().admin(&waits) == "1").then_some(())
    });
    client.batch_execute("COMMIT").await.expect("a commit");
    let done = opening.await.expect("an answer");
    assert_eq!(
        done,
        Ok(vec![Outcome::Lost]),
        "it began before, and comes after"
    );
    assert_eq!(books.journal.load(show).await.expect("a look").head, None);
    books.ground.close().await;
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .expect("a connection");
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_becomes_one_shard_of_one_house_for_ever() {
    let (url, books) = books().await;
    let address = Address::new(url.as_ref());
    let other = Books::open(&address, ClockKind::Manual)
        .await
        .expect("one more");
    let identity = |name: &str| houseful_server::shards::Identity {
        house: chance::uuid(),
        shard: name.parse().expect("a name"),
        mode: houseful_core::wire::admin::Mode::Training,
    };
    let mut slots = vec![None; 1024];
    slots[7] = Some(south());
    let (one, two) = (identity("north"), identity("west"));
    let both = tokio::join!(
        books.slots.found(one.clone(), slots.clone()),
        other.slots.found(two.clone(), slots.clone())
    );
    let (first, second) = (both.0.expect("found"), both.1.expect("found"));
    assert_eq!(first, second, "both hear who was first");
    assert!(first == one || first == two);
    assert_eq!(books.slots.identity().await, Ok(Some(first)));
    assert_eq!(books.slots.slots().await, Ok(slots));
    assert_eq!(books.slots.database().await, other.slots.database().await);
    books.ground.close().await;
    other.ground.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_a_booking_is_for_is_not_written_into_what_was_left_behind() {
    let (url, books) = books().await;
    let show = ShowId(1);
    let booking = houseful_core::ids::BookingId {
        show,
        uuid: chance::uuid(),
    };
    let contact = || {
        let contact = houseful_core::wire::booking::Contact {
            name: Some("Ann".to_owned()),
            phone: None,
        };
        Some(houseful_server::find::contact_row(contact))
    };
    let done = books.journal.commit(vec![born(show)]).await;
    assert_eq!(done, Ok(vec![Outcome::Committed]));
    let kept = books
        .journal
        .keep_contact(booking, contact(), UtcMillis(1))
        .await;
    assert_eq!(kept, Ok(()));
    Cluster::shared().admin_in(&url, "UPDATE show_head SET sales = 'moved'");
    for contact in [contact(), None] {
        let kept = books
            .journal
            .keep_contact(booking, contact, UtcMillis(2))
            .await;
        assert_eq!(kept, Err(houseful_server::store::StoreError::Busy));
    }
    let rows = "SELECT (SELECT count(*) FROM contact) + (SELECT count(*) FROM contact_word)";
    assert_eq!(super::count(&url, rows), 2);
    books.ground.close().await;
}
