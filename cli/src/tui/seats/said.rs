//! What a customer says for another price, or to be let in before the others: codes, and what kind
//! of member they are.

use super::{Seats, order::Leave};
use crate::tui::{desk::Desk, wording};
use houseful_core::wire::booking::Wish;

/// The word before the kind of a membership.
const MEMBER: &str = "member";

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Codes, as they were typed.
    pub codes: Vec<String>,
    /// The kind of member.
    pub member: Option<String>,
}

impl Said {
    /// Adds what was typed: a code, or `member gold`. `false` for what is said already.
    fn add(&mut self, text: &str) -> bool {
        let kind = text
            .split_once([' ', ':', '='])
            .filter(|(word, _)| word.eq_ignore_ascii_case(MEMBER));
        match kind {
            Some((_, kind)) => {
                let kind = Some(kind.trim().to_owned());
                let is_new = self.member != kind;
                self.member = kind;
                is_new
            }
            None => {
                let known = self.codes.iter().any(|c| c.eq_ignore_ascii_case(text));
                if !known {
                    self.codes.push(text.to_owned());
                }
                !known
            }
        }
    }
}

impl Seats {
    /// Takes what was typed into the field for codes. Seats that are held are asked for again with
    /// it; otherwise it goes with the first ones. Nothing typed takes back all that was said.
    pub(super) fn say_for_price(&mut self, desk: &mut Desk, text: &str) {
        if text.is_empty() {
            self.said = Said::default();
            return desk.say(wording::SAID_NOTHING);
        }
        if !self.said.add(text) {
            return desk.say(wording::SAID_ALREADY);
        }
        let held = self.held_wishes();
        if held.is_empty() {
            return desk.say(wording::said(&self.said));
        }
        let by_best = self.by_best;
        self.ask_seats(desk, Wish::Seats(held), true, Leave::default());
        if let Some(asking) = &mut self.asking {
            asking.best = by_best;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_code_and_a_membership_is_said_as_one() {
        let mut said = Said::default();
        assert!(said.add("TENOFF") && said.add("member gold") && said.add("Dune 26"));
        assert!(!said.add("tenoff") && !said.add("Member=gold"));
        assert_eq!(said.codes, ["TENOFF", "Dune 26"]);
        assert_eq!(said.member.as_deref(), Some("gold"));
    }
}
