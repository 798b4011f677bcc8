//! What the house's server answers.

use houseful_core::{
    code::BookingCode,
    ids::{OwnerRef, ShowId, VoucherId},
    price::Channel,
    refusal::Refusal,
    show::{Ask as CoreAsk, Party, Proof, RefundRules, SeatPick, Wish as CoreWish},
    wire::{
        Time,
        admin::{Role, ServerInfo},
        booking::{Booking, BookingState, Bookings, Contact, Ticket, Wish},
        catalogue::{Fee, Price, ShowDetail},
        payment::{PayRequest, Payment, PaymentState, PaymentToken},
        problem::{Facts, Problem},
        seats::LayoutView,
        voucher::{Voucher, VoucherState},
    },
};
use uuid::Uuid;

use super::{
    Till,
    catalogue::{city, info, money, movies, price_card},
    clerk, rules,
};
use crate::tui::msg::{Ask, BookingsWanted, Failure, Reply};

/// A voucher that is good for so much, or used up.
fn voucher(label: String, worth: i64) -> Voucher {
    Voucher {
        id: VoucherId(Uuid::from_u128(5)),
        label,
        state: match worth {
            0 => VoucherState::UsedUp,
            _ => VoucherState::Good,
        },
        value: money(5_000),
        left: money(worth),
        uses: 0,
        uses_max: None,
        valid_from: None,
        valid_until: None,
        note: None,
        created_at: Time(super::START),
        cancelled_at: None,
        made_by: None,
        cancelled_by: None,
    }
}

impl Till {
    pub(in crate::tui::tests) fn result(&mut self, ask: &Ask) -> Result<Reply, Failure> {
        if self.cut_off {
            return Err(Failure::NoAnswer("connection refused".into()));
        }
        if let Some(code) = self.refusal {
            return Err(refused(code));
        }
        Ok(match ask {
            Ask::Info => Reply::Info(Box::new(ServerInfo {
                role: Some(self.role),
                ..info(self.now)
            })),
            Ask::Cities => Reply::Cities(vec![city()]),
            Ask::Movies(_) => Reply::Movies(movies()),
            Ask::Shows(wanted) => {
                let begun = self.begun.iter();
                let begun = begun.filter(|show| Some(show.starts_at.0) >= wanted.from);
                let begun = begun.filter(|_| wanted.from.is_some()).cloned();
                Reply::Shows(begun.chain(self.shows.clone()).collect())
            }
            Ask::Show(id) => Reply::Show(Box::new(self.detail(*id))),
            Ask::Layout(_) => Reply::Layout(Box::new(LayoutView::of(&self.layout))),
            Ask::Seats(_) => Reply::Map(Box::new(self.state.seat_map(7))),
            Ask::Hold(owned, request) => {
                let ask = CoreAsk::Hold {
                    booking: owned.id.uuid,
                    wish: wish(&request.wish),
                    rules: rules(request.allow_orphans, request.over_limit),
                    proof: Proof {
                        codes: request.codes.clone(),
                        member: request.member.clone(),
                    },
                };
                self.booking_after(ask, Some(request.command.0), owned.id.uuid)?
            }
            Ask::Change(owned, request) => {
                let ask = CoreAsk::ChangeSeats {
                    booking: owned.id.uuid,
                    wish: wish(&request.wish),
                    rules: rules(request.allow_orphans, request.over_limit),
                    proof: Proof {
                        codes: request.codes.clone(),
                        member: request.member.clone(),
                    },
                };
                self.booking_after(ask, Some(request.command.0), owned.id.uuid)?
            }
            Ask::Release(owned, request) => {
                let booking = owned.id.uuid;
                let ask = CoreAsk::Release { booking };
                self.booking_after(ask, Some(request.command.0), booking)?
            }
            Ask::Cash(owned, request) => {
                let ask = CoreAsk::PayCash {
                    booking: owned.id.uuid,
                    payment: request.payment,
                    given_minor: request.given_minor,
                };
                let reply = self.booking_after(ask, Some(request.command.0), owned.id.uuid)?;
                with_change(reply, request.given_minor)
            }
            Ask::Booking(owned) => match &self.paid {
                Some((payment, Some(booking))) if payment.state == PaymentState::Captured => {
                    Reply::Booking(Box::new(booking.clone()))
                }
                _ => self.booking(owned.id.uuid)?,
            },
            Ask::Late(wanted) => Reply::Late(Box::new(self.late(wanted))),
            Ask::Story(id) => Reply::Story(self.story(id.uuid)),
            Ask::Verdict(owned, request) => {
                let ask = CoreAsk::RefundVerdict {
                    booking: owned.id.uuid,
                    asked: request.refund,
                    approve: request.approve,
                    note: request.note.clone(),
                    manager: self.role >= Role::Manager,
                };
                let refund = request.refund;
                let reply = self.booking_after(ask, Some(request.command.0), owned.id.uuid)?;
                self.with_cash(reply, Some(refund))
            }
            Ask::Resolve(owned, request) => {
                let ask = CoreAsk::ResolveCase {
                    booking: owned.id.uuid,
                    payment: request.payment,
                    how: request.how,
                    note: request.note.clone(),
                    told_minor: request.told_minor,
                };
                self.booking_after(ask, Some(request.command.0), owned.id.uuid)?;
                Reply::Case(Box::new(self.resolved(request)))
            }
            Ask::Bookings(wanted) => Reply::Bookings(Bookings {
                items: self.bookings(wanted),
                away: self.away.clone(),
            }),
            Ask::Contact(owned, request) => {
                let contact = Contact {
                    name: request.name.clone(),
                    phone: request.phone.clone(),
                };
                self.contacts.insert(owned.id.uuid, contact);
                self.booking(owned.id.uuid)?
            }
            Ask::Cancel(owned, request) => {
                let ask = CoreAsk::Cancel {
                    booking: owned.id.uuid,
                    reason: request.reason.clone(),
                };
                self.reasons.push(request.reason.clone());
                let reply = self.booking_after(ask, Some(request.command.0), owned.id.uuid)?;
                self.with_cash(reply, None)
            }
            Ask::RefundQuote(owned, seats) => {
                let (uuid, rules) = (owned.id.uuid, self.refund_rules());
                let actor = clerk();
                let quote = self
                    .state
                    .refund_quote(&actor, uuid, seats, rules, self.now);
                let quote =
                    quote.map_err(|refusal| Failure::Refused(Box::new(self.problem(&refusal))))?;
                Reply::Quote(Box::new(self.state.refund_quote_view(uuid, &quote)))
            }
            Ask::GiveBack(owned, request) => {
                let ask = CoreAsk::Refund {
                    booking: owned.id.uuid,
                    seats: request.seats.clone(),
                    reason: request.reason,
                    note: request.note.clone(),
                    rules: self.refund_rules(),
                    told_minor: request.told_minor,
                };
                let refund = request.command;
                let reply = self.booking_after(ask, Some(request.command.0), owned.id.uuid)?;
                self.with_cash(reply, Some(refund))
            }
            Ask::Token(owned) => Reply::Token(Box::new(PaymentToken {
                token: "token".into(),
                booking: owned.id,
                amount: money(1900),
                expires_at: Time(self.now),
            })),
            Ask::Pay(owned, request) => self.pay(owned.id.uuid, request)?,
            Ask::Voucher(code) => {
                let worth = self.vouchers.get(code.label().as_str());
                let worth = *worth.ok_or_else(|| refused("voucher_unknown"))?;
                Reply::Voucher(Box::new(voucher(code.label(), worth)))
            }
            Ask::Payment(_, id) if self.split.contains_key(id) => {
                Reply::Payment(Box::new(self.split[id].clone()))
            }
            Ask::Payment(_, id) if self.state.payment(*id).is_some() => {
                Reply::Payment(Box::new(self.settled(*id)))
            }
            Ask::Payment(..) => {
                let (payment, _) = self.paid.as_mut().expect("a payment");
                payment.state = self.card;
                Reply::Payment(Box::new(payment.clone()))
            }
        })
    }

    fn pay(&mut self, booking_id: Uuid, request: &PayRequest) -> Result<Reply, Failure> {
        let Reply::Booking(mut booking) = self.booking(booking_id)? else {
            unreachable!("a booking");
        };
        let payment = Payment {
            id: request.payment,
            booking: booking.id,
            state: self.card,
            provider: "card".into(),
            amount: booking.total,
            captured: booking.total,
            refunded: money(0),
            reason: Some("insufficient funds".into()),
            action: None,
            tenders: Vec::new(),
            settled: true,
            created_at: Time(self.now),
            updated_at: Time(self.now),
        };
        booking.state = BookingState::Confirmed;
        booking.code = Some(BookingCode::new(ShowId(1), 5));
        self.paid = Some((payment.clone(), Some(*booking)));
        Ok(Reply::Payment(Box::new(payment)))
    }

    fn refund_rules(&self) -> RefundRules {
        RefundRules {
            alone: self.role >= Role::Manager,
            waive: false,
        }
    }

    fn booking_after(
        &mut self,
        ask: CoreAsk,
        command: Option<Uuid>,
        booking: Uuid,
    ) -> Result<Reply, Failure> {
        self.decide(ask, command, clerk())
            .map_err(|refusal| Failure::Refused(Box::new(self.problem(&refusal))))?;
        self.booking(booking)
    }

    fn booking(&self, booking: Uuid) -> Result<Reply, Failure> {
        self.drawn(booking)
            .map(|b| Reply::Booking(Box::new(b)))
            .ok_or_else(|| Failure::Broken("no such booking".into()))
    }

    fn drawn(&self, uuid: Uuid) -> Option<Booking> {
        let mut booking = self.state.staff_view(uuid, 7, self.now)?;
        booking.contact = self.contacts.get(&uuid).cloned();
        let owner = self.state.booking(uuid)?.owner;
        booking.by = ["till-1", "other"]
            .into_iter()
            .find(|account| owner == OwnerRef::of_staff(account))
            .map(str::to_owned);
        Some(booking)
    }

    fn bookings(&self, wanted: &BookingsWanted) -> Vec<Booking> {
        let all = self
            .state
            .bookings()
            .filter_map(|(uuid, _)| self.drawn(uuid));
        let mut all: Vec<Booking> = all.collect();
        all.sort_by_key(|b| std::cmp::Reverse((b.held_at.0, b.id)));
        all.retain(|b| match wanted {
            BookingsWanted::Recent => b.code.is_some(),
            BookingsWanted::HeldOf(show) => b.show == *show && b.state == BookingState::Held,
            BookingsWanted::Found(text) => {
                let text = text.to_lowercase();
                let name = b.contact.as_ref().and_then(|c| c.name.as_deref());
                let code = b.code.map_or_else(String::new, |c| c.to_string());
                let ticket = |t: &Ticket| t.code.to_string().to_lowercase() == text;
                b.id.to_string() == text
                    || code.to_lowercase().starts_with(&text)
                    || b.tickets.iter().any(ticket)
                    || name.is_some_and(|n| n.to_lowercase().starts_with(&text))
            }
        });
        all
    }

    fn problem(&self, refusal: &Refusal) -> Problem {
        let mut facts = refusal.facts();
        if refusal.code() == "seats_taken"
            && let Some(offer) = self.state.next_best(2, self.now)
        {
            facts.next_best = offer
                .seats
                .iter()
                .filter_map(|no| self.state.label(*no))
                .collect();
            facts.relaxed = offer.relaxed;
        }
        Problem {
            kind: format!("/problems/{}", refusal.code()),
            title: refusal.code().replace('_', " "),
            status: refusal.status(),
            detail: refusal.to_string(),
            code: refusal.code().to_owned(),
            hint: refusal.hint().map(str::to_owned),
            retryable: refusal.retryable(),
            request_id: "req_1".into(),
            facts,
        }
    }

    fn detail(&self, id: ShowId) -> ShowDetail {
        let card = price_card(&self.layout);
        let mut all = self.shows.iter().chain(&self.begun);
        let show = all.find(|show| show.id == id);
        ShowDetail {
            show: show.unwrap_or(&self.shows[0]).clone(),
            prices: card
                .prices
                .iter()
                .map(|row| Price {
                    category: row.category.clone(),
                    ticket_type: row.ticket_type.clone(),
                    price: money(row.minor),
                })
                .collect(),
            ticket_types: card.ticket_types,
            fees: vec![Fee {
                channel: Channel::Web,
                fee: money(75),
                per: houseful_core::price::Per::Ticket,
                max: None,
            }],
            seats_max: 10,
        }
    }
}

/// A refusal that says nothing about seats or money.
pub(in crate::tui::tests) fn refused(code: &str) -> Failure {
    let status = match code {
        "token_invalid" => 401,
        "not_found" => 404,
        "too_many_attempts" => 429,
        _ => 500,
    };
    Failure::Refused(Box::new(Problem {
        kind: format!("/problems/{code}"),
        title: code.replace('_', " "),
        status,
        detail: format!("refused: {code}"),
        code: code.to_owned(),
        hint: None,
        retryable: false,
        request_id: "req_2".into(),
        facts: Facts::default(),
    }))
}

fn with_change(reply: Reply, given_minor: Option<i64>) -> Reply {
    match reply {
        Reply::Booking(mut booking) => {
            let given = given_minor.unwrap_or(booking.total.minor);
            booking.change = Some(money(given - booking.total.minor));
            Reply::Booking(booking)
        }
        other => other,
    }
}

fn wish(wish: &Wish) -> CoreWish {
    match wish {
        Wish::Seats(wishes) => CoreWish::Seats(
            wishes
                .iter()
                .map(|w| SeatPick {
                    seat: w.seat,
                    ticket_type: w.ticket_type.clone(),
                })
                .collect(),
        ),
        Wish::Best(best) => CoreWish::Best {
            party: best
                .tickets
                .iter()
                .map(|t| Party {
                    ticket_type: t.ticket_type.clone(),
                    count: t.count,
                })
                .collect(),
            zone: best.zone,
            category: best.category.clone(),
            accessible: best.accessible,
            skip: best.skip,
        },
    }
}
