//! What can be wrong with the configuration; each names the file and line.

use std::path::PathBuf;

use super::{Key, keys::Misfit};

/// The configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that is there can't be read.
    #[error("can't read the configuration file {}: {why}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        why: String,
    },
    /// Not TOML.
    #[error("{}:{line}: {why}", .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u32,
        /// What the parser said.
        why: String,
    },
    /// A key that does not exist.
    #[error("{place}: unknown key `{key}`")]
    UnknownKey {
        /// The key, made printable.
        key: String,
        /// File and line.
        place: String,
        /// The key that was probably meant.
        nearest: Option<&'static str>,
    },
    /// A key stands somewhere it may not.
    #[error(
        "{place}: `{key}` can't be set in a project's file: whoever wrote it could send your token elsewhere"
    )]
    NotInProject {
        /// The key.
        key: &'static str,
        /// File and line.
        place: String,
    },
    /// A value that can't be.
    #[error("{place}: `{}` is not a value of `{key}`{why}", houseful_core::text::shown(.given, 60))]
    Value {
        /// The key.
        key: &'static str,
        /// What came.
        given: String,
        /// Where it came from.
        place: String,
        /// What is wrong with it, and what it takes.
        why: Misfit,
    },
    /// Two answers to one question.
    #[error("both `server` ({server}) and `embedded` ({embedded}) are set; give one of them")]
    Both {
        /// Where the one comes from.
        server: String,
        /// Where the other comes from.
        embedded: String,
    },
    /// A file can't be written.
    #[error("can't write the configuration file {}: {why}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        why: String,
    },
    /// There is no home folder, so there is no user's file.
    #[error("there is no folder for your configuration: no home folder is known")]
    NoHome,
}

impl ConfigError {
    /// A value on the command line that can't be.
    #[must_use]
    pub fn of_value(key: &Key, given: &str, why: Misfit) -> Self {
        Self::Value {
            key: key.name,
            given: given.to_owned(),
            place: "command line".to_owned(),
            why,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::UnknownKey {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Self::UnknownKey { .. } => "`houseful config list` shows all keys".to_owned(),
            Self::Syntax { .. } => {
                "a line looks like `server = \"http://127.0.0.1:7878\"`".to_owned()
            }
            Self::NotInProject { .. } => {
                "set it in your own file: `houseful config path`".to_owned()
            }
            Self::NoHome => "set HOUSEFUL_CONFIG to a file".to_owned(),
            Self::Value { .. }
            | Self::Both { .. }
            | Self::Unreadable { .. }
            | Self::Unwritable { .. } => return None,
        })
    }
}
