//! The lines above the drawing: `key: value`.

use super::{SeatCategory, parse::Mistakes};
use crate::text::{self, Name};

/// What the header said.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub name: Option<String>,
    /// Whether there was a name, be it a wrong one.
    pub name_tried: bool,
    pub categories: Vec<SeatCategory>,
    /// Line, character (from 0) and text of where the sweet spot shall be.
    pub sweet: Option<(u32, usize, String)>,
    pub numbers_from_right: Option<bool>,
}

impl Header {
    /// The category that this letter stands for. Without any category line, `o` is "standard".
    pub(super) fn category_of(&self, letter: char) -> Option<usize> {
        if self.categories.is_empty() && letter == 'o' {
            return Some(0);
        }
        self.categories.iter().position(|c| c.glyph == letter)
    }

    /// The declared categories, or the one that a hall has without any.
    pub(super) fn into_categories(self) -> Vec<SeatCategory> {
        if self.categories.is_empty() {
            return vec![SeatCategory {
                code: "standard".to_owned(),
                name: "Standard".to_owned(),
                glyph: 'o',
            }];
        }
        self.categories
    }
}

/// Reads one header line into `header`.
pub(super) fn read(header: &mut Header, mistakes: &mut Mistakes, line: u32, content: &str) {
    let (key, value) = content.split_once(':').unwrap_or((content, ""));
    let key_at = chars_before(key, key.trim_start_matches(' '));
    let value_at = key.chars().count() + 1 + chars_before(value, value.trim_start_matches(' '));
    let value = value.trim_matches(' ');
    let result = match key.trim_matches(' ') {
        "name" => name(header, value).map_err(|m| (value_at, m)),
        "sweet" => sweet(header, line, value_at, value).map_err(|m| (value_at, m)),
        "numbers" => numbers(header, value).map_err(|m| (value_at, m)),
        other => match other.strip_prefix("category ") {
            Some(glyph) => match glyph_of(header, glyph.trim_matches(' ')) {
                Ok(glyph) => category(header, glyph, value).map_err(|m| (value_at, m)),
                Err(message) => Err((key_at, message)),
            },
            None => Err((key_at, unknown_key(other))),
        },
    };
    if let Err((at, message)) = result {
        mistakes.note(line, at, message);
    }
}

fn chars_before(whole: &str, tail: &str) -> usize {
    whole.chars().count() - tail.chars().count()
}

fn unknown_key(key: &str) -> String {
    let key = text::shown(key, 24);
    format!("`{key}:` is not a header line; there are `name:`, `category o:`, `sweet:`, `numbers:`")
}

fn name(header: &mut Header, value: &str) -> Result<(), String> {
    if std::mem::replace(&mut header.name_tried, true) {
        return Err("the name stands twice; delete one".to_owned());
    }
    let name = Name::new(value).map_err(|e| format!("{e}; write `name: Screen 1`"))?;
    header.name = Some(name.as_str().to_owned());
    Ok(())
}

fn sweet(header: &mut Header, line: u32, at: usize, value: &str) -> Result<(), String> {
    if header.sweet.is_some() {
        return Err("the sweet spot stands twice; delete one".to_owned());
    }
    let plain = (1..=6).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric());
    if !plain {
        return Err("write a row or a seat, like `sweet: H` or `sweet: H8`".to_owned());
    }
    header.sweet = Some((line, at, value.to_ascii_uppercase()));
    Ok(())
}

fn numbers(header: &mut Header, value: &str) -> Result<(), String> {
    let from_right = match value {
        "left" => false,
        "right" => true,
        _ => {
            return Err(
                "write `numbers: left` or `numbers: right`, the side of the first seat".to_owned(),
            );
        }
    };
    if header.numbers_from_right.replace(from_right).is_some() {
        return Err("the side of the first seat stands twice; delete one".to_owned());
    }
    Ok(())
}

fn glyph_of(header: &Header, key: &str) -> Result<char, String> {
    let mut chars = key.chars();
    match (chars.next(), chars.next()) {
        (Some('x'), None) => {
            Err("`x` stands for broken seats; take another letter for the category".to_owned())
        }
        (Some(glyph @ 'a'..='z'), None) => {
            match header.categories.iter().find(|c| c.glyph == glyph) {
                Some(known) => Err(format!(
                    "`{glyph}` stands for {} already; take another letter",
                    known.code
                )),
                None => Ok(glyph),
            }
        }
        _ => Err(
            "a category has one small letter, like `category p: premium \"Premium\"`".to_owned(),
        ),
    }
}

fn category(header: &mut Header, glyph: char, value: &str) -> Result<(), String> {
    let (code, name) = value.split_once(' ').unwrap_or((value, ""));
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !(1..=24).contains(&code.len()) || !code.bytes().all(plain) {
        return Err(format!(
            "`{}` is not a category; write 1 to 24 of `a-z`, `0-9` and `_`, then its name, like `premium \"Premium\"`",
            text::shown(code, 24)
        ));
    }
    if header.categories.iter().any(|c| c.code == code) {
        return Err(format!("category {code} stands twice; delete one"));
    }
    let name = match name.trim_matches(' ') {
        "" => spoken(code),
        quoted => quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or_else(|| {
                format!("the name of category {code} stands in quotes: `{code} \"Name\"`")
            })?
            .to_owned(),
    };
    let name = Name::new(&name).map_err(|e| format!("category {code}: {e}"))?;
    header.categories.push(SeatCategory {
        code: code.to_owned(),
        name: name.as_str().to_owned(),
        glyph,
    });
    Ok(())
}

/// `front_row` as `Front row`.
fn spoken(code: &str) -> String {
    let mut name = code.replace('_', " ");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}
