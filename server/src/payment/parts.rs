//! Tenders as tables have them: read from one text a payment, and what a step wrote of them.

use houseful_core::{
    ids::{PaymentId, VoucherId},
    wire::payment::PaymentState,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    machine::{Account, Part},
    provider::ChargeStatus,
    words,
};
use crate::store::StoreError;

/// A row of `payment_tender`, as the database writes it into a JSON array.
#[derive(Deserialize)]
struct Row {
    number: u8,
    tender: Uuid,
    means: String,
    amount: i64,
    voucher: Option<Uuid>,
    label: Option<String>,
    status: String,
    captured: i64,
    ordered_back: i64,
    refunded: i64,
    reason: Option<String>,
}

/// The tenders in a JSON array of rows.
pub(super) fn read(json: &str) -> Result<Vec<Part>, StoreError> {
    let unreadable = |e: serde_json::Error| {
        StoreError::Unreadable(format!("the tenders of a payment can't be read: {e}"))
    };
    let mut rows: Vec<Row> = serde_json::from_str(json).map_err(unreadable)?;
    rows.sort_by_key(|row| row.number);
    let part = |row: Row| {
        let means = words::tender(&row.means)?;
        Ok(Part {
            voucher: row.voucher.map(VoucherId),
            label: row.label,
            status: words::status(&row.status)?,
            captured: row.captured,
            ordered_back: row.ordered_back,
            refunded: row.refunded,
            reason: row.reason,
            ..Part::new(PaymentId(row.tender), means, row.amount)
        })
    };
    rows.into_iter().map(part).collect()
}

/// The tenders of a payment; one that has no rows was begun by a program that knew of one tender
/// a payment, and is that one.
pub(super) fn or_one(account: Account, means: &str) -> Result<Account, StoreError> {
    if !account.parts.is_empty() {
        return Ok(account);
    }
    let status = match account.state {
        _ if account.captured > 0 => ChargeStatus::Captured,
        PaymentState::Captured => ChargeStatus::Captured,
        PaymentState::Declined if !account.tried => ChargeStatus::Never,
        state => words::status(state.word())?,
    };
    let part = Part {
        status,
        captured: account.captured,
        ordered_back: account.ordered_back,
        refunded: account.refunded,
        reason: account.reason.clone(),
        ..Part::new(account.id, words::tender(means)?, account.amount.minor)
    };
    Ok(Account {
        parts: vec![part],
        ..account
    })
}

/// A movement of a tender's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Movement {
    /// The tender's number.
    pub(super) number: i32,
    /// `taken`, `ordered_back`, `returned`, or `bounced` for what was returned and came back.
    pub(super) kind: &'static str,
    /// How much, in minor units.
    pub(super) minor: i64,
}

/// What a step did to the money of each tender.
pub(super) fn movements(before: &[Part], after: &Account) -> Vec<Movement> {
    let was = before.iter().map(Some).chain(std::iter::repeat(None));
    let parts = (0..).zip(&after.parts).zip(was);
    let lines = parts.flat_map(|((number, part), was)| {
        let money = |p: &Part| [p.captured, p.ordered_back, p.refunded];
        let [captured, ordered_back, refunded] = was.map_or([0; 3], money);
        [
            ("taken", part.captured - captured),
            ("ordered_back", part.ordered_back - ordered_back),
            ("returned", part.refunded - refunded),
            ("bounced", refunded - part.refunded),
        ]
        .map(|(kind, minor)| Movement {
            number,
            kind,
            minor,
        })
    });
    lines.filter(|line| line.minor > 0).collect()
}

/// The tenders that a step changed, with their numbers.
pub(super) fn changed<'a>(
    before: &'a [Part],
    after: &'a Account,
) -> impl Iterator<Item = (i32, &'a Part)> {
    let was = before.iter().map(Some).chain(std::iter::repeat(None));
    let parts = (0..).zip(&after.parts).zip(was);
    parts.filter_map(|((number, part), was)| (was != Some(part)).then_some((number, part)))
}
