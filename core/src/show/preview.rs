//! What a purchase would cost, by the rules that a hold obeys and with the numbers that it keeps.

use super::{
    SeatPick, ShowState, ShowTerms, Wish,
    pick::{category_no, category_of, default_type, find_all, labels},
    priced::{Said, no_code_refused, quote},
};
use crate::{
    money::{Currency, Money},
    orphan::orphans,
    price::{QuoteLine, SeatWanted},
    refusal::Refusal,
    sale::SaleAsk,
    seat::{SEATS_MAX, SeatNo},
    time::UtcMillis,
    wire::{
        Time,
        price::{LineQuote, PriceLine, PricePreview, TicketsWanted},
    },
};

/// What shall have a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriceAsk {
    /// A hold: whatever refuses it refuses the price.
    Hold(Wish),
    /// These seats, whether they are free or not.
    Seats(Vec<SeatPick>),
    /// Tickets without seats.
    Tickets(Vec<TicketsWanted>),
}

impl ShowState {
    /// What it would cost at `now`. The wish of `sale` is not read.
    ///
    /// # Errors
    /// Something is not sold or, for a hold, the hold would be refused.
    pub fn price(
        &self,
        ask: &PriceAsk,
        sale: &SaleAsk<'_>,
        now: UtcMillis,
    ) -> Result<PricePreview, Refusal> {
        let terms = self.terms.as_deref().ok_or(Refusal::NotOpened)?;
        let (mut relaxed, mut alone) = (Vec::new(), Vec::new());
        let wanted = match ask {
            PriceAsk::Hold(wish) => {
                let found = self.find(wish, sale, now)?;
                let seats: Vec<SeatNo> = found.lines.iter().map(|line| line.seat).collect();
                let free = self.free_for(sale.own, now);
                alone = labels(terms, &orphans(&terms.layout, &free, &seats));
                relaxed = found.relaxed;
                let types = found.lines.iter().map(|line| line.ticket_type.as_str());
                seated(terms, seats.iter().copied().zip(types))
            }
            PriceAsk::Seats(picks) => {
                let default = default_type(terms);
                let types = picks
                    .iter()
                    .map(|pick| pick.ticket_type.as_deref().unwrap_or(default));
                seated(terms, find_all(terms, picks)?.into_iter().zip(types))
            }
            PriceAsk::Tickets(tickets) => unseated(terms, tickets)?,
        };
        let said = sale.proof.map(|proof| Said::by(terms, proof));
        let said = said.unwrap_or_default();
        let quote = quote(terms, said.buys_at(sale.channel), wanted, now)?;
        if matches!(ask, PriceAsk::Hold(_)) {
            no_code_refused(&quote)?;
        }
        let money = |minor| Money::new(minor, quote.currency);
        Ok(PricePreview {
            show: self.show,
            at: Time(now),
            channel: sale.channel,
            fee: money(quote.fee_minor),
            net: money(quote.net_minor),
            total: quote.total(),
            lines: quote
                .lines
                .into_iter()
                .map(|line| told(line, quote.currency))
                .collect(),
            taxes: quote.taxes,
            offers: quote.offers,
            not_given: quote.not_given,
            relaxed,
            alone,
        })
    }
}

fn told(line: QuoteLine, currency: Currency) -> PriceLine {
    PriceLine {
        seat: line.seat,
        category: line.category,
        ticket_type: line.ticket_type,
        price: Money::new(line.ticket_minor, currency),
        quoted: LineQuote {
            fee: Money::new(line.fee_minor, currency),
            steps: line.steps,
            taxes: line.taxes,
        },
    }
}

fn seated<'a>(
    terms: &ShowTerms,
    seats: impl Iterator<Item = (SeatNo, &'a str)>,
) -> Vec<SeatWanted> {
    let wanted = |(seat, ticket_type): (SeatNo, &str)| SeatWanted {
        seat: terms.layout.get(seat).map(|seat| seat.label),
        category: category_of(terms, seat).to_owned(),
        ticket_type: ticket_type.to_owned(),
    };
    seats.map(wanted).collect()
}

fn unseated(terms: &ShowTerms, tickets: &[TicketsWanted]) -> Result<Vec<SeatWanted>, Refusal> {
    let count = tickets.iter().map(|t| usize::from(t.count)).sum();
    if count > SEATS_MAX {
        return Err(Refusal::TooManySeats {
            max: u16::try_from(SEATS_MAX).unwrap_or(u16::MAX),
            wanted: count,
        });
    }
    let mut wanted = Vec::with_capacity(count);
    for kind in tickets {
        let category = match &kind.category {
            Some(code) => {
                category_no(terms, code)?;
                Some(code.as_str())
            }
            None => terms.layout.categories().first().map(|c| c.code.as_str()),
        };
        let one = SeatWanted {
            seat: None,
            category: category.unwrap_or_default().to_owned(),
            ticket_type: kind.ticket_type.clone(),
        };
        wanted.extend(std::iter::repeat_n(one, usize::from(kind.count)));
    }
    Ok(wanted)
}
