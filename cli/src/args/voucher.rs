//! `houseful voucher`.

use std::str::FromStr;

use clap::{Args, Subcommand};
use houseful_core::{code::VoucherCode, ids::VoucherId, time::UtcMillis};

/// A voucher by its id, or by the code that somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoucherRef {
    /// Its id.
    Id(VoucherId),
    /// Its code.
    Code(VoucherCode),
}

impl VoucherRef {
    /// Whether it is named by its id.
    #[must_use]
    pub const fn is_id(&self) -> bool {
        matches!(self, Self::Id(_))
    }
}

impl FromStr for VoucherRef {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("vch_") {
            return text.parse().map(Self::Id).map_err(|e| format!("{e}"));
        }
        text.parse().map(Self::Code).map_err(|e| format!("{e}"))
    }
}

/// Which vouchers to make.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful voucher create --value 20.00 --count 50 --expires 2030-12-31 -o csv\n  houseful voucher create --value 12 --uses 1 --note \"opening night\""
)]
pub struct VoucherArgs {
    /// What each is worth, as in 20.00
    #[arg(long, value_name = "AMOUNT")]
    pub value: String,
    /// In which currency, by its three letters
    #[arg(long, value_name = "CODE", default_value = "GBP")]
    pub currency: String,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub count: u32,
    /// For how many payments each may be used; as many as its value lasts for if absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub uses: Option<u32>,
    /// The first day it is good, or a time, in UTC
    #[arg(long, value_name = "WHEN", value_parser = first)]
    pub from: Option<UtcMillis>,
    /// The last day it is good, or a time, in UTC; without an end if absent
    #[arg(long, value_name = "WHEN", value_parser = last)]
    pub expires: Option<UtcMillis>,
    /// What they are for
    #[arg(long)]
    pub note: Option<String>,
}

/// `houseful voucher`.
#[derive(Debug, Subcommand)]
pub enum VoucherCommand {
    /// Make vouchers and print their codes, this once
    Create(VoucherArgs),
    /// List vouchers, without their codes
    #[command(after_long_help = "Examples:\n  houseful voucher list")]
    List,
    /// Show one voucher and what it was used for
    #[command(
        after_long_help = "Examples:\n  id=$(houseful voucher create --value 20 -q)\n  houseful voucher view \"$id\""
    )]
    View {
        /// Voucher id, or the code
        #[arg(value_name = "VOUCHER")]
        voucher: VoucherRef,
    },
    /// Take a voucher back for good
    #[command(
        after_long_help = "Examples:\n  id=$(houseful voucher create --value 20 -q)\n  houseful voucher cancel \"$id\" --reason lost --yes"
    )]
    Cancel {
        /// Voucher id
        #[arg(value_name = "VOUCHER")]
        voucher: VoucherId,
        /// Why; it is kept with who did it
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn first(text: &str) -> Result<UtcMillis, String> {
    if text.len() == 10 {
        instant(&format!("{text}T00:00:00Z"))
    } else {
        instant(text)
    }
}

/// The end of a day, or a time.
fn last(text: &str) -> Result<UtcMillis, String> {
    let first = first(text)?;
    Ok(if text.len() == 10 {
        first.plus_ms(DAY_MS)
    } else {
        first
    })
}

fn instant(text: &str) -> Result<UtcMillis, String> {
    let wrong = |_| "a day looks like 2030-12-31, a time like 2030-12-31T18:00:00Z".to_owned();
    UtcMillis::parse_rfc3339(text).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_good_to_its_end() {
        let day = last("2030-12-31").expect("a day");
        assert_eq!(day.rfc3339(), "2031-01-01T00:00:00.000Z");
        assert_eq!(first("2030-12-31").expect("a day").plus_ms(DAY_MS), day);
        assert!(last("31.12.2030").is_err());
    }
}
