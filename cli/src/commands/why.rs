//! `houseful why`: the rules of a sale, one after the other, up to the first that refuses.

use std::fmt::Write;

use houseful_core::wire::why::Why;

use super::board;
use crate::{
    args::WhyArgs,
    client::WhyQuery,
    context::Context,
    error::CliError,
    output::{Columns, View, escaped, extra, usual},
};

pub(super) static COLUMNS: Columns = Columns {
    id: "show",
    columns: &[
        usual("show", "Show"),
        usual("channel", "Channel"),
        usual("sold", "Sold"),
        usual("code", "Refusal"),
        extra("at", "At"),
        extra("hint", "What to do"),
        extra("rules.rule", "Rules"),
        extra("rules.says", "What they say"),
        extra("seats.seat", "Seats"),
        extra("seats.state", "How they stand"),
    ],
};

pub(super) async fn run(ctx: &mut Context, args: WhyArgs) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let show = board::find(ctx, &client, &args.show, &args.scope).await?;
    let seats: Vec<String> = args.seats.iter().map(ToString::to_string).collect();
    let query = WhyQuery {
        seats: (!seats.is_empty()).then(|| seats.join(",")),
        channel: args.channel,
        code: args.code,
        member: args.member,
        at: args.at,
    };
    let why = ctx
        .wait("asking for the rules", client.why(show, &query))
        .await?;
    ctx.one_drawn(&COLUMNS, &why, &|view| drawn(&why, view))
}

fn drawn(why: &Why, _: &View) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for seat in &why.seats {
        let until = seat.until.map(|at| format!(" until {}", at.0.rfc3339()));
        let until = until.unwrap_or_default();
        let _ = writeln!(text, "{} is {}{until}", seat.seat, escaped(&seat.state));
    }
    for step in &why.rules {
        let mark = if step.passes { "yes" } else { "NO" };
        let (rule, says) = (step.rule.replace('_', " "), escaped(&step.says));
        let _ = writeln!(text, "{mark:>3}  {:<16} {says}", escaped(&rule));
    }
    let _ = match &why.code {
        None => writeln!(text, "on sale at the channel `{}`", why.channel),
        Some(code) => writeln!(
            text,
            "refused at the channel `{}`: {}",
            why.channel,
            escaped(code)
        ),
    };
    if let Some(hint) = &why.hint {
        let _ = writeln!(text, "hint: {}", escaped(hint));
    }
    text
}
