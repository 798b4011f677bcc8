//! What a show has beside its head: the one list of the tables that are carried with it.

/// A table with rows of shows.
pub(super) struct Table {
    /// Its name.
    pub(super) name: &'static str,
    /// What of it stays behind for ever in the old shard: journals and money are never deleted.
    pub(super) stays: bool,
    /// How many rows a show has, and what they come to: `$1` the show.
    pub(super) digest: &'static str,
    /// The rows of a show as JSON, those whose first column behind the show is above `$2` if rows are
    /// numbered: `$1` the show, `$3` how many.
    pub(super) read: &'static str,
    /// Takes such rows.
    pub(super) write: &'static str,
    /// Removes the rows of a show.
    pub(super) clear: &'static str,
}

macro_rules! table {
    ($name:literal, $stays:literal, $order:literal, $part:literal) => {
        Table {
            name: $name,
            stays: $stays,
            digest: concat!(
                "SELECT count(*), md5(coalesce(string_agg(md5(row_to_json(t)::text), '' ORDER BY ",
                $order,
                "), '')) FROM ",
                $name,
                " t WHERE show_id = $1"
            ),
            read: concat!(
                "SELECT coalesce(json_agg(t), '[]')::text FROM (SELECT * FROM ",
                $name,
                " WHERE show_id = $1 AND ",
                $part,
                " ORDER BY ",
                $order,
                ") t"
            ),
            write: concat!(
                "INSERT INTO ",
                $name,
                " SELECT * FROM json_populate_recordset(null::",
                $name,
                ", $1::text::json) ON CONFLICT DO NOTHING"
            ),
            clear: concat!("DELETE FROM ", $name, " WHERE show_id = $1"),
        }
    };
}

/// The journal: carried a part at a time.
pub(super) const JOURNAL: Table = table!("show_event", true, "ver", "ver > $2 AND ver <= $2 + $3");

/// Tickets and bookings, which can be made again from the journal.
pub(super) const TICKETS: Table = table!("ticket", false, "code", "true");
pub(super) const BOOKINGS: Table = table!("booking", false, "booking", "true");

/// Everything else.
pub(super) const OTHERS: &[Table] = &[
    table!("money_line", true, "ver, line", "true"),
    TICKETS,
    BOOKINGS,
    table!("contact", false, "booking", "true"),
    table!("contact_word", false, "booking, word", "true"),
];

/// The names of all of them.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    OTHERS.iter().chain([&JOURNAL]).map(|table| table.name)
}

/// Tables that have a column for a show and are not a shard's: payments are the payment role's own,
/// and `show` is of the catalogue, of which every shard has a copy.
#[cfg(test)]
const NOT_CARRIED: &[&str] = &["payment", "payment_id", "sim_charge", "show", "show_head"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names of the tables with a column `show_id`, as the schema makes them.
    fn with_shows() -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let sql = crate::postgres::schema();
        for made in sql.split("CREATE TABLE ").skip(1) {
            let name = made.split_whitespace().next().expect("a name");
            let body = made.split(";").next().expect("a body");
            if body.contains("show_id") {
                found.insert(name.to_owned());
            }
        }
        found
    }

    #[test]
    fn whatever_a_show_has_is_carried_with_it() {
        let known = names().chain(NOT_CARRIED.iter().copied());
        let known: BTreeSet<String> = known.map(str::to_owned).collect();
        assert_eq!(with_shows(), known, "a table is in neither list");
    }
}
