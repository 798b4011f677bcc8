//! The fixtures are what they say: halls that can be read, halls that can't, a chain that fits.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use houseful_core::{
    layout::{Place, SeatLayout, lint},
    money::Currency,
    price::{Channel, PriceCard, PriceRow, TicketType},
    text::Name,
};
use serde::Deserialize;

/// The files with this ending directly in a folder of `fixtures/`, by name without the ending.
fn files(folder: &str, ending: &str) -> BTreeMap<String, String> {
    let folder = fixtures().join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries
        .map(|entry| {
            entry
                .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
                .path()
        })
        .filter_map(|path| Some((stem(&path, ending)?, read(&path))))
        .collect()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn stem(path: &Path, ending: &str) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(ending).map(str::to_owned)
}

fn halls() -> BTreeMap<String, SeatLayout> {
    let halls = files("halls", ".txt").into_iter();
    halls
        .map(|(name, text)| match SeatLayout::parse(&text) {
            Ok(layout) => (name, layout),
            Err(mistakes) => panic!("{name}: {mistakes:#?}"),
        })
        .collect()
}

#[test]
fn every_hall_is_read_and_survives_being_written() {
    let halls = halls();
    for (name, layout) in &halls {
        let again = SeatLayout::parse(&layout.to_text());
        assert_eq!(again.as_ref(), Ok(layout), "{name}");
        assert_eq!(lint(&layout.to_text()), [], "{name}");
        let blocked = layout.seats().filter(|(_, s)| s.blocked.is_some()).count();
        assert!(
            blocked * 10 < layout.len(),
            "{name}: too much is kept from sale"
        );
        let places = |place| layout.seats().filter(|(_, s)| s.place == place).count();
        assert!(
            places(Place::Wheelchair) == 0 || places(Place::Companion) > 0,
            "{name}: a wheelchair user comes alone"
        );
    }
    let sizes: Vec<_> = halls.values().map(SeatLayout::len).collect();
    assert!(sizes.len() > 10, "{sizes:?}");
    assert_eq!(sizes.iter().min(), Some(&42));
    assert!(
        sizes.iter().any(|n| (2_000..=2_048).contains(n)),
        "{sizes:?}"
    );
}

#[test]
fn every_broken_hall_is_refused_in_the_words_it_expects() {
    let broken = files("halls/broken", ".txt");
    assert!(broken.len() >= 6);
    let mut wrong = String::new();
    for (name, text) in broken {
        let told: String = match SeatLayout::parse(&text) {
            Ok(layout) => format!("read as {layout:?}"),
            Err(mistakes) => mistakes
                .iter()
                .map(|m| format!("# refused: {m}\n"))
                .collect(),
        };
        let expected = text
            .split_inclusive('\n')
            .take_while(|l| l.starts_with("# refused: "));
        if told != expected.collect::<String>() {
            wrong += &format!("-- {name}.txt\n{told}");
        }
    }
    assert!(
        wrong.is_empty(),
        "what was told, and not expected:\n{wrong}"
    );
}

/// `fixtures/chain/chain.toml`, as its comment describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chain {
    name: String,
    schedule: toml::Table,
    ticket_type: Vec<TicketType>,
    country: Vec<Country>,
    city: Vec<City>,
    cinema: Vec<Cinema>,
    movie: Vec<Movie>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Country {
    code: String,
    name: String,
    language: String,
    currency: Currency,
    #[serde(default)]
    fees: BTreeMap<Channel, i64>,
    rules: Option<Box<houseful_core::price::PriceRules>>,
    prices: BTreeMap<String, BTreeMap<String, i64>>,
    refunds: Option<houseful_core::refund::RefundTerms>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct City {
    key: String,
    name: String,
    country: String,
    also: Vec<String>,
    latitude: f64,
    longitude: f64,
    time_zone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cinema {
    name: String,
    city: String,
    address: String,
    latitude: f64,
    longitude: f64,
    screens: Vec<Screen>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Screen {
    name: String,
    hall: String,
    formats: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Movie {
    title: String,
    also: Vec<String>,
    minutes: u32,
    certificate: String,
    genres: Vec<String>,
    language: String,
    subtitles: Vec<String>,
    formats: BTreeSet<String>,
    released: i32,
    weight: u32,
    countries: Option<Vec<String>>,
}

impl Movie {
    fn runs_in(&self, country: &str) -> bool {
        let countries = self.countries.as_ref();
        countries.is_none_or(|c| c.iter().any(|c| c == country))
    }
}

fn chain() -> Chain {
    let path = fixtures().join("chain/chain.toml");
    toml::from_str(&read(&path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn the_chain_is_as_large_as_a_believable_one() {
    let chain = chain();
    let countries: BTreeSet<_> = chain.city.iter().map(|c| &c.country).collect();
    assert!(countries.len() >= 3 && chain.city.len() >= 4 && chain.cinema.len() >= 8);
    assert!(chain.cinema.iter().map(|c| c.screens.len()).sum::<usize>() >= 26);
    assert!(chain.movie.len() >= 18);
    let running = |m: &&Movie| m.released <= 0;
    assert!(chain.movie.iter().filter(running).count() >= 15);
    assert!(
        !chain.movie.iter().all(|m| running(&m)),
        "nothing to sell ahead"
    );
    for city in &chain.city {
        let on = chain
            .movie
            .iter()
            .filter(running)
            .filter(|m| m.runs_in(&city.country));
        assert!(on.count() >= 8, "{} has little to show", city.name);
    }
}

#[test]
fn titles_come_in_many_scripts_and_lengths() {
    let titles: Vec<_> = chain().movie.into_iter().map(|m| m.title).collect();
    for (letter, script) in [
        ('e', "Latin"),
        ('τ', "Greek"),
        ('і', "Cyrillic"),
        ('ا', "Arabic"),
        ('न', "Devanagari"),
        ('り', "kana"),
        ('달', "hangul"),
    ] {
        assert!(
            titles.iter().any(|t| t.contains(letter)),
            "no title in {script}"
        );
    }
    assert!(
        titles.iter().any(|t| t.chars().count() > 100),
        "no very long title"
    );
}

#[test]
fn every_price_card_is_whole() {
    let chain = chain();
    let halls = halls();
    let sold: BTreeSet<_> = halls
        .values()
        .flat_map(|hall| hall.categories().iter().map(|c| c.code.as_str()))
        .collect();
    for country in &chain.country {
        let row = |category: &String, (ticket_type, minor): (&String, &i64)| PriceRow {
            category: category.clone(),
            ticket_type: ticket_type.clone(),
            minor: *minor,
        };
        let rows = country.prices.iter();
        let card = PriceCard {
            currency: country.currency,
            ticket_types: chain.ticket_type.clone(),
            prices: rows
                .flat_map(|(c, types)| types.iter().map(move |t| row(c, t)))
                .collect(),
            fees: country.fees.clone(),
            refunds: country.refunds.clone(),
            rules: country.rules.clone(),
        };
        assert_eq!(card.check(), Ok(()), "{}", country.name);
        for category in &sold {
            for kind in &chain.ticket_type {
                let price = card.price_minor(category, &kind.code);
                assert!(
                    price > Some(0),
                    "{}: {category}, {}",
                    country.name,
                    kind.code
                );
            }
        }
        // A seat costs some euros, pounds, zlotys or yen: a missing or extra decimal shows here.
        let adult = card.price_minor("standard", "adult").unwrap_or(0);
        let whole = adult / 10_i64.pow(u32::from(country.currency.decimals()));
        let usual = match country.currency.code() {
            "JPY" => 1_000..4_000,
            "PLN" => 15..60,
            _ => 5..30,
        };
        assert!(
            usual.contains(&whole),
            "{}: {whole} for an adult",
            country.name
        );
    }
}

#[test]
fn everything_the_chain_names_is_there() {
    let chain = chain();
    let halls = halls();
    let mut shown = BTreeSet::new();
    for cinema in &chain.cinema {
        let Some(city) = chain.city.iter().find(|c| c.key == cinema.city) else {
            panic!("{}: there is no city {}", cinema.name, cinema.city);
        };
        // A degree is 111 km at most; no cinema is outside of its city.
        let near = (cinema.latitude - city.latitude).abs() < 0.1
            && (cinema.longitude - city.longitude).abs() < 0.1;
        assert!(near, "{} is not in {}", cinema.name, city.name);
        for screen in &cinema.screens {
            assert!(
                halls.contains_key(&screen.hall),
                "{}: {}",
                cinema.name,
                screen.hall
            );
            shown.extend(screen.formats.iter().cloned());
        }
    }
    for city in &chain.city {
        assert!(
            chain.country.iter().any(|c| c.code == city.country),
            "{}",
            city.name
        );
        let zone = jiff::tz::TimeZone::get(&city.time_zone);
        assert!(zone.is_ok(), "{}: {}", city.name, city.time_zone);
    }
    for movie in &chain.movie {
        assert!(movie.formats.is_subset(&shown), "{}", movie.title);
        assert!((78..=190).contains(&movie.minutes), "{}", movie.title);
        assert!((1..=100).contains(&movie.weight), "{}", movie.title);
        assert!(
            !movie.subtitles.contains(&movie.language),
            "{}",
            movie.title
        );
        let known = |code: &String| chain.country.iter().any(|c| c.code == *code);
        assert!(
            movie.countries.iter().flatten().all(known),
            "{}",
            movie.title
        );
    }
    assert!(chain.schedule.contains_key("days"));
}

#[test]
fn every_name_of_the_chain_can_be_drawn_on_one_line() {
    let chain = chain();
    let mut names = vec![chain.name];
    names.extend(chain.country.into_iter().flat_map(|c| [c.name, c.language]));
    for city in chain.city {
        names.push(city.name);
        names.extend(city.also);
    }
    for cinema in chain.cinema {
        names.extend([cinema.name, cinema.address]);
        names.extend(cinema.screens.into_iter().map(|s| s.name));
    }
    for movie in chain.movie {
        names.extend([movie.title, movie.certificate]);
        names.extend(movie.also.into_iter().chain(movie.genres));
    }
    for name in &names {
        assert_eq!(
            Name::new(name).as_ref().map(Name::as_str),
            Ok(name.as_str()),
            "{name}"
        );
    }
}
