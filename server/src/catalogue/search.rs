//! Finds cities, cinemas and movies by what somebody types: whole words, beginnings of words,
//! words with a slip in them, in any order.
//!
//! Each name is compared in turn, which is enough for a chain; the index hides how.

use crate::fold::fold;

/// The most characters and words of a query that are looked at.
const QUERY_CHARS_MAX: usize = 120;
const QUERY_WORDS_MAX: usize = 12;

/// What a name belongs to, by index in the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Target {
    City(usize),
    Cinema(usize),
    Movie(usize),
}

/// Something that was found, and how far its name is from what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) cost: u32,
    pub(super) target: Target,
}

/// Names, ready to be compared.
#[derive(Debug, Default)]
pub(super) struct SearchIndex {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    target: Target,
    /// The name itself first, then the others.
    names: Vec<Words>,
}

/// Folded words.
#[derive(Debug)]
struct Words {
    words: Vec<Vec<char>>,
    joined: Vec<char>,
}

impl Words {
    fn new(text: &str) -> Self {
        let folded = fold(text);
        let words = folded.split(' ').filter(|w| !w.is_empty());
        Self {
            words: words.map(|w| w.chars().collect()).collect(),
            joined: folded.chars().filter(|c| *c != ' ').collect(),
        }
    }
}

impl SearchIndex {
    /// Adds something under its name and other names.
    pub(super) fn add(&mut self, target: Target, name: &str, also: &[String]) {
        let names = std::iter::once(name).chain(also.iter().map(String::as_str));
        self.entries.push(Entry {
            target,
            names: names.map(Words::new).collect(),
        });
    }

    /// What `query` may mean, nearest first; nothing for a query without letters or digits.
    pub(super) fn find(&self, query: &str) -> Vec<Hit> {
        let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
        let mut query = Words::new(&query);
        query.words.truncate(QUERY_WORDS_MAX);
        if query.words.is_empty() {
            return Vec::new();
        }
        let hit = |entry: &Entry| {
            // Another name is as good as the name itself, unless that fits as well.
            let names = entry.names.iter().zip((0..=1).chain(std::iter::repeat(1)));
            let costs = names.filter_map(|(name, other)| Some(name_cost(&query, name)? + other));
            let target = entry.target;
            costs.min().map(|cost| Hit { cost, target })
        };
        let mut hits: Vec<Hit> = self.entries.iter().filter_map(hit).collect();
        hits.sort_unstable();
        hits
    }
}

/// A word that is only begun.
const BEGUN: u32 = 3;
/// A word that is inside of another.
const INSIDE: u32 = 8;
/// A word with a slip of the pen in it.
pub(super) const SLIP: u32 = 10;

/// How far a name is from the query; `None` if a word of the query is nowhere in it.
fn name_cost(query: &Words, name: &Words) -> Option<u32> {
    let joined = joined_cost(&query.joined, &name.joined);
    let mut cost = 0;
    for word in &query.words {
        let words = name.words.iter().enumerate();
        let best = words.filter_map(|(at, w)| Some(word_cost(word, w)? + u32::from(at > 0)));
        match best.min() {
            Some(best) => cost += best,
            None => return joined,
        }
    }
    let left_over = name.words.len().saturating_sub(query.words.len());
    // Long titles are found by one word of them: what is left over counts little.
    cost += u32::try_from(left_over.min(3)).unwrap_or(3);
    Some(joined.map_or(cost, |joined| joined.min(cost)))
}

/// The same without blanks: scripts that use none, and words that are written apart or together.
fn joined_cost(query: &[char], name: &[char]) -> Option<u32> {
    if query == name {
        Some(0)
    } else if name.starts_with(query) {
        Some(BEGUN + 1)
    } else if is_inside(query, name) {
        Some(INSIDE + 1)
    } else {
        None
    }
}

fn word_cost(query: &[char], word: &[char]) -> Option<u32> {
    if query == word {
        return Some(0);
    }
    if word.starts_with(query) {
        return Some(BEGUN);
    }
    if is_inside(query, word) {
        return Some(INSIDE);
    }
    let allowed = match query.len() {
        0..=3 => return None,
        4..=7 => 1,
        _ => 2,
    };
    let (whole, begun) = slips(query, word, allowed);
    let slips = |n: usize| SLIP * u32::try_from(n).unwrap_or(u32::MAX / SLIP);
    let whole = (whole <= allowed).then(|| slips(whole));
    let begun = (begun <= allowed).then(|| slips(begun) + BEGUN);
    // People rarely miss the first letter.
    let first = u32::from(query.first() != word.first()) * 4;
    whole
        .into_iter()
        .chain(begun)
        .min()
        .map(|cost| cost + first)
}

/// Whether `query` is a part of `word` that means something: four letters of an alphabet, two
/// signs where one is a syllable, one where it is a word.
fn is_inside(query: &[char], word: &[char]) -> bool {
    let least = query.iter().map(|c| u32::from(*c)).min().unwrap_or(0);
    let enough = match least {
        0x3400..=0x9FFF => 1,
        0x0E00.. => 2,
        _ => 4,
    };
    query.len() >= enough && word.windows(query.len()).any(|part| part == query)
}

/// Letters to change, add, leave out or swap with their neighbour, from `query` to `word` and to
/// the nearest beginning of `word`. Right up to `allowed`, anything above it otherwise.
fn slips(query: &[char], word: &[char], allowed: usize) -> (usize, usize) {
    let word_cut = &word[..word.len().min(query.len() + allowed + 1)];
    let width = word_cut.len() + 1;
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..width).collect();
    for (i, q) in query.iter().enumerate() {
        let mut row = vec![i + 1; width];
        for (j, w) in word_cut.iter().enumerate() {
            let changed = last[j] + usize::from(q != w);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *q == word_cut[j - 1] && query[i - 1] == *w {
                least = least.min(before_last[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        if row.iter().min().is_none_or(|least| *least > allowed) {
            return (usize::MAX, usize::MAX);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    let whole = if word_cut.len() == word.len() {
        last[width - 1]
    } else {
        usize::MAX
    };
    let begun = last.iter().min().copied().unwrap_or(usize::MAX);
    (whole, begun)
}

#[cfg(test)]
mod tests {
    use super::{
        Target::{City, Movie},
        *,
    };

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn slips_are_counted_to_the_word_and_to_its_beginning() {
        for (query, word, expected) in [
            ("leeds", "leeds", (0, 0)),
            ("leedz", "leeds", (1, 1)),
            ("leds", "leeds", (1, 1)),
            ("eleds", "leeds", (1, 1)),
            ("cartogr", "cartographer", (usize::MAX, 0)),
            ("cartorg", "cartographer", (usize::MAX, 1)),
        ] {
            assert_eq!(slips(&chars(query), &chars(word), 2), expected, "{query}");
        }
        assert!(slips(&chars("osaka"), &chars("leeds"), 1).0 > 1);
    }

    #[test]
    fn nearer_names_come_first() {
        let mut index = SearchIndex::default();
        let names = ["Leeds", "Leedsburgh", "East Leeds", "Lees", "Lyon"];
        for (i, name) in (0..).zip(names) {
            index.add(City(i), name, &[]);
        }
        index.add(Movie(0), "The Leeds Affair", &["リーズ".to_owned()]);
        let found = |query: &str| -> Vec<Target> {
            index.find(query).into_iter().map(|h| h.target).collect()
        };
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
        let mut index = SearchIndex::default();
        for (i, name) in names.iter().enumerate() {
            index.add(City(i), name, &[]);
        }
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
            let first = index.find(query).first().map(|hit| hit.target);
            assert_eq!(first, Some(City(expected)), "{query}");
        }
        for nothing in ["", " ", "xyzzy", "tramwej wisla", "leeds osaka", "!?"] {
            assert_eq!(index.find(nothing), [], "{nothing}");
        }
    }

    #[test]
    fn a_query_without_end_is_looked_at_in_bounds() {
        let mut index = SearchIndex::default();
        index.add(City(0), &"word ".repeat(20), &[]);
        assert!(index.find(&"word ".repeat(100_000)).len() <= 1);
        assert!(index.find(&"x".repeat(1_000_000)).is_empty());
    }
}
