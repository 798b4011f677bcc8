//! What the program does, told on stderr to whoever asks with `-v` or `HOUSEFUL_LOG`, and in a
//! file while the screen is taken.

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::Arc,
};

use tracing_subscriber::EnvFilter;

#[cfg(feature = "embedded")]
use crate::error::CliError;

/// A log of screens that is longer than this is begun anew.
const SCREEN_LOG_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What a server tells unless somebody wishes otherwise.
#[cfg(feature = "embedded")]
// A prefix: it takes in all of our crates.
const SERVER_FILTER: &str = "houseful=info";

/// Begins to tell. Without a wish nothing is set up, so that short commands stay short.
pub(crate) fn begin(verbose: u8, color: bool, env: &dyn Fn(&str) -> Option<String>) {
    let Some(filter) = wished(verbose, env) else {
        return;
    };
    // A second run in one process (a test) keeps the first one's.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_ansi(color)
        .with_writer(io::stderr)
        .try_init();
}

/// Begins to tell in the file `houseful.log` of `folder` what happens behind the screen. Without a
/// folder that can be written to, nobody is told.
pub(crate) fn begin_behind_screen(
    folder: Option<&Path>,
    verbose: u8,
    env: &dyn Fn(&str) -> Option<String>,
) {
    let file = folder.and_then(|folder| {
        fs::create_dir_all(folder).ok()?;
        let path = folder.join("houseful.log");
        if fs::metadata(&path).is_ok_and(|m| m.len() > SCREEN_LOG_BYTES_MAX) {
            fs::remove_file(&path).ok()?;
        }
        append(&path).ok()
    });
    if let Some(file) = file {
        let filter = wished(verbose, env).unwrap_or_else(|| "houseful=info".to_owned());
        let _ = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(filter))
            .with_ansi(false)
            .with_writer(Arc::new(file))
            .try_init();
    }
}

fn wished(verbose: u8, env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    match verbose {
        0 => env("HOUSEFUL_LOG").filter(|w| !w.is_empty()),
        1 => Some("houseful=info".to_owned()),
        2 => Some("houseful=debug".to_owned()),
        _ => Some("trace".to_owned()),
    }
}

/// Opens a file to add to, for its owner alone.
fn append(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Begins to tell what a server does: on stderr or into a file, for people or for programs.
///
/// # Errors
/// The file can't be written to.
#[cfg(feature = "embedded")]
pub(crate) fn begin_server(
    json: bool,
    color: bool,
    file: Option<&Path>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<(), CliError> {
    let wish = env("HOUSEFUL_LOG").filter(|w| !w.is_empty());
    let filter = EnvFilter::new(wish.as_deref().unwrap_or(SERVER_FILTER));
    let told = tracing_subscriber::fmt().with_env_filter(filter);
    let Some(path) = file else {
        let told = told.with_ansi(color).with_writer(io::stderr);
        // A second run in one process (a test) keeps the first one's.
        let _ = if json {
            told.json().try_init()
        } else {
            told.try_init()
        };
        return Ok(());
    };
    let file = append(path).map_err(|source| CliError::File {
        what: "write",
        path: path.to_owned(),
        source,
    })?;
    let told = told.with_ansi(false).with_writer(Arc::new(file));
    let _ = if json {
        told.json().try_init()
    } else {
        told.try_init()
    };
    Ok(())
}
