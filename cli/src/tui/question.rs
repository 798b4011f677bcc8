//! A question that is asked until it is answered, and the one place that says when it is asked
//! again.
//!
//! While a question is out it has no time to be asked again, so nothing can wake the screens for
//! it before its answer.

use houseful_core::time::UtcMillis;

use super::{
    desk::Desk,
    msg::{Ask, Failure, Generation},
};

/// How long to wait after no answer; each further try waits this much longer.
const RETRY_MS: i64 = 1_000;
/// The longest wait between two tries.
const RETRY_MAX_MS: i64 = 5_000;
/// How long to wait before looking again at what is still under way.
const POLL_MS: i64 = 400;

/// A question to the server, and when it is asked (again).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    out: Option<Generation>,
    again_at: Option<UtcMillis>,
    unanswered: u32,
}

impl Question {
    /// A question that is asked now.
    pub fn asked(desk: &mut Desk, ask: Ask) -> Self {
        let mut question = Self::default();
        question.ask(desk, ask);
        question
    }

    /// Asks now; an answer to an earlier asking is not waited for any more.
    pub fn ask(&mut self, desk: &mut Desk, ask: Ask) {
        self.out = Some(desk.ask(ask));
        self.again_at = None;
    }

    /// Which asking is out.
    #[cfg(test)]
    #[must_use]
    pub fn out(&self) -> Option<Generation> {
        self.out
    }

    /// Whether an answer is waited for.
    #[must_use]
    pub fn is_out(&self) -> bool {
        self.out.is_some()
    }

    /// Whether it is neither out nor waiting to be asked again.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.out.is_none() && self.again_at.is_none()
    }

    /// Whether the last try had no answer.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.unanswered > 0
    }

    /// When to ask again; `None` while it is out.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        self.again_at
    }

    /// Whether it is time to ask again.
    #[must_use]
    pub fn is_due(&self, now: UtcMillis) -> bool {
        self.again_at.is_some_and(|at| at <= now)
    }

    /// Whether this is the answer that is waited for; from then on none is.
    pub fn takes(&mut self, generation: Generation) -> bool {
        let ours = self.out == Some(generation);
        if ours {
            self.out = None;
        }
        ours
    }

    /// The server answered: the next wait for no answer is a short one.
    pub fn answered(&mut self) {
        self.unanswered = 0;
    }

    /// Asks again after so long.
    pub fn rest(&mut self, now: UtcMillis, ms: i64) {
        self.again_at = Some(now.plus_ms(ms));
    }

    /// Looks again soon at what is still under way.
    pub fn look_again(&mut self, now: UtcMillis) {
        self.rest(now, POLL_MS);
    }

    /// Tries again after no answer, each time a little later.
    pub fn try_again(&mut self, now: UtcMillis) {
        self.unanswered = self.unanswered.saturating_add(1);
        let wait = RETRY_MS.saturating_mul(i64::from(self.unanswered));
        self.rest(now, wait.min(RETRY_MAX_MS));
    }

    /// Tries again after a failure that says nothing about the thing itself; gives the words of one
    /// that is worth telling. That there was no answer stands on the screen already.
    pub fn failed<'a>(&mut self, failure: &'a Failure, now: UtcMillis) -> Option<&'a str> {
        match failure {
            Failure::NoAnswer(_) => {
                self.try_again(now);
                None
            }
            Failure::Refused(problem) => {
                self.try_later(now);
                Some(&problem.detail)
            }
            Failure::Broken(why) => {
                self.try_later(now);
                Some(why)
            }
        }
    }

    /// Tries again after a refusal that says nothing about the thing itself and may pass.
    pub fn try_later(&mut self, now: UtcMillis) {
        self.rest(now, RETRY_MAX_MS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_is_out_wakes_nobody() {
        let mut desk = Desk::default();
        let mut question = Question::asked(&mut desk, Ask::Info);
        let first = question.out().expect("out");
        assert_eq!(question.again_at(), None);
        assert!(!question.takes(Generation(first.0 + 1)));
        assert!(question.takes(first));
        question.try_again(UtcMillis(0));
        assert!(!question.is_due(UtcMillis(999)) && question.is_due(UtcMillis(1_000)));
        question.ask(&mut desk, Ask::Info);
        assert!(question.again_at().is_none() && question.is_unanswered());
    }

    #[test]
    fn each_wait_is_longer_up_to_a_bound() {
        let mut question = Question::default();
        let mut wait = || {
            question.try_again(UtcMillis(0));
            question.again_at().expect("a time").0
        };
        assert_eq!(
            [(); 6].map(|()| wait()),
            [1_000, 2_000, 3_000, 4_000, 5_000, 5_000]
        );
        question.answered();
        question.try_again(UtcMillis(0));
        assert_eq!(question.again_at(), Some(UtcMillis(1_000)));
    }
}
