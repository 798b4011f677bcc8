//! `houseful layout diff`: the new drawing with what is different marked in it, and in words.

use std::{fmt::Write, path::Path};

use anstyle::{AnsiColor, Style};
use houseful_core::{
    layout::{BlockReason, LayoutDiff, Look, Place, SeatLayout, diff},
    seat::SeatLabel,
};
use serde::Serialize;

use super::{layout_of, show};
use crate::{
    context::Context,
    error::CliError,
    output::{Columns, Format, View, usual},
};

/// One difference, as a line of a list.
#[derive(Debug, Serialize)]
struct Line {
    label: SeatLabel,
    change: &'static str,
    from: String,
    to: String,
}

pub(super) static COLUMNS: Columns = Columns {
    id: "label",
    columns: &[
        usual("label", "Seat"),
        usual("change", "Change"),
        usual("from", "Was"),
        usual("to", "Is"),
    ],
};

pub(super) fn run(ctx: &mut Context, old: &Path, new: &Path) -> Result<(), CliError> {
    if old == new && old == Path::new("-") {
        return Err(CliError::usage(
            "only one of the two drawings can come from standard input",
        ));
    }
    let (old, new) = (layout_of(old)?, layout_of(new)?);
    let diff = diff(&old, &new);
    let style = &ctx.style;
    if style.format == Format::Table && style.fields.is_none() && !style.ids_only {
        let color = ctx.color(ctx.console.terminal.stdout);
        let text = drawn(&old, &new, &diff, &style.view, color);
        return ctx.text(&text);
    }
    ctx.list(&COLUMNS, &diff, &lines(&diff), "no seat differs")
}

fn lines(diff: &LayoutDiff) -> Vec<Line> {
    let line = |label: SeatLabel, change, from: String, to: String| Line {
        label,
        change,
        from,
        to,
    };
    let none = String::new;
    let added = diff.added.iter().map(|l| line(*l, "added", none(), none()));
    let removed = diff.removed.iter();
    let removed = removed.map(|l| line(*l, "removed", none(), none()));
    let renamed = diff.renamed.iter();
    let renamed = renamed.map(|r| line(r.to, "renamed", r.from.to_string(), r.to.to_string()));
    let changed = diff.changed.iter();
    let changed = changed.map(|c| line(c.label, "changed", words(&c.from), words(&c.to)));
    let moved = diff.moved.iter();
    let moved = moved.map(|m| line(m.label, "moved", none(), way(m.rows, m.columns)));
    let all = added.chain(removed).chain(renamed);
    all.chain(changed).chain(moved).collect()
}

fn words(look: &Look) -> String {
    let mut words = look.category.clone();
    words += match look.place {
        Place::Standard => "",
        Place::Wheelchair => " wheelchair",
        Place::Companion => " companion",
    };
    words += match look.blocked {
        None => "",
        Some(BlockReason::House) => " house",
        Some(BlockReason::Broken) => " broken",
        Some(BlockReason::Companion) => " kept for a companion",
    };
    words
}

/// How far a seat went: `2 back, 1 right`.
fn way(rows: i32, columns: i32) -> String {
    let part = |by: i32, plus: &str, minus: &str| match by {
        0 => None,
        1.. => Some(format!("{by} {plus}")),
        _ => Some(format!("{} {minus}", by.unsigned_abs())),
    };
    let parts = [
        part(rows, "back", "forward"),
        part(columns, "right", "left"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn drawn(
    old: &SeatLayout,
    new: &SeatLayout,
    diff: &LayoutDiff,
    view: &View,
    color: bool,
) -> String {
    if diff.is_empty() {
        return "no seat differs\n".to_owned();
    }
    let paint = |style: Style, text: &str| {
        if color {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    };
    let signs = signs(old, new, diff);
    let grid = show::grid(&[new, old], view, |row, column| {
        signs.get(&(row, column)).copied().unwrap_or(' ')
    });
    // Signs stand among letters only: `SCREEN` has none of them.
    let mut text: String = grid
        .chars()
        .map(|sign| match sign {
            '+' => paint(AnsiColor::Green.on_default().bold(), "+"),
            '-' => paint(AnsiColor::Red.on_default().bold(), "-"),
            '~' | '@' => paint(AnsiColor::Yellow.on_default().bold(), &sign.to_string()),
            other => other.to_string(),
        })
        .collect();
    text += "\n  + added  - removed  @ renamed  ~ changed\n\n";
    text += &in_words(diff);
    text
}

/// What is drawn at each place: the letter of a seat that is as it was, or the sign of what
/// happened to it. A seat that is gone is drawn where nothing stands now.
fn signs(
    old: &SeatLayout,
    new: &SeatLayout,
    diff: &LayoutDiff,
) -> std::collections::HashMap<(u16, u16), char> {
    let mut signs = std::collections::HashMap::new();
    for label in &diff.removed {
        if let Some(seat) = old.find(*label).and_then(|no| old.get(no)) {
            signs.insert((seat.row, seat.column), '-');
        }
    }
    for (_, seat) in new.seats() {
        let label = seat.label;
        let sign = if diff.added.contains(&label) {
            '+'
        } else if diff.renamed.iter().any(|r| r.to == label) {
            '@'
        } else if diff.changed.iter().any(|c| c.label == label) {
            '~'
        } else {
            show::glyph(new, seat)
        };
        signs.insert((seat.row, seat.column), sign);
    }
    signs
}

/// The differences in words, seats with the same one together.
fn in_words(diff: &LayoutDiff) -> String {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines(diff) {
        let (what, seat) = match (line.from.as_str(), line.to.as_str()) {
            (from, to) if line.change == "renamed" => {
                ("renamed".to_owned(), format!("{from} to {to}"))
            }
            ("", "") => (line.change.to_owned(), line.label.to_string()),
            ("", to) => (format!("{} {to}", line.change), line.label.to_string()),
            (from, to) => (
                format!("{} from {from} to {to}", line.change),
                line.label.to_string(),
            ),
        };
        match groups.iter_mut().find(|(known, _)| *known == what) {
            Some((_, seats)) => seats.push(seat),
            None => groups.push((what, vec![seat])),
        }
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    for (what, seats) in groups {
        let _ = writeln!(text, "{what}: {} ({})", seats.join(", "), seats.len());
    }
    for count in &diff.categories {
        let (before, after) = (count.before, count.after);
        let _ = writeln!(text, "{:<24} {before:>5} to {after:>5}", count.category);
    }
    text
}
