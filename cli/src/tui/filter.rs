//! Finding lines by a few typed letters; small mistakes are forgiven.

use frizbee::{CaseMatching, Config, Matcher, SortStrategy};

/// The indices of the lines that fit, in the order of the lines.
///
/// Each line has a main text (a title), matched with one mistake for every four letters, and a
/// side text (cinema, screen, time), matched as it is typed. Lines that fit much worse than the
/// best are left out.
#[must_use]
pub fn fitting(typed: &str, lines: &[(String, String)]) -> Vec<usize> {
    let typed = typed.trim();
    if typed.is_empty() {
        return (0..lines.len()).collect();
    }
    let letters = typed.chars().count();
    let config = Config::default()
        .max_typos(u16::try_from(letters / 4).ok())
        .casing(CaseMatching::Ignore)
        .sort(SortStrategy::IndexAsc);
    let titles: Vec<&str> = lines.iter().map(|(title, _)| title.as_str()).collect();
    let matches = Matcher::new(typed, &config).match_list(&titles);
    let best = matches.iter().map(|m| m.score).max().unwrap_or(0);
    let lower = typed.to_lowercase();
    (0..lines.len())
        .filter(|i| {
            let title = matches
                .iter()
                .find(|m| usize::try_from(m.index).is_ok_and(|index| index == *i))
                .is_some_and(|m| u32::from(m.score) * 4 >= u32::from(best) * 3);
            title || lines[*i].1.to_lowercase().contains(&lower)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_forgiven_and_noise_is_left_out() {
        let lines: Vec<(String, String)> = [
            ("Paddington in Peru", "Roxy Screen 1 19:30"),
            ("The Lantern Keeper", "Roxy Screen 2 20:00"),
            ("Under the Dunes", "Plaza Screen 1 21:00"),
        ]
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .to_vec();
        assert_eq!(fitting("", &lines), [0, 1, 2]);
        assert_eq!(fitting("padi", &lines), [0]);
        assert_eq!(fitting("lantren", &lines), [1]);
        assert_eq!(fitting("plaza", &lines), [2]);
        assert_eq!(fitting("20:00", &lines), [1]);
        assert_eq!(fitting("zzzz", &lines), [0_usize; 0]);
    }
}
