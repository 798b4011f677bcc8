//! Refusals as sentences.

use std::fmt;

use super::{NotOnSale, Refusal, TakenSeat};
use crate::seat::SeatLabel;

/// `H8`, `H8 and H9`, `H8, H9 and H10`; at most ten by name.
fn listed<'a>(seats: impl ExactSizeIterator<Item = &'a SeatLabel>) -> String {
    let count = seats.len();
    let mut names: Vec<String> = seats.take(10).map(SeatLabel::to_string).collect();
    if count > 10 {
        names.push(format!("{} more", count - 10));
    }
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// `seat H8`, `seats H8 and H9`.
pub(crate) fn seats_named<'a>(seats: impl ExactSizeIterator<Item = &'a SeatLabel>) -> String {
    let word = if seats.len() == 1 { "seat" } else { "seats" };
    format!("{word} {}", listed(seats))
}

pub(crate) fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn were(count: usize) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

fn taken(f: &mut fmt::Formatter<'_>, seats: &[TakenSeat]) -> fmt::Result {
    let one_reason = seats.iter().all(|s| s.why == seats[0].why);
    if let (true, Some(first)) = (one_reason, seats.first()) {
        let names = seats_named(seats.iter().map(|s| &s.seat));
        return write!(f, "{names} {} {}", are(seats.len()), first.why);
    }
    for (i, seat) in seats.iter().enumerate() {
        let comma = if i == 0 { "seat " } else { ", " };
        write!(f, "{comma}{} is {}", seat.seat, seat.why)?;
    }
    Ok(())
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeatsTaken { seats } => taken(f, seats),
            Self::NotEnoughSeats { free, wanted } => {
                write!(
                    f,
                    "{wanted} seats were asked for and {free} {} left",
                    are(*free)
                )
            }
            Self::OrphanSeat { seats } => {
                write!(f, "{} would be left alone", seats_named(seats.iter()))
            }
            Self::UnknownSeats { seats } => {
                write!(f, "the hall has no {}", seats_named(seats.iter()))
            }
            Self::DuplicateSeats { seats } => {
                write!(
                    f,
                    "{} {} named twice",
                    seats_named(seats.iter()),
                    were(seats.len())
                )
            }
            Self::NoSeats => f.write_str("no seat was asked for"),
            Self::TooManySeats { max, wanted } => {
                write!(
                    f,
                    "{wanted} seats were asked for; one booking has at most {max}"
                )
            }
            Self::UnknownTicketType { given, known } => write!(
                f,
                "there is no ticket type `{}`; there is {}",
                crate::text::shown(given, 32),
                known.join(", ")
            ),
            Self::UnknownCategory { given, known } => write!(
                f,
                "there is no seat category `{}`; there is {}",
                crate::text::shown(given, 32),
                known.join(", ")
            ),
            Self::NotSoldInCategory {
                seats,
                category,
                ticket_type,
            } => {
                if seats.is_empty() {
                    return write!(f, "{category} seats are not sold as {ticket_type}");
                }
                let seat = seats_named(seats.iter());
                write!(
                    f,
                    "{seat} {} {category}, not sold as {ticket_type}",
                    are(seats.len())
                )
            }
            Self::NoPrice(why) => why.fmt(f),
            Self::NotOnSale(NotOnSale::NotYet { opens_at }) => {
                write!(f, "the sale opens at {}", opens_at.rfc3339())
            }
            Self::NotOnSale(NotOnSale::Closed { closed_at }) => {
                write!(f, "sales closed at {}", closed_at.rfc3339())
            }
            Self::NotOnSale(NotOnSale::Paused) => f.write_str("sales of this show are paused"),
            Self::NotOnSale(NotOnSale::NotInChannel) => {
                f.write_str("this channel does not sell the show")
            }
            Self::RuleBroken(rule) => write!(f, "{rule}"),
            Self::ShowCancelled => f.write_str("the show was cancelled"),
            Self::IdReused => f.write_str("the id was used for another request before"),
            Self::BookingNotFound => f.write_str("there is no such booking"),
            Self::HoldExpired { at } => write!(f, "the hold expired at {}", at.rfc3339()),
            Self::HoldReleased => f.write_str("the booking was released"),
            Self::AlreadyPaid => f.write_str("the booking is paid for"),
            Self::BookingCancelled => f.write_str("the booking was cancelled"),
            Self::NotPaid => f.write_str("the booking is not paid for"),
            Self::RefundClosed { at: Some(at) } => {
                write!(f, "tickets could be given back until {}", at.rfc3339())
            }
            Self::RefundClosed { at: None } => {
                f.write_str("tickets of this show are not taken back")
            }
            Self::NotInBooking { seats } => write!(
                f,
                "{} {} not of this booking",
                seats_named(seats.iter()),
                are(seats.len())
            ),
            Self::RefundPending { id } => {
                write!(f, "the refund {id} of this booking waits for a manager")
            }
            Self::RefundNotAsked => f.write_str("no refund of this booking waits under that id"),
            Self::RefundRefused => f.write_str("the refund that was asked for was not approved"),
            Self::RefundChanged { back } => write!(f, "only {back} would go back by now"),
            Self::RefundByManager => f.write_str("a manager says yes or no to a refund"),
            Self::RefundByStaff => f.write_str("tickets are taken back by staff"),
            Self::NoSuchCase => f.write_str("nothing has to be done about that payment"),
            Self::CaseResolved { at, how } => {
                let how = how.word().replace('_', " ");
                write!(f, "it was seen to at {}: {how}", at.rfc3339())
            }
            Self::NoCashDue => f.write_str("nothing of the payment is to be handed out in cash"),
            Self::CashDue { due } => {
                write!(f, "{due} went back whose cash nobody has handed out yet")
            }
            Self::CashTooLittle { total, given } => {
                write!(f, "{given} was given and {total} is to pay")
            }
            Self::NothingToPay => f.write_str("the booking costs nothing"),
            Self::CashByStaff => f.write_str("cash is taken by staff"),
            Self::SeatsSold { seats } => taken(f, seats),
            Self::NotOpened => f.write_str("the show is not in the books yet"),
            Self::OpenedAlready => f.write_str("the show is in the books already"),
            Self::NotSealed => f.write_str("the journal was not left behind by its shard"),
            Self::ShowMoved { to } => write!(f, "the show has moved to the shard {to}"),
        }
    }
}

impl std::error::Error for Refusal {}
