//! Everything there is to say about a drawing: what is refused, and what is only odd.
//!
//! Errors are those of [`SeatLayout::parse`] and nothing else, so a text without errors is a layout.
//! Warnings are looked for in a layout that was read; they never refuse anything.

use serde::Serialize;

use super::{CategoryNo, LayoutError, Place, Seat, SeatLayout, parse};
use crate::seat::SeatNo;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The text is no layout.
    Error,
    /// It is one, and perhaps not the one that was meant.
    Warning,
}

/// One thing to say about a drawing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub message: String,
}

/// What there is to say about a text, in the order of the lines. Without an error among it,
/// [`SeatLayout::parse`] reads the text.
#[must_use]
pub fn lint(text: &str) -> Vec<Finding> {
    let (layout, origins) = match parse::parse(text) {
        Ok(drawn) => drawn,
        Err(errors) => return errors.into_iter().map(error).collect(),
    };
    let mut warnings = Warnings {
        layout: &layout,
        origins: &origins,
        found: Vec::new(),
    };
    warnings.wheelchairs();
    warnings.pairs();
    warnings.unused(text);
    let mut found = warnings.found;
    found.sort_by_key(|finding| (finding.line, finding.column));
    found
}

fn error(error: LayoutError) -> Finding {
    Finding {
        line: error.line,
        column: error.column,
        severity: Severity::Error,
        message: error.message,
    }
}

struct Warnings<'a> {
    layout: &'a SeatLayout,
    origins: &'a [(u32, usize)],
    found: Vec<Finding>,
}

impl Warnings<'_> {
    fn note(&mut self, seat: SeatNo, message: String) {
        let (line, at) = self.origins.get(seat.index()).copied().unwrap_or((1, 0));
        self.note_at(line, at, message);
    }

    fn note_at(&mut self, line: u32, at: usize, message: String) {
        self.found.push(Finding {
            line,
            column: u32::try_from(at).map_or(u32::MAX, |at| at.saturating_add(1)),
            severity: Severity::Warning,
            message,
        });
    }

    /// A wheelchair place and a companion's seat go together, side by side; several of a kind
    /// may stand between.
    fn wheelchairs(&mut self) {
        for (no, seat) in self.layout.seats() {
            let wanted = match seat.place {
                Place::Standard => continue,
                Place::Wheelchair => Place::Companion,
                Place::Companion => Place::Wheelchair,
            };
            let left = |no| self.layout.left_of(no);
            let right = |no| self.layout.right_of(no);
            if self.reaches(no, wanted, left) || self.reaches(no, wanted, right) {
                continue;
            }
            let label = seat.label;
            self.note(no, match wanted {
                Place::Wheelchair => format!(
                    "companion's seat {label} has no wheelchair place beside it; draw a `w` next to it, or a seat in its place"
                ),
                Place::Companion | Place::Standard => format!(
                    "wheelchair place {label} has no companion's seat beside it; draw a `c` next to it"
                ),
            });
        }
    }

    /// Whether a place of this kind comes next on one side, behind none but its own kind.
    fn reaches(
        &self,
        from: SeatNo,
        wanted: Place,
        next: impl Fn(SeatNo) -> Option<SeatNo>,
    ) -> bool {
        let place = |no| self.layout.get(no).map(|seat: &Seat| seat.place);
        let own = place(from);
        let mut at = next(from);
        while let Some(no) = at {
            if place(no) == Some(wanted) {
                return true;
            }
            if place(no) != own {
                return false;
            }
            at = next(no);
        }
        false
    }

    /// A sofa for two is two seats side by side, so no run of its category is odd.
    fn pairs(&mut self) {
        let twos: Vec<CategoryNo> = (0_u8..)
            .map(CategoryNo)
            .zip(self.layout.categories())
            .filter(|(_, category)| is_for_two(&category.code))
            .map(|(no, _)| no)
            .collect();
        let of_two = |no: SeatNo| {
            let category = self.layout.get(no).map(|seat| seat.category);
            category.filter(|c| twos.contains(c))
        };
        let mut halves = Vec::new();
        let mut run = 0;
        for (no, seat) in self.layout.seats() {
            let Some(category) = of_two(no) else {
                run = 0;
                continue;
            };
            run += 1;
            let goes_on = self.layout.right_of(no).and_then(of_two) == Some(category);
            if !goes_on {
                if run % 2 == 1 {
                    halves.push((no, seat.label));
                }
                run = 0;
            }
        }
        for (no, label) in halves {
            self.note(no, format!(
                "seat {label} is half a pair; draw two side by side, with an aisle between sofas"
            ));
        }
    }

    /// Categories that no seat is of.
    fn unused(&mut self, text: &str) {
        for (no, category) in (0_u8..).map(CategoryNo).zip(self.layout.categories()) {
            if self.layout.seats().any(|(_, seat)| seat.category == no) {
                continue;
            }
            let (glyph, code) = (category.glyph, &category.code);
            let declares = |line: &str| {
                let rest = line.trim_start_matches(' ').strip_prefix("category ");
                rest.is_some_and(|rest| rest.trim_start_matches(' ').starts_with(glyph))
            };
            let mut lines = (1_u32..).zip(text.split('\n'));
            let line = lines.find(|(_, line)| declares(line));
            let line = line.map_or(1, |(number, _)| number);
            let message =
                format!("no seat is of category {code}; draw one as `{glyph}`, or delete the line");
            self.note_at(line, 0, message);
        }
    }
}

/// Whether seats of a category are bought two by two, by what it is called.
fn is_for_two(code: &str) -> bool {
    ["love_seat", "loveseat", "sofa", "pair"]
        .iter()
        .any(|word| code.contains(word))
}
