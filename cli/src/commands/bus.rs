//! `houseful bus`: the topics of Kafka, looked at and made, and what was put aside.

use houseful_core::wire::{Page, Time};
use houseful_server::bus::kafka::{
    self, BadSettings, Finding, KafkaConfig, KafkaError, Properties, Verdict,
};
use serde::Serialize;

use crate::{
    args::{BusCommand, KafkaArg},
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

static TOPICS: Columns = Columns {
    id: "topic",
    columns: &[
        usual("topic", "Topic"),
        usual("partitions", "Partitions"),
        usual("copies", "Copies"),
        usual("verdict", "Verdict"),
        usual("findings", "Findings"),
        extra("brokers", "Brokers"),
    ],
};

static PARKED: Columns = Columns {
    id: "from",
    columns: &[
        usual("at", "At"),
        usual("why", "Why"),
        usual("from", "From"),
        usual("key", "Show"),
        extra("value", "Value"),
    ],
};

/// A topic and how it is set.
#[derive(Debug, Serialize)]
struct Topic {
    topic: String,
    partitions: usize,
    copies: usize,
    brokers: usize,
    /// `sound`, `warned`, `refused`.
    verdict: &'static str,
    findings: String,
}

impl Topic {
    fn new(verdict: &Verdict) -> Self {
        let what: Vec<&str> = verdict.findings.iter().map(|f| f.what.as_str()).collect();
        Self {
            topic: verdict.topic.clone(),
            partitions: verdict.facts.partitions,
            copies: verdict.facts.replicas,
            brokers: verdict.facts.brokers,
            verdict: match (verdict.is_refused(), what.is_empty()) {
                (true, _) => "refused",
                (false, false) => "warned",
                (false, true) => "sound",
            },
            findings: what.join("; "),
        }
    }
}

/// A message that was put aside.
#[derive(Debug, Serialize)]
struct Aside {
    at: Option<Time>,
    why: String,
    from: String,
    key: String,
    value: String,
}

/// The fields of what it answers.
pub(super) fn columns(command: &BusCommand) -> &'static Columns {
    match command {
        BusCommand::Check { .. } | BusCommand::CreateTopics { .. } => &TOPICS,
        BusCommand::Parked { .. } => &PARKED,
    }
}

pub(super) async fn run(ctx: &mut Context, command: BusCommand) -> Result<(), CliError> {
    match command {
        BusCommand::Check { kafka } => {
            let verdicts = look(ctx, &needed(&kafka)?).await?;
            tell(ctx, &verdicts)?;
            refuse(verdicts)
        }
        BusCommand::CreateTopics { kafka, .. } if ctx.globals.dry_run => {
            let verdicts = look(ctx, &needed(&kafka)?).await?;
            tell(ctx, &verdicts)?;
            let missing = verdicts.iter().filter(|v| v.facts.partitions == 0).count();
            ctx.say(&format!(
                "nothing was made; topics that would be: {missing}"
            ));
            Ok(())
        }
        BusCommand::CreateTopics {
            kafka,
            partitions,
            copies,
        } => {
            let config = KafkaConfig {
                copies,
                ..needed(&kafka)?
            };
            let made = kafka::create_topics(&config, Some(partitions));
            let verdicts = ctx.wait("making the topics", made).await?;
            tell(ctx, &verdicts)?;
            refuse(verdicts)
        }
        BusCommand::Parked { kafka, limit } => {
            let config = needed(&kafka)?;
            let parked = ctx.wait("reading", kafka::parked(&config, limit)).await?;
            let items = parked.into_iter().map(|parked| Aside {
                at: parked.at.map(Time),
                why: parked.why,
                from: parked.from,
                key: parked.key,
                value: parked.value,
            });
            let page = Page {
                items: items.collect::<Vec<_>>(),
                next: None,
            };
            ctx.list(&PARKED, &page, &page.items, "nothing was put aside")
        }
    }
}

async fn look(ctx: &Context, config: &KafkaConfig) -> Result<Vec<Verdict>, CliError> {
    Ok(ctx
        .wait("looking at the topics", kafka::check(config))
        .await?)
}

fn tell(ctx: &mut Context, verdicts: &[Verdict]) -> Result<(), CliError> {
    let page = Page {
        items: verdicts.iter().map(Topic::new).collect::<Vec<_>>(),
        next: None,
    };
    ctx.list(&TOPICS, &page, &page.items, "there is no topic")
}

/// What can't be used is a failure, for scripts.
fn refuse(verdicts: Vec<Verdict>) -> Result<(), CliError> {
    let is_refused = verdicts.iter().any(Verdict::is_refused);
    let findings: Vec<Finding> = verdicts.into_iter().flat_map(|v| v.findings).collect();
    if is_refused {
        return Err(KafkaError::Topics(findings).into());
    }
    Ok(())
}

/// The Kafka that was named; a command about one needs one.
fn needed(given: &KafkaArg) -> Result<KafkaConfig, CliError> {
    config(given)?.ok_or_else(|| {
        CliError::usage_hint(
            "no broker was named".to_owned(),
            "say `--kafka host:port`, or set HOUSEFUL_KAFKA".to_owned(),
        )
    })
}

/// The Kafka that was named, if one was.
pub(super) fn config(given: &KafkaArg) -> Result<Option<KafkaConfig>, CliError> {
    let Some(brokers) = given.brokers.as_deref().filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let bad = |error: BadSettings| CliError::usage(error.to_string());
    let mut config = KafkaConfig::new(brokers.parse().map_err(bad)?);
    config.prefix = given.prefix.parse().map_err(bad)?;
    if let Some(file) = &given.settings {
        let read = Properties::read(file);
        config.properties = read.map_err(|error| {
            CliError::usage(format!(
                "the settings in {} can't be used: {error}",
                file.display()
            ))
        })?;
    }
    Ok(Some(config))
}

impl From<KafkaError> for CliError {
    fn from(error: KafkaError) -> Self {
        let message = error.to_string();
        let (code, hint) = match error {
            KafkaError::NotBuilt => ("no_kafka", None),
            KafkaError::Settings(_) => return Self::usage(message),
            KafkaError::Away { .. } => ("kafka_away", None),
            KafkaError::Topics(_) => (
                "kafka_topics",
                Some("`kafka-configs.sh --alter` changes the settings of a topic".to_owned()),
            ),
            KafkaError::TooFewBrokers { .. } => (
                "kafka_few_brokers",
                Some("with one broker, for trying: `bus create-topics --copies 1`".to_owned()),
            ),
            KafkaError::Refused(_) => ("kafka_refused", None),
        };
        Self::NoServer {
            code,
            message,
            hint,
        }
    }
}
