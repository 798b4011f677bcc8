//! What is found out, what is told, and what is written down of it.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_no_payment_explains_becomes_one() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.begin("4000000000000077").await;
    role.until(request.payment, PaymentState::Captured).await;
    role.idle(request.payment).await;
    // As after the restore of an old backup.
    role.sql("DELETE FROM payment").await.expect("deleted");
    role.sql("DELETE FROM payment_outbox")
        .await
        .expect("deleted");
    let told = role.tape.all().len();
    let done = role.payments.reconcile().await.expect("compared");
    assert_eq!((done.checked, done.repaired, done.unknown), (1, 0, 1));
    let found = role
        .payments
        .get(request.payment)
        .await
        .expect("readable")
        .expect("found");
    assert_eq!(
        (found.state, found.captured.minor),
        (PaymentState::Captured, 1_900)
    );
    assert!(role.tape.all().len() > told, "booking decides about it");
    let again = role.payments.reconcile().await.expect("compared");
    assert_eq!((again.repaired, again.unknown), (0, 0));
    role.settles(role.keep(&request, 0, 3)).await;
    role.until(request.payment, PaymentState::Refunded).await;
}

/// The clock stands: whoever leaves the answer to the look of a minute later never has it.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_can_not_be_written_at_once_is_written_soon() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    role.sql(
        "CREATE TRIGGER hesitates BEFORE UPDATE ON payment
         BEGIN SELECT RAISE(ABORT, 'not now'); END",
    )
    .await
    .expect("a trigger");
    let request = role.begin(APPROVES).await;
    let charged = "UPDATE sim_charge SET captured = captured";
    let began = Clock::stopwatch();
    while role.sql(charged).await != Ok(1) {
        assert!(Clock::stopwatch().duration_since(began).as_secs() < 30);
        role.clock.rest_real(2).await;
    }
    // The answer comes, and the first writing of it fails, before anybody can be quicker than this.
    role.clock.rest_real(40).await;
    role.sql("DROP TRIGGER hesitates").await.expect("dropped");
    role.until(request.payment, PaymentState::Authorised).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_missed_an_answer_is_brought_in_line() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.begin(APPROVES).await;
    role.until(request.payment, PaymentState::Authorised).await;
    role.settles(role.keep(&request, 1_900, 5)).await;
    role.until(request.payment, PaymentState::Captured).await;
    role.idle(request.payment).await;
    role.sql(
        "UPDATE payment SET state = 'authorised', captured = 0, settled_ver = NULL, settled = 0",
    )
    .await
    .expect("set back");
    role.sql("UPDATE payment_tender SET status = 'authorised', captured = 0")
        .await
        .expect("set back");
    let done = role.payments.reconcile().await.expect("compared");
    assert_eq!((done.checked, done.repaired, done.unknown), (1, 1, 0));
    let seen = role.until(request.payment, PaymentState::Captured).await;
    assert!(seen.settled && seen.captured.minor == 1_900);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_can_not_be_read_keeps_no_other_from_being_compared() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let requests = [role.begin(APPROVES).await, role.begin(APPROVES).await];
    for request in &requests {
        role.until(request.payment, PaymentState::Authorised).await;
        role.settles(role.keep(request, 1_900, 5)).await;
        role.until(request.payment, PaymentState::Captured).await;
        role.idle(request.payment).await;
    }
    role.sql("UPDATE payment_tender SET status = 'authorised', captured = 0")
        .await
        .expect("set back");
    let back = "UPDATE payment SET captured = 0, settled_ver = NULL, settled = 0, state = ";
    let (odd, even) = (requests[0].payment, requests[1].payment);
    let of = |id: PaymentId, state| {
        let id = id.0.as_simple();
        format!("{back} '{state}' WHERE payment = x'{id}'")
    };
    role.sql(of(odd, "nonsense")).await.expect("set back");
    role.sql(of(even, "authorised")).await.expect("set back");
    let done = role.payments.reconcile().await.expect("compared");
    assert_eq!((done.checked, done.repaired, done.differing), (2, 1, 1));
    let seen = role.until(even, PaymentState::Captured).await;
    assert!(seen.captured.minor == 1_900);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settlement_that_can_not_be_written_is_not_taken() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.begin(APPROVES).await;
    role.until(request.payment, PaymentState::Authorised).await;
    role.idle(request.payment).await;
    role.sql("CREATE TRIGGER full BEFORE UPDATE ON payment BEGIN SELECT RAISE(ABORT, 'full'); END")
        .await
        .expect("a database that takes nothing");
    let keep = role.keep(&request, 1_900, 5);
    let refused = role.payments.settle(keep.clone()).await;
    assert!(
        matches!(refused, Err(StoreError::Unwritable(_))),
        "{refused:?}"
    );
    role.sql("DROP TRIGGER full").await.expect("mended");
    role.settles(keep).await;
    role.until(request.payment, PaymentState::Captured).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_of_a_lost_journal_is_asked_about_now_and_then_and_puts_off_nothing() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.begin(APPROVES).await;
    role.until(request.payment, PaymentState::Authorised).await;
    role.settles(role.keep(&request, 1_900, 5)).await;
    role.until(request.payment, PaymentState::Captured).await;
    role.idle(request.payment).await;
    let reopened = role.payments.reopen(UtcMillis(0)).await.expect("reopened");
    assert_eq!(reopened.reopened, 1);
    let tell_at = |conn: &Connection| {
        let read = "SELECT tell_at FROM payment_outbox";
        Ok(conn.query_row(read, [], |row| row.get::<_, i64>(0))?)
    };
    let due = role.db.read(tell_at).await.expect("readable");
    let told = role.tape.all().len();
    for _ in 0..50 {
        // Of two servers each says what it knows.
        role.settles(role.keep(&request, 1_200, 100)).await;
        role.settles(role.keep(&request, 1_900, 5)).await;
    }
    let more = role.tape.all().len() - told;
    assert!((1..50).contains(&more), "{more} announcements");
    let still = role.db.read(tell_at).await.expect("readable");
    assert_eq!(still, due, "what has its time has it");
    let paid = role.payments.get(request.payment).await.expect("readable");
    let paid = paid.expect("a payment");
    assert_eq!((paid.refunded.minor, paid.settled), (0, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_tells_each_step_and_can_not_be_changed() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.begin(APPROVES).await;
    role.until(request.payment, PaymentState::Authorised).await;
    role.settles(role.keep(&request, 1_900, 5)).await;
    role.until(request.payment, PaymentState::Captured).await;
    let trail = |conn: &Connection| {
        let mut select =
            conn.prepare("SELECT kind || ' ' || state FROM payment_event ORDER BY seq")?;
        let lines = select.query_map([], |row| row.get::<_, String>(0))?;
        Ok(lines.collect::<Result<Vec<_>, _>>()?)
    };
    assert_eq!(
        role.db.read(trail).await.expect("readable"),
        [
            "begun pending",
            "learned authorised",
            "settle authorised",
            "learned captured"
        ]
    );
    assert!(role.sql("DELETE FROM payment_event").await.is_err());
    assert!(role.sql("UPDATE payment_event SET at = 0").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_nobody_has_heard_of_is_taken_as_booking_says_it_is() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.request(booking(), APPROVES);
    let mut cash = role.keep(&request, 1_900, 2);
    cash.tender = Tender::Cash;
    role.settles(cash.clone()).await;
    let sold = role.until(cash.payment, PaymentState::Captured).await;
    assert!(sold.settled && sold.provider == "cash");
    role.settles(Settle {
        keep_minor: 0,
        ver: 3,
        ..cash.clone()
    })
    .await;
    let back = role.until(cash.payment, PaymentState::Refunded).await;
    assert!(back.settled && back.refunded.minor == 1_900);
    // Older journals ask about cash for what costs nothing, too.
    let mut free = role.keep(&role.request(booking(), APPROVES), 0, 2);
    (free.tender, free.amount.minor) = (Tender::Cash, 0);
    role.settles(free.clone()).await;
    assert!(
        role.until(free.payment, PaymentState::Captured)
            .await
            .settled
    );
    let told = role.tape.all();
    let free = told.iter().find(|news| news.payment == free.payment);
    assert_eq!(free.and_then(|news| news.settled_ver), Some(2));
    // Of a card the terminal knows nothing: nothing is kept, so nothing has to go back.
    let unknown = role.keep(&role.request(booking(), APPROVES), 0, 4);
    role.settles(unknown.clone()).await;
    let nothing = role.until(unknown.payment, PaymentState::Declined).await;
    assert!(nothing.settled);
    role.idle(unknown.payment).await;
    assert_eq!(role.tape.all().last().and_then(|a| a.settled_ver), Some(4));
}
