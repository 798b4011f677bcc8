//! Questions to the server: stored first where they change something, bounded in time, answered by
//! a message. Asking never holds the keys up.

use std::time::{Duration, Instant};

use houseful_core::{
    ids::BookingId,
    time::UtcMillis,
    wire::{
        Time,
        booking::{BookingState, Bookings},
    },
};
use tokio::sync::mpsc::UnboundedSender;

use super::sales::{self, Noted};
use crate::{
    client::{CityQuery, Client, ClientError, DeskQuery, DeskState, MovieQuery, ShowQuery},
    moment,
    state::State,
    tui::{
        msg::{
            Answer, Ask, BookingsWanted, Failure, Generation, LateWanted, Msg, Owned, Reply,
            ShowsWanted, Unfinished,
        },
        server_clock::Heard,
    },
};

/// How long a question may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long the server may wait for the bank before it says "pending".
const PAY_WAIT: Duration = Duration::from_secs(2);

/// How many bookings are listed at most.
const BOOKINGS: u16 = 100;

/// What asking needs.
#[derive(Clone)]
pub(super) struct Desk {
    client: Client,
    state: State,
    post: UnboundedSender<Msg>,
}

impl Desk {
    pub(super) fn new(client: Client, state: State, post: UnboundedSender<Msg>) -> Self {
        Self {
            client,
            state,
            post,
        }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Sales of earlier runs that are not finished. They are filed under the server's home: the
    /// address of an embedded one is another at each start.
    pub(super) fn open_sales(&self) -> Vec<Unfinished> {
        sales::open(&self.state, self.client.home())
    }

    /// Nothing is left to do for a booking. If that can't be written down, the next run asks what
    /// became of it.
    pub(super) async fn forget(self, booking: BookingId) {
        let _ = tokio::task::spawn_blocking(move || sales::finish(&self.state, booking)).await;
    }

    /// Asks one question and posts its answer.
    pub(super) async fn ask(self, generation: Generation, ask: Ask, clock: (Instant, UtcMillis)) {
        let noted = self.note(ask).await;
        let result = match &noted {
            Err(why) => Err(Failure::Broken(why.clone())),
            Ok(noted) => match tokio::time::timeout(TIMEOUT, self.call(&noted.ask)).await {
                Ok(answer) => answer.map_err(|error| failure(error, noted.ask.changes())),
                Err(_) => Err(Failure::NoAnswer(format!(
                    "no answer from {} within {} s",
                    self.client.base(),
                    TIMEOUT.as_secs()
                ))),
            },
        };
        let answered = matches!(result, Ok(_) | Err(Failure::Refused(_)));
        if let Ok(Noted {
            ask: Ask::Cancel(owned, _),
            again,
        }) = &noted
            && is_settled(&result, *again)
        {
            self.refund_answered(owned.id).await;
        }
        let answer = Answer {
            generation,
            heard: answered.then(|| self.heard(clock)).flatten(),
            result,
        };
        // The loop has ended when nobody listens.
        let _ = self.post.send(Msg::Answer(answer));
    }

    /// Nothing is left to ask about a refund. If that can't be written down, the next run looks
    /// what became of it.
    async fn refund_answered(&self, booking: BookingId) {
        let state = self.state.clone();
        let _ = tokio::task::spawn_blocking(move || state.refund_answered(booking)).await;
    }

    /// Looks what became of refunds that an earlier run asked for and heard nothing of. Those that
    /// nobody can tell of now are looked at by the next run.
    pub(super) async fn look_after_refunds(self) {
        for sale in self.state.open_refunds(self.client.home()) {
            if let Some(secret) = sale.secret {
                self.client.keep_secret(sale.booking, secret);
            }
            let booking = match self.client.booking(sale.booking).await {
                Ok(booking) => booking,
                Err(ClientError::Problem(problem)) => {
                    if problem.status == 404 {
                        self.refund_answered(sale.booking).await;
                    }
                    continue;
                }
                Err(_) => continue,
            };
            let mut booking = booking;
            if booking.state == BookingState::Cancelled {
                // Only the answer to the very request tells what to hand out; it takes back what is
                // taken back already, or says no.
                if let Some(request) = &sale.refund
                    && let Ok(told) = self.client.cancel(booking.id, request).await
                {
                    booking = told;
                }
                self.refund_answered(booking.id).await;
            }
            // The loop has ended when nobody listens.
            let _ = self.post.send(Msg::OldRefund(Box::new(booking)));
        }
    }

    async fn note(&self, ask: Ask) -> Result<Noted, String> {
        let (state, server) = (self.state.clone(), self.client.home().to_owned());
        let noted = tokio::task::spawn_blocking(move || sales::note(&state, &server, ask)).await;
        match noted {
            Ok(Ok(noted)) => Ok(noted),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The server's time as the client knows it after an answer.
    fn heard(&self, (started, started_at): (Instant, UtcMillis)) -> Option<Heard> {
        let passed = moment::tick().saturating_duration_since(started);
        let ms = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Some(Heard {
            at: started_at.plus_ms(ms(passed)),
            server_at: self.client.server_now()?,
            round_trip_ms: ms(self.client.round_trip()?),
        })
    }

    async fn call(&self, ask: &Ask) -> Result<Reply, ClientError> {
        let client = &self.client;
        if let Some(owned) = owner(ask)
            && let Some(secret) = &owned.secret
        {
            client.keep_secret(owned.id, secret.0.clone());
        }
        Ok(match ask {
            Ask::Info => Reply::Info(Box::new(client.server_info().await?)),
            Ask::Cities => Reply::Cities(client.cities(&CityQuery::default()).await?.items),
            Ask::Movies(city) => {
                let query = MovieQuery {
                    city: *city,
                    ..MovieQuery::default()
                };
                Reply::Movies(client.movies(&query).await?.items)
            }
            Ask::Shows(wanted) => Reply::Shows(client.shows(&shows_query(wanted)).await?.items),
            Ask::Show(id) => Reply::Show(Box::new(client.show(*id).await?)),
            Ask::Layout(id) => Reply::Layout(Box::new(client.layout(*id).await?)),
            Ask::Seats(id) => Reply::Map(Box::new(client.seats(*id).await?)),
            Ask::Hold(_, request) => Reply::Booking(Box::new(client.hold(request).await?)),
            Ask::Change(owned, request) => {
                Reply::Booking(Box::new(client.change_seats(owned.id, request).await?))
            }
            Ask::Release(owned, request) => {
                Reply::Booking(Box::new(client.release(owned.id, request).await?))
            }
            Ask::Booking(owned) => Reply::Booking(Box::new(client.booking(owned.id).await?)),
            Ask::Late(wanted) => Reply::Late(Box::new(client.desk(&late(wanted)).await?)),
            Ask::Story(id) => Reply::Story(client.story(*id).await?.items),
            Ask::Verdict(owned, request) => {
                Reply::Booking(Box::new(client.refund_verdict(owned.id, request).await?))
            }
            Ask::Resolve(owned, request) => {
                Reply::Case(Box::new(client.resolve_case(owned.id, request).await?))
            }
            Ask::Bookings(wanted) => Reply::Bookings(bookings(client, wanted).await?),
            Ask::Contact(owned, request) => {
                Reply::Booking(Box::new(client.contact(owned.id, request).await?))
            }
            Ask::Cancel(owned, request) => {
                Reply::Booking(Box::new(client.cancel(owned.id, request).await?))
            }
            Ask::RefundQuote(owned, seats) => {
                Reply::Quote(Box::new(client.refund_quote(owned.id, seats, false).await?))
            }
            Ask::GiveBack(owned, request) => {
                Reply::Booking(Box::new(client.refund(owned.id, request).await?))
            }
            Ask::Cash(owned, request) => {
                Reply::Booking(Box::new(client.cash(owned.id, request).await?))
            }
            Ask::Token(owned) => Reply::Token(Box::new(client.payment_token(owned.id).await?)),
            Ask::Pay(owned, request) => {
                Reply::Payment(Box::new(client.pay(owned.id, request, PAY_WAIT).await?))
            }
            Ask::Voucher(code) => Reply::Voucher(Box::new(client.check_voucher(*code).await?)),
            Ask::Payment(owned, id) => {
                Reply::Payment(Box::new(client.payment(*id, Some(owned.id)).await?))
            }
        })
    }
}

async fn bookings(client: &Client, wanted: &BookingsWanted) -> Result<Bookings, ClientError> {
    match wanted {
        BookingsWanted::Recent => client.bookings_recent(Some(BOOKINGS)).await,
        BookingsWanted::Found(text) => client.bookings_found(text, Some(BOOKINGS)).await,
        BookingsWanted::HeldOf(show) => client.bookings_held(*show).await,
    }
}

/// The page of the late-payments desk that is wanted.
fn late(wanted: &LateWanted) -> DeskQuery {
    let state = if wanted.ended {
        DeskState::Ended
    } else {
        DeskState::Open
    };
    DeskQuery {
        state: Some(state),
        limit: Some(LateWanted::PAGE),
        cursor: wanted.cursor.clone(),
        ..DeskQuery::default()
    }
}

fn owner(ask: &Ask) -> Option<&Owned> {
    match ask {
        Ask::Hold(owned, _)
        | Ask::Change(owned, _)
        | Ask::Release(owned, _)
        | Ask::Booking(owned)
        | Ask::Contact(owned, _)
        | Ask::Cancel(owned, _)
        | Ask::RefundQuote(owned, _)
        | Ask::GiveBack(owned, _)
        | Ask::Verdict(owned, _)
        | Ask::Resolve(owned, _)
        | Ask::Cash(owned, _)
        | Ask::Token(owned)
        | Ask::Pay(owned, _)
        | Ask::Payment(owned, _) => Some(owned),
        Ask::Info
        | Ask::Cities
        | Ask::Movies(_)
        | Ask::Shows(_)
        | Ask::Show(_)
        | Ask::Layout(_)
        | Ask::Seats(_)
        | Ask::Voucher(_)
        | Ask::Late(_)
        | Ask::Story(_)
        | Ask::Bookings(_) => None,
    }
}

fn shows_query(wanted: &ShowsWanted) -> ShowQuery {
    ShowQuery {
        city: wanted.city,
        cinema: wanted.cinema,
        movie: wanted.movie,
        date: wanted.date.clone(),
        from: wanted.from.map(Time),
        limit: Some(wanted.limit),
        ..ShowQuery::default()
    }
}

/// Whether an answer tells what became of a change. One that was asked before is told of by an
/// answer from the booking itself alone: a server that is busy or does not know the token says
/// nothing of what it did then.
fn is_settled(result: &Result<Reply, Failure>, again: bool) -> bool {
    match result {
        Ok(_) => true,
        Err(Failure::Refused(problem)) => !again || matches!(problem.status, 404 | 409 | 410 | 422),
        Err(Failure::NoAnswer(_) | Failure::Broken(_)) => false,
    }
}

/// What a failed call means for the screens. A busy server and an unknown outcome are no answer:
/// the same is asked again. So is what may have changed something, when its answer makes no sense.
fn failure(error: ClientError, changes: bool) -> Failure {
    match error {
        _ if changes && error.outcome_unknown() => Failure::NoAnswer(error.to_string()),
        ClientError::Problem(problem) => match problem.code.as_str() {
            "busy" | "outcome_unknown" | "too_many_requests" => Failure::NoAnswer(problem.detail),
            _ => Failure::Refused(problem),
        },
        ClientError::Unreachable { .. } | ClientError::TimedOut { .. } => {
            Failure::NoAnswer(error.to_string())
        }
        ClientError::BadAnswer { .. } => Failure::Broken(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use houseful_core::{
        ids::{BookingId, ShowId},
        wire::booking::{CashRequest, HoldRequest, Wish},
    };
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::{client::TIMEOUT_DEFAULT, tui::msg::Secret};

    /// The screens' desk for a file that is served at this address for now.
    fn desk(state: &State, address: &str) -> Desk {
        let home = "file:/var/houseful/y.db".to_owned();
        let client = Client::new_at_home(home, address, None, TIMEOUT_DEFAULT).expect("an address");
        Desk::new(client, state.clone(), unbounded_channel().0)
    }

    #[tokio::test]
    async fn a_sale_is_found_again_when_the_file_is_served_at_another_address() {
        let folder = format!("houseful-tui-home-{}", std::process::id());
        let state = State::new(Some(std::env::temp_dir().join(folder)));
        let id: BookingId = moment::fresh_booking(ShowId(7));
        let owned = Owned {
            id,
            secret: Some(Secret(moment::fresh_secret())),
        };
        let request = HoldRequest {
            booking: id,
            command: moment::fresh_command(),
            wish: Wish::Seats(Vec::new()),
            allow_orphans: false,
            over_limit: false,
            codes: Vec::new(),
            member: None,
        };
        let first = desk(&state, "http://127.0.0.1:40001");
        let hold = Ask::Hold(owned.clone(), Box::new(request));
        first.note(hold).await.expect("noted");
        let second = desk(&state, "http://127.0.0.1:40002");
        let found = second.open_sales();
        let payment = None;
        assert_eq!(found, [Unfinished { owned, payment }]);
        // Where `sell --resume` looks.
        assert_eq!(state.sales(second.client().home()).len(), 1);
        if let Ok(folder) = state.folder() {
            std::fs::remove_dir_all(folder).expect("removed");
        }
    }

    #[tokio::test]
    async fn a_note_of_another_address_of_the_house_is_gone_on_with() {
        let folder = format!("houseful-tui-moved-{}", std::process::id());
        let state = State::new(Some(std::env::temp_dir().join(folder)));
        let request = HoldRequest {
            booking: moment::fresh_booking(ShowId(7)),
            command: moment::fresh_command(),
            wish: Wish::Seats(Vec::new()),
            allow_orphans: false,
            over_limit: false,
            codes: Vec::new(),
            member: None,
        };
        let now = Time(moment::wall_clock());
        let sale = crate::state::Sale::new("http://elsewhere:1", request, now);
        state.store_sale(&sale).expect("stored");
        let till = desk(&state, "http://127.0.0.1:40001");
        let request = CashRequest {
            command: moment::fresh_command(),
            payment: moment::fresh_payment(),
            given_minor: None,
        };
        let owned = Owned {
            id: sale.booking,
            secret: None,
        };
        till.note(Ask::Cash(owned, request)).await.expect("noted");
        let noted = state.sale(sale.booking).expect("read").expect("a note");
        assert_eq!(noted.secret, sale.secret, "the note of before is kept");
        assert_eq!(noted.request, sale.request);
        assert_eq!(noted.release, sale.release);
        assert_eq!(noted.server, till.client().home());
        if let Ok(folder) = state.folder() {
            std::fs::remove_dir_all(folder).expect("removed");
        }
    }

    #[tokio::test]
    async fn money_for_another_till_s_hold_is_noted_before_it_is_asked_for() {
        let folder = format!("houseful-tui-other-{}", std::process::id());
        let state = State::new(Some(std::env::temp_dir().join(folder)));
        let owned = Owned {
            id: moment::fresh_booking(ShowId(7)),
            secret: None,
        };
        let till = desk(&state, "http://127.0.0.1:40001");
        let look = till.note(Ask::Booking(owned.clone())).await.expect("noted");
        assert!(
            !look.again && till.open_sales().is_empty(),
            "looking changes nothing"
        );
        let request = CashRequest {
            command: moment::fresh_command(),
            payment: moment::fresh_payment(),
            given_minor: None,
        };
        let cash = Ask::Cash(owned.clone(), request.clone());
        till.note(cash).await.expect("noted");
        let noted = state.sale(owned.id).expect("read").expect("a note");
        assert_eq!(noted.cash, (request.command, request.payment));
        let payment = None;
        assert_eq!(till.open_sales(), [Unfinished { owned, payment }]);
        if let Ok(folder) = state.folder() {
            std::fs::remove_dir_all(folder).expect("removed");
        }
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_no_answer_to_what_may_have_been_done() {
        let error = ClientError::BadAnswer {
            server: "http://a".into(),
            status: 502,
            why: "no JSON".into(),
            request_id: "req_1".into(),
        };
        assert!(matches!(failure(error.clone(), true), Failure::NoAnswer(_)));
        assert!(matches!(failure(error, false), Failure::Broken(_)));
    }
}
