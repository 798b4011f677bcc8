//! `houseful man`: manual pages, made from the command tree.

use std::{fs, path::Path};

use super::dry_run;
use crate::{
    args::{self, ManArgs},
    context::Context,
    error::CliError,
};

pub(super) fn run(ctx: &mut Context, args: &ManArgs) -> Result<(), CliError> {
    let mut root = args::command();
    root.build();
    let Some(folder) = &args.folder else {
        let page = page(&root, "houseful")?;
        ctx.console.out.write_all(&page)?;
        return Ok(());
    };
    if ctx.globals.dry_run {
        return dry_run::tell_file(ctx, folder, "the manual pages would be written to it");
    }
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    let pages = write_all(&root, "houseful", folder)?;
    ctx.say(&format!("{pages} pages written to {}", folder.display()));
    Ok(())
}

fn write_all(command: &clap::Command, name: &str, folder: &Path) -> Result<usize, CliError> {
    let file = folder.join(format!("{name}.1"));
    fs::write(&file, page(command, name)?).map_err(|source| failed(&file, source))?;
    let mut pages = 1;
    for sub in command.get_subcommands().filter(|s| !s.is_hide_set()) {
        pages += write_all(sub, &format!("{name}-{}", sub.get_name()), folder)?;
    }
    Ok(pages)
}

fn page(command: &clap::Command, name: &str) -> Result<Vec<u8>, CliError> {
    let command = command.clone().display_name(name.to_owned());
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(page)
}

fn failed(path: &Path, source: std::io::Error) -> CliError {
    CliError::File {
        what: "write",
        path: path.to_owned(),
        source,
    }
}
