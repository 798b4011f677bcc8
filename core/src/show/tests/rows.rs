//! Journal rows that must not be read.

use std::sync::Arc;

use super::terms;
use crate::{
    ids::PriceHash,
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    refund::RefundReason,
    show::{DecodeError, Event, Immutables, Refund, RefundLine},
};

/// Nothing is stored.
struct Nothing;

impl Immutables for Nothing {
    fn layout(&self, _: LayoutHash) -> Option<Arc<SeatLayout>> {
        None
    }

    fn prices(&self, _: PriceHash) -> Option<Arc<PriceCard>> {
        None
    }
}

#[test]
fn a_row_of_another_format_or_kind_is_not_guessed_at() {
    let read = |kind: &str, format, body: &str| Event::from_row(kind, format, body, &Nothing);
    let body = r#"{"expired":{"bookings":[]}}"#;
    assert_eq!(
        read("expired", 1, body),
        Ok(Event::Expired { bookings: vec![] })
    );
    assert_eq!(read("expired", 2, body), Err(DecodeError::Format(2)));
    for (kind, body) in [
        ("settle_lapsed", body),
        ("held", r#"{"held":{}}"#),
        ("moved_to_mars", r#"{"moved_to_mars":{}}"#),
        ("expired", ""),
        ("expired", "[]"),
        ("opened", body),
    ] {
        let result = read(kind, 1, body);
        assert!(
            matches!(result, Err(DecodeError::Body(_))),
            "{kind} {body}: {result:?}"
        );
    }
}

#[test]
fn rows_of_a_move_are_written_and_read_as_they_always_were() {
    let command = crate::ids::CommandId(uuid::Uuid::nil());
    let to = "south".parse().expect("a name");
    let from = "north".parse().expect("a name");
    let id = "cmd_00000000000000000000000000000000";
    for (event, body) in [
        (
            Event::Sealed { command, to },
            format!(r#"{{"sealed":{{"command":"{id}","to":"south"}}}}"#),
        ),
        (
            Event::Arrived { command, from },
            format!(r#"{{"arrived":{{"command":"{id}","from":"north"}}}}"#),
        ),
    ] {
        let row = event.to_row();
        assert_eq!(row.body, body);
        assert_eq!(Event::from_row(row.kind, 1, &body, &Nothing), Ok(event));
    }
}

#[test]
fn rows_of_money_that_is_gone_are_written_and_read_as_they_always_were() {
    let event = Event::MoneyGone {
        booking: uuid::Uuid::from_u128(7),
        payment: crate::ids::PaymentId(uuid::Uuid::from_u128(8)),
        left_minor: 0,
    };
    let row = event.to_row();
    assert_eq!((row.kind, row.format), ("money_gone", 1));
    let body = concat!(
        r#"{"money_gone":{"booking":"00000000-0000-0000-0000-000000000007","#,
        r#""payment":"pay_00000000000000000000000000000008"}}"#
    );
    assert_eq!(row.body, body);
    assert_eq!(Event::from_row(row.kind, 1, body, &Nothing), Ok(event));
}

#[test]
fn terms_whose_rows_are_missing_are_not_read() {
    let event = Event::Opened {
        command: crate::ids::CommandId(uuid::Uuid::nil()),
        terms: terms(),
    };
    let row = event.to_row();
    let read = Event::from_row(row.kind, row.format, &row.body, &Nothing);
    assert!(matches!(read, Err(DecodeError::Missing(_))), "{read:?}");
}

#[test]
fn rows_of_refunds_are_written_and_read_as_they_always_were() {
    let command = crate::ids::CommandId(uuid::Uuid::nil());
    let fingerprint = crate::ids::Fingerprint(uuid::Uuid::nil());
    let owner = crate::ids::OwnerRef([0; 16]);
    let booking = uuid::Uuid::from_u128(7);
    let refund = Refund {
        lines: vec![RefundLine {
            seat: crate::seat::SeatNo(3),
            price_minor: 950,
            fee_minor: 75,
            kept_minor: 550,
        }],
        reason: RefundReason::Unable,
        note: "ill".to_owned(),
        waived: false,
    };
    let head = concat!(
        r#""command":"cmd_00000000000000000000000000000000","#,
        r#""fingerprint":"00000000000000000000000000000000","#,
        r#""owner":"own_00000000000000000000000000000000","#,
        r#""booking":"00000000-0000-0000-0000-000000000007""#
    );
    let body = concat!(
        r#""refund":{"lines":[{"seat":3,"price_minor":950,"fee_minor":75,"kept_minor":550}],"#,
        r#""reason":"unable","note":"ill""#
    );
    let asked = r#""asked":"cmd_00000000000000000000000000000000""#;
    for (event, body) in [
        (
            Event::RefundAsked {
                command,
                fingerprint,
                owner,
                booking,
                refund: Refund {
                    waived: true,
                    ..refund.clone()
                },
                until: crate::time::UtcMillis(9),
            },
            format!(r#"{{"refund_asked":{{{head},{body},"waived":true}},"until":9}}}}"#),
        ),
        (
            Event::RefundLapsed {
                bookings: vec![booking],
            },
            r#"{"refund_lapsed":{"bookings":["00000000-0000-0000-0000-000000000007"]}}"#.to_owned(),
        ),
        (
            Event::MoneyShort {
                booking,
                payment: crate::ids::PaymentId(uuid::Uuid::nil()),
                refunded_minor: 5,
            },
            concat!(
                r#"{"money_short":{"booking":"00000000-0000-0000-0000-000000000007","#,
                r#""payment":"pay_00000000000000000000000000000000","refunded_minor":5}}"#
            )
            .to_owned(),
        ),
        (
            Event::MoneyGone {
                booking,
                payment: crate::ids::PaymentId(uuid::Uuid::nil()),
                left_minor: 5,
            },
            concat!(
                r#"{"money_gone":{"booking":"00000000-0000-0000-0000-000000000007","#,
                r#""payment":"pay_00000000000000000000000000000000","left_minor":5}}"#
            )
            .to_owned(),
        ),
        (
            Event::Refunded {
                command,
                fingerprint,
                owner,
                booking,
                refund: refund.clone(),
                asked: None,
            },
            format!(r#"{{"refunded":{{{head},{body}}}}}}}"#),
        ),
        (
            Event::Refunded {
                command,
                fingerprint,
                owner,
                booking,
                refund,
                asked: Some(command),
            },
            format!(r#"{{"refunded":{{{head},{body}}},{asked}}}}}"#),
        ),
        (
            Event::RefundRefused {
                command,
                fingerprint,
                owner,
                booking,
                asked: command,
                note: "they came".to_owned(),
            },
            format!(r#"{{"refund_refused":{{{head},{asked},"note":"they came"}}}}"#),
        ),
        (
            Event::CaseResolved {
                command,
                fingerprint,
                owner,
                booking,
                payment: crate::ids::PaymentId(booking),
                how: crate::wire::desk::CaseHow::HandedOut,
                handed_minor: 950,
                note: "till 2".to_owned(),
            },
            format!(
                r#"{{"case_resolved":{{{head},"payment":"pay_00000000000000000000000000000007","how":"handed_out","handed_minor":950,"note":"till 2"}}}}"#
            ),
        ),
    ] {
        let row = event.to_row();
        assert_eq!(row.format, 1);
        assert_eq!(row.body, body);
        assert_eq!(Event::from_row(row.kind, 1, &body, &Nothing), Ok(event));
    }
}
