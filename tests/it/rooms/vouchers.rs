//! Vouchers, and what of them several tills want at once.

use std::sync::Arc;

use houseful_core::{
    ids::{CommandId, PaymentId, VoucherId},
    money::Money,
    time::UtcMillis,
    wire::voucher::VoucherSeed,
};
use houseful_server::{
    chance,
    payment::{
        PaymentStore,
        provider::ChargeStatus,
        voucher::{
            Use, Voucher, code_of,
            store::{Cancel, VoucherCursor},
        },
    },
};

use super::{NOW, at_once, everywhere};

fn pounds(minor: i64) -> Money {
    Money::new(minor, "GBP".parse().expect("a currency"))
}

fn voucher(value: i64, uses_max: Option<u32>, created_at: UtcMillis) -> Voucher {
    let batch = CommandId(chance::uuid());
    let code = code_of(
        &VoucherSeed("a-seed-of-twenty-two-chars".to_owned()),
        batch,
        0,
    );
    Voucher {
        id: VoucherId(chance::uuid()),
        hash: code.hash(),
        label: code.label(),
        batch,
        value: pounds(value),
        remaining: value,
        back: 0,
        back_until: None,
        uses: 0,
        uses_max,
        valid_from: Some(NOW.plus_ms(-1)),
        valid_until: Some(NOW.plus_ms(1_000)),
        note: Some("for friends".to_owned()),
        created_at,
        cancelled_at: None,
        made_by: "maya".to_owned(),
        cancelled_by: None,
    }
}

fn used(voucher: &Voucher, minor: i64) -> Use {
    let payment = PaymentId(chance::uuid());
    Use {
        tender: payment,
        voucher: voucher.id,
        payment,
        amount: pounds(minor),
        status: ChargeStatus::Authorised,
        captured: 0,
        refunded: 0,
        of_back: 7,
        reason: None,
        updated_at: NOW,
    }
}

fn by(account: &str, at: UtcMillis) -> Cancel {
    Cancel {
        by: account.to_owned(),
        reason: "it was lost".to_owned(),
        at,
    }
}

async fn add(store: &dyn PaymentStore, voucher: &Voucher) {
    let added = store.add(voucher.batch, vec![voucher.clone()]).await;
    assert_eq!(added, Ok(true));
}

/// Takes so much off a voucher if that is left and it may be used once more.
async fn take(store: Arc<dyn PaymentStore>, voucher: Voucher, minor: i64) -> bool {
    let fresh = used(&voucher, minor);
    let change = Box::new(move |voucher: &mut Voucher, slot: &mut Option<Use>| {
        let free = voucher.uses_max.is_none_or(|max| voucher.uses < max);
        if voucher.remaining >= minor && free {
            voucher.remaining -= minor;
            voucher.uses += 1;
            *slot = Some(fresh);
        }
    });
    let tender = PaymentId(chance::uuid());
    let taken = store.change(voucher.id, tender, change).await;
    taken.expect("written").expect("a voucher").is_some()
}

#[tokio::test]
async fn a_voucher_is_found_by_its_hash_and_read_as_it_was_written() {
    everywhere(|two| async move {
        let (one, other) = (&two.one.payments, &two.other.payments);
        let first = voucher(2_000, Some(3), NOW);
        add(one.as_ref(), &first).await;
        assert_eq!(other.by_hash(first.hash).await, Ok(Some(first.clone())));
        assert_eq!(other.by_hash([0; 32]).await, Ok(None));
        let again = one.add(first.batch, vec![voucher(1, None, NOW)]).await;
        assert_eq!(again, Ok(false), "a batch is made once");
        let late = NOW.plus_ms(9);
        let cancelled = other
            .cancel(first.id, by("joe", NOW))
            .await
            .expect("written");
        assert_eq!(cancelled.and_then(|v| v.cancelled_at), Some(NOW));
        let twice = one
            .cancel(first.id, by("ann", late))
            .await
            .expect("written");
        let twice = twice.map(|v| (v.cancelled_at, v.cancelled_by));
        assert_eq!(twice, Some((Some(NOW), Some("joe".to_owned()))));
        let nobody = VoucherId(chance::uuid());
        assert_eq!(one.cancel(nobody, by("ann", late)).await, Ok(None));
        assert_eq!(one.voucher(nobody).await, Ok(None));
        // Who did what and why, once each.
        let trail = other.trail(first.id, 9).await.expect("read");
        let told = trail.iter().map(|line| {
            let by = line.by.as_deref().unwrap_or_default();
            (line.kind.as_str(), by, line.minor, line.detail.as_str())
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                ("made", "maya", 2_000, "for friends"),
                ("cancelled", "joe", 2_000, "it was lost")
            ]
        );
        assert_eq!(other.trail(nobody, 9).await, Ok(Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn of_two_tills_that_want_the_last_value_at_once_one_has_it() {
    everywhere(|two| async move {
        for _ in 0..5 {
            let all = voucher(1_900, None, NOW);
            add(two.one.payments.as_ref(), &all).await;
            let stores = [&two.one.payments, &two.other.payments];
            let asked = stores.into_iter().cycle().take(12);
            let asked = asked.map(|store| take(Arc::clone(store), all.clone(), 1_000));
            let taken = at_once(asked).await;
            assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
            let left = two.other.payments.voucher(all.id).await.expect("read");
            let left = left.map(|v| (v.remaining, v.uses));
            assert_eq!(left, Some((900, 1)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_voucher_is_used_as_often_as_it_may_be_however_many_ask() {
    everywhere(|two| async move {
        let thrice = voucher(100_000, Some(3), NOW);
        add(two.one.payments.as_ref(), &thrice).await;
        let stores = [&two.one.payments, &two.other.payments];
        let asked = stores.into_iter().cycle().take(20);
        let asked = asked.map(|store| take(Arc::clone(store), thrice.clone(), 100));
        let taken = at_once(asked).await;
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 3);
        let uses = two.one.payments.uses(thrice.id, 100).await.expect("read");
        assert_eq!(uses.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_use_is_read_as_it_was_written() {
    everywhere(|two| async move {
        let (one, other) = (&two.one.payments, &two.other.payments);
        let all = voucher(2_000, None, NOW);
        add(one.as_ref(), &all).await;
        let fresh = used(&all, 700);
        let reserved = fresh.clone();
        let reserve = Box::new(move |v: &mut Voucher, slot: &mut Option<Use>| {
            v.remaining -= 700;
            (v.back, v.back_until) = (300, Some(NOW.plus_ms(9_000)));
            *slot = Some(reserved);
        });
        let told = one.change(all.id, fresh.tender, reserve).await;
        assert_eq!(told, Ok(Some(Some(fresh.clone()))));
        assert_eq!(other.use_by(fresh.tender).await, Ok(Some(fresh.clone())));
        let capture = Box::new(|_: &mut Voucher, slot: &mut Option<Use>| {
            if let Some(used) = slot {
                (used.status, used.captured, used.refunded) = (ChargeStatus::Captured, 700, 200);
                (used.reason, used.updated_at) = (Some("why".to_owned()), NOW.plus_ms(5));
            }
        });
        let told = other.change(all.id, fresh.tender, capture).await;
        let told = told.expect("written").flatten();
        assert_eq!(one.use_by(fresh.tender).await, Ok(told.clone()));
        assert_eq!(
            one.uses(all.id, 9).await.expect("read"),
            Vec::from_iter(told)
        );
        let read = other.voucher(all.id).await.expect("read").expect("one");
        let back = (read.remaining, read.back, read.back_until);
        assert_eq!(back, (1_300, 300, Some(NOW.plus_ms(9_000))));
        let trail = one.trail(all.id, 9).await.expect("read");
        let kinds = trail.iter().map(|line| (line.kind.as_str(), line.minor));
        assert_eq!(
            kinds.collect::<Vec<_>>(),
            [
                ("made", 2_000),
                ("reserved", 700),
                ("used", 700),
                ("returned", 200)
            ]
        );
        assert_eq!(one.trail(all.id, 1).await.expect("read").len(), 1);
        assert_eq!(trail[1].payment, Some(fresh.payment));
        let nobody = VoucherId(chance::uuid());
        let nothing = Box::new(|_: &mut Voucher, _: &mut Option<Use>| {});
        assert_eq!(one.change(nobody, fresh.tender, nothing).await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn pages_of_vouchers_go_on_where_they_ended() {
    everywhere(|two| async move {
        let store = two.one.payments.as_ref();
        let mut all = Vec::new();
        for n in 0..7 {
            let voucher = voucher(100, None, NOW.plus_ms(n / 2));
            add(store, &voucher).await;
            all.push(voucher);
        }
        all.sort_by_key(|v| std::cmp::Reverse((v.created_at, v.id.0)));
        let first = store.vouchers(None, 3).await.expect("read");
        assert_eq!(first, all[..3]);
        let last = first.last().expect("three");
        let after = VoucherCursor {
            created_at: last.created_at,
            voucher: last.id,
        };
        assert_eq!(
            store.vouchers(Some(after), 9).await.expect("read"),
            all[3..]
        );
    })
    .await;
}
