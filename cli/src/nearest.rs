//! What somebody probably meant to type.

/// The known word nearest to `given`, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_ascii_lowercase();
    known
        .into_iter()
        .map(|word| (distance(&given, word), word))
        .filter(|(steps, word)| {
            *steps <= given.len().max(word.len()).div_ceil(3) || word.starts_with(&given)
        })
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, word)| word)
}

/// Whether a word is like the beginning of a word of the title, with one mistake for every four
/// letters of it. Both are in small letters.
#[must_use]
pub fn is_like(word: &str, title: &str) -> bool {
    let letters = word.chars().count();
    let mistakes = letters / 4;
    let begins = |part: &str| {
        let lengths = letters.saturating_sub(mistakes)..=letters + mistakes;
        lengths
            .map(|n| cut(part, n))
            .any(|beginning| distance(word, beginning) <= mistakes)
    };
    let mut parts = title.split(|c: char| !c.is_alphanumeric());
    letters <= LETTERS_MAX && parts.any(|part| !part.is_empty() && begins(part))
}

/// The longest text that is compared letter by letter.
const LETTERS_MAX: usize = 64;

/// How many letters have to be put in, taken out, replaced or swapped with a neighbour.
fn distance(a: &str, b: &str) -> usize {
    strsim::osa_distance(cut(a, LETTERS_MAX), cut(b, LETTERS_MAX))
}

/// The first letters of a text.
fn cut(text: &str, letters: usize) -> &str {
    let end = text.char_indices().nth(letters);
    end.map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_understood_and_other_words_are_not() {
        let known = ["server", "output", "color", "timeout_s"];
        for (given, meant) in [
            ("sever", Some("server")),
            ("sevrer", Some("server")),
            ("colour", Some("color")),
            ("Output", Some("output")),
            ("timeout", Some("timeout_s")),
            ("banana", None),
        ] {
            assert_eq!(nearest(given, known), meant, "{given}");
        }
    }

    #[test]
    fn a_word_with_a_slip_is_like_the_beginning_of_another() {
        let title = "the lantern keeper, 1917";
        for like in [
            "lan", "lantren", "lanternn", "lnatern", "kepe", "keeper", "1917", "lantarn",
        ] {
            assert!(is_like(like, title), "{like}");
        }
        for other in ["lamp", "tern", "zzzz", "lanthanide", "l\u{e4}n"] {
            assert!(!is_like(other, title), "{other}");
        }
        assert!(!is_like(&"l".repeat(10_000), title));
    }
}
