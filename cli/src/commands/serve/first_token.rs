//! The file that the first admin's token goes to, if one was named.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::error::CliError;

/// A file that can be written to, as was tried before the token was made.
#[derive(Debug)]
pub(super) struct FirstToken {
    path: Option<PathBuf>,
    /// Of this process alone: several servers of one database may be told the same file, and only
    /// one of them has a token for it.
    own: Option<PathBuf>,
}

impl FirstToken {
    /// Makes sure that a token could be written. What is in the file already stays: the server
    /// may have had its first admin long ago.
    pub(super) fn prepare(path: Option<&Path>) -> Result<Self, CliError> {
        let Some(path) = path.map(Path::to_owned) else {
            return Ok(Self {
                path: None,
                own: None,
            });
        };
        // A pipe, say, is written to where it is.
        let own = (path.is_file() || !path.exists()).then(|| beside(&path));
        let tried = own.as_ref().unwrap_or(&path);
        open(tried, own.is_some()).map_err(|e| failed(&path, e))?;
        let path = Some(path);
        Ok(Self { path, own })
    }

    /// Writes the token, and says where it is.
    pub(super) fn store(self, token: &str) -> Result<Option<PathBuf>, CliError> {
        let Some(path) = self.path else {
            return Ok(None);
        };
        let write = || -> io::Result<()> {
            let mut file = open(self.own.as_ref().unwrap_or(&path), self.own.is_some())?;
            writeln!(file, "{token}")?;
            match &self.own {
                Some(own) => file.sync_all().and_then(|()| fs::rename(own, &path)),
                None => Ok(()),
            }
        };
        match write() {
            Ok(()) => Ok(Some(path)),
            Err(error) => Err(failed(&path, error)),
        }
    }

    /// There is no token to write.
    pub(super) fn not_needed(self) {
        if let Some(own) = self.own {
            // An empty file is no harm.
            let _ = fs::remove_file(own);
        }
    }
}

/// The path with this process behind its last part.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    PathBuf::from(name)
}

/// Opens the file for its owner alone.
fn open(path: &Path, empty: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(empty).truncate(empty);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn failed(path: &Path, source: io::Error) -> CliError {
    CliError::File {
        what: "write",
        path: path.to_owned(),
        source,
    }
}
