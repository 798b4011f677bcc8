//! Whether a topic is set so that what is sent through it arrives. Nothing is lost for good where it
//! is not, since everything is said again; but a bus that forgets is none.

use std::{collections::BTreeMap, fmt};

/// The least time that a message stays for whoever is away, in milliseconds.
const KEPT_MS_MIN: i64 = 3_600_000;
/// What is worth a word, in milliseconds: a weekend.
const KEPT_MS_WISE: i64 = 3 * 86_400_000;
/// The smallest limit for a message that a topic may have, in bytes.
const MESSAGE_BYTES_MIN: i64 = 65_536;
/// The same where maps are told: of the largest hall, with each seat held by somebody else.
const MAP_BYTES_MIN: i64 = 262_144;

/// What a topic is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopicKind {
    /// Payment tells booking where a payment stands.
    Announcements,
    /// Booking tells payment what the house keeps.
    Settlements,
    /// What becomes of seats, for others.
    Seats,
    /// What could not be read.
    Parked,
}

impl TopicKind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Announcements,
        Self::Settlements,
        Self::Seats,
        Self::Parked,
    ];

    /// The word in the topic's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Announcements => "announcements",
            Self::Settlements => "settlements",
            Self::Seats => "seats",
            Self::Parked => "parked",
        }
    }

    /// How long a message stays in a topic that we make, in milliseconds.
    #[must_use]
    pub const fn kept_ms(self) -> i64 {
        match self {
            Self::Announcements | Self::Settlements => 7 * 86_400_000,
            Self::Seats => 2 * 86_400_000,
            Self::Parked => 30 * 86_400_000,
        }
    }
}

impl fmt::Display for TopicKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What is known of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicFacts {
    /// How many parts it has; 0 if it is not there.
    pub partitions: usize,
    /// On how many brokers the part with the fewest copies is.
    pub replicas: usize,
    /// How many brokers there are.
    pub brokers: usize,
    /// Its settings, by Kafka's names.
    pub settings: BTreeMap<String, String>,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Worth knowing.
    Warned,
    /// Nothing is sent through such a topic.
    Refused,
}

/// Something about a topic that should be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which topic, by its whole name.
    pub topic: String,
    /// How bad it is.
    pub grade: Grade,
    /// What it is, and what to do.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.topic, self.what)
    }
}

/// A topic, what is known of it, and what should be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What it is for.
    pub kind: TopicKind,
    /// Its name.
    pub topic: String,
    /// What is known.
    pub facts: TopicFacts,
    /// What should be otherwise.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Judges a topic.
    #[must_use]
    pub fn of(kind: TopicKind, topic: String, facts: TopicFacts) -> Self {
        let mut judge = Judge {
            facts: &facts,
            found: Vec::new(),
        };
        judge.judge(kind);
        let finding = |(grade, what)| Finding {
            topic: topic.clone(),
            grade,
            what,
        };
        let findings = judge.found.into_iter().map(finding).collect();
        Self {
            kind,
            topic,
            facts,
            findings,
        }
    }

    /// Whether nothing may be sent through it.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|f| f.grade == Grade::Refused)
    }
}

struct Judge<'a> {
    facts: &'a TopicFacts,
    found: Vec<(Grade, String)>,
}

impl Judge<'_> {
    fn refuse(&mut self, what: impl Into<String>) {
        self.found.push((Grade::Refused, what.into()));
    }

    fn warn(&mut self, what: impl Into<String>) {
        self.found.push((Grade::Warned, what.into()));
    }

    fn word(&self, name: &str) -> Option<&str> {
        self.facts.settings.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.word(name)?.parse().ok()
    }

    fn judge(&mut self, kind: TopicKind) {
        if self.facts.partitions == 0 {
            self.refuse("it is not there; `houseful bus create-topics` makes it");
            return;
        }
        if self.facts.partitions == 1 {
            self.warn(
                "it has one part, so one server of a role hears all of it; 12 let others help",
            );
        }
        if self.facts.settings.is_empty() {
            self.warn("its settings can't be read, so nobody knows whether it keeps what it takes; `DescribeConfigs` lets us");
        }
        self.judge_copies();
        self.judge_keeping(kind);
        let least = if kind == TopicKind::Seats {
            MAP_BYTES_MIN
        } else {
            MESSAGE_BYTES_MIN
        };
        if let Some(bytes) = self.number("max.message.bytes")
            && bytes < least
        {
            self.refuse(format!(
                "max.message.bytes={bytes} is less than a message may take; at least {least}"
            ));
        }
        let packed = self.word("compression.type").unwrap_or_default();
        if matches!(packed, "gzip" | "zstd") {
            let packed = packed.to_owned();
            self.refuse(format!(
                "compression.type={packed} is one that this program can't read; `producer` or `lz4`"
            ));
        }
    }

    /// On how many brokers a message is when it is acknowledged.
    fn judge_copies(&mut self) {
        let (replicas, brokers) = (self.facts.replicas, self.facts.brokers);
        // What nobody may read is not held against it.
        let in_sync = self.number("min.insync.replicas");
        let in_sync = in_sync.map(|n| usize::try_from(n).unwrap_or(0));
        if brokers < 3 {
            let many = if brokers == 1 {
                "one broker"
            } else {
                "two brokers"
            };
            self.warn(format!(
                "there is {many}: what it acknowledged is gone with its disk, and is said again over HTTP; three keep it"
            ));
        } else if replicas < 3 {
            self.refuse(format!(
                "it is on {replicas} of {brokers} brokers; a replication factor of 3 survives the loss of one"
            ));
        } else if let Some(in_sync) = in_sync.filter(|n| *n < 2) {
            self.refuse(format!(
                "min.insync.replicas={in_sync} acknowledges what a single broker has; 2 survives its loss"
            ));
        }
        if let Some(in_sync) = in_sync.filter(|n| replicas > 1 && *n >= replicas) {
            self.refuse(format!(
                "min.insync.replicas={in_sync} with {replicas} copies takes nothing while one broker is away"
            ));
        }
        if replicas > 1 && self.word("unclean.leader.election.enable") == Some("true") {
            self.refuse(
                "unclean.leader.election.enable=true lets a broker lead that lacks what was acknowledged",
            );
        }
    }

    /// How long a message stays.
    fn judge_keeping(&mut self, kind: TopicKind) {
        if let Some(policy) = self.word("cleanup.policy").map(str::to_owned)
            && policy != "delete"
        {
            self.refuse(format!(
                "cleanup.policy={policy} keeps one message a show and throws the others away; `delete`"
            ));
        }
        let Some(kept) = self.number("retention.ms").filter(|ms| *ms >= 0) else {
            return;
        };
        let hours = kept / 3_600_000;
        if kept < KEPT_MS_MIN {
            self.refuse(format!(
                "retention.ms={kept} drops what nobody has read for so long; at least an hour"
            ));
        } else if kept < KEPT_MS_WISE && kind != TopicKind::Seats {
            self.warn(format!(
                "retention.ms={kept} ({hours} h) is less than a long weekend"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> TopicFacts {
        let settings = [
            ("cleanup.policy", "delete"),
            ("retention.ms", "604800000"),
            ("min.insync.replicas", "2"),
            ("unclean.leader.election.enable", "false"),
            ("max.message.bytes", "1048588"),
            ("compression.type", "producer"),
        ];
        let text = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        TopicFacts {
            partitions: 12,
            replicas: 3,
            brokers: 3,
            settings: settings.map(text).into(),
        }
    }

    fn judged(facts: TopicFacts) -> Vec<(Grade, String)> {
        let verdict = Verdict::of(TopicKind::Settlements, "h.settlements".to_owned(), facts);
        let finding = |f: Finding| (f.grade, f.what);
        verdict.findings.into_iter().map(finding).collect()
    }

    #[track_caller]
    fn refuses(change: impl FnOnce(&mut TopicFacts), word: &str) {
        let mut facts = sound();
        change(&mut facts);
        let found = judged(facts);
        let named =
            |(grade, what): &(Grade, String)| *grade == Grade::Refused && what.contains(word);
        assert!(found.iter().any(named), "{word}: {found:?}");
    }

    #[test]
    fn a_topic_on_three_brokers_as_we_make_it_is_sound() {
        assert_eq!(judged(sound()), []);
    }

    #[test]
    fn a_topic_that_loses_what_it_acknowledged_is_refused() {
        let set = |name: &'static str, value: &'static str| {
            move |facts: &mut TopicFacts| {
                facts.settings.insert(name.to_owned(), value.to_owned());
            }
        };
        refuses(|facts| facts.partitions = 0, "create-topics");
        refuses(|facts| facts.replicas = 1, "replication factor");
        refuses(set("min.insync.replicas", "1"), "min.insync.replicas");
        refuses(set("min.insync.replicas", "3"), "while one broker is away");
        refuses(set("unclean.leader.election.enable", "true"), "unclean");
        refuses(set("cleanup.policy", "compact"), "cleanup.policy");
        refuses(set("cleanup.policy", "compact,delete"), "cleanup.policy");
        refuses(set("retention.ms", "60000"), "retention.ms");
        refuses(set("max.message.bytes", "1000"), "max.message.bytes");
        refuses(set("compression.type", "zstd"), "compression.type");
    }

    #[test]
    fn one_broker_is_good_enough_to_begin_with_and_worth_a_word() {
        let mut facts = sound();
        (facts.brokers, facts.replicas) = (1, 1);
        facts
            .settings
            .insert("min.insync.replicas".to_owned(), "1".to_owned());
        let found = judged(facts);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, Grade::Warned);
    }

    #[test]
    fn what_can_not_be_read_is_worth_a_word_and_not_held_against_the_topic() {
        let mut facts = sound();
        facts.settings.clear();
        let found = judged(facts);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, Grade::Warned);
        assert!(found[0].1.contains("DescribeConfigs"), "{found:?}");
    }

    #[test]
    fn one_part_is_worth_a_word() {
        let mut facts = sound();
        facts.partitions = 1;
        let found = judged(facts);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, Grade::Warned);
    }

    #[test]
    fn what_is_kept_for_ever_is_kept_long_enough() {
        let mut facts = sound();
        facts
            .settings
            .insert("retention.ms".to_owned(), "-1".to_owned());
        assert_eq!(judged(facts), []);
    }
}
