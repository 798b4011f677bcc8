//! A real terminal for one program: a pseudo-terminal whose screen a test reads cell by cell, and
//! whose state before and after is compared.

#![expect(
    clippy::expect_used,
    reason = "a terminal that can't be had ends its test at once"
)]

use std::{
    io::{Read, Write},
    num::NonZeroU16,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Instant,
};

use portable_pty::{
    Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system,
};
use vt100::Parser;

use crate::wait;

/// The longest a test waits for something on the screen, in seconds.
const PATIENCE_S: u64 = 30;

/// A program in a terminal of its own. It is killed when its test ends without [`Terminal::ended`].
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    /// Kept open, so that the terminal outlives its program as a shell's does.
    ours: Box<dyn SlavePty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    drawn: Arc<Mutex<Parser>>,
    reader: Option<JoinHandle<()>>,
    written: Arc<Mutex<Written>>,
    /// Whether nobody looks at the screen any more.
    closed: Arc<AtomicBool>,
    modes_before: String,
}

/// How much a program has written to its terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// Bytes.
    pub bytes: u64,
    /// When the last of them came.
    pub last_at: Option<Instant>,
}

/// How a program left its terminal.
#[derive(Debug)]
pub struct Left {
    /// How it ended.
    pub status: ExitStatus,
    /// The lines of the screen.
    pub lines: Vec<String>,
    /// What is not as it was before; nothing if all is.
    pub changed: Vec<String>,
}

impl Left {
    /// The screen as one text, without empty lines at its end.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join("\n").trim_end().to_owned()
    }

    /// The terminal is as it was, and the program ended with this code.
    ///
    /// # Panics
    /// It is not, or did not.
    #[track_caller]
    pub fn as_before(self, code: u32) -> Self {
        assert!(self.changed.is_empty(), "{:?}\n{self:#?}", self.changed);
        let by_signal = self.status.signal();
        assert_eq!(
            (by_signal, self.status.exit_code()),
            (None, code),
            "{self:#?}"
        );
        self
    }
}

impl Terminal {
    /// Opens a terminal of so many columns and rows and runs a program in it, with the
    /// surroundings that `command` has and no others.
    ///
    /// # Panics
    /// There is no terminal to be had, or the program does not start.
    #[must_use]
    pub fn open(command: &Command, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system()
            .openpty(size(columns, rows))
            .expect("a terminal");
        let modes_before = modes(&*pair.master);
        let drawn = Arc::new(Mutex::new(Parser::new(count(rows), count(columns), 0)));
        let source = pair.master.try_clone_reader().expect("a reader");
        let closed = Arc::new(AtomicBool::new(false));
        let written = Arc::new(Mutex::new(Written::default()));
        let reader = std::thread::spawn({
            let (drawn, closed) = (Arc::clone(&drawn), Arc::clone(&closed));
            let written = Arc::clone(&written);
            move || draw(source, &drawn, &written, &closed)
        });
        let child = pair.slave.spawn_command(in_terminal(command));
        Self {
            child: child.expect("the program starts"),
            keyboard: pair.master.take_writer().expect("a keyboard"),
            master: pair.master,
            ours: pair.slave,
            drawn,
            reader: Some(reader),
            written,
            closed,
            modes_before,
        }
    }

    /// Presses keys, all at once.
    ///
    /// # Panics
    /// The terminal is gone.
    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("pressed");
        self.keyboard.flush().expect("pressed");
    }

    /// Makes the window another size.
    ///
    /// # Panics
    /// The terminal is gone.
    pub fn resize(&self, columns: u16, rows: u16) {
        lock(&self.drawn).set_size(count(rows), count(columns));
        self.master
            .resize(size(columns, rows))
            .expect("another size");
    }

    /// Sends the program a signal, as in `TERM`.
    ///
    /// # Panics
    /// It can't be sent.
    pub fn signal(&self, name: &str) {
        let pid = self.pid();
        let sent = Command::new("kill")
            .args([format!("-{name}"), pid.to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    }

    /// Closes the window: no screen and no keyboard from now on. Gives how the program ended.
    /// It has to draw something when Ctrl-L is pressed.
    ///
    /// # Panics
    /// It does not end.
    #[must_use]
    pub fn close_window(mut self) -> ExitStatus {
        // The reader sees that it is over when something comes.
        self.closed.store(true, Ordering::SeqCst);
        self.press("\u{c}");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("a reader");
        }
        let Self {
            master,
            ours,
            mut child,
            keyboard,
            ..
        } = self;
        drop((keyboard, ours, master));
        wait::until("the program ends with its window", PATIENCE_S, || {
            child.try_wait().expect("a child")
        })
    }

    /// Looks at the screen until there is something on it.
    ///
    /// # Panics
    /// There is nothing in time; what is there is told.
    pub fn find<T>(&self, what: &str, mut look: impl FnMut(&Screen<'_>) -> Option<T>) -> T {
        let found = wait::within(PATIENCE_S, || {
            let drawn = lock(&self.drawn);
            look(&Screen(drawn.screen()))
        });
        found.unwrap_or_else(|| panic!("{what} is not on the screen:\n{}", self.text()))
    }

    /// Waits until a text is on the screen.
    ///
    /// # Panics
    /// It is not in time.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        self.find(text, |screen| screen.text().contains(text).then_some(()));
    }

    /// The screen as one text.
    #[must_use]
    pub fn text(&self) -> String {
        Screen(lock(&self.drawn).screen()).text()
    }

    /// Looks at the screen once.
    pub fn look<T>(&self, look: impl FnOnce(&Screen<'_>) -> T) -> T {
        look(&Screen(lock(&self.drawn).screen()))
    }

    /// The program's process.
    ///
    /// # Panics
    /// It has ended.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a running program")
    }

    /// Everything that the program wrote so far, and when its last piece came.
    #[must_use]
    pub fn written(&self) -> Written {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the program ended by itself; tells how it left the terminal.
    ///
    /// # Panics
    /// It does not end.
    #[must_use]
    pub fn ended(mut self) -> Left {
        let child = &mut self.child;
        let status = wait::within(PATIENCE_S, || child.try_wait().expect("a child"));
        let Some(status) = status else {
            let _ = self.child.kill();
            panic!("the program does not end:\n{}", self.text());
        };
        let modes_after = modes(&*self.master);
        // With the last of its users gone the terminal's text is complete.
        drop(self.ours);
        if let Some(reader) = self.reader.take() {
            reader.join().expect("a reader");
        }
        let drawn = lock(&self.drawn);
        let screen = drawn.screen();
        let checks = [
            ("the cursor is hidden", screen.hide_cursor()),
            ("the alternate screen is on", screen.alternate_screen()),
            ("pastes are marked", screen.bracketed_paste()),
            (
                "the keypad is in application mode",
                screen.application_keypad(),
            ),
            (
                "cursor keys are in application mode",
                screen.application_cursor(),
            ),
            (
                "the mouse is read",
                screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None,
            ),
            (
                "a style goes on",
                screen.bold() || screen.inverse() || screen.dim(),
            ),
            (
                "a colour goes on",
                screen.fgcolor() != vt100::Color::Default
                    || screen.bgcolor() != vt100::Color::Default,
            ),
        ];
        let mut changed: Vec<String> = checks
            .into_iter()
            .filter(|(_, wrong)| *wrong)
            .map(|(what, _)| what.to_owned())
            .collect();
        if modes_after != self.modes_before {
            let before = &self.modes_before;
            changed.push(format!("the line's modes were {before}, are {modes_after}"));
        }
        Left {
            status,
            lines: Screen(screen).lines(),
            changed,
        }
    }
}

/// What is on the screen.
pub struct Screen<'a>(&'a vt100::Screen);

impl Screen<'_> {
    /// The character in a cell, a blank for an empty one.
    #[must_use]
    pub fn cell(&self, column: u16, row: u16) -> &str {
        let contents = self.0.cell(row, column).map_or("", vt100::Cell::contents);
        if contents.is_empty() { " " } else { contents }
    }

    /// Where the cursor is: column and row.
    #[must_use]
    pub fn cursor(&self) -> (u16, u16) {
        let (row, column) = self.0.cursor_position();
        (column, row)
    }

    /// Columns and rows.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.0.size();
        (columns.get(), rows.get())
    }

    /// A cell with its style.
    pub(crate) fn raw_cell(&self, column: u16, row: u16) -> Option<&vt100::Cell> {
        self.0.cell(row, column)
    }

    /// The lines, read cell by cell, without blanks at their ends.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let (rows, columns) = self.0.size();
        let line = |row| {
            let cells = (0..columns.get()).filter(|column| {
                let cell = self.0.cell(row, *column);
                !cell.is_some_and(vt100::Cell::is_wide_continuation)
            });
            let text: String = cells.map(|column| self.cell(column, row)).collect();
            text.trim_end().to_owned()
        };
        (0..rows.get()).map(line).collect()
    }

    /// The screen as one text.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines().join("\n")
    }

    /// Whether the program has the whole screen.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.alternate_screen()
    }

    /// What stands behind a label on its line, up to the next gap of two blanks.
    #[must_use]
    pub fn after(&self, label: &str) -> Option<String> {
        self.lines().iter().find_map(|line| {
            let (_, rest) = line.split_once(label)?;
            let value = rest.trim_start().split("  ").next().unwrap_or_default();
            (!value.is_empty()).then(|| value.to_owned())
        })
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn count(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a window has rows and columns")
}

/// Draws what the program writes, to its end.
#[expect(
    clippy::disallowed_methods,
    reason = "how long the program took is what some tests want to know"
)]
fn draw(
    mut source: Box<dyn Read + Send>,
    drawn: &Mutex<Parser>,
    written: &Mutex<Written>,
    closed: &AtomicBool,
) {
    let mut bytes = [0; 4_096];
    while let Ok(count @ 1..) = source.read(&mut bytes) {
        lock(drawn).process(&bytes[..count]);
        let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
        written.bytes += count as u64;
        written.last_at = Some(Instant::now());
        drop(written);
        if closed.load(Ordering::SeqCst) {
            break;
        }
    }
}

fn lock(drawn: &Mutex<Parser>) -> MutexGuard<'_, Parser> {
    drawn.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the line treats what is typed: raw or line by line, with or without echo.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal's modes"))
}

fn in_terminal(command: &Command) -> CommandBuilder {
    let mut builder = CommandBuilder::new(command.get_program());
    builder.args(command.get_args());
    builder.cwd(command.get_current_dir().unwrap_or(Path::new("/")));
    builder.env_clear();
    builder.env("TERM", "xterm-256color");
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            builder.env(name, value);
        }
    }
    builder
}
