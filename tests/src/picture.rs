//! A picture of a terminal's screen as SVG, drawn from its cells: text as text, blocks as
//! rectangles, so that codes can be scanned from it.

use std::fmt::Write;

use vt100::{Cell, Color};

use crate::terminal::Screen;

/// The size of a cell.
const CELL: (u32, u32) = (9, 18);
/// Around the screen.
const MARGIN: u32 = 12;

/// The colours of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Light text on a dark ground.
    Dark,
    /// Dark text on a light ground.
    Light,
}

impl Ground {
    const fn text(self) -> &'static str {
        match self {
            Self::Dark => "#d8dee9",
            Self::Light => "#24292f",
        }
    }

    const fn ground(self) -> &'static str {
        match self {
            Self::Dark => "#14171c",
            Self::Light => "#ffffff",
        }
    }

    /// The 16 colours, as terminals with such a ground have them by default.
    const fn ansi(self, index: u8) -> &'static str {
        const DARK: [&str; 16] = [
            "#000000", "#e06c75", "#7ec16e", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9",
            "#5c6370", "#ff7b86", "#98e088", "#ffd68a", "#7fc1ff", "#dd90f2", "#6fd3e0", "#ffffff",
        ];
        const LIGHT: [&str; 16] = [
            "#000000", "#b3261e", "#1a7f37", "#9a6700", "#0550ae", "#8250df", "#0b7285", "#57606a",
            "#6e7781", "#cf222e", "#2da44e", "#bf8700", "#218bff", "#a475f9", "#3192aa", "#ffffff",
        ];
        let index = (index & 15) as usize;
        match self {
            Self::Dark => DARK[index],
            Self::Light => LIGHT[index],
        }
    }

    fn paint(self, colour: Color, otherwise: &'static str) -> String {
        match colour {
            Color::Default => otherwise.to_owned(),
            Color::Idx(index @ 0..16) => self.ansi(index).to_owned(),
            Color::Idx(grey) => {
                let level = u32::from(grey.saturating_sub(232)) * 10 + 8;
                format!("#{level:02x}{level:02x}{level:02x}")
            }
            Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        }
    }
}

/// How a run of cells is drawn.
#[derive(Clone, PartialEq, Eq)]
struct Look {
    text: String,
    ground: Option<String>,
    bold: bool,
    dim: bool,
    underlined: bool,
}

impl Look {
    fn of(cell: &Cell, on: Ground) -> Self {
        let mut text = on.paint(cell.fgcolor(), on.text());
        let mut ground = match cell.bgcolor() {
            Color::Default => None,
            colour => Some(on.paint(colour, on.ground())),
        };
        if cell.inverse() {
            let under = ground.unwrap_or_else(|| on.ground().to_owned());
            ground = Some(std::mem::replace(&mut text, under));
        }
        Self {
            text,
            ground,
            bold: cell.bold(),
            dim: cell.dim(),
            underlined: cell.underline(),
        }
    }
}

/// The screen as an SVG document, which says in words what it shows.
#[must_use]
pub fn svg(screen: &Screen<'_>, on: Ground, about: &str) -> String {
    let (columns, rows) = screen.size();
    let width = u32::from(columns) * CELL.0 + 2 * MARGIN;
    let height = u32::from(rows) * CELL.1 + 2 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\">\n\
         <title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>\n\
         <g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"15\" xml:space=\"preserve\">\n",
        escaped(about),
        on.ground()
    );
    for row in 0..rows {
        draw_row(screen, row, columns, on, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn draw_row(screen: &Screen<'_>, row: u16, columns: u16, on: Ground, out: &mut String) {
    let mut column = 0;
    while column < columns {
        let Some(first) = screen.raw_cell(column, row) else {
            break;
        };
        let look = Look::of(first, on);
        let start = column;
        let mut text = String::new();
        while let Some(cell) = screen.raw_cell(column, row)
            && column < columns
            && (Look::of(cell, on) == look || cell.is_wide_continuation())
        {
            if !cell.is_wide_continuation() {
                text.push_str(if cell.has_contents() {
                    cell.contents()
                } else {
                    " "
                });
            }
            column += 1;
        }
        draw_run(&look, (start, row), column - start, &text, out);
    }
}

fn draw_run(look: &Look, at: (u16, u16), cells: u16, text: &str, out: &mut String) {
    let (x, y) = (
        MARGIN + u32::from(at.0) * CELL.0,
        MARGIN + u32::from(at.1) * CELL.1,
    );
    let width = u32::from(cells) * CELL.0;
    // Writing to a string can't fail.
    if let Some(ground) = &look.ground {
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{ground}\"/>",
            CELL.1
        );
    }
    if text.chars().any(|c| matches!(c, '█' | '▀' | '▄')) {
        return draw_blocks(look, (x, y), text, out);
    }
    if text.trim().is_empty() && !look.underlined {
        return;
    }
    let mut style = String::new();
    for (is, word) in [
        (look.bold, " font-weight=\"bold\""),
        (look.dim, " opacity=\"0.6\""),
        (look.underlined, " text-decoration=\"underline\""),
    ] {
        if is {
            style.push_str(word);
        }
    }
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{}\" fill=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"{style}>{}</text>",
        y + 14,
        look.text,
        escaped(text)
    );
}

/// Blocks without gaps between them, whatever the font does.
fn draw_blocks(look: &Look, (x, y): (u32, u32), text: &str, out: &mut String) {
    let half = CELL.1 / 2;
    for (at, c) in (0..).zip(text.chars()) {
        let (top, height) = match c {
            '█' => (y, CELL.1),
            '▀' => (y, half),
            '▄' => (y + half, half),
            _ => continue,
        };
        let left = x + at * CELL.0;
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{height}\" fill=\"{}\" shape-rendering=\"crispEdges\"/>",
            CELL.0, look.text
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
