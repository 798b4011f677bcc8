//! What becomes of a message that has arrived, whichever way it came.

use houseful_core::{
    ids::{CommandId, OwnerRef},
    message::{Announcement, Settle},
    price::Channel,
    show::{Actor, Ask, Command},
};

use crate::{chance, lane::LaneError, shards::Lanes};

/// Tells a show where a payment stands. Gives the answer for payment where there is no journal to
/// decide it in; payment lets some time pass before it obeys.
pub async fn announcement(lanes: &Lanes, news: Announcement) -> Option<Settle> {
    let (show, payment) = (news.booking.show, news.payment);
    let no_show = Settle::without_a_show(&news);
    match lanes.ask(show, announced(news)).await {
        Ok(_) => None,
        Err(LaneError::NoSuchShow) => Some(no_show),
        // Payment says it again until it is settled.
        Err(error) => {
            tracing::warn!(show.id = %show, payment.id = %payment, %error, "an announcement was not taken");
            None
        }
    }
}

/// The command that carries an announcement. Its id is never repeated: what it does is told apart
/// by payment, not by command.
#[must_use]
pub fn announced(news: Announcement) -> Command {
    Command {
        id: CommandId(chance::uuid()),
        actor: Actor {
            owner: OwnerRef::of_staff("payment"),
            staff: true,
            channel: Channel::Counter,
        },
        ask: Ask::Announced(news),
        rolls: chance::rolls(),
    }
}
