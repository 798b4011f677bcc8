//! What was typed, as the wish that is sent; and the same as a command to type again.

use houseful_core::{
    seat::SeatLabel,
    wire::{
        booking::{BestRequest, SeatWish, TicketWish, Wish},
        catalogue::ShowDetail,
    },
};

use crate::{
    args::{Pay, TicketCount, WishArgs},
    error::CliError,
};

/// A wish that is complete.
pub(super) struct Plan {
    pub wish: Wish,
    pub allow_orphans: bool,
    pub over_limit: bool,
    tickets: Vec<TicketCount>,
}

impl Plan {
    /// The plan, or `None` when neither seats nor tickets were named.
    pub fn of(args: &WishArgs, detail: &ShowDetail) -> Result<Option<Self>, CliError> {
        let tickets = args.tickets();
        let default = detail.ticket_types.first().map(|t| t.code.clone());
        let default = default.unwrap_or_else(|| "adult".to_owned());
        let (wish, tickets) = match (&args.seats, args.best) {
            (Some(seats), _) => {
                let tickets = counted(tickets, seats.len(), &default, "seats")?;
                (named(seats, &tickets), tickets)
            }
            (None, best) => {
                let count = usize::from(best.unwrap_or(0));
                if count == 0 && tickets.is_empty() {
                    return Ok(None);
                }
                let tickets = if count == 0 {
                    tickets
                } else {
                    counted(tickets, count, &default, "--best")?
                };
                (best_of(args, &tickets)?, tickets)
            }
        };
        Ok(Some(Self {
            wish,
            allow_orphans: args.allow_orphans,
            over_limit: args.over_limit,
            tickets,
        }))
    }

    /// How to say the same again with other seats.
    pub fn command(&self, show: &str, pay: Option<&Pay>) -> Again {
        let tickets: Vec<String> = self
            .tickets
            .iter()
            .map(|t| format!("{}={}", t.ticket_type, t.count))
            .collect();
        let pay = match pay {
            None => " --hold-only",
            Some(Pay::Cash(_)) => " --pay cash",
            Some(Pay::Card(_)) => " --pay card",
        };
        Again {
            show: show.to_owned(),
            rest: format!(" --ticket {}{pay}", tickets.join(",")),
        }
    }
}

/// A command to type again with other seats.
pub(super) struct Again {
    show: String,
    rest: String,
}

impl Again {
    /// The command with the next best seats that a refusal named.
    pub fn with_next_best(&self, error: &CliError) -> Option<String> {
        let CliError::Refused { problem, .. } = error else {
            return None;
        };
        let seats = &problem.facts.next_best;
        let labels: Vec<String> = seats.iter().map(ToString::to_string).collect();
        (!labels.is_empty()).then(|| {
            let labels = labels.join(",");
            format!("houseful sell {} --seats {labels}{}", self.show, self.rest)
        })
    }
}

/// The tickets for `seats` seats: those that were named, which must be as many, or the default.
fn counted(
    tickets: Vec<TicketCount>,
    seats: usize,
    default: &str,
    what: &str,
) -> Result<Vec<TicketCount>, CliError> {
    if tickets.is_empty() {
        let count = u16::try_from(seats).unwrap_or(u16::MAX);
        let ticket_type = default.to_owned();
        return Ok(vec![TicketCount { ticket_type, count }]);
    }
    let sum: usize = tickets.iter().map(|t| usize::from(t.count)).sum();
    if sum == seats {
        return Ok(tickets);
    }
    Err(CliError::usage_hint(
        format!("{what} says {seats}, the tickets are {sum}"),
        "as many tickets as seats",
    ))
}

fn named(seats: &[SeatLabel], tickets: &[TicketCount]) -> Wish {
    let types = tickets
        .iter()
        .flat_map(|t| std::iter::repeat_n(&t.ticket_type, usize::from(t.count)));
    let wish = |(seat, ticket_type): (&SeatLabel, &String)| SeatWish {
        seat: *seat,
        ticket_type: Some(ticket_type.clone()),
    };
    Wish::Seats(seats.iter().zip(types).map(wish).collect())
}

fn best_of(args: &WishArgs, tickets: &[TicketCount]) -> Result<Wish, CliError> {
    let wanted = tickets.iter().filter(|t| t.count > 0);
    let tickets: Vec<TicketWish> = wanted
        .map(|t| TicketWish {
            ticket_type: t.ticket_type.clone(),
            count: t.count,
        })
        .collect();
    if tickets.is_empty() {
        return Err(CliError::usage_hint(
            "no tickets were asked for",
            "as in `--adult 2`",
        ));
    }
    Ok(Wish::Best(BestRequest {
        tickets,
        zone: args.zone.unwrap_or_default(),
        category: args.category.clone(),
        accessible: args.accessible,
        skip: args.skip.unwrap_or(0),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail() -> ShowDetail {
        serde_json::from_value(serde_json::json!({
            "id": "shw_1", "movie": "mov_1", "title": "Dune", "certificate": "15", "minutes": 100,
            "cinema": "cin_1", "cinema_name": "Roxy", "city_name": "Leeds", "screen": "scr_1",
            "screen_name": "Screen 1", "format": "2D", "language": "en", "subtitles": [],
            "starts_at": "2026-11-21T19:15:00.000Z", "ends_at": "2026-11-21T21:15:00.000Z",
            "starts_local": "2026-11-21T19:15", "sales_close_at": "2026-11-21T19:30:00.000Z",
            "time_zone": "Europe/London", "status": "on_sale", "free": 10, "total": 20,
            "price_from": {"minor": 950, "currency": "GBP"},
            "ticket_types": [{"code": "adult", "name": "Adult", "key": "a"},
                             {"code": "child", "name": "Child", "key": "c"}],
            "prices": [], "fees": [], "seats_max": 10
        }))
        .expect("a show")
    }

    fn seats(text: &str) -> Option<Vec<SeatLabel>> {
        Some(
            text.split(',')
                .map(|s| s.parse().expect("a seat"))
                .collect(),
        )
    }

    fn wish(args: &WishArgs) -> serde_json::Value {
        let plan = Plan::of(args, &detail())
            .expect("a plan")
            .expect("complete");
        serde_json::to_value(plan.wish).expect("JSON")
    }

    #[test]
    fn tickets_alone_mean_the_best_seats_and_a_number_alone_the_default_ticket() {
        let best = serde_json::json!({"best": {
            "tickets": [{"ticket_type": "adult", "count": 2}], "zone": "any", "accessible": false, "skip": 0}});
        for args in [
            WishArgs {
                adult: Some(2),
                ..WishArgs::default()
            },
            WishArgs {
                adult: Some(2),
                best: Some(0),
                ..WishArgs::default()
            },
            WishArgs {
                best: Some(2),
                ..WishArgs::default()
            },
            WishArgs {
                adult: Some(2),
                child: Some(0),
                ..WishArgs::default()
            },
        ] {
            assert_eq!(wish(&args), best, "{args:?}");
        }
    }

    #[test]
    fn named_seats_get_tickets_in_the_order_they_were_typed() {
        let args = WishArgs {
            seats: seats("H8,H9"),
            adult: Some(1),
            child: Some(1),
            ..WishArgs::default()
        };
        assert_eq!(
            wish(&args),
            serde_json::json!({"seats": [{"seat": "H8", "ticket_type": "adult"}, {"seat": "H9", "ticket_type": "child"}]})
        );
    }

    #[test]
    fn numbers_that_do_not_agree_are_refused_here() {
        for args in [
            WishArgs {
                seats: seats("H8,H9"),
                adult: Some(3),
                ..WishArgs::default()
            },
            WishArgs {
                best: Some(2),
                adult: Some(3),
                ..WishArgs::default()
            },
            WishArgs {
                adult: Some(0),
                ..WishArgs::default()
            },
        ] {
            let error = Plan::of(&args, &detail()).err().map(|e| e.exit().code());
            assert_eq!(error, Some(2), "{args:?}");
        }
        let nothing = Plan::of(&WishArgs::default(), &detail());
        assert!(matches!(nothing, Ok(None)));
    }
}
