//! What a voucher is worth, whatever is asked of it in whichever order.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const NOW: UtcMillis = UtcMillis(1_800_000_000_000);

fn pounds(minor: i64) -> Money {
    Money::new(minor, "GBP".parse().expect("a currency"))
}

fn voucher() -> Voucher {
    let code: VoucherCode = "7KQM-4T2X-H3WZ-PA9D".parse().expect("a code");
    Voucher {
        id: VoucherId(Uuid::from_u128(1)),
        hash: code.hash(),
        label: code.label(),
        batch: CommandId(Uuid::from_u128(2)),
        value: pounds(2_000),
        remaining: 2_000,
        uses: 0,
        uses_max: None,
        back: 0,
        back_until: None,
        valid_from: None,
        valid_until: Some(NOW.plus_ms(1_000)),
        note: None,
        created_at: NOW,
        cancelled_at: None,
        made_by: "maya".to_owned(),
        cancelled_by: None,
    }
}

fn fresh(minor: i64) -> Use {
    Use {
        tender: PaymentId(Uuid::from_u128(3)),
        voucher: voucher().id,
        payment: PaymentId(Uuid::from_u128(4)),
        amount: pounds(minor),
        status: ChargeStatus::Pending,
        captured: 0,
        refunded: 0,
        of_back: 0,
        reason: None,
        updated_at: NOW,
    }
}

fn reserved(voucher: &mut Voucher, minor: i64, now: UtcMillis) -> Use {
    let mut used = None;
    voucher.reserve(&mut used, &fresh(minor), now);
    used.expect("an answer")
}

#[test]
fn a_voucher_pays_once_what_is_on_it() {
    let mut v = voucher();
    assert_eq!(
        reserved(&mut v, 1_500, NOW).status,
        ChargeStatus::Authorised
    );
    let second = reserved(&mut v, 501, NOW);
    assert_eq!(second.status, ChargeStatus::Declined);
    assert_eq!(second.reason.as_deref(), Some("GBP 5.00 is left on it"));
    assert_eq!(reserved(&mut v, 500, NOW).status, ChargeStatus::Authorised);
    assert_eq!(v.state(NOW), VoucherState::UsedUp);
}

#[test]
fn a_voucher_that_does_not_pay_says_why() {
    let refusal = |change: fn(&mut Voucher), amount| {
        let mut v = voucher();
        change(&mut v);
        v.refusal(amount, NOW).unwrap_or_default()
    };
    assert_eq!(refusal(|_| {}, pounds(2_000)), "");
    let begins = refusal(|v| v.valid_from = Some(NOW.plus_ms(1)), pounds(1));
    assert!(begins.starts_with("it begins at 2027-"), "{begins}");
    let ended = refusal(|v| v.valid_until = Some(NOW), pounds(1));
    assert!(ended.starts_with("it ended at 2027-"), "{ended}");
    let cancelled = refusal(|v| v.cancelled_at = Some(NOW), pounds(1));
    assert_eq!(cancelled, "it was taken back");
    let spent = |v: &mut Voucher| (v.uses, v.uses_max) = (2, Some(2));
    assert_eq!(refusal(spent, pounds(1)), "nothing is left on it");
    let yen = Money::new(1, "JPY".parse().expect("a currency"));
    assert!(refusal(|_| {}, yen).contains("JPY"));
}

#[test]
fn what_is_reserved_is_honoured_after_the_end_and_when_staff_took_it_back() {
    let mut v = voucher();
    let mut used = reserved(&mut v, 1_500, NOW);
    v.cancelled_at = Some(NOW);
    v.capture(&mut used, 1_500, NOW.plus_ms(5_000));
    assert_eq!(
        (used.status, used.captured),
        (ChargeStatus::Captured, 1_500)
    );
    assert_eq!(v.remaining, 500);
}

#[test]
fn a_reservation_that_is_given_up_after_the_end_is_not_lost() {
    let mut v = voucher();
    let mut used = Some(reserved(&mut v, 1_500, NOW));
    let late = NOW.plus_ms(5_000);
    v.void(&mut used, fresh(1_500), late);
    assert_eq!((v.remaining, v.state(late)), (2_000, VoucherState::Good));
    assert_eq!(v.available(late), 1_500, "the rest has ended");
    assert_eq!(
        v.back_until,
        Some(late.plus_ms(DAY_MS)),
        "a day to try again"
    );
    let mut early = voucher();
    let mut used = Some(reserved(&mut early, 1_500, NOW));
    early.void(&mut used, fresh(1_500), NOW);
    assert_eq!(
        early,
        voucher(),
        "nobody makes one last longer before its end"
    );
}

#[test]
fn value_that_comes_back_after_the_end_can_be_used() {
    let mut v = voucher();
    v.uses_max = Some(1);
    let mut used = reserved(&mut v, 2_000, NOW);
    v.capture(&mut used, 2_000, NOW);
    let later = NOW.plus_ms(90 * DAY_MS);
    assert_eq!(v.state(later), VoucherState::Over);
    v.refund(&mut used, 1_200, later);
    assert_eq!((v.remaining, v.uses), (1_200, 1), "a part was used");
    v.refund(&mut used, 2_000, later);
    assert_eq!((v.remaining, v.uses), (2_000, 0));
    assert_eq!(v.state(later), VoucherState::Good);
    assert_eq!(v.back_until, Some(later.plus_ms(BACK_FOR_MS)));
    assert_eq!(v.shown(later).valid_until, v.back_until.map(Into::into));
    let none = Voucher {
        valid_until: None,
        ..voucher()
    };
    let mut endless = none.clone();
    let mut used = reserved(&mut endless, 1, NOW);
    endless.capture(&mut used, 1, NOW);
    endless.refund(&mut used, 1, later);
    assert_eq!(endless, none, "one without an end gets none");
}

#[test]
fn what_comes_back_brings_nothing_else_back() {
    let mut v = voucher();
    let mut used = reserved(&mut v, 1_500, NOW);
    v.capture(&mut used, 1_500, NOW);
    // 5.00 were never used and have ended. A penny comes back, and another half a year later.
    let day = DAY_MS;
    for (total, days) in [(1, 90), (3, 270)] {
        let later = NOW.plus_ms(days * day);
        assert_eq!(v.state(later), VoucherState::Over);
        v.refund(&mut used, total, later);
        let shown = v.shown(later);
        assert_eq!(
            (shown.state, shown.left.minor),
            (VoucherState::Good, total.min(2))
        );
        assert_eq!(
            reserved(&mut v.clone(), 3, later).status,
            ChargeStatus::Declined
        );
        let mut use_of_it = Some(reserved(&mut v, 1, later));
        // Whoever reserves it again and again makes it last no longer.
        let end = v.back_until;
        v.void(&mut use_of_it, fresh(1), later.plus_ms(day));
        assert_eq!(v.back_until, end);
        assert_eq!(v.available(later.plus_ms(29 * day)), total.min(2));
        assert_eq!(v.available(later.plus_ms(30 * day)), 0);
    }
}

#[test]
fn what_ends_first_is_used_first() {
    let mut v = voucher();
    let mut used = reserved(&mut v, 1_000, NOW);
    v.capture(&mut used, 1_000, NOW);
    v.refund(&mut used, 1_000, NOW);
    assert_eq!((v.remaining, v.back), (2_000, 1_000));
    let mut second = reserved(&mut v, 1_200, NOW);
    assert_eq!((v.back, second.of_back), (800, 200));
    // What of it is not needed after all is as good as it was.
    v.capture(&mut second, 1_100, NOW);
    assert_eq!((v.back, second.of_back, v.remaining), (900, 100, 900));
    assert_eq!(v.available(NOW.plus_ms(5_000)), 900, "after the end");
}

#[test]
fn each_change_of_a_voucher_is_a_line() {
    use trail::Line;
    let mut v = voucher();
    let mut lines = Vec::new();
    let mut used = None;
    let mut note = |was: &Option<Use>, used: &Option<Use>| {
        let fresh = Line::of_use(was.as_ref(), used.as_ref());
        lines.extend(fresh.into_iter().map(|line| (line.kind, line.minor)));
    };
    let was = used.clone();
    v.reserve(&mut used, &fresh(1_500), NOW);
    note(&was, &used);
    note(&used, &used);
    let was = used.clone();
    v.capture(used.as_mut().expect("a use"), 1_200, NOW);
    note(&was, &used);
    let was = used.clone();
    v.refund(used.as_mut().expect("a use"), 200, NOW);
    note(&was, &used);
    let line = |kind: &str, minor| (kind.to_owned(), minor);
    assert_eq!(
        lines,
        [
            line("reserved", 1_500),
            line("used", 1_200),
            line("released", 300),
            line("returned", 200)
        ]
    );
}

proptest! {
    #[test]
    fn no_value_is_made_or_lost(
        calls in proptest::collection::vec((0..3_usize, 0..4_u8, 0..2_500_i64), 1..40)
    ) {
        let mut v = voucher();
        let mut uses = [None, None, None];
        for (which, call, minor) in calls {
            let Some(slot) = uses.get_mut(which) else { continue };
            match (call, slot.as_mut()) {
                (0, _) => v.reserve(slot, &fresh(minor), NOW),
                (1, _) => v.void(slot, fresh(minor), NOW),
                (2, Some(used)) => v.capture(used, minor, NOW),
                (_, Some(used)) => v.refund(used, minor, NOW),
                _ => {}
            }
            let out: i64 = uses.iter().flatten().map(|u: &Use| match u.status {
                ChargeStatus::Authorised => u.amount.minor,
                _ => u.captured - u.refunded,
            }).sum();
            prop_assert_eq!(v.remaining + out, v.value.minor);
            prop_assert!(v.remaining >= 0);
            let live = uses.iter().flatten().filter(|u| match u.status {
                ChargeStatus::Authorised => true,
                ChargeStatus::Captured => u.captured == 0 || u.refunded < u.captured,
                _ => false,
            });
            prop_assert_eq!(usize::try_from(v.uses).expect("few"), live.count());
        }
    }
}
