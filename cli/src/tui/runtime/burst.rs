//! Scanners that type: a code and Enter, faster than any hand.
//!
//! Scanners send a key every 1 to 30 ms, hands one every 60 ms or more. Nobody shall wait that long
//! to see a key do something, so a letter or digit is done at once, but on trial: what it would ask
//! for or send waits until it is known what the key was. If no other follows in time, or what
//! follows is no code, it stands. If the burst is the code of a ticket or booking and ends with Enter
//! or Tab, none of its keys ever was: the code is one message. Codes have no check digit, so any ten
//! letters could be one: keys in a text field are never looked at here, and a burst without a digit
//! is a code only where each of its keys came faster than any hand. Time is passed in.

use std::time::{Duration, Instant};

use houseful_core::code::{BookingCode, TicketCode};

use crate::tui::key::Key;

/// How long a key is on trial: slow scanners take 30 ms a key, and a busy terminal may add to it.
const GAP: Duration = Duration::from_millis(45);
/// The same once so many keys came that no hand typed them: a scanner may falter, and so may a busy
/// machine that reads it.
const SURE_GAP: Duration = Duration::from_millis(150);
/// The longest gap of keys that surely no hand typed.
const SWIFT_GAP: Duration = Duration::from_millis(15);
/// The longest gap of a scanner in the mean: it may falter once.
const MEAN_GAP: Duration = Duration::from_millis(40);
/// From how many keys on.
const SURE_KEYS: usize = 3;
/// The most keys of a burst: more are no code with its hyphens.
const KEYS_MAX: usize = 20;

/// What becomes of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This key is done on trial.
    Try(Key),
    /// What is on trial stands.
    Stands,
    /// What is on trial never was: a scanner typed this code.
    Scanned(String),
    /// This key is done.
    Do(Key),
}

/// The keys of a burst that is not over.
#[derive(Debug, Default)]
pub(super) struct Burst {
    /// Those on trial.
    keys: Vec<Key>,
    /// When the first key came.
    first: Option<Instant>,
    /// When the last key came.
    last: Option<Instant>,
    /// The longest gap so far.
    longest: Duration,
    /// Whether it faltered: once it may.
    faltered: bool,
    /// Whether the burst was too long to be a code: its keys pass, until there is a gap.
    passing: bool,
}

impl Burst {
    /// A key was read at this time: what becomes of it and of those before.
    pub(super) fn key(&mut self, key: Key, now: Instant) -> Vec<Verdict> {
        let mut out: Vec<Verdict> = self.pass(now).into_iter().collect();
        self.passing &= self.last.is_some_and(|last| now < last + GAP);
        match key {
            Key::Char(c) if c.is_ascii_alphanumeric() || (c == '-' && !self.keys.is_empty()) => {
                self.count(now);
                if self.passing {
                    out.push(Verdict::Do(key));
                    return out;
                }
                self.keys.push(key);
                out.push(Verdict::Try(key));
                if self.keys.len() > KEYS_MAX {
                    self.passing = true;
                    out.extend(self.end());
                }
            }
            // Some scanners end with a line feed, which a terminal tells as Ctrl-J.
            Key::Enter | Key::Tab | Key::Ctrl('j') if !self.keys.is_empty() => {
                self.count(now);
                match self.code().filter(|_| self.is_scanner()) {
                    Some(code) => {
                        self.keys.clear();
                        self.last = None;
                        out.push(Verdict::Scanned(code));
                    }
                    None => {
                        out.extend(self.end());
                        out.push(Verdict::Do(key));
                    }
                }
            }
            _ => {
                out.extend(self.end());
                out.push(Verdict::Do(key));
            }
        }
        out
    }

    /// Takes note of when a key came.
    fn count(&mut self, now: Instant) {
        match self.last.filter(|_| !self.keys.is_empty()) {
            Some(last) => {
                let gap = now.saturating_duration_since(last);
                self.longest = self.longest.max(gap);
                self.faltered |= gap >= GAP;
            }
            None => {
                self.first = Some(now);
                self.longest = Duration::ZERO;
                self.faltered = false;
            }
        }
        self.last = Some(now);
    }

    /// Whether the keys of a code came as a scanner sends them.
    fn is_scanner(&self) -> bool {
        let gaps = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let took = self.first.zip(self.last);
        let took = took.map_or(Duration::ZERO, |(first, last)| last - first);
        let has_digit = self.keys.iter().any(|key| key.digit().is_some());
        took <= MEAN_GAP * gaps && (has_digit || self.longest < SWIFT_GAP)
    }

    /// Time has passed: keys that nothing followed stand.
    pub(super) fn pass(&mut self, now: Instant) -> Option<Verdict> {
        self.due_at().filter(|due| *due <= now)?;
        self.end()
    }

    /// Something else happened: the keys on trial stand.
    pub(super) fn end(&mut self) -> Option<Verdict> {
        let any = !self.keys.is_empty();
        self.keys.clear();
        any.then_some(Verdict::Stands)
    }

    /// When `pass` has something to do.
    pub(super) fn due_at(&self) -> Option<Instant> {
        let last = self.last.filter(|_| !self.keys.is_empty())?;
        let sure = self.keys.len() >= SURE_KEYS && !self.faltered;
        Some(last + if sure { SURE_GAP } else { GAP })
    }

    /// The code that the keys are, written as people write it.
    fn code(&self) -> Option<String> {
        let chars = self.keys.iter().filter_map(|key| match key {
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

    /// What is left of keys that follow each other after so many milliseconds: the keys that
    /// stand, and codes.
    fn typed(keys: &[(Key, u64)]) -> Vec<Verdict> {
        let (mut burst, mut out, mut trial) = (Burst::default(), Vec::new(), Vec::new());
        let mut at = crate::moment::tick();
        let mut take = |verdict: Verdict| match verdict {
            Verdict::Try(key) => trial.push(Verdict::Do(key)),
            Verdict::Stands => out.append(&mut trial),
            Verdict::Scanned(code) => {
                trial.clear();
                out.push(Verdict::Scanned(code));
            }
            Verdict::Do(key) => {
                assert_eq!(trial, [], "what came before stands first");
                out.push(Verdict::Do(key));
            }
        };
        for (key, ms) in keys {
            let next = at + Duration::from_millis(*ms);
            while let Some(due) = burst.due_at().filter(|due| *due <= next) {
                burst.pass(due).into_iter().for_each(&mut take);
            }
            at = next;
            burst.key(*key, at).into_iter().for_each(&mut take);
        }
        while let Some(due) = burst.due_at() {
            assert!(due <= at + SURE_GAP, "nothing waits for longer");
            burst.pass(due).into_iter().for_each(&mut take);
        }
        assert_eq!(trial, [], "nothing stays on trial");
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

    fn keys(of: &[(Key, u64)]) -> Vec<Verdict> {
        of.iter().map(|(key, _)| Verdict::Do(*key)).collect()
    }

    #[test]
    fn a_scanned_code_is_one_message_however_slow_the_scanner() {
        for (text, code) in [
            ("7KQM-4T2X-PA9D\n", "7KQM-4T2X-PA9D"),
            ("7kqm4t2xpa9d\n", "7KQM-4T2X-PA9D"),
            ("7KQM4T2XPA9D\t", "7KQM-4T2X-PA9D"),
            ("7KQM4T2XPA9D\r", "7KQM-4T2X-PA9D"),
            ("7K-QM4T-2XPA\n", "7K-QM4T-2XPA"),
        ] {
            for ms in [0, 1, 6, 12, 20, 30, 39] {
                let out = typed(&scan(text, ms));
                assert_eq!(out, [Verdict::Scanned(code.to_owned())], "{text} {ms}");
            }
        }
        // After its first keys it may falter.
        let mut falters = scan("7KQM4T2XPA9D\n", 20);
        falters[12].1 = 140;
        assert_eq!(typed(&falters).len(), 1);
        // Once: who falters twice is no scanner.
        falters[5].1 = 90;
        assert_eq!(typed(&falters), keys(&falters));
    }

    #[test]
    fn a_code_typed_by_hand_is_keys() {
        let by_hand = scan("7KQM4T2XPA9D\n", 46);
        assert_eq!(typed(&by_hand), keys(&by_hand));
        // Who presses Enter after a while has typed it, too.
        let mut waited = scan("7KQM4T2XPA9D", 1);
        waited.push((Key::Enter, 151));
        assert_eq!(typed(&waited), keys(&waited));
    }

    #[test]
    fn words_and_numbers_typed_by_a_quick_hand_are_keys() {
        // Ten letters, the first of them at once and the rest as people type.
        for text in ["casablanca\n", "0113496012\n", "CASABLANCA12\n"] {
            let mut by_hand = scan(text, 100);
            for key in &mut by_hand[..4] {
                key.1 = 40;
            }
            assert_eq!(typed(&by_hand), keys(&by_hand), "{text}");
            // A little slower than a scanner in the mean, with one rest.
            let mut steady = scan(text, 42);
            steady[6].1 = 60;
            assert_eq!(typed(&steady), keys(&steady), "{text}");
        }
        // A word has no digit; one ticket in a hundred has none either, and comes swiftly.
        let word = scan("casablanca\n", 20);
        assert_eq!(typed(&word), keys(&word));
        assert_eq!(typed(&scan("KQMATSXPADWH\n", 14)).len(), 1);
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
                let code = Verdict::Scanned("7KQM-4T2X-PA9D".to_owned());
                assert_eq!(out, [Verdict::Do(Key::Char('-')), code]);
            } else {
                assert_eq!(out, keys(&burst), "{text}");
            }
        }
        let long = scan(&"ABCDEFGHJK".repeat(12), 0);
        assert_eq!(typed(&long), keys(&long));
    }

    #[test]
    fn every_key_is_done_when_it_comes_and_only_letters_and_digits_on_trial() {
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
            assert_eq!(burst.key(key, now), [Verdict::Do(key)]);
            assert_eq!(burst.due_at(), None);
        }
        let b = Key::Char('b');
        assert_eq!(burst.key(b, now), [Verdict::Try(b)]);
        assert_eq!(burst.due_at(), Some(now + GAP));
        assert_eq!(burst.pass(now + Duration::from_millis(6)), None);
        assert_eq!(burst.pass(now + GAP), Some(Verdict::Stands));
        assert_eq!(burst.pass(now + GAP), None);
    }

    proptest! {
        /// Whatever is typed comes out once, in order, unless it was a code.
        #[test]
        fn no_key_is_lost_or_turned_round(
            pressed in vec((select(vec![
                Key::Char('7'), Key::Char('K'), Key::Char('u'), Key::Char('-'), Key::Char(' '),
                Key::Enter, Key::Tab, Key::Up, Key::Esc, Key::Ctrl('l'),
            ]), 0..60_u64), 0..60)
        ) {
            let out = typed(&pressed);
            if !out.iter().any(|verdict| matches!(verdict, Verdict::Scanned(_))) {
                prop_assert_eq!(out, keys(&pressed));
            }
        }
    }
}
