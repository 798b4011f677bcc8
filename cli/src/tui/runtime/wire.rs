//! What the screens want of the server: their questions, and the live feed of one show. And the
//! clock by which they tell time.

use std::time::Instant;

use houseful_core::time::UtcMillis;
use tokio::{sync::mpsc::UnboundedSender, task::AbortHandle};
use tokio_util::task::TaskTracker;

use super::{feed, requests::Desk};
use crate::{
    client::Client,
    moment,
    state::State,
    tui::msg::{Effect, Msg},
};

/// The line to a server.
pub(super) struct Wire {
    /// Asks.
    pub desk: Desk,
    /// Questions that are worth waiting for at the end.
    pub tasks: TaskTracker,
    feed: Option<AbortHandle>,
    post: UnboundedSender<Msg>,
    started: Instant,
    started_at: UtcMillis,
}

impl Wire {
    pub(super) fn new(client: Client, state: State, post: &UnboundedSender<Msg>) -> Self {
        Self {
            desk: Desk::new(client, state, post.clone()),
            tasks: TaskTracker::new(),
            feed: None,
            post: post.clone(),
            started: moment::tick(),
            started_at: moment::wall_clock(),
        }
    }

    /// Local time: the wall clock at the start, and from then on a clock that never goes back.
    pub(super) fn now(&self) -> UtcMillis {
        let passed = moment::tick().saturating_duration_since(self.started);
        let ms = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        self.started_at.plus_ms(ms)
    }

    /// Does what is for the server; gives back what is not.
    pub(super) fn carry_out(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Ask(generation, ask) => {
                let clock = (self.started, self.started_at);
                let changes = ask.changes();
                let asking = self.desk.clone().ask(generation, ask, clock);
                // Only what changes something is worth waiting for at the end.
                if changes {
                    self.tasks.spawn(asking);
                } else {
                    tokio::spawn(asking);
                }
            }
            Effect::Watch(generation, show) => {
                let client = self.desk.client().clone();
                let feed = feed::follow(client, generation, show, self.post.clone());
                let task = tokio::spawn(feed).abort_handle();
                if let Some(old) = self.feed.replace(task) {
                    old.abort();
                }
            }
            Effect::Unwatch => self.unwatch(),
            Effect::Forget(booking) => {
                self.tasks.spawn(self.desk.clone().forget(booking));
            }
            other => return Some(other),
        }
        None
    }

    /// Looks what became of refunds of earlier runs.
    pub(super) fn look_after_refunds(&self) {
        tokio::spawn(self.desk.clone().look_after_refunds());
    }

    /// Follows no feed any more.
    pub(super) fn unwatch(&mut self) {
        if let Some(feed) = self.feed.take() {
            feed.abort();
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.unwatch();
    }
}
