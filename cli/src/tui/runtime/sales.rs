//! Sales are written down before the server is asked, so that the next run can ask again.

use houseful_core::{ids::BookingId, wire::Time};

use crate::{
    moment,
    state::{PendingCard, Sale, Stage, State, StateError},
    tui::msg::{Ask, Owned, Secret, Unfinished},
};

/// Sales of earlier runs at this server that are not finished, the newest last.
pub(super) fn open(state: &State, server: &str) -> Vec<Unfinished> {
    let sales = state.open_sales(server);
    sales
        .into_iter()
        .rev()
        // Bookings that staff were only paid for here have no secret and are not ours to resume,
        // but for their money that may be on its way.
        .filter(|sale| {
            let paying = matches!(sale.stage, Stage::TakingCash | Stage::TakingCard);
            sale.secret.is_some() || paying
        })
        .map(|sale| {
            let card = sale.card.filter(|_| sale.stage == Stage::TakingCard);
            Unfinished {
                owned: Owned {
                    id: sale.booking,
                    secret: sale.secret.map(Secret),
                },
                payment: card.map(|card| card.payment),
            }
        })
        .collect()
}

/// What was written down and is to be asked.
#[derive(Clone, Debug)]
pub(super) struct Noted {
    /// What to ask.
    pub ask: Ask,
    /// Whether it may have been asked before, and done.
    pub again: bool,
}

/// Writes down what is about to be asked, when it changes something; gives what to ask. That is
/// the same, but for a refund that an earlier run asked for and had no answer to: it may have been
/// made, so it is asked for again word for word.
pub(super) fn note(state: &State, server: &str, ask: Ask) -> Result<Noted, StateError> {
    let now = Time(moment::wall_clock());
    let known = |owned: &Owned| -> Result<Option<Sale>, StateError> {
        // Booking ids are unique, so whatever address of this house the note was made at: it is of
        // the same booking. This address answers now.
        let sale = state.sale(owned.id)?;
        Ok(sale.map(|sale| Sale {
            server: server.to_owned(),
            ..sale
        }))
    };
    let sale = match &ask {
        Ask::Hold(owned, request) => {
            let mut sale = Sale::new(server, (**request).clone(), now);
            sale.secret = owned.secret.as_ref().map(|secret| secret.0.clone());
            if let Some(before) = known(owned)? {
                // Asked again it is the same sale.
                sale.begun_at = before.begun_at;
            }
            Some(sale)
        }
        // What another till began is noted from the first change that this one makes.
        Ask::Change(owned, _) | Ask::Cash(owned, _) => {
            let sale = known(owned)?;
            Some(sale.unwrap_or_else(|| Sale::of_other(server, owned.id, now)))
        }
        Ask::Pay(owned, _) => {
            let sale = known(owned)?;
            Some(sale.unwrap_or_else(|| Sale::of_other(server, owned.id, now)))
        }
        Ask::Release(owned, _) => known(owned)?,
        Ask::Cancel(owned, request) => {
            let (request, again) = state.note_refund(server, owned.id, request)?;
            let ask = Ask::Cancel(owned.clone(), Box::new(request));
            return Ok(Noted { ask, again });
        }
        Ask::Info
        | Ask::Cities
        | Ask::Movies(_)
        | Ask::Shows(_)
        | Ask::Show(_)
        | Ask::Layout(_)
        | Ask::Seats(_)
        | Ask::Booking(_)
        | Ask::Bookings(_)
        | Ask::Late(_)
        | Ask::Story(_)
        // What a manager has said, or somebody has done, is seen on the desk by the next run.
        | Ask::Verdict(..)
        | Ask::Resolve(..)
        | Ask::Contact(..)
        | Ask::RefundQuote(..)
        // It names its seats, and those that went back are not of the booking any more: asked for
        // once more by the next run it gives nothing back twice.
        | Ask::GiveBack(..)
        | Ask::Token(_)
        | Ask::Voucher(_)
        | Ask::Payment(..) => None,
    };
    if let Some(mut sale) = sale {
        change(&mut sale, &ask);
        state.store_sale(&sale)?;
    }
    Ok(Noted { ask, again: false })
}

/// What a question means for the sale that is written down.
fn change(sale: &mut Sale, ask: &Ask) {
    match ask {
        Ask::Change(..) => sale.stage = Stage::Held,
        Ask::Release(_, request) => sale.release = request.command,
        Ask::Cash(_, request) => {
            sale.stage = Stage::TakingCash;
            sale.cash = (request.command, request.payment);
            sale.given_minor = request.given_minor;
        }
        Ask::Pay(_, request) => {
            sale.stage = Stage::TakingCard;
            sale.card = Some(PendingCard {
                payment: request.payment,
                token: request.token.clone(),
                split: !request.tenders.is_empty(),
            });
        }
        _ => {}
    }
}

/// Nothing is left to do for a booking.
pub(super) fn finish(state: &State, booking: BookingId) -> Result<(), StateError> {
    if let Some(mut sale) = state.sale(booking)? {
        sale.stage = Stage::Finished;
        state.store_sale(&sale)?;
    }
    Ok(())
}
