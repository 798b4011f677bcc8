//! The terminal in full-screen mode, given back on every way out: return, error and panic.

use std::{
    io::{self, Stdout, Write},
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{cursor, execute, style, terminal};
use ratatui::{Frame, Terminal, backend::CrosstermBackend, buffer::Buffer};

/// Whether the terminal is in full-screen mode.
static ENTERED: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// The terminal in full-screen mode, until it is dropped.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    /// Rows whose characters have parts of their own width, as they were drawn last.
    joined: Vec<(u16, String)>,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn enter() -> io::Result<Self> {
        HOOK.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                // First the terminal, so that the message can be read.
                restore();
                before(info);
            }));
        });
        // With NO_COLOR the library would write codes that undo bold and reverse; our theme
        // leaves colours out by itself.
        style::force_color_output(true);
        ENTERED.store(true, Ordering::SeqCst);
        let guard = Entering;
        terminal::enable_raw_mode()?;
        execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide)?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        std::mem::forget(guard);
        Ok(Self {
            terminal,
            joined: Vec::new(),
        })
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

/// Gives the terminal back, once. Each step is tried whatever became of the others.
fn restore() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = execute!(out, style::ResetColor, cursor::Show);
    let _ = execute!(out, terminal::LeaveAlternateScreen);
    let _ = terminal::disable_raw_mode();
    let _ = out.flush();
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
