//! North America: taxes of several governments at once, on top of the price.

use super::KnownTax;

const REVENU_QUEBEC: &str = "revenuquebec.ca, Calculating the Taxes: 5 and 9.975 percent, both of the price \
     without the other; half a cent and more is a cent; may be counted on the sum of what is sold; \
     films: revenuquebec.ca, Admission";
/// All of them are rounded as one rate, and the comptroller would have them counted on the total of a
/// sale: a card for Texas says `tax_rounding = "booking"`.
const TEXAS: &str = "34 TAC 3.298 (amusement services; motion pictures named); 6.25 percent and 2 \
     percent of local taxes at most: comptroller.texas.gov, local sales tax questions; the combined \
     rate is rounded once, Tex. Tax Code 322.103(b) and 323.201(b) (not seen); that Austin is 1 percent for the city and 1 for transit is from a table of rates";

/// By country and part of it.
pub(super) const TAXES: &[KnownTax] = &[
    KnownTax::sales(
        "CA-BC",
        "GST",
        &[(None, 5_000)],
        "5 percent GST and no PST on admission fees from 1 April 2013: prpeak.com, 29 March 2013",
    )
    .from(2013, 4, 1),
    KnownTax::sales(
        "CA-ON",
        "HST",
        &[(None, 13_000)],
        "13 percent from 1 July 2010, admissions named: CRA Info Sheet GI-058",
    )
    .from(2010, 7, 1),
    KnownTax::sales("CA-QC", "GST", &[(None, 5_000)], REVENU_QUEBEC),
    KnownTax::sales("CA-QC", "QST", &[(None, 9_975)], REVENU_QUEBEC).from(2013, 1, 1),
    KnownTax::sales("US-TX-AUSTIN", "State tax", &[(None, 6_250)], TEXAS),
    KnownTax::sales("US-TX-AUSTIN", "City tax", &[(None, 1_000)], TEXAS).joined(),
    KnownTax::sales("US-TX-AUSTIN", "Transit tax", &[(None, 1_000)], TEXAS).joined(),
];
