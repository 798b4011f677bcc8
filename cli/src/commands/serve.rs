//! `houseful serve`: all three roles on one database, or some of them beside other servers, until
//! somebody says stop.

mod first_token;
mod provider;
mod roles;

use std::{fs, path::Path};

use houseful_core::wire::admin::Mode;
use houseful_server::{
    bus::kafka::KafkaConfig,
    database::{Address, PostgresUrl},
    shards::ShardFile,
};
use serde::Serialize;

use self::first_token::FirstToken;
use super::bus;
use crate::{
    args::{LogArg, ReplicaArg, ServeArgs},
    context::Context,
    embedded::hosting::{Hosted, Hosting},
    error::CliError,
    log,
    output::Format,
    stop,
};

/// What is told once the server answers.
#[derive(Debug, Serialize)]
struct Started<'a> {
    /// Where, as in `http://127.0.0.1:7878`.
    server: &'a str,
    port: u16,
    /// The file, or the database's address without its password.
    db: String,
    pid: u32,
    /// The first admin's token, if the database had none and no file was named for it; told this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_token: Option<&'a str>,
    /// Where that token is.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_token_file: Option<&'a Path>,
}

/// Serves until it is told to stop.
pub(super) async fn run(context: &mut Context, args: ServeArgs) -> Result<(), CliError> {
    let json_log = args.log == LogArg::Json;
    let color = context.color(context.console.terminal.stderr);
    let log_file = args.log_file.as_deref();
    log::begin_server(json_log, color, log_file, &context.console.env)?;
    let roles = roles::read(&args)?;
    // A token that nobody can be told must not be made.
    let place = FirstToken::prepare(args.admin_token_file.as_deref())?;
    let shards = args.shards.as_deref().map(ShardFile::read).transpose()?;
    let hosting = Hosting {
        roles,
        stripe: provider::read(&args)?,
        shards,
        listen: args.listen,
        mode: args.training.then_some(Mode::Training),
        manual_clock: context.globals.manual_clock(),
        timer: !context.globals.no_timer,
        replicas: replicas(&args.replicas)?,
        kafka: kafka(&args)?,
        ..Hosting::new(Address::new(&args.db.0))
    };
    let stop = stop::signal()?;
    let hosted = match Hosted::start(hosting).await {
        Ok(hosted) => hosted,
        Err(error) => {
            place.not_needed();
            return Err(error.into());
        }
    };
    let words = Words {
        json: json_log && log_file.is_none(),
    };
    if !hosted.running().addr.ip().is_loopback() {
        let open =
            "other machines can connect, and nothing is encrypted: put a TLS proxy before it";
        words.say(context, open);
    }
    let told = tell(context, &hosted, &args, place, words);
    if told.is_ok() {
        stop.await;
        words.say(context, "stopping");
    }
    hosted.stop().await;
    told
}

/// The Kafka that was named, if one was.
fn kafka(args: &ServeArgs) -> Result<Option<KafkaConfig>, CliError> {
    let read = bus::config(&args.kafka)?;
    Ok(read.map(|config| KafkaConfig {
        create_topics: args.kafka_create_topics,
        copies: args.kafka_copies,
        ..config
    }))
}

/// Reads the addresses of replicas. What is none is not repeated: it may hold a password.
fn replicas(given: &[ReplicaArg]) -> Result<Vec<PostgresUrl>, CliError> {
    let given = given.iter().filter(|replica| !replica.0.is_empty());
    let bad = || CliError::Usage {
        message: "the address of a replica is not postgres://user@host/name".to_owned(),
        hint: Some("name the server that follows the one of `--db`, and the same database".into()),
    };
    given
        .map(|replica| PostgresUrl::new(&replica.0).ok_or_else(bad))
        .collect()
}

/// How the server speaks beside its answer. Where the log is JSON on the same stream, every line
/// of that stream is.
#[derive(Clone, Copy)]
struct Words {
    json: bool,
}

impl Words {
    fn say(self, context: &mut Context, words: &str) {
        if self.json {
            tracing::info!("{words}");
        } else {
            context.say(words);
        }
    }

    /// Tells a secret that is told this once, whoever wished for silence.
    fn tell_secret(self, context: &mut Context, token: &str) {
        let line = if self.json || context.style.format.is_json() {
            serde_json::json!({ "admin_token": token }).to_string()
        } else {
            format!("the first admin's token, told this once: {token}")
        };
        // Nothing can be done when even this can't be told.
        let _ = writeln!(context.console.err, "{line}");
    }
}

fn tell(
    context: &mut Context,
    hosted: &Hosted,
    args: &ServeArgs,
    place: FirstToken,
    words: Words,
) -> Result<(), CliError> {
    let token = hosted.running().first_admin_token.as_deref();
    let json = context.style.format.is_json();
    let stored = match token {
        Some(token) => place.store(token),
        None => {
            place.not_needed();
            Ok(None)
        }
    };
    let (kept, stored) = match stored {
        Ok(kept) => (kept, Ok(())),
        Err(error) => (None, Err(error)),
    };
    // Before anything that may fail: it is never told again.
    if let Some(token) = token.filter(|_| kept.is_none() && !json) {
        words.tell_secret(context, token);
    }
    let port = hosted.running().addr.port();
    let started = Started {
        server: hosted.server(),
        port,
        db: hosted.db().to_string(),
        pid: std::process::id(),
        admin_token: token.filter(|_| kept.is_none()),
        admin_token_file: kept.as_deref(),
    };
    let line = match context.style.format {
        Format::Json | Format::Ndjson => serde_json::to_string(&started).unwrap_or_default(),
        Format::Table | Format::Plain | Format::Csv => {
            format!("serving {} at {}", started.db, started.server)
        }
    };
    let written = stored.and(write_port(args.port_file.as_deref(), port));
    let said = context
        .text(&format!("{line}\n"))
        .and_then(|()| context.flush());
    if let (Err(_), Some(token), true) = (&said, started.admin_token, json) {
        words.tell_secret(context, token);
    }
    if let Some(file) = &kept {
        let file = file.display();
        words.say(context, &format!("the first admin's token is in {file}"));
    }
    written.and(said)
}

fn write_port(file: Option<&Path>, port: u16) -> Result<(), CliError> {
    let Some(path) = file else {
        return Ok(());
    };
    fs::write(path, format!("{port}\n")).map_err(|source| CliError::File {
        what: "write",
        path: path.to_owned(),
        source,
    })
}
