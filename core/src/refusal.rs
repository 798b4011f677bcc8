//! Why the rules said no: a closed set, each with a stable code, a sentence and its facts.

mod on_sale;
mod price;
mod words;

pub use on_sale::NotOnSale;
pub use price::PriceRefused;
pub(crate) use words::{are, seats_named};

use crate::{
    ids::{CommandId, ShardName},
    money::Money,
    sale::RuleBroken,
    seat::SeatLabel,
    time::UtcMillis,
    wire::{
        desk::CaseHow,
        problem::{Facts, SeatFact},
    },
};

/// A seat that stood in the way of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenSeat {
    /// The seat.
    pub seat: SeatLabel,
    /// `held`, `booked` or `blocked`.
    pub why: &'static str,
    /// When it may be free again, for a held one.
    pub until: Option<UtcMillis>,
}

/// Why the rules said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Seats of the wish belong to somebody or to the house.
    SeatsTaken {
        /// Which.
        seats: Vec<TakenSeat>,
    },
    /// Fewer seats are left than the party needs.
    NotEnoughSeats {
        /// How many are left that fit the wish at all.
        free: usize,
        /// How many were wished for.
        wanted: usize,
    },
    /// A single seat would be left alone.
    OrphanSeat {
        /// Which.
        seats: Vec<SeatLabel>,
    },
    /// The hall has no such seats.
    UnknownSeats {
        /// Which.
        seats: Vec<SeatLabel>,
    },
    /// A seat was named twice.
    DuplicateSeats {
        /// Which.
        seats: Vec<SeatLabel>,
    },
    /// No seat was wished for.
    NoSeats,
    /// More seats than one booking may have.
    TooManySeats {
        /// The limit.
        max: u16,
        /// How many were wished for.
        wanted: usize,
    },
    /// The price card does not know the ticket type.
    UnknownTicketType {
        /// What came.
        given: String,
        /// What it knows.
        known: Vec<String>,
    },
    /// The hall does not know the seat category.
    UnknownCategory {
        /// What came.
        given: String,
        /// What it knows.
        known: Vec<String>,
    },
    /// The ticket type is not sold in the seat's category.
    NotSoldInCategory {
        /// Which; none when it is said of the whole category.
        seats: Vec<SeatLabel>,
        /// Its category.
        category: String,
        /// The ticket type.
        ticket_type: String,
    },
    /// The price card has no price for it.
    NoPrice(PriceRefused),
    /// The show does not sell now.
    NotOnSale(NotOnSale),
    /// A rule of its sale said no.
    RuleBroken(RuleBroken),
    /// The show was called off.
    ShowCancelled,
    /// The id was used for something else.
    IdReused,
    /// There is no such booking, or it is somebody else's.
    BookingNotFound,
    /// The hold ran out.
    HoldExpired {
        /// When.
        at: UtcMillis,
    },
    /// The owner gave the booking up.
    HoldReleased,
    /// The booking is paid for (or being settled) and can't be changed this way.
    AlreadyPaid,
    /// The booking was cancelled.
    BookingCancelled,
    /// Nothing was paid that could be taken back.
    NotPaid,
    /// Too late to give tickets back by the terms they were sold under.
    RefundClosed {
        /// Until when they could be; `None` when never.
        at: Option<UtcMillis>,
    },
    /// Seats to be given back are not the booking's.
    NotInBooking {
        /// Which.
        seats: Vec<SeatLabel>,
    },
    /// A refund of the booking waits for a manager.
    RefundPending {
        /// Its id.
        id: CommandId,
    },
    /// No refund of the booking waits under that id.
    RefundNotAsked,
    /// Less would go back than the asker was told.
    RefundChanged {
        /// What would go back now.
        back: Money,
    },
    /// A manager said no to it, or nobody said anything in time, or the booking ended otherwise.
    RefundRefused,
    /// Only staff give money back.
    RefundByStaff,
    /// Only a manager says yes or no to a refund that waits.
    RefundByManager,
    /// The booking has no such payment, or nothing has to be done about it.
    NoSuchCase,
    /// Somebody has done something about it already.
    CaseResolved {
        /// When.
        at: UtcMillis,
        /// What.
        how: CaseHow,
    },
    /// Nothing of the payment is to be handed out in cash.
    NoCashDue,
    /// Cash of the payment is to be handed out first.
    CashDue {
        /// How much went back of it; of several means what of that is cash.
        due: Money,
    },
    /// Less cash than the booking costs.
    CashTooLittle {
        /// What it costs.
        total: Money,
        /// What was given.
        given: Money,
    },
    /// The booking costs nothing, so no leave to pay is given for it.
    NothingToPay,
    /// A customer can't take cash.
    CashByStaff,
    /// Seats to be blocked belong to bookings.
    SeatsSold {
        /// Which.
        seats: Vec<TakenSeat>,
    },
    /// The show has no journal yet.
    NotOpened,
    /// The show was opened before.
    OpenedAlready,
    /// The copy of a journal that was not left behind does not sell.
    NotSealed,
    /// The show's journal here was left behind; servers follow it and clients never see this,
    /// unless the server does not know the shard.
    ShowMoved {
        /// Where the show lives now.
        to: ShardName,
    },
}

impl Refusal {
    /// Stable, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SeatsTaken { .. } => "seats_taken",
            Self::NotEnoughSeats { .. } => "not_enough_seats",
            Self::OrphanSeat { .. } => "orphan_seat",
            Self::UnknownSeats { .. } => "unknown_seats",
            Self::DuplicateSeats { .. } => "duplicate_seats",
            Self::NoSeats => "no_seats",
            Self::TooManySeats { .. } => "too_many_seats",
            Self::UnknownTicketType { .. } => "unknown_ticket_type",
            Self::UnknownCategory { .. } => "unknown_category",
            Self::NotSoldInCategory { .. } => "not_sold_in_category",
            Self::NoPrice(why) => why.code(),
            Self::NotOnSale(_) | Self::NotOpened => "not_on_sale",
            Self::RuleBroken(rule) => rule.code(),
            Self::ShowCancelled => "show_cancelled",
            Self::IdReused => "id_reused",
            Self::BookingNotFound => "not_found",
            Self::HoldExpired { .. } => "hold_expired",
            Self::HoldReleased => "hold_released",
            Self::AlreadyPaid => "already_paid",
            Self::BookingCancelled => "booking_cancelled",
            Self::NotPaid => "not_paid",
            Self::RefundClosed { .. } => "refund_closed",
            Self::NotInBooking { .. } => "not_in_booking",
            Self::RefundPending { .. } => "refund_pending",
            Self::RefundChanged { .. } => "refund_changed",
            Self::RefundRefused => "refund_refused",
            Self::RefundNotAsked | Self::NoSuchCase => "not_found",
            Self::CaseResolved { .. } => "case_resolved",
            Self::NoCashDue => "no_cash_due",
            Self::CashDue { .. } => "cash_due",
            Self::CashTooLittle { .. } => "cash_too_little",
            Self::NothingToPay => "nothing_to_pay",
            Self::CashByStaff | Self::RefundByStaff | Self::RefundByManager => "forbidden",
            Self::SeatsSold { .. } => "seats_sold",
            Self::OpenedAlready => "opened_already",
            Self::NotSealed => "not_sealed",
            Self::ShowMoved { .. } => "show_moved",
        }
    }

    /// The HTTP status that says what the caller can do about it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::SeatsTaken { .. }
            | Self::NotEnoughSeats { .. }
            | Self::OrphanSeat { .. }
            | Self::RuleBroken(_)
            | Self::NotOnSale(_)
            | Self::NotOpened
            | Self::ShowCancelled
            | Self::AlreadyPaid
            | Self::BookingCancelled
            | Self::NotPaid
            | Self::RefundClosed { .. }
            | Self::RefundPending { .. }
            | Self::RefundChanged { .. }
            | Self::RefundRefused
            | Self::CaseResolved { .. }
            | Self::NoCashDue
            | Self::CashDue { .. }
            | Self::NothingToPay
            | Self::SeatsSold { .. }
            | Self::OpenedAlready
            | Self::NotSealed => 409,
            Self::CashByStaff | Self::RefundByStaff | Self::RefundByManager => 403,
            Self::ShowMoved { .. } => 503,
            Self::HoldExpired { .. } | Self::HoldReleased => 410,
            Self::BookingNotFound | Self::RefundNotAsked | Self::NoSuchCase => 404,
            Self::UnknownSeats { .. }
            | Self::DuplicateSeats { .. }
            | Self::NoSeats
            | Self::NotInBooking { .. }
            | Self::TooManySeats { .. }
            | Self::UnknownTicketType { .. }
            | Self::UnknownCategory { .. }
            | Self::NotSoldInCategory { .. }
            | Self::IdReused
            | Self::CashTooLittle { .. } => 422,
            Self::NoPrice(why) => why.status(),
        }
    }

    /// Whether the same request may succeed later, without anybody changing it.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::RuleBroken(rule) => rule.retryable(),
            Self::SeatsTaken { .. }
            | Self::NotEnoughSeats { .. }
            | Self::NotOnSale(NotOnSale::NotYet { .. } | NotOnSale::Paused)
            | Self::SeatsSold { .. }
            | Self::ShowMoved { .. } => true,
            Self::NotOnSale(NotOnSale::Closed { .. } | NotOnSale::NotInChannel)
            | Self::OrphanSeat { .. }
            | Self::NotOpened
            | Self::ShowCancelled
            | Self::AlreadyPaid
            | Self::BookingCancelled
            | Self::NotPaid
            | Self::RefundClosed { .. }
            | Self::NotInBooking { .. }
            | Self::RefundPending { .. }
            | Self::RefundChanged { .. }
            | Self::RefundRefused
            | Self::RefundNotAsked
            | Self::RefundByStaff
            | Self::RefundByManager
            | Self::NoSuchCase
            | Self::CaseResolved { .. }
            | Self::NoCashDue
            | Self::CashDue { .. }
            | Self::NothingToPay
            | Self::CashByStaff
            | Self::OpenedAlready
            | Self::NotSealed
            | Self::HoldExpired { .. }
            | Self::HoldReleased
            | Self::BookingNotFound
            | Self::UnknownSeats { .. }
            | Self::DuplicateSeats { .. }
            | Self::NoSeats
            | Self::TooManySeats { .. }
            | Self::UnknownTicketType { .. }
            | Self::UnknownCategory { .. }
            | Self::NotSoldInCategory { .. }
            | Self::NoPrice(_)
            | Self::IdReused
            | Self::CashTooLittle { .. } => false,
        }
    }

    /// What to do next, for people.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::RuleBroken(rule) => rule.hint(),
            Self::SeatsTaken { .. } => "choose other seats; `next_best` has the best that are left",
            Self::NotEnoughSeats { .. } => "take fewer seats, or another show",
            Self::OrphanSeat { .. } => {
                "move by one seat, or take the single seat too; the counter may go on all the same"
            }
            Self::UnknownSeats { .. } => "look at the seat map of the show",
            Self::TooManySeats { .. } => "split the party; the counter may go above the limit",
            Self::HoldExpired { .. } => "hold the seats again with a new booking",
            Self::HoldReleased => "hold seats again with a new booking",
            Self::IdReused => "make a new id for a new request",
            Self::CashTooLittle { .. } => "take the missing amount, or release the seats",
            Self::NothingToPay => "confirm it with `POST /v1/bookings/{id}/cash`; nothing is taken",
            Self::CashByStaff => "pay by card, or at the counter",
            Self::SeatsSold { .. } => "move or cancel those bookings first",
            Self::AlreadyPaid => "a manager can cancel a paid booking",
            Self::RefundClosed { .. } => "a manager can set the terms aside, for a reason",
            Self::RefundPending { .. } => "a manager approves or refuses it first",
            Self::RefundChanged { .. } => "tell the customer the new sum and ask again",
            Self::RefundByStaff => "ask at the counter",
            Self::NoCashDue => "it goes back by itself; cash as well would be twice",
            Self::CashDue { .. } => "hand it out and say so, or say with a note what else was done",
            Self::NotInBooking { .. } => "look at the seats of the booking",
            Self::ShowMoved { .. } => "send the same request again in a moment",
            Self::NoPrice(why) => return why.hint(),
            Self::DuplicateSeats { .. }
            | Self::NoSeats
            | Self::UnknownTicketType { .. }
            | Self::UnknownCategory { .. }
            | Self::NotSoldInCategory { .. }
            | Self::NotOnSale(_)
            | Self::NotOpened
            | Self::ShowCancelled
            | Self::BookingNotFound
            | Self::BookingCancelled
            | Self::NotPaid
            | Self::RefundNotAsked
            | Self::RefundRefused
            | Self::RefundByManager
            | Self::NoSuchCase
            | Self::CaseResolved { .. }
            | Self::OpenedAlready
            | Self::NotSealed => return None,
        })
    }

    /// The facts, as they go over the wire.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let labelled = |seats: &[SeatLabel], why: &str| {
            let fact = |s: &SeatLabel| SeatFact {
                seat: s.to_string(),
                why: why.into(),
                until: None,
            };
            seats.iter().map(fact).collect()
        };
        let none = Facts::default;
        match self {
            Self::RuleBroken(rule) => rule.facts(),
            Self::SeatsTaken { seats } | Self::SeatsSold { seats } => Facts {
                seats: seats
                    .iter()
                    .map(|s| SeatFact {
                        seat: s.seat.to_string(),
                        why: s.why.into(),
                        until: s.until.map(Into::into),
                    })
                    .collect(),
                ..none()
            },
            Self::NotEnoughSeats { free, .. } => Facts {
                free: u64::try_from(*free).ok(),
                ..none()
            },
            Self::OrphanSeat { seats } => Facts {
                seats: labelled(seats, "alone"),
                ..none()
            },
            Self::UnknownSeats { seats } => Facts {
                seats: labelled(seats, "unknown"),
                ..none()
            },
            Self::DuplicateSeats { seats } => Facts {
                seats: labelled(seats, "twice"),
                ..none()
            },
            Self::NotInBooking { seats } => Facts {
                seats: labelled(seats, "not_in_booking"),
                ..none()
            },
            Self::RefundClosed { at } => Facts {
                at: at.map(Into::into),
                ..none()
            },
            Self::TooManySeats { max, .. } => Facts {
                max: Some(u64::from(*max)),
                ..none()
            },
            Self::UnknownTicketType { known, .. } | Self::UnknownCategory { known, .. } => Facts {
                known: known.clone(),
                ..none()
            },
            Self::NotSoldInCategory { seats, .. } => Facts {
                seats: labelled(seats, "not_sold"),
                ..none()
            },
            Self::NotOnSale(NotOnSale::NotYet { opens_at: at })
            | Self::NotOnSale(NotOnSale::Closed { closed_at: at })
            | Self::HoldExpired { at } => Facts {
                at: Some((*at).into()),
                ..none()
            },
            Self::CaseResolved { at, .. } => Facts {
                at: Some((*at).into()),
                ..none()
            },
            Self::CashDue { due } => Facts {
                max: u64::try_from(due.minor).ok(),
                ..none()
            },
            Self::RefundChanged { back } => Facts {
                max: u64::try_from(back.minor).ok(),
                ..none()
            },
            Self::CashTooLittle { total, .. } => Facts {
                max: u64::try_from(total.minor).ok(),
                ..none()
            },
            Self::NotOnSale(NotOnSale::Paused | NotOnSale::NotInChannel)
            | Self::NoPrice(_)
            | Self::NoSeats
            | Self::NotOpened
            | Self::ShowCancelled
            | Self::IdReused
            | Self::BookingNotFound
            | Self::HoldReleased
            | Self::AlreadyPaid
            | Self::BookingCancelled
            | Self::NotPaid
            | Self::RefundPending { .. }
            | Self::RefundRefused
            | Self::RefundNotAsked
            | Self::RefundByStaff
            | Self::RefundByManager
            | Self::NoSuchCase
            | Self::NoCashDue
            | Self::NothingToPay
            | Self::CashByStaff
            | Self::OpenedAlready
            | Self::NotSealed
            | Self::ShowMoved { .. } => none(),
        }
    }
}
