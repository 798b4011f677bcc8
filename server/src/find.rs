//! What somebody may mean who types a few characters to find a booking: its code or the beginning
//! of it, a ticket's code, the booking's id, a name, the end of a telephone number.

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::BookingId,
    wire::booking::Contact,
};

use crate::{
    fold::fold,
    store::{ContactRow, Sought},
};

/// The least characters of a code that begin it.
const CODE_CHARS_MIN: usize = 4;
/// The least digits that end a number.
const DIGITS_MIN: usize = 4;
/// The most words of a name that are looked at.
const WORDS_MAX: usize = 8;

/// What a text may mean; several things at once, since `1234` may begin a code or end a number.
#[derive(Default)]
pub struct Meanings {
    /// A booking.
    pub booking: Option<BookingId>,
    /// A ticket.
    pub ticket: Option<TicketCode>,
    /// What is looked for in what stands beside the journals.
    pub sought: Vec<Sought>,
}

/// What `text` may mean.
#[must_use]
pub fn meanings(text: &str) -> Meanings {
    let text = text.trim();
    if let Ok(booking) = text.parse() {
        return Meanings {
            booking: Some(booking),
            ..Meanings::default()
        };
    }
    let mut sought = Vec::new();
    let codes = BookingCode::beginning(text, CODE_CHARS_MIN);
    sought.extend(codes.map(|(first, last)| Sought::Codes(first, last)));
    let is_number = text.chars().all(|c| c.is_numeric() || is_between_digits(c));
    // Who dials from within the country begins with a nought that the number abroad has not.
    let digits = digits_backwards(text);
    let abroad = digits.trim_end_matches('0').to_owned();
    if is_number {
        // As it was typed: the end of a number may begin with a nought, too.
        for digits in [Some(&digits), Some(&abroad).filter(|a| **a != digits)] {
            let long = digits.filter(|digits| digits.len() >= DIGITS_MIN);
            sought.extend(long.cloned().map(Sought::Digits));
        }
    } else {
        let mut words = words(text);
        words.truncate(WORDS_MAX);
        if words.iter().any(|word| is_enough(word)) {
            sought.push(Sought::Words(words));
        }
    }
    Meanings {
        booking: None,
        ticket: text.parse().ok(),
        sought,
    }
}

/// Whether a word finds few enough: two letters, or one of a script that has a sign for a word.
fn is_enough(word: &str) -> bool {
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some(only), None) => !only.is_ascii() && !only.is_lowercase(),
        (first, _) => first.is_some(),
    }
}

/// A contact as it is kept, with what it is found by.
#[must_use]
pub fn contact_row(contact: Contact) -> ContactRow {
    ContactRow {
        words: contact.name.as_deref().map(words).unwrap_or_default(),
        digits: contact
            .phone
            .as_deref()
            .map(digits_backwards)
            .unwrap_or_default(),
        contact,
    }
}

fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(' ').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// What people write between the digits of a telephone number.
fn is_between_digits(c: char) -> bool {
    matches!(c, ' ' | '+' | '-' | '(' | ')' | '/' | '.')
}

/// The digits, also wide or Indic ones, the last one first.
fn digits_backwards(text: &str) -> String {
    let plain = |c: char| {
        let code = u32::from(c);
        let zero = [0x30, 0x660, 0x6F0, 0x966, 0x9E6, 0xFF10];
        let digit = zero
            .iter()
            .find_map(|zero| code.checked_sub(*zero).filter(|d| *d < 10))?;
        char::from_digit(digit, 10)
    };
    text.chars().rev().filter_map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sought(text: &str) -> Vec<String> {
        let say = |sought: Sought| match sought {
            Sought::Codes(first, last) if first == last => format!("code {first}"),
            Sought::Codes(first, last) => format!("codes {first} to {last}"),
            Sought::Words(words) => format!("words {}", words.join("+")),
            Sought::Digits(digits) => format!("digits {digits}"),
        };
        meanings(text).sought.into_iter().map(say).collect()
    }

    #[test]
    fn a_text_may_mean_several_things() {
        assert_eq!(
            sought("7k-qm4t-2xpa"),
            ["code 7K-QM4T-2XPA", "words 7k+qm4t+2xpa"]
        );
        assert_eq!(
            sought("7kqm"),
            ["codes 7K-QM00-0000 to 7K-QMZZ-ZZZZ", "words 7kqm"]
        );
        assert_eq!(
            sought("1234"),
            ["codes 12-3400-0000 to 12-34ZZ-ZZZZ", "digits 4321"]
        );
        assert_eq!(sought("+44 (113) 496-0123"), ["digits 321069431144"]);
        assert_eq!(sought("Łukasz Żó"), ["words lukasz+zo"]);
        assert_eq!(sought("山田"), ["words 山田"]);
        assert_eq!(sought("٠١٢٣٤"), ["digits 43210", "digits 4321"]);
        for nothing in ["", "  ", "123", "-", "!?"] {
            assert_eq!(sought(nothing), Vec::<String>::new(), "{nothing}");
        }
    }

    #[test]
    fn a_single_letter_is_not_looked_for_but_a_single_sign_is() {
        assert!(sought("a").is_empty() && sought("é").is_empty());
        assert_eq!(sought("al"), ["words al"]);
        assert_eq!(sought("林"), ["words 林"]);
        assert!(sought("j dvorak").contains(&"words j+dvorak".to_owned()));
    }

    #[test]
    fn ids_and_ticket_codes_are_known() {
        let id = "bkg_1042_0192f0c1a2b34c5d8e6f708192a3b4c5";
        let meant = meanings(id);
        assert_eq!(meant.booking.map(|id| id.to_string()).as_deref(), Some(id));
        assert!(meant.sought.is_empty() && meant.ticket.is_none());
        let meant = meanings(" 7kqm-4t2x-pa9d ");
        assert_eq!(meant.ticket, "7KQM-4T2X-PA9D".parse().ok());
    }

    #[test]
    fn the_end_of_a_number_may_begin_with_a_nought() {
        let sought = |text: &str| meanings(text).sought;
        let digits = |d: &str| Sought::Digits(d.to_owned());
        assert!(sought("0123").contains(&digits("3210")));
        assert!(sought("0000").contains(&digits("0000")));
        assert!(
            sought("0113 496").contains(&digits("694311")),
            "dialled from within"
        );
        assert!(sought("0113 496").contains(&digits("6943110")));
        assert!(sought("123").is_empty());
    }

    #[test]
    fn a_contact_is_found_by_its_words_and_the_end_of_its_number() {
        let row = contact_row(Contact {
            name: Some("Dvořáková-Ünal, Zoë".into()),
            phone: Some("+420 601 123 456".into()),
        });
        assert_eq!(row.words, ["dvorakova", "unal", "zoe"]);
        assert!(row.digits.starts_with("6543"));
        assert!(!format!("{row:?}{:?}", row.contact).contains("Zo"));
    }
}
