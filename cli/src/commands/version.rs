//! `houseful version`.

use serde::Serialize;

use crate::{
    context::Context,
    error::CliError,
    output::{Columns, usual},
};

#[derive(Debug, Serialize)]
struct Version {
    name: &'static str,
    version: &'static str,
    embedded: bool,
}

pub(super) static COLUMNS: Columns = Columns {
    id: "version",
    columns: &[
        usual("name", "Name"),
        usual("version", "Version"),
        usual("embedded", "With a server"),
    ],
};

pub(super) fn run(ctx: &mut Context) -> Result<(), CliError> {
    let version = Version {
        name: "houseful",
        version: env!("CARGO_PKG_VERSION"),
        embedded: cfg!(feature = "embedded"),
    };
    ctx.one(&COLUMNS, &version)
}
