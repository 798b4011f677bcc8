//! Every scenario, told to the rules, to lane and database, and to a whole server.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use houseful_core::{ids::OwnerRef, show::ShowState};
use houseful_tests::scenario::{
    CoreHouse, House, HttpHouse, Journal, Script, Steps, StoreHouse, secret, tell, tell_journal,
};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios")
}

/// All scenarios by name.
fn scripts() -> BTreeMap<String, Script> {
    let mut scripts = BTreeMap::new();
    let entries = fs::read_dir(folder()).unwrap_or_else(|e| panic!("{}: {e}", folder().display()));
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
        if let Some(name) = name.strip_suffix(".txt") {
            let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
            let script = Script::parse(name, &text).unwrap_or_else(|e| panic!("{e}"));
            scripts.insert(name.to_owned(), script);
        }
    }
    scripts
}

/// Tells all scenarios, each to a house of its own. Gives the states they end in.
fn tell_all(mut house: impl FnMut() -> Box<dyn House>) -> BTreeMap<String, ShowState> {
    let (mut failures, mut ends) = (Vec::new(), BTreeMap::new());
    for (name, script) in scripts() {
        match tell(&script, house().as_mut()) {
            Ok(end) => drop(ends.insert(name, end)),
            Err(failure) => failures.push(failure),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    ends
}

#[test]
fn every_file_is_a_scenario_and_says_what_it_covers() {
    let files = fs::read_dir(folder())
        .unwrap_or_else(|e| panic!("{e}"))
        .count();
    let scripts = scripts();
    // All but the page that describes the language.
    assert_eq!(scripts.len() + 1, files);
    assert!(scripts.len() >= 25, "only {} scenarios", scripts.len());
    for (name, script) in &scripts {
        assert!(script.head.contains_key("covers"), "{name} covers nothing");
    }
}

#[test]
fn a_story_that_went_otherwise_is_noticed() {
    let wrong = |step: &str| {
        let text = format!("# A story\n\nann hold A1 A2 -> held A1 A2 20.00 until +300s\n{step}\n");
        let script = Script::parse("wrong", &text).expect("a script");
        tell(&script, &mut CoreHouse::default()).expect_err(step)
    };
    let says = wrong("bob hold A1 A2 -> held A1 A2 20.00 until +300s");
    assert!(says.contains("wrong:4: wanted `held"), "{says}");
    let says = wrong("ann release");
    assert!(says.contains("says nothing of `released`"), "{says}");
    let says = wrong("ann dances -> wildly");
    assert!(says.contains("knows how to `dances`"), "{says}");
    // A scenario that is told here and not there says so nowhere.
    let says = wrong("only: core");
    assert!(says.contains("`core`"), "{says}");
    for text in ["", "# A comment alone\n", "ann hold A1 -> x\n"] {
        assert!(Script::parse("bad", text).is_err(), "{text}");
    }
}

#[test]
fn rules_lane_and_database_tell_every_scenario_alike() {
    let alone = tell_all(|| Box::<CoreHouse>::default());
    for open in [
        StoreHouse::on_file,
        StoreHouse::on_postgres,
        StoreHouse::on_nodes,
    ] {
        let stored = tell_all(|| Box::new(open().unwrap_or_else(|e| panic!("{e}"))));
        // Not only the words: the states are the same in the end.
        assert!(alone == stored, "the rules and the database differ");
    }
}

/// A journal as JSON, without what each house draws for itself: codes, the id of the command that
/// opened the show, and the secrets of customers, which are longer over HTTP.
fn told(script: &Script, journal: &Journal) -> String {
    let mut out = String::new();
    for (at, event) in journal {
        let row = event.to_row();
        let mut body: Value = serde_json::from_str(&row.body).unwrap_or_default();
        blank(&mut body, row.kind == "opened");
        let _ = writeln!(out, "{} {} {} {body}", at.0, row.kind, row.format);
    }
    let names = script.lines.iter().flat_map(|line| &line.words);
    for name in names {
        let long = OwnerRef::of_secret(&secret(name)).to_string();
        out = out.replace(&long, &OwnerRef::of_secret(name).to_string());
    }
    out
}

fn blank(body: &mut Value, opened: bool) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                let drawn = matches!(name.as_str(), "tickets" | "code" | "codes");
                if drawn || (opened && name == "command") {
                    *value = Value::Null;
                } else {
                    blank(value, opened);
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|value| blank(value, opened)),
        _ => {}
    }
}

/// One scenario over HTTP, held against the rules alone.
fn tell_over_http(script: &Script, mut house: HttpHouse) -> Result<Steps, String> {
    let served = tell_journal(script, &mut house)?;
    let alone = tell_journal(script, &mut CoreHouse::default())?;
    let (served, alone) = (told(script, &served), told(script, &alone));
    if served == alone {
        Ok(house.steps())
    } else {
        Err(format!(
            "{}: the server wrote\n{served}instead of\n{alone}",
            script.name
        ))
    }
}

/// How often the story's show moved, by story.
fn tell_all_over_http(open: fn() -> Result<HttpHouse, String>) -> Vec<usize> {
    let scripts: Vec<Script> = scripts().into_values().collect();
    let (mut failures, mut steps, mut moves) = (Vec::new(), Steps::default(), Vec::new());
    for told in scripts.iter().map(|script| tell_over_http(script, open()?)) {
        match told {
            Ok(told) => {
                steps.requests += told.requests;
                steps.messages += told.messages;
                steps.timer += told.timer;
                moves.push(told.moves);
            }
            Err(failure) => failures.push(failure),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    // Whoever adds a step that goes past HTTP says so here.
    let past_http = (steps.messages, steps.timer);
    assert_eq!(past_http, (121, 10));
    assert!(steps.requests > 200, "{steps:?}");
    moves
}

#[test]
fn a_whole_server_tells_every_scenario_as_the_rules_do() {
    let moves = tell_all_over_http(HttpHouse::on_file);
    assert_eq!(moves.iter().sum::<usize>(), 0);
}

#[test]
fn three_servers_that_are_one_role_each_tell_every_scenario_as_the_rules_do() {
    let moves = tell_all_over_http(HttpHouse::apart);
    assert_eq!(moves.iter().sum::<usize>(), 0);
}

#[test]
fn a_whole_server_on_postgres_tells_every_scenario_as_the_rules_do() {
    let moves = tell_all_over_http(HttpHouse::on_postgres);
    assert_eq!(moves.iter().sum::<usize>(), 0);
}

/// And the show moves to the other database and back while the story is told.
#[test]
fn a_whole_server_on_two_shards_tells_every_scenario_as_the_rules_do() {
    let moves = tell_all_over_http(HttpHouse::on_shards);
    // A story in which less is asked than that is told in one place.
    let count = |least| moves.iter().filter(|moved| **moved >= least).count();
    let (there, back) = (count(1), count(2));
    assert!(there * 10 >= moves.len() * 9, "{moves:?}");
    assert!(back * 2 >= moves.len(), "{moves:?}");
}

#[test]
fn a_whole_server_on_nodes_tells_every_scenario_as_the_rules_do() {
    let moves = tell_all_over_http(HttpHouse::on_nodes);
    assert_eq!(moves.iter().sum::<usize>(), 0);
}
