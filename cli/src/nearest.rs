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

/// How many letters have to be put in, taken out, replaced or swapped with a neighbour.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
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
}
