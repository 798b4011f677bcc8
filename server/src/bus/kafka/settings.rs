//! What a server is told about Kafka: where it is, what its topics are called, how it lets us in.

use std::{fmt, fs, io, io::Read, path::Path, str::FromStr};

use houseful_core::text::shown;

/// The longest file of settings, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// The longest prefix; Kafka's own limit for a topic's name is 249.
const PREFIX_MAX: usize = 100;

/// What may stand in a file of settings, by how it begins: how to reach a broker and how it knows
/// us. What a delivery is worth (acknowledgements, offsets, groups) is not for a file to change.
const ALLOWED: [&str; 7] = [
    "security.protocol",
    "sasl.",
    "ssl.",
    "enable.ssl.",
    "enable.sasl.",
    "socket.",
    "client.",
];

/// What a setting may say without being a secret.
#[cfg(feature = "kafka")]
const PLAIN: [&str; 10] = [
    "PLAINTEXT",
    "SSL",
    "SASL_PLAINTEXT",
    "SASL_SSL",
    "PLAIN",
    "SCRAM-SHA-256",
    "SCRAM-SHA-512",
    "OAUTHBEARER",
    "true",
    "false",
];

/// On how many brokers a topic is that we make: what two of them have acknowledged survives the loss of
/// one.
pub const COPIES: u8 = 3;

/// How the servers of a house use Kafka.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaConfig {
    /// Where to ask first.
    pub brokers: Brokers,
    /// What the names of topics and groups begin with.
    pub prefix: Prefix,
    /// How brokers let this server in.
    pub properties: Properties,
    /// Whether topics that are missing are made.
    pub create_topics: bool,
    /// On how many brokers each of those is, 1 or more. As many have to be in the cluster, not up: the
    /// number of those that are up says nothing of how many copies a message needs.
    pub copies: u8,
}

impl KafkaConfig {
    /// These brokers, the usual names, no encryption, no topics made.
    #[must_use]
    pub fn new(brokers: Brokers) -> Self {
        Self {
            brokers,
            prefix: Prefix::default(),
            properties: Properties::default(),
            create_topics: false,
            copies: COPIES,
        }
    }
}

/// Why what was said about Kafka can't be so.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// No addresses.
    #[error("`{0}` names no brokers; write `host:port`, several with commas between")]
    Brokers(String),
    /// No beginning of a topic's name.
    #[error(
        "`{0}` is no beginning of a topic's name; it has 1 to 100 letters, digits, dots, hyphens or underscores"
    )]
    Prefix(String),
    /// The file.
    #[error("it can't be read: {0}")]
    File(#[from] io::Error),
    /// Others may read the file, and it may hold a password.
    #[error("others may read it; `chmod 600` makes it its owner's alone")]
    NotPrivate,
    /// Too long, or no text.
    #[error("it is no file of settings: more than {FILE_BYTES_MAX} bytes, or no text")]
    NoText,
    /// A line that is none.
    #[error("line {0} is not `name=value`")]
    Line(usize),
    /// A setting that is the program's.
    #[error("line {line}: `{name}` is set by the program; a file says {}", ALLOWED.join("*, "))]
    NotForAFile {
        /// Which line.
        line: usize,
        /// Which setting.
        name: String,
    },
}

/// Addresses of brokers, `host:port,host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brokers(String);

impl fmt::Display for Brokers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Brokers {
    type Err = BadSettings;
    fn from_str(text: &str) -> Result<Self, BadSettings> {
        let each = text.split(',').map(str::trim);
        let is_address = |address: &str| {
            address.rsplit_once(':').is_some_and(|(host, port)| {
                let plain = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
                !host.is_empty()
                    && host.chars().all(plain)
                    && port.parse::<u16>().is_ok_and(|port| port > 0)
            })
        };
        if !each.clone().all(is_address) {
            return Err(BadSettings::Brokers(shown(text, 80)));
        }
        Ok(Self(each.collect::<Vec<_>>().join(",")))
    }
}

impl AsRef<str> for Brokers {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// What the names of a house's topics and groups begin with, so that several houses share a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl Default for Prefix {
    fn default() -> Self {
        Self("houseful".to_owned())
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Prefix {
    type Err = BadSettings;
    fn from_str(text: &str) -> Result<Self, BadSettings> {
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let fits = (1..=PREFIX_MAX).contains(&text.len()) && text.chars().all(plain);
        // Kafka calls its own topics so.
        if !fits || text.starts_with("__") || text.starts_with('.') {
            return Err(BadSettings::Prefix(shown(text, 80)));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Settings of the client, by librdkafka's names. May hold passwords.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Properties(Vec<(String, String)>);

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}

impl Properties {
    /// Reads a file of lines `name=value`; empty lines and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// See [`BadSettings`].
    pub fn read(path: &Path) -> Result<Self, BadSettings> {
        let file = fs::File::open(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if file.metadata()?.permissions().mode() & 0o077 != 0 {
                return Err(BadSettings::NotPrivate);
            }
        }
        let mut text = String::new();
        match file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text) {
            Ok(bytes) if bytes as u64 <= FILE_BYTES_MAX => Self::parse(&text),
            Ok(_) => Err(BadSettings::NoText),
            Err(e) if e.kind() == io::ErrorKind::InvalidData => Err(BadSettings::NoText),
            Err(e) => Err(e.into()),
        }
    }

    /// Reads the lines.
    ///
    /// # Errors
    /// See [`BadSettings`].
    pub fn parse(text: &str) -> Result<Self, BadSettings> {
        let mut all = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let (line, at) = (line.trim(), at + 1);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            // The line is not repeated: it may hold a password.
            let (name, value) = line.split_once('=').ok_or(BadSettings::Line(at))?;
            let (name, value) = (name.trim(), value.trim());
            if !ALLOWED.iter().any(|may| name.starts_with(may)) {
                let name = shown(name, 80);
                return Err(BadSettings::NotForAFile { line: at, name });
            }
            all.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self(all))
    }

    /// A text in which nothing is left of what the settings say, but words that anybody knows.
    #[cfg(feature = "kafka")]
    pub(super) fn hide(&self, text: &str) -> String {
        let is_plain = |value: &str| value.is_empty() || PLAIN.contains(&value);
        let mut values: Vec<&str> = self.iter().map(|(_, value)| value).collect();
        values.retain(|value| !is_plain(value));
        // One may be the beginning of another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let hidden = |text: String, value: &str| text.replace(value, "...");
        values.into_iter().fold(text.to_owned(), hidden)
    }

    /// Names and values.
    #[cfg(feature = "kafka")]
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_addresses_with_ports() {
        for good in [
            "127.0.0.1:9092",
            "a.example:1, b-2.example:65535",
            "[::1]:9092",
        ] {
            assert!(good.parse::<Brokers>().is_ok(), "{good}");
        }
        let long = "x".repeat(10_000);
        for bad in [
            "",
            "kafka",
            "kafka:",
            ":9092",
            "a:0",
            "a:99999",
            "a:1,,b:2",
            "http://a:1",
            "a b:1",
            "u:p@a:1",
            &long,
        ] {
            let refused = bad.parse::<Brokers>();
            assert!(
                matches!(&refused, Err(BadSettings::Brokers(said)) if said.len() < 200),
                "{bad}"
            );
        }
        let two: Brokers = "a:1 , b:2".parse().expect("two");
        assert_eq!(two.as_ref(), "a:1,b:2");
    }

    #[test]
    fn a_prefix_is_what_kafka_takes_in_a_name() {
        for good in ["houseful", "north.live_2-a"] {
            assert_eq!(good.parse::<Prefix>().expect("one").to_string(), good);
        }
        for bad in [
            "",
            ".x",
            "__consumer_offsets",
            "a b",
            "a/b",
            &"x".repeat(101),
        ] {
            assert!(bad.parse::<Prefix>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_says_how_to_be_let_in_and_never_what_a_delivery_is_worth() {
        let text = "# ours\n\nsecurity.protocol=SASL_PLAINTEXT\n sasl.mechanism = PLAIN \nsasl.password=a=b\n";
        let read = Properties::parse(text).expect("settings");
        assert_eq!(read.0[2], ("sasl.password".to_owned(), "a=b".to_owned()));
        assert!(!format!("{read:?}").contains("a=b"), "a secret was told");
        for bad in [
            "acks=1",
            "enable.idempotence=false",
            "group.id=x",
            "auto.offset.reset=latest",
        ] {
            let refused = Properties::parse(bad);
            assert!(
                matches!(refused, Err(BadSettings::NotForAFile { line: 1, .. })),
                "{bad}"
            );
        }
        let refused = Properties::parse("\nsasl.password hunter2").expect_err("no line");
        assert_eq!(refused.to_string(), "line 2 is not `name=value`");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("houseful-kafka-{}", crate::chance::uuid()));
        fs::write(&path, "sasl.username=us").expect("written");
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode));
        set(0o644).expect("set");
        assert!(matches!(
            Properties::read(&path),
            Err(BadSettings::NotPrivate)
        ));
        set(0o600).expect("set");
        assert!(Properties::read(&path).is_ok());
        fs::remove_file(&path).expect("removed");
        assert!(matches!(Properties::read(&path), Err(BadSettings::File(_))));
    }
}
