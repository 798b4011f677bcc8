//! What kind of show: its format, its language, who may see it.

use super::Snapshot;
use crate::catalogue::rows::ShowRow;

/// Which kind of shows; letters count the same in both cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kind<'a> {
    /// In this format: `IMAX`.
    pub format: Option<&'a str>,
    /// Spoken in this language: `en` is `en-GB`, too.
    pub language: Option<&'a str>,
    /// Of a movie with this certificate: `12A`.
    pub certificate: Option<&'a str>,
}

impl Kind<'_> {
    /// Whether every show is of it.
    pub(super) fn is_any(&self) -> bool {
        *self == Self::default()
    }
}

/// Letters that differ in case alone are the same ones, in every script.
fn is_same(wanted: &str, given: &str) -> bool {
    let lower = |text: &str| {
        text.chars()
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    wanted == given || lower(wanted) == lower(given)
}

/// Whether a language is the wanted one or a kind of it.
fn is_spoken(wanted: &str, given: &str) -> bool {
    let begins = given.get(..wanted.len());
    begins.is_some_and(|begun| begun.eq_ignore_ascii_case(wanted))
        && matches!(given.as_bytes().get(wanted.len()), None | Some(b'-'))
}

impl Snapshot {
    /// Whether a show is of this kind.
    pub(super) fn is_kind(&self, show: &ShowRow, kind: &Kind<'_>) -> bool {
        let rated = |wanted: &str| {
            let movie = self.movies.get(&show.movie);
            movie.is_some_and(|i| is_same(wanted, &self.rows.movies[*i].certificate))
        };
        kind.format.is_none_or(|it| is_same(it, &show.format))
            && kind.language.is_none_or(|it| is_spoken(it, &show.language))
            && kind.certificate.is_none_or(rated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_every_kind_of_it() {
        for (wanted, given, expected) in [
            ("en", "en", true),
            ("EN", "en-GB", true),
            ("en-gb", "en-GB", true),
            ("en-GB", "en", false),
            ("e", "en", false),
            ("", "en", false),
            ("fi", "fil", false),
            ("日", "en", false),
        ] {
            assert_eq!(is_spoken(wanted, given), expected, "{wanted}, {given}");
        }
        assert!(is_same("imax", "IMAX") && !is_same("2D", "3D"));
    }
}
