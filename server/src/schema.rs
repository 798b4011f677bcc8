//! A schema as numbered files. A file that was released is never edited: what a database has
//! applied is compared with what this program carries, and a difference refuses the database.

use sha2::Digest;

/// One step of the schema.
pub(crate) struct Migration {
    /// Its number, from 1.
    pub(crate) number: u32,
    /// What it is about.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) sql: &'static str,
}

/// Why a database can't be brought to this program's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// A newer program was here.
    Newer {
        /// The database's number.
        has: u32,
        /// The highest this program knows.
        knows: u32,
    },
    /// A step was applied that is not the one of this number here.
    Changed {
        /// Its number.
        number: u32,
        /// Its name here.
        name: &'static str,
    },
}

/// The steps that a database lacks, if all it has (number and checksum of each) are those of `all`.
/// `version` is the number it names itself, 0 for none.
pub(crate) fn missing<'a>(
    applied: &[(u32, String)],
    version: u32,
    all: &'a [Migration],
) -> Result<Vec<&'a Migration>, Mismatch> {
    let knows = all.iter().map(|m| m.number).max().unwrap_or(0);
    let has = applied.iter().map(|(number, _)| *number).max();
    let has = has.unwrap_or(0).max(version);
    if has > knows {
        return Err(Mismatch::Newer { has, knows });
    }
    let mut missing = Vec::new();
    for migration in all {
        match applied.iter().find(|(n, _)| *n == migration.number) {
            Some((_, known)) if *known == checksum(migration.sql) => {}
            Some(_) => {
                let (number, name) = (migration.number, migration.name);
                return Err(Mismatch::Changed { number, name });
            }
            None => missing.push(migration),
        }
    }
    Ok(missing)
}

/// SHA-256 of a step, line ends as on Unix whatever the checkout made of them.
pub(crate) fn checksum(sql: &str) -> String {
    let digest = sha2::Sha256::digest(sql.replace("\r\n", "\n").as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
