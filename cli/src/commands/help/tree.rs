//! The whole command tree, for people and for programs.

use std::fmt::Write;

use serde_json::{Value, json};

/// One line a command.
pub(super) fn text(root: &clap::Command) -> String {
    let mut text = String::new();
    add(root, "houseful", &mut text);
    text
}

fn add(command: &clap::Command, path: &str, text: &mut String) {
    for sub in command.get_subcommands().filter(|s| !s.is_hide_set()) {
        let path = format!("{path} {}", sub.get_name());
        if sub.has_subcommands() {
            add(sub, &path, text);
        } else {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{path:<32} {about}");
        }
    }
}

/// The same as JSON, with flags and examples.
pub(super) fn json(command: &clap::Command) -> Value {
    let flags: Vec<String> = command
        .get_arguments()
        .filter(|a| !a.is_global_set() && !a.is_hide_set())
        .map(|a| match a.get_long() {
            Some(long) => format!("--{long}"),
            None => a.get_id().to_string().to_uppercase(),
        })
        .collect();
    let subs: Vec<Value> = command
        .get_subcommands()
        .filter(|s| !s.is_hide_set())
        .map(json)
        .collect();
    let mut value = json!({
        "name": command.get_name(),
        "about": command.get_about().map(ToString::to_string),
        "arguments": flags,
        "examples": examples(command),
    });
    if !subs.is_empty() {
        value["commands"] = Value::Array(subs);
    }
    value
}

/// The lines of the examples: a shell can run them.
fn examples(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_long_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    let lines = help.lines().skip_while(|l| *l != "Examples:").skip(1);
    lines.map(|l| l.trim().to_owned()).collect()
}
