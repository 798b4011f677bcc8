//! Columns of an answer.

use houseful_core::ids::ShowId;
use tokio_postgres::{Row, types::FromSql};

use crate::store::StoreError;

/// A column, or what is wrong with it.
pub(crate) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, StoreError> {
    row.try_get(column)
        .map_err(|e| StoreError::Unreadable(e.to_string()))
}

/// A number that is never negative.
pub(crate) fn count(row: &Row, column: usize) -> Result<u64, StoreError> {
    Ok(get::<i64>(row, column)?.unsigned_abs())
}

/// A show.
pub(crate) fn show(row: &Row, column: usize) -> Result<ShowId, StoreError> {
    Ok(ShowId(get::<i64>(row, column)?.cast_unsigned()))
}
