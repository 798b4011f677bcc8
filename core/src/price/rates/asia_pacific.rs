//! Asia and the Pacific.
//!
//! India's goods and services tax on cinema tickets goes by the price of the ticket: up to and with
//! 100 rupees one rate, above another. Half of it is the union's (CGST), half the state's (SGST), each
//! on the same price. Whether the 100 rupees are with or without the tax no page that was seen says;
//! here they are without it, as the value of a supply is in the act. States may give their half back
//! for single films ("tax free"), which is another card.

use super::{KnownTax, TaxOn};

/// A hundred rupees, in paise.
const HUNDRED: Option<i64> = Some(10_000);

const GST_2017: &str = "18 percent up to 100 rupees, 28 above, from 1 July 2017: \
     keralataxes.gov.in, list of services at 18 rate (2017); business-standard.com, 22 June 2018";
const GST_2019: &str = "12 percent up to 100 rupees, 18 above: ssmusic.tv, 22 December 2018, and \
     abhivirthi.blogspot.com 2018/12 (from 1 January 2019)";
const GST_2025: &str = "5 percent up to 100 rupees, 18 above, from 22 September 2025: pocketgst.com \
     (SAC 999692), fastnewsglobe.com, mahaanews.co.in; the notification itself was not seen";
const FEE: &str = "services without a rate of their own, 18 percent: keralataxes.gov.in (2017); that a \
     convenience fee is one of them was not checked";
const STANDARD: &str = "standard rate, no reduced one for cinemas; not checked";

/// By country.
pub(super) const TAXES: &[KnownTax] = &[
    KnownTax::vat("AU", "GST", &[(None, 10_000)], STANDARD),
    KnownTax::vat("IN", "CGST", &[(HUNDRED, 9_000), (None, 14_000)], GST_2017)
        .on(TaxOn::Tickets)
        .from(2017, 7, 1)
        .until(2018, 12, 31),
    KnownTax::vat("IN", "CGST", &[(HUNDRED, 6_000), (None, 9_000)], GST_2019)
        .on(TaxOn::Tickets)
        .from(2019, 1, 1)
        .until(2025, 9, 21),
    KnownTax::vat("IN", "CGST", &[(HUNDRED, 2_500), (None, 9_000)], GST_2025)
        .on(TaxOn::Tickets)
        .from(2025, 9, 22),
    KnownTax::vat("IN", "SGST", &[(HUNDRED, 9_000), (None, 14_000)], GST_2017)
        .on(TaxOn::Tickets)
        .from(2017, 7, 1)
        .until(2018, 12, 31),
    KnownTax::vat("IN", "SGST", &[(HUNDRED, 6_000), (None, 9_000)], GST_2019)
        .on(TaxOn::Tickets)
        .from(2019, 1, 1)
        .until(2025, 9, 21),
    KnownTax::vat("IN", "SGST", &[(HUNDRED, 2_500), (None, 9_000)], GST_2025)
        .on(TaxOn::Tickets)
        .from(2025, 9, 22),
    KnownTax::vat("IN", "CGST", &[(None, 9_000)], FEE)
        .on(TaxOn::Fees)
        .from(2017, 7, 1),
    KnownTax::vat("IN", "SGST", &[(None, 9_000)], FEE)
        .on(TaxOn::Fees)
        .from(2017, 7, 1),
    KnownTax::vat("JP", "消費税", &[(None, 10_000)], STANDARD),
    KnownTax::vat("NZ", "GST", &[(None, 15_000)], STANDARD),
];
