//! Reading a scenario's text.

use std::collections::BTreeMap;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which line of the file.
    pub number: usize,
    /// The line as it stands there.
    pub text: String,
    /// Its words, the outcome left out.
    pub words: Vec<String>,
    /// What shall come of it, single blanks between words.
    pub expected: Option<String>,
}

impl Line {
    /// Whether the step has an outcome to be written down.
    #[must_use]
    pub fn needs_outcome(&self) -> bool {
        !self.words.iter().any(|w| w == "tick" || w == "agrees")
    }
}

/// A scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The file's name without its ending.
    pub name: String,
    /// The first comment: what the story shows.
    pub about: String,
    /// What else the head says: `covers`, `staff`, `fee`, ...
    pub head: BTreeMap<String, String>,
    /// The rows of the hall.
    pub hall: Vec<String>,
    /// The steps.
    pub lines: Vec<Line>,
}

/// What a head may say.
const KEYS: [&str; 12] = [
    "covers",
    "staff",
    "manager",
    "fee",
    "starts",
    "web",
    "counter",
    "seats_max",
    "refunds",
    "rules",
    "prices",
    "shown",
];

impl Script {
    /// Reads a scenario.
    ///
    /// # Errors
    /// A line that is neither head nor step.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut script = Self {
            name: name.to_owned(),
            about: String::new(),
            head: BTreeMap::new(),
            hall: Vec::new(),
            lines: Vec::new(),
        };
        let mut in_hall = false;
        for (number, line) in (1..).zip(text.lines()) {
            let bare = line.trim();
            if let Some(comment) = bare.strip_prefix('#') {
                if script.about.is_empty() {
                    script.about = comment.trim().to_owned();
                }
            } else if bare.is_empty() {
                in_hall = false;
            } else if in_hall && line.starts_with(' ') {
                script.hall.push(bare.to_owned());
            } else if bare == "hall:" {
                in_hall = true;
            } else if script.lines.is_empty() && script.head_line(bare)? {
            } else {
                script.lines.push(step(number, line));
            }
        }
        if script.about.is_empty() || script.lines.is_empty() {
            return Err(format!("{name}: needs a first comment and a step"));
        }
        Ok(script)
    }

    fn head_line(&mut self, line: &str) -> Result<bool, String> {
        let Some((key, value)) = line.split_once(": ") else {
            return Ok(false);
        };
        if !KEYS.contains(&key) {
            return Ok(false);
        }
        let value = value.trim();
        let twice = self.head.insert(key.to_owned(), value.to_owned());
        match twice {
            Some(_) => Err(format!("{}: says {key} twice", self.name)),
            None => Ok(true),
        }
    }
}

fn step(number: usize, line: &str) -> Line {
    let (deed, outcome) = match line.split_once("->") {
        Some((deed, outcome)) => (deed, Some(outcome)),
        None => (line, None),
    };
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Line {
        number,
        text: line.to_owned(),
        words: deed.split_whitespace().map(str::to_owned).collect(),
        expected: outcome.map(joined),
    }
}
