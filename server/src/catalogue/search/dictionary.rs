//! All distinct words of a catalogue in order, walked like a tree of letters.

use std::ops::Range;

/// Words in order of their characters, each once.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    /// The words, a line end after each.
    text: String,
    /// Where each word begins in the text.
    starts: Vec<u32>,
}

/// Words that lie beside each other, and how many slips they are from what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Near {
    /// The words.
    pub(super) words: Range<usize>,
    /// Slips to the whole word, if they are few enough.
    pub(super) whole: Option<usize>,
    /// Slips to the nearest beginning of it, if they are few enough.
    pub(super) begun: Option<usize>,
}

impl Dictionary {
    /// A dictionary of these words, which are in order, distinct and without line ends.
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut made = Self::default();
        for word in words {
            // 4 GiB of names are more than there are.
            let start = u32::try_from(made.text.len()).unwrap_or(u32::MAX);
            made.starts.push(start);
            made.text.push_str(word);
            made.text.push('\n');
        }
        made.text.shrink_to_fit();
        made.starts.shrink_to_fit();
        made
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// A word by its place.
    pub(super) fn word(&self, at: usize) -> &str {
        let start = self.starts[at] as usize;
        let next = self.starts.get(at + 1).map(|next| *next as usize);
        &self.text[start..next.unwrap_or(self.text.len()) - 1]
    }

    /// The words that begin so.
    pub(super) fn beginning(&self, with: &str) -> Range<usize> {
        let first = self.first_from(0, |word| word >= with);
        first..self.first_from(first, |word| !word.starts_with(with))
    }

    /// The words that have this inside of them, or at their beginning, rising.
    pub(super) fn containing(&self, part: &str) -> impl Iterator<Item = usize> {
        let finder = memchr::memmem::Finder::new(part).into_owned();
        let mut from = 0;
        std::iter::from_fn(move || {
            let at = from + finder.find(self.text.get(from..)?.as_bytes())?;
            let word = self.starts.partition_point(|start| *start as usize <= at) - 1;
            let next = self.starts.get(word + 1).map(|next| *next as usize);
            from = next.unwrap_or(self.text.len());
            Some(word)
        })
    }

    /// The first word from a place on for which something is so, when it is so for all after it.
    fn first_from(&self, from: usize, is_so: impl Fn(&str) -> bool) -> usize {
        // Mostly it is near: look a step, two steps, four steps ahead.
        let (mut low, mut step) = (from, 1);
        while low + step <= self.len() && !is_so(self.word(low + step - 1)) {
            low += step;
            step *= 2;
        }
        let high = (low + step - 1).min(self.len());
        let places = &self.starts[low..high];
        let before = |i: usize| !is_so(self.word(low + i));
        let (mut first, mut last) = (0, places.len());
        while first < last {
            let middle = usize::midpoint(first, last);
            if before(middle) {
                first = middle + 1;
            } else {
                last = middle;
            }
        }
        low + first
    }

    /// Tells `found` of all words that are at most `allowed` slips from `query`, or have such a
    /// beginning. A slip is a letter too many, too few, another, or two neighbours swapped.
    ///
    /// The words are a tree whose branches are common beginnings: the distance of a beginning is
    /// counted once for all words that have it, and a branch that is too far is passed over.
    pub(super) fn near(&self, query: &[char], allowed: usize, mut found: impl FnMut(Near)) {
        let mut path = Path::new(query, allowed);
        let mut at = 0;
        while at < self.len() {
            let word = self.word(at);
            path.cut_to_common(word);
            let mut is_lost = false;
            for letter in word.chars().skip(path.letters.len()) {
                if path.add(letter) > allowed {
                    is_lost = true;
                    break;
                }
            }
            let begun = Some(path.nearest()).filter(|slips| *slips <= allowed);
            let (next, whole) = if is_lost {
                let lost = &word[..path.bytes()];
                let next = self.first_from(at, |word| !word.starts_with(lost));
                (next, None)
            } else {
                (at + 1, Some(path.whole()).filter(|slips| *slips <= allowed))
            };
            if begun.is_some() {
                found(Near {
                    words: at..next,
                    whole,
                    begun,
                });
            }
            at = next;
        }
    }
}

/// The letters from the root of the tree to where the walk is, each with how far the beginning
/// that ends there is from each beginning of the query (Damerau's optimal string alignment).
///
/// Beginnings whose lengths differ by more than what is allowed are too far whatever their letters
/// are, so of each row only the cells around its diagonal are counted (Ukkonen).
struct Path<'q> {
    query: &'q [char],
    allowed: usize,
    letters: Vec<char>,
    /// A row for each letter, and one before the first; anything above `allowed` as one above.
    cells: Vec<usize>,
    /// The nearest beginning on the path, up to each letter.
    nearest: Vec<usize>,
}

impl<'q> Path<'q> {
    fn new(query: &'q [char], allowed: usize) -> Self {
        let far = allowed + 1;
        Self {
            query,
            allowed,
            letters: Vec::new(),
            cells: (0..=query.len()).map(|i| i.min(far)).collect(),
            nearest: vec![query.len().min(far)],
        }
    }

    /// The length of a row.
    fn width(&self) -> usize {
        self.query.len() + 1
    }

    /// The length of the letters in UTF-8.
    fn bytes(&self) -> usize {
        self.letters.iter().map(|letter| letter.len_utf8()).sum()
    }

    /// Goes back to what the path and a word have in common.
    fn cut_to_common(&mut self, word: &str) {
        let same = |(a, b): &(&char, char)| **a == *b;
        let common = self.letters.iter().zip(word.chars()).take_while(same);
        let common = common.count();
        self.letters.truncate(common);
        self.cells.truncate((common + 1) * self.width());
        self.nearest.truncate(common + 1);
    }

    /// Goes one letter on; the least distance that anything behind it can have.
    fn add(&mut self, letter: char) -> usize {
        let (depth, width, far) = (self.letters.len(), self.width(), self.allowed + 1);
        let last = depth * width;
        let row = last + width;
        self.cells.resize(row + width, far);
        self.cells[row] = (depth + 1).min(far);
        let mut least = self.cells[row];
        let first = depth.saturating_sub(self.allowed);
        let end = (depth + self.allowed + 1).min(self.query.len());
        for i in first..end {
            let typed = self.query[i];
            let changed = self.cells[last + i] + usize::from(typed != letter);
            let missing = self.cells[last + i + 1].min(self.cells[row + i]) + 1;
            let mut cell = changed.min(missing).min(far);
            let is_swapped = i > 0
                && depth > 0
                && typed == self.letters[depth - 1]
                && self.query[i - 1] == letter;
            if is_swapped {
                cell = cell.min(self.cells[last - width + i - 1] + 1);
            }
            self.cells[row + i + 1] = cell;
            least = least.min(cell);
        }
        let here = self.cells[row + width - 1];
        self.nearest.push(here.min(self.nearest[depth]));
        self.letters.push(letter);
        least
    }

    /// The distance of the word that ends here.
    fn whole(&self) -> usize {
        self.cells.last().copied().unwrap_or(usize::MAX)
    }

    /// The distance of the nearest beginning on the way here.
    fn nearest(&self) -> usize {
        self.nearest.last().copied().unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(words: &[&str]) -> Dictionary {
        let mut words = words.to_vec();
        words.sort_unstable();
        words.dedup();
        Dictionary::of(words.into_iter())
    }

    /// The words near to `query`, with the slips to the whole and to a beginning.
    fn near(words: &Dictionary, query: &str, allowed: usize) -> Vec<(String, [Option<usize>; 2])> {
        let query: Vec<char> = query.chars().collect();
        let mut all = Vec::new();
        words.near(&query, allowed, |near| {
            for at in near.words.clone() {
                all.push((words.word(at).to_owned(), [near.whole, near.begun]));
            }
        });
        all
    }

    /// The same by the book, word for word: the slips to the whole and to a beginning.
    fn by_the_book(query: &str, word: &str) -> [usize; 2] {
        let (query, word): (Vec<char>, Vec<char>) =
            (query.chars().collect(), word.chars().collect());
        let mut rows: Vec<Vec<usize>> = vec![(0..=query.len()).collect()];
        for (d, letter) in word.iter().enumerate() {
            let mut row = vec![d + 1];
            for (i, typed) in query.iter().enumerate() {
                let changed = rows[d][i] + usize::from(typed != letter);
                let mut least = changed.min(rows[d][i + 1] + 1).min(row[i] + 1);
                if i > 0 && d > 0 && *typed == word[d - 1] && query[i - 1] == *letter {
                    least = least.min(rows[d - 1][i - 1] + 1);
                }
                row.push(least);
            }
            rows.push(row);
        }
        let to = |row: &Vec<usize>| row[query.len()];
        let nearest = rows.iter().map(to).min();
        [rows.last().map_or(0, to), nearest.unwrap_or(0)]
    }

    #[test]
    fn slips_are_counted_to_the_word_and_to_its_beginning() {
        for (query, word, expected) in [
            ("leeds", "leeds", [0, 0]),
            ("leedz", "leeds", [1, 1]),
            ("leds", "leeds", [1, 1]),
            ("eleds", "leeds", [1, 1]),
            ("cartogr", "cartographer", [5, 0]),
            ("cartorg", "cartographer", [6, 1]),
            ("猫", "猫座", [1, 0]),
        ] {
            assert_eq!(by_the_book(query, word), expected, "{query}");
        }
    }

    #[test]
    fn the_walk_finds_what_counting_word_for_word_finds() {
        // All words of up to five letters of three: every branch there is.
        let mut words = vec![String::new()];
        for length in 0..5 {
            let longest: Vec<String> = words
                .iter()
                .filter(|w| w.len() == length)
                .cloned()
                .collect();
            for word in longest {
                words.extend(["a", "b", "c"].map(|letter| format!("{word}{letter}")));
            }
        }
        let words: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .filter(|w| !w.is_empty())
            .collect();
        let all = dictionary(&words);
        assert_eq!(all.len(), 363);
        for (query, allowed) in [
            ("abca", 1),
            ("bacb", 1),
            ("ccc", 1),
            ("abcab", 2),
            ("cab", 0),
        ] {
            let mut expected: Vec<(String, [Option<usize>; 2])> = words
                .iter()
                .map(|word| (*word, by_the_book(query, word)))
                .filter(|(_, [_, begun])| *begun <= allowed)
                .map(|(word, slips)| (word.to_owned(), slips.map(|n| (n <= allowed).then_some(n))))
                .collect();
            expected.sort();
            assert_eq!(near(&all, query, allowed), expected, "{query}");
        }
    }

    #[test]
    fn beginnings_and_parts_are_found() {
        let words = dictionary(&["ab", "abc", "abd", "b", "bab", "été", "猫の夜", "夜猫座"]);
        let found = |range: Range<usize>| -> Vec<&str> { range.map(|at| words.word(at)).collect() };
        assert_eq!(found(words.beginning("ab")), ["ab", "abc", "abd"]);
        assert_eq!(found(words.beginning("abd")), ["abd"]);
        assert_eq!(found(words.beginning("é")), ["été"]);
        assert_eq!(found(words.beginning("abx")), [""; 0]);
        assert_eq!(found(words.beginning("z")), [""; 0]);
        let inside =
            |part: &str| -> Vec<&str> { words.containing(part).map(|at| words.word(at)).collect() };
        assert_eq!(inside("b"), ["ab", "abc", "abd", "b", "bab"]);
        assert_eq!(inside("猫"), ["夜猫座", "猫の夜"]);
        assert_eq!(inside("bb"), [""; 0]);
        let nothing = Dictionary::default();
        assert_eq!(nothing.beginning("a"), 0..0);
        assert_eq!(nothing.containing("a").count(), 0);
        assert_eq!(near(&nothing, "abcd", 2), []);
    }
}
