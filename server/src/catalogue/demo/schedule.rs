//! A week of shows for each screen: what is popular plays more and in the larger halls, nothing
//! overlaps, and somewhere in every cinema something begins within the hour.

use houseful_core::time::{MINUTE_MS, UtcMillis};
use jiff::{ToSpan, civil::Date, tz::TimeZone};

use super::{
    super::{CatalogueError, ChainShow, Start},
    Taken,
    file::{Cinema, Country, File, Movie, Screen},
    key,
};

/// Numbers that look random and are the same for the same start.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64, about: &[u64]) -> Self {
        Self(about.iter().fold(seed, |state, part| {
            (state ^ part)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .rotate_left(29)
        }))
    }

    /// A number from 0 to `end - 1`; 0 when `end` is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        // The generator is SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^= x >> 31;
        usize::try_from(x >> 33)
            .unwrap_or(0)
            .checked_rem(end)
            .unwrap_or(0)
    }
}

/// A screen of the chain and where it stands.
struct Room<'a> {
    number: u64,
    screen: &'a Screen,
    key: String,
    country: &'a Country,
    zone: TimeZone,
    /// Starts and ends of shows that are there already.
    taken: &'a [(UtcMillis, UtcMillis)],
}

impl Room<'_> {
    /// Whether a show fits beside those that are there already.
    fn is_free(&self, file: &File, slot: &Slot<'_>) -> bool {
        let clean_up_ms = i64::from(file.schedule.clean_up_minutes) * MINUTE_MS;
        let after = |ends: &UtcMillis| ends.plus_ms(clean_up_ms) <= slot.starts;
        let mut taken = self.taken.iter();
        taken.all(|(starts, ends)| after(ends) || ends_clean(file, slot) <= *starts)
    }
}

/// A show before it is written down.
struct Slot<'a> {
    movie: &'a Movie,
    starts: UtcMillis,
}

/// How long before a cinema's first show of the evening the demo may begin: shows that began this
/// long ago are still on the board.
const BEGUN_MS: i64 = 20 * MINUTE_MS;

/// All shows of the week.
pub(super) fn week(
    file: &File,
    now: UtcMillis,
    seed: u64,
    taken: &Taken,
) -> Result<Vec<ChainShow>, CatalogueError> {
    let mut shows = Vec::new();
    let mut number = 0;
    for (nth, cinema) in (0_i64..).zip(&file.cinema) {
        let (country, zone) = place(file, cinema)?;
        let mut rooms = Vec::new();
        for screen in &cinema.screens {
            number += 1;
            let key = key(&[&key(&[&cinema.city, &cinema.name]), &screen.name]);
            let room = Room {
                number,
                screen,
                taken: taken.get(&key).map_or(&[], Vec::as_slice),
                key,
                country,
                zone: zone.clone(),
            };
            let mut slots = room_week(file, &room, now, seed);
            slots.retain(|slot| room.is_free(file, slot));
            rooms.push((room, slots));
        }
        within_the_hour(file, &mut rooms, now, nth);
        for (room, slots) in &rooms {
            shows.extend(slots.iter().map(|slot| written(file, room, slot)));
        }
    }
    Ok(shows)
}

fn place<'a>(file: &'a File, cinema: &Cinema) -> Result<(&'a Country, TimeZone), CatalogueError> {
    let unknown = |kind, key: &str| CatalogueError::Unknown {
        part: format!("cinema `{}`", cinema.name),
        kind,
        key: key.to_owned(),
    };
    let city = file.city.iter().find(|c| c.key == cinema.city);
    let city = city.ok_or_else(|| unknown("city", &cinema.city))?;
    let country = file.country.iter().find(|c| c.code == city.country);
    let country = country.ok_or_else(|| unknown("country", &city.country))?;
    let zone = TimeZone::get(&city.time_zone).map_err(|_| CatalogueError::TimeZone {
        city: city.key.clone(),
        zone: city.time_zone.clone(),
    })?;
    Ok((country, zone))
}

fn room_week<'a>(file: &'a File, room: &Room<'_>, now: UtcMillis, seed: u64) -> Vec<Slot<'a>> {
    let today = jiff::Timestamp::from_millisecond(now.0)
        .map_or(Date::MIN, |at| room.zone.to_datetime(at).date());
    let mut slots: Vec<Slot<'a>> = Vec::new();
    for day in 0..file.schedule.days {
        let Ok(date) = today.checked_add(day.days()) else {
            break;
        };
        room_day(file, room, (date, day), seed, &mut slots);
    }
    slots.retain(|slot| slot.starts > now.plus_ms(-BEGUN_MS));
    slots
}

fn room_day<'a>(
    file: &'a File,
    room: &Room<'_>,
    (date, day): (Date, i32),
    seed: u64,
    slots: &mut Vec<Slot<'a>>,
) {
    let plan = &file.schedule;
    let day_number =
        u64::from(date.day_of_year().unsigned_abs()) << 16 | u64::from(date.year().unsigned_abs());
    let mut draw = Draw::new(seed, &[room.number, day_number]);
    let minutes = |t: jiff::civil::Time| i64::from(t.hour()) * 60 + i64::from(t.minute());
    let step = i64::from(plan.step_minutes.max(1));
    let mut at = minutes(plan.first_start) + step * i64::try_from(draw.below(12)).unwrap_or(0);
    let mut before = "";
    while at <= minutes(plan.last_start) {
        let Some(movie) = choose(file, room, day, at, before, &mut draw) else {
            return;
        };
        before = &movie.title;
        let time = date
            .to_datetime(jiff::civil::Time::midnight())
            .checked_add(at.minutes());
        // On the day of a clock change a time may not exist; it moves by the gap then.
        let start = time
            .ok()
            .and_then(|t| room.zone.to_ambiguous_timestamp(t).compatible().ok());
        if let Some(start) = start {
            let starts = UtcMillis(start.as_millisecond());
            if slots
                .last()
                .is_none_or(|last| ends_clean(file, last) <= starts)
            {
                slots.push(Slot { movie, starts });
            }
        }
        let busy = i64::from(movie.minutes + plan.adverts_minutes + plan.clean_up_minutes);
        let pause = step * i64::try_from(draw.below(4)).unwrap_or(0);
        at = (at + busy + pause + step - 1) / step * step;
    }
}

/// When the room is free again.
fn ends_clean(file: &File, slot: &Slot<'_>) -> UtcMillis {
    let plan = &file.schedule;
    let busy = slot.movie.minutes + plan.adverts_minutes + plan.clean_up_minutes;
    slot.starts.plus_ms(i64::from(busy) * MINUTE_MS)
}

/// A film for a start at `at` minutes after midnight: by weight, families before six, the
/// popular in the large halls in the evening, hardly the same twice in a row.
fn choose<'a>(
    file: &'a File,
    room: &Room<'_>,
    day: i32,
    at: i64,
    before: &str,
    draw: &mut Draw,
) -> Option<&'a Movie> {
    let (evening, large) = (at >= 18 * 60, room.screen.formats.len() > 1);
    let weight = |m: &Movie| {
        let runs = m.released <= day
            && (m.countries.is_empty() || m.countries.contains(&room.country.code))
            && m.formats.iter().any(|f| room.screen.formats.contains(f));
        if !runs {
            return 0;
        }
        let family = m.genres.iter().any(|g| g == "family" || g == "animation");
        let mut weight = m.weight * 4;
        if evening && large {
            weight += m.weight * m.weight / 12;
        }
        weight = if family && evening {
            weight / 6
        } else {
            weight
        };
        weight = if family && !evening {
            weight * 2
        } else {
            weight
        };
        (if m.title == before {
            weight / 8
        } else {
            weight
        })
        .max(1)
    };
    let all: usize = file.movie.iter().map(weight).sum();
    let mut left = draw.below(all);
    file.movie.iter().find(|m| {
        let weight = weight(m);
        let found = left < weight;
        left = left.saturating_sub(weight);
        found
    })
}

/// Sees to it that a cinema has a show that begins within the hour, in its smallest room if none
/// has one: what was planned there around that time gives way, what is there already does not.
fn within_the_hour<'a>(
    file: &'a File,
    rooms: &mut [(Room<'_>, Vec<Slot<'a>>)],
    now: UtcMillis,
    nth: i64,
) {
    let soon = |starts: UtcMillis| {
        starts >= now.plus_ms(5 * MINUTE_MS) && starts <= now.plus_ms(55 * MINUTE_MS)
    };
    let has_one = |(room, slots): &(Room<'_>, Vec<Slot<'_>>)| {
        let mut planned = slots.iter().map(|slot| slot.starts);
        // A show that people know of is soon enough to the minute.
        let mut taken = room.taken.iter().map(|(starts, _)| *starts);
        planned.any(soon) || taken.any(|at| at > now && at <= now.plus_ms(60 * MINUTE_MS))
    };
    if rooms.iter().any(has_one) {
        return;
    }
    let step = i64::from(file.schedule.step_minutes.max(1)) * MINUTE_MS;
    let wanted = now.plus_ms((12 + nth * 7 % 35) * MINUTE_MS).0;
    let starts = UtcMillis((wanted + step - 1) / step * step);
    for (room, slots) in rooms.iter_mut().rev() {
        let mut draw = Draw::new(1, &[room.number]);
        let Some(movie) = choose(file, room, 0, 20 * 60, "", &mut draw) else {
            continue;
        };
        let special = Slot { movie, starts };
        if room.is_free(file, &special) {
            slots.retain(|s| {
                ends_clean(file, s) <= starts || s.starts >= ends_clean(file, &special)
            });
            let place = slots.partition_point(|s| s.starts < starts);
            slots.insert(place, special);
            return;
        }
    }
}

fn written(file: &File, room: &Room<'_>, slot: &Slot<'_>) -> ChainShow {
    let movie = slot.movie;
    let minutes = movie.minutes + file.schedule.adverts_minutes;
    let title = key(&[&movie.title]);
    let mut show = ChainShow::new(
        &title,
        &room.key,
        Start::At(slot.starts),
        minutes,
        &room.country.code,
    );
    // The last format on a screen's list is its best.
    let best = room
        .screen
        .formats
        .iter()
        .rev()
        .find(|f| movie.formats.contains(f));
    let every_other = slot.starts.0 / MINUTE_MS % 2 == 0;
    show.format = match best {
        Some(format) if every_other || !movie.formats.iter().any(|f| f == "2D") => format.clone(),
        _ => "2D".to_owned(),
    };
    show.language.clone_from(&movie.language);
    if movie.language != room.country.language && movie.subtitles.contains(&room.country.language) {
        show.subtitles = vec![room.country.language.clone()];
    }
    show
}
