//! `houseful doctor`: what works here, and what to do about what does not.

use std::{fs, path::Path};

use houseful_core::wire::Page;
use serde::Serialize;

use crate::{
    args::DoctorArgs,
    config::KEYS,
    context::Context,
    error::CliError,
    moment,
    output::{Columns, escaped, usual},
};

/// A server's clock that is further off than this makes ids and logs hard to follow.
const CLOCK_OFF_MAX_MS: i64 = 5_000;

/// One check.
#[derive(Debug, Serialize)]
struct Check {
    check: &'static str,
    /// `ok`, `note` or `bad`.
    result: &'static str,
    found: String,
    advice: String,
}

fn check(check: &'static str, result: &'static str, found: String, advice: &str) -> Check {
    Check {
        check,
        result,
        found,
        advice: advice.to_owned(),
    }
}

static CHECKS: Columns = Columns {
    id: "check",
    columns: &[
        usual("check", "Check"),
        usual("result", "Result"),
        usual("found", "Found"),
        usual("advice", "Advice"),
    ],
};

/// A file or folder this program uses.
#[derive(Debug, Serialize)]
struct Place {
    what: &'static str,
    path: String,
    exists: bool,
}

static PLACES: Columns = Columns {
    id: "path",
    columns: &[
        usual("what", "What"),
        usual("path", "Path"),
        usual("exists", "There"),
    ],
};

/// The fields of what it answers.
pub(super) fn columns(args: &DoctorArgs) -> &'static Columns {
    if args.paths { &PLACES } else { &CHECKS }
}

pub(super) async fn run(ctx: &mut Context, args: &DoctorArgs) -> Result<(), CliError> {
    if args.paths {
        let items = places(ctx);
        let page = Page { items, next: None };
        return ctx.list(&PLACES, &page, &page.items, "");
    }
    let mut items = vec![terminal(ctx), settings(ctx), state(ctx)];
    items.extend(strange_environment());
    items.extend(server(ctx).await);
    let failed = items.iter().filter(|c| c.result == "bad").count();
    let page = Page { items, next: None };
    ctx.list(&CHECKS, &page, &page.items, "")?;
    if failed == 0 {
        return Ok(());
    }
    Err(CliError::Unwell {
        failed,
        checks: page.items.len(),
    })
}

fn places(ctx: &Context) -> Vec<Place> {
    let state = ctx.paths.state.clone();
    let below = |name: &str| state.as_ref().map(|s| s.join(name));
    [
        ("project configuration", ctx.paths.project.clone()),
        ("your configuration", ctx.paths.user.clone()),
        ("system configuration", ctx.paths.system.clone()),
        ("state folder", state.clone()),
        ("API tokens", below("tokens")),
        (
            "sales under way here, with their secrets",
            below("bookings"),
        ),
        ("sales that are done, with their secrets", below("finished")),
    ]
    .into_iter()
    .filter_map(|(what, path)| {
        let path = path?;
        Some(Place {
            what,
            exists: path.exists(),
            path: path.display().to_string(),
        })
    })
    .collect()
}

fn terminal(ctx: &Context) -> Check {
    let terminal = ctx.console.terminal;
    let size = match terminal.width {
        Some(width) => format!("{width} columns"),
        None => "not a terminal".to_owned(),
    };
    let color = if ctx.style.view.color {
        "colours"
    } else {
        "no colours"
    };
    let found = format!("{size}, {color}");
    match terminal.width {
        Some(0..60) => check(
            "terminal",
            "note",
            found,
            "the full screen needs 60 columns",
        ),
        _ if terminal.dumb => check("terminal", "note", found, "TERM=dumb: lines only"),
        _ => check("terminal", "ok", found, ""),
    }
}

fn settings(ctx: &Context) -> Check {
    let set = KEYS.iter().filter(|key| {
        ctx.settings
            .get(key.name)
            .is_some_and(|f| f.source != crate::config::Source::Default)
    });
    let names: Vec<&str> = set.map(|k| k.name).collect();
    let found = if names.is_empty() {
        "all as built in".to_owned()
    } else {
        format!("set: {}", names.join(", "))
    };
    check("settings", "ok", found, "")
}

/// Sales are written down before they are made, so this folder must be writable.
fn state(ctx: &Context) -> Check {
    let folder = match ctx.state.folder() {
        Ok(folder) => folder.to_owned(),
        Err(e) => return check("state folder", "bad", e.to_string(), "set HOUSEFUL_STATE"),
    };
    let found = folder.display().to_string();
    match try_write(&folder) {
        Ok(()) => check("state folder", "ok", found, ""),
        Err(e) => check(
            "state folder",
            "bad",
            format!("{found}: {e}"),
            "make it writable, or set HOUSEFUL_STATE",
        ),
    }
}

fn try_write(folder: &Path) -> std::io::Result<()> {
    // What is not there yet is made when it is needed; then its parent decides.
    let mut folder = folder;
    while !folder.exists() {
        folder = folder.parent().unwrap_or(Path::new("/"));
    }
    let probe = folder.join(format!(".houseful-probe-{}", std::process::id()));
    fs::write(&probe, "")?;
    fs::remove_file(&probe)
}

/// Variables that look like ours and are not.
fn strange_environment() -> Option<Check> {
    let known = |name: &str| {
        KEYS.iter().any(|k| k.env == name)
            || matches!(
                name,
                "HOUSEFUL_CONFIG"
                    | "HOUSEFUL_STATE"
                    | "HOUSEFUL_LOG"
                    | "HOUSEFUL_DB"
                    | "HOUSEFUL_REPLICAS"
            )
    };
    let strange: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("HOUSEFUL_") && !known(name))
        .collect();
    if strange.is_empty() {
        return None;
    }
    let found = format!("unknown: {}", strange.join(", "));
    Some(check(
        "environment",
        "note",
        found,
        "`houseful help environment` lists those that are read",
    ))
}

async fn server(ctx: &mut Context) -> Vec<Check> {
    let client = match ctx.client().await {
        Ok(client) => client,
        Err(e) => {
            let advice = "`houseful config explain server` says where it comes from";
            return vec![check("server", "bad", escaped(&e.to_string()), advice)];
        }
    };
    let info = match ctx.wait("asking the server", client.server_info()).await {
        Ok(info) => info,
        Err(e) => {
            let advice = "start one with `houseful serve`, or name another with `--server URL`";
            return vec![check("server", "bad", escaped(&e.to_string()), advice)];
        }
    };
    let took = client.round_trip().unwrap_or_default().as_millis();
    let found = format!("{} version {}, {} ms", client.base(), info.version, took);
    let mut checks = vec![if info.version == env!("CARGO_PKG_VERSION") {
        check("server", "ok", escaped(&found), "")
    } else {
        check(
            "server",
            "note",
            escaped(&found),
            "another version than this program's",
        )
    }];
    checks.push(match (&info.account, info.role) {
        (Some(account), Some(role)) => check(
            "signed in",
            "ok",
            escaped(&format!("{account}, {}", role.word())),
            "",
        ),
        _ => check(
            "signed in",
            "note",
            "as nobody".to_owned(),
            "`houseful auth login` stores a token",
        ),
    });
    let plain = client.base().starts_with("http://");
    let local = ["http://127.", "http://localhost", "http://[::1]"];
    if plain && client.has_token() && !local.iter().any(|l| client.base().starts_with(l)) {
        let advice = "use an https:// address";
        checks.push(check(
            "encryption",
            "bad",
            "the token goes over the network in the clear".to_owned(),
            advice,
        ));
    }
    checks.push(clock(&info.clock, info.speed, client.server_now()));
    checks
}

fn clock(kind: &str, speed: u32, server: Option<houseful_core::time::UtcMillis>) -> Check {
    if kind != "system" {
        let found = format!("the server's is {kind}, speed {speed}");
        return check("clock", "note", escaped(&found), "a server for practice");
    }
    let Some(server) = server else {
        return check(
            "clock",
            "note",
            "the server did not tell its time".to_owned(),
            "",
        );
    };
    let off = server.ms_since(moment::wall_clock());
    let found = format!("the server's is {off} ms ahead of this machine's");
    if off.abs() > CLOCK_OFF_MAX_MS {
        check(
            "clock",
            "note",
            found,
            "countdowns follow the server; set this machine's clock",
        )
    } else {
        check("clock", "ok", found, "")
    }
}
