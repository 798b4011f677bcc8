//! Reading a line. It needs no show: what letters and names mean there comes later.

use std::str::FromStr;

use houseful_core::{best::Zone, seat::SeatLabel};

use super::{LineShow, PayWord, SeatRange, SplitWord, Tickets, WishError, WishLine, WishWords};

/// The word for a wheelchair place.
pub(super) const ACCESSIBLE: &str = "accessible";
/// Before a category whose code looks like something else.
const CATEGORY: &str = "category=";
/// The most seats one line may name.
const SEATS_MAX: usize = 200;
/// The most words of a line that are looked at.
const WORDS_MAX: usize = 64;
/// The longest amount of cash.
const CASH_CHARS_MAX: usize = 16;

impl FromStr for WishLine {
    type Err = WishError;
    fn from_str(text: &str) -> Result<Self, WishError> {
        let mut words = text.split_whitespace();
        let first = words.next().ok_or(WishError::Nothing)?;
        Ok(Self {
            show: first.parse()?,
            words: WishWords::read(words)?,
        })
    }
}

impl FromStr for LineShow {
    type Err = WishError;
    fn from_str(text: &str) -> Result<Self, WishError> {
        let number = text.parse().ok().filter(|n| *n > 0).map(Self::Number);
        number
            .filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
            .or_else(|| text.parse().ok().map(Self::Id))
            .ok_or_else(|| WishError::NotAShow(text.to_owned()))
    }
}

impl FromStr for WishWords {
    type Err = WishError;
    fn from_str(text: &str) -> Result<Self, WishError> {
        Self::read(text.split_whitespace())
    }
}

impl WishWords {
    /// Reads the words after the show.
    ///
    /// # Errors
    /// Which word can't be, and what could stand there.
    pub fn read<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, WishError> {
        let mut all = Self::default();
        for (at, word) in words.into_iter().enumerate() {
            if at == WORDS_MAX {
                return Err(WishError::NotAWord(word.to_owned()));
            }
            all.take(word)?;
        }
        all.check()
    }

    fn take(&mut self, word: &str) -> Result<(), WishError> {
        let lower = word.to_lowercase();
        if word.is_empty() {
            return Err(WishError::Empty);
        }
        if lower.starts_with("card=") {
            return Err(WishError::CardNumber);
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            self.tickets.extend(tickets_of(word)?);
        } else if let Some(pay) = pay_word(&lower)? {
            self.pay = Some(match self.pay.take() {
                Some(before) => {
                    let wrong = both(&before, &pay);
                    before.and(pay).ok_or(wrong)?
                }
                None => pay,
            });
        } else if let Ok(zone) = lower.parse::<Zone>() {
            match self.zone {
                Some(before) => return Err(both(&before, &zone)),
                None => self.zone = Some(zone),
            }
        } else if lower == ACCESSIBLE {
            self.accessible = true;
        } else if let Some(code) = category(&lower) {
            match &self.category {
                Some(before) => return Err(both(before, &code)),
                None => self.category = Some(code.to_owned()),
            }
        } else if word.contains(|c: char| c.is_ascii_digit()) {
            read_seats(&mut self.seats, word)?;
        } else {
            return Err(WishError::NotAWord(word.to_owned()));
        }
        Ok(())
    }

    fn check(self) -> Result<Self, WishError> {
        let Some(seats) = self.seats.first() else {
            return Ok(self);
        };
        let narrowed = [
            self.zone.map(|zone| zone.to_string()),
            self.category.clone(),
            self.accessible.then(|| ACCESSIBLE.to_owned()),
        ];
        match narrowed.into_iter().flatten().next() {
            Some(word) => Err(both(seats, &word)),
            None => Ok(self),
        }
    }
}

fn both(one: &impl ToString, other: &impl ToString) -> WishError {
    WishError::Both(one.to_string(), other.to_string())
}

/// Reads tickets alone: `2`, `2a1c`, `2a 1c`.
///
/// # Errors
/// What is no tickets.
pub fn tickets(text: &str) -> Result<Vec<Tickets>, WishError> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let all: Result<Vec<Vec<Tickets>>, WishError> = words.map(tickets_of).collect();
    let all = all?.concat();
    if all.is_empty() {
        return Err(WishError::NotTickets(text.to_owned()));
    }
    Ok(all)
}

fn tickets_of(word: &str) -> Result<Vec<Tickets>, WishError> {
    let wrong = || WishError::NotTickets(word.to_owned());
    let mut all = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count = rest[..digits]
            .parse()
            .ok()
            .filter(|n| (1..1_000).contains(n));
        rest = &rest[digits..];
        let key = rest.chars().next();
        if let Some(key) = key {
            rest = &rest[key.len_utf8()..];
        }
        if key.is_some_and(|key| !key.is_alphabetic()) {
            return Err(wrong());
        }
        all.push(Tickets {
            count: count.ok_or_else(wrong)?,
            key,
        });
    }
    Ok(all)
}

/// Reads seats alone: `h8-9`, `h8,j3`, `h8 9`.
///
/// # Errors
/// What is no seat.
pub fn seats(text: &str) -> Result<Vec<SeatRange>, WishError> {
    let mut all = Vec::new();
    read_seats(&mut all, text)?;
    if all.is_empty() {
        return Err(WishError::NoSeats);
    }
    Ok(all)
}

/// Adds the seats of a text; a bare number is in the row of the seat before.
fn read_seats(all: &mut Vec<SeatRange>, text: &str) -> Result<(), WishError> {
    let parts = text.split([',', ';', ' ']).filter(|part| !part.is_empty());
    for part in parts {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let from = seat(from, all.last().map(|range| range.to))?;
        let to = seat(to, Some(from))?;
        let range =
            SeatRange::new(from, to).ok_or_else(|| WishError::NotOneRow(part.to_owned()))?;
        if !all.contains(&range) {
            all.push(range);
        }
        let seats = |range: &SeatRange| usize::from(range.to.number() - range.from.number()) + 1;
        if all.iter().map(seats).sum::<usize>() > SEATS_MAX {
            return Err(WishError::TooManySeats);
        }
    }
    Ok(())
}

fn seat(text: &str, before: Option<SeatLabel>) -> Result<SeatLabel, WishError> {
    let number: Option<u16> = text.parse().ok();
    Ok(match (number, before) {
        (Some(number), Some(before)) => SeatLabel::new(before.row(), number)?,
        _ => text.parse()?,
    })
}

fn pay_word(word: &str) -> Result<Option<PayWord>, WishError> {
    if let Some(code) = word.strip_prefix("voucher:") {
        let code = code.parse().map_err(WishError::NotAVoucher)?;
        return Ok(Some(PayWord::Split(vec![SplitWord::Voucher(code)])));
    }
    if let Some(rest) = word.strip_prefix("cash:") {
        let (amount, given) = match rest.split_once('=') {
            Some((amount, given)) => (amount, Some(given)),
            None => (rest, None),
        };
        if !is_amount(amount) || given.is_some_and(|given| !is_amount(given)) {
            return Err(WishError::NotCash(word.to_owned()));
        }
        return Ok(Some(PayWord::Split(vec![SplitWord::Cash {
            amount: Some(amount.to_owned()),
            given: given.map(str::to_owned),
        }])));
    }
    Ok(Some(match word.split_once('=') {
        None if word == "cash" => PayWord::Cash(None),
        None if word == "card" => PayWord::Card,
        None if word == "hold" => PayWord::Hold,
        Some(("cash", given)) => {
            if !is_amount(given) {
                return Err(WishError::NotCash(word.to_owned()));
            }
            PayWord::Cash(Some(given.to_owned()))
        }
        _ => return Ok(None),
    }))
}

fn is_amount(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain && text.starts_with(|c: char| c.is_ascii_digit()) && text.len() <= CASH_CHARS_MAX
}

/// The category that a word names, if it can name one.
fn category(word: &str) -> Option<&str> {
    if let Some(code) = word.strip_prefix(CATEGORY) {
        return is_code(code).then_some(code);
    }
    is_plain_category(word).then_some(word)
}

/// A category as a word of a line.
pub(super) fn category_word(code: &str) -> String {
    if is_plain_category(code) {
        code.to_owned()
    } else {
        format!("{CATEGORY}{code}")
    }
}

fn is_code(word: &str) -> bool {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    !word.is_empty() && word.bytes().all(good)
}

/// Whether a word can only be a category.
fn is_plain_category(word: &str) -> bool {
    is_code(word)
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && !matches!(word, ACCESSIBLE | "cash" | "card" | "hold")
        && word.parse::<Zone>().is_err()
        && !looks_like_seat(word)
}

/// Whether somebody who types this means a seat: a few letters and then digits.
fn looks_like_seat(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let rest = &word[letters..];
    !rest.is_empty() && letters <= 3 && rest.starts_with(|c: char| c.is_ascii_digit())
}
