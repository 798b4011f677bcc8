//! Precedence, and what a slip in a file is told.

use std::{fs, path::Path};

use super::*;

/// A folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("houseful-config-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder");
    path
}

fn paths(folder: &Path) -> Paths {
    Paths {
        project: Some(folder.join("project.toml")),
        user: Some(folder.join("user.toml")),
        system: Some(folder.join("system.toml")),
        state: None,
    }
}

fn load(
    folder: &Path,
    flags: &[(&'static str, &str)],
    env: &[(&str, &str)],
) -> Result<Settings, ConfigError> {
    Settings::load(&Sources {
        flags: flags.iter().map(|(k, v)| (*k, (*v).to_owned())).collect(),
        env: &|name| {
            env.iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        },
        paths: &paths(folder),
    })
}

#[test]
fn the_nearest_layer_wins_and_all_are_remembered() {
    let dir = folder("layers");
    let path = paths(&dir);
    for file in [&path.project, &path.user, &path.system] {
        let file = file.as_ref().expect("a path");
        let name = file.file_stem().expect("a name").to_string_lossy();
        fs::write(file, format!("# hi\ncity = \"{name}\"\n")).expect("written");
    }
    let flags = [("city", "flag")];
    let env = [("HOUSEFUL_CITY", "env")];
    let settings = load(&dir, &flags, &env).expect("settings");
    let all: Vec<&str> = settings
        .all("city")
        .iter()
        .map(|f| f.text.as_str())
        .collect();
    assert_eq!(all, ["flag", "env", "project", "user", "system"]);
    assert_eq!(settings.city(), Some("flag"));
    let settings = load(&dir, &[], &env).expect("settings");
    assert_eq!(
        settings.get("city").map(|f| f.source.to_string()),
        Some("environment HOUSEFUL_CITY".to_owned())
    );
    let settings = load(&dir, &[], &[]).expect("settings");
    let place = settings.get("city").map(|f| f.source.to_string());
    assert_eq!(
        place,
        Some(format!("{}:2", dir.join("project.toml").display()))
    );
    assert_eq!(settings.timeout(), Duration::from_secs(10));
}

#[test]
fn a_typo_is_named_with_its_line_and_the_nearest_key() {
    let dir = folder("typo");
    fs::write(
        dir.join("user.toml"),
        "city = \"Leeds\"\n\nsevrer = \"x\"\n",
    )
    .expect("written");
    let error = load(&dir, &[], &[]).expect_err("a typo");
    assert_eq!(
        error.to_string(),
        format!(
            "{}:3: unknown key `sevrer`",
            dir.join("user.toml").display()
        )
    );
    assert_eq!(error.hint().as_deref(), Some("did you mean `server`?"));
}

#[test]
fn bad_values_name_where_they_stand_and_what_would_do() {
    let dir = folder("values");
    for (text, line) in [
        ("timeout_s = 0", 1),
        ("\ntimeout_s = \"soon\"", 2),
        ("output = \"xml\"", 1),
        ("plain = [true]", 1),
        ("tz = \"Mars/Base\"", 1),
        ("city = ", 1),
        ("city = \"a\"\ncity = \"b\"", 2),
    ] {
        fs::write(dir.join("user.toml"), text).expect("written");
        let error = load(&dir, &[], &[]).expect_err(text).to_string();
        let place = format!("{}:{line}: ", dir.join("user.toml").display());
        assert!(error.starts_with(&place), "{error}");
    }
    fs::remove_file(dir.join("user.toml")).expect("removed");
    let error = load(&dir, &[], &[("HOUSEFUL_COLOR", "blue")]).expect_err("a bad value");
    assert_eq!(
        error.to_string(),
        "environment HOUSEFUL_COLOR: `blue` is not a value of `color`; it takes one of auto, always, never"
    );
}

#[test]
fn of_server_and_embedded_the_nearer_one_counts() {
    let dir = folder("target");
    fs::write(dir.join("user.toml"), "embedded = \"x.db\"").expect("written");
    let target = |flags: &[(&'static str, &str)], env: &[(&str, &str)]| {
        load(&dir, flags, env).expect("settings").target()
    };
    assert!(matches!(target(&[], &[]), Ok(Target::Embedded(_))));
    let server = target(&[("server", "http://a")], &[]);
    assert!(matches!(server, Ok(Target::Server(_))));
    let server = target(&[], &[("HOUSEFUL_SERVER", "http://a")]);
    assert!(matches!(server, Ok(Target::Server(_))));
    let both = target(&[("server", "http://a"), ("embedded", "y.db")], &[]);
    assert!(matches!(both, Err(ConfigError::Both { .. })));
}

#[test]
fn a_folder_can_not_lead_a_token_astray() {
    let dir = folder("token");
    fs::write(dir.join("user.toml"), "token_file = \"/t\"").expect("written");
    assert_eq!(
        load(&dir, &[], &[]).expect("settings").token_file(),
        Some("/t".into())
    );
    fs::write(dir.join("project.toml"), "server = \"http://other\"").expect("written");
    assert_eq!(load(&dir, &[], &[]).expect("settings").token_file(), None);
    let env = [("HOUSEFUL_TOKEN_FILE", "/profile")];
    let settings = load(&dir, &[], &env).expect("settings");
    assert_eq!(
        settings.token_file(),
        None,
        "a variable was meant for another server"
    );
    assert!(settings.withheld_token().is_some());
    let flags = [("token_file", "/mine")];
    assert_eq!(
        load(&dir, &flags, &[]).expect("settings").token_file(),
        Some("/mine".into())
    );
    fs::write(dir.join("project.toml"), "token_file = \"/t\"").expect("written");
    assert!(matches!(
        load(&dir, &[], &[]),
        Err(ConfigError::NotInProject { .. })
    ));
}

#[test]
fn keys_of_the_screens_are_read_with_their_lines() {
    let dir = folder("keys");
    fs::write(
        dir.join("user.toml"),
        "city = \"a\"\n[keys]\nseats.next_best = \"n\"\nhome.browse = [\"ctrl-b\", \"v\"]\nall.help = []\n",
    )
    .expect("written");
    fs::write(dir.join("project.toml"), "keys.seats.undo = \"z\"").expect("written");
    let settings = load(&dir, &[], &[]).expect("settings");
    let keys: Vec<String> = settings
        .keys()
        .iter()
        .map(|k| format!("{}.{} {}", k.place, k.action, k.keys.join(" ")))
        .collect();
    let mut sorted = keys[1..].to_vec();
    sorted.sort();
    assert_eq!(keys[0], "seats.undo z", "the project's file first");
    assert_eq!(
        sorted,
        ["all.help ", "home.browse ctrl-b v", "seats.next_best n"]
    );
    let place = format!("{}:3", dir.join("user.toml").display());
    assert!(settings.keys().iter().any(|k| k.at == place), "{keys:?}");
    for bad in [
        "keys = 3",
        "[keys]\nseats = \"x\"",
        "[keys]\nseats.undo = [[]]",
    ] {
        fs::write(dir.join("user.toml"), bad).expect("written");
        let error = load(&dir, &[], &[]).expect_err(bad).to_string();
        assert!(error.contains("seats.next_best"), "{error}");
    }
}

#[test]
fn a_fresh_setting_does_not_slip_into_a_table() {
    let file = folder("edit-table").join("config.toml");
    let key = |name| find_key(name).expect("a key");
    fs::write(
        &file,
        "tz = \"Europe/London\"\n[keys]\nseats.undo = \"z\"\n",
    )
    .expect("written");
    set_in_file(&file, key("city"), Some("York")).expect("set");
    let text = fs::read_to_string(&file).expect("read");
    assert_eq!(
        text,
        "tz = \"Europe/London\"\ncity = \"York\"\n[keys]\nseats.undo = \"z\"\n"
    );
}

#[test]
fn setting_a_key_leaves_the_rest_of_the_file_alone() {
    let file = folder("edit").join("deep").join("config.toml");
    let key = |name| find_key(name).expect("a key");
    set_in_file(&file, key("city"), Some("Leeds \"old town\"")).expect("set");
    let text = fs::read_to_string(&file).expect("read");
    fs::write(&file, format!("# mine\n{text}# end\n")).expect("written");
    set_in_file(&file, key("timeout_s"), Some("30")).expect("set");
    set_in_file(&file, key("city"), Some("York")).expect("set");
    let text = fs::read_to_string(&file).expect("read");
    assert_eq!(text, "# mine\ncity = \"York\"\n# end\ntimeout_s = 30\n");
    set_in_file(&file, key("city"), None).expect("unset");
    let text = fs::read_to_string(&file).expect("read");
    assert_eq!(text, "# mine\n# end\ntimeout_s = 30\n");
    assert!(set_in_file(&file, key("color"), Some("blue")).is_err());
}
