//! Where vouchers are written down.
//!
//! Contract of every backend: each call is one transaction, durable when it answers. A voucher and
//! its use by a tender are read, changed and written under the voucher's lock, and a write stands
//! only if what it was decided from still does: so of two tills, on any server, that want the last
//! value at once, one has it.

use houseful_core::{
    ids::{CommandId, PaymentId, VoucherId},
    time::UtcMillis,
};

use super::{Use, Voucher};
use crate::store::Later;

/// Changes a voucher and what a tender has of it.
pub type Change = Box<dyn FnOnce(&mut Voucher, &mut Option<Use>) + Send>;

/// Where a page of vouchers ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoucherCursor {
    /// When its last voucher was made.
    pub created_at: UtcMillis,
    /// That voucher.
    pub voucher: VoucherId,
}

/// Vouchers.
pub trait VoucherStore: Send + Sync {
    /// Writes vouchers of one batch; `false`, and none is written, if the batch is there already.
    fn add(&self, batch: CommandId, vouchers: Vec<Voucher>) -> Later<'_, bool>;
    /// The voucher whose code has this hash.
    fn by_hash(&self, hash: [u8; 32]) -> Later<'_, Option<Voucher>>;
    /// A voucher.
    fn voucher(&self, id: VoucherId) -> Later<'_, Option<Voucher>>;
    /// Vouchers, the newest first, at most `limit`, those behind `after` only.
    fn vouchers(&self, after: Option<VoucherCursor>, limit: u32) -> Later<'_, Vec<Voucher>>;
    /// What a voucher was used for, the oldest first, at most `limit` of the newest.
    fn uses(&self, id: VoucherId, limit: u32) -> Later<'_, Vec<Use>>;
    /// What a tender has of a voucher.
    fn use_by(&self, tender: PaymentId) -> Later<'_, Option<Use>>;
    /// Takes a voucher back for good by the hand of an account, and answers with it as it stands. What is reserved stays so.
    fn cancel(&self, id: VoucherId, by: String, now: UtcMillis) -> Later<'_, Option<Voucher>>;
    /// Changes a voucher and what a tender has of it in one step, and answers with that; `None` if
    /// there is no such voucher.
    fn change(
        &self,
        id: VoucherId,
        tender: PaymentId,
        change: Change,
    ) -> Later<'_, Option<Option<Use>>>;
}
