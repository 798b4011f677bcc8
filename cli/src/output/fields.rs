//! Which fields of an answer there are, and which of them are wanted.

use super::Format;
use crate::{error::CliError, nearest::nearest};

/// One field as a column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in the JSON; dots lead into objects.
    pub field: &'static str,
    /// What stands over it in a table.
    pub title: &'static str,
    /// Whether it is shown when nobody chooses.
    pub usual: bool,
}

/// All fields of one kind of answer.
#[derive(Debug)]
pub struct Columns {
    /// The field that names a thing.
    pub id: &'static str,
    /// The fields, in the usual order.
    pub columns: &'static [Column],
}

/// A field that is shown when nobody chooses.
#[must_use]
pub const fn usual(field: &'static str, title: &'static str) -> Column {
    Column {
        field,
        title,
        usual: true,
    }
}

/// A field that is shown when somebody asks for it.
#[must_use]
pub const fn extra(field: &'static str, title: &'static str) -> Column {
    Column {
        field,
        title,
        usual: false,
    }
}

/// Columns of several groups, one after the other; `N` is how many they are together.
#[must_use]
pub const fn joined<const N: usize>(groups: &[&[Column]]) -> [Column; N] {
    let mut all = [usual("", ""); N];
    let (mut group, mut filled) = (0, 0);
    while group < groups.len() {
        let mut i = 0;
        while i < groups[group].len() {
            all[filled] = groups[group][i];
            filled += 1;
            i += 1;
        }
        group += 1;
    }
    assert!(filled == N, "as many columns as were promised");
    all
}

/// Fields to write: name and title.
pub type Picked<'a> = Vec<(&'a str, &'a str)>;

impl Columns {
    /// The wanted fields. Tables show the usual ones, the other formats all, unless chosen.
    ///
    /// # Errors
    /// A chosen field does not exist.
    pub fn pick<'a>(
        &'a self,
        chosen: Option<&'a [String]>,
        format: Format,
    ) -> Result<Picked<'a>, CliError> {
        let Some(chosen) = chosen else {
            let all = format != Format::Table;
            let wanted = self.columns.iter().filter(|c| c.usual || all);
            return Ok(wanted.map(|c| (c.field, c.title)).collect());
        };
        chosen.iter().map(|name| self.find(name)).collect()
    }

    fn find<'a>(&'a self, name: &'a str) -> Result<(&'a str, &'a str), CliError> {
        let column = |field: &str| self.columns.iter().find(|c| c.field == field);
        if let Some(found) = column(name) {
            return Ok((found.field, found.title));
        }
        // A part of a known field: `price_from.minor`.
        let top = name.split('.').next().unwrap_or(name);
        if name.contains('.')
            && self
                .columns
                .iter()
                .any(|c| c.field.split('.').next() == Some(top))
        {
            return Ok((name, name));
        }
        let known = self.columns.iter().map(|c| c.field);
        let hint = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`? `--fields` alone lists them"),
            None => "`--fields` alone lists them".to_owned(),
        };
        let shown = houseful_core::text::shown(name, 40);
        Err(CliError::usage_hint(
            format!("there is no field `{shown}`"),
            hint,
        ))
    }

    /// The list of fields, one a line.
    #[must_use]
    pub fn listing(&self) -> String {
        self.columns
            .iter()
            .map(|c| format!("{}\n", c.field))
            .collect()
    }
}
