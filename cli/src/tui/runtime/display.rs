//! Runs the customer's display: it follows the file of its till, and draws.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
    time::Duration,
};

use houseful_core::time::UtcMillis;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{
    TuiError,
    events::{Events, Heard},
    panics,
    screen::Screen,
    signals,
    wire::Wire,
};
use crate::{
    client::Client,
    mirror::{self, Seen},
    moment,
    state::State,
    tui::{
        display::{Display, DisplayMsg},
        msg::{Effect, Msg},
        theme::Theme,
        view::display::view,
    },
};

/// How often the till's file is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How long a question may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How the display shall be.
#[derive(Clone, Debug)]
pub struct DisplayOptions {
    /// The till it follows.
    pub till: String,
    /// The folder where tills write what their customers see.
    pub state: PathBuf,
    /// Colours and emphasis.
    pub theme: Theme,
}

/// Shows the display until `q` or a signal ends it.
///
/// # Errors
/// There is no terminal, or it went away.
pub async fn run(options: DisplayOptions) -> Result<(), TuiError> {
    if !io::stdout().is_terminal() {
        return Err(TuiError::NoTerminal);
    }
    let mut screen = Screen::enter()?;
    let (post, mut inbox) = unbounded_channel();
    signals::watch(&post);
    let mut runtime = Runtime {
        display: Display::of(options.till),
        state: options.state,
        wire: None,
        post: post.clone(),
        begun: (moment::tick(), moment::wall_clock()),
    };
    let shown = runtime.run(&mut screen, options.theme, &mut inbox);
    panics::watched(&post, shown).await
}

struct Runtime {
    display: Display,
    state: PathBuf,
    /// The line to the till's server.
    wire: Option<(String, Wire)>,
    post: UnboundedSender<Msg>,
    begun: (std::time::Instant, UtcMillis),
}

impl Runtime {
    async fn run(
        &mut self,
        screen: &mut Screen,
        theme: Theme,
        inbox: &mut UnboundedReceiver<Msg>,
    ) -> Result<(), TuiError> {
        let mut events = Events::new();
        let (columns, rows) = crossterm::terminal::size()?;
        self.take(DisplayMsg::Any(Msg::Resized(columns, rows)), screen)?;
        let mut changed = true;
        while !self.display.desk.over {
            changed |= self.look(screen)?;
            if changed {
                screen.draw(|frame| view(&self.display, theme, frame))?;
            }
            changed = match self.next(&mut events, inbox).await? {
                Some(msg) => {
                    self.take(DisplayMsg::Any(msg), screen)?;
                    true
                }
                None => false,
            };
        }
        Ok(())
    }

    /// Waits for the next message, or until the till's file is to be looked at.
    async fn next(
        &self,
        events: &mut Events,
        inbox: &mut UnboundedReceiver<Msg>,
    ) -> Result<Option<Msg>, TuiError> {
        let alarm = async {
            let Some(at) = self.display.wake_at() else {
                return std::future::pending().await;
            };
            let ms = at.ms_since(self.now()).max(0);
            moment::pause(Duration::from_millis(u64::try_from(ms).unwrap_or(0))).await;
        };
        tokio::select! {
            heard = events.next() => Ok(match heard? {
                Heard::Msg(msg) => Some(msg),
                Heard::Key(key, _) => Some(Msg::Key(key)),
                Heard::Silence | Heard::Click(..) | Heard::Pasted(_) => None,
            }),
            Some(msg) = inbox.recv() => Ok(Some(msg)),
            () = alarm => Ok(Some(Msg::Tick)),
            () = moment::pause(LOOK) => Ok(None),
        }
    }

    fn now(&self) -> UtcMillis {
        let (begun, at) = self.begun;
        let passed = moment::tick().saturating_duration_since(begun);
        at.plus_ms(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX))
    }

    /// Looks at the till's file; tells whether it shows something else. One that can't be read is
    /// a till that is closed.
    fn look(&mut self, screen: &mut Screen) -> Result<bool, TuiError> {
        let seen = mirror::look(&self.state, &self.display.till).unwrap_or(Seen::Closed);
        if seen == self.display.seen {
            return Ok(false);
        }
        self.take(DisplayMsg::Till(seen), screen)?;
        Ok(true)
    }

    fn take(&mut self, msg: DisplayMsg, screen: &mut Screen) -> Result<(), TuiError> {
        let now = self.now();
        for effect in self.display.update(msg, now) {
            match effect {
                Effect::Redraw => screen.clear()?,
                // Nobody works here: a display stays where it is.
                Effect::Suspend => {}
                effect => {
                    if let Some(wire) = self.wire() {
                        wire.carry_out(effect);
                    }
                }
            }
        }
        Ok(())
    }

    /// The line to the server that the till uses now. It asks what everybody may know, with no
    /// token and no state.
    fn wire(&mut self) -> Option<&mut Wire> {
        let server = self.display.server();
        let known = self.wire.as_ref().map(|(url, _)| url.as_str());
        if let Some(server) = server
            && known != Some(server)
        {
            let client = Client::new(server, None, TIMEOUT).ok()?;
            let wire = Wire::new(client, State::new(None), &self.post);
            self.wire = Some((server.to_owned(), wire));
        }
        self.wire.as_mut().map(|(_, wire)| wire)
    }
}
