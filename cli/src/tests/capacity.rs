//! `houseful plan-capacity` as it is typed, and the examples of `docs/scale.md`.

use super::houseful;

/// Each command of the page, with what the page says that it prints.
fn examples(page: &str) -> Vec<(&str, &str)> {
    let commands = page.split("```sh\nhouseful ").skip(1);
    commands
        .filter_map(|rest| {
            let (line, rest) = rest.split_once("\n```\n")?;
            let printed = rest.trim_start().strip_prefix("```text\n")?;
            Some((line, printed.split_once("```")?.0))
        })
        .collect()
}

/// With `UPDATE_SCALE=1` the page is written anew instead.
#[test]
fn the_examples_of_the_page_are_what_the_program_prints() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/scale.md");
    let page = std::fs::read_to_string(file).expect("docs/scale.md");
    let examples = examples(&page);
    assert_eq!(examples.len(), 3, "a town, a country, a continent");
    let mut written = page.clone();
    for (line, printed) in examples {
        let (code, out, err) = houseful(&format!("{line} -o table"), &[]);
        assert_eq!(code, 0, "{line}: {err}");
        let now = format!("{out}{err}");
        if std::env::var_os("UPDATE_SCALE").is_some() {
            let block = |printed: &str| format!("houseful {line}\n```\n\n```text\n{printed}```");
            written = written.replace(&block(printed), &block(&now));
        } else {
            assert_eq!(printed, now, "{line}");
        }
    }
    if written != page {
        std::fs::write(file, written).expect("written");
    }
}

#[test]
fn programs_get_the_plan_with_what_it_was_made_of() {
    let (code, out, err) = houseful("plan-capacity --dau 1000 -o json", &[]);
    assert_eq!(code, 0, "{err}");
    let plan: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(plan["demand"]["dau"], 1_000);
    assert_eq!(plan["items"][0]["name"], "sales");
    assert_eq!(plan["items"][0]["value"], 50);
    assert!(plan["breaks_first"].is_string(), "{plan}");
    let line = "plan-capacity --dau 1000 --fields name,value -o csv";
    let (_, out, _) = houseful(line, &[]);
    assert!(out.starts_with("name,value\nsales,50\n"), "{out}");
}

#[test]
fn a_number_that_can_not_be_is_refused_with_its_flag() {
    for (line, flag) in [
        ("", "--dau"),
        ("--dau 0", "--dau"),
        ("--dau 10000000001", "--dau"),
        ("--dau many", "--dau"),
        ("--dau 9 --opening-night 0", "--opening-night"),
        ("--dau 9 --busiest-hour 101", "--busiest-hour"),
        ("--dau 9 --seats-per-booking 11", "--seats-per-booking"),
        ("--dau 9 --maps-per-s 0", "--maps-per-s"),
        ("--dau 9 --looks-per-sale 24", "--looks-per-sale"),
    ] {
        let (code, out, err) = houseful(&format!("plan-capacity {line}"), &[]);
        assert_eq!((code, out.as_str()), (2, ""), "{line}");
        assert!(err.contains(flag), "{line}: {err}");
    }
}

#[test]
fn a_limit_of_another_machine_is_taken() {
    let line = "plan-capacity --dau 1000000 --fields value -o csv";
    let (_, ours, _) = houseful(line, &[]);
    let (_, theirs, _) = houseful(&format!("{line} --lists-per-s 1"), &[]);
    assert_ne!(ours, theirs);
}
