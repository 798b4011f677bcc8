//! `houseful db shards` and `houseful db move-slot`: the databases that shows are spread over.

use std::{path::Path, time::Duration};

use houseful_core::{ids::ShardName, wire::Page};
use houseful_server::shards::{
    self, MoveError, Moved, OpeningError, ShardFile, ShardFileError, Stage, Surveyed,
};
use serde::Serialize;

use crate::{
    args::ShardsArg,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

/// The fields of a shard.
pub(super) static SHARDS: Columns = Columns {
    id: "shard",
    columns: &[
        usual("shard", "Shard"),
        usual("address", "Address"),
        usual("slots", "Slots"),
        usual("shows", "Shows"),
        usual("events", "Events"),
        usual("due", "Due"),
        usual("megabytes", "MB"),
        usual("events_per_s", "Events/s"),
        usual("trouble", "Trouble"),
        extra("arriving", "Arriving"),
        extra("taken", "Taken"),
        extra("bytes", "Bytes"),
    ],
};

/// The fields of a slot that was moved, or would be.
pub(super) static MOVED: Columns = Columns {
    id: "slot",
    columns: &[
        usual("slot", "Slot"),
        usual("from", "From"),
        usual("to", "To"),
        usual("shows", "Shows"),
        usual("rows", "Rows"),
        usual("longest_pause_ms", "Longest pause (ms)"),
        usual("total_pause_ms", "All pauses (ms)"),
        extra("made_again", "Made again"),
        extra("dry_run", "Dry run"),
    ],
};

#[derive(Debug, Serialize)]
struct Shard {
    shard: ShardName,
    address: String,
    slots: String,
    /// Slots on their way here.
    arriving: String,
    shows: Option<u64>,
    events: Option<u64>,
    /// Shows in which something ends.
    due: Option<u64>,
    /// Seats that are not free.
    taken: Option<u64>,
    bytes: Option<u64>,
    megabytes: Option<u64>,
    events_per_s: Option<u64>,
    /// Why it can't be asked, or what is to be done.
    trouble: Option<String>,
}

#[derive(Debug, Serialize)]
struct Told<'a> {
    slot: u16,
    from: String,
    to: &'a ShardName,
    shows: u64,
    rows: u64,
    longest_pause_ms: u64,
    total_pause_ms: u64,
    /// Shows whose bookings and tickets were made again from the journal.
    made_again: u64,
    dry_run: bool,
}

impl Shard {
    fn new(surveyed: Surveyed) -> Self {
        let held = surveyed.held.as_ref().ok();
        let arriving = surveyed.arriving;
        let unfinished = (!arriving.is_empty()).then(|| {
            let slot = arriving.split([',', '-']).next().unwrap_or_default();
            format!("a move is under way or was cut off; `db move-slot {slot} ..` finishes it")
        });
        Self {
            shard: surveyed.shard,
            address: surveyed.address.to_string(),
            slots: surveyed.slots,
            shows: held.map(|held| held.shows),
            events: held.map(|held| held.events),
            due: held.map(|held| held.due),
            taken: held.map(|held| held.taken),
            bytes: held.map(|held| held.bytes),
            megabytes: held.map(|held| held.bytes.div_ceil(1_000_000)),
            events_per_s: held.map(|held| held.events_per_s),
            trouble: surveyed.held.err().or(unfinished),
            arriving,
        }
    }
}

pub(super) async fn shards(ctx: &mut Context, file: &ShardsArg) -> Result<(), CliError> {
    let file = ShardFile::read(&file.path)?;
    let surveyed = ctx
        .wait("looking at the shards", shards::survey(&file))
        .await;
    let items: Vec<Shard> = surveyed.into_iter().map(Shard::new).collect();
    let page = Page { items, next: None };
    ctx.list(&SHARDS, &page, &page.items, "no shard is named")
}

pub(super) async fn move_slot(
    ctx: &mut Context,
    file: &ShardsArg,
    (slot, to): (u16, &str),
) -> Result<(), CliError> {
    let file = ShardFile::read(&file.path)?;
    let to = shard_named(&file, to)?;
    let dry_run = ctx.globals.dry_run;
    let moved = if dry_run {
        let look = shards::would_move(&file, (slot, &to));
        ctx.wait("looking at the slot", look).await?
    } else {
        let (said, hear) = std::sync::mpsc::channel();
        let mut told = move |stage: Stage| {
            // Whoever listens does so to the end.
            let _ = said.send(stage);
        };
        let work = shards::move_slot(&file, (slot, &to), &mut told);
        let moved = ctx.wait(&format!("moving slot {slot} to {to}"), work).await;
        if let (Err(_), Some(stage)) = (&moved, hear.try_iter().last()) {
            ctx.say(&far(stage));
        }
        moved?
    };
    let Moved {
        from,
        shows,
        rows,
        made_again,
        longest_pause,
        total_pause,
    } = moved;
    let from = from.iter().map(ShardName::as_str).collect::<Vec<_>>();
    let told = Told {
        slot,
        from: from.join(", "),
        to: &to,
        shows,
        rows,
        longest_pause_ms: ms(longest_pause),
        total_pause_ms: ms(total_pause),
        made_again,
        dry_run,
    };
    ctx.one(&MOVED, &told)?;
    if made_again > 0 {
        ctx.warn(&were_made_again(made_again, &to));
    }
    if dry_run {
        ctx.say("nothing was moved");
    } else if file.map.number_of(&to) != Some(file.map.shard_of_slot(slot)) {
        ctx.say(&write_it_down(&file.path, slot, &to));
    }
    Ok(())
}

/// How far a move had come that went no further.
fn far(stage: Stage) -> String {
    match stage {
        Stage::Given => "no show was moved".to_owned(),
        Stage::Sealed(show) | Stage::Copied(show) => {
            format!("{show} does not sell until the move is finished")
        }
        Stage::Arrived(show) => format!("{show} has arrived"),
        Stage::Cleared(done, all) => format!("{done} of {all} shows were moved"),
        Stage::Taken => "all shows were moved".to_owned(),
    }
}

fn were_made_again(shows: u64, to: &ShardName) -> String {
    let shows = match shows {
        1 => "1 show".to_owned(),
        shows => format!("{shows} shows"),
    };
    format!(
        "{to} had been put back to a copy from before {shows} came: bookings and tickets were made again from \
         the journal; names, telephone numbers and what was sold there since are in no journal that is left"
    )
}

fn write_it_down(file: &Path, slot: u16, to: &ShardName) -> String {
    format!(
        "servers follow by themselves; write slot {slot} into the line of {to} in {} when it suits",
        file.display()
    )
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn shard_named(file: &ShardFile, name: &str) -> Result<ShardName, CliError> {
    let names: Vec<&str> = file.shards.iter().map(|s| s.name.as_str()).collect();
    let named = name.parse().ok().filter(|name| file.shard(name).is_some());
    named.ok_or_else(|| {
        let file = file.path.display();
        CliError::usage_hint(
            format!(
                "{file} names no shard `{}`",
                houseful_core::text::shown(name, 40)
            ),
            format!("it names {}", names.join(", ")),
        )
    })
}

impl From<ShardFileError> for CliError {
    fn from(error: ShardFileError) -> Self {
        match error {
            ShardFileError::Unreadable { path, source } => Self::File {
                what: "read",
                path,
                source,
            },
            wrong @ ShardFileError::Wrong { .. } => Self::usage(wrong.to_string()),
        }
    }
}

impl From<MoveError> for CliError {
    fn from(error: MoveError) -> Self {
        let message = error.to_string();
        match error {
            MoveError::NoSuchSlot(_) | MoveError::NoSuchShard { .. } => Self::usage(message),
            MoveError::Opening(OpeningError::Open { .. } | OpeningError::Store { .. })
            | MoveError::Running
            | MoveError::Store { .. } => Self::NoServer {
                code: "cannot_move",
                message,
                hint: None,
            },
            MoveError::Opening(_)
            | MoveError::NotAShard(_)
            | MoveError::OnItsWay { .. }
            | MoveError::Twice { .. }
            | MoveError::Differs { .. }
            | MoveError::Forked { .. }
            | MoveError::Show { .. } => Self::System { what: message },
        }
    }
}
