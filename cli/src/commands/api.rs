//! `houseful api`: any request, the answer as it came.

use std::{fs, io::Read};

use houseful_core::wire::problem::Problem;

use crate::{args::ApiArgs, client::ClientError, context::Context, error::CliError};

pub(super) async fn run(ctx: &mut Context, args: ApiArgs) -> Result<(), CliError> {
    if !args.path.starts_with('/') {
        return Err(CliError::usage_hint(
            "a path begins with a slash",
            "as in `houseful api GET /v1/shows`",
        ));
    }
    let body = args.body.as_deref().map(read_body).transpose()?;
    let method = args.method.to_ascii_uppercase();
    if ctx.globals.dry_run && method != "GET" {
        let body = body.unwrap_or_default();
        let text = format!(
            "{method} {}\n{}\n",
            args.path,
            String::from_utf8_lossy(&body)
        );
        return ctx.text(&text);
    }
    let client = ctx.client().await?;
    if let Some(booking) = args.booking {
        ctx.own(&client, booking)?;
    }
    let work = client.raw(&method, &args.path, body, args.booking);
    let answer = ctx.wait("asking", work).await?;
    ctx.console.out.write_all(&answer.body)?;
    if ctx.console.terminal.stdout && !answer.body.ends_with(b"\n") {
        ctx.text("\n")?;
    }
    if answer.status < 400 {
        return Ok(());
    }
    match serde_json::from_slice::<Problem>(&answer.body) {
        Ok(problem) => Err(ClientError::Problem(Box::new(problem)).into()),
        Err(e) => Err(ClientError::BadAnswer {
            server: client.base().to_owned(),
            status: answer.status,
            why: e.to_string(),
            request_id: String::new(),
        }
        .into()),
    }
}

fn read_body(text: &str) -> Result<Vec<u8>, CliError> {
    let failed = |source| CliError::File {
        what: "read",
        path: text.trim_start_matches('@').into(),
        source,
    };
    if text == "-" {
        let mut body = Vec::new();
        std::io::stdin().read_to_end(&mut body).map_err(failed)?;
        return Ok(body);
    }
    match text.strip_prefix('@') {
        Some(file) => fs::read(file).map_err(failed),
        None => Ok(text.as_bytes().to_vec()),
    }
}
