//! Finds the server a command talks to.

use std::{
    fs,
    io::{self, Read},
    path::Path,
    sync::OnceLock,
};

#[cfg(feature = "embedded")]
use crate::embedded::{self, Embedded, How};
use crate::{
    args::Globals,
    client::Client,
    config::{Settings, Target},
    error::CliError,
    state::State,
};

/// A client, and the server of this process if there is one.
pub struct Connection {
    /// The client.
    pub client: Client,
    /// The way to an embedded server.
    #[cfg(feature = "embedded")]
    embedded: Option<Embedded>,
}

impl Connection {
    fn to(client: Client) -> Self {
        Self {
            client,
            #[cfg(feature = "embedded")]
            embedded: None,
        }
    }

    /// Leaves. A server in this process finishes what it does and gives its file up.
    pub async fn close(self) {
        #[cfg(feature = "embedded")]
        if let Some(embedded) = self.embedded {
            embedded.close().await;
        }
    }
}

/// Connects to what the settings name. Nothing is sent yet, except to start a server here.
///
/// # Errors
/// The address, the token or the file can't be used.
pub async fn connect(
    settings: &Settings,
    state: &State,
    globals: &Globals,
) -> Result<Connection, CliError> {
    match settings.target()? {
        Target::Server(base) => {
            // Once without a token, to have the address in the one form tokens are stored under.
            let bare = Client::new(&base, None, settings.timeout())?;
            let token = token(settings, state, bare.base())?;
            let client = match token {
                None => bare,
                token => Client::new(&base, token, settings.timeout())?,
            };
            Ok(Connection::to(client))
        }
        Target::Embedded(file) => embedded(&file, settings, globals).await,
    }
}

/// The token for the server at `base`: from the file that was named, else the stored one.
fn token(settings: &Settings, state: &State, base: &str) -> Result<Option<String>, CliError> {
    match settings.token_file() {
        Some(file) => read_token(&file).map(Some),
        None => Ok(state.token(base)),
    }
}

/// Standard input, which can be read once, for whoever asks.
fn from_stdin() -> io::Result<String> {
    static READ: OnceLock<String> = OnceLock::new();
    if let Some(text) = READ.get() {
        return Ok(text.clone());
    }
    let mut text = String::new();
    io::stdin().take(4_096).read_to_string(&mut text)?;
    Ok(READ.get_or_init(|| text).clone())
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
        from_stdin().map_err(failed)?
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

#[cfg(feature = "embedded")]
async fn embedded(
    file: &Path,
    settings: &Settings,
    globals: &Globals,
) -> Result<Connection, CliError> {
    embedded::is_a_file(file)?;
    let how = How {
        manual_clock: globals.manual_clock(),
        no_timer: globals.no_timer,
        timeout: Some(settings.timeout()),
    };
    let embedded = embedded::open(file, how).await?;
    Ok(Connection {
        client: embedded.client().clone(),
        embedded: Some(embedded),
    })
}

#[cfg(not(feature = "embedded"))]
#[expect(
    clippy::unused_async,
    reason = "a build with a server waits for its start"
)]
async fn embedded(
    _file: &Path,
    _settings: &Settings,
    _globals: &Globals,
) -> Result<Connection, CliError> {
    Err(CliError::usage_hint(
        "this build has no server of its own for `--embedded`",
        "use a build with the feature `embedded`, or `--server URL`",
    ))
}
