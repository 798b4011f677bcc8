//! Writes small files so that they are whole, on the disk, and for their owner alone.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::StateError;

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
        make_private_folder(folder).map_err(|e| failed("write", folder, &e))?;
    }
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    write_synced(&draft, bytes)
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| sync_folder(folder))
        .map_err(|e| {
            let _ = fs::remove_file(&draft);
            failed("write", path, &e)
        })
}

/// Removes the file; tells whether it was there.
pub(super) fn remove(path: &Path) -> Result<bool, StateError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(failed("remove", path, &e)),
    }
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A file's name is on the disk only when its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
