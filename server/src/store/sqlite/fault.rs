//! What SQLite says when something goes wrong, in the words of a store.

use rusqlite::{Error, ErrorCode};

use crate::store::StoreError;

/// What is said of a full disk, everywhere.
pub(super) const DISK_FULL: &str = "the disk is full";

/// Inside a transaction [`StoreError::Unknown`] stands for a disk that failed: the writer rolls
/// back and stops. Everything else is definite.
impl From<Error> for StoreError {
    fn from(e: Error) -> Self {
        match e.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OutOfMemory) => {
                Self::Busy
            }
            Some(ErrorCode::DiskFull) => Self::Unwritable(DISK_FULL.to_owned()),
            Some(ErrorCode::SystemIoFailure) => Self::Unknown,
            Some(
                ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ConstraintViolation
                | ErrorCode::TooBig,
            ) => Self::Unwritable(e.to_string()),
            _ => Self::Unreadable(e.to_string()),
        }
    }
}

/// Whether a rule of the schema said no.
pub(super) fn is_constraint(e: &Error) -> bool {
    e.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}
