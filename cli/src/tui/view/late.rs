//! The late-payments desk: the list, and one case as a page.

use houseful_core::wire::desk::{DeskCase, StoryStep};
use ratatui::style::Style;

use super::{
    dialogs::wrap,
    header,
    sheet::{Part, Sheet, columns_of, pad, window},
};
use crate::tui::{
    late::{CasePage, Late, NoteFor},
    model::Model,
    theme::Theme,
    wording,
};

/// Where the list begins: header, what is listed, headings.
const TOP: u16 = 3;
/// How long ago.
const AGE: u16 = 8;
/// The booking's code.
const CODE: u16 = 13;
/// Money with its currency.
const AMOUNT: u16 = 13;
/// From this width on what is to be done stands in the list.
const WIDE: u16 = 110;
/// Below this width the code stands in the readout alone.
const NARROW: u16 = 72;
/// The width of the labels of a page.
const LABEL: u16 = 10;
/// The width of a time in the story: `Sat 21 Nov 19:12`.
const WHEN: u16 = 18;

pub(super) fn draw(
    model: &Model,
    view: &Late,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    if let Some(page) = &view.page {
        return draw_page(model, page, sheet, body);
    }
    let theme = sheet.theme();
    header(
        model,
        sheet,
        &wording::view_title(wording::View::Late, None),
    );
    let title = if view.ended {
        wording::LATE_ENDED
    } else {
        wording::LATE_OPEN
    };
    sheet.put(1, 1, title, theme.strong());
    if view.ended && view.next.is_some() {
        sheet.right(1, wording::MORE_ENDED, theme.faint());
    }
    if !view.read_only.is_empty() {
        sheet.put(
            1,
            1,
            &wording::shows_left_out(&view.read_only),
            theme.alarm(),
        );
    }
    let columns = Columns::new(body.width);
    sheet.put(1, 2, &columns.heading(), theme.faint());
    let room = usize::from(body.height.saturating_sub(TOP));
    let first = window(view.cursor, view.cases.len(), room);
    let mut cursor = None;
    let lines = view.cases.iter().enumerate().skip(first).take(room);
    for ((line, case), y) in lines.zip(TOP..body.height) {
        let marked = line == view.cursor;
        let text = columns.line(model, case);
        sheet.put(1, y, &text, line_style(theme, case, marked));
        if marked {
            sheet.put(0, y, ">", theme.strong());
            cursor = Some((0, y));
        }
    }
    draw_empty(model, view, sheet);
    if let (Some(case), None) = (view.marked(), &model.desk.notice) {
        sheet.put(1, body.height, &readout(case, body.width), theme.text());
    }
    cursor
}

/// Why the list is empty, or old.
fn draw_empty(model: &Model, view: &Late, sheet: &mut Sheet<'_>) {
    let theme = sheet.theme();
    if let Some(why) = &view.refused {
        let y = if view.cases.is_empty() { TOP } else { 1 };
        if view.cases.is_empty() {
            sheet.put(1, y, wording::LATE_REFUSED, theme.text());
        }
        sheet.put(1, y + 1, why, theme.alarm());
        return;
    }
    if !view.cases.is_empty() {
        return;
    }
    let said = if model.desk.link.down.is_some() {
        wording::NO_SERVER
    } else if !view.loaded {
        wording::LOADING
    } else if view.ended {
        wording::NOTHING_ENDED
    } else {
        wording::NOTHING_OPEN
    };
    sheet.put(1, TOP, said, theme.text());
}

fn line_style(theme: Theme, case: &DeskCase, marked: bool) -> Style {
    match () {
        () if marked => theme.strong(),
        () if case.needs_somebody() => theme.alarm(),
        () => theme.text(),
    }
}

/// The marked case, with whatever had to give way in its line.
fn readout(case: &DeskCase, width: u16) -> String {
    let next = wording::case_next(case);
    match case.code {
        Some(code) if width < NARROW => format!("{code}  {next}"),
        _ => next,
    }
}

/// The widths of the columns, each with a blank.
struct Columns {
    what: u16,
    code: u16,
    end: u16,
    next: u16,
}

impl Columns {
    fn new(width: u16) -> Self {
        let code = if width < NARROW { 0 } else { CODE };
        let left = width.saturating_sub(2 + AGE + code + AMOUNT);
        let (what, end, next) = if width >= WIDE {
            let (what, end) = (left * 3 / 10, left * 3 / 10);
            (what, end, left - what - end)
        } else {
            let what = left * 11 / 20;
            (what, left - what, 0)
        };
        Self {
            what,
            code,
            end,
            next,
        }
    }

    fn heading(&self) -> String {
        let room = usize::from(AMOUNT - 1);
        let amount = format!("{:>room$}", wording::label::AMOUNT);
        self.row([
            wording::label::AGE,
            wording::label::CASE,
            wording::label::CODE,
            &amount,
            wording::label::STATE,
            wording::label::NEXT,
        ])
    }

    fn line(&self, model: &Model, case: &DeskCase) -> String {
        let age = wording::case_age(case.at.0, model.desk.server_now());
        let code = case
            .code
            .map_or_else(|| "-".to_owned(), |code| code.to_string());
        let room = usize::from(AMOUNT - 1);
        let amount = format!("{:>room$}", wording::case_amount(case));
        let end = wording::case_end(case);
        let next = model.keymap.say(&wording::case_next(case));
        self.row([&age, wording::case_what(case), &code, &amount, &end, &next])
    }

    fn row(&self, cells: [&str; 6]) -> String {
        let widths = [AGE, self.what, self.code, AMOUNT, self.end, self.next];
        let mut row = String::new();
        for (cell, width) in cells.into_iter().zip(widths) {
            if width > 0 {
                row += &pad(cell, width - 1);
                row.push(' ');
            }
        }
        row
    }
}

/// A line of a page: its label, its text.
type Line = (String, String, Style);

fn draw_page(
    model: &Model,
    page: &CasePage,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let case = &page.case;
    let name = case.code.map(|code| code.to_string());
    header(
        model,
        sheet,
        &wording::view_title(wording::View::Late, Some(name.as_deref().unwrap_or("-"))),
    );
    let width = sheet.width().saturating_sub(1 + LABEL);
    let mut lines = about(model, page, theme);
    let after = tail(model, page, theme, width);
    let form = u16::from(page.form.is_some()) * 2;
    // The oldest of the story gives way before anything else does.
    let used = u16::try_from(lines.len() + after.len()).unwrap_or(u16::MAX);
    let room = body.height.saturating_sub(2 + used + form);
    lines.extend(story(model, page, theme, (width, room)));
    lines.extend(after);
    let mut y = 2;
    for (label, text, style) in lines {
        if y >= body.height.saturating_sub(form) {
            break;
        }
        sheet.put(1, y, &label, theme.faint());
        sheet.put(1 + LABEL, y, &text, style);
        y += 1;
    }
    match &page.form {
        Some(_) => draw_note(page, sheet, y.min(body.height.saturating_sub(2))),
        None => Some((0, 2)),
    }
}

/// What it is about: the case, its show, who it is for.
fn about(model: &Model, page: &CasePage, theme: Theme) -> Vec<Line> {
    let case = &page.case;
    let line = |label: &str, text: String| (label.to_owned(), text, theme.text());
    let what = format!(
        "{}: {}",
        wording::case_what(case),
        wording::case_amount(case)
    );
    let style = if case.needs_somebody() {
        theme.alarm()
    } else {
        theme.strong()
    };
    let mut lines = vec![
        (wording::label::CASE.to_owned(), what, style),
        line(wording::label::STATE, wording::case_end(case)),
    ];
    if let Some(show) = &page.show {
        lines.push(line(wording::label::SHOW, wording::show_line(show)));
    }
    let contact = page.booking.as_ref().map(wording::contact);
    if let Some(contact) = contact.filter(|contact| !contact.is_empty()) {
        lines.push(line(wording::label::FOR, contact));
    }
    if let Some(resolution) = &case.resolution {
        let said = wording::resolution(resolution, zone(model, page));
        lines.push(line(wording::label::SEEN_TO, said));
    }
    lines
}

/// What happened, in order; where there is little room, the latest of it.
fn story(model: &Model, page: &CasePage, theme: Theme, (width, room): (u16, u16)) -> Vec<Line> {
    let zone = zone(model, page);
    if page.story.is_empty() {
        let said = match (&page.refused, page.told) {
            (Some(why), _) => why.clone(),
            (None, false) => wording::LOADING.to_owned(),
            (None, true) => String::new(),
        };
        return vec![(wording::label::STORY.to_owned(), said, theme.faint())];
    }
    let told = |step: &StoryStep| -> Vec<Line> {
        let said = wrap(&wording::story_said(step), width.saturating_sub(WHEN + 1));
        let at = std::iter::once(wording::when(step.at.0, zone))
            .chain(std::iter::repeat_with(String::new));
        let line = |(at, text): (String, String)| format!("{}{text}", pad(&at, WHEN));
        let lines = at.zip(said).map(line);
        lines
            .map(|text| (String::new(), text, theme.text()))
            .collect()
    };
    let steps: Vec<Vec<Line>> = page.story.iter().map(told).collect();
    // None is told without its beginning.
    let (room, mut used) = (usize::from(room), 0);
    let fits = |step: &&Vec<Line>| {
        used += step.len();
        used <= room
    };
    let latest = steps.iter().rev().take_while(fits).count().max(1);
    let latest = steps.into_iter().rev().take(latest).rev();
    let mut lines: Vec<Line> = latest.flatten().take(room).collect();
    if let Some(first) = lines.first_mut() {
        first.0 = wording::label::STORY.to_owned();
    }
    lines
}

/// What each tender paid, and what is to be done.
fn tail(model: &Model, page: &CasePage, theme: Theme, width: u16) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let tenders = page.payment.iter().flat_map(|p| &p.tenders);
    for (n, tender) in tenders.enumerate() {
        let label = if n == 0 { wording::label::PAID } else { "" };
        let said = wording::tender_said(tender);
        lines.push((label.to_owned(), said, theme.text()));
    }
    let next = model.keymap.say(&wording::case_next(&page.case));
    let next = if page.is_changing() {
        wording::ASKING_CHANGE.to_owned()
    } else {
        next
    };
    for (n, text) in wrap(&next, width.saturating_sub(1)).into_iter().enumerate() {
        let label = if n == 0 { wording::label::NEXT } else { "" };
        lines.push((label.to_owned(), text, theme.strong()));
    }
    lines
}

/// The note that is being typed; gives the place of the cursor.
fn draw_note(page: &CasePage, sheet: &mut Sheet<'_>, y: u16) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let form = page.form.as_ref()?;
    let what = match form.what {
        NoteFor::Resolve(how) => wording::note_for(how),
        NoteFor::Refuse => wording::REFUSE_WHY.to_owned(),
    };
    sheet.put(1, y, &what, theme.strong());
    sheet.put(1, y + 1, wording::NOTE, theme.key());
    let x = 1 + columns_of(wording::NOTE);
    let room = sheet.width().saturating_sub(x + 1);
    let at = sheet.field(x, y + 1, room, &form.note);
    Some((at, y + 1))
}

/// The zone that times are told in: the cinema's of the show.
fn zone<'a>(model: &'a Model, page: &'a CasePage) -> &'a str {
    page.show
        .as_ref()
        .map_or_else(|| model.home.time_zone(), |show| &show.time_zone)
}
