//! What is found, and in which order.

use std::io::Read;

use flate2::read::GzDecoder;

use super::{
    Target::{City, Movie},
    *,
};

/// Cities of these names.
fn cities(names: &[&str]) -> SearchIndex {
    let things = names.iter().enumerate();
    SearchIndex::of(things.map(|(i, name)| (City(i), *name, [].as_slice())))
}

/// What is found, nearest first.
fn found(index: &SearchIndex, query: &str) -> Vec<Target> {
    let mut hits = index.find(query);
    hits.sort_unstable();
    hits.into_iter().map(|hit| hit.target).collect()
}

#[test]
fn nearer_names_come_first() {
    let names = ["Leeds", "Leedsburgh", "East Leeds", "Lees", "Lyon"];
    let also = ["リーズ".to_owned()];
    let cities = names.iter().enumerate();
    let cities = cities.map(|(i, name)| (City(i), *name, [].as_slice()));
    let movie = (Movie(0), "The Leeds Affair", also.as_slice());
    let index = SearchIndex::of(cities.chain([movie]));
    let found = |query: &str| found(&index, query);
    assert_eq!(found("leeds")[..2], [City(0), City(2)]);
    assert!(found("leeds").contains(&Movie(0)));
    assert!(!found("leeds").contains(&City(4)));
    assert_eq!(found("りーず"), [Movie(0)]);
    assert_eq!(found(" - "), []);
    assert_eq!(found("leeds affair"), [Movie(0)]);
}

#[test]
fn names_are_found_as_people_type_them() {
    let names = [
        "The Ninth Cartographer",
        "Szósty tramwaj",
        "Une soupe pour l'hiver prochain",
        "からくり猫と百の夜",
        "Kraków",
        "Żuraw nad Wisłą: część druga",
        "Leeds",
        "Osaka",
        "Kelp Horizon",
        "Amélie",
        "Το τελευταίο καΐκι",
        "달빛 세탁소의 열두 손님",
    ];
    let index = cities(&names);
    let table = [
        ("ninth", 0),
        ("cartogr", 0),
        ("the ninth c", 0),
        ("cartografer", 0),
        ("szosty", 1),
        ("tramwaj", 1),
        ("soupe", 2),
        ("lhiver", 2),
        ("l'hiver", 2),
        ("hiver soupe", 2),
        ("猫", 3),
        ("カラクリ", 3),
        ("krakow", 4),
        ("KRAKÓW", 4),
        ("krakwo", 4),
        ("zuraw", 5),
        ("wisla czesc", 5),
        ("leeds", 6),
        ("leds", 6),
        ("osa", 7),
        ("horizn", 8),
        ("kelphorizon", 8),
        ("amelie", 9),
        ("Ame\u{301}lie", 9),
        ("καικι", 10),
        ("세탁소", 11),
    ];
    for (query, expected) in table {
        let first = found(&index, query).first().copied();
        assert_eq!(first, Some(City(expected)), "{query}");
    }
    for nothing in ["", " ", "xyzzy", "tramwej wisla", "leeds osaka", "!?"] {
        assert_eq!(index.find(nothing), [], "{nothing}");
    }
}

#[test]
fn a_query_without_end_is_looked_at_in_bounds() {
    let index = cities(&["word ".repeat(20).as_str()]);
    assert!(index.find(&"word ".repeat(100_000)).len() <= 1);
    assert!(index.find(&"x".repeat(1_000_000)).is_empty());
}

/// A real city: its name, its country, its other names.
type RealCity = (String, String, Vec<String>);

/// All of them, the largest first.
fn real_cities() -> Vec<RealCity> {
    let file = include_bytes!("../../../../fixtures/cities.tsv.gz");
    let mut text = String::new();
    let mut unpacked = GzDecoder::new(file.as_slice());
    unpacked.read_to_string(&mut text).expect("a text");
    let city = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let also = columns[8].split('|').filter(|name| !name.is_empty());
        let population: u64 = columns[7].parse().expect("a number");
        let city = (columns[1].to_owned(), columns[2].to_owned());
        (
            population,
            city.0,
            city.1,
            also.map(str::to_owned).collect(),
        )
    };
    let mut cities: Vec<_> = text.lines().skip(1).map(city).collect();
    cities.sort_by_key(|city| std::cmp::Reverse(city.0));
    cities
        .into_iter()
        .map(|(_, name, country, also)| (name, country, also))
        .collect()
}

/// What people type, and the city they mean: among equals the largest.
#[rustfmt::skip]
const MEANT: &[(&str, &str)] = &[
    // As it is written, in part, without accents, in other letters.
    ("london", "London GB"), ("amsterd", "Amsterdam NL"), ("zurich", "Zürich CH"),
    ("zürich", "Zürich CH"), ("sao paulo", "São Paulo BR"), ("bogota", "Bogotá CO"),
    ("kraków", "Kraków PL"), ("lodz", "Łódź PL"), ("wroclaw", "Wrocław PL"),
    ("malmo", "Malmö SE"), ("reykjavik", "Reykjavík IS"), ("thessaloniki", "Thessaloníki GR"),
    ("gdansk", "Gdańsk PL"), ("köln", "Köln DE"), ("koeln", "Köln DE"), ("tromsoe", "Tromsø NO"),
    // By another name.
    ("cologne", "Köln DE"), ("den haag", "The Hague NL"), ("bombay", "Mumbai IN"),
    ("calcutta", "Kolkata IN"), ("kolkata", "Kolkata IN"), ("bangalore", "Bengaluru IN"),
    ("leningrad", "Saint Petersburg RU"), ("st petersburg", "St. Petersburg US"),
    ("goteborg", "Gothenburg SE"), ("geneve", "Geneva CH"), ("teheran", "Tehran IR"),
    ("bagdad", "Baghdad IQ"), ("pusan", "Busan KR"), ("joburg", "Johannesburg ZA"),
    // The largest of those that are called so.
    ("athens", "Athens GR"), ("moscow", "Moscow RU"), ("sydney", "Sydney AU"),
    ("san francisco", "San Francisco US"), ("santiago", "Santiago CL"), ("lima", "Lima PE"),
    ("paris", "Paris FR"), ("la paz", "La Paz BO"), ("damascus", "Damascus SY"),
    ("washington", "Washington US"), ("delhi", "Delhi IN"), ("lagos", "Lagos NG"),
    // The first word of several.
    ("new york", "New York City US"), ("rio", "Rio de Janeiro BR"), ("addis", "Addis Ababa ET"),
    ("ho chi minh", "Ho Chi Minh City VN"), ("tel aviv", "Tel Aviv IL"),
    ("hong kong", "Hong Kong HK"), ("buenos", "Buenos Aires AR"), ("kuala", "Kuala Lumpur MY"),
    // Words in another order, written together or apart.
    ("orleans new", "New Orleans US"), ("sanfrancisco", "San Francisco US"),
    ("hongkong", "Hong Kong HK"), ("capetown", "Cape Town ZA"),
    // With a slip of the pen.
    ("lodnon", "London GB"), ("krakwo", "Kraków PL"), ("birmingam", "Birmingham GB"),
    ("philadelfia", "Philadelphia US"), ("johannesberg", "Johannesburg ZA"),
    ("istambul", "Istanbul TR"), ("constantinople", "Istanbul TR"), ("los angles", "Los Angeles US"),
    ("san fransisco", "San Francisco US"), ("chicgo", "Chicago US"), ("seatle", "Seattle US"),
    ("melborne", "Melbourne AU"), ("vancuver", "Vancouver CA"), ("barcelonna", "Barcelona ES"),
];

#[test]
fn of_34_006_real_cities_the_one_that_is_meant_comes_first() {
    let cities = real_cities();
    assert_eq!(cities.len(), 34_006);
    let things = cities.iter().enumerate();
    let things = things.map(|(i, (name, _, also))| (City(i), name.as_str(), also.as_slice()));
    let index = SearchIndex::of(things);
    let mut wrong = Vec::new();
    for (query, meant) in MEANT {
        let first = match found(&index, query).first() {
            Some(City(i)) => format!("{} {}", cities[*i].0, cities[*i].1),
            other => format!("{other:?}"),
        };
        if first != *meant {
            wrong.push(format!("`{query}` is {first}, not {meant}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
