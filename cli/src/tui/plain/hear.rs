//! What a typed line means in the place it is typed in: keys of the table, by word or by number,
//! or something that only has to be told.

mod lists;
mod money;
mod seats;

use houseful_core::seat::SeatLabel;

use super::{
    talk::Talk,
    vocabulary::{self, key_of},
};
use crate::tui::{
    bookings::ContactField,
    key::Key,
    keymap::{Action, Place},
    model::{Model, View},
    msg::Msg,
    overlay::Overlay,
    wording::plain,
};

/// Something to be told; the model stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tell {
    /// The place, once more.
    Again,
    /// The next lines of the list.
    More,
    /// The words of the place.
    Words,
    /// The time, and what is left.
    Time,
    /// The whole hall.
    Hall,
    /// A row of it.
    Row(String),
    /// One seat.
    Seat(SeatLabel),
    /// What tickets cost.
    Prices,
    /// The seats of the booking.
    Booking,
}

/// What a line means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Heard {
    /// This happens.
    Do(Vec<Msg>),
    /// This is told.
    Tell(Tell),
    /// This is answered, and nothing else happens.
    Say(Vec<String>),
    /// The cash that was given is asked for.
    AskAmount,
}

impl Heard {
    fn say(text: impl Into<String>) -> Self {
        Self::Say(vec![text.into()])
    }

    fn keys(keys: impl IntoIterator<Item = Key>) -> Self {
        Self::Do(keys.into_iter().map(Msg::Key).collect())
    }
}

/// The meaning of a line.
pub(super) fn hear(line: &str, model: &Model, talk: &Talk) -> Heard {
    let line = without_codes(line);
    let place = model.place();
    if place.is_text() {
        return in_field(&line, place, model);
    }
    if talk.amount
        && place == Place::Payment
        && let Some(heard) = money::amount(&line, model)
    {
        return heard;
    }
    let heard = Some(&line)
        .filter(|line| line.is_empty())
        .map(|_| enter(place, model))
        .or_else(|| number(&line, place, model, talk))
        .or_else(|| one_key(&line, place, model, talk))
        .or_else(|| seats_back(&line, model))
        .or_else(|| of_view(&line, place, model))
        .or_else(|| word(&line, place, model))
        .or_else(|| lists::by_itself(&line, place, model))
        .unwrap_or_else(|| unknown(&line, place, model));
    if would_pay(&heard, place, model) {
        return Heard::say(plain::PAYMENT_COMES);
    }
    heard
}

/// Whether keys of a line that was meant for the seats would go to the payment, which opens as
/// soon as the server has answered: there a seat's letter is a card, and Enter pays.
fn would_pay(heard: &Heard, place: Place, model: &Model) -> bool {
    let leaving =
        matches!(model.above.last(), Some(View::Seats(seats)) if seats.is_leaving_to_pay());
    let Heard::Do(msgs) = heard else { return false };
    let waits = |msg: &Msg| {
        matches!(
            msg,
            Msg::Number(_) | Msg::Key(Key::Char(_) | Key::Enter | Key::Backspace)
        )
    };
    leaving && place == Place::Seats && msgs.iter().any(waits)
}

/// Seats that are to be given back, in place of those that are chosen.
fn seats_back(line: &str, model: &Model) -> Option<Heard> {
    let Some(Overlay::AskGiveBack(form)) = model.desk.overlays.last() else {
        return None;
    };
    let words = line.split([',', ' ']).filter(|word| !word.is_empty());
    let wanted = words.map(|word| word.to_uppercase().parse::<SeatLabel>().ok());
    let wanted: Vec<SeatLabel> = wanted.collect::<Option<_>>()?;
    let is_there = |seat: &SeatLabel| form.seats.iter().any(|(known, _)| known == seat);
    if wanted.is_empty() || !wanted.iter().all(is_there) {
        return None;
    }
    let mut keys = vec![Key::Up; form.at];
    for (seat, chosen) in &form.seats {
        if *chosen != wanted.contains(seat) {
            keys.push(Key::Char(' '));
        }
        keys.push(Key::Down);
    }
    Some(Heard::keys(keys))
}

/// Nothing but Enter was pressed.
fn enter(place: Place, model: &Model) -> Heard {
    match (place, model.above.last()) {
        // Exact cash; what was typed for an earlier try does not count.
        (Place::Payment, Some(View::Payment(payment))) => money::pay_exactly(model, payment),
        // A script that is out of step, or a finger that is, overrules no rule of the house.
        (Place::Override, _) => Heard::say(plain::OVERRIDE_IS_TYPED),
        _ => Heard::keys([Key::Enter].into_iter().filter(|key| {
            // Where Enter does nothing it is waited on.
            vocabulary::action(model, place, *key).is_some()
        })),
    }
}

/// A field takes the whole line, but for the ways out of it.
fn in_field(line: &str, place: Place, model: &Model) -> Heard {
    let lower = line.to_lowercase();
    let words = vocabulary::words(model, place);
    // What somebody looks for may be called anything; seats and cards are not called like keys.
    let searching = matches!(
        place,
        Place::Filter
            | Place::BrowseFilter
            | Place::BookingsSearch
            | Place::ContactForm
            | Place::CaseNote
    );
    let is_way_out = |text: &str| match text {
        "enter" => false,
        "up" | "down" => !searching,
        // Written down it would stay; who is called so is `Back,`.
        "back" => !searching || place == Place::ContactForm,
        _ => true,
    };
    let found = words
        .iter()
        .find(|w| w.text == lower && is_way_out(&w.text));
    if let Some(word) = found {
        return Heard::keys([word.key]);
    }
    if lower == "quit" && !searching {
        return quit(place, model);
    }
    if let (Place::GoTo, Some(View::Seats(seats))) = (place, model.above.last())
        && let Err(why) = seats::named(line, seats)
    {
        return Heard::say(why);
    }
    if place == Place::ContactForm {
        return contact(line, model);
    }
    let text = if place == Place::GoTo {
        seats::as_typed(line)
    } else {
        line.to_owned()
    };
    typed(&text)
}

/// `Ann Lee, 0113 496 0000` fills both fields of the form; without a comma the one where it
/// stands, the name at first. What is not named stays; a dash empties it.
fn contact(line: &str, model: &Model) -> Heard {
    let at = match model.above.last() {
        Some(View::Bookings(bookings)) => bookings.detail.as_ref().and_then(|d| d.form.as_ref()),
        _ => None,
    }
    .map(|form| form.at)
    .unwrap_or_default();
    let field = |text: &str| -> Vec<Key> {
        match text.trim() {
            "" => Vec::new(),
            "-" => vec![Key::Ctrl('u')],
            text => std::iter::once(Key::Ctrl('u'))
                .chain(text.chars().map(Key::Char))
                .collect(),
        }
    };
    let mut keys = match line.split_once(',') {
        Some((name, phone)) => {
            let (first, second) = match at {
                ContactField::Name => (name, phone),
                ContactField::Phone => (phone, name),
            };
            let mut keys = field(first);
            keys.extend(key_of(model, Place::ContactForm, Action::Next));
            keys.extend(field(second));
            keys
        }
        None => field(line),
    };
    keys.push(Key::Enter);
    Heard::keys(keys)
}

/// Types a line into the field, in place of what is there.
fn typed(line: &str) -> Heard {
    let clear = Key::Ctrl('u');
    let text = line.chars().map(Key::Char);
    Heard::keys(std::iter::once(clear).chain(text).chain([Key::Enter]))
}

/// A number by itself.
fn number(line: &str, place: Place, model: &Model, talk: &Talk) -> Option<Heard> {
    if !line.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // More digits than fit are more than there is of anything.
    let number: usize = line.parse().unwrap_or(usize::MAX);
    if matches!(
        place,
        Place::AskRefund | Place::AskGiveBack | Place::AskResolve
    ) {
        let digit = char::from_digit(u32::try_from(number).unwrap_or(0), 10);
        return Some(Heard::keys(digit.map(Key::Char)));
    }
    if place.is_overlay() {
        let choices = vocabulary::choices(model, place);
        let chosen = number.checked_sub(1).and_then(|at| choices.get(at));
        return Some(match chosen {
            Some((_, key)) => Heard::keys([*key]),
            None => Heard::say(plain::no_line(number, choices.len())),
        });
    }
    match (place, model.above.last()) {
        (Place::Home | Place::Ticket, _) => Some(lists::show(number, model, talk)),
        (Place::Browse, Some(View::Browse(browse))) => Some(lists::of_column(number, browse)),
        (Place::Bookings | Place::Late, _) => Some(Heard::Do(vec![Msg::Number(number)])),
        (Place::Seats, _) if number == 0 => Some(Heard::say(plain::AT_LEAST_ONE)),
        (Place::Seats, _) => Some(Heard::Do(vec![Msg::Number(number)])),
        (Place::Payment, Some(View::Payment(payment))) => Some(money::number(line, model, payment)),
        (Place::Card, _) => Some(money::card(line, model)),
        _ => None,
    }
}

/// A letter or sign is the key it is, if that does something here.
fn one_key(line: &str, place: Place, model: &Model, talk: &Talk) -> Option<Heard> {
    let mut chars = line.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else {
        return None;
    };
    if c.eq_ignore_ascii_case(&'m') && talk.more_hint().is_some() {
        return Some(Heard::Tell(Tell::More));
    }
    let found = [c, c.to_ascii_lowercase()]
        .into_iter()
        .map(Key::Char)
        .find_map(|key| Some((key, vocabulary::action(model, place, key)?)));
    match found {
        // The page of keys is told in words.
        Some((_, Action::Help)) => Some(Heard::Tell(Tell::Words)),
        Some((key, _)) => Some(Heard::keys([key])),
        None if c.eq_ignore_ascii_case(&'m') => Some(Heard::Tell(Tell::More)),
        None if c == '?' => Some(Heard::Tell(Tell::Words)),
        None => None,
    }
}

/// What only one view understands.
fn of_view(line: &str, place: Place, model: &Model) -> Option<Heard> {
    match (place, model.above.last()) {
        (Place::Seats, Some(View::Seats(seats))) => seats::hear(line, model, seats),
        // Who has to choose may look at the hall first.
        (place, Some(View::Seats(_))) if place.is_overlay() => seats::look(&line.to_lowercase()),
        (Place::Payment, Some(View::Payment(payment))) => money::hear(line, model, payment),
        (Place::Card, _) => money::card_number(line, model),
        (Place::Home | Place::Browse, _) => lists::find(line, place, model),
        (Place::Ticket, _) if line.eq_ignore_ascii_case("list") => Some(Heard::keys([Key::Enter])),
        _ => None,
    }
}

/// Words that only tell something, wherever they are said.
fn own_words(place: Place, model: &Model) -> Vec<(&'static str, Heard)> {
    let tell = |word, tell| (word, Heard::Tell(tell));
    let mut words = vec![
        tell("again", Tell::Again),
        tell("list", Tell::Again),
        tell("where", Tell::Again),
        tell("more", Tell::More),
        tell("help", Tell::Words),
        tell("words", Tell::Words),
        tell("time", Tell::Time),
    ];
    let view = model.above.last();
    if matches!(view, Some(View::Seats(_) | View::Payment(_))) {
        words.push(tell("booking", Tell::Booking));
    }
    if matches!(view, Some(View::Seats(_))) {
        words.extend([
            tell("seats", Tell::Hall),
            tell("hall", Tell::Hall),
            tell("prices", Tell::Prices),
        ]);
    }
    if place != Place::Home {
        words.push(("quit", quit(place, model)));
    }
    words
}

/// A word, or as much of it as no other word begins with.
fn word(line: &str, place: Place, model: &Model) -> Option<Heard> {
    let said = line.to_lowercase();
    let own = own_words(place, model);
    if let Some((_, heard)) = own.iter().find(|(word, _)| *word == said) {
        return Some(heard.clone());
    }
    let words = vocabulary::words(model, place);
    let of_key = |key: Key| match vocabulary::action(model, place, key) {
        // Whatever can be said is a palette already.
        Some(Action::Palette) => Heard::Tell(Tell::Words),
        _ => Heard::keys([key]),
    };
    if let Some(word) = words.iter().find(|w| w.text == said) {
        return Some(of_key(word.key));
    }
    if said.chars().count() < 2 {
        return None;
    }
    let of_keys = words.into_iter().map(|w| (w.text, of_key(w.key)));
    let own = own
        .into_iter()
        .map(|(word, heard)| (word.to_owned(), heard));
    let mut found: Vec<(String, Heard)> = Vec::new();
    for (text, heard) in own.chain(of_keys) {
        // Two words for the same are one meaning.
        if text.starts_with(&said) && !found.iter().any(|(_, known)| *known == heard) {
            found.push((text, heard));
        }
    }
    match found.as_slice() {
        [] => None,
        [(_, heard)] => Some(heard.clone()),
        _ => {
            let words: Vec<String> = found.into_iter().map(|(text, _)| text).collect();
            Some(Heard::say(plain::ambiguous(line, &words)))
        }
    }
}

/// Leaves the program from anywhere: said twice, it releases what is held.
fn quit(place: Place, model: &Model) -> Heard {
    Heard::keys(key_of(model, place, Action::Interrupt))
}

fn unknown(line: &str, place: Place, model: &Model) -> Heard {
    let line = houseful_core::text::shown(line, 40);
    Heard::Say(vec![
        plain::unknown(&line),
        plain::words_here(&vocabulary::in_short(model, place)),
    ])
}

/// The line without what arrow keys and the like leave in it, and with single blanks.
fn without_codes(line: &str) -> String {
    let mut text = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                // A sequence ends with a letter or `~`.
                if chars.next_if(|c| matches!(c, '[' | 'O')).is_some() {
                    while chars
                        .next_if(|c| !c.is_ascii_alphabetic() && *c != '~')
                        .is_some()
                    {}
                    chars.next();
                }
            }
            c if c.is_control() => text.push(' '),
            c => text.push(c),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrow_keys_leave_in_a_line_is_not_heard() {
        assert_eq!(without_codes("  h8\t h9 \r"), "h8 h9");
        assert_eq!(without_codes("\u{1b}[A\u{1b}[1;5Cundo\u{1b}OP"), "undo");
        assert_eq!(without_codes("\u{1b}[3~x\u{7}"), "x");
        assert_eq!(without_codes("\u{1b}"), "");
    }
}
