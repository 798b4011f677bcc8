//! `layout`: mistakes where they stand, drawings, differences.

use std::{fs, path::PathBuf};

use super::houseful;

/// A file of its own with this text.
fn file(name: &str, text: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("houseful-layout-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    fs::write(&path, text).expect("a file");
    path
}

#[test]
fn mistakes_are_told_with_file_line_and_column() {
    let bad = file("bad.txt", "name: N\nA  oo?\nA  oo\n");
    let odd = file("odd.txt", "name: N\nA  ooc\n");
    let line = format!("layout lint {} {}", bad.display(), odd.display());
    let (code, out, err) = houseful(&line, &[]);
    let lines: Vec<&str> = out.lines().collect();
    let starts = [
        format!("{}:2:6: error: `?` is not a place", bad.display()),
        format!("{}:3:4: error: seat A1 is on line 2 already", bad.display()),
        format!("{}:2:6: warning: companion's seat A3", odd.display()),
    ];
    assert_eq!((code, lines.len()), (2, 3), "{out}{err}");
    for (line, start) in lines.iter().zip(&starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert!(err.contains("2 mistakes and 1 warning in 2 files"), "{err}");

    let (code, out, err) = houseful(&format!("layout lint {}", odd.display()), &[]);
    assert_eq!((code, out.lines().count()), (0, 1), "{out}{err}");
    let (code, out, _) = houseful(&format!("layout lint {} -o json", bad.display()), &[]);
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &told["items"][1]["column"]), (2, &4.into()));
    assert_eq!(told["items"][0]["severity"], "error");
}

#[test]
fn a_file_that_can_not_be_read_is_named() {
    let (code, out, err) = houseful("layout lint no-such-hall.txt", &[]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("no-such-hall.txt"), "{err}");
    let bad = file("refused.txt", "name: N\nA  oo?\n");
    let (code, _, err) = houseful(&format!("layout show {}", bad.display()), &[]);
    assert!(code == 2 && err.contains("refused.txt:2:6: `?`"), "{err}");
}

#[test]
fn a_hall_is_drawn_with_its_counts() {
    let hall = file("drawn.txt", "name: N\nA  cwoo oo\n\nB   oxo %o\n");
    let (code, out, err) = houseful(&format!("layout show {} -o table", hall.display()), &[]);
    assert_eq!(code, 0, "{err}");
    for line in ["  A  c w o o   o o  A", "  B    o x o   % o  B"] {
        assert!(out.lines().any(|l| l == line), "{out}");
    }
    assert!(out.contains("11 seats in 2 rows"), "{out}");
}

#[test]
fn differences_are_drawn_and_listed() {
    let old = file("old.txt", "name: N\nA  oooo\nB  oooo\nC  oo\n");
    let new = file("new.txt", "name: N\nA  oooxo\nBB oooo\n");
    let line = format!("layout diff {} {} -o table", old.display(), new.display());
    let (code, out, err) = houseful(&line, &[]);
    assert_eq!(code, 0, "{err}");
    for line in [
        "  A  o o o ~ +  A",
        " BB  @ @ @ @    BB",
        "  C  - -        C",
        "removed: C1, C2 (2)",
        "renamed: B1 to BB1, B2 to BB2, B3 to BB3, B4 to BB4 (4)",
        "changed from standard to standard broken: A4 (1)",
    ] {
        assert!(out.lines().any(|l| l == line), "{line}\n{out}");
    }
    let (_, out, _) = houseful(&line.replace("table", "json"), &[]);
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(told["added"], serde_json::json!(["A5"]));
    let line = format!("layout diff {} {} -o table", old.display(), old.display());
    assert_eq!(houseful(&line, &[]).1, "no seat differs\n");
}
