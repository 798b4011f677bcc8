//! What the codes of vouchers that were asked for are made of, until they were told.

use std::fs;

use houseful_core::{ids::CommandId, wire::voucher::VoucherSeed};

use super::{State, StateError, disk};
use crate::moment;

impl State {
    /// Notes what the codes of a command are made of, before it is sent; the same again for a
    /// command that was noted and not answered.
    ///
    /// # Errors
    /// It can't be read or written.
    pub fn note_vouchers(&self, command: CommandId) -> Result<VoucherSeed, StateError> {
        let root = self.folder()?;
        let path = root.join("vouchers").join(command.to_string());
        match fs::read_to_string(&path) {
            Ok(seed) => return Ok(VoucherSeed(seed)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(disk::failed("read", &path, &e)),
        }
        let seed = moment::fresh_secret();
        disk::store(root, &path, seed.as_bytes())?;
        Ok(VoucherSeed(seed))
    }

    /// The codes of a command were told, or will never be.
    ///
    /// # Errors
    /// It can't be removed.
    pub fn vouchers_told(&self, command: CommandId) -> Result<(), StateError> {
        let path = self.folder()?.join("vouchers").join(command.to_string());
        disk::remove(&path).map(drop)
    }
}
