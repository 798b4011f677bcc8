//! Which names a word stands in, and what each name costs.

use std::ops::Range;

use super::dictionary::Dictionary;

/// A number of things as it is kept: there are fewer than four thousand million of anything.
pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A name of something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    entry: u32,
    is_other: bool,
    words: u8,
}

impl Name {
    /// A name of the thing at this place.
    pub(super) fn new(entry: u32, is_other: bool, words: usize) -> Self {
        Self {
            entry,
            is_other,
            words: u8::try_from(words).unwrap_or(u8::MAX),
        }
    }

    /// How many words it has.
    pub(super) fn words(self) -> usize {
        usize::from(self.words)
    }
}

/// A word in a name: which name, and whether other words stand before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use(u32);

impl Use {
    pub(super) fn new(name: u32, is_later: bool) -> Self {
        Self(name << 1 | u32::from(is_later))
    }

    pub(super) fn name(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub(super) fn is_later(self) -> bool {
        self.0 & 1 == 1
    }
}

/// For each word of a dictionary, where it is used.
#[derive(Debug, Default)]
pub(super) struct Lists {
    starts: Vec<u32>,
    uses: Vec<Use>,
}

impl Lists {
    /// The uses of words that lie beside each other.
    pub(super) fn of(&self, words: Range<usize>) -> &[Use] {
        let at = |word: usize| self.starts.get(word).map_or(0, |start| *start as usize);
        &self.uses[at(words.start)..at(words.end)]
    }
}

/// A dictionary of these words, and where each is used.
pub(super) fn lists(mut words: Vec<(String, Use)>) -> (Dictionary, Lists) {
    words.sort_unstable();
    words.dedup();
    let mut lists = Lists::default();
    let mut last: Option<&str> = None;
    for (word, at) in &words {
        if last != Some(word) {
            lists.starts.push(count(lists.uses.len()));
            last = Some(word);
        }
        lists.uses.push(*at);
    }
    lists.starts.push(count(lists.uses.len()));
    lists.starts.shrink_to_fit();
    lists.uses.shrink_to_fit();
    words.dedup_by(|a, b| a.0 == b.0);
    (
        Dictionary::of(words.iter().map(|(word, _)| word.as_str())),
        lists,
    )
}

/// What names cost in which all words of a query were met so far.
pub(super) struct NameCost {
    /// By name, one more than the cost of the words before this one; 0 where one was missing.
    before: Vec<u32>,
    /// By name, one more than the least cost of this word; 0 where it was not met.
    now: Vec<u32>,
    /// Names that have met all words before this one; all, if this is the first.
    left: Option<Vec<u32>>,
    met: Vec<u32>,
}

impl NameCost {
    pub(super) fn new(names: usize) -> Self {
        Self {
            before: vec![0; names],
            now: vec![0; names],
            left: None,
            met: Vec::new(),
        }
    }

    /// This word of the query was met in a name.
    pub(super) fn fits(&mut self, name: usize, cost: u32) {
        if self.left.is_some() && self.before[name] == 0 {
            return;
        }
        let now = &mut self.now[name];
        if *now == 0 {
            self.met.push(count(name));
            *now = cost + 1;
        } else {
            *now = (*now).min(cost + 1);
        }
    }

    /// Goes on to the next word; false if no name has met all of them.
    pub(super) fn next_word(&mut self) -> bool {
        let met = std::mem::take(&mut self.met);
        // Those that missed this word are out.
        let mut missed = self.left.take().unwrap_or_default();
        missed.retain(|name| self.now[*name as usize] == 0);
        for name in missed {
            self.before[name as usize] = 0;
        }
        for name in &met {
            let name = *name as usize;
            // Costs are kept one too high.
            let now = std::mem::take(&mut self.now[name]);
            self.before[name] = self.before[name].max(1) + now - 1;
        }
        let is_any = !met.is_empty();
        self.left = Some(met);
        is_any
    }

    /// The names that have met all words, and their costs.
    pub(super) fn met(self) -> impl Iterator<Item = (usize, u32)> {
        let left = self.left.unwrap_or_default().into_iter();
        left.map(move |name| (name as usize, self.before[name as usize] - 1))
    }
}

/// The least cost of each thing that was found.
pub(super) struct Costs {
    /// By thing, one more than its cost; 0 where it was not found.
    costs: Vec<u32>,
    found: Vec<u32>,
}

impl Costs {
    pub(super) fn new(things: usize) -> Self {
        Self {
            costs: vec![0; things],
            found: Vec::new(),
        }
    }

    /// A thing was found under one of its names. Another name is as good as the name itself where
    /// it is just what was typed; where it only fits, the name that fits as well comes first.
    pub(super) fn add(&mut self, name: &Name, cost: u32) {
        let cost = cost + u32::from(name.is_other && cost > 0) + 1;
        let least = &mut self.costs[name.entry as usize];
        if *least == 0 {
            self.found.push(name.entry);
            *least = cost;
        } else {
            *least = (*least).min(cost);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The least cost of all; the largest there is, where nothing was found.
    pub(super) fn best(&self) -> u32 {
        let costs = self.found.iter().map(|entry| self.costs[*entry as usize]);
        costs.min().map_or(u32::MAX, |cost| cost - 1)
    }

    /// The things that were found, and their costs.
    pub(super) fn all(self) -> impl Iterator<Item = (usize, u32)> {
        let Self { costs, found } = self;
        let cost = move |entry: u32| (entry as usize, costs[entry as usize] - 1);
        found.into_iter().map(cost)
    }
}
