//! The only place of the screens that touches the terminal, the network, the disk and the clock:
//! it feeds `update` with messages, carries its effects out, and draws.

mod burst;
mod display;
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
#[cfg(test)]
mod tests;
mod wire;

use std::{
    cell::Cell,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use houseful_core::{ids::CinemaId, text::is_unsafe, time::UtcMillis};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{
    key::Key,
    keymap::Keymap,
    model::Model,
    msg::{Effect, Msg},
    theme::Theme,
    update::update,
    view::{Hits, view},
    wording,
};
use crate::{
    client::Client,
    mirror::{Picture, Till},
    moment,
    state::State,
};
pub use display::{DisplayOptions, run as display};

use burst::{Burst, Verdict};
use events::{Events, Heard};
use screen::Screen;
use wire::Wire;

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
    #[error("the screens need a terminal; use `--plain`, or `houseful sell`, without one")]
    NoTerminal,
    /// No server answered in all the time.
    #[error("{0}")]
    NoServer(String),
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
    screen.listen_to_mouse(options.mouse)?;
    runtime.model.desk.has_shell = signals::has_shell();
    let screens = runtime.run(&mut screen, options.theme, &mut inbox);
    let result = panics::watched(&post, screens).await;
    // The terminal first: from here on Ctrl-C is a signal, and words can be read.
    drop(screen);
    runtime.say_farewell(&mut inbox).await;
    result?;
    runtime.answered()
}

/// Takes the till's name; a till sells without a display too.
fn open_till(name: &str, client: &Client, state: &State) -> Option<Till> {
    let folder = state.folder().ok()?;
    Till::open(folder, name, client.base())
        .inspect_err(|error| tracing::warn!(%error, till = name, "there is no customer display"))
        .ok()
}

/// What keys did that may turn out to be a scanner's. Nothing of it has left this program.
struct Trial {
    /// The model before the first of them.
    before: Box<Model>,
    /// What is to be done if they are keys.
    effects: Vec<Effect>,
}

struct Runtime {
    model: Model,
    wire: Wire,
    /// Keys that may be those of a scanner.
    burst: Burst,
    /// What they did so far, if they are keys.
    trial: Option<Trial>,
    /// What is drawn where.
    hits: Hits,
    /// Where the customer's display looks; none when it can't be written.
    till: Option<Till>,
    /// Whether the terminal is the shell's for a while.
    aside: bool,
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
        model.desk.mouse = options.mouse;
        Self {
            model,
            till: open_till(&options.till, &client, &state),
            wire: Wire::new(client, state, post),
            burst: Burst::default(),
            trial: None,
            hits: Hits::default(),
            aside: false,
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
        let sales = self.wire.desk.open_sales();
        self.take(Msg::Started(sales), screen)?;
        self.wire.look_after_refunds();
        let mut changed = true;
        while !self.is_over() {
            if changed && !self.aside {
                let hits = Cell::new(Hits::default());
                screen.draw(|frame| hits.set(view(&self.model, theme, frame)))?;
                self.hits = hits.into_inner();
            }
            let first = self.next(&mut events, inbox).await?;
            changed = self.hear(first, screen)?;
            // What is there already is taken before drawing, so that bursts draw once.
            while !self.is_over() {
                // The terminal is the shell's while we stand aside.
                let key = if self.aside {
                    None
                } else {
                    events.ready().await?
                };
                let msg = || match self.trial {
                    // An answer is for what stands.
                    Some(_) => None,
                    None => inbox.try_recv().ok().map(Heard::Msg),
                };
                match key.or_else(msg) {
                    Some(heard) => changed |= self.hear(heard, screen)?,
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
    ) -> Result<Heard, TuiError> {
        let alarm = self.alarm(self.model.wake_at());
        let due = self.burst.due_at();
        let held = async {
            match due {
                Some(due) => moment::pause(due.saturating_duration_since(moment::tick())).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            heard = events.next(), if !self.aside => Ok(heard?),
            Some(msg) = inbox.recv(), if self.trial.is_none() => Ok(Heard::Msg(msg)),
            () = held => Ok(Heard::Silence),
            () = alarm, if self.trial.is_none() => Ok(Heard::Msg(Msg::Tick)),
            () = brought_back(), if self.aside => Ok(Heard::Msg(Msg::Continued)),
        }
    }

    /// Whether a server ever answered; nothing could be done without.
    fn answered(&self) -> Result<(), TuiError> {
        let link = &self.model.desk.link;
        match &link.down {
            Some(why) if link.heard_at.is_none() => Err(TuiError::NoServer(why.clone())),
            _ => Ok(()),
        }
    }

    /// Waits until a time; for ever when there is none.
    async fn alarm(&self, at: Option<UtcMillis>) {
        let Some(at) = at else {
            return std::future::pending().await;
        };
        let ms = at.ms_since(self.wire.now()).max(0);
        moment::pause(Duration::from_millis(u64::try_from(ms).unwrap_or(0))).await;
    }

    /// Makes messages of what was heard and takes them over; tells whether there were any.
    fn hear(&mut self, heard: Heard, screen: &mut Screen) -> Result<bool, TuiError> {
        let now = moment::tick();
        let msg = match heard {
            Heard::Key(key, read_at) => {
                for verdict in self.verdicts(key, read_at) {
                    self.judge(verdict, screen)?;
                }
                return Ok(true);
            }
            Heard::Pasted(text) => {
                self.judge_end(screen)?;
                for key in self.pasted(&text) {
                    self.take(Msg::Key(key), screen)?;
                }
                return Ok(true);
            }
            Heard::Silence => {
                if let Some(verdict) = self.burst.pass(now) {
                    self.judge(verdict, screen)?;
                }
                return Ok(true);
            }
            Heard::Msg(msg) => Some(msg),
            Heard::Click(x, y) => self.hits.at(x, y).map(Msg::Pointed),
        };
        let Some(msg) = msg else { return Ok(false) };
        self.judge_end(screen)?;
        self.take(msg, screen)?;
        Ok(true)
    }

    /// What becomes of a key and of those before. What is typed into a field is never taken for a
    /// scanner's: it would be lost.
    fn verdicts(&mut self, key: Key, read_at: Instant) -> Vec<Verdict> {
        let mut out: Vec<Verdict> = self.burst.pass(read_at).into_iter().collect();
        let goes_on = self.trial.is_some() && out.is_empty();
        if !goes_on && self.model.place().is_text() {
            out.extend(self.burst.end());
            out.push(Verdict::Do(key));
        } else {
            out.extend(self.burst.key(key, read_at));
        }
        out
    }

    /// A pasted text as keys: into a field it is typed, anywhere else it would be commands.
    fn pasted(&self, text: &str) -> Vec<Key> {
        if !self.model.place().is_text() {
            return Vec::new();
        }
        let line = text.trim().lines().next().unwrap_or_default();
        let safe = line.chars().filter(|c| !is_unsafe(*c));
        safe.map(Key::Char).collect()
    }

    fn judge_end(&mut self, screen: &mut Screen) -> Result<(), TuiError> {
        match self.burst.end() {
            Some(verdict) => self.judge(verdict, screen),
            None => Ok(()),
        }
    }

    /// Does a key, on trial or for good, or settles what is on trial.
    fn judge(&mut self, verdict: Verdict, screen: &mut Screen) -> Result<(), TuiError> {
        match verdict {
            Verdict::Do(key) => self.take(Msg::Key(key), screen)?,
            Verdict::Try(key) => {
                let mut trial = self.trial.take().unwrap_or_else(|| Trial {
                    before: Box::new(self.model.clone()),
                    effects: Vec::new(),
                });
                // After the key that ends the program no other is heard, unless it was none.
                if !self.model.desk.over {
                    trial.effects.extend(self.update(Msg::Key(key)));
                }
                self.trial = Some(trial);
            }
            Verdict::Stands => {
                let trial = self.trial.take();
                for effect in trial.map(|trial| trial.effects).unwrap_or_default() {
                    self.perform(effect, screen)?;
                }
            }
            Verdict::Scanned(code) => {
                if let Some(trial) = self.trial.take() {
                    self.model = *trial.before;
                }
                self.take(Msg::Scanned(code), screen)?;
            }
        }
        Ok(())
    }

    /// Whether the program ends, for all that is known: a scanner's keys end nothing.
    fn is_over(&self) -> bool {
        self.model.desk.over && self.trial.is_none()
    }

    fn take(&mut self, msg: Msg, screen: &mut Screen) -> Result<(), TuiError> {
        for effect in self.update(msg) {
            self.perform(effect, screen)?;
        }
        Ok(())
    }

    fn perform(&mut self, effect: Effect, screen: &mut Screen) -> Result<(), TuiError> {
        match effect {
            Effect::Copy(text) => screen.copy(&text)?,
            Effect::Mouse(on) => screen.listen_to_mouse(on)?,
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
        let now = self.wire.now();
        update(&mut self.model, msg, now)
    }

    /// Does what does not concern the terminal.
    fn carry_out(&mut self, effect: Effect) {
        // The loop ends by `Desk::over`; all others are the terminal's.
        if let Some(Effect::Mirror(picture)) = self.wire.carry_out(effect) {
            self.mirror(picture.map(|p| *p));
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
        self.wire.unwatch();
        self.wire.tasks.close();
        let told = async {
            if tokio::time::timeout(QUIET, self.wire.tasks.wait())
                .await
                .is_ok()
            {
                return true;
            }
            // Nothing can be done when even this can't be told.
            let _ = writeln!(io::stderr(), "{}", wording::FAREWELL);
            tokio::time::timeout(FAREWELL, self.wire.tasks.wait())
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
            let now = self.wire.now();
            for effect in update(&mut self.model, msg, now) {
                if let Effect::Forget(booking) = effect {
                    self.wire.desk.clone().forget(booking).await;
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
