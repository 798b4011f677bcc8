//! Text that people typed: what is let in, and how foreign text is shown.

use std::fmt::Write;

/// A name that is safe to store and to draw on one line of a terminal.
///
/// 1 to [`Name::CHARS_MAX`] characters after trimming; no control characters, no line ends, no
/// characters that change the direction or the joining of what stands beside them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a text is not a [`Name`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but blanks.
    #[error("a name can't be empty")]
    Empty,
    /// More than [`Name::CHARS_MAX`] characters.
    #[error("a name has at most {max} characters, this one has {given}", max = Name::CHARS_MAX)]
    TooLong {
        /// Characters that came.
        given: usize,
    },
    /// A character that could forge or break a line of the screen.
    #[error("a name can't contain the character U+{code:04X}")]
    Unprintable {
        /// Its code point.
        code: u32,
    },
}

impl Name {
    /// The longest name, in characters.
    pub const CHARS_MAX: usize = 120;

    /// Takes `text` without the blanks around it.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn new(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        let given = text.chars().count();
        if given == 0 {
            return Err(NameError::Empty);
        }
        if given > Self::CHARS_MAX {
            return Err(NameError::TooLong { given });
        }
        match text.chars().find(|c| is_unsafe(*c)) {
            Some(c) => Err(NameError::Unprintable { code: u32::from(c) }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control, line-breaking, direction-changing and invisible characters.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x061C | 0x115F..=0x1160 | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E
            | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0xE0000..=0xE0FFF)
}

/// `text` made fit for a message: at most `chars` characters, unsafe ones as `\u{..}`.
#[must_use]
pub fn shown(text: &str, chars: usize) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == chars {
            out.push_str("...");
            break;
        }
        if is_unsafe(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_pass_and_tricks_do_not() {
        for good in [
            "Amélie",
            "千と千尋の神隠し",
            "Кін-дза-дза!",
            "ফিল্ম",
            " Dune ",
        ] {
            assert!(Name::new(good).is_ok(), "{good}");
        }
        assert_eq!(
            Name::new("a\u{202e}b"),
            Err(NameError::Unprintable { code: 0x202E })
        );
        assert_eq!(
            Name::new("a\u{1b}[2J"),
            Err(NameError::Unprintable { code: 0x1B })
        );
        assert_eq!(Name::new(" \t "), Err(NameError::Empty));
        assert_eq!(
            Name::new(&"x".repeat(121)),
            Err(NameError::TooLong { given: 121 })
        );
    }

    #[test]
    fn shown_text_has_no_escape_codes() {
        assert_eq!(shown("a\u{1b}b", 10), "a\\u{1b}b");
        assert_eq!(shown("abcdef", 3), "abc...");
    }
}
