//! Rules of the screens' own source.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::tui::Keymap;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The texts between double quotes on a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

/// Whether a text has a word, apart from the names between braces.
fn has_word(text: &str) -> bool {
    let mut outside = String::new();
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    let mut words = outside.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| word.len() > 2)
}

#[test]
fn views_have_no_words_of_their_own() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui");
    let mut paths = vec![source.join("view.rs")];
    files(&source.join("view"), &mut paths);
    assert!(paths.len() > 15, "{paths:?}");
    let mut wrong = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a file");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in (1..).zip(code.lines()) {
            let line = line.split("//").next().unwrap_or_default();
            // The name of a time zone, and why a lint is wrong, are for no user.
            let found = quoted(line).find(|text| has_word(text) && *text != "UTC");
            if let (Some(text), false) = (found, line.contains("reason = ")) {
                wrong.push(format!("{}:{number}: {text}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "they belong into `wording`: {wrong:#?}");
}

#[test]
fn the_table_of_keys_has_no_words_of_its_own() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui");
    let text = fs::read_to_string(source.join("keymap/table.rs")).expect("a file");
    let code = text
        .lines()
        .map(|l| l.split("//").next().unwrap_or_default());
    let shown: Vec<&str> = code.flat_map(quoted).collect();
    assert!(shown.len() > 80, "{shown:?}");
    for text in shown {
        let is_key = |part: &str| crate::tui::keymap::key_named(part).is_ok();
        let is_range = text.chars().all(|c| c.is_ascii_digit() || c == '-');
        // Letters of ticket types are in the price list.
        let letters = text == "a c .." || text == "/";
        let are_keys = text.split('/').all(is_key);
        assert!(is_range || letters || are_keys || text.is_empty(), "{text}");
    }
}

#[test]
fn sentences_name_no_key_that_can_be_bound_to_something_else() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui");
    let mut paths = vec![source.join("wording.rs")];
    files(&source.join("wording"), &mut paths);
    let mut wrong = Vec::new();
    for path in paths {
        // Plain mode hears words, and an empty line is one of them.
        if path.to_string_lossy().contains("plain") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a file");
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split("//").next().unwrap_or_default();
            for text in quoted(line) {
                let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                let keys = [
                    "Esc",
                    "Enter",
                    "Space",
                    "Backspace",
                    "PgUp",
                    "PgDn",
                    "Ctrl-C",
                ];
                if let Some(key) = words.into_iter().find(|word| keys.contains(word)) {
                    wrong.push(format!("{}:{number}: {key}", path.display()));
                }
            }
        }
    }
    // A shell's own Ctrl-C, after the screens are gone.
    wrong.retain(|line| !(line.contains("wording.rs") && line.ends_with("Ctrl-C")));
    assert!(
        wrong.is_empty(),
        "they are named by their marks: {wrong:#?}"
    );
}

#[test]
fn sentences_name_only_keys_that_there_are() {
    let keymap = Keymap::default();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui");
    let mut paths = vec![source.join("wording.rs")];
    files(&source.join("wording"), &mut paths);
    let mut named = 0;
    for path in paths {
        let text = fs::read_to_string(&path).expect("a file");
        for part in text.split('⟨').skip(1) {
            let name = part.split('⟩').next().unwrap_or_default();
            assert!(
                keymap.line_of(name).is_some(),
                "{name} in {}",
                path.display()
            );
            named += 1;
        }
    }
    assert!(named > 20, "the marks were not found");
}

#[test]
fn words_are_told_from_signs() {
    assert!(has_word("{} free") && has_word("Film"));
    assert!(!has_word("{title} ({certificate})") && !has_word("  {left} -- x "));
}
