//! Colours and emphasis: the terminal's own foreground and background, bold, reverse, dim, and
//! four ANSI colours, so that it reads on dark and light alike. Without colour, emphasis stays.

use ratatui::style::{Color, Modifier, Style};

/// How things are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    coloured: bool,
}

impl Theme {
    /// With colours.
    pub const COLOURED: Self = Self { coloured: true };
    /// For `NO_COLOR`: bold, reverse and dim only.
    pub const PLAIN: Self = Self { coloured: false };

    fn tint(self, colour: Color) -> Style {
        if self.coloured {
            Style::new().fg(colour)
        } else {
            Style::new()
        }
    }

    /// Text.
    #[must_use]
    pub fn text(self) -> Style {
        Style::new()
    }

    /// Headings and totals.
    #[must_use]
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is less important.
    #[must_use]
    pub fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// The marked line, the seat under the cursor.
    #[must_use]
    pub fn marked(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Our own seats, a success.
    #[must_use]
    pub fn mine(self) -> Style {
        self.tint(Color::Green).add_modifier(Modifier::BOLD)
    }

    /// Asking, or somebody else's hold.
    #[must_use]
    pub fn waiting(self) -> Style {
        self.tint(Color::Yellow)
    }

    /// Trouble, the last minute.
    #[must_use]
    pub fn alarm(self) -> Style {
        self.tint(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// Keys in the footer.
    #[must_use]
    pub fn key(self) -> Style {
        self.tint(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// A code to be scanned: white on black, so that light modules are drawn as blocks and the
    /// picture is black on white whatever the terminal's colours are.
    #[must_use]
    pub fn scanned(self) -> Style {
        if self.coloured {
            Style::new().fg(Color::White).bg(Color::Black)
        } else {
            Style::new()
        }
    }
}
