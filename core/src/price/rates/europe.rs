//! Europe: value added tax, in the price of the ticket.

use super::KnownTax;

/// By country; what was in force before comes first.
pub(super) const TAXES: &[KnownTax] = &[
    KnownTax::vat(
        "AT",
        "USt",
        &[(None, 13_000)],
        "10 to 13 percent for cinemas by the tax reform of 2015/16: kurier.at 119.235.563; that it \
         is so again after the cut to 5 percent of 2020 (vienna.at 6644817), from 2022 on, is from \
         general knowledge",
    )
    .from(2022, 1, 1),
    KnownTax::vat(
        "BE",
        "BTW/TVA",
        &[(None, 6_000)],
        "6 percent; a rise to 12 on 1 March 2026 was planned (vatupdate.com/2026/01/16) and withdrawn \
         for culture and sport, the decree of 13 February 2026 has hotels, campsites and pesticides \
         (kpmg.com/be, February 2026, belganewsagency.eu); nothing later was looked up",
    ),
    KnownTax::vat(
        "CZ",
        "DPH",
        &[(None, 10_000)],
        "10 percent for cinema tickets: novinky.cz 40428350 (April 2023); since 1 July 2020, 15 before \
         (lidovky.cz, 8 April 2021)",
    )
    .from(2020, 7, 1)
    .until(2023, 12, 31),
    KnownTax::vat(
        "CZ",
        "DPH",
        &[(None, 12_000)],
        "two reduced rates became one of 12 percent: blesk.cz 745834 (June 2023, on the bill); \
         first day 1 January 2024 not checked",
    )
    .from(2024, 1, 1),
    KnownTax::vat(
        "DE",
        "MwSt",
        &[(None, 7_000)],
        "section 12 (2) 7 b UStG and 12.6 UStAE (haufe.de HI7554559): films that are rated, or from \
         before 1970; cloakroom and programmes too. The rate itself: publico.es, 28 June 2018; from \
         2021, after the cut of the second half of 2020",
    )
    .from(2021, 1, 1),
    KnownTax::vat(
        "DK",
        "Moms",
        &[(None, 25_000)],
        "one rate for nearly everything, 25 percent: mindlink.lv (list of EU rates); that cinemas \
         have no exemption was not checked",
    ),
    KnownTax::vat(
        "ES",
        "IVA",
        &[(None, 21_000)],
        "8 to 21 percent in September 2012, to 10 in July 2018: laopinioncoruna.es 24026242",
    )
    .from(2012, 9, 1)
    .until(2018, 7, 4),
    KnownTax::vat(
        "ES",
        "IVA",
        &[(None, 10_000)],
        "from 5 July 2018, the day after the budget was published: eleconomista.es 9254246, \
         diaridegirona.cat 922429",
    )
    .from(2018, 7, 5),
    KnownTax::vat(
        "FI",
        "ALV",
        &[(None, 10_000)],
        "10 percent until the end of 2024: yrittajat.fi, vatcalc.com",
    )
    .from(2013, 1, 1)
    .until(2024, 12, 31),
    KnownTax::vat(
        "FI",
        "ALV",
        &[(None, 14_000)],
        "14 percent from 1 January 2025, cinemas named: yrittajat.fi",
    )
    .from(2025, 1, 1)
    .until(2025, 12, 31),
    KnownTax::vat(
        "FI",
        "ALV",
        &[(None, 13_500)],
        "13.5 percent from 1 January 2026, cinemas named: vatcalc.com; draft bill VM043:00/2025 \
         (bloombergtax.com); that it was passed was not seen",
    )
    .from(2026, 1, 1),
    KnownTax::vat(
        "FR",
        "TVA",
        &[(None, 5_500)],
        "article 278-0 bis G CGI: BOI-TVA-LIQ-30-20-40 (bofip.impots.gouv.fr); since 1 January \
         2014. The special tax on cinema seats (TSA) is inside the price and not told apart",
    )
    .from(2014, 1, 1),
    KnownTax::vat(
        "GB",
        "VAT",
        &[(None, 20_000)],
        "the standard rate, but for a cut from 15 July 2020: bhp.co.uk and cowgills.co.uk (July 2020) \
         name cinemas; that the cut ended on 31 March 2022 is from general knowledge",
    )
    .from(2022, 4, 1),
    KnownTax::vat(
        "IE",
        "VAT",
        &[(None, 13_500)],
        "the reduced rate of 13.5 percent is the cinema's (oireachtas.ie, 30 November 2004), 9 \
         percent from July 2011 for a time; the cut of Budget 2026 leaves cinemas out \
         (kildarestreet.com, 16 October 2025). When the 9 percent ended, 1 September 2023, not checked",
    )
    .from(2023, 9, 1),
    KnownTax::vat(
        "IT",
        "IVA",
        &[(None, 10_000)],
        "10 percent: publico.es, 28 June 2018; the place in table A of DPR 633/1972 was not seen",
    ),
    KnownTax::vat(
        "NL",
        "BTW",
        &[(None, 9_000)],
        "the low rate, cinemas named: nvpi.nl, 1 June 2023; 9 percent, reservation costs of tickets \
         too: belastingdienst.nl, stage performances. 6 percent before 2019. A rise to 21 in 2026 was \
         planned (stibbe.com, 2024); that it was dropped for culture was not checked",
    )
    .from(2019, 1, 1),
    KnownTax::vat(
        "NO",
        "MVA",
        &[(None, 6_000)],
        "skatteetaten.no, Merverdiavgiftshandboken 5-6.2",
    )
    .from(2020, 4, 1)
    .until(2021, 9, 30),
    KnownTax::vat(
        "NO",
        "MVA",
        &[(None, 12_000)],
        "skatteetaten.no, Merverdiavgiftshandboken 5-6.2 and satser/merverdiavgift",
    )
    .from(2021, 10, 1),
    KnownTax::vat(
        "PL",
        "VAT",
        &[(None, 8_000)],
        "binding rate information 0112-KDSL1-2.440.71.2022.3.PR (item 64 of annex 3); charges for 3D \
         glasses likewise (IPTPP1/443-675/13-2/RG)",
    ),
    KnownTax::vat(
        "PT",
        "IVA",
        &[(None, 6_000)],
        "6 percent with the budget of 2019: Parliament put cinemas beside plays and concerts (jn.pt \
         10251371, cmjornal.pt, November 2018); still so in the draft of 2020 (publico.pt, 16 December \
         2019). The islands' rates were not looked up",
    )
    .from(2019, 1, 1),
    KnownTax::vat(
        "SE",
        "Moms",
        &[(None, 6_000)],
        "6 percent until the end of 2016: dagensjuridik.se, January 2019",
    )
    .until(2016, 12, 31),
    KnownTax::vat(
        "SE",
        "Moms",
        &[(None, 25_000)],
        "25 percent for films from 2017, 6 only for operas, plays and concerts on the screen: \
         dagensjuridik.se, January 2019; skatteverket.se, rättslig vägledning 2022.1",
    )
    .from(2017, 1, 1),
];
