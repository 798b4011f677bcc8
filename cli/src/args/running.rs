//! Running a server: `serve demo db`.

use std::{ffi::OsString, fmt, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Subcommand, ValueEnum};

/// How the server's log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogArg {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// The address of a replica, with its password.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplicaArg(pub String);

impl From<String> for ReplicaArg {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Not what it is: it may hold a password.
impl fmt::Debug for ReplicaArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplicaArg(..)")
    }
}

/// A database file, or the address of a Postgres server with its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DbArg(pub OsString);

impl From<OsString> for DbArg {
    fn from(text: OsString) -> Self {
        Self(text)
    }
}

/// Not what it is: it may hold a password.
impl fmt::Debug for DbArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DbArg(..)")
    }
}

/// `houseful serve`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful serve --db cinema.db --listen 127.0.0.1:0 --port-file port.txt"
)]
pub struct ServeArgs {
    /// The database: a file, made if it is not there, or `postgres://user@host/name`. With a
    /// password it belongs into the variable, where no list of processes shows it
    #[arg(
        long,
        value_name = "DATABASE",
        env = "HOUSEFUL_DB",
        hide_env_values = true
    )]
    pub db: DbArg,
    /// A replica of the database, `postgres://user@host/name`, to read maps, feeds and lists from.
    /// Can be said again; in the variable addresses stand with blanks between
    #[arg(
        long = "replica",
        value_name = "ADDRESS",
        env = "HOUSEFUL_REPLICAS",
        hide_env_values = true,
        value_delimiter = ' '
    )]
    pub replicas: Vec<ReplicaArg>,
    /// Spread the shows over the databases that this file names; the house's own is that of `--db`
    #[arg(long, value_name = "FILE", env = "HOUSEFUL_SHARDS")]
    pub shards: Option<PathBuf>,
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    pub listen: SocketAddr,
    /// A database for practice: no real sales, and the clock may be moved
    #[arg(long)]
    pub training: bool,
    /// What this server does, as in `booking` or `booking,payment`; all three if it is not said
    #[arg(long = "role", value_name = "ROLES", value_delimiter = ',', value_parser = ["catalogue", "booking", "payment"])]
    pub roles: Vec<String>,
    /// Who does what this server does not, as in `payment=http://10.0.0.7:7878`; several for a role
    /// if there are
    #[arg(long = "peer", value_name = "ROLE=URL")]
    pub peers: Vec<String>,
    /// The key by which the servers of a house know each other: a file for its owner alone with one
    /// secret, or with two while it is changed
    #[arg(long, value_name = "FILE", env = "HOUSEFUL_CLUSTER_KEY_FILE")]
    pub cluster_key_file: Option<PathBuf>,
    /// Who takes the cards: `card`, the simulated terminal, or `stripe`
    #[arg(long, value_name = "WHO", default_value = "card", value_parser = ["card", "stripe"])]
    pub provider: String,
    /// The keys of the Stripe account: a file for its owner alone, with `secret_key` and
    /// `webhook_secrets`
    #[arg(long, value_name = "FILE", env = "HOUSEFUL_STRIPE_FILE")]
    pub stripe_file: Option<PathBuf>,
    #[command(flatten)]
    pub kafka: KafkaArg,
    /// Make the topics that are missing, now and later; without it messages go by HTTP until somebody
    /// does
    #[arg(long, requires = "kafka_brokers")]
    pub kafka_create_topics: bool,
    /// On how many brokers each of those is; 1 is for trying with one
    #[arg(long, value_name = "N", default_value_t = 3, requires = "kafka_create_topics", value_parser = clap::value_parser!(u8).range(1..=9))]
    pub kafka_copies: u8,
    /// How to write the log
    #[arg(long, value_name = "HOW", default_value = "text")]
    pub log: LogArg,
    /// Where to write the log; standard error if it is not said
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// Write the first admin's token into this file, for its owner alone, instead of telling it
    #[arg(long, value_name = "FILE")]
    pub admin_token_file: Option<PathBuf>,
    /// Write the port into this file once the server answers
    #[arg(long, value_name = "FILE")]
    pub port_file: Option<PathBuf>,
}

/// Which Kafka, and how it lets us in.
#[derive(Debug, Args)]
pub struct KafkaArg {
    /// Send messages between servers through Kafka: its brokers, `host:port`, with commas between.
    /// What it does not take within a second goes by HTTP
    #[arg(
        id = "kafka_brokers",
        long = "kafka",
        value_name = "BROKERS",
        env = "HOUSEFUL_KAFKA"
    )]
    pub brokers: Option<String>,
    /// What the names of its topics begin with
    #[arg(
        long = "kafka-prefix",
        value_name = "NAME",
        env = "HOUSEFUL_KAFKA_PREFIX",
        default_value = "houseful"
    )]
    pub prefix: String,
    /// How it lets us in: a file for its owner alone with lines like `sasl.password=...`, by
    /// librdkafka's names
    #[arg(
        long = "kafka-settings",
        value_name = "FILE",
        env = "HOUSEFUL_KAFKA_SETTINGS"
    )]
    pub settings: Option<PathBuf>,
}

/// `houseful bus`.
#[derive(Debug, Subcommand)]
pub enum BusCommand {
    /// Look at the topics: partitions, copies, settings; exit 1 if one can't be used
    #[command(
        after_long_help = "Examples:\n  houseful bus check --kafka 127.0.0.1:1  # nobody there: exit 1"
    )]
    Check {
        #[command(flatten)]
        kafka: KafkaArg,
    },
    /// Make the topics that are missing
    ///
    /// Those that are there stay as they are, whatever they are. A cluster of fewer brokers than
    /// `--copies` makes none.
    #[command(
        after_long_help = "Examples:\n  houseful bus create-topics --kafka 127.0.0.1:1 --dry-run  # exit 1"
    )]
    CreateTopics {
        #[command(flatten)]
        kafka: KafkaArg,
        /// How many parts each has, the most servers of a role that share its messages
        #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1000))]
        partitions: u16,
        /// On how many brokers each is, also while one is away; 1 is for trying with one
        #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=9))]
        copies: u8,
    },
    /// Show the last messages that no server could read, and why
    #[command(
        after_long_help = "Examples:\n  houseful bus parked --kafka 127.0.0.1:1 --limit 5  # nobody there: exit 1"
    )]
    Parked {
        #[command(flatten)]
        kafka: KafkaArg,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
    },
}

/// How large the demo's chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ChainChoice {
    /// A few cinemas in a few countries, a week of shows
    Usual,
    /// 20,000 cinemas in 2,000 cities, a million shows; takes a minute and a gigabyte of disk
    Huge,
}

/// `houseful demo`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  houseful demo --headless --for 2s --speed 60 --crowd 10")]
pub struct DemoArgs {
    /// Keep the chain in this file, or go on with the one that is in it
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// Chain, sales and crowd follow from this number
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How large the chain is; a file that has one keeps it
    #[arg(long, value_name = "SIZE", default_value = "usual")]
    pub chain: ChainChoice,
    /// Let so many simulated customers in [default: none, with --headless 25]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=2000))]
    pub crowd: Option<u16>,
    /// Seconds of cinema time in a real second [default: 1, with --headless 60]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub speed: Option<u32>,
    /// Without a screen: let the crowd in, then close the books and print them as JSON
    #[arg(long)]
    pub headless: bool,
    /// How long, as in `30s` or `5m`
    #[arg(long = "for", value_name = "TIME", requires = "headless", value_parser = real_time, default_value = "30s")]
    pub time: Duration,
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
}

/// `houseful db`.
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Show what a database file holds
    #[command(after_long_help = "Examples:\n  houseful db status --db cinema.db")]
    Status(DbFile),
    /// Bring a file's schema up to date without serving it
    #[command(after_long_help = "Examples:\n  houseful db migrate --db cinema.db")]
    Migrate(DbFile),
    /// Copy a file, also while it is served
    ///
    /// The copy is one complete file, as of one moment; it is checked before it gets its name.
    #[command(after_long_help = "Examples:\n  houseful db backup --db cinema.db monday.db")]
    Backup {
        #[command(flatten)]
        file: DbFile,
        /// The copy; must not be there yet
        #[arg(value_name = "COPY")]
        copy: PathBuf,
    },
    /// Put a copy in the place of a file that nobody serves
    ///
    /// What stood there is kept beside it. Bookings made after the copy are not in it: their
    /// tickets no longer open the door.
    #[command(
        after_long_help = "Examples:\n  houseful db restore --db cinema.db monday.db --dry-run"
    )]
    Restore {
        #[command(flatten)]
        file: DbFile,
        /// The copy, as `db backup` made it
        #[arg(value_name = "COPY")]
        copy: PathBuf,
    },
    /// Show the shards of a house: which slots and shows each has, and how busy it is
    ///
    /// What the databases say counts, not the file: slots that were moved since it was written are
    /// where they are. A shard that can't be reached is listed with the reason.
    #[command(after_long_help = "Examples:\n  houseful db shards --shards shards.toml")]
    Shards(ShardsArg),
    /// Move a slot with all its shows to another shard while everything else sells
    ///
    /// One show after the other stops selling for as long as its own rows are copied and compared:
    /// a fraction of a second for most. What was cut off, by whatever, is finished by the same
    /// command. Servers find out by themselves; write the new slots into their file when it suits.
    #[command(
        after_long_help = "Examples:\n  houseful db move-slot --shards shards.toml 17 south --dry-run"
    )]
    MoveSlot {
        #[command(flatten)]
        shards: ShardsArg,
        /// The slot, 0 to 1023; a booking's code begins with it
        #[arg(value_name = "SLOT", value_parser = clap::value_parser!(u16).range(0..=1023))]
        slot: u16,
        /// The shard it goes to, by name
        #[arg(value_name = "TO")]
        to: String,
    },
    /// Give the tables of a Postgres database to Citus, which spreads the shows over its nodes
    ///
    /// Everything of a show then stands on one node; the catalogue is copied to each. Stop all
    /// servers first. What is done already is left as it is, and what was cut off is finished by the
    /// same command. There is no way back but a copy.
    #[command(
        after_long_help = "Examples:\n  houseful db distribute --db postgres://house@db/house --dry-run  # exit 1"
    )]
    Distribute {
        /// The database, `postgres://user@host/name`, as for `houseful serve`
        #[arg(
            long,
            value_name = "ADDRESS",
            env = "HOUSEFUL_DB",
            hide_env_values = true
        )]
        db: DbArg,
        /// How many parts the shows are spread over, for ever; without it Citus's own number
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
        shard_count: Option<u32>,
    },
    /// Read all of a file and count what must never be there
    #[command(after_long_help = "Examples:\n  houseful db check --db cinema.db")]
    Check(DbFile),
}

/// Which database.
#[derive(Debug, Args)]
pub struct DbFile {
    /// The database file
    #[arg(long = "db", value_name = "FILE")]
    pub path: PathBuf,
}

/// Which shards.
#[derive(Debug, Args)]
pub struct ShardsArg {
    /// The file that names the shards, as for `houseful serve`
    #[arg(long = "shards", value_name = "FILE", env = "HOUSEFUL_SHARDS")]
    pub path: PathBuf,
}

/// Reads `30s`, `5m`, `1h 30m`: up to a day.
fn real_time(text: &str) -> Result<Duration, String> {
    let sentence = || "write it as `30s`, `5m` or `1h 30m`, up to a day".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| sentence())?;
    let time = span
        .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .map_err(|_| sentence())?;
    Duration::try_from(time)
        .ok()
        .filter(|t| *t > Duration::ZERO && t.as_secs() <= 86_400)
        .ok_or_else(sentence)
}
