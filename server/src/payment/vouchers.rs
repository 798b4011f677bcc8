//! What staff do with vouchers.

use std::sync::Arc;

use houseful_core::{
    code::VoucherCode,
    ids::VoucherId,
    wire::voucher::{CreateVouchers, NewVoucher, Voucher as Shown, VoucherDetail},
};

use super::{
    PaymentError, Payments,
    voucher::{
        Use, Voucher, VoucherStore, code_of,
        store::{Cancel, VoucherCursor},
    },
};
use crate::chance;

/// How many uses of a voucher are told.
const USES_MAX: u32 = 100;
/// How many lines of what became of it are told.
const LINES_MAX: u32 = 200;

impl Payments {
    fn vouchers(&self) -> Arc<dyn VoucherStore> {
        Arc::clone(&self.flow.store) as _
    }

    /// Makes vouchers and tells their codes. The same request again makes no more and is told the
    /// same codes.
    ///
    /// # Errors
    /// Others were made by the same command before, or they can't be written now.
    pub async fn create_vouchers(
        &self,
        request: CreateVouchers,
        by: String,
    ) -> Result<Vec<NewVoucher>, PaymentError> {
        let now = self.flow.clock.now();
        let command = request.command;
        let made = move |number| {
            let code = code_of(&request.seed, request.command, number);
            let voucher = Voucher {
                id: VoucherId(chance::uuid()),
                hash: code.hash(),
                label: code.label(),
                batch: request.command,
                value: request.value,
                remaining: request.value.minor,
                back: 0,
                back_until: None,
                uses: 0,
                uses_max: request.uses_max,
                valid_from: request.valid_from.map(|t| t.0),
                valid_until: request.valid_until.map(|t| t.0),
                note: request.note.clone(),
                created_at: now,
                cancelled_at: None,
                made_by: by.clone(),
                cancelled_by: None,
            };
            (code, voucher)
        };
        // Many hashes take their time, in which others are answered.
        let made = move || (0..request.count).map(made).collect::<Vec<_>>();
        let made = tokio::task::spawn_blocking(made);
        let made = made.await.map_err(|_| PaymentError::Busy)?;
        let told = made.iter().map(|(code, voucher)| NewVoucher {
            id: voucher.id,
            code: *code,
            value: voucher.value,
            valid_until: voucher.valid_until.map(Into::into),
        });
        let mut told: Vec<NewVoucher> = told.collect();
        let vouchers: Vec<Voucher> = made.into_iter().map(|(_, voucher)| voucher).collect();
        let store = self.vouchers();
        if store.add(command, vouchers.clone()).await? {
            return Ok(told);
        }
        // Made before: the same request finds each of its own.
        for (told, fresh) in told.iter_mut().zip(&vouchers) {
            let found = store.by_hash(fresh.hash).await?;
            let same = |known: &Voucher| {
                (known.batch, known.value, known.valid_until, known.uses_max)
                    == (fresh.batch, fresh.value, fresh.valid_until, fresh.uses_max)
            };
            let known = found.filter(same).ok_or(PaymentError::VouchersMade)?;
            told.id = known.id;
        }
        Ok(told)
    }

    /// What a code is worth now.
    ///
    /// # Errors
    /// No voucher has it, or it can't be read now.
    pub async fn check_voucher(&self, code: VoucherCode) -> Result<Shown, PaymentError> {
        let found = self.vouchers().by_hash(code.hash()).await?;
        let now = self.flow.clock.now();
        let found = found.ok_or(PaymentError::VoucherUnknown { number: 1 })?;
        Ok(Shown {
            made_by: None,
            cancelled_by: None,
            note: None,
            ..found.shown(now)
        })
    }

    /// Vouchers, the newest first, at most `limit`, those behind `after` only; and where the next
    /// page begins.
    ///
    /// # Errors
    /// They can't be read now.
    pub async fn list_vouchers(
        &self,
        after: Option<VoucherCursor>,
        limit: u32,
    ) -> Result<(Vec<Shown>, Option<VoucherCursor>), PaymentError> {
        let asked = limit.saturating_add(1);
        let mut found = self.vouchers().vouchers(after, asked).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more);
        let next = last.map(|v| VoucherCursor {
            created_at: v.created_at,
            voucher: v.id,
        });
        let now = self.flow.clock.now();
        Ok((found.iter().map(|v| v.shown(now)).collect(), next))
    }

    /// A voucher and what it was used for; `None` if there is none.
    ///
    /// # Errors
    /// It can't be read now.
    pub async fn voucher(&self, id: VoucherId) -> Result<Option<VoucherDetail>, PaymentError> {
        let store = self.vouchers();
        let Some(voucher) = store.voucher(id).await? else {
            return Ok(None);
        };
        let uses = store.uses(id, USES_MAX).await?;
        let trail = store.trail(id, LINES_MAX).await?;
        let currency = voucher.value.currency;
        Ok(Some(VoucherDetail {
            voucher: voucher.shown(self.flow.clock.now()),
            uses: uses.iter().map(Use::shown).collect(),
            trail: trail.iter().map(|line| line.shown(currency)).collect(),
        }))
    }

    /// Takes a voucher back for good; what was reserved by then is still paid. `None` if there is
    /// none.
    ///
    /// # Errors
    /// It can't be written now.
    pub async fn cancel_voucher(
        &self,
        id: VoucherId,
        by: String,
        reason: String,
    ) -> Result<Option<Shown>, PaymentError> {
        let now = self.flow.clock.now();
        let cancel = Cancel {
            by,
            reason,
            at: now,
        };
        let found = self.vouchers().cancel(id, cancel).await?;
        Ok(found.map(|voucher| voucher.shown(now)))
    }
}
