//! Where vouchers are written down.
//!
//! Contract of every backend: each call is one transaction, durable when it answers. A voucher and
//! its use by a tender are read, changed and written under the voucher's lock, and a write stands
//! only if what it was decided from still does: so of two tills, on any server, that want the last
//! value at once, one has it. Each change adds its lines to the voucher's trail in its transaction.

use houseful_core::{
    ids::{CommandId, PaymentId, VoucherId},
    time::UtcMillis,
};

use super::{Use, Voucher, trail::Line};
use crate::store::Later;

/// Changes a voucher and what a tender has of it.
pub type Change = Box<dyn FnOnce(&mut Voucher, &mut Option<Use>) + Send>;

/// Who takes a voucher back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// Which account of staff.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
    /// When.
    pub at: UtcMillis,
}

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
    /// What became of a voucher, the oldest first, at most `limit` of the newest lines.
    fn trail(&self, id: VoucherId, limit: u32) -> Later<'_, Vec<Line>>;
    /// Takes a voucher back for good, and answers with it as it stands. What is reserved stays so.
    fn cancel(&self, id: VoucherId, cancel: Cancel) -> Later<'_, Option<Voucher>>;
    /// Changes a voucher and what a tender has of it in one step, and answers with that; `None` if
    /// there is no such voucher.
    fn change(
        &self,
        id: VoucherId,
        tender: PaymentId,
        change: Change,
    ) -> Later<'_, Option<Option<Use>>>;
}
