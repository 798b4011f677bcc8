//! The booking database goes back to an old copy, and payment's does not: whatever was paid for since
//! ends in tickets or goes back.

#![expect(clippy::expect_used, reason = "a test ends where it can not go on")]

use houseful_core::{
    message::Settle,
    show::Ask,
    time::{MINUTE_MS, UtcMillis},
    wire::{booking::BookingState, payment::PaymentState},
};
use houseful_server::database::Address;
use houseful_tests::folder::Folder;

use super::{
    APPROVES, PRICE,
    house::{House, till},
};

/// Where the two databases are, and how the one of booking is copied and put back.
pub(super) trait Place {
    /// Booking's, payment's.
    fn addresses(&self) -> [Address; 2];
    /// Copies booking's while people buy; where that can't be done, as soon as nobody has it open.
    fn copy(&mut self, is_open: bool);
    /// Puts the copy in its place, while nobody has it open.
    fn go_back(&mut self);
}

/// Files.
struct Files(Folder);

impl Place for Files {
    fn addresses(&self) -> [Address; 2] {
        ["booking.db", "payment.db"].map(|name| self.0.path(name).into())
    }

    fn copy(&mut self, is_open: bool) {
        if !is_open {
            let (file, copy) = (self.0.path("booking.db"), self.0.path("copy.db"));
            std::fs::copy(file, copy).expect("copied");
        }
    }

    fn go_back(&mut self) {
        for end in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(self.0.path(&format!("booking.db{end}")));
        }
        let (copy, file) = (self.0.path("copy.db"), self.0.path("booking.db"));
        std::fs::copy(copy, file).expect("copied back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_since_the_copy_ends_in_tickets_or_goes_back() {
    ends_in_tickets_or_goes_back(&mut Files(Folder::new())).await;
}

/// Somebody buys, the copy, others buy, the copy is put back.
pub(super) async fn ends_in_tickets_or_goes_back(place: &mut impl Place) {
    let house = House::open_at(place.addresses(), UtcMillis(0)).await;
    // Before the copy: ann has paid long ago and stays, ben has paid, cat holds.
    let ann = house.hold(2, "ann").await;
    let of_ann = house.pay(ann, APPROVES).await.expect("paid").id;
    house.until(async || house.is_at_rest().await).await;
    house.clock.advance(20 * MINUTE_MS);
    let (ben, cat) = (house.hold(1, "ben").await, house.hold(3, "cat").await);
    let of_ben = house.pay(ben, APPROVES).await.expect("paid").id;
    house.until(async || house.is_at_rest().await).await;
    place.copy(true);
    let copied_at = house.close().await;
    place.copy(false);

    let house = House::open_at(place.addresses(), copied_at).await;
    house.clock.advance(1_000);
    // Since: ben's booking is cancelled, cat pays, dan comes and pays.
    let cancel = Ask::Cancel {
        booking: ben.uuid,
        reason: "ill".to_owned(),
    };
    house.ask(cancel, till()).await.expect("cancelled");
    let of_cat = house.pay(cat, APPROVES).await.expect("paid").id;
    let dan = house.hold(2, "dan").await;
    let of_dan = house.pay(dan, APPROVES).await.expect("paid").id;
    // Eve comes, pays and is ill, too.
    let eve = house.hold(1, "eve").await;
    let of_eve = house.pay(eve, APPROVES).await.expect("paid").id;
    let cancel = Ask::Cancel {
        booking: eve.uuid,
        reason: "ill".to_owned(),
    };
    house.ask(cancel, till()).await.expect("cancelled");
    house.until_state(of_eve, PaymentState::Refunded).await;
    house.until_state(of_ben, PaymentState::Refunded).await;
    house.until(async || house.is_at_rest().await).await;
    // What booking has said, as it stands in a topic for a week.
    let mut said = house.said([of_ben, of_cat, of_dan, of_eve]).await;
    // Ann's seats came back at the very end, and payment has yet to hear it.
    let of_all = said.iter().map(|ask| ask.ver).max().unwrap_or_default();
    said.extend(house.said([of_ann]).await.into_iter().map(|ask| Settle {
        keep_minor: 0,
        ver: of_all + 1,
        ..ask
    }));
    let now = house.close().await;

    place.go_back();
    let house = House::open_at(place.addresses(), now).await;
    // Payment has settled everything and has nothing to say by itself.
    assert_eq!(house.booking(ben).await.state, BookingState::Confirmed);
    assert_eq!(house.booking(cat).await.state, BookingState::Held);
    let done = house.payments.reopen(copied_at).await.expect("asked again");
    assert!(done.reopened >= 4, "{done:?}");
    assert_eq!(done.cash, 0);
    // A carrier that was late brings it now.
    house.hears(&said).await;
    house.comes_to_rest().await;
    for (booking, state) in [
        (ann, BookingState::Confirmed),
        (ben, BookingState::Cancelled),
        (cat, BookingState::Confirmed),
    ] {
        assert_eq!(house.booking(booking).await.state, state);
    }
    assert_eq!(house.payment(of_ann).await.refunded.minor, 0);
    assert_eq!(house.payment(of_cat).await.captured.minor, 3 * PRICE);
    // Nobody knows any more which seats dan had.
    let back = house.payment(of_dan).await;
    assert_eq!(
        (back.state, back.refunded.minor),
        (PaymentState::Refunded, 2 * PRICE)
    );
    // Once more changes nothing, nor does a topic that is read again from its start.
    house.payments.reopen(copied_at).await.expect("asked again");
    house.comes_to_rest().await;
    house.hears(&said).await;
    house.comes_to_rest().await;
    assert_eq!(house.booking(cat).await.tickets.len(), 3);
    // What booking decides from now on is done, although nobody asked.
    let cancel = Ask::Cancel {
        booking: cat.uuid,
        reason: "ill".to_owned(),
    };
    house.ask(cancel, till()).await.expect("cancelled");
    house.until_state(of_cat, PaymentState::Refunded).await;
    house.comes_to_rest().await;
    house.close().await;
}
