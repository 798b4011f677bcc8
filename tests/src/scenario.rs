//! Scenarios: stories of one show as text, told to every backend.
//!
//! ```text
//! # Two people want one seat: one has it, the other is told which, and what is left.
//! covers: H1
//!
//! ann hold A1 A2     -> held A1 A2 20.00 until +300s
//! bob hold A2 A3     -> refused seats_taken: A2 held until +300s; next best A3 A4
//! tick 300s
//! bob hold A2 A3     -> held A2 A3 20.00 until +600s
//! state ann          -> expired
//! ```
//!
//! A step is who does what, then `->` and what comes of it, word by word. `script` reads the
//! text, `stage` turns names into ids and steps into commands, a [`House`] carries them out,
//! `told` says what came of them. `fixtures/scenarios/README.md` lists the steps.

mod core_house;
mod house;
mod http_house;
mod rules;
mod script;
mod stage;
mod store_house;
mod told;
mod who;

use houseful_core::{
    show::{Ask, Event, ShowState},
    time::UtcMillis,
};

pub use core_house::CoreHouse;
pub use house::{House, Opening, Said};
pub use http_house::{HttpHouse, Steps, secret};
pub use script::{Line, Script};
pub use stage::START;
pub use store_house::StoreHouse;
pub use who::{Quote, Who};

use self::stage::{Deed, Stage};
use crate::witness;

/// Tells the story to a house. Gives the state it ends in.
///
/// # Errors
/// The first line where something else came of a step than is written, or what is wrong with the
/// journal in the end.
pub fn tell(script: &Script, house: &mut dyn House) -> Result<ShowState, String> {
    play(script, house).map(|(last, _)| last)
}

/// The same; gives the journal.
///
/// # Errors
/// The same.
pub fn tell_journal(script: &Script, house: &mut dyn House) -> Result<Journal, String> {
    play(script, house).map(|(_, journal)| journal)
}

/// What happened, with the times it was decided at.
pub type Journal = Vec<(UtcMillis, Event)>;

fn play(script: &Script, house: &mut dyn House) -> Result<(ShowState, Journal), String> {
    let opening = Opening::of(script)?;
    house.open(&opening)?;
    let mut stage = Stage::new(script);
    let mut last = house.state()?;
    for line in &script.lines {
        let at = |what: String| format!("{}:{}: {what}\n  {}", script.name, line.number, line.text);
        let told = step(&mut stage, house, line).map_err(at)?;
        match &line.expected {
            Some(expected) if *expected != told => {
                return Err(at(format!("wanted `{expected}`, got `{told}`")));
            }
            None if line.needs_outcome() => return Err(at(format!("says nothing of `{told}`"))),
            _ => {}
        }
        last = house.state().map_err(at)?;
        last.check().map_err(|broken| at(broken.to_string()))?;
    }
    let journal = house.finish()?;
    witness::attest(&journal).map_err(|what| format!("{}: the journal: {what}", script.name))?;
    Ok((last, journal))
}

fn step(stage: &mut Stage, house: &mut dyn House, line: &Line) -> Result<String, String> {
    match stage.deed(line, house)? {
        Deed::Tick(ms) => {
            house.tick(ms)?;
            Ok(String::new())
        }
        Deed::Quiet => Ok(String::new()),
        Deed::Command(who, command) => {
            let told_before = match &command.ask {
                Ask::Hold {
                    wish, rules, proof, ..
                } => Some(house.price(&who, (wish, *rules), proof)?),
                _ => None,
            };
            let said = house.ask(&who, &command)?;
            if let Some(priced) = &told_before {
                said.is_as_priced(priced)?;
            }
            Ok(stage.told().said(&command, &said, &house.state()?))
        }
        Deed::Map => {
            let map = house.map()?;
            Ok(told::map(house.layout()?, &map, house.now()))
        }
        Deed::Why(who, wish, proof) => {
            let why = house.why(&who, &wish, &proof)?;
            Ok(told::why(&why))
        }
        Deed::State(who, booking) => {
            let booking = house.booking(&who, booking)?;
            Ok(stage.told().booking(booking.as_ref()))
        }
        Deed::Due => {
            let due = house.state()?.next_due();
            Ok(due.map_or_else(|| "nothing".into(), |at| stage.told().time(at)))
        }
    }
}
