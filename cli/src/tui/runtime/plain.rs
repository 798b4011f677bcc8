//! Plain mode's loop: lines in, lines out. The terminal stays as it is: no raw mode, no other
//! screen, no code but the text.

use std::io::{self, IsTerminal, Write};

use houseful_core::time::UtcMillis;
use tokio::sync::mpsc::{Receiver, UnboundedReceiver, unbounded_channel};

use super::{Plain, Runtime, TuiError, TuiOptions, lines, signals};
use crate::{
    client::Client,
    output::escaped,
    state::State,
    tui::{
        msg::{Effect, Msg},
        plain::{Face, PAGE, Said},
    },
};

/// How long somebody at a keyboard waits for an answer before they may go on without it.
const PATIENCE_MS: i64 = 5_000;
/// The same for a script, whose next line was written for what comes after the answer.
const SCRIPT_PATIENCE_MS: i64 = 30_000;

/// Speaks the model until the user leaves, the input ends, or a signal ends the program.
pub(super) async fn run(
    plain: Plain,
    options: TuiOptions,
    client: Client,
    state: State,
) -> Result<(), TuiError> {
    let typed = io::stdin().is_terminal();
    // Who chose it may put it behind a pipe; who did not expects to be asked nothing there.
    if plain == Plain::DumbTerminal && !(typed && io::stdout().is_terminal()) {
        return Err(TuiError::NoTerminal);
    }
    let (post, mut inbox) = unbounded_channel();
    signals::watch_plain(&post, typed);
    let mut runtime = Runtime::new(&options, client, state, &post);
    runtime.model.desk.has_shell = typed && signals::has_shell();
    let patience = if typed {
        PATIENCE_MS
    } else {
        SCRIPT_PATIENCE_MS
    };
    let mut talk = Talk {
        face: Face::new(patience),
        paper: Paper::new(io::stdout(), !typed),
    };
    let told = talk.run(&mut runtime, &mut inbox, lines::read()).await;
    runtime.say_farewell(&mut inbox).await;
    match told {
        // Nobody listens any more, and that is no mistake.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        told => {
            told?;
            runtime.answered()
        }
    }
}

/// The face and what it is written on.
struct Talk {
    face: Face,
    paper: Paper<io::Stdout>,
}

/// What woke the loop.
enum Event {
    Line(String),
    End,
    Msg(Msg),
}

impl Talk {
    async fn run(
        &mut self,
        runtime: &mut Runtime,
        inbox: &mut UnboundedReceiver<Msg>,
        mut lines: Receiver<String>,
    ) -> io::Result<()> {
        let sales = runtime.wire.desk.open_sales();
        let (columns, rows) = PAGE;
        self.take(runtime, Msg::Resized(columns, rows));
        self.take(runtime, Msg::Started(sales));
        runtime.wire.look_after_refunds();
        while !runtime.model.desk.over {
            if self.paper.echoes && runtime.answered().is_err() {
                // A script was written for a server. Who sits at a keyboard may start one.
                return Ok(());
            }
            self.face.look(&runtime.model);
            self.write()?;
            match self.next(runtime, inbox, &mut lines).await {
                Event::Line(line) => {
                    self.paper.heard(&line)?;
                    for msg in self.face.hear(&line, &runtime.model) {
                        self.take(runtime, msg);
                    }
                }
                Event::End => {
                    self.face.input_ended();
                    self.write()?;
                    self.take(runtime, Msg::InputEnded);
                }
                Event::Msg(msg) => self.take(runtime, msg),
            }
            // What is there already is taken before anything is said.
            while let Ok(msg) = inbox.try_recv() {
                self.take(runtime, msg);
            }
        }
        self.face.farewell(&runtime.model);
        self.write()?;
        self.paper.end()
    }

    async fn next(
        &self,
        runtime: &Runtime,
        inbox: &mut UnboundedReceiver<Msg>,
        lines: &mut Receiver<String>,
    ) -> Event {
        let wakes: [Option<UtcMillis>; 2] = [runtime.model.wake_at(), self.face.wake_at()];
        let alarm = runtime.alarm(wakes.into_iter().flatten().min());
        tokio::select! {
            // News first: what a line means rests on them.
            biased;
            Some(msg) = inbox.recv() => Event::Msg(msg),
            line = lines.recv(), if self.face.is_listening() => match line {
                Some(line) => Event::Line(line),
                None => Event::End,
            },
            () = alarm => Event::Msg(Msg::Tick),
        }
    }

    fn take(&mut self, runtime: &mut Runtime, msg: Msg) {
        for effect in runtime.update(msg) {
            match effect {
                Effect::Redraw => self.face.again(&runtime.model),
                Effect::Suspend => {
                    // It comes back in the next line, or not at all.
                    let _ = signals::stand_still();
                }
                effect => runtime.carry_out(effect),
            }
        }
    }

    fn write(&mut self) -> io::Result<()> {
        for said in self.face.take_said() {
            match said {
                Said::Line(line) => self.paper.line(&line)?,
                Said::Prompt(prompt) => self.paper.prompt(&prompt)?,
            }
        }
        self.paper.out.flush()
    }
}

/// Where words are written, one line after the other.
struct Paper<W: Write> {
    out: W,
    /// Whether the last line is open: a prompt stands on it.
    open: bool,
    /// Whether what is heard has to be written too, since no terminal does.
    echoes: bool,
}

impl<W: Write> Paper<W> {
    fn new(out: W, echoes: bool) -> Self {
        Self {
            out,
            open: false,
            echoes,
        }
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        self.end()?;
        // Whatever a server or a typist puts into it, it can't move the cursor.
        writeln!(self.out, "{}", escaped(line))
    }

    fn prompt(&mut self, prompt: &str) -> io::Result<()> {
        self.end()?;
        self.open = true;
        write!(self.out, "{prompt}")
    }

    /// A line was typed after the prompt.
    fn heard(&mut self, line: &str) -> io::Result<()> {
        self.open = false;
        if self.echoes {
            writeln!(self.out, "{}", escaped(line))?;
        }
        Ok(())
    }

    /// Ends an open line.
    fn end(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.open) {
            writeln!(self.out)?;
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_ended_by_its_answer_or_by_news() {
        let mut paper = Paper::new(Vec::new(), true);
        paper.prompt("Show? ").expect("written");
        paper.heard("1\u{1b}[A").expect("written");
        paper.line("Opened\u{1b}[2J.").expect("written");
        paper.prompt("Pay? ").expect("written");
        paper.line("Time left 2 minutes.").expect("written");
        let text = String::from_utf8(paper.out).expect("text");
        assert_eq!(
            text,
            "Show? 1\\u{1b}[A\nOpened\\u{1b}[2J.\nPay? \nTime left 2 minutes.\n"
        );
    }
}
