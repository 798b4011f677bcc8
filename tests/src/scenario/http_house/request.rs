//! The steps of a story as requests, and its show as a catalogue has it.

use std::collections::BTreeMap;

use houseful_core::{
    price::Channel,
    show::{Ask, Command, HoldRules, OrphanRule, Proof, ShowTerms, Wish},
    wire::{
        self,
        admin::{BlockRequest, Role, ShowAction, StatusRequest},
        booking::{
            BestRequest, CancelRequest, CashRequest, ChangeSeatsRequest, HoldRequest,
            ReleaseRequest, SeatWish, TicketWish,
        },
        price::{PriceRequest, PriceWish},
        refund::{RefundRequest, VerdictRequest},
    },
};
use houseful_server::catalogue::{
    Chain, ChainCinema, ChainCity, ChainMovie, ChainScreen, ChainShow, PrebookHours, SalesHours,
    SalesRule, Start,
};
use serde::Serialize;
use serde_json::Value;

use super::{Opening, SHOW, Who, bkg};

/// The path and body of a command.
pub(super) fn request(who: &Who, command: &Command) -> Result<(String, Value), String> {
    let id = command.id;
    // Managers need not ask for it.
    let orphans =
        |rules: &HoldRules| rules.orphans == OrphanRule::Allow && who.duty < Role::Manager;
    match &command.ask {
        Ask::Hold {
            booking,
            wish,
            rules,
            proof,
        } => {
            let body = HoldRequest {
                booking: bkg(*booking),
                command: id,
                wish: wished(wish),
                allow_orphans: orphans(rules),
                over_limit: rules.over_limit,
                codes: proof.codes.clone(),
                member: proof.member.clone(),
            };
            written("/v1/bookings".to_owned(), &body)
        }
        Ask::ChangeSeats {
            booking,
            wish,
            rules,
            proof,
        } => {
            let body = ChangeSeatsRequest {
                command: id,
                wish: wished(wish),
                allow_orphans: orphans(rules),
                over_limit: rules.over_limit,
                codes: proof.codes.clone(),
                member: proof.member.clone(),
            };
            written(format!("/v1/bookings/{}/seats", bkg(*booking)), &body)
        }
        Ask::Release { booking } => {
            let path = format!("/v1/bookings/{}/release", bkg(*booking));
            written(path, &ReleaseRequest { command: id })
        }
        Ask::PayCash {
            booking,
            payment,
            given_minor,
        } => {
            let body = CashRequest {
                command: id,
                payment: *payment,
                given_minor: *given_minor,
            };
            written(format!("/v1/bookings/{}/cash", bkg(*booking)), &body)
        }
        Ask::Cancel { booking, reason } => {
            let body = CancelRequest {
                command: id,
                reason: reason.clone(),
            };
            written(format!("/v1/bookings/{}/cancel", bkg(*booking)), &body)
        }
        Ask::Refund {
            booking,
            seats,
            reason,
            note,
            rules,
            told_minor,
        } => {
            let body = RefundRequest {
                told_minor: *told_minor,
                command: id,
                seats: seats.clone(),
                reason: *reason,
                note: note.clone(),
                waive: rules.waive,
            };
            written(format!("/v1/bookings/{}/refunds", bkg(*booking)), &body)
        }
        Ask::RefundVerdict {
            booking,
            asked,
            approve,
            note,
            ..
        } => {
            let body = VerdictRequest {
                command: id,
                refund: *asked,
                approve: *approve,
                note: note.clone(),
            };
            let path = format!("/v1/bookings/{}/refund-verdict", bkg(*booking));
            written(path, &body)
        }
        other => about_show(command, other),
    }
}

/// What managers do to the show.
fn about_show(command: &Command, ask: &Ask) -> Result<(String, Value), String> {
    let status = |action, reason: &str| {
        let body = StatusRequest {
            command: command.id,
            action,
            reason: reason.to_owned(),
        };
        written(format!("/v1/shows/{SHOW}/status"), &body)
    };
    let (seats, block) = match ask {
        Ask::Pause => return status(ShowAction::Pause, ""),
        Ask::Resume => return status(ShowAction::Resume, ""),
        Ask::CancelShow { reason } => return status(ShowAction::Cancel, reason),
        Ask::Block { seats, reason } => (seats, Some(*reason)),
        Ask::Unblock { seats } => (seats, None),
        other => return Err(format!("{other:?} has no form over HTTP")),
    };
    let body = BlockRequest {
        command: command.id,
        seats: seats.clone(),
        block,
    };
    written(format!("/v1/shows/{SHOW}/blocks"), &body)
}

fn written(path: String, body: &impl Serialize) -> Result<(String, Value), String> {
    let body = serde_json::to_value(body).map_err(|e| e.to_string())?;
    Ok((path, body))
}

/// The body that asks what a hold would cost.
pub(super) fn price_request(
    who: &Who,
    (wish, rules): (&Wish, HoldRules),
    proof: &Proof,
) -> Result<Value, String> {
    let body = PriceRequest {
        wish: match wished(wish) {
            wire::booking::Wish::Seats(seats) => PriceWish::Seats(seats),
            wire::booking::Wish::Best(best) => PriceWish::Best(best),
        },
        channel: None,
        codes: proof.codes.clone(),
        member: proof.member.clone(),
        at: None,
        as_hold: true,
        allow_orphans: rules.orphans == OrphanRule::Allow && who.duty < Role::Manager,
        over_limit: rules.over_limit,
    };
    serde_json::to_value(body).map_err(|e| e.to_string())
}

fn wished(wish: &Wish) -> wire::booking::Wish {
    match wish {
        Wish::Seats(picks) => {
            let seat = |pick: &houseful_core::show::SeatPick| SeatWish {
                seat: pick.seat,
                ticket_type: pick.ticket_type.clone(),
            };
            wire::booking::Wish::Seats(picks.iter().map(seat).collect())
        }
        Wish::Best {
            party,
            zone,
            category,
            accessible,
            skip,
        } => {
            let ticket = |party: &houseful_core::show::Party| TicketWish {
                ticket_type: party.ticket_type.clone(),
                count: party.count,
            };
            wire::booking::Wish::Best(BestRequest {
                tickets: party.iter().map(ticket).collect(),
                zone: *zone,
                category: category.clone(),
                accessible: *accessible,
                skip: *skip,
            })
        }
    }
}

/// The story's rules as a catalogue has them: counted from the start of the show.
fn sales(terms: &ShowTerms, hours: BTreeMap<Channel, SalesHours>) -> SalesRule {
    let rules = &terms.rules;
    let prebook = rules.prebook.iter().map(|early| PrebookHours {
        channel: early.channel,
        audience: early.audience.clone(),
        hours: SalesHours {
            opens_before_ms: terms.starts_at.ms_since(early.opens_at),
            closes_after_ms: early.closes_at.ms_since(terms.starts_at),
        },
    });
    let some = |n: u16| (n > 0).then_some(n);
    SalesRule {
        hours,
        prebook: prebook.collect(),
        counter_reserve: some(rules.counter_reserve),
        house_free_before_ms: rules.house_free_at.map(|at| terms.starts_at.ms_since(at)),
        per_booking: rules.per_booking.clone(),
        per_customer: rules.per_customer.clone(),
        companions: rules.companions.then_some(true),
        pairs: rules.pairs.clone(),
    }
}

/// A chain of one cinema that shows one movie once: the story's show.
pub(super) fn chain(opening: &Opening) -> Chain {
    let terms = &opening.terms;
    let hours = terms.windows.iter().map(|(channel, window)| {
        let hours = SalesHours {
            opens_before_ms: terms.starts_at.ms_since(window.opens_at),
            closes_after_ms: window.closes_at.ms_since(terms.starts_at),
        };
        (*channel, hours)
    });
    let minutes = 90;
    let mut show = ChainShow::new(
        "movie",
        "screen",
        Start::At(terms.starts_at),
        minutes,
        "card",
    );
    show.sales = sales(terms, hours.collect());
    show.seats_max = terms.seats_max;
    let format = terms.facts.as_ref().map_or("2D", |facts| &facts.format);
    show.format = format.to_owned();
    Chain {
        cities: vec![ChainCity {
            key: "city".to_owned(),
            name: "Leeds".to_owned(),
            also: Vec::new(),
            country: "GB".to_owned(),
            time_zone: "UTC".to_owned(),
            latitude: 53.8,
            longitude: -1.55,
        }],
        cinemas: vec![ChainCinema {
            key: "cinema".to_owned(),
            name: "The Story".to_owned(),
            city: "city".to_owned(),
            address: "1 High Street".to_owned(),
            latitude: 53.8,
            longitude: -1.55,
        }],
        screens: vec![ChainScreen {
            key: "screen".to_owned(),
            name: "Screen 1".to_owned(),
            cinema: "cinema".to_owned(),
            hall: "hall".to_owned(),
            formats: vec![format.to_owned()],
        }],
        movies: vec![ChainMovie {
            key: "movie".to_owned(),
            title: "Once".to_owned(),
            also: Vec::new(),
            minutes,
            certificate: "U".to_owned(),
            genres: Vec::new(),
            language: "en".to_owned(),
        }],
        halls: BTreeMap::from([("hall".to_owned(), opening.hall.clone())]),
        price_cards: BTreeMap::from([("card".to_owned(), (*terms.prices).clone())]),
        shows: vec![show],
    }
}
