//! The only place of the screens that touches the terminal, the network, the disk and the clock:
//! it feeds `update` with messages, carries its effects out, and draws.

mod feed;
mod keys;
mod requests;
mod sales;
mod screen;
mod signals;

use std::{
    future::poll_fn,
    io::{self, IsTerminal},
    task::Poll,
    time::{Duration, Instant},
};

use crossterm::event::{Event, EventStream, KeyEventKind};
use futures_util::StreamExt;
use houseful_core::{ids::CinemaId, time::UtcMillis};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::AbortHandle,
};
use tokio_util::task::TaskTracker;

use super::{
    model::Model,
    msg::{Effect, Msg},
    theme::Theme,
    update::update,
    view::view,
};
use crate::{client::Client, moment, state::State};
use requests::Desk;
use screen::Screen;

/// How long questions under way may take when the program ends: seats are given back.
const FAREWELL: Duration = Duration::from_secs(2);

/// How the screens shall be.
#[derive(Clone, Debug)]
pub struct TuiOptions {
    /// Only this cinema's shows.
    pub cinema: Option<CinemaId>,
    /// Whether colours may be used; bold, reverse and dim always are.
    pub coloured: bool,
}

/// Why the screens ended.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// There is no terminal to draw on.
    #[error("the screens need a terminal; use `houseful sell` without one")]
    NoTerminal,
    /// The terminal can't be used any more.
    #[error("can't use the terminal: {0}")]
    Terminal(#[from] io::Error),
}

/// Shows the screens until the user quits or a signal ends the program. The terminal is as before
/// on every way out.
///
/// # Errors
/// There is no terminal, or it went away.
pub async fn run(options: TuiOptions, client: Client, state: State) -> Result<(), TuiError> {
    if !io::stdout().is_terminal() {
        return Err(TuiError::NoTerminal);
    }
    let mut screen = Screen::enter()?;
    let theme = if options.coloured {
        Theme::COLOURED
    } else {
        Theme::PLAIN
    };
    let (post, inbox) = unbounded_channel();
    signals::watch(&post);
    let mut runtime = Runtime {
        model: Model::new(options.cinema),
        started: moment::tick(),
        started_at: moment::wall_clock(),
        desk: Desk::new(client, state, post.clone()),
        tasks: TaskTracker::new(),
        feed: None,
        post,
    };
    let result = runtime.run(&mut screen, theme, inbox).await;
    runtime.say_farewell().await;
    result
}

struct Runtime {
    model: Model,
    started: Instant,
    started_at: UtcMillis,
    desk: Desk,
    tasks: TaskTracker,
    feed: Option<AbortHandle>,
    post: UnboundedSender<Msg>,
}

impl Runtime {
    async fn run(
        &mut self,
        screen: &mut Screen,
        theme: Theme,
        mut inbox: UnboundedReceiver<Msg>,
    ) -> Result<(), TuiError> {
        let mut events = EventStream::new();
        let (columns, rows) = crossterm::terminal::size()?;
        self.take(Msg::Resized(columns, rows), screen)?;
        let owned = self.desk.open_sales();
        self.take(Msg::Started(owned), screen)?;
        while !self.model.desk.over {
            screen.draw(|frame| view(&self.model, theme, frame))?;
            let first = self.next(&mut events, &mut inbox).await?;
            self.take(first, screen)?;
            // What is there already is taken before drawing, so that bursts draw once.
            while !self.model.desk.over {
                let msg = match ready(&mut events).await {
                    Some(event) => from_terminal(event)?,
                    None => inbox.try_recv().ok(),
                };
                match msg {
                    Some(msg) => self.take(msg, screen)?,
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// Waits for the next message.
    async fn next(
        &self,
        events: &mut EventStream,
        inbox: &mut UnboundedReceiver<Msg>,
    ) -> Result<Msg, TuiError> {
        loop {
            let wait = self.model.wake_at().map(|at| {
                let ms = at.ms_since(self.now()).max(0);
                Duration::from_millis(u64::try_from(ms).unwrap_or(0))
            });
            let alarm = async {
                match wait {
                    Some(wait) => moment::pause(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                event = events.next() => {
                    if let Some(msg) = from_terminal(event)? {
                        return Ok(msg);
                    }
                }
                Some(msg) = inbox.recv() => return Ok(msg),
                () = alarm => return Ok(Msg::Tick),
            }
        }
    }

    /// Local time: the wall clock at the start, and from then on a clock that never goes back.
    fn now(&self) -> UtcMillis {
        let passed = moment::tick().saturating_duration_since(self.started);
        let ms = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        self.started_at.plus_ms(ms)
    }

    fn take(&mut self, msg: Msg, screen: &mut Screen) -> Result<(), TuiError> {
        for _ in 0..self.model.desk.ids.missing() {
            self.model.desk.ids.put(moment::fresh_command().0);
        }
        let now = self.now();
        for effect in update(&mut self.model, msg, now) {
            match effect {
                Effect::Ask(generation, ask) => {
                    let clock = (self.started, self.started_at);
                    let asking = self.desk.clone().ask(generation, ask, clock);
                    self.tasks.spawn(asking);
                }
                Effect::Watch(generation, show) => {
                    let feed = feed::follow(
                        self.desk.client().clone(),
                        generation,
                        show,
                        self.post.clone(),
                    );
                    let task = tokio::spawn(feed).abort_handle();
                    if let Some(old) = self.feed.replace(task) {
                        old.abort();
                    }
                }
                Effect::Unwatch => {
                    if let Some(feed) = self.feed.take() {
                        feed.abort();
                    }
                }
                Effect::Forget(booking) => {
                    self.tasks.spawn(self.desk.clone().forget(booking));
                }
                Effect::Redraw => screen.clear()?,
                // The loop ends by `Desk::over`.
                Effect::Quit => {}
            }
        }
        Ok(())
    }

    /// Gives what is under way (seats that are released) a moment.
    async fn say_farewell(&mut self) {
        if let Some(feed) = self.feed.take() {
            feed.abort();
        }
        self.tasks.close();
        let _ = tokio::time::timeout(FAREWELL, self.tasks.wait()).await;
    }
}

/// The event that is there already; `None` when there is none yet.
///
/// It polls with this task's own waker: the event stream keeps the first one it is given until an
/// event comes, so a waker that wakes nobody would hold the next key up.
async fn ready(events: &mut EventStream) -> Option<Option<io::Result<Event>>> {
    poll_fn(|context| match events.poll_next_unpin(context) {
        Poll::Ready(event) => Poll::Ready(Some(event)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// A terminal event as a message; `None` for what does not concern us.
fn from_terminal(event: Option<io::Result<Event>>) -> Result<Option<Msg>, TuiError> {
    match event {
        Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => {
            Ok(keys::key_of(key).map(Msg::Key))
        }
        Some(Ok(Event::Resize(columns, rows))) => Ok(Some(Msg::Resized(columns, rows))),
        Some(Ok(_)) => Ok(None),
        Some(Err(error)) => Err(TuiError::Terminal(error)),
        // The terminal was closed.
        None => Ok(Some(Msg::Stop)),
    }
}
