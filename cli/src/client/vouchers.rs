//! Vouchers.

use houseful_core::{
    code::VoucherCode,
    ids::VoucherId,
    wire::{
        Page,
        voucher::{
            CancelVoucher, CheckVoucher, CreateVouchers, NewVoucher, Voucher, VoucherDetail,
        },
    },
};

use super::{Client, ClientError, transport::Call};

impl Client {
    /// Makes vouchers; their codes are told this once. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn create_vouchers(
        &self,
        request: &CreateVouchers,
    ) -> Result<Page<NewVoucher>, ClientError> {
        self.ask(Call::post("/v1/vouchers", request)).await
    }

    /// All vouchers, the newest first, page by page. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn vouchers(&self) -> Result<Page<Voucher>, ClientError> {
        let mut all = Page {
            items: Vec::new(),
            next: None,
        };
        loop {
            let call = Call::get("/v1/vouchers").query("cursor", all.next.take());
            let page: Page<Voucher> = self.ask(call).await?;
            all.items.extend(page.items);
            all.next = page.next;
            if all.next.is_none() {
                return Ok(all);
            }
        }
    }

    /// One voucher and what it was used for. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn voucher(&self, id: VoucherId) -> Result<VoucherDetail, ClientError> {
        self.ask(Call::get(format!("/v1/vouchers/{id}"))).await
    }

    /// What a code is worth now.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn check_voucher(&self, code: VoucherCode) -> Result<Voucher, ClientError> {
        let request = CheckVoucher { code };
        self.ask(Call::post("/v1/vouchers/check", &request)).await
    }

    /// Takes a voucher back for good. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn cancel_voucher(
        &self,
        id: VoucherId,
        request: &CancelVoucher,
    ) -> Result<Voucher, ClientError> {
        let path = format!("/v1/vouchers/{id}/cancel");
        self.ask(Call::post(path, request)).await
    }
}
