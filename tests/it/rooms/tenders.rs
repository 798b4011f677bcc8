//! Payments of several tenders, and those of databases that knew of one.

use houseful_core::{
    ids::{PaymentId, VoucherId},
    message::Tender,
    money::Money,
    wire::payment::PaymentState,
};
use houseful_server::{
    chance,
    payment::{
        PaymentStore,
        machine::{Account, Input, Keep, Part},
        provider::{Charge, ChargeStatus},
    },
};
use houseful_tests::cluster::Cluster;

use super::{
    Place, Two, everywhere,
    payments::{At, account, begin},
    settled,
};

/// A payment of 19.00 by a voucher, a card and cash.
fn split() -> Account {
    let part = |means, amount| Part::new(PaymentId(chance::uuid()), means, amount);
    let voucher = part(Tender::Voucher, 500);
    account().of_parts(vec![
        voucher.on(VoucherId(chance::uuid()), "PA9D".to_owned()),
        part(Tender::Card, 1_000),
        part(Tender::Cash, 400),
    ])
}

fn says(account: &Account, part: usize, status: ChargeStatus, captured: i64) -> Input {
    Input::Learned(Charge {
        payment: account.parts[part].id,
        booking: account.booking,
        quote: account.quote,
        amount: Money::new(account.parts[part].amount, account.amount.currency),
        status,
        captured,
        refunded: 0,
        bounced: 0,
        reason: Some("as it is".to_owned()),
        updated_at: super::NOW,
    })
}

/// Steps a payment that was begun until it is taken.
async fn taken(store: &dyn PaymentStore, account: &Account) -> Account {
    let at = At(store, 5);
    for part in 0..account.parts.len() {
        let promised = says(account, part, ChargeStatus::Authorised, 0);
        at.step(account.id, promised).await;
    }
    let keep = Keep {
        minor: 1_900,
        ver: 3,
    };
    let (mut last, _) = at.step(account.id, settled(keep)).await;
    for (part, tender) in account.parts.iter().enumerate() {
        let captured = says(account, part, ChargeStatus::Captured, tender.amount);
        (last, _) = at.step(account.id, captured).await;
    }
    last
}

#[tokio::test]
async fn tenders_are_read_as_they_were_written() {
    everywhere(|two| async move {
        let (one, other) = (two.one.payments.as_ref(), two.other.payments.as_ref());
        let account = split();
        one.begin(begin(&account)).await.expect("begun");
        assert_eq!(other.get(account.id).await, Ok(Some(account.clone())));
        let mut last = taken(one, &account).await;
        assert_eq!(last.state, PaymentState::Captured);
        // How often it was told is kept as long as it is to be told again.
        last.told = 0;
        assert_eq!(other.get(account.id).await, Ok(Some(last.clone())));
        let back = settled(Keep { minor: 700, ver: 4 });
        let (part, _) = At(other, 9).step(account.id, back).await;
        let listed = one.list(Default::default(), None, 9).await.expect("read");
        assert_eq!(listed, [part]);
    })
    .await;
}

#[tokio::test]
async fn a_card_that_becomes_the_whole_payment_is_read_as_it_was_written() {
    everywhere(|two| async move {
        let (one, other) = (two.one.payments.as_ref(), two.other.payments.as_ref());
        let whole = account();
        let card = Account {
            amount: Money::new(1_000, whole.amount.currency),
            ..whole.clone()
        };
        let card = card.of_parts(vec![Part::new(whole.id, Tender::Card, 1_000)]);
        one.begin(begin(&card)).await.expect("begun");
        let captured = says(&card, 0, ChargeStatus::Captured, 1_000);
        At(one, 5).step(card.id, captured).await;
        let (made, _) = At(one, 6)
            .step(card.id, Input::Complete(whole.amount))
            .await;
        assert_eq!((made.tender(), made.amount), (Tender::Split, whole.amount));
        assert_eq!(other.get(card.id).await, Ok(Some(made)));
    })
    .await;
}

#[tokio::test]
async fn a_voucher_of_a_payment_claims_its_id_with_all_its_means() {
    everywhere(|two| async move {
        let (one, other) = (two.one.payments.as_ref(), two.other.payments.as_ref());
        let account = split();
        one.begin(begin(&account)).await.expect("begun");
        let id = account.id;
        let claimed = other.claim(id, account.booking, Tender::Cash).await;
        assert_eq!(claimed, Ok(false));
        let claimed = other.claim(id, account.booking, Tender::Split).await;
        assert_eq!(claimed, Ok(true));
    })
    .await;
}

/// What the schema had before there were tenders: what came with them is gone.
const OLDER: &str = "DROP TABLE payment_tender; DROP TABLE payment_ledger; DROP TABLE voucher;
    DROP TABLE voucher_use; DROP TABLE voucher_event; DROP TABLE stripe_read;
    DELETE FROM migration WHERE name IN ('tenders', 'late_news');";

fn make_older(place: &Place) {
    match place {
        Place::File(folder) => {
            let file = rusqlite::Connection::open(folder.path("house.db")).expect("a file");
            file.execute_batch(OLDER).expect("older");
            file.pragma_update(None, "user_version", 9).expect("older");
        }
        Place::Postgres(url) => drop(Cluster::shared().admin_in(url, OLDER)),
    }
}

/// The lines of the ledger of a place.
fn ledger(place: &Place) -> String {
    const LINES: &str = "SELECT kind || ' ' || minor FROM payment_ledger ORDER BY minor, seq";
    match place {
        Place::File(folder) => {
            let file = rusqlite::Connection::open(folder.path("house.db")).expect("a file");
            let mut select = file.prepare(LINES).expect("a ledger");
            let lines = select.query_map([], |row| row.get::<_, String>(0));
            let lines: Result<Vec<_>, _> = lines.expect("lines").collect();
            lines.expect("lines").join("\n")
        }
        Place::Postgres(url) => Cluster::shared().admin_in(url, LINES).trim().to_owned(),
    }
}

#[tokio::test]
async fn payments_of_an_older_database_go_on_as_one_tender_each() {
    everywhere(|two: Two| async move {
        let store = two.one.payments.as_ref();
        let mut before = Vec::new();
        for status in [
            ChargeStatus::Pending,
            ChargeStatus::Authorised,
            ChargeStatus::Declined,
            ChargeStatus::Never,
            ChargeStatus::Voided,
            ChargeStatus::CaptureRefused,
        ] {
            let account = account();
            store.begin(begin(&account)).await.expect("begun");
            let heard = says(&account, 0, status, 0);
            let (account, _) = At(store, 5).step(account.id, heard).await;
            before.push(account);
        }
        let account = account();
        store.begin(begin(&account)).await.expect("begun");
        let (paid, _) = {
            taken(store, &account).await;
            let back = settled(Keep { minor: 800, ver: 4 });
            At(store, 9).step(account.id, back).await
        };
        before.push(paid.clone());
        two.one.ground.close().await;
        two.other.ground.close().await;
        make_older(&two.place);
        let books = two.place.open().await;
        let store = books.payments.as_ref();
        for account in &before {
            let found = store.get(account.id).await.expect("read").expect("there");
            assert_eq!(found.check(), Ok(()));
            assert_eq!(&found, account);
        }
        // And they go on: the money that was on its way back arrives.
        let Input::Learned(mut gone) = says(&paid, 0, ChargeStatus::Captured, 1_900) else {
            return;
        };
        gone.refunded = 1_100;
        let (settled, _) = At(store, 20).step(paid.id, Input::Learned(gone)).await;
        assert!(settled.is_settled() && settled.refunded == 1_100);
        books.ground.close().await;
        let told = "ordered_back 1100\nreturned 1100\ntaken 1900";
        assert_eq!(ledger(&two.place), told);
    })
    .await;
}

/// Takes the tenders of all payments away, as if a server of the older program had begun them.
fn without_tenders(place: &Place) {
    const SQL: &str = "DELETE FROM payment_tender";
    match place {
        Place::File(folder) => {
            let file = rusqlite::Connection::open(folder.path("house.db")).expect("a file");
            file.execute(SQL, []).expect("deleted");
        }
        Place::Postgres(url) => drop(Cluster::shared().admin_in(url, SQL)),
    }
}

#[tokio::test]
async fn a_payment_that_an_older_server_begins_beside_us_is_one_tender() {
    everywhere(|two: Two| async move {
        let account = account();
        two.one
            .payments
            .begin(begin(&account))
            .await
            .expect("begun");
        two.one.ground.close().await;
        two.other.ground.close().await;
        without_tenders(&two.place);
        let books = two.place.open().await;
        let store = books.payments.as_ref();
        assert_eq!(store.get(account.id).await, Ok(Some(account.clone())));
        let last = taken(store, &account).await;
        assert_eq!(last.state, PaymentState::Captured);
        assert!(last.is_settled());
        assert_eq!(
            store.get(account.id).await.expect("read").map(|a| a.parts),
            Some(last.parts)
        );
        books.ground.close().await;
    })
    .await;
}
