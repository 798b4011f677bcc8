//! `houseful help`: commands, topics and the whole tree.

mod topics;
mod tree;

use crate::{
    args::{self, HelpArgs},
    context::Context,
    error::CliError,
    nearest::nearest,
    output::Format,
};

pub(super) fn run(ctx: &mut Context, args: &HelpArgs) -> Result<(), CliError> {
    let mut root = args::command();
    root.build();
    if args.tree {
        return match ctx.settings.output() {
            Some(Format::Json | Format::Ndjson) => {
                let tree = tree::json(&root);
                ctx.text(&(serde_json::to_string_pretty(&tree).unwrap_or_default() + "\n"))
            }
            _ => ctx.text(&tree::text(&root)),
        };
    }
    if let [topic] = args.words.as_slice()
        && let Some(text) = topics::text(topic)
    {
        return ctx.text(&text);
    }
    let text = command_help(root, &args.words)?;
    ctx.text(&text)
}

fn command_help(root: clap::Command, words: &[String]) -> Result<String, CliError> {
    let mut command = root;
    for word in words {
        let names: Vec<String> = command
            .get_subcommands()
            .map(|s| s.get_name().to_owned())
            .collect();
        command = command.find_subcommand(word).cloned().ok_or_else(|| {
            let known = names.iter().map(String::as_str).chain(topics::NAMES);
            let hint = match nearest(word, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`houseful help --tree` shows all commands".to_owned(),
            };
            let word = houseful_core::text::shown(word, 40);
            CliError::usage_hint(format!("there is no help for `{word}`"), hint)
        })?;
    }
    Ok(command.render_long_help().to_string())
}
