//! The line `rules:` of a story's head.

use houseful_core::{
    price::Channel,
    sale::{Audience, CodeHash, Prebook, SaleRules},
};

use super::stage;

/// `prebook web code DUNE -1h..+10m, prebook web member gold -1h..+10m, reserve 4, house +1h,
/// booking web 2, customer web 4, companions, pair A1 A2`.
pub(super) fn of(text: &str) -> Result<SaleRules, String> {
    let mut rules = SaleRules::default();
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let words: Vec<&str> = part.split_whitespace().collect();
        let many = |text: &str| text.parse().map_err(|e| format!("{part}: {e}"));
        match words.as_slice() {
            ["prebook", channel, kind, who, when] => {
                rules.prebook.push(prebook((channel, kind, who), when)?);
            }
            ["reserve", seats] => rules.counter_reserve = many(seats)?,
            ["house", at] => rules.house_free_at = Some(stage::point(at)?),
            ["booking", channel, max] => {
                rules.per_booking.insert(where_sold(channel)?, many(max)?);
            }
            ["customer", channel, max] => {
                rules.per_customer.insert(where_sold(channel)?, many(max)?);
            }
            ["companions"] => rules.companions = true,
            ["pair", one, other] => rules.pairs.push([stage::seat(one)?, stage::seat(other)?]),
            _ => return Err(format!("rules: `{part}`?")),
        }
    }
    Ok(rules)
}

fn where_sold(channel: &str) -> Result<Channel, String> {
    channel.parse().map_err(|e| format!("{e}"))
}

fn prebook((channel, kind, who): (&str, &str, &str), when: &str) -> Result<Prebook, String> {
    let (opens, closes) = when
        .split_once("..")
        .ok_or_else(|| format!("{when}: write it like -1d..+2h"))?;
    Ok(Prebook {
        channel: where_sold(channel)?,
        audience: match kind {
            "code" => Audience::Code(CodeHash::of("story", who)),
            "member" => Audience::Member(who.to_owned()),
            other => {
                return Err(format!(
                    "a prebook is for a code or a member, not `{other}`"
                ));
            }
        },
        opens_at: stage::point(opens)?,
        closes_at: stage::point(closes)?,
    })
}
