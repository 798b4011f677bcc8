//! What the program does, told on stderr to whoever asks with `-v` or `HOUSEFUL_LOG`.

use std::io;
#[cfg(feature = "embedded")]
use std::{fs, path::Path, sync::Arc};

use tracing_subscriber::EnvFilter;

#[cfg(feature = "embedded")]
use crate::error::CliError;

/// What a server tells unless somebody wishes otherwise.
#[cfg(feature = "embedded")]
// A prefix: it takes in all of our crates.
const SERVER_FILTER: &str = "houseful=info";

/// Begins to tell. Without a wish nothing is set up, so that short commands stay short.
pub(crate) fn begin(verbose: u8, env: &dyn Fn(&str) -> Option<String>) {
    let wish = env("HOUSEFUL_LOG").filter(|w| !w.is_empty());
    let filter = match (verbose, wish) {
        (0, None) => return,
        (0, Some(wish)) => wish,
        (1, _) => "houseful=info".to_owned(),
        (2, _) => "houseful=debug".to_owned(),
        _ => "trace".to_owned(),
    };
    // A second run in one process (a test) keeps the first one's.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .try_init();
}

/// Begins to tell what a server does: on stderr or into a file, for people or for programs.
///
/// # Errors
/// The file can't be written to.
#[cfg(feature = "embedded")]
pub(crate) fn begin_server(
    json: bool,
    file: Option<&Path>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<(), CliError> {
    let wish = env("HOUSEFUL_LOG").filter(|w| !w.is_empty());
    let filter = EnvFilter::new(wish.as_deref().unwrap_or(SERVER_FILTER));
    let told = tracing_subscriber::fmt().with_env_filter(filter);
    let Some(path) = file else {
        let told = told.with_writer(io::stderr);
        // A second run in one process (a test) keeps the first one's.
        let _ = if json {
            told.json().try_init()
        } else {
            told.try_init()
        };
        return Ok(());
    };
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|source| CliError::File {
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
