//! Every scenario, on every backend it names.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use houseful_core::show::ShowState;
use houseful_tests::scenario::{Backend, CoreHouse, House, Script, StoreHouse, tell};

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

/// Tells all scenarios that name `backend`, each to a house of its own. Gives the states they
/// end in.
fn tell_all(
    backend: Backend,
    mut house: impl FnMut() -> Box<dyn House>,
) -> BTreeMap<String, Option<ShowState>> {
    let (mut failures, mut ends) = (Vec::new(), BTreeMap::new());
    for (name, script) in scripts() {
        if script.backends.contains(&backend) {
            match tell(&script, house().as_mut()) {
                Ok(end) => drop(ends.insert(name, end)),
                Err(failure) => failures.push(failure),
            }
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
        assert!(!script.backends.is_empty(), "{name} is told nowhere");
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
    for text in [
        "",
        "# A comment alone\n",
        "ann hold A1 -> x\n",
        "# A\nonly: moon\n",
    ] {
        assert!(Script::parse("bad", text).is_err(), "{text}");
    }
}

#[test]
fn rules_lane_and_database_tell_every_scenario_alike() {
    let alone = tell_all(Backend::Core, || Box::<CoreHouse>::default());
    let stored = tell_all(Backend::Store, || {
        Box::new(StoreHouse::new().unwrap_or_else(|e| panic!("{e}")))
    });
    assert!(stored.len() >= 25, "only {} are told", stored.len());
    // Not only the words: the states are the same in the end.
    assert!(alone == stored, "the rules and the database differ");
}
