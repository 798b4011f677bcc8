//! What the program does, told on stderr to whoever asks with `-v` or `HOUSEFUL_LOG`, and in a
//! file while the screen is taken.

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::Arc,
};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

#[cfg(feature = "embedded")]
use crate::error::CliError;

/// A log of screens that is longer than this is begun anew.
const SCREEN_LOG_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What is told unless somebody wishes otherwise. A prefix: it takes in all of our crates.
const USUAL: &str = "houseful=info";

/// Begins to tell. Without a wish nothing is set up, so that short commands stay short.
pub(crate) fn begin(verbose: u8, color: bool, env: &dyn Fn(&str) -> Option<String>) {
    if let Some(wish) = wished(verbose, env) {
        tell(&wish, (false, color), io::stderr);
    }
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
        let wish = wished(verbose, env);
        tell(
            wish.as_deref().unwrap_or(USUAL),
            (false, false),
            Arc::new(file),
        );
    }
}

fn wished(verbose: u8, env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    match verbose {
        0 => env("HOUSEFUL_LOG").filter(|w| !w.is_empty()),
        1 => Some(USUAL.to_owned()),
        2 => Some("houseful=debug".to_owned()),
        _ => Some("trace".to_owned()),
    }
}

/// Sets it up: as JSON for programs, or for people, perhaps in colours. A second run in one process
/// (a test) keeps the first one's.
fn tell<W>(wish: &str, (json, color): (bool, bool), to: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let targets = targets(wish);
    let told = tracing_subscriber::registry().with(targets);
    let lines = fmt::layer().with_ansi(color).with_writer(to);
    let _ = if json {
        told.with(lines.json()).try_init()
    } else {
        told.with(lines).try_init()
    };
}

/// `houseful=debug,hyper=info` or a level alone. What can't be read is the usual.
fn targets(wish: &str) -> Targets {
    let targets = wish.parse::<Targets>();
    targets.unwrap_or_else(|_| Targets::new().with_target("houseful", LevelFilter::INFO))
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
    let wish = wished(0, env);
    let wish = wish.as_deref().unwrap_or(USUAL);
    let Some(path) = file else {
        tell(wish, (json, color), io::stderr);
        return Ok(());
    };
    let file = append(path).map_err(|source| CliError::File {
        what: "write",
        path: path.to_owned(),
        source,
    })?;
    tell(wish, (json, false), Arc::new(file));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_takes_in_all_crates_that_begin_so() {
        let debug = tracing::Level::DEBUG;
        let hears = |wish: &str, target: &str| targets(wish).would_enable(target, &debug);
        assert!(hears("houseful=debug", "houseful_core::show"));
        assert!(hears("debug", "hyper"));
        assert!(!hears("houseful=debug", "hyper"));
        assert!(!hears("houseful=info", "houseful"));
        assert!(!hears("no such=wish=at all", "houseful"), "the usual");
        assert!(targets("a=b=c").would_enable("houseful", &tracing::Level::INFO));
    }
}
