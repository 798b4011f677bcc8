//! What a line means for one show: ticket types, seats and categories by their names there.

use houseful_core::{
    best::Zone,
    price::TicketType,
    seat::SeatLabel,
    wire::{
        booking::{BestRequest, SeatWish, TicketWish, Wish},
        catalogue::ShowDetail,
        seats::LayoutView,
    },
};

use super::{SeatRange, Tickets, WishError, WishWords};

/// The type of tickets that a show without a price list would sell.
const TYPE_DEFAULT: &str = "adult";

/// Where somebody wants to sit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In these seats.
    Seats(Vec<SeatLabel>),
    /// In the best seats together.
    Best {
        /// For so many; as many as there are tickets when nobody says it.
        count: Option<u16>,
        /// Where.
        zone: Zone,
        /// In this category.
        category: Option<String>,
        /// With a wheelchair place.
        accessible: bool,
        /// Pass over so many better offers.
        skip: u16,
    },
}

/// Who comes, and where they want to sit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Who comes; all of the usual type when nobody says it.
    pub tickets: Vec<TicketWish>,
    /// Where.
    pub spot: Spot,
}

impl WishWords {
    /// What the words mean for a show; `layout` is needed where they name seats or a category.
    ///
    /// # Errors
    /// Which word the show knows nothing of, and what it knows.
    pub fn party(
        &self,
        detail: &ShowDetail,
        layout: Option<&LayoutView>,
    ) -> Result<Party, WishError> {
        let tickets = types(&self.tickets, &detail.ticket_types)?;
        if !self.seats.is_empty() {
            let seats = labels(&self.seats, layout)?;
            let spot = Spot::Seats(seats);
            return Ok(Party { tickets, spot });
        }
        let category = self.category.as_deref();
        let spot = Spot::Best {
            count: None,
            zone: self.zone.unwrap_or_default(),
            category: category
                .map(|word| category_code(word, detail, layout))
                .transpose()?,
            accessible: self.accessible,
            skip: 0,
        };
        Ok(Party { tickets, spot })
    }
}

/// The tickets by the codes of their types.
///
/// # Errors
/// A letter that is on no line of the price list.
pub fn types(tickets: &[Tickets], known: &[TicketType]) -> Result<Vec<TicketWish>, WishError> {
    let mut all: Vec<TicketWish> = Vec::new();
    for Tickets { count, key } in tickets {
        let kind = match key {
            None => known.first(),
            Some(key) => Some(find_type(known, *key)?),
        };
        let ticket_type = kind.map_or(TYPE_DEFAULT, |kind| &kind.code).to_owned();
        match all.iter_mut().find(|t| t.ticket_type == ticket_type) {
            Some(same) => same.count = same.count.saturating_add(*count),
            None => all.push(TicketWish {
                ticket_type,
                count: *count,
            }),
        }
    }
    Ok(all)
}

fn find_type(known: &[TicketType], key: char) -> Result<&TicketType, WishError> {
    let lower: String = key.to_lowercase().collect();
    let kind = |t: &&TicketType| t.key == key || t.key.to_string() == lower;
    known.iter().find(kind).ok_or_else(|| {
        let names = known.iter().map(|t| format!("{} {}", t.key, t.name));
        WishError::NoSuchType {
            key,
            known: names.collect::<Vec<_>>().join(", "),
        }
    })
}

/// The seats of some ranges. Numbers may be missing in a row; only the ends must be there.
///
/// # Errors
/// A seat that the hall has not.
pub fn labels(
    ranges: &[SeatRange],
    layout: Option<&LayoutView>,
) -> Result<Vec<SeatLabel>, WishError> {
    let mut all: Vec<SeatLabel> = Vec::new();
    for SeatRange { from, to } in ranges {
        for number in from.number()..=to.number() {
            let label = SeatLabel::new(from.row(), number)?;
            let there = layout.is_none_or(|hall| hall.seats.iter().any(|s| s.label == label));
            if !there && (label == *from || label == *to) {
                return Err(WishError::NoSuchSeat(label));
            }
            if there && !all.contains(&label) {
                all.push(label);
            }
        }
    }
    Ok(all)
}

/// The code of the category with this code or name.
fn category_code(
    word: &str,
    detail: &ShowDetail,
    layout: Option<&LayoutView>,
) -> Result<String, WishError> {
    let categories = layout.map_or(&[][..], |hall| &hall.categories);
    let named = categories.iter().find(|c| {
        let name = c.name.to_lowercase().replace([' ', '-'], "_");
        c.code == word || name == word
    });
    if let Some(category) = named {
        return Ok(category.code.clone());
    }
    if let Some(price) = detail.prices.iter().find(|p| p.category == word) {
        return Ok(price.category.clone());
    }
    let mut known: Vec<&str> = categories.iter().map(|c| c.code.as_str()).collect();
    known.extend(detail.prices.iter().map(|p| p.category.as_str()));
    let mut seen: Vec<&str> = Vec::new();
    for code in known {
        if !seen.contains(&code) {
            seen.push(code);
        }
    }
    Err(WishError::NoSuchCategory {
        word: word.to_owned(),
        known: seen.join(", "),
    })
}

impl Party {
    /// How many come; 0 when nobody says it.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.spot {
            Spot::Seats(seats) => seats.len(),
            Spot::Best {
                count: Some(count), ..
            } => usize::from(*count),
            Spot::Best { .. } => self.tickets.iter().map(|t| usize::from(t.count)).sum(),
        }
    }

    /// The wish that is sent, with the tickets it is for.
    ///
    /// # Errors
    /// Tickets and seats are not as many, or there are none.
    pub fn wish(self, detail: &ShowDetail) -> Result<(Wish, Vec<TicketWish>), WishError> {
        let default = detail.ticket_types.first().map(|t| t.code.as_str());
        let default = default.unwrap_or(TYPE_DEFAULT);
        match self.spot {
            Spot::Seats(seats) => {
                let tickets = counted(self.tickets, seats.len(), default, "seats")?;
                Ok((named(&seats, &tickets), tickets))
            }
            Spot::Best {
                count,
                zone,
                category,
                accessible,
                skip,
            } => {
                let mut tickets = match count {
                    Some(count) => counted(self.tickets, usize::from(count), default, "--best")?,
                    None => self.tickets,
                };
                tickets.retain(|t| t.count > 0);
                if tickets.is_empty() {
                    return Err(WishError::Nobody);
                }
                let best = BestRequest {
                    tickets: tickets.clone(),
                    zone,
                    category,
                    accessible,
                    skip,
                };
                Ok((Wish::Best(best), tickets))
            }
        }
    }
}

/// The tickets for `seats` seats: those that were named, which must be as many, or the usual ones.
fn counted(
    tickets: Vec<TicketWish>,
    seats: usize,
    default: &str,
    what: &'static str,
) -> Result<Vec<TicketWish>, WishError> {
    if tickets.is_empty() {
        return Ok(vec![TicketWish {
            ticket_type: default.to_owned(),
            count: u16::try_from(seats).unwrap_or(u16::MAX),
        }]);
    }
    let sum: usize = tickets.iter().map(|t| usize::from(t.count)).sum();
    if sum == seats {
        return Ok(tickets);
    }
    Err(WishError::NotAsMany {
        what,
        seats,
        tickets: sum,
    })
}

/// Each seat with its ticket, in the order in which they were named.
fn named(seats: &[SeatLabel], tickets: &[TicketWish]) -> Wish {
    let types = tickets
        .iter()
        .flat_map(|t| std::iter::repeat_n(&t.ticket_type, usize::from(t.count)));
    let wish = |(seat, ticket_type): (&SeatLabel, &String)| SeatWish {
        seat: *seat,
        ticket_type: Some(ticket_type.clone()),
    };
    Wish::Seats(seats.iter().zip(types).map(wish).collect())
}
