//! Payments, and who is at them.

use std::sync::Arc;

use houseful_core::{
    ids::{BookingId, PaymentId, QuoteHash, ShowId},
    message::Tender,
    money::Money,
    time::UtcMillis,
    wire::payment::PaymentState,
};
use houseful_server::{
    chance,
    payment::{
        Filter, PageCursor, PaymentStore, TokenClaims, change_key, load_key,
        machine::{Account, Input, Keep, Moment},
        provider::{Charge, ChargeStatus},
        store::{Begin, Begun, Take},
    },
};

use super::{NOW, at_once, everywhere, settled};

const LEASE_MS: i64 = 12_000;

pub(super) fn account() -> Account {
    let booking = BookingId {
        show: ShowId(7),
        uuid: chance::uuid(),
    };
    let quote = QuoteHash(chance::uuid());
    let amount = Money::new(1_900, "GBP".parse().expect("a currency"));
    Account::begin(PaymentId(chance::uuid()), (booking, quote), amount, NOW)
}

pub(super) fn begin(account: &Account) -> Begin {
    Begin {
        account: account.clone(),
        fingerprints: vec![[3; 16]],
        expired: false,
        declined_max: 3,
    }
}

fn authorised(account: &Account) -> Input {
    Input::Learned(Charge {
        payment: account.id,
        booking: account.booking,
        quote: account.quote,
        amount: account.amount,
        status: ChargeStatus::Authorised,
        captured: 0,
        refunded: 0,
        bounced: 0,
        reason: None,
        updated_at: NOW,
    })
}

/// A server and the time there.
pub(super) struct At<'a>(pub(super) &'a dyn PaymentStore, pub(super) i64);

impl At<'_> {
    fn now(&self) -> UtcMillis {
        NOW.plus_ms(self.1)
    }

    pub(super) async fn step(&self, id: PaymentId, input: Input) -> (Account, bool) {
        let at = Moment {
            now: self.now(),
            floor_ms: 0,
        };
        let until = self.now().plus_ms(LEASE_MS);
        let stepped = self.0.step(id, input, None, at, until).await;
        let stepped = stepped.expect("written").expect("it is there");
        (stepped.account, stepped.step.announce)
    }

    async fn take(&self, id: PaymentId, which: Take) -> bool {
        let until = self.now().plus_ms(LEASE_MS);
        let taken = self.0.take(id, which, self.now(), until).await;
        taken.expect("read").is_some()
    }

    async fn is_due(&self, id: PaymentId) -> bool {
        let due = self.0.due(self.now(), 500).await.expect("read");
        due.calls.contains(&id)
    }
}

#[tokio::test]
async fn a_payment_is_begun_once_and_read_as_it_was_written() {
    everywhere(|two| async move {
        let (one, other) = (&two.one.payments, &two.other.payments);
        let account = account();
        assert_eq!(one.get(account.id).await, Ok(None));
        let fresh = Begun::Fresh(account.clone());
        assert_eq!(one.begin(begin(&account)).await, Ok(fresh));
        assert_eq!(other.get(account.id).await, Ok(Some(account.clone())));
        let known = Begun::Known(account.clone());
        assert_eq!(other.begin(begin(&account)).await, Ok(known));
        let reused = Begin {
            fingerprints: vec![[4; 16]],
            ..begin(&account)
        };
        assert_eq!(other.begin(reused).await, Ok(Begun::Reused));
        let late = Begin {
            expired: true,
            ..begin(&self::account())
        };
        assert_eq!(other.begin(late).await, Ok(Begun::Expired));
        let keep = settled(Keep { minor: 900, ver: 3 });
        let (stepped, _) = At(other.as_ref(), 5)
            .step(account.id, authorised(&account))
            .await;
        assert_eq!(stepped.state, PaymentState::Authorised);
        let (stepped, _) = At(other.as_ref(), 6).step(account.id, keep).await;
        assert_eq!(one.get(account.id).await, Ok(Some(stepped)));
        let (stepped, _) = At(other.as_ref(), 7).step(account.id, Input::Reopen).await;
        assert_eq!(stepped.reopened_at, Some(NOW.plus_ms(7)));
        assert_eq!(one.get(account.id).await, Ok(Some(stepped)));
    })
    .await;
}

#[tokio::test]
async fn an_id_belongs_to_one_booking_and_one_means() {
    everywhere(|two| async move {
        let (one, other) = (&two.one.payments, &two.other.payments);
        let a = account();
        assert_eq!(one.claim(a.id, a.booking, Tender::Cash).await, Ok(true));
        assert_eq!(other.claim(a.id, a.booking, Tender::Cash).await, Ok(true));
        assert_eq!(other.claim(a.id, a.booking, Tender::Card).await, Ok(false));
        assert_eq!(other.begin(begin(&a)).await, Ok(Begun::Reused));
        let stranger = account().booking;
        assert_eq!(other.claim(a.id, stranger, Tender::Cash).await, Ok(false));
    })
    .await;
}

#[tokio::test]
async fn nobody_tries_out_cards_on_two_servers() {
    everywhere(|two| async move {
        let booking = account().booking;
        let tries: Vec<_> = (0..12)
            .map(|_| {
                begin(&Account {
                    booking,
                    ..account()
                })
            })
            .collect();
        let stores = [&two.one.payments, &two.other.payments];
        let begun = tries.into_iter().zip(stores.into_iter().cycle());
        let begun = begun.map(|(begin, store)| {
            let store = Arc::clone(store);
            async move { store.begin(begin).await }
        });
        let begun = at_once(begun).await;
        let fresh = |b: &&Result<Begun, _>| matches!(b, Ok(Begun::Fresh(_)));
        assert_eq!(begun.iter().filter(fresh).count(), 3, "{begun:?}");
        assert_eq!(
            begun.iter().filter(|b| **b == Ok(Begun::TooMany)).count(),
            9
        );
    })
    .await;
}

#[tokio::test]
async fn a_payment_is_its_servers_until_the_lease_is_over() {
    everywhere(|two| async move {
        let (one, other) = (two.one.payments.as_ref(), two.other.payments.as_ref());
        let account = account();
        let id = account.id;
        one.begin(begin(&account)).await.expect("begun");
        // Whoever began it asks first.
        let first_look = account.next_at.expect("a first look").ms_since(NOW);
        assert!(!At(other, 1).take(id, Take::Early).await);
        assert!(At(one, 1).take(id, Take::Early).await);
        assert!(!At(one, 1).take(id, Take::Due).await, "it is not due");
        // It dies; when its time is over another one takes the payment up, and has it.
        assert!(!At(other, first_look - 1).is_due(id).await);
        assert!(At(other, first_look).is_due(id).await);
        assert!(At(other, first_look).take(id, Take::Due).await);
        assert!(!At(one, first_look + 1).is_due(id).await);
        assert!(!At(one, first_look + 1).take(id, Take::Due).await);
        assert!(
            At(other, first_look + 1).take(id, Take::Due).await,
            "its own"
        );
        let over = first_look + 1 + LEASE_MS;
        assert!(At(one, over).take(id, Take::Due).await);
        // The answer ends it.
        let missed = Input::Missed {
            why: "away".to_owned(),
        };
        let (account, _) = At(one, over).step(id, missed).await;
        let again = account.next_at.expect("again").ms_since(NOW);
        assert!(At(other, again).take(id, Take::Due).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_heard_by_the_way_ends_nobodys_turn() {
    everywhere(|two| async move {
        let (one, other) = (two.one.payments.as_ref(), two.other.payments.as_ref());
        let account = account();
        let id = account.id;
        one.begin(begin(&account)).await.expect("begun");
        let Input::Learned(charge) = authorised(&account) else {
            panic!("an answer");
        };
        // The card is being asked: that it is not decided yet is no answer to that.
        let pending = Charge {
            status: ChargeStatus::Pending,
            ..charge.clone()
        };
        At(one, 3).step(id, Input::Heard(pending)).await;
        assert!(!At(other, 4).take(id, Take::Early).await, "one is asking");
        At(one, 5).step(id, authorised(&account)).await;
        let keep = Keep {
            minor: 1_900,
            ver: 3,
        };
        let settle = Input::Settle {
            keep,
            reopened_at: None,
        };
        At(one, 6).step(id, settle).await;
        // A message that was under way says what is known.
        let news = Input::Heard(charge);
        let (stands, _) = At(one, 7).step(id, news.clone()).await;
        assert_eq!((stands.tries, stands.next_at), (0, Some(NOW.plus_ms(6))));
        assert!(!At(other, 1_100).take(id, Take::Due).await, "one is asking");
        assert!(At(one, 1_100).take(id, Take::Due).await);
        // The lease is over: who hears what is known has not begun to ask.
        At(other, 20_000).step(id, news).await;
        assert!(At(one, 20_001).take(id, Take::Due).await);
    })
    .await;
}

#[tokio::test]
async fn of_many_that_take_a_payment_up_one_server_has_it() {
    everywhere(|two| async move {
        let stores = [two.one.payments.as_ref(), two.other.payments.as_ref()];
        for _ in 0..10 {
            let account = account();
            stores[0].begin(begin(&account)).await.expect("begun");
            let late = account.next_at.expect("a first look").ms_since(NOW);
            let (a, b) = (At(stores[0], late), At(stores[1], late));
            let (a, b) = (a.take(account.id, Take::Due), b.take(account.id, Take::Due));
            let (a, b) = tokio::join!(a, b);
            assert!(a != b, "one of them asks: {a} {b}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_hears_what_to_do_does_it_unless_another_one_is_at_it() {
    everywhere(|two| async move {
        let (one, other) = (two.one.payments.as_ref(), two.other.payments.as_ref());
        let account = account();
        let id = account.id;
        one.begin(begin(&account)).await.expect("begun");
        let keep = |minor, ver| settled(Keep { minor, ver });
        At(other, 5).step(id, keep(0, 2)).await;
        assert!(!At(other, 5).take(id, Take::Due).await, "one is asking");
        At(one, 6).step(id, authorised(&account)).await;
        // The answer came, and there is something to do at once: it stays with who heard it.
        assert!(!At(other, 7).take(id, Take::Due).await);
        assert!(At(one, 7).take(id, Take::Due).await);

        let account = self::account();
        let id = account.id;
        one.begin(begin(&account)).await.expect("begun");
        At(one, 5).step(id, authorised(&account)).await;
        At(other, 6).step(id, keep(1_900, 3)).await;
        assert!(!At(one, 7).is_due(id).await);
        assert!(At(other, 7).is_due(id).await);
        assert!(At(other, 7).take(id, Take::Due).await);
    })
    .await;
}

#[tokio::test]
async fn an_announcement_is_told_by_one_server() {
    everywhere(|two| async move {
        let (one, other) = (two.one.payments.as_ref(), two.other.payments.as_ref());
        let account = account();
        let id = account.id;
        one.begin(begin(&account)).await.expect("begun");
        let (account, told) = At(one, 5).step(id, authorised(&account)).await;
        assert!(told, "who learned it tells it");
        assert!(
            !At(other, 6).step(id, Input::Tell).await.1,
            "it is not time"
        );
        let due = account.tell_at.expect("again").ms_since(NOW);
        let news = other.due(NOW.plus_ms(due), 500).await.expect("read").news;
        assert_eq!(news, [id]);
        let (a, b) = (At(one, due), At(other, due));
        let (a, b) = tokio::join!(a.step(id, Input::Tell), b.step(id, Input::Tell));
        assert!(a.1 != b.1, "one of them tells it");
    })
    .await;
}

#[tokio::test]
async fn pages_go_on_where_they_ended() {
    everywhere(|two| async move {
        let store = two.one.payments.as_ref();
        let booking = account().booking;
        let mut all = Vec::new();
        for n in 0..7 {
            let mut account = account();
            account.created_at = NOW.plus_ms(n / 2);
            account.updated_at = account.created_at;
            if n < 3 {
                account.booking = booking;
            }
            store.begin(begin(&account)).await.expect("begun");
            all.push(account);
        }
        all.sort_by_key(|a| std::cmp::Reverse((a.created_at, a.id.0)));
        let first = store.list(Filter::default(), None, 3).await.expect("read");
        assert_eq!(first, all[..3]);
        let last = first.last().expect("three");
        let after = PageCursor {
            created_at: last.created_at,
            payment: last.id,
        };
        let rest = store.list(Filter::default(), Some(after), 9).await;
        assert_eq!(rest.expect("read"), all[3..]);
        let of_booking = Filter {
            open: true,
            booking: Some(booking),
        };
        let few = store.list(of_booking, None, 9).await.expect("read");
        assert_eq!(few.len(), 3);
        assert!(few.iter().all(|a| a.booking == booking));
    })
    .await;
}

#[tokio::test]
async fn servers_that_start_at_once_sign_with_one_key() {
    everywhere(|two| async move {
        let (one, other) = (two.one.payments.as_ref(), two.other.payments.as_ref());
        let keys = tokio::join!(load_key(one, NOW), load_key(other, NOW));
        let (a, b) = (keys.0.expect("a key"), keys.1.expect("a key"));
        let account = account();
        let leave = TokenClaims {
            booking: account.booking,
            quote: account.quote,
            amount: account.amount,
            expires_at: NOW,
            owner: None,
        };
        assert!(b.verify(&a.sign(&leave)).is_some());
        let newer = change_key(other, NOW).await.expect("a key");
        assert!(newer.verify(&a.sign(&leave)).is_some());
        assert!(a.verify(&newer.sign(&leave)).is_none());
    })
    .await;
}
