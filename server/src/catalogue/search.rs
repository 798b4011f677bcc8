//! Finds cities, cinemas and movies by what somebody types: whole words, beginnings of words,
//! words with a slip in them, in any order.
//!
//! All names of a large country are looked through while somebody types: what a word of the query
//! can mean is found in a dictionary of all words, and only names that have such a word are
//! weighed.

mod dictionary;
mod names;

use self::{
    dictionary::Dictionary,
    names::{Costs, Lists, Name, NameCost},
};
use crate::fold::{fold, spellings};

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

/// A word that is only begun.
const BEGUN: u32 = 3;
/// A word that is inside of another.
const INSIDE: u32 = 8;
/// A word with a slip of the pen in it.
pub(super) const SLIP: u32 = 10;
/// On top of that, where the first letter is another: people rarely miss that.
const FIRST_LETTER: u32 = 4;

/// Names, ready to be found.
#[derive(Debug, Default)]
pub(super) struct SearchIndex {
    targets: Vec<Target>,
    names: Vec<Name>,
    /// All words, and the names in which each stands.
    words: Dictionary,
    names_with: Lists,
    /// All names without their blanks: for scripts that use none, and words that are written apart
    /// or together.
    joined: Dictionary,
    names_joined: Lists,
}

/// What somebody typed.
struct Query {
    words: Vec<String>,
    joined: String,
}

impl Query {
    fn of(text: &str) -> Self {
        let text: String = text.chars().take(QUERY_CHARS_MAX).collect();
        let folded = fold(&text);
        let words = folded.split(' ').filter(|w| !w.is_empty());
        Self {
            words: words.take(QUERY_WORDS_MAX).map(str::to_owned).collect(),
            joined: folded.replace(' ', ""),
        }
    }
}

/// Words of the dictionary that a word of the query may mean, and how far they are from it.
type Meaning = Vec<(std::ops::Range<usize>, u32)>;

impl SearchIndex {
    /// An index of things, each under its name and other names.
    pub(super) fn of<'a>(things: impl Iterator<Item = (Target, &'a str, &'a [String])>) -> Self {
        let mut made = Self::default();
        let (mut words, mut joined) = (Vec::new(), Vec::new());
        for (target, name, also) in things {
            let entry = names::count(made.targets.len());
            made.targets.push(target);
            let also = also.iter().map(|name| (name.as_str(), true));
            for (name, is_other) in std::iter::once((name, false)).chain(also) {
                for folded in spellings(name).filter(|folded| !folded.is_empty()) {
                    let place = names::count(made.names.len());
                    let parts = folded.split(' ').filter(|w| !w.is_empty());
                    let mut count = 0;
                    for (at, word) in parts.enumerate() {
                        words.push((word.to_owned(), names::Use::new(place, at > 0)));
                        count = at + 1;
                    }
                    joined.push((folded.replace(' ', ""), names::Use::new(place, false)));
                    made.names.push(Name::new(entry, is_other, count));
                }
            }
        }
        (made.words, made.names_with) = names::lists(words);
        (made.joined, made.names_joined) = names::lists(joined);
        made
    }

    /// What `query` may mean, in no order; nothing for a query without letters or digits.
    ///
    /// Parts of names that are written apart are looked for only where no word fits, and slips of
    /// the pen are guessed only where nothing begins as it was typed.
    pub(super) fn find(&self, query: &str) -> Vec<Hit> {
        let query = Query::of(query);
        if query.words.is_empty() {
            return Vec::new();
        }
        let mut found = Costs::new(self.targets.len());
        self.by_words(&query, &mut found, |word| self.as_typed(word));
        self.by_beginning_of_all(&query, &mut found);
        if found.is_empty() {
            self.by_part_of_all(&query, &mut found);
        }
        if found.best() >= INSIDE {
            self.by_words(&query, &mut found, |word| {
                let mut meaning = self.as_typed(word);
                meaning.extend(self.with_slips(word));
                meaning
            });
        }
        found
            .all()
            .map(|(entry, cost)| Hit {
                cost,
                target: self.targets[entry],
            })
            .collect()
    }

    /// Names in which all words of the query are, each meant as `meaning` says.
    fn by_words(&self, query: &Query, found: &mut Costs, meaning: impl Fn(&str) -> Meaning) {
        let mut meanings: Vec<Meaning> = query.words.iter().map(|word| meaning(word)).collect();
        // The rarest first: it leaves the least to look at.
        let uses = |meaning: &Meaning| -> usize {
            let lists = meaning
                .iter()
                .map(|(words, _)| self.names_with.of(words.clone()).len());
            lists.sum()
        };
        meanings.sort_by_cached_key(uses);
        let mut weighed = NameCost::new(self.names.len());
        for meaning in meanings {
            for (words, cost) in meaning {
                for place in self.names_with.of(words) {
                    weighed.fits(place.name(), cost + u32::from(place.is_later()));
                }
            }
            if !weighed.next_word() {
                return;
            }
        }
        for (place, cost) in weighed.met() {
            let name = &self.names[place];
            let left_over = name.words().saturating_sub(query.words.len());
            // Long titles are found by one word of them: what is left over counts little.
            let cost = cost + u32::try_from(left_over.min(3)).unwrap_or(3);
            found.add(name, cost);
        }
    }

    /// Names that begin so, or are so, when blanks are left out.
    fn by_beginning_of_all(&self, query: &Query, found: &mut Costs) {
        let all = self.joined.beginning(&query.joined);
        for joined in all {
            let is_whole = self.joined.word(joined).len() == query.joined.len();
            let cost = if is_whole { 0 } else { BEGUN + 1 };
            for place in self.names_joined.of(joined..joined + 1) {
                found.add(&self.names[place.name()], cost);
            }
        }
    }

    /// Names that have it somewhere, when blanks are left out.
    fn by_part_of_all(&self, query: &Query, found: &mut Costs) {
        if is_a_part(&query.joined) {
            for joined in self.joined.containing(&query.joined) {
                for place in self.names_joined.of(joined..joined + 1) {
                    found.add(&self.names[place.name()], INSIDE + 1);
                }
            }
        }
    }

    /// The words that are, begin with, or contain what was typed.
    fn as_typed(&self, word: &str) -> Meaning {
        let begun = self.words.beginning(word);
        let mut meaning = Meaning::new();
        if is_a_part(word) {
            let inside = self.words.containing(word);
            let inside = inside.filter(|at| !begun.contains(at));
            meaning.extend(inside.map(|at| (at..at + 1, INSIDE)));
        }
        let is_whole = begun.start < begun.end && self.words.word(begun.start) == word;
        if is_whole {
            meaning.push((begun.start..begun.start + 1, 0));
        }
        meaning.push((begun.start + usize::from(is_whole)..begun.end, BEGUN));
        meaning
    }

    /// The words that may have been meant.
    fn with_slips(&self, word: &str) -> Meaning {
        let letters: Vec<char> = word.chars().collect();
        let allowed = match letters.len() {
            0..=3 => return Meaning::new(),
            4..=7 => 1,
            _ => 2,
        };
        let slips = |n: usize| SLIP * u32::try_from(n).unwrap_or(u32::MAX / SLIP);
        let mut meaning = Meaning::new();
        self.words.near(&letters, allowed, |near| {
            let whole = near.whole.map(slips);
            let begun = near.begun.map(|n| slips(n) + BEGUN);
            let first = self.words.word(near.words.start).chars().next();
            let missed = u32::from(first != letters.first().copied()) * FIRST_LETTER;
            let cost = whole.into_iter().chain(begun).min();
            meaning.extend(cost.map(|cost| (near.words, cost + missed)));
        });
        meaning
    }
}

/// Whether a part of a word means something: four letters of an alphabet, two signs where one is a
/// syllable, one where it is a word.
fn is_a_part(part: &str) -> bool {
    let least = part.chars().map(u32::from).min().unwrap_or(0);
    let enough = match least {
        0x3400..=0x9FFF => 1,
        0x0E00.. => 2,
        _ => 4,
    };
    part.chars().count() >= enough
}

#[cfg(test)]
mod tests;
