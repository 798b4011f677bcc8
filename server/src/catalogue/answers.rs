//! Answers that were given already, as the bytes they were given in.
//!
//! They belong to one snapshot and go with it. Each says until when it stays true, which is when the
//! next show begins or one of its own closes, and how full its shows were: whoever takes it looks
//! at each of those counts again, so nobody reads a number that is older than it would be anew.
//! What they need of memory is bounded: half of it is for answers that were asked for lately.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use houseful_core::{ids::ShowId, time::UtcMillis};

use crate::hub::Count;

/// The most memory that answers of one snapshot take.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// The longest answer that is kept, and the longest question.
const ANSWER_MAX: usize = 1024 * 1024;
const QUESTION_MAX: usize = 512;
/// What a kept answer needs beside its bytes, about.
const BESIDE: usize = 256;

/// How full a show was when it was told; `None` if nothing had happened to it.
pub(crate) type Told = (ShowId, Option<Count>);

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// What was said.
    pub(crate) body: Bytes,
    /// From when on it is true.
    pub(crate) from: UtcMillis,
    /// When it is true no more.
    pub(crate) until: UtcMillis,
    /// How full the shows in it were.
    pub(crate) counts: Vec<Told>,
}

impl Answer {
    /// Whether it is true at `now`, with shows as full as `count` says.
    fn is_true(&self, now: UtcMillis, count: impl Fn(ShowId) -> Option<Count>) -> bool {
        let same = |(show, told): &Told| count(*show) == *told;
        (self.from..self.until).contains(&now) && self.counts.iter().all(same)
    }

    fn size(&self, question: &str) -> usize {
        let counts = self.counts.len() * size_of::<Told>();
        self.body.len() + counts + question.len() + BESIDE
    }
}

/// The answers of one snapshot, by question.
#[derive(Debug)]
pub(super) struct Answers {
    kept: Mutex<Kept>,
    bytes_max: usize,
}

/// Those asked for lately, and those from before; the latter go when the former fill half of the
/// memory.
#[derive(Debug, Default)]
struct Kept {
    young: HashMap<String, Arc<Answer>>,
    old: HashMap<String, Arc<Answer>>,
    young_bytes: usize,
}

impl Default for Answers {
    fn default() -> Self {
        Self::of(BYTES_MAX)
    }
}

impl Answers {
    fn of(bytes_max: usize) -> Self {
        Self {
            kept: Mutex::default(),
            bytes_max,
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was answered to this question, if it is still true.
    pub(super) fn find(
        &self,
        question: &str,
        now: UtcMillis,
        count: impl Fn(ShowId) -> Option<Count>,
    ) -> Option<Bytes> {
        let answer = self.look(question)?;
        // Counts are looked at outside of the lock.
        answer.is_true(now, count).then(|| answer.body.clone())
    }

    fn look(&self, question: &str) -> Option<Arc<Answer>> {
        let mut kept = self.kept();
        if let Some(answer) = kept.young.get(question) {
            return Some(Arc::clone(answer));
        }
        let (question, answer) = kept.old.remove_entry(question)?;
        kept.put(question, Arc::clone(&answer), self.bytes_max / 2);
        Some(answer)
    }

    /// Keeps an answer for others who ask the same.
    pub(super) fn keep(&self, question: &str, answer: Answer) {
        if question.len() > QUESTION_MAX || answer.body.len() > ANSWER_MAX.min(self.bytes_max / 2) {
            return;
        }
        let mut kept = self.kept();
        kept.old.remove(question);
        kept.put(question.to_owned(), Arc::new(answer), self.bytes_max / 2);
    }
}

impl Kept {
    fn put(&mut self, question: String, answer: Arc<Answer>, half: usize) {
        let size = answer.size(&question);
        if self.young_bytes + size > half {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += size;
        let before = self.young.get(&question).map(|was| was.size(&question));
        self.young_bytes -= before.unwrap_or(0);
        self.young.insert(question, answer);
    }
}

#[cfg(test)]
mod tests {
    use houseful_core::wire::catalogue::ShowStatus;

    use super::*;

    const SHOW: ShowId = ShowId(7);

    fn count(free: u32) -> Option<Count> {
        Some(Count {
            free,
            total: 50,
            status: ShowStatus::OnSale,
        })
    }

    fn answer(body: &str) -> Answer {
        Answer {
            body: Bytes::copy_from_slice(body.as_bytes()),
            from: UtcMillis(10),
            until: UtcMillis(20),
            counts: vec![(SHOW, count(5))],
        }
    }

    #[test]
    fn an_answer_is_given_again_only_while_it_is_true() {
        let answers = Answers::default();
        answers.keep("?", answer("five"));
        let find = |now, free| answers.find("?", UtcMillis(now), |_| count(free));
        assert_eq!(find(10, 5).as_deref(), Some(b"five".as_slice()));
        assert_eq!(find(19, 5).as_deref(), Some(b"five".as_slice()));
        assert_eq!(find(20, 5), None, "a show began");
        assert_eq!(find(9, 5), None, "a clock went back");
        assert_eq!(find(15, 4), None, "a seat was sold");
        assert_eq!(answers.find("!", UtcMillis(15), |_| count(5)), None);
        answers.keep("?", answer("again"));
        assert_eq!(find(15, 5).as_deref(), Some(b"again".as_slice()));
    }

    #[test]
    fn answers_take_no_more_memory_than_they_may_and_those_asked_for_stay() {
        let answers = Answers::of(20_000);
        let find = |question: &str| {
            answers
                .find(question, UtcMillis(15), |_| count(5))
                .is_some()
        };
        answers.keep("asked", answer("x"));
        for nth in 0..10_000 {
            answers.keep(&format!("{nth}"), answer("y"));
            assert!(find("asked"), "{nth}");
            let kept = answers.kept();
            let of = |map: &HashMap<String, Arc<Answer>>| -> usize {
                map.iter()
                    .map(|(question, answer)| answer.size(question))
                    .sum()
            };
            assert_eq!(kept.young_bytes, of(&kept.young));
            assert!(of(&kept.young) + of(&kept.old) <= 20_000);
        }
        assert!(!find("0") && find("9999"));
    }

    #[test]
    fn what_is_too_long_is_not_kept() {
        let answers = Answers::of(20_000);
        answers.keep("long", answer(&"x".repeat(10_001)));
        answers.keep(&"q".repeat(513), answer("x"));
        assert!(answers.kept().young.is_empty());
    }
}
