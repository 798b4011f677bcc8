//! Finds the server a command talks to.

use std::{any::Any, fs, io::Read, path::Path};

use crate::{
    client::Client,
    config::{Settings, Target},
    error::CliError,
    state::State,
};

/// A client, and the server of this process if there is one.
pub struct Connection {
    /// The client.
    pub client: Client,
    /// Keeps an embedded server alive as long as it is used.
    pub server: Option<Box<dyn Any + Send>>,
}

/// Connects to what the settings name. Nothing is sent yet, except to start a server here.
///
/// # Errors
/// The address, the token or the file can't be used.
pub async fn connect(settings: &Settings, state: &State) -> Result<Connection, CliError> {
    match settings.target()? {
        Target::Server(base) => {
            // Once without a token, to have the address in the one form tokens are stored under.
            let bare = Client::new(&base, None, settings.timeout())?;
            let token = token(settings, state, bare.base())?;
            let client = match token {
                None => bare,
                token => Client::new(&base, token, settings.timeout())?,
            };
            Ok(Connection {
                client,
                server: None,
            })
        }
        Target::Embedded(file) => embedded(&file, settings).await,
    }
}

/// The token for the server at `base`: from the file that was named, else the stored one.
fn token(settings: &Settings, state: &State, base: &str) -> Result<Option<String>, CliError> {
    match settings.token_file() {
        Some(file) => read_token(&file).map(Some),
        None => Ok(state.token(base)),
    }
}

/// Reads a token from a file, or from standard input for `-`.
///
/// # Errors
/// The file can't be read or has no token.
pub fn read_token(file: &Path) -> Result<String, CliError> {
    let failed = |source| CliError::File {
        what: "read",
        path: file.to_owned(),
        source,
    };
    let text = if file.as_os_str() == "-" {
        let mut text = String::new();
        let mut stdin = std::io::stdin().take(4_096);
        stdin.read_to_string(&mut text).map_err(failed)?;
        text
    } else {
        fs::read_to_string(file).map_err(failed)?
    };
    let token = text.trim();
    if token.is_empty() {
        let message = format!("there is no token in {}", file.display());
        return Err(CliError::usage(message));
    }
    Ok(token.to_owned())
}

#[expect(
    clippy::unused_async,
    reason = "a build with a server waits for its start"
)]
async fn embedded(_file: &Path, _settings: &Settings) -> Result<Connection, CliError> {
    Err(CliError::usage_hint(
        "this build has no server of its own for `--embedded`",
        "use a build with the feature `embedded`, or `--server URL`",
    ))
}
