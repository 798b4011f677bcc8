//! `--pay`: by which means, and how much by each.

use std::{path::PathBuf, str::FromStr};

use houseful_core::{code::VoucherCode, wire::payment::Card};

/// How to pay. What a card or a voucher is known by is never shown again.
#[derive(Clone, PartialEq, Eq)]
pub enum Pay {
    /// Cash: the exact total, or what was handed over.
    Cash(Option<String>),
    /// By card.
    Card(CardFrom),
    /// By several means together, or by vouchers alone.
    Split(Vec<PayPart>),
}

/// One means of several.
#[derive(Clone, PartialEq, Eq)]
pub enum PayPart {
    /// A voucher; as much as it can without an amount.
    Voucher {
        /// Its code.
        code: VoucherCode,
        /// How much.
        amount: Option<String>,
    },
    /// A card; the rest without an amount.
    Card {
        /// Which.
        from: CardFrom,
        /// How much.
        amount: Option<String>,
    },
    /// Cash; the rest without an amount.
    Cash {
        /// How much.
        amount: Option<String>,
        /// What was handed over for it.
        given: Option<String>,
    },
}

/// Where the number of a card comes from. On the command line others can read it, and the shell
/// keeps it: that is for test cards.
#[derive(Clone, PartialEq, Eq)]
pub enum CardFrom {
    /// The practice card of a simulated terminal.
    Practice,
    /// This number.
    Number(String),
    /// Standard input, or the keyboard.
    Stdin,
    /// The first line of a file.
    File(PathBuf),
}

/// The digits of a card's number; blanks and dashes between them are left out. What names a card to
/// Stripe, as in `pm_card_visa`, is left as it is.
///
/// # Errors
/// What it should look like.
pub fn card_number(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if text.starts_with(Card::METHOD) && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    let digits = text.replace([' ', '-'], "");
    let good = (12..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if good {
        Ok(digits)
    } else {
        Err("a card number has 12 to 19 digits".to_owned())
    }
}

impl std::fmt::Debug for Pay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cash(_) => "Cash",
            Self::Card(_) => "Card",
            Self::Split(_) => "Split",
        })
    }
}

const HOW: &str = "pay with `cash`, `cash=50.00`, `card`, `card=-`, `card=@FILE`, or several as in \
                   `voucher:7KQM-4T2X-H3WZ-PA9D,card` or `cash:10.00,card`";

impl FromStr for Pay {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Result<Vec<PayPart>, String> = text.split(',').map(str::parse).collect();
        let parts = parts?;
        Ok(match parts.as_slice() {
            [
                PayPart::Cash {
                    amount: None,
                    given,
                },
            ] => Self::Cash(given.clone()),
            [PayPart::Card { amount: None, from }] => Self::Card(from.clone()),
            _ => Self::Split(parts),
        })
    }
}

impl FromStr for PayPart {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (how, what) = match text.split_once('=') {
            Some((how, what)) => (how, Some(what.to_owned())),
            None => (text, None),
        };
        let (how, named) = match how.split_once(':') {
            Some((how, named)) => (how, Some(named.to_owned())),
            None => (how, None),
        };
        match how {
            "voucher" => {
                let (code, amount) = match (named, what) {
                    (Some(code), amount) => (code, amount),
                    (None, Some(code)) => (code, None),
                    (None, None) => return Err(HOW.to_owned()),
                };
                let code = code.parse().map_err(|e| format!("{e}"))?;
                Ok(Self::Voucher { code, amount })
            }
            "cash" => Ok(Self::Cash {
                amount: named,
                given: what,
            }),
            "card" => Ok(Self::Card {
                from: what.as_deref().map_or(Ok(CardFrom::Practice), card_from)?,
                amount: named,
            }),
            _ => Err(HOW.to_owned()),
        }
    }
}

fn card_from(text: &str) -> Result<CardFrom, String> {
    Ok(match text {
        "-" => CardFrom::Stdin,
        text => match text.strip_prefix('@') {
            Some(file) if !file.is_empty() => CardFrom::File(file.into()),
            _ => CardFrom::Number(card_number(text)?),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_means_stand_behind_commas() {
        let code: VoucherCode = "7KQM-4T2X-H3WZ-PA9D".parse().expect("a code");
        let pay: Pay = "voucher:7kqm-4t2x-h3wz-pa9d,card".parse().expect("a split");
        let voucher = PayPart::Voucher { code, amount: None };
        let card = PayPart::Card {
            from: CardFrom::Practice,
            amount: None,
        };
        assert!(pay == Pay::Split(vec![voucher.clone(), card.clone()]));
        let alone: Pay = "voucher=7KQM4T2XH3WZPA9D".parse().expect("a voucher");
        assert!(alone == Pay::Split(vec![voucher]));
        let cash = PayPart::Cash {
            amount: Some("10.00".to_owned()),
            given: Some("20".to_owned()),
        };
        let pay: Pay = "cash:10.00=20,card".parse().expect("a split");
        assert!(pay == Pay::Split(vec![cash, card]));
        assert!("cash=20".parse() == Ok(Pay::Cash(Some("20".to_owned()))));
        assert_eq!(format!("{pay:?}"), "Split");
    }

    #[test]
    fn what_is_no_means_is_told_without_its_secret() {
        for bad in [
            "",
            "cash,",
            "gold",
            "voucher",
            "voucher:7KQM",
            "card=12",
            "cash;card",
        ] {
            let told = bad.parse::<Pay>().expect_err("refused");
            assert!(!told.contains("=12") && !told.contains(":7KQM`"), "{told}");
        }
    }
}
