//! Finding lines by a few typed letters; small mistakes are forgiven.

use crate::nearest::is_like;

/// The indices of the lines that fit, in the order of the lines.
///
/// Each line has a main text (a title) and a side text (cinema, screen, time). A line fits when
/// every word that was typed stands in it somewhere. Only when no line does, mistakes are forgiven:
/// a word may then be like a word of the title.
#[must_use]
pub fn fitting(typed: &str, lines: &[(String, String)]) -> Vec<usize> {
    let typed = typed.to_lowercase();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let lines: Vec<(String, String)> = lines
        .iter()
        .map(|(title, side)| (title.to_lowercase(), side.to_lowercase()))
        .collect();
    let stands =
        |(title, side): &(String, String), word: &str| title.contains(word) || side.contains(word);
    let all = 0..lines.len();
    let literal = |i: &usize| words.iter().all(|word| stands(&lines[*i], word));
    let found: Vec<usize> = all.clone().filter(literal).collect();
    if !found.is_empty() {
        return found;
    }
    let like = |i: &usize| {
        let fits = |word: &&str| stands(&lines[*i], word) || is_like(word, &lines[*i].0);
        words.iter().all(fits)
    };
    all.filter(like).collect()
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
        // Every word counts, wherever it stands.
        assert_eq!(fitting("roxy keeper", &lines), [1]);
        assert_eq!(fitting("keeper 20:00", &lines), [1]);
        assert_eq!(fitting("plaza keeper", &lines), [0_usize; 0]);
    }

    #[test]
    fn a_long_title_is_not_like_everything() {
        let long = "The Long and Entirely Truthful History of the Goat That Went to the Seaside \
                    Without Telling Anybody Who Might Have Minded";
        let lines: Vec<(String, String)> = [
            (long, "Plaza Screen 1 21:00"),
            ("Kelp Horizon", "The Weft Screen 4 20:00"),
        ]
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .to_vec();
        for noise in ["dockside", "snug", "kelp leeds", "basin"] {
            assert_eq!(fitting(noise, &lines), [0_usize; 0], "{noise}");
        }
        assert_eq!(fitting("weft", &lines), [1]);
        assert_eq!(fitting("kelp weft", &lines), [1]);
        assert_eq!(fitting("seasde", &lines), [0]);
    }
}
