//! Writes small files so that they are whole, on the disk, and for their owner alone.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use super::StateError;
use crate::private;

pub(super) fn failed(what: &'static str, path: &Path, error: &io::Error) -> StateError {
    StateError::File {
        what,
        path: path.to_owned(),
        why: error.to_string(),
    }
}

/// Writes `bytes` to `path` below `root`. A crash leaves the old file or the new one.
pub(super) fn store(root: &Path, path: &Path, bytes: &[u8]) -> Result<(), StateError> {
    let folder = path.parent().unwrap_or(root);
    for folder in [root, folder] {
        private::make_folder(folder).map_err(|e| failed("write", folder, &e))?;
    }
    let write = |file: &mut File| {
        file.write_all(bytes)?;
        file.sync_all()
    };
    private::replace(path, write)
        .and_then(|()| sync_folder(folder))
        .map_err(|e| failed("write", path, &e))
}

/// Removes the file; tells whether it was there.
pub(super) fn remove(path: &Path) -> Result<bool, StateError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(failed("remove", path, &e)),
    }
}

/// A file's name is on the disk only when its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
