//! `houseful show watch`: seats as they change, one line or object at a time.

use std::pin::pin;

use futures_util::StreamExt;
use houseful_core::wire::seats::{LayoutView, SeatMark, Version};
use serde_json::{Value, json};

use crate::{
    args::ShowArg,
    client::{ClientError, FeedEvent},
    context::Context,
    error::CliError,
    output::escaped,
};

pub(super) async fn run(
    ctx: &mut Context,
    show: &ShowArg,
    since: Option<Version>,
    changes: Option<u64>,
) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let id = crate::commands::board::find(ctx, &client, &show.show, &show.scope).await?;
    let layout = ctx.wait("asking for the hall", client.layout(id)).await?;
    let mut feed = pin!(client.feed(id, since));
    let mut seen = 0;
    while let Some(item) = feed.next().await {
        match item {
            Ok(event) => {
                write(ctx, &layout, &event)?;
                ctx.flush()?;
                seen += 1;
                if changes.is_some_and(|n| seen >= n) {
                    return Ok(());
                }
            }
            Err(error @ (ClientError::Unreachable { .. } | ClientError::TimedOut { .. })) => {
                ctx.say(&escaped(&format!("{error}; connecting again")));
            }
            Err(ClientError::Problem(problem)) if problem.retryable => {
                ctx.say(&escaped(&format!("{}; connecting again", problem.detail)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn write(ctx: &mut Context, layout: &LayoutView, event: &FeedEvent) -> Result<(), CliError> {
    let json = ctx.style.format.is_json();
    let label = |no: usize| layout.seats.get(no).map(|s| s.label.to_string());
    match event {
        FeedEvent::Map(map) if json => {
            let mut value = serde_json::to_value(map).unwrap_or(Value::Null);
            value["event"] = json!("map");
            ctx.text(&format!("{value}\n"))
        }
        FeedEvent::Seats(changes) if json => {
            let mut value = serde_json::to_value(changes).unwrap_or(Value::Null);
            value["event"] = json!("seats");
            for (change, seat) in changes
                .seats
                .iter()
                .zip(value["seats"].as_array_mut().into_iter().flatten())
            {
                seat["label"] = json!(label(change.seat.index()));
            }
            ctx.text(&format!("{value}\n"))
        }
        FeedEvent::Map(map) => {
            let free = map.states.chars().filter(|c| *c == SeatMark::Free.letter());
            let free = free.count();
            ctx.text(&format!(
                "{}\tmap\t{free} of {} free\n",
                map.version,
                map.states.len()
            ))
        }
        FeedEvent::Seats(changes) => {
            for change in &changes.seats {
                let word = SeatMark::from_letter(change.state).map_or("unknown", SeatMark::word);
                let seat = label(change.seat.index()).unwrap_or_default();
                let until = change.until.map(|t| t.0.rfc3339()).unwrap_or_default();
                ctx.text(&format!("{}\t{seat}\t{word}\t{until}\n", changes.version))?;
            }
            Ok(())
        }
    }
}
