//! The connection: lost, back.

use crate::tui::{desk::Feed, model::Model, wording::plain};

/// What changed about it.
pub(super) fn news(before: &Model, after: &Model) -> Vec<String> {
    let (before, after) = (&before.desk.link, &after.desk.link);
    let mut lines = Vec::new();
    match (before.down.is_some(), after.down.is_some()) {
        (false, true) => lines.push(plain::LINK_DOWN.to_owned()),
        (true, false) => lines.push(plain::LINK_UP.to_owned()),
        _ => {}
    }
    match (before.feed, after.feed) {
        // What the server's silence says already is not said twice.
        (Feed::Live, Feed::Down) if after.down.is_none() => {
            lines.push(plain::FEED_DOWN.to_owned());
        }
        (Feed::Down, Feed::Live) => lines.push(plain::FEED_UP.to_owned()),
        _ => {}
    }
    lines
}
