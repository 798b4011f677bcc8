//! What every command works with: settings, output, the server, somebody to ask.

use std::{
    future::Future,
    io::{self, BufRead, Write},
    time::Duration,
};

use houseful_core::{
    ids::{BookingId, CommandId},
    wire::Page,
};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::{
    args::Globals,
    client::{Client, ClientError},
    config::{Paths, Settings, Sources},
    connection::{self, Connection},
    error::{CliError, Reporter},
    moment,
    output::{Columns, Format, Style, View},
    state::State,
    terminal::Terminal,
};

/// How long something may take before it says that it takes a while.
const QUIET_FOR: Duration = Duration::from_millis(300);

/// How to look at the environment.
pub type Env = Box<dyn Fn(&str) -> Option<String>>;

/// The streams and surroundings of one run; a test brings its own.
pub struct Console {
    /// Answers.
    pub out: Box<dyn Write>,
    /// Everything else.
    pub err: Box<dyn Write>,
    /// What stands at the other ends.
    pub terminal: Terminal,
    /// The environment.
    pub env: Env,
}

impl Console {
    /// The streams of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            out: Box::new(io::BufWriter::new(io::stdout())),
            err: Box::new(io::stderr()),
            terminal: Terminal::of_process(),
            env: Box::new(|name| std::env::var(name).ok()),
        }
    }
}

/// What every command works with.
pub struct Context {
    /// The settings.
    pub settings: Settings,
    /// Where files are.
    pub paths: Paths,
    /// Tokens, secrets, unfinished sales.
    pub state: State,
    /// How answers are written.
    pub style: Style,
    /// Flags that every command takes.
    pub globals: Globals,
    /// The streams.
    pub console: Console,
    connection: Option<Connection>,
}

impl Context {
    /// Reads the settings. On failure the console comes back, to tell of it.
    ///
    /// # Errors
    /// The configuration can't be used.
    pub fn new(globals: Globals, console: Console) -> Result<Self, (CliError, Box<Console>)> {
        let paths = Paths::of(&console.env);
        let sources = Sources {
            flags: globals.settings(),
            env: &console.env,
            paths: &paths,
        };
        let settings = match Settings::load(&sources) {
            Ok(settings) => settings,
            Err(e) => return Err((e.into(), Box::new(console))),
        };
        let style = style_of(&settings, &globals, &console);
        Ok(Self {
            state: State::new(paths.state.clone()),
            settings,
            paths,
            style,
            globals,
            console,
            connection: None,
        })
    }

    /// How errors are told.
    #[must_use]
    pub fn reporter(&self) -> Reporter {
        Reporter {
            json: self.style.format.is_json(),
            color: self.color(self.console.terminal.stderr),
        }
    }

    /// Whether colours are welcome on a stream that is, or is not, a terminal.
    #[must_use]
    pub fn color(&self, is_terminal: bool) -> bool {
        let chosen = self.settings.color();
        let terminal = self.console.terminal;
        !self.settings.plain() && terminal.color(is_terminal, chosen, &self.console.env)
    }

    /// The client, connected on first use.
    ///
    /// # Errors
    /// The address, the token or the file can't be used.
    pub async fn client(&mut self) -> Result<Client, CliError> {
        if let Some(connection) = &self.connection {
            return Ok(connection.client.clone());
        }
        let connection = connection::connect(&self.settings, &self.state, &self.globals).await?;
        let client = connection.client.clone();
        self.connection = Some(connection);
        if let Some((token, server)) = self.settings.withheld_token()
            && !client.has_token()
        {
            let words = format!(
                "the token of {token} is not sent: {server} names the server; `houseful auth \
                 login` stores one for it, `--token-file` sends one"
            );
            self.warn(&words);
        }
        Ok(client)
    }

    /// Leaves the server, if one was asked.
    pub async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }

    /// Lets the client prove that a booking is ours, if this machine made it.
    ///
    /// # Errors
    /// What was stored can't be read.
    pub fn own(&self, client: &Client, booking: BookingId) -> Result<(), CliError> {
        let sale = self.state.sale(booking)?;
        if let Some(secret) = sale.and_then(|s| s.secret) {
            client.keep_secret(booking, secret);
        }
        Ok(())
    }

    /// Writes a list.
    ///
    /// # Errors
    /// An unknown field, or the output can't be written.
    pub fn list<T: Serialize>(
        &mut self,
        columns: &Columns,
        envelope: &impl Serialize,
        rows: &[T],
        empty: &str,
    ) -> Result<(), CliError> {
        self.style
            .list(&mut self.console.out, columns, envelope, rows)?;
        if rows.is_empty() && self.style.format == Format::Table && !self.style.ids_only {
            self.say(empty);
        }
        Ok(())
    }

    /// Asks for a list and writes it.
    ///
    /// # Errors
    /// No answer, an unknown field, or the output can't be written.
    pub async fn list_of<T: Serialize>(
        &mut self,
        columns: &Columns,
        (what, work): (&str, impl Future<Output = Result<Page<T>, ClientError>>),
        empty: &str,
    ) -> Result<(), CliError> {
        let page = self.wait(what, work).await?;
        self.list(columns, &page, &page.items, empty)
    }

    /// Asks for one thing and writes it.
    ///
    /// # Errors
    /// No answer, an unknown field, or the output can't be written.
    pub async fn one_of<T: Serialize>(
        &mut self,
        columns: &Columns,
        (what, work): (&str, impl Future<Output = Result<T, ClientError>>),
    ) -> Result<(), CliError> {
        let thing = self.wait(what, work).await?;
        self.one(columns, &thing)
    }

    /// Writes one thing.
    ///
    /// # Errors
    /// An unknown field, or the output can't be written.
    pub fn one<T: Serialize>(&mut self, columns: &Columns, thing: &T) -> Result<(), CliError> {
        self.style.one(&mut self.console.out, columns, thing, None)
    }

    /// Writes one thing, for people in its own way.
    ///
    /// # Errors
    /// An unknown field, or the output can't be written.
    pub fn one_drawn<T: Serialize>(
        &mut self,
        columns: &Columns,
        thing: &T,
        human: &dyn Fn(&View) -> String,
    ) -> Result<(), CliError> {
        self.style
            .one(&mut self.console.out, columns, thing, Some(human))
    }

    /// Writes text as it is.
    ///
    /// # Errors
    /// The output can't be written.
    pub fn text(&mut self, text: &str) -> Result<(), CliError> {
        self.console.out.write_all(text.as_bytes())?;
        Ok(())
    }

    /// Lets everything written so far be read.
    ///
    /// # Errors
    /// The output can't be written.
    pub fn flush(&mut self) -> Result<(), CliError> {
        self.console.out.flush()?;
        Ok(())
    }

    /// Says something beside the answer. Programs that read JSON hear nothing.
    pub fn say(&mut self, words: &str) {
        if !self.style.format.is_json() && !self.globals.quiet {
            // Nothing can be done when messages can't be told.
            let _ = writeln!(self.console.err, "{words}");
        }
    }

    /// Warns of something that went wrong beside the answer, which stands all the same. Programs
    /// that read JSON are told in JSON.
    pub fn warn(&mut self, words: &str) {
        let line = if self.style.format.is_json() {
            serde_json::json!({ "warning": words }).to_string()
        } else {
            format!("warning: {words}")
        };
        // Nothing can be done when messages can't be told.
        let _ = writeln!(self.console.err, "{line}");
    }

    /// Whether somebody is there to answer.
    #[must_use]
    pub fn asks(&self) -> bool {
        let terminal = self.console.terminal;
        !self.globals.no_input && terminal.stdin && terminal.stderr
    }

    /// Asks for one line. `flag` is what would have answered.
    ///
    /// # Errors
    /// Nobody is there, or the input ended.
    pub async fn ask(&mut self, question: &str, flag: &str) -> Result<String, CliError> {
        if !self.asks() {
            return Err(CliError::NobodyToAsk {
                flag: flag.to_owned(),
            });
        }
        write!(self.console.err, "{question} ")?;
        self.console.err.flush()?;
        let read = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map(|n| (n, line))
        });
        match read.await {
            Ok(Ok((1.., line))) => Ok(line.trim().to_owned()),
            Ok(Ok(_)) => Err(CliError::NotConfirmed {
                message: "the input ended".to_owned(),
            }),
            Ok(Err(e)) => Err(e.into()),
            Err(e) => Err(CliError::System {
                what: format!("can't read the input: {e}"),
            }),
        }
    }

    /// Asks for a yes; `--yes` is one.
    ///
    /// # Errors
    /// Nobody is there to ask, or the answer was no.
    pub async fn confirm(&mut self, question: &str) -> Result<(), CliError> {
        if self.globals.yes {
            return Ok(());
        }
        let answer = self.ask(&format!("{question} [y/N]"), "--yes").await?;
        if matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
            return Ok(());
        }
        Err(CliError::NotConfirmed {
            message: "not confirmed".to_owned(),
        })
    }

    /// The command id to use: the one that was given, or a fresh one.
    #[must_use]
    pub fn command_id(&self) -> CommandId {
        self.globals
            .idempotency_key
            .unwrap_or_else(moment::fresh_command)
    }

    /// Waits for something; on a terminal it says what for if that takes a while.
    pub async fn wait<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        let silent = !self.console.terminal.stderr
            || self.console.terminal.dumb
            || self.settings.plain()
            || self.globals.quiet;
        let mut work = std::pin::pin!(work);
        if silent {
            return work.await;
        }
        tokio::select! {
            done = &mut work => return done,
            () = moment::pause(QUIET_FOR) => {}
        }
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        if self.settings.motion() {
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style.tick_chars("|/-\\ "));
            }
            bar.enable_steady_tick(Duration::from_millis(120));
        } else {
            bar.tick();
        }
        let done = work.await;
        bar.finish_and_clear();
        done
    }
}

fn style_of(settings: &Settings, globals: &Globals, console: &Console) -> Style {
    let terminal = console.terminal;
    let format = settings.output().unwrap_or(if terminal.stdout {
        Format::Table
    } else {
        Format::Plain
    });
    let fields = globals.fields.as_deref().filter(|f| !f.is_empty());
    let zone = settings.tz().and_then(|z| TimeZone::get(z).ok());
    Style {
        format,
        fields: fields.map(|f| f.split(',').map(|f| f.trim().to_owned()).collect()),
        header: globals.header,
        ids_only: globals.quiet,
        pretty_json: terminal.stdout,
        view: View {
            zone_forced: zone.is_some(),
            zone,
            width: terminal.width,
            color: !settings.plain()
                && terminal.color(terminal.stdout, settings.color(), &console.env),
        },
    }
}
