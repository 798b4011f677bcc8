//! What is left of the five minutes: said at fixed points, and when somebody asks.

use crate::tui::{model::Model, wording::plain};

/// The seconds at which it is said by itself.
const POINTS: [i64; 4] = [300, 120, 60, 30];

/// The seconds that are left of the hold on the view.
pub(super) fn left(model: &Model) -> Option<i64> {
    let until = model.counted()?.hold_until.0;
    Some(until.seconds_left(model.desk.server_now()))
}

/// What has to be said because time has passed. Where several points were passed at once the last
/// one is enough.
pub(super) fn news(before: &Model, after: &Model) -> Option<String> {
    let same = before.counted()?.id == after.counted()?.id;
    let (was, is) = (left(before)?, left(after)?);
    let passed = POINTS.iter().rev().find(|p| was > **p && is <= **p);
    passed
        .filter(|_| same && is > 0)
        .map(|_| plain::time_left(is))
}

/// The time of day, and what is left.
pub(super) fn tell(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    let clock = model.wall_clock();
    if !clock.is_empty() {
        lines.push(plain::clock(&clock));
    }
    lines.push(match left(model) {
        Some(seconds) => plain::time_left(seconds),
        None => plain::NO_HOLD.to_owned(),
    });
    lines
}
