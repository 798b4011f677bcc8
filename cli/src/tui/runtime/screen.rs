//! The terminal in full-screen mode, given back on every way out: return, error and panic.

use std::{
    io::{self, Stdout, Write},
    mem::ManuallyDrop,
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::{clipboard::CopyToClipboard, cursor, event, execute, style, terminal};
use ratatui::{Frame, Terminal, backend::CrosstermBackend, buffer::Buffer};

/// Whether the terminal is in full-screen mode.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// Whether the mouse is listened to, as long as the terminal is in full-screen mode.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Asks for presses and the wheel, with cells of any number. The library's own command asks for
/// every movement too, which nobody needs.
const MOUSE_ON: &str = "\u{1b}[?1000h\u{1b}[?1006h";
/// Takes that back.
const MOUSE_OFF: &str = "\u{1b}[?1006l\u{1b}[?1000l";

/// The terminal in full-screen mode, until it is dropped.
pub(super) struct Screen {
    /// It is never dropped: its own `drop` writes to standard error what it can't do, and panics
    /// where that was closed too. What it would do is done by [`restore`].
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    /// Rows whose characters have parts of their own width, as they were drawn last.
    joined: Vec<(u16, String)>,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn enter() -> io::Result<Self> {
        // With NO_COLOR the library would write codes that undo bold and reverse; our theme
        // leaves colours out by itself.
        style::force_color_output(true);
        let guard = Entering;
        take()?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        let terminal = ManuallyDrop::new(terminal);
        std::mem::forget(guard);
        Ok(Self {
            terminal,
            joined: Vec::new(),
        })
    }

    /// Listens to the mouse, or not: while it does, the terminal itself can't mark text.
    pub(super) fn listen_to_mouse(&mut self, on: bool) -> io::Result<()> {
        if MOUSE.swap(on, Ordering::SeqCst) == on {
            return Ok(());
        }
        let mut out = io::stdout();
        write!(out, "{}", if on { MOUSE_ON } else { MOUSE_OFF })?;
        out.flush()
    }

    /// Gives a text to the clipboard of the terminal; those that have none ignore it.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Gives the terminal to the shell for a while.
    pub(super) fn step_aside(&mut self) {
        restore();
    }

    /// Takes the terminal again, in whatever mode it is, and draws everything the next time.
    pub(super) fn come_back(&mut self) -> io::Result<()> {
        restore();
        take()?;
        self.clear()
    }

    /// Draws what changed.
    ///
    /// Terminals do not agree on how wide joined characters are (vowel signs of Devanagari, say),
    /// so where such a row gave way parts of it may stay: then everything is drawn again.
    pub(super) fn draw(&mut self, draw: impl Fn(&mut Frame<'_>)) -> io::Result<()> {
        let joined = joined_rows(self.terminal.draw(&draw)?.buffer);
        if !self.joined.is_empty() && joined != self.joined {
            self.clear()?;
            self.terminal.draw(&draw)?;
        }
        self.joined = joined;
        Ok(())
    }

    /// Draws everything the next time.
    ///
    /// The library's own `clear` asks the terminal where its cursor is, and would wait in vain:
    /// the answer goes to the event stream. Taking the size over anew clears too.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }
}

/// The rows with characters of several parts, and those characters.
fn joined_rows(buffer: &Buffer) -> Vec<(u16, String)> {
    let area = buffer.area;
    let row = |y: u16| {
        let cells = (area.left()..area.right()).map(|x| buffer[(x, y)].symbol());
        let joined: String = cells.filter(|s| s.chars().nth(1).is_some()).collect();
        (!joined.is_empty()).then_some((y, joined))
    };
    (area.top()..area.bottom()).filter_map(row).collect()
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back when entering fails half-way.
struct Entering;

impl Drop for Entering {
    fn drop(&mut self) {
        restore();
    }
}

/// Puts the terminal into full-screen mode.
fn take() -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    terminal::enable_raw_mode()?;
    execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide)?;
    // A paste is a text then, and no keys. Where that is not known it is ignored.
    let _ = execute!(io::stdout(), event::EnableBracketedPaste);
    if MOUSE.load(Ordering::SeqCst) {
        write!(io::stdout(), "{MOUSE_ON}")?;
    }
    io::stdout().flush()
}

/// Gives the terminal back, once. Each step is tried whatever became of the others.
pub(super) fn restore() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    if MOUSE.load(Ordering::SeqCst) {
        let _ = write!(out, "{MOUSE_OFF}");
    }
    let _ = execute!(out, event::DisableBracketedPaste);
    let _ = execute!(out, style::ResetColor, cursor::Show);
    let _ = execute!(out, terminal::LeaveAlternateScreen);
    let _ = terminal::disable_raw_mode();
    let _ = out.flush();
}

/// Says that the terminal is in full-screen mode, or not; tells what was said before.
#[cfg(test)]
pub(super) fn pretend_entered(entered: bool) -> bool {
    ENTERED.swap(entered, Ordering::SeqCst)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn rows_with_joined_characters_are_found() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        buffer.set_string(0, 0, "Salt Roads", ratatui::style::Style::new());
        buffer.set_string(0, 1, "千と千尋", ratatui::style::Style::new());
        buffer.set_string(0, 2, "नदी के", ratatui::style::Style::new());
        let rows: Vec<u16> = joined_rows(&buffer).iter().map(|(y, _)| *y).collect();
        assert_eq!(rows, [2]);
    }
}
