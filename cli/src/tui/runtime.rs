//! The only place of the screens that touches the terminal, the network, the disk and the clock:
//! it feeds `update` with messages, carries its effects out, and draws.

mod events;
mod feed;
mod keys;
mod lines;
mod panics;
mod plain;
mod requests;
mod sales;
mod screen;
mod signals;

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use houseful_core::{ids::CinemaId, time::UtcMillis};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::AbortHandle,
};
use tokio_util::task::TaskTracker;

use super::{
    keymap::Keymap,
    model::Model,
    msg::{Effect, Msg},
    theme::Theme,
    update::update,
    view::view,
    wording,
};
use crate::{
    client::Client,
    mirror::{Picture, Till},
    moment,
    state::State,
};
use events::Events;
use requests::Desk;
use screen::Screen;

/// How long questions under way may take when the program ends: seats are given back.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long that may take without a word.
const QUIET: Duration = Duration::from_millis(150);

/// How often a program in the background looks whether the terminal is its own again: a shell says
/// so to programs that it had stopped, not to those that ran.
const ASIDE: Duration = Duration::from_millis(300);

/// How the screens shall be.
#[derive(Clone, Debug, Default)]
pub struct TuiOptions {
    /// Only this cinema's shows.
    pub cinema: Option<CinemaId>,
    /// Colours and emphasis.
    pub theme: Theme,
    /// What this till is called.
    pub till: String,
    /// The keys as they are bound.
    pub keymap: Keymap,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Where lines are only ever added: the same, spoken instead of drawn.
    pub plain: Option<Plain>,
}

/// Why plain mode was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// Somebody wants it, whatever the streams are.
    Chosen,
    /// The terminal can do no more.
    DumbTerminal,
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
    if let Some(plain) = options.plain {
        return plain::run(plain, options, client, state).await;
    }
    if !io::stdout().is_terminal() {
        return Err(TuiError::NoTerminal);
    }
    let mut screen = Screen::enter()?;
    let (post, mut inbox) = unbounded_channel();
    signals::watch(&post);
    let mut runtime = Runtime::new(&options, client, state, &post);
    runtime.model.desk.has_shell = signals::has_shell();
    let screens = runtime.run(&mut screen, options.theme, &mut inbox);
    let result = panics::watched(&post, screens).await;
    // The terminal first: from here on Ctrl-C is a signal, and words can be read.
    drop(screen);
    runtime.say_farewell(&mut inbox).await;
    result
}

/// Takes the till's name; a till sells without a display too.
fn open_till(name: &str, client: &Client, state: &State) -> Option<Till> {
    let folder = state.folder().ok()?;
    Till::open(folder, name, client.base())
        .inspect_err(|error| tracing::warn!(%error, till = name, "there is no customer display"))
        .ok()
}

struct Runtime {
    model: Model,
    started: Instant,
    started_at: UtcMillis,
    desk: Desk,
    tasks: TaskTracker,
    feed: Option<AbortHandle>,
    /// Where the customer's display looks; none when it can't be written.
    till: Option<Till>,
    /// Whether the terminal is the shell's for a while.
    aside: bool,
    post: UnboundedSender<Msg>,
}

impl Runtime {
    fn new(
        options: &TuiOptions,
        client: Client,
        state: State,
        post: &UnboundedSender<Msg>,
    ) -> Self {
        let mut model = Model::new(options.cinema);
        model.keymap.clone_from(&options.keymap);
        Self {
            model,
            till: open_till(&options.till, &client, &state),
            started: moment::tick(),
            started_at: moment::wall_clock(),
            desk: Desk::new(client, state, post.clone()),
            tasks: TaskTracker::new(),
            feed: None,
            aside: false,
            post: post.clone(),
        }
    }

    async fn run(
        &mut self,
        screen: &mut Screen,
        theme: Theme,
        inbox: &mut UnboundedReceiver<Msg>,
    ) -> Result<(), TuiError> {
        let mut events = Events::new();
        let (columns, rows) = crossterm::terminal::size()?;
        self.take(Msg::Resized(columns, rows), screen)?;
        let sales = self.desk.open_sales();
        self.take(Msg::Started(sales), screen)?;
        while !self.model.desk.over {
            if !self.aside {
                screen.draw(|frame| view(&self.model, theme, frame))?;
            }
            let first = self.next(&mut events, inbox).await?;
            self.take(first, screen)?;
            // What is there already is taken before drawing, so that bursts draw once.
            while !self.model.desk.over {
                // The terminal is the shell's while we stand aside.
                let key = if self.aside {
                    None
                } else {
                    events.ready().await?
                };
                match key.or_else(|| inbox.try_recv().ok()) {
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
        events: &mut Events,
        inbox: &mut UnboundedReceiver<Msg>,
    ) -> Result<Msg, TuiError> {
        let alarm = self.alarm(self.model.wake_at());
        tokio::select! {
            msg = events.next(), if !self.aside => Ok(msg?),
            Some(msg) = inbox.recv() => Ok(msg),
            () = alarm => Ok(Msg::Tick),
            () = brought_back(), if self.aside => Ok(Msg::Continued),
        }
    }

    /// Waits until a time; for ever when there is none.
    async fn alarm(&self, at: Option<UtcMillis>) {
        let Some(at) = at else {
            return std::future::pending().await;
        };
        let ms = at.ms_since(self.now()).max(0);
        moment::pause(Duration::from_millis(u64::try_from(ms).unwrap_or(0))).await;
    }

    /// Local time: the wall clock at the start, and from then on a clock that never goes back.
    fn now(&self) -> UtcMillis {
        let passed = moment::tick().saturating_duration_since(self.started);
        let ms = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        self.started_at.plus_ms(ms)
    }

    fn take(&mut self, msg: Msg, screen: &mut Screen) -> Result<(), TuiError> {
        for effect in self.update(msg) {
            match effect {
                Effect::Redraw => screen.clear()?,
                Effect::Suspend => self.stand_aside(screen)?,
                Effect::Resume => {
                    // In the background only what is behind the screens goes on: a server, say.
                    self.aside = !signals::in_foreground();
                    if !self.aside {
                        screen.come_back()?;
                    }
                }
                effect => self.carry_out(effect),
            }
        }
        Ok(())
    }

    /// Shows the customer something else. A till goes on selling when that fails.
    fn mirror(&mut self, picture: Option<Picture>) {
        let Some(till) = &self.till else { return };
        if let Err(error) = till.post(picture) {
            tracing::warn!(%error, till = till.name(), "the customer's display stands still");
            // Nothing is better than another customer's seats.
            self.till = None;
        }
    }

    /// Takes a message over into the model; gives what has to be done.
    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        for _ in 0..self.model.desk.ids.missing() {
            self.model.desk.ids.put(moment::fresh_command().0);
        }
        let now = self.now();
        update(&mut self.model, msg, now)
    }

    /// Does what does not concern the terminal.
    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Ask(generation, ask) => {
                let clock = (self.started, self.started_at);
                let changes = ask.changes();
                let asking = self.desk.clone().ask(generation, ask, clock);
                // Only what changes something is worth waiting for at the end.
                if changes {
                    self.tasks.spawn(asking);
                } else {
                    tokio::spawn(asking);
                }
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
            Effect::Mirror(picture) => self.mirror(picture.map(|p| *p)),
            // The loop ends by `Desk::over`; the others are the terminal's.
            Effect::Quit | Effect::Redraw | Effect::Suspend | Effect::Resume => {}
        }
    }

    /// Gives the terminal to the shell and stands still; `Msg::Continued` comes afterwards.
    fn stand_aside(&mut self, screen: &mut Screen) -> Result<(), TuiError> {
        screen.step_aside();
        self.aside = true;
        // Nothing can be done when even this can't be told.
        let _ = writeln!(io::stderr(), "{}", wording::STANDS_ASIDE);
        if signals::stand_still().is_err() {
            self.aside = false;
            screen.come_back()?;
        }
        Ok(())
    }

    /// Gives what is under way (seats that are released) a moment, unless somebody presses Ctrl-C.
    async fn say_farewell(&mut self, inbox: &mut UnboundedReceiver<Msg>) {
        if let Some(feed) = self.feed.take() {
            feed.abort();
        }
        self.tasks.close();
        let told = async {
            if tokio::time::timeout(QUIET, self.tasks.wait()).await.is_ok() {
                return true;
            }
            // Nothing can be done when even this can't be told.
            let _ = writeln!(io::stderr(), "{}", wording::FAREWELL);
            tokio::time::timeout(FAREWELL, self.tasks.wait())
                .await
                .is_ok()
        };
        let mut answers = Vec::new();
        let stopped = async {
            while let Some(msg) = inbox.recv().await {
                match msg {
                    Msg::Stop => return,
                    msg => answers.push(msg),
                }
            }
        };
        let told = tokio::select! {
            told = told => told,
            () = stopped => return,
        };
        if !told {
            let _ = writeln!(io::stderr(), "{}", wording::NO_FAREWELL);
        }
        while let Ok(msg) = inbox.try_recv() {
            answers.push(msg);
        }
        self.note_last(answers).await;
    }

    /// Writes down what the last answers settled, so that the next run need not ask.
    async fn note_last(&mut self, answers: Vec<Msg>) {
        for msg in answers {
            if !matches!(msg, Msg::Answer(_)) {
                continue;
            }
            let now = self.now();
            for effect in update(&mut self.model, msg, now) {
                if let Effect::Forget(booking) = effect {
                    self.desk.clone().forget(booking).await;
                }
            }
        }
    }
}

/// Waits until the terminal is this program's again.
async fn brought_back() {
    loop {
        // First the wait: who has just stopped itself may run on for a moment.
        moment::pause(ASIDE).await;
        if signals::in_foreground() {
            return;
        }
    }
}
