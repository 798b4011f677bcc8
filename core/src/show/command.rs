//! What can be asked of a show.

use std::{fmt::Write, sync::Arc};

use uuid::Uuid;

use super::{RefundRules, ShowTerms};
use crate::{
    best::Zone,
    ids::{CommandId, Fingerprint, OwnerRef, PaymentId, ShardName, digest16},
    layout::BlockReason,
    message::Announcement,
    price::Channel,
    refund::RefundReason,
    seat::SeatLabel,
    wire::desk::CaseHow,
};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What they own is theirs.
    pub owner: OwnerRef,
    /// Staff act on every booking of the house.
    pub staff: bool,
    /// Where the sale is booked.
    pub channel: Channel,
}

/// What to do about a single seat that would be left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrphanRule {
    /// Refuse (web), or refuse until told to go on (counter).
    Refuse,
    /// Let it pass (manager, or told to go on).
    Allow,
}

/// Which house rules hold for a request; the server sets them from the asker's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldRules {
    /// About single seats.
    pub orphans: OrphanRule,
    /// Whether the limit of seats for a booking is waived.
    pub over_limit: bool,
}

/// What the asker shows for themselves: codes, and what kind of member they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Codes, as they were typed.
    pub codes: Vec<String>,
    /// The kind of member, as staff say.
    pub member: Option<String>,
}

impl Proof {
    /// The most codes in one request.
    pub const CODES_MAX: usize = 8;
    /// The longest code or kind of member.
    pub const CHARS_MAX: usize = 64;

    /// Nothing where there is none, so that requests without keep the names they have.
    fn words(&self) -> String {
        match (self.codes.as_slice(), &self.member) {
            ([], None) => String::new(),
            (codes, member) => format!(" codes={codes:?} member={member:?}"),
        }
    }
}

/// One seat by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatPick {
    /// The seat.
    pub seat: SeatLabel,
    /// Ticket type code; the card's first when absent.
    pub ticket_type: Option<String>,
}

/// So many of one ticket type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Ticket type code.
    pub ticket_type: String,
    /// How many.
    pub count: u16,
}

/// Which seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// These, all or none.
    Seats(Vec<SeatPick>),
    /// The best together.
    Best {
        /// Who comes.
        party: Vec<Party>,
        /// Where they would like to sit.
        zone: Zone,
        /// Seat category code.
        category: Option<String>,
        /// Whether a wheelchair place is needed.
        accessible: bool,
        /// Better offers to pass over.
        skip: u16,
    },
}

/// Randomness that came with the command, used only if it is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rolls {
    /// 40 bits for a booking code.
    pub code: u64,
    /// Ticket codes are drawn from this.
    pub tickets: [u8; 32],
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Begin the journal.
    Open(Arc<ShowTerms>),
    /// Hold seats for a new booking.
    Hold {
        /// The client's part of the booking id.
        booking: Uuid,
        /// Which seats.
        wish: Wish,
        /// Under which house rules.
        rules: HoldRules,
        /// What the asker shows for themselves.
        proof: Proof,
    },
    /// Take other seats in place of those a held booking has.
    ChangeSeats {
        /// The booking.
        booking: Uuid,
        /// All seats it shall have.
        wish: Wish,
        /// Under which house rules.
        rules: HoldRules,
        /// What the asker shows for themselves.
        proof: Proof,
    },
    /// Give the seats back.
    Release {
        /// The booking.
        booking: Uuid,
    },
    /// Take cash and make the tickets.
    PayCash {
        /// The booking.
        booking: Uuid,
        /// The payment.
        payment: PaymentId,
        /// What was handed over, in minor units.
        given_minor: Option<i64>,
    },
    /// Payment says where a payment stands.
    Announced(Announcement),
    /// Take a paid booking back.
    Cancel {
        /// The booking.
        booking: Uuid,
        /// Why.
        reason: String,
    },
    /// Give tickets of a paid booking back, by the terms of its price card.
    Refund {
        /// The booking.
        booking: Uuid,
        /// Which seats; all of them when none is named.
        seats: Vec<SeatLabel>,
        /// Why.
        reason: RefundReason,
        /// More about it.
        note: String,
        /// What the asker may do.
        rules: RefundRules,
        /// What the asker was told would go back, in minor units: less is refused.
        told_minor: Option<i64>,
    },
    /// Say yes or no to a refund that waits for a manager.
    RefundVerdict {
        /// The booking.
        booking: Uuid,
        /// The command that asked.
        asked: CommandId,
        /// Yes.
        approve: bool,
        /// Why not.
        note: String,
        /// Whether a manager says so. Who asked may say no, too; nobody else may say anything.
        manager: bool,
    },
    /// Say what a person did about a payment that needs somebody.
    ResolveCase {
        /// The booking it was for.
        booking: Uuid,
        /// The payment.
        payment: PaymentId,
        /// What was done.
        how: CaseHow,
        /// More about it.
        note: String,
        /// Of how much, where cash was handed out, in minor units: what was told.
        told_minor: Option<i64>,
    },
    /// Stop sales for a while.
    Pause,
    /// Sell again.
    Resume,
    /// Call the show off.
    CancelShow {
        /// Why.
        reason: String,
    },
    /// Keep seats back.
    Block {
        /// Which.
        seats: Vec<SeatLabel>,
        /// Why.
        reason: BlockReason,
    },
    /// Give seats that were kept back to sale.
    Unblock {
        /// Which.
        seats: Vec<SeatLabel>,
    },
    /// Write down what has ended: holds and waits for capture.
    Expire,
    /// Leave this journal behind: the show goes on in another shard.
    Seal {
        /// Which.
        to: ShardName,
    },
    /// Go on with the copy of a journal that was left behind.
    Arrive {
        /// Where that is.
        at: ShardName,
        /// Where it was copied from.
        from: ShardName,
    },
}

/// Something asked of a show.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Made and stored by the client before it asked.
    pub id: CommandId,
    /// Who asks.
    pub actor: Actor,
    /// What is asked.
    pub ask: Ask,
    /// Randomness to use.
    pub rolls: Rolls,
}

impl Command {
    /// Names what is asked: for best seats the wish, not the seats.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(digest16(&[self.ask.canonical().as_bytes()]))
    }
}

impl Ask {
    /// The booking it is about, if it is about one.
    #[must_use]
    pub const fn booking(&self) -> Option<Uuid> {
        match self {
            Self::Hold { booking, .. }
            | Self::ChangeSeats { booking, .. }
            | Self::Release { booking }
            | Self::PayCash { booking, .. }
            | Self::Cancel { booking, .. }
            | Self::Refund { booking, .. }
            | Self::RefundVerdict { booking, .. }
            | Self::ResolveCase { booking, .. } => Some(*booking),
            Self::Announced(news) => Some(news.booking.uuid),
            Self::Open(_)
            | Self::Pause
            | Self::Resume
            | Self::CancelShow { .. }
            | Self::Block { .. }
            | Self::Unblock { .. }
            | Self::Expire
            | Self::Seal { .. }
            | Self::Arrive { .. } => None,
        }
    }

    /// The request as text that never changes between versions of the program.
    fn canonical(&self) -> String {
        match self {
            Self::Open(_) => "open".to_owned(),
            Self::Hold {
                booking,
                wish,
                rules,
                proof,
            } => {
                let (wish, rules, proof) = (canonical(wish), words(*rules), proof.words());
                format!("hold {booking} {wish}{rules}{proof}")
            }
            Self::ChangeSeats {
                booking,
                wish,
                rules,
                proof,
            } => {
                let (wish, rules, proof) = (canonical(wish), words(*rules), proof.words());
                format!("change {booking} {wish}{rules}{proof}")
            }
            Self::Release { booking } => format!("release {booking}"),
            Self::PayCash {
                booking,
                payment,
                given_minor,
            } => {
                format!("cash {booking} {payment} {given_minor:?}")
            }
            Self::Announced(news) => format!("announced {}", news.payment),
            Self::Cancel { booking, reason } => format!("cancel {booking} {reason}"),
            Self::Refund {
                booking,
                seats,
                reason,
                note,
                rules,
                told_minor,
            } => {
                let (seats, reason, waive) = (labels(seats), reason.word(), rules.waive);
                format!("refund {booking} {seats}{reason} waive={waive} {told_minor:?} {note}")
            }
            Self::RefundVerdict {
                booking,
                asked,
                approve,
                note,
                ..
            } => format!("refund-verdict {booking} {asked} {approve} {note}"),
            Self::ResolveCase {
                booking,
                payment,
                how,
                note,
                told_minor,
            } => {
                let how = how.word();
                format!("resolve-case {booking} {payment} {how} {told_minor:?} {note}")
            }
            Self::Pause => "pause".to_owned(),
            Self::Resume => "resume".to_owned(),
            Self::CancelShow { reason } => format!("cancel-show {reason}"),
            Self::Block { seats, reason } => format!("block {reason:?} {}", labels(seats)),
            Self::Unblock { seats } => format!("unblock {}", labels(seats)),
            Self::Expire => "expire".to_owned(),
            Self::Seal { to } => format!("seal {to}"),
            Self::Arrive { at, from } => format!("arrive {at} {from}"),
        }
    }
}

fn labels(seats: &[SeatLabel]) -> String {
    seats.iter().map(|s| format!("{s} ")).collect()
}

fn words(rules: HoldRules) -> &'static str {
    match (rules.orphans, rules.over_limit) {
        (OrphanRule::Refuse, false) => "",
        (OrphanRule::Allow, false) => " orphans",
        (OrphanRule::Refuse, true) => " over",
        (OrphanRule::Allow, true) => " orphans over",
    }
}

fn canonical(wish: &Wish) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = match wish {
        Wish::Seats(picks) => picks.iter().try_for_each(|p| {
            write!(
                out,
                "{}={} ",
                p.seat,
                p.ticket_type.as_deref().unwrap_or("-")
            )
        }),
        Wish::Best {
            party,
            zone,
            category,
            accessible,
            skip,
        } => party
            .iter()
            .try_for_each(|p| write!(out, "{}x{} ", p.ticket_type, p.count))
            .and_then(|()| {
                let category = category.as_deref().unwrap_or("-");
                write!(out, "best {zone:?} {category} {accessible} {skip}")
            }),
    };
    out
}
