//! One tender of a payment: what was asked of one means, and what became of it.
//!
//! All tenders of a payment are promised, or none is kept: a payment one of whose tenders came to
//! nothing is *doomed*, and the others are given back.

use houseful_core::{
    ids::{PaymentId, VoucherId},
    message::Tender,
    wire::payment::PaymentState,
};
use sha2::Digest;
use uuid::Uuid;

use super::{Account, Call};
use crate::payment::provider::{Charge, ChargeStatus};

/// One tender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The key of all calls about it: the payment's own id for a card, which alone goes out of the
    /// house; else made of the payment's id and its number. A payment's id is chosen by whoever
    /// pays, so nothing in the house is ever known by one.
    pub id: PaymentId,
    /// By which means.
    pub means: Tender,
    /// How much, in minor units.
    pub amount: i64,
    /// Which voucher.
    pub voucher: Option<VoucherId>,
    /// What people know it by beside its means: the last characters of a voucher's code.
    pub label: Option<String>,
    /// Where it stands.
    pub status: ChargeStatus,
    /// What was taken, in minor units.
    pub captured: i64,
    /// What of it was ordered to go back, in minor units.
    pub ordered_back: i64,
    /// What of that has gone back, in minor units.
    pub refunded: i64,
    /// Why not, in words.
    pub reason: Option<String>,
}

impl Part {
    /// A tender that was not asked for yet.
    #[must_use]
    pub const fn new(id: PaymentId, means: Tender, amount: i64) -> Self {
        Self {
            id,
            means,
            amount,
            voucher: None,
            label: None,
            status: ChargeStatus::Pending,
            captured: 0,
            ordered_back: 0,
            refunded: 0,
            reason: None,
        }
    }

    /// The same on a voucher that people know by `label`.
    #[must_use]
    pub fn on(mut self, voucher: VoucherId, label: String) -> Self {
        (self.voucher, self.label) = (Some(voucher), Some(label));
        self
    }

    /// What people call it: `card`, `voucher ..PA9D`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.label {
            Some(label) => format!("{} ..{label}", self.means.word()),
            None => self.means.word().to_owned(),
        }
    }

    /// Whether somebody outside of the house is asked about it.
    #[must_use]
    pub const fn is_outside(&self) -> bool {
        // Of several that nobody knows any more the card alone can be found again.
        matches!(self.means, Tender::Card | Tender::Split)
    }

    /// Whether it was promised or taken, as far as that is known.
    #[must_use]
    pub const fn is_promised(&self) -> bool {
        matches!(
            self.status,
            ChargeStatus::Authorised | ChargeStatus::Captured
        )
    }

    pub(super) const fn is_open(&self) -> bool {
        matches!(
            self.status,
            ChargeStatus::Pending | ChargeStatus::Authorised
        )
    }

    /// Merges what its provider says, `wanted` being whether it is to be kept; whether a promise
    /// was made or broken. What was taken once stays taken; what was given back stays given back,
    /// unless its provider says that it came back.
    pub(super) fn learn(&mut self, charge: &Charge, wanted: bool) -> bool {
        use ChargeStatus as S;
        self.captured = self.captured.max(charge.captured);
        // What staff gave back at the provider's own desk was never ordered here. What bounced is
        // owed again; if that is old news by now, asking for the total again finds it all gone back.
        let refunded = charge.refunded.min(self.captured);
        self.refunded = if charge.bounced > 0 {
            refunded
        } else {
            self.refunded.max(refunded)
        };
        self.ordered_back = self.ordered_back.max(self.refunded);
        let to = match (self.status, charge.status) {
            (S::Pending, S::Captured) => S::Pending,
            (S::Pending, said) => said,
            // It was called off for a line of the book that was lost, and stands promised all the same.
            (S::Never, S::Authorised) => S::Authorised,
            (S::Authorised, S::CaptureRefused) => S::CaptureRefused,
            // A promise that is gone when it is called in is a refusal to pay.
            (S::Authorised, S::Declined | S::Voided | S::Never) if wanted => S::CaptureRefused,
            (S::Authorised, S::Declined | S::Voided | S::Never) => S::Voided,
            (stands, _) => stands,
        };
        let moved = to != self.status;
        if moved {
            self.status = to;
            self.reason.clone_from(&charge.reason);
        }
        if self.captured > 0 {
            self.status = S::Captured;
        }
        moved
    }

    /// Orders back what is more than `target`.
    pub(super) fn order_back(&mut self, target: i64) {
        self.ordered_back = self.ordered_back.max(self.captured - target);
    }

    /// What its provider has to be asked if `target` is to be kept of it, or its promise alone is
    /// wanted for now (`None`).
    fn call(&self, doomed: bool, target: Option<i64>) -> Option<Call> {
        match self.status {
            ChargeStatus::Pending if doomed => Some(Call::Void),
            ChargeStatus::Pending => Some(Call::Resolve),
            ChargeStatus::Authorised if doomed => Some(Call::Void),
            ChargeStatus::Authorised => target.map(|minor| match minor {
                0 => Call::Void,
                minor => Call::Capture { minor },
            }),
            ChargeStatus::Captured => (self.ordered_back > self.refunded).then_some(Call::Refund {
                total_minor: self.ordered_back,
            }),
            ChargeStatus::Declined
            | ChargeStatus::Never
            | ChargeStatus::Voided
            | ChargeStatus::CaptureRefused => None,
        }
    }

    /// Which call comes first, where several are to be made. What is in the house is given back at
    /// once and taken last: a bank may refuse to pay what it promised, and then nothing else was
    /// taken; and it may be away for long, which holds up nobody's voucher.
    const fn rank(&self, call: Call) -> u8 {
        match (self.is_outside(), call) {
            (false, Call::Void | Call::Refund { .. } | Call::Resolve) => 0,
            (true, Call::Capture { .. } | Call::Resolve) => 1,
            (false, Call::Capture { .. }) => 2,
            (true, Call::Void | Call::Refund { .. }) => 3,
        }
    }
}

/// What is known of a payment's tenders together.
impl Account {
    /// Gives a payment that was just begun these tenders, in the order in which they are asked for:
    /// vouchers, then a card, cash last, when nothing can be refused any more.
    #[must_use]
    pub fn of_parts(mut self, mut parts: Vec<Part>) -> Self {
        parts.sort_by_key(|part| match part.means {
            Tender::Voucher => 0,
            Tender::Card | Tender::Split => 1,
            Tender::Cash => 2,
        });
        for (number, part) in (0_u8..).zip(&mut parts) {
            part.id = if part.is_outside() {
                self.id
            } else {
                numbered(self.id, number)
            };
        }
        self.parts = parts;
        self
    }

    /// The means it was paid by; [`Tender::Split`] when they are several.
    #[must_use]
    pub fn tender(&self) -> Tender {
        match self.parts.as_slice() {
            [one] => one.means,
            [first, rest @ ..] if rest.iter().all(|part| part.means == first.means) => first.means,
            _ => Tender::Split,
        }
    }

    /// What is to be kept of each tender.
    fn targets(&self) -> Vec<i64> {
        self.shares(match self.keep {
            _ if self.is_doomed() => 0,
            Some(keep) => keep.minor,
            None => i64::MAX,
        })
    }

    /// How much of `keep` each tender pays.
    ///
    /// Vouchers pay first, then cash, the card last. So the other way round money goes back: to the
    /// card first, which takes nobody's presence; then cash; onto vouchers last. The customer has
    /// real money back before a voucher, which may end before it is used again, and no means ever
    /// gets back more than it gave, so no voucher is turned into money.
    fn shares(&self, keep: i64) -> Vec<i64> {
        let mut left = keep;
        let mut shares = vec![0; self.parts.len()];
        // What nobody knows the means of is given back by hand, so rather from the card.
        for means in [Tender::Voucher, Tender::Cash, Tender::Split, Tender::Card] {
            let parts = shares.iter_mut().zip(&self.parts);
            for (share, part) in parts.filter(|(_, part)| part.means == means) {
                *share = part.amount.min(left);
                left -= *share;
            }
        }
        shares
    }

    /// Whether nothing may be kept of it: booking wants nothing, or a tender came to nothing that
    /// all others were to go with.
    pub(super) fn is_doomed(&self) -> bool {
        use ChargeStatus as S;
        let keep = self.keep.map_or(i64::MAX, |k| k.minor);
        let shares = self.shares(keep);
        let lost = |(part, share): (&Part, i64)| match part.status {
            S::Declined | S::Never | S::CaptureRefused => true,
            // Booking may have kept so little that it was not wanted.
            S::Voided => share > 0,
            S::Pending | S::Authorised | S::Captured => false,
        };
        keep == 0 || self.parts.iter().zip(shares).any(lost)
    }

    /// Merges what a provider says of one of its tenders.
    pub(super) fn learn(&mut self, charge: &Charge) {
        self.recognise(charge);
        let known = self.parts.iter().position(|p| p.id == charge.payment);
        let targets = self.targets();
        let Some((at, target)) = known.and_then(|at| Some((at, *targets.get(at)?))) else {
            return;
        };
        let wanted = self.keep.is_some() && target > 0;
        let Some(part) = self.parts.get_mut(at) else {
            return;
        };
        let over = matches!(
            charge.status,
            ChargeStatus::Declined | ChargeStatus::Never | ChargeStatus::Voided
        );
        if charge.amount.minor != part.amount && (!over || charge.captured > 0) {
            // It is over something else than this tender was asked for; who compares them says so.
            return;
        }
        if part.learn(charge, wanted) {
            if part.status == ChargeStatus::Never && part.is_outside() {
                self.tried = false;
            }
            self.reason = self.refusal().or_else(|| self.own_reason());
        }
    }

    /// Why a tender came to nothing, by its name if there are others.
    fn refusal(&self) -> Option<String> {
        if let [only] = self.parts.as_slice() {
            return only.reason.clone();
        }
        self.parts.iter().find_map(|part| {
            let why = part.reason.as_ref().filter(|_| !part.is_promised())?;
            Some(format!("{}: {why}", part.name()))
        })
    }

    /// Adds up what its tenders come to.
    pub(super) fn add_up(&mut self) {
        let targets = self.targets();
        for (part, target) in self.parts.iter_mut().zip(targets) {
            part.order_back(target);
            // The voucher is not known any more and has its value again: nobody is to be asked.
            if part.means == Tender::Voucher && part.id == self.id {
                part.refunded = part.ordered_back;
            }
        }
        let sum = |of: fn(&Part) -> i64| self.parts.iter().map(of).sum::<i64>();
        self.captured = sum(|part| part.captured);
        self.ordered_back = sum(|part| part.ordered_back);
        self.refunded = sum(|part| part.refunded);
    }

    /// Where its tenders leave it.
    pub(super) fn conclude(&self) -> PaymentState {
        use PaymentState as State;
        let any = |what: fn(&Part) -> bool| self.parts.iter().any(what);
        let open = any(Part::is_open);
        if open && (self.captured == 0 || !self.is_doomed()) {
            // Of several none counts before all do.
            let pending = any(|part| part.status == ChargeStatus::Pending);
            return match self.state {
                State::Pending if pending || self.is_doomed() => State::Pending,
                _ => State::Authorised,
            };
        }
        if self.ordered_back > self.refunded {
            State::RefundDue
        } else if self.refunded > 0 {
            State::Refunded
        } else if any(|part| part.status == ChargeStatus::Captured) {
            State::Captured
        } else if any(|part| part.status == ChargeStatus::CaptureRefused) {
            State::CaptureRefused
        } else if matches!(self.state, State::Pending | State::Declined)
            && any(|p| matches!(p.status, ChargeStatus::Declined | ChargeStatus::Never))
        {
            State::Declined
        } else {
            State::Voided
        }
    }

    /// What has to be asked next, and of which tender.
    #[must_use]
    pub fn next_call(&self) -> Option<(&Part, Call)> {
        let doomed = self.is_doomed();
        let targets = self.targets();
        let targets = targets.into_iter().map(|target| self.keep.map(|_| target));
        let calls = self.parts.iter().zip(targets);
        // A tender has its turn when all before it are promised.
        let open = self.parts.iter();
        let turn = open
            .take_while(|part| part.status != ChargeStatus::Pending)
            .count();
        let mut calls: Vec<(&Part, Call)> = calls
            .enumerate()
            .filter_map(|(at, (part, target))| {
                let call = part.call(doomed, target)?;
                let early = call == Call::Resolve && at > turn;
                (!early).then_some((part, call))
            })
            .collect();
        calls.sort_by_key(|(part, call)| part.rank(*call));
        // What goes back does so in no order that matters: one that can't be asked now must not hold
        // up the others, so after a miss the next one has its turn.
        let goes_back =
            |(_, call): &(&Part, Call)| matches!(call, Call::Void | Call::Refund { .. });
        let all_go_back = calls.iter().all(goes_back);
        let misses = usize::try_from(self.tries).unwrap_or(0);
        let next = if all_go_back && !calls.is_empty() {
            misses % calls.len()
        } else {
            0
        };
        calls.get(next).copied()
    }
}

/// The key of a tender of a payment: always the same for the same number.
pub(super) fn numbered(payment: PaymentId, number: u8) -> PaymentId {
    let mut hash = sha2::Sha256::new();
    hash.update(b"tender");
    hash.update(payment.0.as_bytes());
    hash.update([number]);
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let id: Uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    PaymentId(id)
}
