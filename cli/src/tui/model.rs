//! All that the screens know. Drawing reads it, `update` alone changes it.

use houseful_core::{
    ids::{BookingId, CinemaId, PaymentId, ShowId},
    time::UtcMillis,
    wire::{booking::Booking, catalogue::Show},
};

use super::{
    bookings::Bookings,
    browse::Browse,
    desk::{Desk, Feed, is_held},
    home::Home,
    key::Key,
    keymap::{Action, Keymap, Place},
    late::Late,
    live::Live,
    local_time,
    msg::Owned,
    naming,
    overlay::Overlay,
    payment::Payment,
    seats::Seats,
    ticket::TicketView,
};
use crate::mirror::Picture;

/// A view above the first one, with its state.
#[derive(Clone, Debug)]
pub enum View {
    /// City, movie, show.
    Browse(Box<Browse>),
    /// The seat grid.
    Seats(Box<Seats>),
    /// Paying.
    Payment(Box<Payment>),
    /// The tickets.
    Ticket(Box<TicketView>),
    /// The bookings.
    Bookings(Box<Bookings>),
    /// The live board of a show.
    Live(Box<Live>),
    /// The late-payments desk.
    Late(Box<Late>),
}

/// What a view wants to happen to the stack of views.
#[derive(Clone, Debug)]
pub enum Step {
    /// Nothing.
    Stay,
    /// One view down.
    Back,
    /// All the way down.
    Home,
    /// Another view on top.
    Open(Box<View>),
    /// A booking in full.
    LookUp(BookingId),
    /// It is sold: the tickets on the first view.
    Sold(Box<TicketView>),
    /// The next sale, by the number that was pressed.
    SellNext(Key),
    /// The hold has ended: back to the seats.
    HoldOver {
        /// As the server told it.
        booking: Box<Booking>,
        /// What happened.
        what: Option<String>,
    },
    /// Takes up a booking that is paid or being paid.
    Settle {
        /// Which.
        owned: Owned,
        /// As the server told it.
        booking: Box<Booking>,
        /// Its show.
        show: Box<Show>,
        /// The card payment towards it, if this till made it.
        payment: Option<PaymentId>,
    },
}

/// All that the screens know.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Columns and rows of the window.
    pub size: (u16, u16),
    /// The keys as they are bound.
    pub keymap: Keymap,
    /// What all views share.
    pub desk: Desk,
    /// The first view.
    pub home: Home,
    /// The views above it; the last is on top.
    pub above: Vec<View>,
    /// What the customer's display shows.
    pub mirrored: Option<Picture>,
}

/// The smallest window that the views fit into: columns and rows.
pub const WINDOW_MIN: (u16, u16) = (60, 16);
/// How often the clock is compared with the server's while a countdown shows.
pub const SYNC_MS: i64 = 15_000;
/// The same for a server whose clock is set by hand.
pub const SYNC_MANUAL_MS: i64 = 1_000;
/// The least time between two ticks of a countdown.
const TICK_MIN_MS: i64 = 200;

impl Model {
    /// A model that shows one cinema, or all.
    #[must_use]
    pub fn new(cinema: Option<CinemaId>) -> Self {
        let mut model = Self::default();
        model.home.cinema = cinema;
        model
    }

    /// Whether the window is too small to show a view. One whose size is not known yet is not.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        let (columns, rows) = self.size;
        self.size != (0, 0) && (columns < WINDOW_MIN.0 || rows < WINDOW_MIN.1)
    }

    /// Where the next key goes.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.desk.overlays.last() {
            Some(overlay) => overlay.place(),
            None if self.desk.palette.is_some() => Place::Palette,
            None if self.desk.quick.typed.is_some() => Place::QuickLine,
            None => self.view_place(),
        }
    }

    /// The place of the view on top, whatever lies over it.
    #[must_use]
    pub fn view_place(&self) -> Place {
        match self.above.last() {
            None => self.home.place(),
            Some(View::Browse(browse)) => browse.place(),
            Some(View::Seats(seats)) => seats.place(),
            Some(View::Payment(payment)) => payment.place(),
            Some(View::Ticket(_)) => Place::Ticket,
            Some(View::Bookings(bookings)) => bookings.place(),
            Some(View::Live(_)) => Place::Live,
            Some(View::Late(late)) => late.place(),
        }
    }

    /// The shows by the numbers that a line may call them: those of the list on the screen, or of
    /// the one that was there last.
    #[must_use]
    pub fn numbered(&self) -> Vec<ShowId> {
        let list = self.above.iter().rev().find_map(|view| match view {
            View::Browse(browse) => Some(browse),
            _ => None,
        });
        match list {
            Some(browse) => browse.fitting_shows().iter().map(|show| show.id).collect(),
            None => self.home.seen.clone(),
        }
    }

    /// Whether the first view's list stays as it is, since a line is typed by its numbers.
    #[must_use]
    pub fn is_list_read(&self) -> bool {
        self.home.loaded && self.desk.quick.typed.is_some()
    }

    /// The booking whose countdown is on the screen.
    #[must_use]
    pub fn counted(&self) -> Option<&Booking> {
        let booking = match self.above.last() {
            None => self.desk.kept.as_ref().and_then(|k| k.booking.as_ref()),
            Some(View::Seats(seats)) => seats.booking.as_ref(),
            Some(View::Payment(payment)) => Some(&payment.booking),
            // Its seats stay held while somebody looks at the board.
            Some(View::Live(_)) => self.held_below(),
            Some(View::Browse(_) | View::Ticket(_) | View::Bookings(_) | View::Late(_)) => None,
        };
        booking.filter(|b| is_held(b))
    }

    /// The booking of a seat grid that another view lies over.
    fn held_below(&self) -> Option<&Booking> {
        self.above.iter().find_map(|view| match view {
            View::Seats(seats) => seats.booking.as_ref(),
            _ => None,
        })
    }

    /// Whether a key does something in the view on top as it stands now.
    #[must_use]
    pub fn offers(&self, action: Action) -> bool {
        if let Some(Overlay::LostRace { next_best, .. }) = self.desk.overlays.last() {
            return action != Action::NextBest || !next_best.is_empty();
        }
        match self.above.last() {
            Some(View::Bookings(bookings)) => bookings.offers(&self.desk, action),
            Some(View::Late(late)) => late.offers(&self.desk, action),
            // The next customer comes after a sale; from old tickets it goes back.
            Some(View::Ticket(ticket)) => action != Action::Accept || !ticket.is_again,
            _ => true,
        }
    }

    /// The time zone that the clock in the header is in.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        match self.above.last() {
            Some(View::Seats(seats)) => &seats.show.time_zone,
            Some(View::Payment(payment)) => &payment.show.time_zone,
            Some(View::Ticket(ticket)) => &ticket.show.time_zone,
            Some(View::Live(live)) => &live.show.time_zone,
            Some(View::Bookings(bookings)) => bookings
                .show()
                .map_or(self.home.time_zone(), |show| &show.time_zone),
            Some(View::Late(late)) => late
                .show()
                .map_or(self.home.time_zone(), |show| &show.time_zone),
            None | Some(View::Browse(_)) => self.home.time_zone(),
        }
    }

    /// The wall clock in the header.
    #[must_use]
    pub fn wall_clock(&self) -> String {
        if self.desk.link.heard_at.is_none() {
            return String::new();
        }
        let (now, zone) = (self.desk.server_now(), self.time_zone());
        let clock = local_time::wall_clock(now, zone);
        if self.above.is_empty() && self.home.zones_differ() {
            return format!("{clock} {}", local_time::zone_name(now, zone));
        }
        clock
    }

    /// Whether the clock is compared with the server's: while a countdown shows, and whenever the
    /// server's can only be known by asking.
    #[must_use]
    pub fn follows_the_clock(&self) -> bool {
        self.counted().is_some() || self.shows_ends() || self.desk.clock.is_manual()
    }

    /// Whether ends of other people's holds are counted down.
    fn shows_ends(&self) -> bool {
        match self.above.last() {
            Some(View::Bookings(bookings)) => bookings.next_end(&self.desk).is_some(),
            Some(View::Live(live)) => live.next_end(&self.desk).is_some(),
            _ => false,
        }
    }

    /// How often the clock is compared with the server's now.
    #[must_use]
    pub fn sync_ms(&self) -> i64 {
        if self.desk.clock.is_manual() {
            SYNC_MANUAL_MS
        } else {
            SYNC_MS
        }
    }

    /// Whether what is on the screen may be different at the server by now. Tickets are not.
    #[must_use]
    pub fn can_age(&self) -> bool {
        !matches!(self.above.last(), Some(View::Ticket(_)))
    }

    /// When something on the screen changes by itself, in local time; `None` when nothing does.
    #[must_use]
    pub fn wake_at(&self) -> Option<UtcMillis> {
        let (desk, now) = (&self.desk, self.desk.now);
        let mut at: Vec<Option<UtcMillis>> = Vec::new();
        let heard = desk.link.heard_at;
        if let Some(booking) = self.counted() {
            at.push(self.next_second(booking.hold_until.0));
        }
        at.push(desk.asks_info.again_at());
        if self.follows_the_clock() && desk.asks_info.is_quiet() {
            at.push(heard.map(|heard| heard.plus_ms(self.sync_ms())));
        }
        at.extend(self.kept_wakes_at());
        match self.above.last() {
            None => {
                let again = self.home.asks.again_at();
                at.push(again.filter(|_| !self.is_list_read()));
                let into_minute = desk.server_now().0.rem_euclid(60_000);
                let minute = desk.server_now().plus_ms(60_000 - into_minute);
                at.push(desk.clock.local_of(minute, now));
            }
            Some(View::Seats(seats)) => {
                let end = seats
                    .board
                    .as_ref()
                    .and_then(|b| b.next_end(desk.server_now()));
                at.push(end.and_then(|end| desk.clock.local_of(end, now)));
                at.push(seats.again_at());
                at.push(seats.others.fades_at());
                at.push(seats.asking.as_ref().map(|_| now.plus_ms(1_000)));
            }
            Some(View::Payment(payment)) => {
                at.push(payment.again_at());
                at.push(payment.is_paying().then(|| now.plus_ms(1_000)));
            }
            Some(View::Ticket(ticket)) => at.push(ticket.again_at()),
            Some(View::Bookings(bookings)) => {
                at.push(bookings.again_at());
                at.push(
                    bookings
                        .next_end(desk)
                        .and_then(|end| self.next_second(end)),
                );
            }
            Some(View::Live(live)) => {
                at.push(live.again_at());
                at.push(live.next_end(desk).and_then(|end| self.next_second(end)));
                let below = self.above.iter().filter_map(|view| match view {
                    View::Seats(seats) => Some(seats),
                    _ => None,
                });
                at.extend(below.map(|seats| seats.again_at()));
            }
            Some(View::Late(late)) => at.push(late.again_at()),
            Some(View::Browse(_)) => {}
        }
        at.push(naming::again_at(desk));
        at.push(desk.link.silence_wakes_at(desk.now));
        let silent = desk.link.feed == Feed::Off && desk.link.down.is_none() && self.can_age();
        if let Some(heard) = heard.filter(|_| silent) {
            // The age of what is on the screen is told in minutes.
            let minutes = desk.now.ms_since(heard).max(0) / 60_000 + 1;
            at.push(Some(heard.plus_ms(minutes * 60_000)));
        }
        if desk.link.down.is_some() || desk.link.feed_down_at.is_some() {
            at.push(Some(now.plus_ms(1_000)));
        }
        let soonest = at.into_iter().flatten().min();
        soonest.map(|at| at.max(now.plus_ms(1)))
    }

    /// When something is to do for the booking that is put by.
    fn kept_wakes_at(&self) -> [Option<UtcMillis>; 4] {
        let (desk, kept) = (&self.desk, self.desk.kept.as_ref());
        let hold = kept.and_then(|k| k.hold.as_ref());
        let booking = kept.and_then(|k| k.booking.as_ref());
        let end = booking.filter(|b| is_held(b)).map(|b| b.hold_until.0);
        [
            kept.and_then(|k| k.asks_booking.again_at()),
            kept.and_then(|k| k.asks_show.again_at()),
            hold.and_then(|hold| hold.question.again_at()),
            end.filter(|end| desk.alive(*end))
                .and_then(|end| desk.clock.local_of(end, desk.now)),
        ]
    }

    /// When the countdown shows its next second, or reaches its end.
    fn next_second(&self, hold_until: UtcMillis) -> Option<UtcMillis> {
        let desk = &self.desk;
        let left = hold_until.ms_since(desk.server_now());
        if left <= 0 {
            return None;
        }
        let step = match left % 1_000 {
            0 => 1_000,
            part => part,
        };
        let second = desk
            .clock
            .local_of(desk.server_now().plus_ms(step), desk.now)?;
        let end = desk.clock.local_of(hold_until, desk.now)?;
        // A server that runs fast would tick too often; its end is never missed.
        Some(second.max(desk.now.plus_ms(TICK_MIN_MS)).min(end))
    }
}
