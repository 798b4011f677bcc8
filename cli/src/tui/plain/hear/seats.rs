//! Seats, tickets and zones by name.

use std::collections::BTreeMap;

use houseful_core::{
    best::Zone,
    seat::{SeatLabel, SeatNo},
};

use super::{Heard, Tell, key_of};
use crate::{
    tui::{
        hall::{Hall, Way},
        key::Key,
        keymap::{Action, Place},
        model::Model,
        msg::Msg,
        plain::vocabulary,
        seats::Seats,
        wording::{self, plain},
    },
    wish::{self, WishError},
};

/// The zones in the order in which one key turns through them.
const ZONES: [Zone; 4] = [Zone::Any, Zone::Front, Zone::Middle, Zone::Rear];

/// What only the seat grid understands.
pub(super) fn hear(line: &str, model: &Model, seats: &Seats) -> Option<Heard> {
    let lower = line.to_lowercase();
    if let Some(heard) = look(&lower) {
        return Some(heard);
    }
    if let Some((word, rest)) = lower.split_once(' ')
        && let Some(heard) = about(word, rest, model, seats)
    {
        return Some(heard);
    }
    zone(&lower, model, seats)
        .or_else(|| ticket_type(&lower, model, seats))
        .or_else(|| names(line, model, seats))
        .or_else(|| tickets(&lower, seats))
}

/// `row h`, `look h9`.
pub(super) fn look(line: &str) -> Option<Heard> {
    match line.split_once(' ')? {
        ("row", name) => Some(Heard::Tell(Tell::Row(name.to_owned()))),
        ("look", name) => Some(match label(name) {
            Ok(label) => Heard::Tell(Tell::Seat(label)),
            Err(said) => said,
        }),
        _ => None,
    }
}

fn label(name: &str) -> Result<SeatLabel, Heard> {
    let error = match name.parse() {
        Ok(label) => return Ok(label),
        Err(error) => error,
    };
    let error: houseful_core::seat::SeatLabelError = error;
    Err(Heard::say(plain::sentence(&error.to_string())))
}

/// `drop h9`, `at h9`, `take h9`.
fn about(word: &str, rest: &str, model: &Model, seats: &Seats) -> Option<Heard> {
    match word {
        "take" | "pick" => return names(rest, model, seats),
        "drop" | "at" => {}
        _ => return None,
    }
    let label = match label(rest) {
        Ok(label) => label,
        Err(said) => return Some(said),
    };
    let hall = seats.hall.as_ref()?;
    let Some(no) = hall.find(label) else {
        return Some(Heard::say(plain::sentence(
            &WishError::NoSuchSeat(label).to_string(),
        )));
    };
    if word == "drop" && !seats.labels().contains(&label) {
        return Some(Heard::say(plain::notice(&wording::not_yours(label))));
    }
    let mut keys = path(model, hall, seats.cursor, no)?;
    if word == "drop" {
        keys.extend(key_of(model, Place::Seats, Action::Pick));
    } else if keys.is_empty() {
        return Some(Heard::Tell(Tell::Seat(label)));
    }
    Some(Heard::keys(keys))
}

/// `rear`: the key for the zone as often as it takes to come there.
fn zone(word: &str, model: &Model, seats: &Seats) -> Option<Heard> {
    let said = word.strip_prefix("zone ").unwrap_or(word);
    let to = ZONES.iter().position(|z| z.as_str() == said)?;
    let from = ZONES.iter().position(|z| *z == seats.zone)?;
    let turns = (to + ZONES.len() - from) % ZONES.len();
    if turns == 0 {
        return Some(Heard::say(plain::zone(seats.zone)));
    }
    let key = key_of(model, Place::Seats, Action::Zone)?;
    Some(Heard::keys(std::iter::repeat_n(key, turns)))
}

/// `child`: one more of them.
fn ticket_type(word: &str, model: &Model, seats: &Seats) -> Option<Heard> {
    let types = seats.detail.iter().flat_map(|d| &d.ticket_types);
    let key = types
        .filter(|kind| is_called(word, kind))
        .map(|kind| Key::Char(kind.key))
        .find(|key| vocabulary::action(model, Place::Seats, *key) == Some(Action::TicketType))?;
    Some(Heard::keys([key]))
}

fn is_called(word: &str, kind: &houseful_core::price::TicketType) -> bool {
    let name = kind.name.to_lowercase();
    let plural = word.strip_suffix('s').unwrap_or(word);
    [word, plural].iter().any(|w| *w == name || *w == kind.code)
        || word == "children" && kind.code == "child"
}

/// Seat names: a letter and then a digit.
fn names(line: &str, model: &Model, seats: &Seats) -> Option<Heard> {
    let first = line.split([' ', ',', ';', '-']).next()?;
    let row = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_name =
        row.len() < first.len() && !row.is_empty() && row.bytes().all(|b| b.is_ascii_alphabetic());
    if !is_name {
        return None;
    }
    if seats.hall.is_none() {
        return Some(Heard::say(plain::NOT_LOADED));
    }
    if let Err(why) = named(line, seats) {
        return Some(Heard::say(why));
    }
    let mut keys = vec![key_of(model, Place::Seats, Action::GoTo)?];
    keys.extend(as_typed(line).chars().map(Key::Char));
    keys.push(Key::Enter);
    Some(Heard::keys(keys))
}

/// Whether a line names seats of the hall.
pub(super) fn named(line: &str, seats: &Seats) -> Result<(), String> {
    let hall = seats.hall.as_ref();
    let hall = hall.ok_or_else(|| plain::NOT_LOADED.to_owned())?;
    let labels =
        wish::seats(&as_typed(line)).and_then(|ranges| wish::labels(&ranges, Some(&hall.layout)));
    match labels {
        Ok(_) => Ok(()),
        Err(why) => Err(plain::sentence(&why.to_string())),
    }
}

/// The line in the short form of the field: `h8 and h9`, `h8 to h12`.
pub(super) fn as_typed(line: &str) -> String {
    line.to_lowercase()
        .replace(" and ", " ")
        .replace(" to ", "-")
        .replace(" - ", "-")
}

/// `2a1c`, `2 adults 1 child`: the party, then its ticket types.
fn tickets(line: &str, seats: &Seats) -> Option<Heard> {
    let types = &seats.detail.as_ref()?.ticket_types;
    let default = types.first()?;
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let number: usize = number.parse().ok().filter(|n| *n > 0)?;
        let tail = tail.trim_start();
        let letters = tail
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(tail.len());
        let (word, tail) = tail.split_at(letters);
        let kind = match word.chars().count() {
            0 => default,
            1 => types.iter().find(|t| word.starts_with(t.key))?,
            _ => types.iter().find(|t| is_called(word, t))?,
        };
        *counts.entry(kind.key).or_default() += number;
        rest = tail.trim_start_matches([' ', ',', '+']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    let party: usize = counts.values().copied().fold(0, usize::saturating_add);
    let keys = counts.iter().filter(|(key, _)| **key != default.key);
    let others: usize = keys.clone().map(|(_, count)| *count).sum();
    // As many seats as are held keep their types, so those go back to the usual one first.
    let lines = seats.booking.as_ref().map_or(&[][..], |b| &b.lines);
    let same = lines.len() == party;
    let reset = lines
        .iter()
        .filter(|l| same && l.ticket_type != default.code);
    let mut msgs = Vec::new();
    if same {
        msgs.extend(reset.map(|_| Msg::Key(Key::Char(default.key))));
    } else {
        msgs.push(Msg::Number(party));
    }
    // More than any house seats at once is the server's to refuse, by their number alone.
    if others <= 20 {
        for (key, count) in keys {
            msgs.extend(std::iter::repeat_n(Msg::Key(Key::Char(*key)), *count));
        }
    }
    Some(Heard::Do(msgs))
}

/// The moves from one seat to another; `None` when there is no way.
fn path(model: &Model, hall: &Hall, from: SeatNo, to: SeatNo) -> Option<Vec<Key>> {
    let target = hall.seat(to)?;
    let mut keys = Vec::new();
    let mut at = from;
    let steps_max = usize::from(hall.layout.rows) + usize::from(hall.layout.columns);
    for _ in 0..steps_max {
        let here = hall.seat(at)?;
        let (way, action) = if here.row < target.row {
            (Way::Down, Action::Down)
        } else if here.row > target.row {
            (Way::Up, Action::Up)
        } else if here.column < target.column {
            (Way::Right, Action::Right)
        } else if here.column > target.column {
            (Way::Left, Action::Left)
        } else {
            return Some(keys);
        };
        at = hall.step(at, way);
        keys.push(key_of(model, Place::Seats, action)?);
    }
    None
}
