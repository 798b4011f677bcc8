//! What a server is told by its database before anything starts: how serious the money is, and
//! what time it is.

use houseful_core::{time::UtcMillis, wire::admin::Mode};

use super::{ServerConfig, StartError};
use crate::{
    clock::{Clock, ClockKind},
    database::Books,
    house,
    roles::{
        ServerRole,
        cluster::kind_of,
        start::{Heard, hear},
    },
    shards::Opened,
};

/// What the catalogue server says this house is, if that is another server. One that is not there is
/// waited for only where nobody else can say what a new database is for.
pub(super) async fn heard(
    books: &Books,
    config: &ServerConfig,
) -> Result<Option<Heard>, StartError> {
    if config.roles.own.has(ServerRole::Catalogue) {
        return Ok(None);
    }
    let known = house::is_known(books.house.as_ref()).await? || config.mode.is_some();
    let heard = hear(&config.roles, known).await;
    if heard.is_none() && !known {
        return Err(StartError::NobodyToAsk);
    }
    Ok(heard)
}

/// What the database is for, if that can be had with this clock and is what the house is.
pub(super) async fn mode(
    books: &Books,
    config: &ServerConfig,
    heard: Option<&Heard>,
) -> Result<Mode, StartError> {
    if config.mode == Some(Mode::Live) && config.clock != ClockKind::System {
        return Err(StartError::ClockNotReal);
    }
    let wanted = config.mode.or(heard.map(|heard| heard.mode));
    let mode = match house::mode(books.house.as_ref(), wanted).await? {
        Ok(mode) => mode,
        Err(modes) => {
            let db = config.db.clone();
            return Err(StartError::OtherMode { db, modes });
        }
    };
    if mode == Mode::Live && config.clock != ClockKind::System {
        return Err(StartError::ClockNotReal);
    }
    let ours = kind_of(mode, config.clock);
    match heard {
        Some(heard) if heard.house != ours => Err(StartError::OtherHouse {
            ours,
            theirs: heard.house.clone(),
        }),
        _ => Ok(mode),
    }
}

/// A clock that is not behind the journals; one that is moved by hand goes on where it was left, or
/// where the rest of the house has come to.
pub(super) async fn clock(
    books: &Books,
    shards: Option<&Opened>,
    kind: ClockKind,
    heard: Option<&Heard>,
) -> Result<Clock, StartError> {
    let shards = shards.into_iter().flat_map(|opened| &opened.books);
    let all = shards.flatten().chain([books]);
    let latest = all.map(|books| books.ground.latest_time()).max();
    let (house, latest) = (books.house.as_ref(), latest.unwrap_or(UtcMillis(0)));
    if kind == ClockKind::Manual {
        let left = house::clock_at(house).await?;
        let others = heard.map(|heard| heard.now);
        if let Some(begin) = left.max(others) {
            return Ok(Clock::start_at(kind, begin.max(latest)));
        }
    }
    let clock = Clock::start(kind, latest);
    if kind == ClockKind::Manual {
        house::keep_clock(house, clock.now()).await?;
    }
    Ok(clock)
}
