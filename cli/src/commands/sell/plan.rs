//! What was typed, as the wish that is sent; and the same as a command to type again.

use houseful_core::wire::{
    booking::{TicketWish, Wish},
    catalogue::ShowDetail,
    seats::LayoutView,
};

use crate::{
    args::{CardFrom, Pay, PayPart, TicketCount, WishArgs},
    error::CliError,
    wish::{Party, PayWord, SplitWord, Spot, WishError, WishWords},
};

/// A wish that is complete.
pub(super) struct Plan {
    pub wish: Wish,
    pub allow_orphans: bool,
    pub over_limit: bool,
    pub codes: Vec<String>,
    pub member: Option<String>,
    tickets: Vec<TicketWish>,
}

impl Plan {
    /// The plan, or `None` when neither seats nor tickets were named.
    pub fn of(args: &WishArgs, detail: &ShowDetail) -> Result<Option<Self>, CliError> {
        let tickets = args.tickets().into_iter().map(|t| TicketWish {
            ticket_type: t.ticket_type,
            count: t.count,
        });
        let spot = match &args.seats {
            Some(seats) => Spot::Seats(seats.clone()),
            None => Spot::Best {
                count: args.best.filter(|n| *n > 0),
                zone: args.zone.unwrap_or_default(),
                category: args.category.clone(),
                accessible: args.accessible,
                skip: args.skip.unwrap_or(0),
            },
        };
        let party = Party {
            tickets: tickets.collect(),
            spot,
        };
        if party.tickets.is_empty() && party.size() == 0 {
            return Ok(None);
        }
        let (wish, tickets) = party.wish(detail).map_err(|e| told(&e))?;
        Ok(Some(Self {
            wish,
            allow_orphans: args.allow_orphans,
            over_limit: args.over_limit,
            codes: args.codes.clone(),
            member: args.member.clone(),
            tickets,
        }))
    }

    /// Codes and membership, to type again.
    fn said(&self) -> String {
        let codes = self.codes.iter().map(|code| ("code", code));
        let member = self.member.iter().map(|kind| ("member", kind));
        let typed = codes.chain(member);
        typed
            .map(|(flag, word)| format!(" --{flag} {}", shell_word(word)))
            .collect()
    }

    /// How to say the same again with other seats.
    pub fn command(&self, show: &str, pay: Option<&Pay>) -> Again {
        let tickets: Vec<String> = self
            .tickets
            .iter()
            .map(|t| format!("{}={}", t.ticket_type, t.count))
            .collect();
        let pay = match pay {
            None => " --hold-only".to_owned(),
            Some(Pay::Cash(_)) => " --pay cash".to_owned(),
            Some(Pay::Card(_)) => " --pay card".to_owned(),
            Some(Pay::Split(parts)) => format!(" --pay {}", super::split::typed(parts)),
        };
        Again {
            show: show.to_owned(),
            rest: format!(" --ticket {}{}{pay}", tickets.join(","), self.said()),
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

/// A word as a shell takes it for one.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// What is wrong with a wish, for the shell.
pub(super) fn told(error: &WishError) -> CliError {
    match error.hint() {
        Some(hint) => CliError::usage_hint(error.to_string(), hint),
        None => CliError::usage(error.to_string()),
    }
}

/// Puts the words of a line among the flags. What both say is refused.
///
/// # Errors
/// Words and flags say the same thing, or the show knows nothing of a word.
pub(super) fn take_words(
    args: &mut WishArgs,
    words: &WishWords,
    detail: &ShowDetail,
    layout: Option<&LayoutView>,
) -> Result<(), CliError> {
    let party = words.party(detail, layout).map_err(|e| told(&e))?;
    let tickets = party.tickets.into_iter().map(|t| TicketCount {
        ticket_type: t.ticket_type,
        count: t.count,
    });
    args.tickets.extend(tickets);
    match party.spot {
        Spot::Seats(seats) => args.seats = Some(seats),
        Spot::Best {
            category,
            accessible,
            ..
        } => {
            args.zone = args.zone.or(words.zone);
            args.category = args.category.take().or(category);
            args.accessible |= accessible;
        }
    }
    Ok(())
}

/// Refuses what words and flags both say, before anything is asked.
///
/// # Errors
/// The first thing that is said twice.
pub(super) fn check_words(
    words: &WishWords,
    args: &WishArgs,
    pay: Option<&Option<Pay>>,
) -> Result<(), CliError> {
    let tickets = words.tickets.first().map(ToString::to_string);
    let seats = words.seats.first().map(ToString::to_string);
    let narrowed = [words.zone.map(|z| z.to_string()), words.category.clone()];
    let narrowed = narrowed.into_iter().flatten().next();
    let narrowed = narrowed.or(words.accessible.then(|| "accessible".to_owned()));
    let flag_narrows = args.zone.is_some() || args.category.is_some() || args.accessible;
    let paid = words.pay.as_ref().map(ToString::to_string);
    let twice = [
        (
            tickets.clone(),
            !args.tickets().is_empty(),
            "the ticket flags",
        ),
        (tickets, args.best.is_some_and(|n| n > 0), "--best N"),
        (seats.clone(), args.seats.is_some(), "--seats"),
        (seats.clone(), args.best.is_some(), "--best"),
        (
            seats,
            flag_narrows || args.skip.is_some(),
            "the flags for best seats",
        ),
        (narrowed.clone(), args.seats.is_some(), "--seats"),
        (narrowed, flag_narrows, "the flags for best seats"),
        (paid.clone(), matches!(pay, Some(Some(_))), "--pay"),
        (paid, pay.is_none(), "--hold-only"),
    ];
    match twice
        .into_iter()
        .find(|(word, flag, _)| word.is_some() && *flag)
    {
        Some((Some(word), _, flag)) => Err(CliError::usage_hint(
            format!("`{word}` and {flag} say the same thing twice"),
            "say it in words or by flags",
        )),
        _ => Ok(()),
    }
}

/// How the words say it is paid, in the place of the flags; `None` holds the seats only.
pub(super) fn pay_of(words: &WishWords, pay: Option<Option<Pay>>) -> Option<Option<Pay>> {
    match &words.pay {
        None => pay,
        Some(PayWord::Hold) => None,
        Some(PayWord::Card) => Some(Some(Pay::Card(CardFrom::Practice))),
        Some(PayWord::Cash(given)) => Some(Some(Pay::Cash(given.clone()))),
        Some(PayWord::Split(words)) => {
            let parts = words.iter().map(|word| match word {
                SplitWord::Voucher(code) => PayPart::Voucher {
                    code: *code,
                    amount: None,
                },
                SplitWord::Card => PayPart::Card {
                    from: CardFrom::Practice,
                    amount: None,
                },
                SplitWord::Cash { amount, given } => PayPart::Cash {
                    amount: amount.clone(),
                    given: given.clone(),
                },
            });
            Some(Some(Pay::Split(parts.collect())))
        }
    }
}

#[cfg(test)]
mod tests {
    use houseful_core::seat::SeatLabel;

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
