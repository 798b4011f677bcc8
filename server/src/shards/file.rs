//! The file that names the shards:
//!
//! ```toml
//! [[shard]]
//! name = "north"
//! primary = "postgres://houseful@db-north/houseful"
//! slots = "0-511"
//! replicas = ["postgres://houseful@db-north-2/houseful"]
//! ```

use std::{
    fmt,
    ops::Range,
    path::{Path, PathBuf},
};

use houseful_core::ids::ShardName;
use serde::Deserialize;
use toml::Spanned;

use super::{SlotMap, SlotMapError};
use crate::database::PostgresUrl;

/// The shards of a house, as somebody wrote them down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardFile {
    /// The file.
    pub path: PathBuf,
    /// In the order of the file; one at least, with names and addresses that are all different.
    pub shards: Vec<ShardEntry>,
    /// Which slots each begins with. Where they are by now, the databases say.
    pub map: SlotMap,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardEntry {
    /// Its name.
    pub name: ShardName,
    /// The database that takes its writes.
    pub primary: PostgresUrl,
    /// Databases that follow it, to read from.
    pub replicas: Vec<PostgresUrl>,
}

/// Why a file names no shards.
#[derive(Debug, thiserror::Error)]
pub enum ShardFileError {
    /// It can't be read.
    #[error("{} can't be read: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something in it makes no sense.
    #[error("{}{}: {why}", .path.display(), Line(*.line))]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Where, from 1; nowhere if something is missing.
        line: Option<usize>,
        /// What, and what to write instead.
        why: String,
    },
}

/// A line in a message.
struct Line(Option<usize>);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, ", line {line}"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    shard: Vec<WrittenShard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenShard {
    name: Spanned<String>,
    primary: Spanned<String>,
    slots: Spanned<String>,
    #[serde(default)]
    replicas: Vec<Spanned<String>>,
}

/// What is wrong, and where.
type Fault = (Option<Range<usize>>, String);

impl ShardFile {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`ShardFileError`].
    pub fn read(path: &Path) -> Result<Self, ShardFileError> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| ShardFileError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::of(path, &text)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`ShardFileError::Wrong`].
    pub fn of(path: &Path, text: &str) -> Result<Self, ShardFileError> {
        let (shards, map) = parse(text).map_err(|(span, why)| ShardFileError::Wrong {
            path: path.to_owned(),
            line: span.map(|span| line_of(text, span.start)),
            why,
        })?;
        Ok(Self {
            path: path.to_owned(),
            shards,
            map,
        })
    }

    /// The shard of this name.
    #[must_use]
    pub fn shard(&self, name: &ShardName) -> Option<&ShardEntry> {
        self.shards.iter().find(|shard| shard.name == *name)
    }
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.matches('\n').count() + 1
}

fn parse(text: &str) -> Result<(Vec<ShardEntry>, SlotMap), Fault> {
    let written: Written = toml::from_str(text).map_err(|e| {
        let why = e.message().trim_end().replace('\n', "; ");
        (e.span(), why)
    })?;
    let mut shards: Vec<ShardEntry> = Vec::new();
    for shard in &written.shard {
        let name = shard.name.get_ref();
        let name = name
            .parse()
            .map_err(|e: houseful_core::ids::IdError| (Some(shard.name.span()), e.to_string()))?;
        let primary = address(&shard.primary)?;
        if let Some(other) = shards.iter().find(|known| known.primary == primary) {
            let why = format!(
                "the shard {} has this database already; give each one of its own",
                other.name
            );
            return Err((Some(shard.primary.span()), why));
        }
        let replicas = shard.replicas.iter().map(address);
        shards.push(ShardEntry {
            name,
            primary,
            replicas: replicas.collect::<Result<_, _>>()?,
        });
    }
    let slots = shards.iter().zip(&written.shard);
    let slots: Vec<(ShardName, &str)> = slots
        .map(|(shard, written)| (shard.name.clone(), written.slots.get_ref().as_str()))
        .collect();
    let map = SlotMap::read(&slots).map_err(|e| (place(&e, &slots, &written.shard), words(&e)))?;
    Ok((shards, map))
}

/// An address, which is never told: a mistyped one may hold a password where none is looked for.
fn address(text: &Spanned<String>) -> Result<PostgresUrl, Fault> {
    let fault = |why: String| (Some(text.span()), why);
    let form = "a database is named as in `postgres://user@host/name`";
    let url = PostgresUrl::new(text.get_ref()).ok_or_else(|| fault(form.to_owned()))?;
    #[cfg(feature = "postgres")]
    url.secret()
        .parse::<crate::postgres::Settings>()
        .map_err(|e| fault(e.to_string()))?;
    Ok(url)
}

/// What is wrong with the slots, with what to do about it.
fn words(error: &SlotMapError) -> String {
    match error {
        SlotMapError::NoShard => {
            "no shard is named; begin one with a line `[[shard]]`, then `name`, `primary` and `slots`"
                .to_owned()
        }
        SlotMapError::NamedTwice(_) => format!("{error}; give each a name of its own"),
        SlotMapError::Twice { .. } => format!("{error}; name it once"),
        SlotMapError::Nowhere(_) => format!("{error}, and each has to be in one"),
        SlotMapError::NotSlots { .. } => error.to_string(),
    }
}

/// Where that stands.
fn place(
    error: &SlotMapError,
    slots: &[(ShardName, &str)],
    written: &[WrittenShard],
) -> Option<Range<usize>> {
    let last = |name: &ShardName| slots.iter().rposition(|(known, _)| known == name);
    match error {
        SlotMapError::NamedTwice(name) => Some(written.get(last(name)?)?.name.span()),
        SlotMapError::NotSlots { shard, .. } | SlotMapError::Twice { other: shard, .. } => {
            Some(written.get(last(shard)?)?.slots.span())
        }
        SlotMapError::NoShard | SlotMapError::Nowhere(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[shard]]
name = "north"
primary = "postgres://houseful@db-north/houseful"
slots = "0-511"
replicas = ["postgres://houseful@db-north-2/houseful"]

[[shard]]
name = "south"
primary = "postgres://houseful:s3cret@db-south/houseful"
slots = "512-1023"
"#;

    fn read(text: &str) -> Result<ShardFile, String> {
        ShardFile::of(Path::new("shards.toml"), text).map_err(|e| e.to_string())
    }

    #[test]
    fn a_file_names_shards_with_their_databases_and_slots() {
        let file = read(GOOD).expect("a file");
        let names = file.shards.iter().map(|s| s.name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["north", "south"]);
        assert_eq!(file.shards[0].replicas.len(), 1);
        assert_eq!(file.map.slots_of(1), "512-1023");
        let south = file.shard(&"south".parse().expect("a name"));
        let shown = south.expect("a shard").primary.to_string();
        assert_eq!(shown, "postgres://houseful@db-south/houseful");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_what_to_write() {
        for (from, to, told) in [
            (
                "slots = \"512-1023\"",
                "slots = \"511-1023\"",
                "shards.toml, line 11: slot 511 is in the shards north and south; name it once",
            ),
            (
                "slots = \"512-1023\"",
                "slots = \"512-1022\"",
                "shards.toml: slot 1023 is in no shard; the slots are 0 to 1023, and each has to be in one",
            ),
            (
                "slots = \"512-1023\"",
                "slots = \"512-\"",
                "shards.toml, line 11: `512-` of shard south is no list of slots; write `0-511` or `0-255, 700`, up to 1023",
            ),
            (
                "name = \"south\"",
                "name = \"north\"",
                "shards.toml, line 9: the shard north is named twice; give each a name of its own",
            ),
            (
                "name = \"south\"",
                "name = \"South\"",
                "shards.toml, line 9: `South` is not a shard id; one looks like `north-1`",
            ),
            (
                "postgres://houseful:s3cret@db-south/houseful",
                "postgres://houseful@db-north/houseful",
                "shards.toml, line 10: the shard north has this database already; give each one of its own",
            ),
            (
                "postgres://houseful:s3cret@",
                "mysql://houseful:s3cret@",
                "shards.toml, line 10: a database is named as in `postgres://user@host/name`",
            ),
            (
                "name = \"south\"\n",
                "",
                "shards.toml, line 8: missing field `name`",
            ),
        ] {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD);
            assert_eq!(read(&text).expect_err("a fault"), told);
        }
        let said = read("").expect_err("a fault");
        assert!(
            said.starts_with("shards.toml: no shard is named; begin one"),
            "{said}"
        );
        let said = read(&GOOD.replace("replicas", "replicants")).expect_err("a fault");
        assert!(
            said.starts_with("shards.toml, line 6: unknown field `replicants`"),
            "{said}"
        );
        let said = read("[[shard]\n").expect_err("a fault");
        assert!(said.starts_with("shards.toml, line 1: "), "{said}");
    }
}
