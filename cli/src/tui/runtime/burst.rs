//! Scanners that type: a code and Enter within milliseconds, faster than any hand.
//!
//! A letter or digit is held back for a moment to see whether another follows. A burst that ends
//! with Enter or Tab and is the code of a ticket or booking is one message; everything else comes
//! out as the keys it was, in their order. Time is passed in.

use std::time::{Duration, Instant};

use houseful_core::code::{BookingCode, TicketCode};

use crate::tui::{key::Key, msg::Msg};

/// How long a key waits for the next one: scanners that type take up to 10 ms a key. The timer that
/// ends the wait goes by whole milliseconds, so that a key is on the screen's way after 13 ms.
const GAP: Duration = Duration::from_millis(12);
/// The most keys of a burst: more are no code with its hyphens.
const KEYS_MAX: usize = 20;

/// The keys of a burst that is not over.
#[derive(Debug, Default)]
pub(super) struct Burst {
    held: Vec<Key>,
    /// When the last key came.
    last: Option<Instant>,
    /// Whether the burst was too long to be a code: its keys pass, until there is a gap.
    passing: bool,
}

impl Burst {
    /// A key was pressed now: what comes of it and of those before.
    pub(super) fn key(&mut self, key: Key, now: Instant) -> Vec<Msg> {
        let mut out = self.pass(now);
        let in_burst = self.last.is_some_and(|last| now < last + GAP);
        self.passing &= in_burst;
        match key {
            Key::Char(c) if c.is_ascii_alphanumeric() || (c == '-' && !self.held.is_empty()) => {
                self.last = Some(now);
                if self.passing {
                    out.push(Msg::Key(key));
                    return out;
                }
                self.held.push(key);
                if self.held.len() > KEYS_MAX {
                    self.passing = true;
                    out.extend(self.release());
                }
            }
            // Some scanners end with a line feed, which a terminal tells as Ctrl-J.
            Key::Enter | Key::Tab | Key::Ctrl('j') if !self.held.is_empty() => match self.code() {
                Some(code) => {
                    self.held.clear();
                    self.last = None;
                    out.push(Msg::Scanned(code));
                }
                None => {
                    out.extend(self.release());
                    out.push(Msg::Key(key));
                }
            },
            _ => {
                out.extend(self.release());
                out.push(Msg::Key(key));
            }
        }
        out
    }

    /// Time has passed: keys that nothing followed come out.
    pub(super) fn pass(&mut self, now: Instant) -> Vec<Msg> {
        match self.due_at() {
            Some(due) if due <= now => self.release(),
            _ => Vec::new(),
        }
    }

    /// When `pass` has something to do.
    pub(super) fn due_at(&self) -> Option<Instant> {
        let last = self.last.filter(|_| !self.held.is_empty())?;
        Some(last + GAP)
    }

    fn release(&mut self) -> Vec<Msg> {
        self.held.drain(..).map(Msg::Key).collect()
    }

    /// The code that the keys are, written as people write it.
    fn code(&self) -> Option<String> {
        let chars = self.held.iter().filter_map(|key| match key {
            Key::Char(c) => Some(*c),
            _ => None,
        });
        let text: String = chars.collect();
        let ticket = text.parse::<TicketCode>().map(|code| code.to_string());
        let booking = text.parse::<BookingCode>().map(|code| code.to_string());
        ticket.or(booking).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    /// What comes out of keys that follow each other after so many milliseconds.
    fn typed(keys: &[(Key, u64)]) -> Vec<Msg> {
        let (mut burst, mut out) = (Burst::default(), Vec::new());
        let start = crate::moment::tick();
        let mut at = start;
        for (key, ms) in keys {
            let next = at + Duration::from_millis(*ms);
            while let Some(due) = burst.due_at().filter(|due| *due <= next) {
                out.extend(burst.pass(due));
            }
            at = next;
            out.extend(burst.key(*key, at));
        }
        while let Some(due) = burst.due_at() {
            assert!(due <= at + GAP, "nothing waits for longer");
            out.extend(burst.pass(due));
        }
        out
    }

    fn scan(text: &str, ms: u64) -> Vec<(Key, u64)> {
        text.chars()
            .map(|c| match c {
                '\n' => (Key::Enter, ms),
                '\t' => (Key::Tab, ms),
                '\r' => (Key::Ctrl('j'), ms),
                c => (Key::Char(c), ms),
            })
            .collect()
    }

    fn keys(of: &[(Key, u64)]) -> Vec<Msg> {
        of.iter().map(|(key, _)| Msg::Key(*key)).collect()
    }

    #[test]
    fn a_scanned_code_is_one_message() {
        for (text, code) in [
            ("7KQM-4T2X-PA9D\n", "7KQM-4T2X-PA9D"),
            ("7kqm4t2xpa9d\n", "7KQM-4T2X-PA9D"),
            ("7KQM4T2XPA9D\t", "7KQM-4T2X-PA9D"),
            ("7KQM4T2XPA9D\r", "7KQM-4T2X-PA9D"),
            ("7K-QM4T-2XPA\n", "7K-QM4T-2XPA"),
        ] {
            for ms in [0, 1, 6, 10] {
                let out = typed(&scan(text, ms));
                assert_eq!(out, [Msg::Scanned(code.to_owned())], "{text} {ms}");
            }
        }
    }

    #[test]
    fn a_code_typed_by_hand_is_keys() {
        let by_hand = scan("7KQM4T2XPA9D\n", 14);
        assert_eq!(typed(&by_hand), keys(&by_hand));
        // Who presses Enter after a while has typed it, too.
        let mut waited = scan("7KQM4T2XPA9D", 1);
        waited.push((Key::Enter, 14));
        assert_eq!(typed(&waited), keys(&waited));
    }

    #[test]
    fn a_burst_that_is_no_code_is_keys_in_order() {
        for text in [
            "12\n\n",
            "gh8-9\n\n\n",
            "7KQM4T2XPA9\n",
            "7KQM4T2XPA9U\n",
            "-7KQM4T2XPA9D\n",
        ] {
            let burst = scan(text, 0);
            let out = typed(&burst);
            if text.starts_with('-') {
                let code = Msg::Scanned("7KQM-4T2X-PA9D".to_owned());
                assert_eq!(out, [Msg::Key(Key::Char('-')), code]);
            } else {
                assert_eq!(out, keys(&burst), "{text}");
            }
        }
        let long = scan(&"ABCDEFGHJK".repeat(12), 0);
        assert_eq!(typed(&long), keys(&long));
    }

    #[test]
    fn other_keys_wait_for_nothing() {
        let mut burst = Burst::default();
        let now = crate::moment::tick();
        for key in [
            Key::Up,
            Key::Esc,
            Key::Enter,
            Key::Char(' '),
            Key::Char('-'),
            Key::Ctrl('c'),
        ] {
            assert_eq!(burst.key(key, now), [Msg::Key(key)]);
            assert_eq!(burst.due_at(), None);
        }
        assert!(burst.key(Key::Char('b'), now).is_empty());
        assert_eq!(burst.due_at(), Some(now + GAP));
        assert!(burst.pass(now + Duration::from_millis(6)).is_empty());
        assert_eq!(burst.pass(now + GAP), [Msg::Key(Key::Char('b'))]);
    }

    proptest! {
        /// Whatever is typed comes out once, in order, unless it was a code.
        #[test]
        fn no_key_is_lost_or_turned_round(
            pressed in vec((select(vec![
                Key::Char('7'), Key::Char('K'), Key::Char('u'), Key::Char('-'), Key::Char(' '),
                Key::Enter, Key::Tab, Key::Up, Key::Esc, Key::Ctrl('l'),
            ]), 0..20_u64), 0..60)
        ) {
            let out = typed(&pressed);
            if !out.iter().any(|msg| matches!(msg, Msg::Scanned(_))) {
                prop_assert_eq!(out, keys(&pressed));
            }
        }
    }
}
