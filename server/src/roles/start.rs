//! What a server asks the catalogue role before it starts: which house this is.

use houseful_core::{time::UtcMillis, wire::admin::Mode};

use super::{
    RolesConfig, ServerRole,
    cluster::Cluster,
    words::{HouseFacts, Nothing, at},
};
use crate::{clock::Clock, house::mode_of};

/// How often a catalogue server is asked by a server whose database is new, and the rest between, in
/// milliseconds of real time: half a minute in all.
const TRIES: u32 = 60;
const REST_MS: u64 = 500;

/// What the catalogue server said.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// How serious the money is.
    pub(crate) mode: Mode,
    /// What kind of house it is, in its words.
    pub(crate) house: String,
    /// Its time.
    pub(crate) now: UtcMillis,
}

/// Asks a catalogue server which house this is. One that does not answer is waited for if the
/// database does not say `known`; `None` if nobody answered.
pub(crate) async fn hear(config: &RolesConfig, known: bool) -> Option<Heard> {
    let cluster = Cluster::newcomer(config);
    let tries = if known { 1 } else { TRIES };
    for tried in 1..=tries {
        let asked = cluster.ask(ServerRole::Catalogue, at::HOUSE, &Nothing {});
        if let Ok(facts) = asked.await {
            let facts: HouseFacts = facts;
            return Some(Heard {
                mode: mode_of(&facts.mode)?,
                house: facts.house,
                now: facts.now,
            });
        }
        if tried < tries {
            Clock::rest_before_any(REST_MS).await;
        }
    }
    None
}
