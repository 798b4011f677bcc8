//! `houseful show seats`: the hall as it stands.

use std::{collections::BTreeMap, fmt::Write};

use houseful_core::{
    expiry::is_alive,
    ids::ShowId,
    layout::{BlockReason, Place},
    seat::SeatLabel,
    time::UtcMillis,
    wire::{
        Time,
        catalogue::{ShowDetail, ShowStatus},
        seats::{LayoutView, SeatMap, SeatMark, Version},
    },
};
use serde::Serialize;

use crate::{
    args::ShowArg,
    context::Context,
    error::CliError,
    output::{Columns, Format, View, escaped, extra, usual},
};

/// One seat as it stands.
#[derive(Clone, Debug, Serialize)]
struct SeatRow {
    label: SeatLabel,
    row: String,
    number: u16,
    category: String,
    place: Place,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<BlockReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Time>,
}

/// All seats as they stand.
#[derive(Debug, Serialize)]
struct Hall {
    show: ShowId,
    version: Version,
    status: ShowStatus,
    free: usize,
    seats: Vec<SeatRow>,
}

pub(in crate::commands) static COLUMNS: Columns = Columns {
    id: "label",
    columns: &[
        usual("label", "Seat"),
        usual("row", "Row"),
        usual("number", "No"),
        usual("category", "Category"),
        usual("place", "Place"),
        usual("state", "State"),
        usual("until", "Until"),
        extra("reason", "Reason"),
    ],
};

pub(super) async fn run(
    ctx: &mut Context,
    show: &ShowArg,
    only: Option<&str>,
) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let detail = super::find(ctx, &client, show).await?;
    let id = detail.show.id;
    let both = async { tokio::try_join!(client.layout(id), client.seats(id)) };
    let (layout, map) = ctx.wait("asking for the seats", both).await?;
    let now = client.server_now().unwrap_or_default();
    let marks = marks(&map, now)?;
    let mut hall = hall(&layout, &map, &marks);
    let style = &ctx.style;
    if style.format == Format::Table && style.fields.is_none() && only.is_none() && !style.ids_only
    {
        let text = drawn(&detail, &layout, &hall, &ctx.style.view);
        return ctx.text(&text);
    }
    if let Some(state) = only {
        hall.seats.retain(|seat| seat.state == state);
    }
    ctx.list(&COLUMNS, &hall, &hall.seats, "no such seats")
}

/// What each seat is at `now`: a hold that is over is free, whatever the map says.
fn marks(map: &SeatMap, now: UtcMillis) -> Result<Vec<(SeatMark, Option<Time>)>, CliError> {
    let mut marks: Vec<(SeatMark, Option<Time>)> = map
        .states
        .chars()
        .map(|letter| SeatMark::from_letter(letter).map(|mark| (mark, None)))
        .collect::<Option<_>>()
        .ok_or_else(|| CliError::System {
            what: "the seat map has states that this program does not know; is it older than the server?"
                .to_owned(),
        })?;
    let ends: BTreeMap<usize, Time> = map
        .holds
        .iter()
        .flat_map(|hold| hold.seats.iter().map(|seat| (seat.index(), hold.until)))
        .collect();
    for (seat, (mark, until)) in marks.iter_mut().enumerate() {
        match (*mark, ends.get(&seat)) {
            (SeatMark::Held | SeatMark::Blocked(_), Some(end)) if !is_alive(end.0, now) => {
                *mark = SeatMark::Free;
            }
            (SeatMark::Held, Some(end)) => *until = Some(*end),
            _ => {}
        }
    }
    Ok(marks)
}

fn hall(layout: &LayoutView, map: &SeatMap, marks: &[(SeatMark, Option<Time>)]) -> Hall {
    let row = |(seat, (mark, until)): (
        &houseful_core::wire::seats::LayoutSeat,
        &(SeatMark, Option<Time>),
    )| {
        SeatRow {
            label: seat.label,
            row: seat.label.row().to_owned(),
            number: seat.label.number(),
            category: seat.category.clone(),
            place: seat.place,
            state: mark.word(),
            reason: match mark {
                SeatMark::Blocked(reason) => Some(*reason),
                SeatMark::Free | SeatMark::Held | SeatMark::Booked => None,
            },
            until: *until,
        }
    };
    let free = marks.iter().filter(|(mark, _)| *mark == SeatMark::Free);
    Hall {
        show: map.show,
        version: map.version,
        status: map.status,
        free: free.count(),
        seats: layout.seats.iter().zip(marks).map(row).collect(),
    }
}

/// The hall as a drawing: letters can be bought, signs can not.
fn drawn(detail: &ShowDetail, layout: &LayoutView, hall: &Hall, view: &View) -> String {
    let columns = usize::from(layout.columns);
    let wide = view
        .width
        .is_none_or(|w| columns * 2 + 10 <= usize::from(w));
    let step = if wide { 2 } else { 1 };
    let mut rows = vec![(String::new(), vec![' '; columns * step]); usize::from(layout.rows)];
    for (place, seat) in layout.seats.iter().zip(&hall.seats) {
        let Some((name, cells)) = rows.get_mut(usize::from(place.row)) else {
            continue;
        };
        seat.row.clone_into(name);
        if let Some(cell) = cells.get_mut(usize::from(place.column) * step) {
            *cell = glyph(layout, seat);
        }
    }
    let mut text = format!(
        "{}\n{} of {} free, {}\n\n",
        super::in_words(detail, view),
        hall.free,
        hall.seats.len(),
        super::status_words(hall.status)
    );
    // Writing to a String cannot fail.
    let _ = writeln!(text, "     {:=^width$}", " SCREEN ", width = columns * step);
    for (name, cells) in &rows {
        let line: String = cells.iter().collect();
        let line = format!("{name:>3}  {line} {name}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push('\n');
    text.push_str(&legend(detail, layout));
    text
}

fn glyph(layout: &LayoutView, seat: &SeatRow) -> char {
    match (seat.state, seat.place) {
        ("held", _) => '~',
        ("booked", _) => '.',
        ("blocked", _) => '%',
        (_, Place::Wheelchair) => 'w',
        (_, Place::Companion) => 'c',
        (_, Place::Standard) => layout
            .categories
            .iter()
            .find(|c| c.code == seat.category)
            .map_or('?', |c| c.glyph),
    }
}

fn legend(detail: &ShowDetail, layout: &LayoutView) -> String {
    let default = detail.ticket_types.first().map(|t| t.code.as_str());
    let mut text = String::new();
    for category in &layout.categories {
        let price = detail
            .prices
            .iter()
            .find(|p| p.category == category.code && Some(p.ticket_type.as_str()) == default);
        let price = price.map_or_else(String::new, |p| p.price.to_string());
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {} {:<16} {price}",
            category.glyph,
            escaped(&category.name)
        );
    }
    let has = |place: Place| layout.seats.iter().any(|s| s.place == place);
    if has(Place::Wheelchair) || has(Place::Companion) {
        text.push_str("  w wheelchair  c companion\n");
    }
    text + "  . sold  ~ held by somebody  % kept back\n"
}

#[cfg(test)]
mod tests {
    use houseful_core::{seat::SeatNo, wire::seats::HoldEnd};

    use super::*;

    fn map() -> SeatMap {
        SeatMap {
            show: ShowId(1),
            version: "3-0000000000000001".parse().expect("a version"),
            layout: "0".repeat(32).parse().expect("a hash"),
            status: ShowStatus::OnSale,
            states: "fhsbxc".to_owned(),
            holds: vec![HoldEnd {
                until: Time(UtcMillis(1_000)),
                seats: vec![SeatNo(1)],
            }],
        }
    }

    #[test]
    fn a_hold_that_is_over_is_free_whatever_the_map_says() {
        let free = |now| {
            let marks = marks(&map(), UtcMillis(now)).expect("a map");
            let free = |at: &usize| marks[*at].0 == SeatMark::Free;
            (0..marks.len()).filter(free).collect::<Vec<_>>()
        };
        assert_eq!(free(999), [0]);
        assert_eq!(free(1_000), [0, 1]);
    }

    #[test]
    fn a_letter_of_the_future_is_not_guessed_at() {
        let strange = SeatMap {
            states: "fz".to_owned(),
            ..map()
        };
        assert!(marks(&strange, UtcMillis(0)).is_err());
    }
}
