//! Which rows of the journals the late-payments desk asks for.

use houseful_core::{ids::ShowId, time::UtcMillis, wire::admin::JournalEntry};

/// Rows about money that won its seats late, went back, is gone or short, about refunds that a
/// manager decided, and about what a person did. The newest first; those of one instant by show and
/// version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRows {
    /// Decided then or later.
    pub since: UtcMillis,
    /// Only those behind this one.
    pub after: Option<DeskPlace>,
    /// Only of these kinds; of all when none is named.
    pub kinds: &'static [&'static str],
    /// At most so many.
    pub limit: u32,
}

/// Where a row stands in the order of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskPlace {
    /// When it was decided.
    pub at: UtcMillis,
    /// Of which show.
    pub show: ShowId,
    /// Its number there.
    pub ver: u64,
}

impl DeskPlace {
    /// The place of a row.
    #[must_use]
    pub const fn of(row: &JournalEntry) -> Self {
        Self {
            at: row.at.0,
            show: row.show,
            ver: row.ver,
        }
    }
}

impl DeskRows {
    /// The kinds as one text to look a kind up in: `|money_gone|money_short|`, or nothing.
    pub(super) fn kinds_text(&self) -> String {
        let words = self.kinds.iter();
        let text: String = words.map(|kind| format!("{kind}|")).collect();
        if text.is_empty() {
            text
        } else {
            format!("|{text}")
        }
    }

    /// What the rows have to be behind of, as they are stored; everything is behind the end of time.
    pub(super) fn bounds(&self) -> (i64, i64, i64) {
        self.after.map_or((i64::MAX, 0, 0), |place| {
            let (show, ver) = (place.show.0.cast_signed(), place.ver.cast_signed());
            (place.at.0, show, ver)
        })
    }
}
