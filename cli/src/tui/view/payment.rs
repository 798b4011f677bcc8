//! Paying: what is to pay, what was given, the card terminal.

use houseful_core::{money::Money, wire::payment::PaymentState};

use super::{
    dialogs::wrap,
    header_of_show, hold_time,
    sheet::{Part, Sheet, columns_of},
};
use crate::tui::{
    model::Model,
    payment::{Paying, Payment, Stage, Tender},
    wording,
};

/// Where the amounts of the booking end, in a window of so many columns.
const fn left_columns(width: u16) -> u16 {
    if width < NARROW { 26 } else { 36 }
}

/// Lines for vouchers; nobody pays by more.
const VOUCHERS_SHOWN: usize = 3;

/// Below this width the booking's lines are short, so that those about the money are whole.
const NARROW: u16 = 76;

pub(super) fn draw(
    model: &Model,
    payment: &Payment,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    header_of_show(model, sheet, &payment.show, "", body.width >= 100);
    sheet.put(1, 1, wording::PAYMENT, theme.strong());
    hold_time(model, sheet, 1);
    let bottom = draw_booking(payment, sheet, body.height.saturating_sub(5));
    let at = draw_tender(model, payment, sheet);
    let mut y = bottom.max(at.1) + 1;
    let room = body.width.saturating_sub(2);
    let message = payment.message.as_deref().unwrap_or_default();
    for line in wrap(&sheet.said(message), room) {
        sheet.put(1, y, &line, theme.alarm());
        y += 1;
    }
    let late = wrap(wording::LATE_MONEY, room);
    let rows = u16::try_from(late.len()).unwrap_or(u16::MAX);
    let top = y.max(bottom.max(at.1) + 2) + 1;
    if top.saturating_add(rows) <= body.height {
        for (y, line) in (top..).zip(late) {
            sheet.put(1, y, &line, theme.faint());
        }
    }
    at.0
}

/// The lines of the booking, at most to this row; gives the first row below.
fn draw_booking(payment: &Payment, sheet: &mut Sheet<'_>, last: u16) -> u16 {
    let theme = sheet.theme();
    let booking = &payment.booking;
    let amount = |sheet: &mut Sheet<'_>, y: u16, text: &str, amount: &str, style| {
        let left = left_columns(sheet.width());
        sheet.clip(3, y, left - 12, text, style);
        sheet.put(left - columns_of(amount).min(left - 10), y, amount, style);
    };
    let mut y = 3;
    let room = usize::from(last.saturating_sub(y + 2)).max(1);
    let all = booking.lines.len();
    let shown = if all <= room { all } else { room - 1 };
    for line in booking.lines.iter().take(shown) {
        let text = format!("{:<4} {}", line.seat, line.ticket_type);
        amount(sheet, y, &text, &line.price.plain(), theme.text());
        y += 1;
    }
    if shown < all {
        let text = wording::and_more(all - shown);
        amount(sheet, y, &text, "", theme.text());
        y += 1;
    }
    amount(sheet, y, wording::FEE, &booking.fee.plain(), theme.text());
    let label = wording::total(booking.total.currency.code());
    amount(sheet, y + 1, &label, &booking.total.plain(), theme.strong());
    y += 2;
    let taxes = booking.taxes.iter();
    for tax in taxes.take(usize::from(last.saturating_sub(y))) {
        let minor = Money::new(tax.tax_minor, booking.total.currency).plain();
        amount(sheet, y, &wording::tax(tax), &minor, theme.faint());
        y += 1;
    }
    y
}

/// The right half: how it is paid. Gives the cursor and the first row below.
fn draw_tender(
    model: &Model,
    payment: &Payment,
    sheet: &mut Sheet<'_>,
) -> (Option<(u16, u16)>, u16) {
    let theme = sheet.theme();
    let left = left_columns(sheet.width());
    let x = left + if left < 30 { 2 } else { 4 };
    let total = payment.booking.total;
    match &payment.stage {
        Stage::Choose => {
            let left = payment.left();
            let given = if payment.given.is_empty() {
                left.plain()
            } else {
                payment.given.clone()
            };
            let change = payment.change().map_or_else(
                || {
                    if payment.given.is_empty() {
                        wording::EXACT.to_owned()
                    } else {
                        wording::TOO_LITTLE.to_owned()
                    }
                },
                Money::plain,
            );
            sheet.put(x, 3, &wording::to_pay(left), theme.strong());
            sheet.put(x, 4, &wording::given(&given), theme.text());
            sheet.put(x, 5, &wording::change(&change), theme.strong());
            let column = columns_of(&wording::given(&given));
            for (i, line) in (0..).zip(wording::PAYMENT_KEYS) {
                sheet.put(x, 7 + i, line, theme.text());
            }
            // The newest ones, if there is not room for all.
            let newest = payment.vouchers.len().saturating_sub(VOUCHERS_SHOWN);
            let vouchers = payment.vouchers.iter().skip(newest);
            let mut bottom = 11;
            for (y, voucher) in (12..).zip(vouchers) {
                let line = wording::voucher_line(&voucher.label, voucher.pays);
                sheet.put(x, y, &line, theme.text());
                bottom = y + 1;
            }
            (Some((x + column, 4)), bottom)
        }
        Stage::Card => {
            sheet.put(x, 3, wording::CARD_TERMINAL, theme.strong());
            sheet.put(x, 4, &wording::to_pay(payment.left()), theme.strong());
            for (i, (number, what)) in (0..).zip(wording::TEST_CARDS) {
                let last: String = number.chars().skip(number.len() - 4).collect();
                let line = format!("{}  ..{last}: {what}", i + 1);
                sheet.put(x, 5 + i, &line, theme.text());
            }
            sheet.put(x, 10, wording::OTHER_CARD, theme.text());
            (Some((x, 5)), 11)
        }
        Stage::CardNumber(typed) => {
            sheet.put(x, 3, wording::CARD_TERMINAL, theme.strong());
            sheet.put(x, 4, &wording::to_pay(payment.left()), theme.strong());
            sheet.put(x, 5, wording::CARD_NUMBER, theme.text());
            let room = sheet.width().saturating_sub(x + 1);
            (Some((sheet.field(x, 6, room, typed), 6)), 8)
        }
        Stage::Voucher(typed) => {
            sheet.put(x, 3, &wording::to_pay(payment.left()), theme.strong());
            sheet.put(x, 5, wording::VOUCHER_CODE, theme.text());
            let room = sheet.width().saturating_sub(x + 1);
            (Some((sheet.field(x, 6, room, typed), 6)), 8)
        }
        Stage::Paying(paying) => {
            let now = model.desk.now;
            sheet.put(x, 3, &wording::to_pay(total), theme.strong());
            sheet.put(x, 4, wording::label::STATE, theme.faint());
            let room = sheet.width().saturating_sub(x + 1);
            let lines = progress(paying, now).into_iter();
            let lines = lines.flat_map(|line| wrap(&sheet.said(&line), room));
            for (y, line) in (5..9).zip(lines.collect::<Vec<_>>()) {
                sheet.put(x, y, &line, theme.waiting());
            }
            (None, 9)
        }
    }
}

fn progress(paying: &Paying, now: houseful_core::time::UtcMillis) -> Vec<String> {
    let waited = now.ms_since(paying.since) / 1_000;
    let mut lines = vec![
        match (paying.tender, paying.told.as_ref().map(|t| t.state)) {
            (Tender::Cash, _) => wording::BOOKING_CASH.to_owned(),
            (Tender::Vouchers | Tender::VouchersAndCash, None | Some(PaymentState::Pending)) => {
                wording::TENDERS_ASKED.to_owned()
            }
            (_, None) => wording::CARD_ASKED.to_owned(),
            (_, Some(PaymentState::Pending)) => wording::BANK_SILENT.to_owned(),
            (_, Some(state)) => wording::payment_state(state.word()),
        },
    ];
    if waited > 0 {
        lines.push(wording::waiting_for(waited));
    }
    lines
}
