//! Answers that this snapshot gave, and until when they are true.

use bytes::Bytes;
use houseful_core::{ids::ShowId, time::UtcMillis};

use super::Snapshot;
use crate::{
    catalogue::answers::{Answer, Told},
    hub::Count,
};

impl Snapshot {
    /// What was answered to a question before, if it is still true at `now` with shows as full as
    /// `count` says.
    pub(crate) fn answered(
        &self,
        question: &str,
        now: UtcMillis,
        count: impl Fn(ShowId) -> Option<Count>,
    ) -> Option<Bytes> {
        self.answers.find(question, now, count)
    }

    /// Keeps what was answered at `now`, with how full the shows in it were.
    pub(crate) fn keep_answer(
        &self,
        question: &str,
        now: UtcMillis,
        (body, counts): (Bytes, Vec<Told>),
    ) {
        let until = self.true_until(now, counts.iter().map(|(show, _)| *show));
        let answer = Answer {
            body,
            from: now,
            until,
            counts,
        };
        self.answers.keep(question, answer);
    }

    /// When an answer that tells of these shows at `now` is true no more: a show begins, and is no
    /// longer to come, or one of these closes. Nothing else in it depends on the time.
    fn true_until(&self, now: UtcMillis, shows: impl Iterator<Item = ShowId>) -> UtcMillis {
        let rows = &self.rows.shows;
        let next = rows.get(rows.partition_point(|show| show.starts_at < now));
        // One that begins just now is still among those to come.
        let begins = next.map_or(UtcMillis::MAX, |show| show.starts_at.plus_ms(1));
        let rows = shows.filter_map(|show| self.show_row(show));
        let closes = rows.map(|row| row.sales.last_close(row.starts_at));
        let closes = closes.filter(|at| *at > now).min();
        begins.min(closes.unwrap_or(UtcMillis::MAX))
    }
}
