//! Small files for their owner alone, that nobody ever reads half of.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

use crate::moment;

/// Makes a folder that its owner alone may enter, and those above it that are missing.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens a file to write, making it if it is not there.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    owners(OpenOptions::new().write(true).create(true).truncate(false)).open(path)
}

/// Puts a file where another may be, in one step: a reader has the old one or the new one.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", moment::fresh_request_name()));
    let draft = Path::new(&draft);
    let put = || {
        let mut file = owners(OpenOptions::new().write(true).create_new(true)).open(draft)?;
        write(&mut file)?;
        drop(file);
        fs::rename(draft, path)
    };
    put().inspect_err(|_| {
        // Nothing more can be done about a draft that can't be removed.
        let _ = fs::remove_file(draft);
    })
}

fn owners(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
