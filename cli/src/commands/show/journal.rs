//! `houseful show journal`: what happened to a show, event by event.

use houseful_core::wire::Page;

use crate::{
    args::ShowArg,
    commands::board,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

pub(in crate::commands) static COLUMNS: Columns = Columns {
    id: "ver",
    columns: &[
        usual("ver", "No"),
        usual("at", "When"),
        usual("kind", "What"),
        extra("show", "Show"),
        usual("event", "Event"),
    ],
};

pub(super) async fn run(
    ctx: &mut Context,
    show: &ShowArg,
    after: u64,
    limit: Option<u16>,
) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let id = board::find(ctx, &client, &show.show, &show.scope).await?;
    let mut items = Vec::new();
    let mut from = after;
    loop {
        let page = ctx
            .wait("asking for the journal", client.journal(id, from, limit))
            .await?;
        let last = page.items.last().map(|e| e.ver);
        items.extend(page.items);
        match (limit, page.next, last) {
            // A list that goes on and moved on is followed to its end, unless a part was asked for.
            (None, Some(_), Some(last)) if last > from => from = last,
            _ => break,
        }
    }
    let page = Page { items, next: None };
    ctx.list(&COLUMNS, &page, &page.items, "nothing happened yet")
}
