//! `houseful config`: settings and where they come from.

use houseful_core::wire::Page;
use serde::Serialize;

use super::dry_run;
use crate::{
    args::ConfigCommand,
    config::{ConfigError, KEYS, Key, find_key, set_in_file},
    context::Context,
    error::CliError,
    nearest::nearest,
    output::{Columns, Format, extra, usual},
    tui::{Keymap, Place},
};

/// One setting as it stands.
#[derive(Debug, Serialize)]
struct Entry {
    key: &'static str,
    value: Option<String>,
    source: Option<String>,
    hides: Vec<String>,
    about: &'static str,
    takes: String,
    env: &'static str,
}

pub(super) static COLUMNS: Columns = Columns {
    id: "key",
    columns: &[
        usual("key", "Key"),
        usual("value", "Value"),
        usual("source", "From"),
        extra("hides", "Hides"),
        usual("about", "What it is"),
        extra("takes", "Takes"),
        extra("env", "Environment"),
    ],
};

pub(super) fn run(ctx: &mut Context, command: ConfigCommand) -> Result<(), CliError> {
    match command {
        ConfigCommand::List => {
            let items = KEYS.iter().map(|key| entry(ctx, key)).collect();
            let page = Page { items, next: None };
            ctx.list(&COLUMNS, &page, &page.items, "")
        }
        ConfigCommand::Keys { place } => keys(ctx, place.as_deref()),
        ConfigCommand::Get { key } => {
            let key = known(&key)?;
            let value = ctx.settings.get(key.name).map(|f| f.text.clone());
            ctx.text(&format!("{}\n", value.unwrap_or_default()))
        }
        ConfigCommand::Set {
            key,
            value,
            unset: _,
            project,
        } => set(ctx, known(&key)?, value.as_deref(), project),
        ConfigCommand::Path => {
            for (name, path) in [
                ("project", &ctx.paths.project),
                ("user", &ctx.paths.user),
                ("system", &ctx.paths.system),
                ("state", &ctx.paths.state),
            ] {
                let path = path
                    .as_ref()
                    .map_or("-".to_owned(), |p| p.display().to_string());
                writeln!(ctx.console.out, "{name}\t{path}")?;
            }
            Ok(())
        }
        ConfigCommand::Explain { key } => {
            let keys: Vec<&Key> = match key {
                Some(key) => vec![known(&key)?],
                None => KEYS.iter().collect(),
            };
            explain(ctx, &keys)
        }
    }
}

/// One line of the keys of the screens.
#[derive(Debug, Serialize)]
struct KeyLine {
    name: String,
    place: String,
    action: String,
    keys: String,
    about: String,
    source: Option<String>,
}

pub(super) static KEY_COLUMNS: Columns = Columns {
    id: "name",
    columns: &[
        extra("name", "Name"),
        usual("place", "Place"),
        usual("action", "Action"),
        usual("keys", "Keys"),
        usual("about", "What it does"),
        extra("source", "From"),
    ],
};

/// Lists what keys do on the screens.
fn keys(ctx: &mut Context, place: Option<&str>) -> Result<(), CliError> {
    let keymap = keymap(ctx)?;
    let places: Vec<Place> = Place::all()
        .into_iter()
        .filter(|p| place.is_none_or(|name| p.name() == name))
        .collect();
    if places.is_empty() {
        let names: Vec<String> = Place::all().iter().map(|p| p.name()).collect();
        return Err(CliError::usage_hint(
            "there is no such place",
            format!("places are {}", names.join(", ")),
        ));
    }
    let lines = places.iter().flat_map(|place| keymap.lines(*place));
    let items: Vec<KeyLine> = lines
        .filter(|line| !line.help.is_empty())
        .map(|line| KeyLine {
            name: format!("{}.{}", line.place.name(), line.action.name()),
            place: line.place.name(),
            action: line.action.name(),
            keys: line.all_keys(),
            about: keymap.say(line.help),
            source: line.source.clone(),
        })
        .collect();
    let page = Page { items, next: None };
    ctx.list(&KEY_COLUMNS, &page, &page.items, "")
}

/// The keys of the screens as the configuration has them.
pub(super) fn keymap(ctx: &Context) -> Result<Keymap, CliError> {
    Keymap::of(ctx.settings.keys()).map_err(|e| CliError::usage_hint(e.to_string(), e.hint()))
}

fn known(name: &str) -> Result<&'static Key, CliError> {
    find_key(name).ok_or_else(|| {
        let hint = match nearest(name, KEYS.iter().map(|k| k.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`houseful config list` shows all keys".to_owned(),
        };
        let name = houseful_core::text::shown(name, 40);
        CliError::usage_hint(format!("there is no setting `{name}`"), hint)
    })
}

fn entry(ctx: &Context, key: &'static Key) -> Entry {
    let all = ctx.settings.all(key.name);
    let hides = all.iter().skip(1);
    Entry {
        key: key.name,
        value: all.first().map(|f| f.text.clone()),
        source: all.first().map(|f| f.source.to_string()),
        hides: hides
            .map(|f| format!("{} ({})", f.text, f.source))
            .collect(),
        about: key.about,
        takes: key.kind.words(),
        env: key.env,
    }
}

fn explain(ctx: &mut Context, keys: &[&'static Key]) -> Result<(), CliError> {
    let items: Vec<Entry> = keys.iter().map(|key| entry(ctx, key)).collect();
    if ctx.style.format != Format::Table || ctx.style.fields.is_some() || ctx.style.ids_only {
        let page = Page { items, next: None };
        return ctx.list(&COLUMNS, &page, &page.items, "");
    }
    for item in items {
        let value = item.value.as_deref().unwrap_or("(not set)");
        let source = item.source.as_deref().unwrap_or("nobody");
        writeln!(ctx.console.out, "{} = {value}\n    from {source}", item.key)?;
        for hidden in &item.hides {
            writeln!(ctx.console.out, "    hides {hidden}")?;
        }
        writeln!(ctx.console.out, "    {}; {}", item.about, item.takes)?;
    }
    Ok(())
}

fn set(
    ctx: &mut Context,
    key: &'static Key,
    value: Option<&str>,
    project: bool,
) -> Result<(), CliError> {
    let path = if project {
        if key.name == "token_file" {
            let place = "houseful.toml".to_owned();
            return Err(ConfigError::NotInProject {
                key: key.name,
                place,
            }
            .into());
        }
        ctx.paths.project.clone()
    } else {
        ctx.paths.user.clone()
    };
    let path = path.ok_or(ConfigError::NoHome)?;
    if ctx.globals.dry_run {
        if let Some(value) = value {
            key.kind
                .check(value)
                .map_err(|why| ConfigError::of_value(key, value, why))?;
        }
        let effect = match value {
            Some(value) => format!("{} would become {value} in it", key.name),
            None => format!("{} would be taken out of it", key.name),
        };
        return dry_run::tell_file(ctx, &path, &effect);
    }
    set_in_file(&path, key, value)?;
    ctx.say(&format!("{} is set in {}", key.name, path.display()));
    let counts = ctx.settings.get(key.name).map(|f| f.source.clone());
    if let Some(source @ (crate::config::Source::Flag(_) | crate::config::Source::Env(_))) = counts
    {
        ctx.say(&format!("but {source} stands before it"));
    }
    Ok(())
}
