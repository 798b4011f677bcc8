//! Settings: flag over environment over `./houseful.toml` over the user's file over the system's
//! file over the default. Each value remembers where it came from.

mod edit;
mod error;
mod file;
mod keys;
mod paths;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

pub use edit::set_in_file;
pub use error::ConfigError;
pub use keys::{KEYS, Key, Kind, SWITCH, THEMES, find_key};
pub use paths::Paths;

use crate::{output::Format, tui::theme::Styles};

/// Where a value came from. Ordered: the first one wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A flag of this command.
    Flag(&'static str),
    /// An environment variable.
    Env(&'static str),
    /// `./houseful.toml`.
    Project(PathBuf, u32),
    /// The user's file.
    User(PathBuf, u32),
    /// The system's file.
    System(PathBuf, u32),
    /// Nobody said anything.
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Env(name) => write!(f, "environment {name}"),
            Self::Project(path, line) | Self::User(path, line) | Self::System(path, line) => {
                write!(f, "{}:{line}", path.display())
            }
            Self::Default => f.write_str("default"),
        }
    }
}

/// One value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The value as text.
    pub text: String,
    /// Where it came from.
    pub source: Source,
}

/// What is read: flags by key, and how to look at the world.
pub struct Sources<'a> {
    /// Values of flags, by key.
    pub flags: Vec<(&'static str, String)>,
    /// Environment variables.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The files.
    pub paths: &'a Paths,
}

/// Another key for something on the screens. What the names mean is for the screens to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetting {
    /// Where, or `all`.
    pub place: String,
    /// What.
    pub action: String,
    /// The keys; none at all takes its keys away.
    pub keys: Vec<String>,
    /// File and line.
    pub at: String,
}

/// All settings, checked.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// For each key all values that were found, the one that counts first.
    found: BTreeMap<&'static str, Vec<Found>>,
    /// Keys of the screens, those that count most first.
    keys: Vec<KeySetting>,
}

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// At an address.
    Server(String),
    /// In this process, on a file.
    Embedded(PathBuf),
}

impl Settings {
    /// Reads all layers and checks every value, used or not.
    ///
    /// # Errors
    /// A file can't be read, has an unknown key, or a value can't be.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut settings = Self::default();
        for (name, text) in &sources.flags {
            if let Some(key) = find_key(name) {
                settings.add(key, text.clone(), Source::Flag(key.flag))?;
            }
        }
        for key in &KEYS {
            if let Some(text) = (sources.env)(key.env).filter(|t| !t.is_empty()) {
                settings.add(key, text, Source::Env(key.env))?;
            }
        }
        for (path, source) in sources.paths.config_files() {
            let file = file::read(path)?;
            settings.keys.extend(file.keys);
            for entry in file.entries {
                let place = source(path.to_owned(), entry.line);
                if entry.key.name == "token_file" && matches!(place, Source::Project(..)) {
                    return Err(ConfigError::NotInProject {
                        key: entry.key.name,
                        place: place.to_string(),
                    });
                }
                settings.add(entry.key, entry.text, place)?;
            }
        }
        for key in &KEYS {
            if let Some(text) = key.default {
                settings.add(key, text.to_owned(), Source::Default)?;
            }
        }
        Ok(settings)
    }

    fn add(&mut self, key: &'static Key, text: String, source: Source) -> Result<(), ConfigError> {
        key.kind.check(&text).map_err(|why| ConfigError::Value {
            key: key.name,
            given: text.clone(),
            place: source.to_string(),
            why,
        })?;
        let found = Found { text, source };
        self.found.entry(key.name).or_default().push(found);
        Ok(())
    }

    /// The value that counts.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Found> {
        self.found.get(key)?.first()
    }

    /// All values of a key, the one that counts first.
    #[must_use]
    pub fn all(&self, key: &str) -> &[Found] {
        self.found.get(key).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody chose a value.
    #[must_use]
    pub fn is_set(&self, key: &str) -> bool {
        self.get(key).is_some_and(|f| f.source != Source::Default)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.get(key).map(|f| f.text.as_str())
    }

    fn on(&self, key: &str) -> bool {
        self.text(key)
            .is_some_and(|t| matches!(t, "true" | "on" | "1"))
    }

    /// Where the server is: of `server` and `embedded` the one from nearer to the command.
    ///
    /// # Errors
    /// Both come from the same place.
    pub fn target(&self) -> Result<Target, ConfigError> {
        let server = self.get("server").filter(|f| !f.text.is_empty());
        let embedded = self.get("embedded").filter(|f| !f.text.is_empty());
        let rank = |f: &Found| match f.source {
            Source::Flag(_) => 0,
            Source::Env(_) => 1,
            Source::Project(..) => 2,
            Source::User(..) => 3,
            Source::System(..) => 4,
            Source::Default => 5,
        };
        match (server, embedded) {
            (Some(s), Some(e)) if rank(s) == rank(e) => Err(ConfigError::Both {
                server: s.source.to_string(),
                embedded: e.source.to_string(),
            }),
            (Some(s), Some(e)) if rank(s) < rank(e) => Ok(Target::Server(s.text.clone())),
            (_, Some(e)) => Ok(Target::Embedded(PathBuf::from(&e.text))),
            (Some(s), None) => Ok(Target::Server(s.text.clone())),
            (None, None) => Ok(Target::Server(keys::SERVER_DEFAULT.to_owned())),
        }
    }

    /// The file with the API token, if one is named and may go to this server. To a server that
    /// the folder we happen to be in names goes only a token that this very command names: a
    /// variable of the shell or a line in the user's file was meant for another server.
    #[must_use]
    pub fn token_file(&self) -> Option<PathBuf> {
        let file = self.get("token_file")?;
        (!self.withholds(file)).then(|| PathBuf::from(&file.text))
    }

    /// Where a token comes from that does not go to this server, and who names the server.
    #[must_use]
    pub fn withheld_token(&self) -> Option<(&Source, &Source)> {
        let file = self.get("token_file").filter(|file| self.withholds(file))?;
        Some((&file.source, &self.get("server")?.source))
    }

    fn withholds(&self, file: &Found) -> bool {
        let server = self.get("server").map(|f| &f.source);
        matches!(server, Some(Source::Project(..))) && !matches!(file.source, Source::Flag(_))
    }

    /// How long a call may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        let seconds = self.text("timeout_s").and_then(|t| t.parse().ok());
        seconds.map_or(crate::client::TIMEOUT_DEFAULT, Duration::from_secs)
    }

    /// The output format, if one is chosen.
    #[must_use]
    pub fn output(&self) -> Option<Format> {
        self.text("output")?.parse().ok()
    }

    /// `auto`, `always` or `never`.
    #[must_use]
    pub fn color(&self) -> &str {
        self.text("color").unwrap_or("auto")
    }

    /// Whether lines are only ever added: no colours, no progress, no redrawing.
    #[must_use]
    pub fn plain(&self) -> bool {
        self.on("plain")
    }

    /// Whether progress moves while something takes long; the screens never move by themselves.
    #[must_use]
    pub fn motion(&self) -> bool {
        self.on("motion")
    }

    /// Keys of the screens that were changed, those that count most first.
    #[must_use]
    pub fn keys(&self) -> &[KeySetting] {
        &self.keys
    }

    /// Whether the screens listen to the mouse.
    #[must_use]
    pub fn mouse(&self) -> bool {
        self.on("mouse")
    }

    /// The name of the colour theme.
    #[must_use]
    pub fn theme(&self) -> &str {
        self.text("theme").unwrap_or("default")
    }

    /// What this till is called.
    #[must_use]
    pub fn till(&self) -> &str {
        self.text("till").unwrap_or("till")
    }

    /// The user's own styles for roles of the theme.
    #[must_use]
    pub fn styles(&self) -> Styles {
        let text = self.text("colors").unwrap_or_default();
        // It was checked when it was read.
        text.parse().unwrap_or_default()
    }

    /// The cinema whose board is meant, by id or name.
    #[must_use]
    pub fn cinema(&self) -> Option<&str> {
        self.text("cinema")
    }

    /// The city whose boards are meant, by id or name.
    #[must_use]
    pub fn city(&self) -> Option<&str> {
        self.text("city")
    }

    /// The time zone to show times in, instead of the cinema's.
    #[must_use]
    pub fn tz(&self) -> Option<&str> {
        self.text("tz")
    }
}

#[cfg(test)]
mod tests;
