use houseful_core::{
    money::Money,
    refusal::{NotOnSale, PriceRefused, TakenSeat},
    sale::RuleBroken,
    seat::SeatLabel,
    time::UtcMillis,
};

use super::*;

fn seat(text: &str) -> SeatLabel {
    text.parse().unwrap()
}

fn money(minor: i64) -> Money {
    Money::new(minor, "GBP".parse().unwrap())
}

/// One of each, so that a new one does not compile here before it is in the match.
fn refusals() -> Vec<Refusal> {
    let taken = vec![TakenSeat {
        seat: seat("H8"),
        why: "held",
        until: Some(UtcMillis(1)),
    }];
    let seats = || vec![seat("H8"), seat("H9")];
    let at = UtcMillis(1_795_288_500_000);
    let known = vec!["adult".to_owned()];
    let given = "x".to_owned();
    let all = vec![
        Refusal::SeatsTaken {
            seats: taken.clone(),
        },
        Refusal::NotEnoughSeats { free: 1, wanted: 2 },
        Refusal::OrphanSeat { seats: seats() },
        Refusal::UnknownSeats { seats: seats() },
        Refusal::DuplicateSeats { seats: seats() },
        Refusal::NoSeats,
        Refusal::TooManySeats {
            max: 10,
            wanted: 11,
        },
        Refusal::UnknownTicketType {
            given: given.clone(),
            known: known.clone(),
        },
        Refusal::UnknownCategory { given, known },
        Refusal::NotSoldInCategory {
            seats: seats(),
            category: "premium".into(),
            ticket_type: "child".into(),
        },
        Refusal::NoPrice(PriceRefused::Code {
            code: "TUESDAY".into(),
            why: houseful_core::price::WhyNot::UsedUp,
        }),
        Refusal::NoPrice(PriceRefused::TooManyCodes),
        Refusal::NoPrice(PriceRefused::OtherDay {
            day: jiff::civil::date(2026, 11, 24),
        }),
        Refusal::NoPrice(PriceRefused::NoFacts),
        Refusal::NotOnSale(NotOnSale::NotYet { opens_at: at }),
        Refusal::RuleBroken(RuleBroken::CounterOnly { kept: 4, free: 5 }),
        Refusal::RuleBroken(RuleBroken::CustomerLimit { max: 4, has: 3 }),
        Refusal::RuleBroken(RuleBroken::CompanionAlone { seats: seats() }),
        Refusal::RuleBroken(RuleBroken::PairSplit { seats: seats() }),
        Refusal::ShowCancelled,
        Refusal::IdReused,
        Refusal::BookingNotFound,
        Refusal::HoldExpired { at },
        Refusal::HoldReleased,
        Refusal::AlreadyPaid,
        Refusal::BookingCancelled,
        Refusal::NotPaid,
        Refusal::RefundClosed { at: Some(at) },
        Refusal::NotInBooking { seats: seats() },
        Refusal::RefundPending {
            id: houseful_core::ids::CommandId(uuid::Uuid::nil()),
        },
        Refusal::RefundNotAsked,
        Refusal::RefundRefused,
        Refusal::RefundChanged { back: money(1) },
        Refusal::RefundByStaff,
        Refusal::RefundByManager,
        Refusal::NoSuchCase,
        Refusal::CaseResolved {
            at,
            how: houseful_core::wire::desk::CaseHow::Told,
        },
        Refusal::NoCashDue,
        Refusal::CashDue { due: money(1) },
        Refusal::CashTooLittle {
            total: money(2),
            given: money(1),
        },
        Refusal::NothingToPay,
        Refusal::CashByStaff,
        Refusal::SeatsSold { seats: taken },
        Refusal::NotOpened,
        Refusal::OpenedAlready,
        Refusal::NotSealed,
        Refusal::ShowMoved {
            to: "north-1".parse().expect("a name"),
        },
    ];
    assert!(all.iter().all(is_listed));
    all
}

fn is_listed(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::SeatsTaken { .. }
        | Refusal::NotEnoughSeats { .. }
        | Refusal::OrphanSeat { .. }
        | Refusal::UnknownSeats { .. }
        | Refusal::DuplicateSeats { .. }
        | Refusal::NoSeats
        | Refusal::TooManySeats { .. }
        | Refusal::UnknownTicketType { .. }
        | Refusal::UnknownCategory { .. }
        | Refusal::NotSoldInCategory { .. }
        | Refusal::NoPrice(_)
        | Refusal::NotOnSale(_)
        | Refusal::RuleBroken(_)
        | Refusal::ShowCancelled
        | Refusal::IdReused
        | Refusal::BookingNotFound
        | Refusal::HoldExpired { .. }
        | Refusal::HoldReleased
        | Refusal::AlreadyPaid
        | Refusal::BookingCancelled
        | Refusal::NotPaid
        | Refusal::RefundClosed { .. }
        | Refusal::NotInBooking { .. }
        | Refusal::RefundPending { .. }
        | Refusal::RefundNotAsked
        | Refusal::RefundRefused
        | Refusal::RefundChanged { .. }
        | Refusal::RefundByStaff
        | Refusal::RefundByManager
        | Refusal::NoSuchCase
        | Refusal::CaseResolved { .. }
        | Refusal::NoCashDue
        | Refusal::CashDue { .. }
        | Refusal::CashTooLittle { .. }
        | Refusal::NothingToPay
        | Refusal::CashByStaff
        | Refusal::SeatsSold { .. }
        | Refusal::NotOpened
        | Refusal::OpenedAlready
        | Refusal::NotSealed
        | Refusal::ShowMoved { .. } => true,
    }
}

fn others() -> Vec<ApiError> {
    let text = || "x".to_owned();
    vec![
        ApiError::NoSuch("show"),
        ApiError::NoRoute(text()),
        ApiError::NoMethod {
            path: text(),
            method: text(),
            known: "GET".into(),
        },
        ApiError::ReadOnly("a secret cause".into()),
        ApiError::Busy("a secret cause".into()),
        ApiError::Unwritable("a secret cause".into()),
        ApiError::OutcomeUnknown,
        ApiError::unreadable("x"),
        ApiError::BadValue {
            detail: text(),
            field: "limit",
            max: Some(500),
        },
        ApiError::Payment(PaymentError::TokenInvalid),
        ApiError::Payment(PaymentError::TokenExpired { at: UtcMillis(1) }),
        ApiError::Payment(PaymentError::IdReused),
        ApiError::Payment(PaymentError::TooManyAttempts { max: 3 }),
        ApiError::Payment(PaymentError::BadCard),
        ApiError::Payment(PaymentError::TendersTooLittle { left: money(100) }),
        ApiError::Payment(PaymentError::TendersTooMuch { over: money(100) }),
        ApiError::Payment(PaymentError::VoucherUnknown { number: 1 }),
        ApiError::Payment(PaymentError::VoucherRefused {
            label: text(),
            why: text(),
        }),
        ApiError::Payment(PaymentError::VouchersMade),
        ApiError::Payment(PaymentError::NothingLost),
        ApiError::Payment(PaymentError::LostPartChanged { owed: money(100) }),
        ApiError::Token { given: true },
        ApiError::Forbidden { needs: Role::Clerk },
        ApiError::LiveServer,
        ApiError::ClockNotManual,
        ApiError::TooLarge { max: 65_536 },
        ApiError::NotJson,
        ApiError::TooMany { after_s: 3 },
        ApiError::RoleAway(ServerRole::Payment),
        ApiError::ShardAway(vec!["south".parse().unwrap()]),
        ApiError::Untrusted,
        ApiError::OtherHouse,
        ApiError::Internal("a secret cause".into()),
    ]
}

/// `code` and status as the page about the API lists them.
fn listed() -> Vec<(String, u16)> {
    let page = include_str!("../../../docs/api.md");
    let (_, list) = page.split_once("## Problem codes").unwrap();
    let entries = list.split(" · ").flat_map(|part| part.split(" ·\n"));
    entries
        .map(|entry| {
            let mut words = entry.trim().trim_start_matches('·').split_whitespace();
            let code = words.next().unwrap().trim_matches('`').to_owned();
            (code, words.next().unwrap().parse().unwrap())
        })
        .collect()
}

#[test]
fn every_code_is_on_the_page_about_the_api_with_its_status() {
    let listed = listed();
    let all = refusals()
        .into_iter()
        .map(ApiError::refused)
        .chain(others());
    let mut used = std::collections::BTreeSet::new();
    for error in all {
        let entry = (error.code().to_owned(), error.status().as_u16());
        assert!(listed.contains(&entry), "{entry:?} is not in docs/api.md");
        used.insert(entry);
    }
    let unused: Vec<_> = listed.iter().filter(|e| !used.contains(*e)).collect();
    assert!(unused.is_empty(), "nothing ever says {unused:?}");
}

#[test]
fn a_refusal_goes_out_with_its_facts_and_the_offer() {
    let next_best = NextBest {
        seats: vec![seat("G4")],
        relaxed: vec![houseful_core::best::Relaxed::TwoRows],
    };
    let error: ApiError = LaneError::Refused {
        refusal: refusals().remove(0),
        next_best: Box::new(next_best.clone()),
    }
    .into();
    let problem = error.problem();
    assert_eq!(problem.kind, "/problems/seats_taken");
    assert_eq!((problem.status, problem.retryable), (409, true));
    assert_eq!(problem.detail, "seat H8 is held");
    assert_eq!(problem.facts.seats.len(), 1);
    assert_eq!(problem.facts.next_best, next_best.seats);
    assert_eq!(problem.facts.relaxed, next_best.relaxed);
}

#[test]
fn causes_stay_inside() {
    for error in others() {
        let told = serde_json::to_string(&error.problem()).unwrap();
        assert!(!told.contains("secret cause"), "{told}");
        assert!(!error.to_string().ends_with('.'), "{error}");
    }
}

#[test]
fn who_may_come_back_is_told_when() {
    for error in others() {
        let response = write(&error, "req_1");
        let after = response.headers().get(header::RETRY_AFTER);
        let wants = error.status() == StatusCode::SERVICE_UNAVAILABLE
            || error.code() == "too_many_requests";
        assert_eq!(after.is_some(), wants, "{error:?}");
        let kind = &response.headers()[header::CONTENT_TYPE];
        assert_eq!(kind, PROBLEM_JSON);
        let is_401 = response.status() == StatusCode::UNAUTHORIZED;
        assert_eq!(
            response.headers().contains_key(header::WWW_AUTHENTICATE),
            is_401
        );
    }
}

#[test]
fn what_is_not_written_is_told_apart_from_what_may_be() {
    let code = |error: StoreError| ApiError::from(error).code();
    assert_eq!(code(StoreError::Busy), "busy");
    assert_eq!(
        code(StoreError::Unwritable("full".into())),
        "store_unwritable"
    );
    assert_eq!(code(StoreError::Unknown), "outcome_unknown");
    assert_eq!(code(StoreError::Unreadable("?".into())), "internal");
    let code = |error: LaneError| ApiError::from(error).code();
    assert_eq!(code(LaneError::Busy), "busy");
    let full = LaneError::Unwritable("full".into());
    assert_eq!(code(full), "store_unwritable");
    assert_eq!(code(LaneError::Unknown), "outcome_unknown");
    assert_eq!(code(LaneError::NoSuchShow), "not_found");
    assert_eq!(code(LaneError::ReadOnly(String::new())), "sales_read_only");
    let code = |error: PaymentError| ApiError::from(error).code();
    assert_eq!(code(PaymentError::Busy), "busy");
    assert_eq!(code(PaymentError::Unknown), "outcome_unknown");
    assert_eq!(code(PaymentError::Unreadable), "internal");
}
