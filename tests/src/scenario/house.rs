//! Where a story can happen: the rules alone, lane and database, a whole server.

use std::{collections::BTreeMap, sync::Arc};

use houseful_core::{
    best::Relaxed,
    layout::SeatLayout,
    money::Money,
    price::{Channel, PriceCard},
    refund::{RefundStep, RefundTerms},
    refusal::Refusal,
    sale::SaleAsk,
    seat::SeatLabel,
    show::{
        Command, Event, HoldRules, PriceAsk, PriceFacts, Proof, SalesWindow, ShowState, ShowTerms,
        Wish,
    },
    time::UtcMillis,
    wire::{
        booking::Booking,
        price::{PriceLine, PricePreview},
        problem::Facts,
        seats::SeatMap,
        why::Why,
    },
};
use uuid::Uuid;

use super::{
    rules,
    script::Script,
    stage,
    who::{Quote, Who},
};
use crate::made_up;

/// What came of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// It was carried out, now or before.
    Yes {
        /// Whether something new was written.
        fresh: bool,
        /// The booking it was about.
        booking: Option<Box<Booking>>,
    },
    /// The rules said no.
    No {
        /// The stable code.
        code: String,
        /// What a program may act on.
        facts: Box<Facts>,
    },
}

/// Refusals that are about a booking which is there already, and not about seats.
const OF_A_BOOKING: [&str; 3] = ["id_reused", "hold_released", "not_found"];

impl Said {
    /// A hold costs what a price told before it, ticket by ticket, or is refused as the price was.
    pub(super) fn is_as_priced(&self, priced: &Priced) -> Result<(), String> {
        let same = match (self, priced) {
            // It is about a booking that is there already.
            (Self::Yes { fresh: false, .. }, _) => true,
            (Self::No { code, .. }, _) if OF_A_BOOKING.contains(&code.as_str()) => true,
            (Self::No { code, .. }, Err(refused)) => code == refused,
            (Self::Yes { booking, .. }, Ok(priced)) => booking
                .as_ref()
                .is_some_and(|booking| costs_the_same(booking, priced)),
            _ => false,
        };
        same.then_some(())
            .ok_or_else(|| format!("the price told {priced:?}, the hold {self:?}"))
    }

    /// A refusal as it goes over the wire.
    #[must_use]
    pub fn no(refusal: &Refusal, next_best: Vec<SeatLabel>, relaxed: Vec<Relaxed>) -> Self {
        let facts = Facts {
            next_best,
            relaxed,
            ..refusal.facts()
        };
        Self::No {
            code: refusal.code().to_owned(),
            facts: Box::new(facts),
        }
    }
}

/// What a hold would cost, or the code of what refuses it.
pub type Priced = Result<PricePreview, String>;

/// A backend. An error is never part of a story: it ends the test.
pub trait House {
    /// Opens the show.
    ///
    /// # Errors
    /// It can't be opened.
    fn open(&mut self, opening: &Opening) -> Result<(), String>;
    /// Has a command carried out.
    ///
    /// # Errors
    /// Something else than the rules stood in the way.
    fn ask(&mut self, who: &Who, command: &Command) -> Result<Said, String>;
    /// The seat map.
    ///
    /// # Errors
    /// It can't be read.
    fn map(&mut self) -> Result<SeatMap, String>;
    /// A booking as somebody sees it; `None` if there is none for them.
    ///
    /// # Errors
    /// It can't be read.
    fn booking(&mut self, who: &Who, booking: Uuid) -> Result<Option<Booking>, String>;
    /// What the rules say to a wish of somebody's.
    ///
    /// # Errors
    /// It can't be asked.
    fn why(&mut self, who: &Who, wish: &Wish, proof: &Proof) -> Result<Why, String> {
        let (actor, now) = (who.actor(), self.now());
        let ask = SaleAsk {
            channel: actor.channel,
            owner: Some(actor.owner),
            proof: Some(proof),
            rules: who.rules(),
            own: None,
            wish: Some(wish),
        };
        Ok(self.state()?.why(&ask, now))
    }
    /// What a hold would cost, or the code of what refuses it.
    ///
    /// # Errors
    /// It can't be asked.
    fn price(
        &mut self,
        who: &Who,
        (wish, rules): (&Wish, HoldRules),
        proof: &Proof,
    ) -> Result<Priced, String> {
        let (actor, now) = (who.actor(), self.now());
        let sale = SaleAsk {
            channel: actor.channel,
            owner: Some(actor.owner),
            proof: Some(proof),
            rules,
            own: None,
            wish: None,
        };
        let priced = self
            .state()?
            .price(&PriceAsk::Hold(wish.clone()), &sale, now);
        Ok(priced.map_err(|refusal| refusal.code().to_owned()))
    }
    /// What somebody who pays for a booking agrees to.
    ///
    /// # Errors
    /// There is no such booking.
    fn quote(&mut self, _: &Who, booking: Uuid) -> Result<Quote, String> {
        let quote = Quote::of(&self.state()?, booking);
        quote.ok_or_else(|| "there is nothing to pay for".into())
    }
    /// Moves the clock.
    ///
    /// # Errors
    /// It does not move.
    fn tick(&mut self, ms: i64) -> Result<(), String>;
    /// The time.
    fn now(&self) -> UtcMillis;
    /// The hall.
    ///
    /// # Errors
    /// The show was not opened.
    fn layout(&self) -> Result<&SeatLayout, String>;
    /// The fold, as it is inside.
    ///
    /// # Errors
    /// It can't be read.
    fn state(&mut self) -> Result<ShowState, String>;
    /// Ends the story: what is stored must fold to the state that was decided on. Gives the
    /// journal as it is stored.
    ///
    /// # Errors
    /// It does not.
    fn finish(&mut self) -> Result<Vec<(UtcMillis, Event)>, String>;
}

fn costs_the_same(booking: &Booking, priced: &PricePreview) -> bool {
    let of = |line: &PriceLine| booking.lines.iter().find(|l| Some(l.seat) == line.seat);
    let same = |line: &PriceLine| {
        of(line).is_some_and(|held| {
            let words = (&held.category, &held.ticket_type, held.price);
            let quoted = held.quoted.as_deref().is_none_or(|q| *q == line.quoted);
            words == (&line.category, &line.ticket_type, line.price) && quoted
        })
    };
    let sums = (booking.fee, &booking.taxes, booking.total);
    booking.lines.len() == priced.lines.len()
        && priced.lines.iter().all(same)
        && sums == (priced.fee, &priced.taxes, priced.total)
        && booking.relaxed == priced.relaxed
}

/// What a show is opened with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Layout, prices, hours.
    pub terms: Arc<ShowTerms>,
    /// The hall as text.
    pub hall: String,
}

/// The hall of a story that draws none.
const HALL: [&str; 3] = ["A  oooooooo", "B  oooooooo", "C  pppppppp"];

impl Opening {
    /// What the head of a story says, with a plain hall, prices and hours where it is silent.
    ///
    /// # Errors
    /// The head can't be understood.
    pub fn of(script: &Script) -> Result<Self, String> {
        let drawn: Vec<&str> = match script.hall.as_slice() {
            [] => HALL.into(),
            rows => rows.iter().map(String::as_str).collect(),
        };
        let premium = drawn.iter().any(|row| {
            let seats = row.split_once(' ').map_or("", |(_, seats)| seats);
            seats.contains('p')
        });
        let mut hall = String::from("name: Scenario\ncategory o: standard \"Standard\"\n");
        if premium {
            hall.push_str("category p: premium \"Premium\"\n");
        }
        hall.push('\n');
        for row in drawn {
            hall.push_str(row);
            hall.push('\n');
        }
        let layout = SeatLayout::parse(&hall).map_err(|e| format!("{}: {e:?}", script.name))?;
        let said = |key: &str| script.head.get(key).map(String::as_str);
        let window = |key: &str| -> Result<SalesWindow, String> {
            let (opens, closes) = said(key)
                .unwrap_or("-1d..+2h")
                .split_once("..")
                .ok_or_else(|| format!("{key}: write it like -1d..+2h"))?;
            Ok(SalesWindow {
                opens_at: stage::point(opens)?,
                closes_at: stage::point(closes)?,
            })
        };
        let mut card = prices(said("fee").unwrap_or("0"))?;
        if let Some(text) = said("prices") {
            let rules = serde_json::from_str(text).map_err(|e| format!("prices: {e}"))?;
            card.rules = Some(Box::new(rules));
            card.fees.clear();
            card.check().map_err(|e| e.to_string())?;
        }
        let facts = card.rules.is_some().then(|| PriceFacts {
            zone: jiff::tz::TimeZone::UTC,
            format: said("shown").unwrap_or("2D").to_owned(),
        });
        let seats_max = said("seats_max").map_or(Ok(ShowTerms::SEATS_MAX), str::parse);
        let terms = ShowTerms {
            layout: Arc::new(layout),
            prices: Arc::new(PriceCard {
                refunds: said("refunds").map(refunds).transpose()?,
                ..card
            }),
            facts,
            starts_at: stage::point(said("starts").unwrap_or("+2h"))?,
            windows: BTreeMap::from([
                (Channel::Web, window("web")?),
                (Channel::Counter, window("counter")?),
            ]),
            seats_max: seats_max.map_err(|e| format!("seats_max: {e}"))?,
            rules: rules::of(said("rules").unwrap_or(""))?,
        };
        Ok(Self {
            terms: Arc::new(terms),
            hall,
        })
    }
}

/// `24h 0, 2h 50, fee kept, clerk 20.00`: the rungs, whether the booking fee is kept, and what a
/// clerk gives back alone.
fn refunds(text: &str) -> Result<RefundTerms, String> {
    let mut terms = RefundTerms::default();
    for part in text.split(',').map(str::trim) {
        match part
            .split_once(' ')
            .ok_or_else(|| format!("refunds: `{part}`?"))?
        {
            ("fee", "kept") => terms.booking_fee_kept = true,
            ("clerk", max) => {
                let max = Money::parse(max, made_up::gbp()).map_err(|e| e.to_string())?;
                terms.clerk_max_minor = max.minor;
            }
            (before, percent) => terms.steps.push(RefundStep {
                before_minutes: stage::length(before)? / 60_000,
                keep_percent: percent.parse().map_err(|e| format!("{part}: {e}"))?,
            }),
        }
    }
    Ok(terms)
}

/// Adults pay 10.00 and 15.00 in premium, children 7.00 and are not let into premium, guests
/// nothing.
fn prices(fee: &str) -> Result<PriceCard, String> {
    let fee = Money::parse(fee, made_up::gbp()).map_err(|e| e.to_string())?;
    let mut card = made_up::card(&[
        ("standard", "adult", 1000),
        ("standard", "child", 700),
        ("standard", "guest", 0),
        ("premium", "adult", 1500),
    ]);
    card.fees.insert(Channel::Web, fee.minor);
    Ok(card)
}
