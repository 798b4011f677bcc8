//! `--dry-run`: says which request would be sent, and sends none.

use houseful_core::text::shown;
use serde::Serialize;
use serde_json::Value;

use crate::{
    context::Context,
    error::CliError,
    output::{Columns, usual},
};

/// A request that was not sent.
#[derive(Debug, Serialize)]
struct Unsent {
    dry_run: bool,
    method: &'static str,
    path: String,
    body: Value,
    effect: String,
}

static COLUMNS: Columns = Columns {
    id: "path",
    columns: &[
        usual("method", "Method"),
        usual("path", "Path"),
        usual("body", "Body"),
        usual("effect", "Effect"),
    ],
};

/// Writes the request that would be sent, and what it would do.
pub(super) fn tell(
    ctx: &mut Context,
    method: &'static str,
    path: String,
    body: &impl Serialize,
    effect: String,
) -> Result<(), CliError> {
    let unsent = Unsent {
        dry_run: true,
        method,
        path,
        body: serde_json::to_value(body).unwrap_or(Value::Null),
        effect,
    };
    ctx.one_drawn(&COLUMNS, &unsent, &|_| {
        let body = serde_json::to_string_pretty(&unsent.body).unwrap_or_default();
        format!(
            "nothing was changed; this would be sent:\n{method} {}\n{body}\n{}\n",
            unsent.path,
            shown(&unsent.effect, 500)
        )
    })
}
