//! What a card does: said by its number, else by the dial.

use houseful_core::{
    ids::PaymentId,
    wire::{admin::CardDial, payment::Card},
};
use sha2::{Digest, Sha256};

/// What becomes of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scenario {
    Approve,
    Decline,
    /// The number can't be a card's.
    BadNumber,
    Slow,
    /// Charged, but we never hear of it.
    AnswerLost,
    /// Not charged, and we never hear of it.
    LostOnTheWay,
    Late,
    CapturedAtOnce,
    CaptureRefused,
}

impl Scenario {
    /// What this card does for this payment. The same payment gets the same answer.
    pub(super) fn of(card: &Card, dial: CardDial, payment: PaymentId) -> Self {
        match card.secret() {
            "4000000000000002" => Self::Decline,
            "4000000000000069" => Self::Slow,
            "4000000000000119" => Self::AnswerLost,
            "4000000000000127" => Self::LostOnTheWay,
            "4000000000000259" => Self::Late,
            "4000000000000077" => Self::CapturedAtOnce,
            "4000000000000341" => Self::CaptureRefused,
            number if !is_luhn(number) => Self::BadNumber,
            _ => Self::dialled(dial, payment),
        }
    }

    fn dialled(dial: CardDial, payment: PaymentId) -> Self {
        let mut drawn = draw(payment, "fault");
        let shares = [
            (dial.decline, Self::Decline),
            (dial.slow, Self::Slow),
            (
                dial.time_out,
                if draw(payment, "charged") < 500 {
                    Self::AnswerLost
                } else {
                    Self::LostOnTheWay
                },
            ),
            (dial.late, Self::Late),
            (dial.capture_refused, Self::CaptureRefused),
        ];
        for (share, fault) in shares {
            match drawn.checked_sub(share) {
                None => return fault,
                Some(rest) => drawn = rest,
            }
        }
        Self::Approve
    }

    /// The word in the terminal's ledger.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::BadNumber => "bad_number",
            Self::Slow => "slow",
            Self::AnswerLost => "answer_lost",
            Self::LostOnTheWay => "lost_on_the_way",
            Self::Late => "late",
            Self::CapturedAtOnce => "captured_at_once",
            Self::CaptureRefused => "capture_refused",
        }
    }
}

/// Whether the first attempt to give money back fails.
pub(super) fn first_refund_fails(dial: CardDial, payment: PaymentId) -> bool {
    draw(payment, "refund") < dial.refund_fails
}

/// 0 to 999, always the same for a payment and a purpose.
fn draw(payment: PaymentId, purpose: &str) -> u16 {
    let mut hash = Sha256::new();
    hash.update(purpose);
    hash.update(payment.0.as_bytes());
    let digest = hash.finalize();
    let drawn = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % 1_000;
    u16::try_from(drawn).unwrap_or(0)
}

/// Whether the last digit checks the others.
fn is_luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b.wrapping_sub(b'0'));
            match (i % 2, digit) {
                (0, d) => d,
                (_, d) if d > 4 => d * 2 - 9,
                (_, d) => d * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(n: u128) -> PaymentId {
        PaymentId(uuid::Uuid::from_u128(n))
    }

    fn card(number: &str) -> Card {
        Card::number(number)
    }

    #[test]
    fn numbers_say_what_happens_whatever_the_dial_says() {
        let dial = CardDial {
            late: 1_000,
            ..CardDial::default()
        };
        let of = |number| Scenario::of(&card(number), dial, payment(1));
        assert_eq!(of("4000000000000002"), Scenario::Decline);
        assert_eq!(of("4000000000000341"), Scenario::CaptureRefused);
        assert_eq!(of("4242424242424241"), Scenario::BadNumber);
        assert_eq!(of("4242424242424242"), Scenario::Late);
    }

    #[test]
    fn the_dial_hits_its_share_and_the_same_payments_each_time() {
        let dial = CardDial {
            decline: 100,
            time_out: 200,
            refund_fails: 300,
            ..CardDial::default()
        };
        let good = card("4242424242424242");
        let all: Vec<_> = (0..10_000)
            .map(|n| Scenario::of(&good, dial, payment(n)))
            .collect();
        let count = |s| all.iter().filter(|a| **a == s).count();
        assert!((800..1_200).contains(&count(Scenario::Decline)));
        assert!((800..1_200).contains(&count(Scenario::AnswerLost)));
        assert!((800..1_200).contains(&count(Scenario::LostOnTheWay)));
        assert!((6_600..7_400).contains(&count(Scenario::Approve)));
        assert_eq!(all[7], Scenario::of(&good, dial, payment(7)));
        let fails = (0..10_000)
            .filter(|n| first_refund_fails(dial, payment(*n)))
            .count();
        assert!((2_700..3_300).contains(&fails));
    }
}
