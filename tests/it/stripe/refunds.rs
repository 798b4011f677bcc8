//! Money that goes back through the double: what counts as gone, two amounts one after the other,
//! and banks that take nothing.

#![expect(clippy::expect_used, reason = "a test ends where it can not go on")]

use std::{sync::Arc, time::Duration};

use houseful_core::wire::payment::Card;
use houseful_server::{
    database::Books,
    payment::provider::{ChargeStatus::Captured, Order, Provider},
};
use houseful_tests::{
    folder::Folder,
    stripe_double::{Dial, StripeDouble},
};

use super::contract::{order, stands, stripe};

/// A charge of 22.00 that was promised, at a double of its own.
struct Promised {
    _folder: Folder,
    double: StripeDouble,
    books: Books,
    provider: Arc<dyn Provider>,
    order: Order,
    intent: String,
}

impl Promised {
    async fn new(seed: u64) -> Self {
        let folder = Folder::new();
        let double = StripeDouble::start(seed).await;
        let (books, provider) = stripe(&folder, &double.file()).await;
        let order = order("GBP", 2_200);
        let charge = provider.authorise(order.clone(), Card::named("pm_card_visa"));
        charge.await.expect("a promise");
        let kept = double.kept();
        let intent = kept.first().expect("an intent").intent.clone();
        Self {
            _folder: folder,
            double,
            books,
            provider,
            order,
            intent,
        }
    }

    async fn taken(seed: u64) -> Self {
        let promised = Self::new(seed).await;
        let taken = promised.provider.capture(promised.order.clone(), 2_200);
        taken.await.expect("taken");
        promised
    }

    async fn refund(&self, total: i64) -> Option<i64> {
        let back = self.provider.refund(self.order.clone(), total).await;
        back.ok().map(|charge| charge.refunded)
    }

    fn refunded(&self) -> i64 {
        self.double.kept().iter().map(|kept| kept.refunded).sum()
    }

    async fn end(self) {
        self.books.ground.close().await;
    }
}

#[tokio::test]
async fn a_refund_of_as_much_as_was_let_go_is_a_refund() {
    let it = Promised::new(71).await;
    it.double
        .at_the_desk(|books| books.capture(&it.intent, Some(1_500)));
    it.double
        .at_the_desk(|books| books.refund_by_hand(&it.intent, 700));
    let found = it.provider.look_up(it.order.clone()).await;
    let found = found.expect("an answer").expect("a charge");
    assert_eq!(stands(&found), (Captured, 1_500, 700));
    // So no more than the rest is asked for.
    assert_eq!(it.refund(1_500).await, Some(1_500));
    assert_eq!(it.refunded(), 1_500);
    it.end().await;
}

#[tokio::test]
async fn two_amounts_are_never_under_way_at_once() {
    let it = Promised::taken(72).await;
    it.double.set_dial(Dial {
        refunds_stall: true,
        ..Dial::default()
    });
    // No answer comes, and then more is owed.
    let first = tokio::time::timeout(Duration::from_millis(300), it.refund(500));
    assert!(first.await.is_err(), "no answer");
    it.double.set_dial(Dial::default());
    assert_eq!(it.refund(1_000).await, None, "the first may be under way");
    assert_eq!(it.double.let_refunds_through(), 1);
    assert_eq!(it.refund(1_000).await, Some(1_000));
    assert_eq!(it.refunded(), 1_000);
    it.end().await;
}

#[tokio::test]
async fn more_refunds_than_a_page_has_are_all_counted() {
    let it = Promised::taken(73).await;
    for _ in 0..230 {
        it.double
            .at_the_desk(|books| books.refund_by_hand(&it.intent, 1));
    }
    let found = it.provider.look_up(it.order.clone()).await;
    let found = found.expect("an answer").expect("a charge");
    assert_eq!(stands(&found), (Captured, 2_200, 230));
    assert_eq!(it.refund(300).await, Some(300));
    assert_eq!(it.refunded(), 300);
    it.end().await;
}

#[tokio::test]
async fn a_refund_that_fails_again_and_again_is_made_only_now_and_then() {
    let it = Promised::taken(74).await;
    it.double.refunds_bounce(true);
    for _ in 0..20 {
        assert_eq!(it.refund(2_200).await, None);
    }
    assert_eq!(it.double.refunds_made(), 8);
    let older = |seconds| {
        it.double
            .at_the_desk(|books| books.age_refunds(&it.intent, seconds))
    };
    older(3_500);
    assert_eq!(it.refund(2_200).await, None);
    assert_eq!(it.double.refunds_made(), 8);
    older(200);
    for _ in 0..3 {
        assert_eq!(it.refund(2_200).await, None);
    }
    assert_eq!(it.double.refunds_made(), 9);
    // When a bank takes it at last, all is well.
    it.double.refunds_bounce(false);
    older(7_300);
    assert_eq!(it.refund(2_200).await, Some(2_200));
    assert_eq!(it.refunded(), 2_200);
    it.end().await;
}
