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
    /// Whether it was not there before.
    made: bool,
}

impl FirstToken {
    /// Makes sure that a token could be written. What is in the file already stays: the server
    /// may have had its first admin long ago.
    pub(super) fn prepare(path: Option<&Path>) -> Result<Self, CliError> {
        let made = path.is_some_and(|path| !path.exists());
        if let Some(path) = path {
            open(path, false).map_err(|e| failed(path, e))?;
        }
        let path = path.map(Path::to_owned);
        Ok(Self { path, made })
    }

    /// Writes the token, and says where it is.
    pub(super) fn store(self, token: &str) -> Result<Option<PathBuf>, CliError> {
        let Some(path) = self.path else {
            return Ok(None);
        };
        let write = |mut file: File| {
            writeln!(file, "{token}")?;
            file.sync_all()
        };
        match open(&path, true).and_then(write) {
            Ok(()) => Ok(Some(path)),
            Err(error) => Err(failed(&path, error)),
        }
    }

    /// Takes the empty file away: there is no token to write.
    pub(super) fn not_needed(self) {
        if let Some(path) = self.path.filter(|_| self.made) {
            // An empty file is no harm.
            let _ = fs::remove_file(path);
        }
    }
}

/// Opens the file for its owner alone.
fn open(path: &Path, empty: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(empty);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    if empty {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        file.set_permissions(mode)?;
    }
    Ok(file)
}

fn failed(path: &Path, source: io::Error) -> CliError {
    CliError::File {
        what: "write",
        path: path.to_owned(),
        source,
    }
}
