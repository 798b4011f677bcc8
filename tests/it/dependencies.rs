//! Who may depend on whom: the arrows between our crates, and what may come in from outside.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn table(file: &str) -> toml::Table {
    let text = read(&root().join(file));
    text.parse().unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// What a crate depends on in the program, without what its tests need.
fn dependencies(of: &str) -> BTreeSet<String> {
    let manifest = table(&format!("{of}/Cargo.toml"));
    let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
    dependencies
        .into_iter()
        .flat_map(toml::Table::keys)
        .cloned()
        .collect()
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut found = Vec::new();
    for entry in entries {
        let path = entry
            .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
            .path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn core_needs_nothing_of_ours_and_nothing_that_does_io() {
    let allowed = [
        "jiff",
        "serde",
        "serde_json",
        "sha2",
        "thiserror",
        "utoipa",
        "uuid",
    ];
    let allowed = allowed.map(str::to_owned).into();
    let more: Vec<_> = dependencies("core").difference(&allowed).cloned().collect();
    assert!(more.is_empty(), "core has come to depend on {more:?}");
}

#[test]
fn arrows_point_from_the_programs_to_the_rules() {
    let server = dependencies("server");
    for not in ["houseful", "houseful-tests", "clap", "ratatui", "crossterm"] {
        assert!(!server.contains(not), "server depends on {not}");
    }
    let cli = dependencies("cli");
    for not in ["houseful-tests", "axum", "rusqlite", "tokio-postgres"] {
        assert!(!cli.contains(not), "cli depends on {not}");
    }
    let manifest = table("cli/Cargo.toml");
    let optional = &manifest["dependencies"]["houseful-server"]["optional"];
    assert_eq!(
        optional.as_bool(),
        Some(true),
        "the thin client brings the server along"
    );
}

#[test]
fn only_the_commands_that_run_a_server_name_it() {
    let allowed = ["serve", "demo", "db", "bus", "embedded"];
    let folder = root().join("cli/src");
    for path in sources(&folder) {
        let inside = path.strip_prefix(&folder).unwrap_or(&path);
        let mut parts = inside.iter().filter_map(|part| part.to_str());
        let may = parts.any(|part| allowed.contains(&part.trim_end_matches(".rs")));
        let names_it = read(&path).contains("houseful_server");
        assert!(
            may || !names_it,
            "cli/src/{} names houseful_server",
            inside.display()
        );
    }
}

#[test]
fn no_banned_crate_is_in_the_lock_file() {
    let lock = table("Cargo.lock");
    let packages = lock["package"].as_array().into_iter().flatten();
    let locked: BTreeSet<_> = packages.filter_map(|p| p["name"].as_str()).collect();
    assert!(locked.contains("serde"), "the lock file was not understood");
    let deny = table("deny.toml");
    let bans: Vec<_> = deny["bans"]["deny"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    assert!(bans.len() > 40, "the bans were not understood");
    for ban in bans {
        let name = ban["crate"].as_str().unwrap_or_default();
        let reason = ban
            .get("reason")
            .and_then(toml::Value::as_str)
            .unwrap_or_default();
        assert!(!reason.is_empty(), "{name} is banned without a reason");
        let around = ban.get("wrappers").and_then(toml::Value::as_array);
        let Some(around) = around else {
            assert!(!locked.contains(name), "{name} is banned: {reason}");
            continue;
        };
        // Let in around one crate, and around no other.
        let names = |of: &toml::Value| of.as_str().map(str::to_owned);
        let around: BTreeSet<String> = around.iter().filter_map(names).collect();
        let needs = |package: &&toml::Value| {
            let all = package.get("dependencies").and_then(toml::Value::as_array);
            let mut all = all.into_iter().flatten().filter_map(toml::Value::as_str);
            all.any(|of| of.split(' ').next() == Some(name))
        };
        let all = lock["package"].as_array().into_iter().flatten();
        for package in all.filter(needs) {
            let by = package["name"].as_str().unwrap_or_default();
            assert!(
                around.contains(by),
                "{by} brings {name} in, which is banned: {reason}"
            );
        }
    }
}
