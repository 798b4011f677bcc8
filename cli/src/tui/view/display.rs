//! The customer's display: the hall, the customer's seats, and what they cost.

use super::{
    grid::{self, Scene},
    sheet::{Part, Sheet, columns_of},
};
use crate::{
    mirror::Picture,
    tui::{
        display::Display,
        local_time,
        model::WINDOW_MIN,
        seats::{self, Arrangement, Seats},
        theme::Theme,
        wording,
    },
};
use ratatui::Frame;

/// Where the hall begins.
const TOP: u16 = 3;
/// Columns of the list of seats, at most.
const LIST_MAX: u16 = 40;

/// Draws the whole screen.
pub fn view(display: &Display, theme: Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let mut sheet = Sheet::new(frame.buffer_mut(), area, theme);
    let (Some(picture), Some(seats), Some(looks)) =
        (display.picture(), &display.seats, display.for_customer())
    else {
        return draw_waiting(display, &mut sheet);
    };
    if area.width < WINDOW_MIN.0 || area.height < WINDOW_MIN.1 {
        return draw_seats(picture, &mut sheet, 0);
    }
    draw_title(seats, &mut sheet);
    draw_hall(display, seats, &looks, picture, &mut sheet);
    let bottom = sheet.height().saturating_sub(1);
    sheet.put(3, bottom, &wording::display_stage(picture), theme.strong());
    let cinema = format!("{}   ", seats.show.cinema_name);
    if columns_of(&cinema) < sheet.width() / 2 {
        sheet.right(bottom, &cinema, theme.faint());
    }
}

fn draw_waiting(display: &Display, sheet: &mut Sheet<'_>) {
    let theme = sheet.theme();
    let (width, middle) = (sheet.width(), sheet.height() / 2);
    sheet.centre(0, middle, width, &display.waiting(), theme.strong());
}

fn draw_title(seats: &Seats, sheet: &mut Sheet<'_>) {
    let theme = sheet.theme();
    let show = &seats.show;
    let when = format!(
        "{}   {}   {}   ",
        local_time::day_name(&show.starts_local),
        local_time::time_of(&show.starts_local),
        show.screen_name
    );
    let title = format!("{}  ({})", show.title, show.certificate);
    let room = sheet.width().saturating_sub(columns_of(&when) + 4);
    sheet.clip(3, 1, room, &title, theme.strong());
    sheet.right(1, &when, theme.text());
}

fn draw_hall(
    display: &Display,
    seats: &Seats,
    looks: &seats::Picture<'_>,
    picture: &Picture,
    sheet: &mut Sheet<'_>,
) {
    let window = (sheet.width(), sheet.height());
    let zoom = Arrangement::inside(looks.hall, window);
    let arranged = Arrangement::of(looks.hall, window, Some(zoom), true);
    let scene = Scene {
        desk: &display.desk,
        seats,
        picture: looks,
        arranged,
        is_steered: false,
    };
    let at = sheet.part(0, TOP, arranged.columns, arranged.rows);
    grid::draw(&scene, sheet, at);
    let list = if arranged.beside {
        let x = (arranged.columns + 2).min(window.0);
        let width = window.0.saturating_sub(x).min(LIST_MAX);
        sheet.part(x, TOP, width, window.1.saturating_sub(TOP + 2))
    } else {
        let y = TOP + arranged.rows;
        sheet.part(
            3,
            y,
            window.0.saturating_sub(6),
            window.1.saturating_sub(y + 1),
        )
    };
    draw_list(picture, sheet, list, arranged.beside);
}

/// The customer's seats with their prices, the total, and what the characters mean.
fn draw_list(picture: &Picture, sheet: &mut Sheet<'_>, part: Part, beside: bool) {
    let theme = sheet.theme();
    if !beside {
        let seats: Vec<_> = picture.lines.iter().map(|line| line.seat).collect();
        let total = picture.total.map_or_else(String::new, |t| t.to_string());
        let mine = wording::display_seats(&seats, &total);
        sheet.clip(part.x, part.y, part.width, &mine, theme.mine());
        if part.height > 1 {
            let key = wording::DISPLAY_KEY.join("   ");
            sheet.clip(part.x, part.y + 1, part.width, &key, theme.faint());
        }
        return;
    }
    let mut lines = vec![(
        wording::YOUR_SEATS.to_owned(),
        String::new(),
        theme.strong(),
    )];
    let mut row = |text: String, money: String, style| lines.push((text, money, style));
    row(String::new(), String::new(), theme.text());
    for line in &picture.lines {
        let text = format!("{}  {}", line.seat, line.ticket_type);
        row(text, line.price.plain(), theme.mine());
    }
    if let Some(fee) = picture.fee.filter(|fee| fee.minor > 0) {
        row(wording::FEE.to_owned(), fee.plain(), theme.text());
    }
    if let Some(total) = picture.total {
        row(String::new(), String::new(), theme.text());
        row(
            wording::COMES_TO.to_owned(),
            total.to_string(),
            theme.strong(),
        );
    }
    row(String::new(), String::new(), theme.text());
    for key in wording::DISPLAY_KEY {
        row(key.to_owned(), String::new(), theme.faint());
    }
    for ((text, money, style), y) in lines.iter().zip(part.y..part.y + part.height) {
        sheet.clip(part.x, y, part.width, text, *style);
        let width = columns_of(money);
        if width > 0 && width < part.width {
            sheet.put(part.x + part.width - width, y, money, *style);
        }
    }
}

/// In a small window: the seats and the total alone.
fn draw_seats(picture: &Picture, sheet: &mut Sheet<'_>, y: u16) {
    let theme = sheet.theme();
    let seats: Vec<_> = picture.lines.iter().map(|line| line.seat).collect();
    let total = picture.total.map_or_else(String::new, |t| t.to_string());
    sheet.put(0, y, &wording::display_seats(&seats, &total), theme.mine());
    sheet.put(0, y + 1, &wording::display_stage(picture), theme.strong());
}
