//! Names into ids, steps into commands.

use std::collections::BTreeMap;

use houseful_core::{
    best::Zone,
    ids::{BookingId, CommandId, PaymentId, ShowId},
    layout::BlockReason,
    message::{Announcement, Tender},
    money::Money,
    refund::RefundReason,
    seat::SeatLabel,
    show::{Ask, Command, HoldRules, OrphanRule, Party, Proof, RefundRules, Rolls, SeatPick, Wish},
    time::UtcMillis,
    wire::{admin::Role, payment::PaymentState},
};
use uuid::Uuid;

use super::{
    house::House,
    script::{Line, Script},
    told::Told,
    who::{Quote, Who},
};
use crate::made_up;

/// When every story begins: far ahead of any wall clock, so that a server's clock can be set to it.
pub const START: UtcMillis = UtcMillis(4_102_444_800_000);

/// The show all stories are about.
pub(super) const SHOW: ShowId = ShowId(1);

/// What a step does.
pub(super) enum Deed {
    Command(Who, Box<Command>),
    Tick(i64),
    Map,
    State(Who, Uuid),
    Why(Who, Wish, Proof),
    Due,
    Quiet,
}

pub(super) struct Stage {
    staff: Vec<String>,
    managers: Vec<String>,
    /// Who held each booking first.
    owners: BTreeMap<String, String>,
    agreed: BTreeMap<PaymentId, (Uuid, Quote)>,
    payments: BTreeMap<PaymentId, String>,
}

/// An id of a name, the same in every run.
fn id_of(kind: &str, name: &str) -> Uuid {
    let mix = |seed: u64| {
        let text = kind.bytes().chain([0]).chain(name.bytes());
        text.fold(seed, |h, byte| {
            (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        })
    };
    Uuid::from_u64_pair(mix(0xCBF2_9CE4_8422_2325), mix(0x9E37_79B9_7F4A_7C15))
}

/// A length of time: `5m`, `300s`, `1ms`.
pub(super) fn length(text: &str) -> Result<i64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        other => return Err(format!("`{other}` is not a unit of time")),
    };
    let many: i64 = digits.parse().map_err(|e| format!("{text}: {e}"))?;
    Ok(many * unit)
}

/// A point in time: `+5m` after the start, `-1d` before it.
pub(super) fn point(text: &str) -> Result<UtcMillis, String> {
    match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(after), _) => Ok(START.plus_ms(length(after)?)),
        (_, Some(before)) => Ok(START.plus_ms(-length(before)?)),
        _ => Err(format!("`{text}` is not a point in time like +5m")),
    }
}

fn payment_state(word: &str) -> Option<PaymentState> {
    use PaymentState as S;
    let all = [
        S::Pending,
        S::Authorised,
        S::Captured,
        S::Declined,
        S::Voided,
        S::RefundDue,
        S::Refunded,
        S::CaptureRefused,
    ];
    all.into_iter().find(|s| s.word().replace('_', "-") == word)
}

/// The words of a step that are left to be understood.
struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    /// Takes the word that follows `key`, and both out.
    fn after(&mut self, key: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|w| *w == key)?;
        let value = self.0.get(at + 1).copied()?;
        self.0.drain(at..=at + 1);
        Some(value)
    }

    fn has(&mut self, key: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|w| *w != key);
        self.0.len() != before
    }

    fn all<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
        self.0.iter().map(|w| read(w)).collect()
    }
}

pub(super) fn seat(text: &str) -> Result<SeatLabel, String> {
    text.parse().map_err(|e| format!("{e}"))
}

fn seats(words: &Words<'_>) -> Result<Wish, String> {
    let pick = |word: &str| {
        let (label, kind) = match word.split_once('=') {
            Some((label, kind)) => (label, Some(kind.to_owned())),
            None => (word, None),
        };
        Ok(SeatPick {
            seat: seat(label)?,
            ticket_type: kind,
        })
    };
    words.all(pick).map(Wish::Seats)
}

fn proof(words: &mut Words<'_>) -> Proof {
    let code = words.after("code").map(str::to_owned);
    Proof {
        codes: code.into_iter().collect(),
        member: words.after("member").map(str::to_owned),
    }
}

fn best(words: &mut Words<'_>) -> Result<Wish, String> {
    let zone = words.after("zone").map_or(Ok(Zone::Any), str::parse);
    let category = words.after("category").map(str::to_owned);
    let skip = words.after("skip").map_or(Ok(0), str::parse);
    let accessible = words.has("accessible");
    let party = |word: &str| {
        let (kind, count) = word.split_once('*').unwrap_or(("adult", word));
        Ok(Party {
            ticket_type: kind.to_owned(),
            count: count.parse().map_err(|e| format!("{word}: {e}"))?,
        })
    };
    Ok(Wish::Best {
        party: words.all(party)?,
        zone: zone.map_err(|e| e.to_string())?,
        category,
        accessible,
        skip: skip.map_err(|e| format!("skip: {e}"))?,
    })
}

impl Stage {
    pub(super) fn new(script: &Script) -> Self {
        let names = |key: &str| {
            let said = script.head.get(key).map_or("", String::as_str);
            said.split_whitespace().map(str::to_owned).collect()
        };
        Self {
            staff: names("staff"),
            managers: names("manager"),
            owners: BTreeMap::new(),
            agreed: BTreeMap::new(),
            payments: BTreeMap::new(),
        }
    }

    pub(super) fn told(&self) -> Told<'_> {
        Told {
            payments: &self.payments,
        }
    }

    fn who(&self, name: &str) -> Who {
        let is = |names: &[String]| names.iter().any(|n| n == name);
        Who {
            name: name.to_owned(),
            duty: match (is(&self.managers), is(&self.staff)) {
                (true, _) => Role::Manager,
                (false, true) => Role::Clerk,
                (false, false) => Role::Customer,
            },
        }
    }

    pub(super) fn deed(&mut self, line: &Line, house: &mut dyn House) -> Result<Deed, String> {
        let mut words: Vec<&str> = line.words.iter().map(String::as_str).collect();
        let label = words.first().and_then(|w| w.strip_prefix('@'));
        if label.is_some() {
            words.remove(0);
        }
        let id = label.map_or_else(|| format!("line {}", line.number), str::to_owned);
        match words.as_slice() {
            ["tick", by] => Ok(Deed::Tick(length(by)?)),
            ["map"] => Ok(Deed::Map),
            ["due"] => Ok(Deed::Due),
            ["expire"] => Ok(self.command(&id, line, "clock", Ask::Expire)),
            ["state", booking] => Ok(self.state(booking, booking)),
            ["state", booking, "by", actor] => Ok(self.state(actor, booking)),
            [actor, "why", rest @ ..] => {
                let mut words = Words(rest.to_vec());
                let proof = proof(&mut words);
                Ok(Deed::Why(self.who(actor), seats(&words)?, proof))
            }
            [payment, "agrees", booking] => {
                let owner = self.owners.get(*booking).map_or(*booking, String::as_str);
                let (owner, uuid) = (self.who(owner), id_of("booking", booking));
                let quote = house.quote(&owner, uuid)?;
                let payment = self.payment(payment);
                self.agreed.insert(payment, (uuid, quote));
                Ok(Deed::Quiet)
            }
            [payment, verb, rest @ ..] if payment_state(verb).is_some() => {
                let news = self.news(payment, verb, Words(rest.to_vec()), house)?;
                Ok(self.command(&id, line, "payment", Ask::Announced(news)))
            }
            [actor, verb, rest @ ..] => {
                let ask = self.ask(actor, verb, Words(rest.to_vec()))?;
                Ok(self.command(&id, line, actor, ask))
            }
            _ => Err("not a step".into()),
        }
    }

    fn state(&self, actor: &str, booking: &str) -> Deed {
        Deed::State(self.who(actor), id_of("booking", booking))
    }

    fn command(&self, id: &str, line: &Line, actor: &str, ask: Ask) -> Deed {
        let mut tickets = [0; 32];
        tickets[..8].copy_from_slice(&line.number.to_be_bytes());
        let who = self.who(actor);
        let command = Command {
            id: CommandId(id_of("command", id)),
            actor: who.actor(),
            ask,
            rolls: Rolls {
                code: id_of("code", id).as_u64_pair().0,
                tickets,
            },
        };
        Deed::Command(who, Box::new(command))
    }

    fn ask(&mut self, actor: &str, verb: &str, mut words: Words<'_>) -> Result<Ask, String> {
        let orphans = words.has("allow-orphans") || self.managers.iter().any(|m| m == actor);
        let rules = HoldRules {
            orphans: if orphans {
                OrphanRule::Allow
            } else {
                OrphanRule::Refuse
            },
            over_limit: words.has("over-limit"),
        };
        let proof = proof(&mut words);
        let booking = |name: Option<&str>| id_of("booking", name.unwrap_or(actor));
        Ok(match verb {
            "hold" | "best" => {
                let name = words.after("as").unwrap_or(actor);
                self.owners
                    .entry(name.to_owned())
                    .or_insert_with(|| actor.to_owned());
                let booking = id_of("booking", name);
                let wish = if verb == "hold" {
                    seats(&words)?
                } else {
                    best(&mut words)?
                };
                Ask::Hold {
                    booking,
                    wish,
                    rules,
                    proof,
                }
            }
            "change" => {
                let booking = booking(words.after("of"));
                let wish = if words.has("best") {
                    best(&mut words)?
                } else {
                    seats(&words)?
                };
                Ask::ChangeSeats {
                    booking,
                    wish,
                    rules,
                    proof,
                }
            }
            "release" => Ask::Release {
                booking: booking(words.0.first().copied()),
            },
            "cash" => self.cash(words)?,
            "cancel" => Ask::Cancel {
                booking: booking(words.0.first().copied()),
                reason: words.0.get(1..).unwrap_or_default().join(" "),
            },
            "refund" => self.refund(actor, words)?,
            "approve" | "refuse" => {
                let manager = self.managers.iter().any(|m| m == actor);
                verdict(verb == "approve", manager, &words)?
            }
            "pause" => Ask::Pause,
            "resume" => Ask::Resume,
            "cancel-show" => Ask::CancelShow {
                reason: words.0.join(" "),
            },
            "block" => block(words)?,
            "unblock" => Ask::Unblock {
                seats: words.all(seat)?,
            },
            other => return Err(format!("nobody knows how to `{other}`")),
        })
    }

    fn cash(&mut self, mut words: Words<'_>) -> Result<Ask, String> {
        let given = words.after("given").map(pounds).transpose()?;
        let payment = words.after("as");
        let [booking] = words.0.as_slice() else {
            return Err("cash for which booking?".into());
        };
        Ok(Ask::PayCash {
            booking: id_of("booking", booking),
            payment: self.payment(payment.unwrap_or("cash")),
            given_minor: given.map(|g| g.minor),
        })
    }

    /// `sam refund BOOKING [A1 A2] [why goodwill] [waive] [note WORD]`.
    fn refund(&self, actor: &str, mut words: Words<'_>) -> Result<Ask, String> {
        let why = words.after("why").unwrap_or("customer");
        let reason = RefundReason::ALL.into_iter().find(|r| r.word() == why);
        let waive = words.has("waive");
        let note = words.after("note").unwrap_or("").to_owned();
        let told = words.after("told").map(pounds).transpose()?;
        if words.0.is_empty() {
            return Err("refund which booking?".into());
        }
        let booking = id_of("booking", words.0.remove(0));
        Ok(Ask::Refund {
            booking,
            seats: words.all(seat)?,
            reason: reason.ok_or_else(|| format!("`{why}` is no reason"))?,
            note,
            rules: RefundRules {
                alone: self.managers.iter().any(|m| m == actor),
                waive,
            },
            told_minor: told.map(|t| t.minor),
        })
    }

    fn payment(&mut self, name: &str) -> PaymentId {
        let id = PaymentId(id_of("payment", name));
        self.payments.insert(id, name.to_owned());
        id
    }

    fn news(
        &mut self,
        name: &str,
        verb: &str,
        mut words: Words<'_>,
        house: &mut dyn House,
    ) -> Result<Announcement, String> {
        let state = house.state()?;
        let payment = self.payment(name);
        let asked = state.settle(payment);
        let amount = words.after("amount").map(pounds).transpose()?;
        let back = words.after("back").map(pounds).transpose()?;
        let (booking, quote) = match (self.agreed.get(&payment), words.after("for"), &asked) {
            (Some(agreed), None, _) => *agreed,
            (_, Some(booking), _) => {
                let booking = id_of("booking", booking);
                let mut quote = match Quote::of(&state, booking) {
                    Some(quote) => quote,
                    // Nobody can have agreed to anything.
                    None => Quote::none(pounds("10.00")?),
                };
                quote.amount = amount.unwrap_or(quote.amount);
                (booking, quote)
            }
            (None, None, Some(asked)) => (asked.booking.uuid, Quote::none(asked.amount)),
            (None, None, None) => return Err(format!("{name} is for which booking?")),
        };
        self.agreed.insert(payment, (booking, quote));
        let own = asked.as_ref().filter(|a| a.booking.uuid == booking);
        let tender = match words.after("by") {
            Some("card") => Tender::Card,
            Some(other) => return Err(format!("nobody pays by {other}")),
            None => own.map_or(Tender::Card, |a| a.tender),
        };
        let asked_ver = asked.map(|a| a.ver);
        let settled_ver = if words.has("settled") {
            asked_ver
        } else if words.has("settled-older") {
            asked_ver.map(|ver| ver - 1)
        } else {
            None
        };
        Ok(Announcement {
            payment,
            booking: BookingId {
                show: SHOW,
                uuid: booking,
            },
            quote: quote.hash,
            amount: quote.amount,
            tender,
            state: payment_state(verb).ok_or("not a state of a payment")?,
            settled_ver,
            refunded_minor: back.map_or(0, |b| b.minor),
            reopened_at: None,
        })
    }
}

/// `mia approve BOOKING c1`, `mia refuse BOOKING c1 why`.
fn verdict(approve: bool, manager: bool, words: &Words<'_>) -> Result<Ask, String> {
    let [booking, asked, note @ ..] = words.0.as_slice() else {
        return Err("which booking, and which refund?".into());
    };
    Ok(Ask::RefundVerdict {
        booking: id_of("booking", booking),
        asked: CommandId(id_of("command", asked)),
        approve,
        note: note.join(" "),
        manager,
    })
}

fn block(mut words: Words<'_>) -> Result<Ask, String> {
    let reason = match words.0.pop() {
        Some("house") => BlockReason::House,
        Some("broken") => BlockReason::Broken,
        Some("companion") => BlockReason::Companion,
        other => return Err(format!("{other:?} is no reason to block a seat")),
    };
    Ok(Ask::Block {
        seats: words.all(seat)?,
        reason,
    })
}

fn pounds(text: &str) -> Result<Money, String> {
    Money::parse(text, made_up::gbp()).map_err(|e| e.to_string())
}
