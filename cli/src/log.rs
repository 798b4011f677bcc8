//! What the program does, told on stderr to whoever asks with `-v` or `HOUSEFUL_LOG`.

use tracing_subscriber::EnvFilter;

/// Begins to tell. Without a wish nothing is set up, so that short commands stay short.
pub(crate) fn begin(verbose: u8, env: &dyn Fn(&str) -> Option<String>) {
    let wish = env("HOUSEFUL_LOG").filter(|w| !w.is_empty());
    let filter = match (verbose, wish) {
        (0, None) => return,
        (0, Some(wish)) => wish,
        (1, _) => "houseful=info,houseful_server=info".to_owned(),
        (2, _) => "houseful=debug,houseful_server=debug".to_owned(),
        _ => "trace".to_owned(),
    };
    // A second run in one process (a test) keeps the first one's.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .try_init();
}
