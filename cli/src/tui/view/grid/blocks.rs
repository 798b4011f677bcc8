//! The hall in blocks: a cell for each, with how many of its seats are free. `.` is none, and `#`
//! after the number says that seats of ours are in it, `?` that some are asked for.

use super::{Drawn, Scene};
use crate::tui::{
    hall::{Blocks, SeatLook},
    seats::{BLOCK_CELL, block_margin},
    view::sheet::{Part, Sheet, columns_of},
    wording,
};

pub(super) fn draw(scene: &Scene<'_>, sheet: &mut Sheet<'_>, part: Part) -> Drawn {
    let hall = scene.picture.hall;
    let theme = sheet.theme();
    let blocks = Blocks::of(hall, usize::from(scene.arranged.lines()));
    let margin = block_margin(hall);
    let focus = blocks.at(hall, scene.seats.cursor);
    let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let (first, end) = scene.seats.section(hall, &scene.arranged).columns;
    let width = ((end - first) * BLOCK_CELL).max(columns_of(wording::SCREEN_BAR));
    let bar = "=".repeat(usize::from(width));
    let left = part.x + margin;
    sheet.clip(left, part.y, width, &bar, theme.faint());
    sheet.centre(left, part.y, width, wording::SCREEN_BAR, theme.text());
    let each = wording::blocks_of(blocks.rows_each);
    let each_room = part.width.saturating_sub(1);
    sheet.clip(part.x + 1, part.y + 1, each_room, &each, theme.faint());
    let mut cursor = None;
    for down in 0..blocks.down {
        let y = part.y + 2 + count(down);
        if y >= part.y + part.height {
            break;
        }
        let style = if down == focus.1 {
            theme.strong()
        } else {
            theme.faint()
        };
        let name = rows_name(scene, &blocks, down);
        sheet.clip(part.x + 1, y, margin - 2, &name, style);
        let right = left + (end - first) * BLOCK_CELL + 1;
        if right + margin - 2 <= part.x + part.width {
            sheet.clip(right, y, margin - 2, &name, style);
        }
        for across in first..end {
            let x = left + (across - first) * BLOCK_CELL;
            let across = usize::from(across);
            draw_block(scene, sheet, &blocks, (across, down), (x, y));
            if (across, down) == focus {
                sheet.dot(x, y, '>', theme.strong());
                cursor = Some((x + 3, y));
            }
        }
    }
    Drawn {
        cursor,
        shown: None,
        right: part.x + part.width,
    }
}

/// The letters of the first row and of the last.
fn rows_name(scene: &Scene<'_>, blocks: &Blocks, down: usize) -> String {
    let hall = scene.picture.hall;
    match blocks.rows(down) {
        [] => String::new(),
        [one] => hall.row_name(*one).to_owned(),
        [first, .., last] => format!("{}-{}", hall.row_name(*first), hall.row_name(*last)),
    }
}

fn draw_block(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    blocks: &Blocks,
    (across, down): (usize, usize),
    (x, y): (u16, u16),
) {
    let theme = sheet.theme();
    let (mut all, mut free, mut mark, mut fresh) = (0, 0, ' ', false);
    for no in blocks.seats(scene.picture.hall, across, down) {
        all += 1;
        fresh |= scene.seats.others.is_fresh(no, scene.desk.now);
        match scene.picture.look(no) {
            SeatLook::Free(_) => free += 1,
            SeatLook::Mine => mark = '#',
            SeatLook::Asking if mark == ' ' => mark = '?',
            _ => {}
        }
    }
    let text = match (all, free) {
        (0, _) => String::new(),
        (_, 0) => ".".to_owned(),
        (_, free) => free.to_string(),
    };
    let mut style = match mark {
        '#' => theme.mine(),
        '?' => theme.waiting(),
        _ if free == 0 => theme.faint(),
        _ => theme.text(),
    };
    if fresh {
        style = style.patch(theme.strong());
    }
    sheet.put(x + 1, y, &format!("{text:>3}{mark}"), style);
}
