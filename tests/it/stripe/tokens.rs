//! Leave to pay that is not what it seems: nobody's money moves, and each has its own line in the
//! log.

use houseful_core::{
    ids::{BookingId, QuoteHash},
    money::Money,
    time::UtcMillis,
};
use houseful_server::payment::{SigningKey, TokenClaims};
use houseful_tests::test_app::{As, payment};
use serde_json::json;

use super::shop::{GUEST, Shop, VISA};
use crate::http_log::logged;

const OTHER: As<'_> = As::Customer("another-secret-that-is-as-long");

#[tokio::test(flavor = "multi_thread")]
async fn leave_to_pay_that_is_not_believed_moves_nothing_and_has_a_line_in_the_log() {
    logged();
    let shop = Shop::open(51).await;
    let paid = shop.sell(&["B1", "B2"]).await;
    let (payer, _) = shop
        .pay(&["A1", "A2"], "pm_card_visa_chargeDeclined", 20_000)
        .await;
    let token = shop.token(&payer.booking).await;
    let of_key = shop.app.payment_server().payments().key().clone();
    let claims = of_key.verify(&token).expect("claims");
    let (signed, mac) = token.rsplit_once('.').expect("a signature");
    let cheap = TokenClaims {
        amount: Money::new(1, claims.amount.currency),
        ..claims.clone()
    };
    let forger = SigningKey::new([7; 32], None);
    let cheap_token = forger.sign(&cheap);
    let cheaply = cheap_token
        .rsplit_once('.')
        .map_or("", |(claims, _)| claims);
    let other: BookingId = paid.booking.parse().expect("a booking");
    let elsewhere = forger.sign(&TokenClaims {
        booking: other,
        ..claims.clone()
    });
    let before = shop.double.kept();
    let forged = "its signature is not this house's, or it was altered";
    for (what, token, why, status) in [
        ("unsigned", signed.to_owned(), "it is not signed", 422),
        ("forged", forger.sign(&claims), forged, 422),
        ("for a penny", format!("{cheaply}.{mac}"), forged, 422),
        ("for another booking", elsewhere, forged, 422),
        (
            "cut short",
            token[..token.len() - 8].to_owned(),
            "its signature can't be read",
            422,
        ),
        ("something else", "Bearer".to_owned(), "it is no token", 422),
    ] {
        let request =
            json!({"payment": payment(), "token": token, "card": {"payment_method": VISA}});
        let said = shop.app.post(GUEST, "/v1/payments", &request).await;
        assert_eq!(
            (said.status, said.code()),
            (status, "payment_token_invalid"),
            "{what}"
        );
        assert!(has_line(why), "{what}");
    }
    // Signed by the house, and used by somebody else, for another payment, or too late.
    let request =
        |id: &str| json!({"payment": id, "token": token, "card": {"payment_method": VISA}});
    let said = shop
        .app
        .post(OTHER, "/v1/payments", &request(&payment()))
        .await;
    assert_eq!((said.status, said.code()), (404, "not_found"));
    assert!(has_line("it is of somebody else's booking"));
    let said = shop
        .app
        .post(GUEST, "/v1/payments", &request(&paid.payment))
        .await;
    assert_eq!((said.status, said.code()), (422, "id_reused"));
    assert!(has_line("its payment's id was used for another payment"));
    let stale = of_key.sign(&TokenClaims {
        quote: QuoteHash(claims.quote.0),
        expires_at: UtcMillis(1),
        ..claims
    });
    let request = json!({"payment": payment(), "token": stale, "card": {"payment_method": VISA}});
    let said = shop.app.post(GUEST, "/v1/payments", &request).await;
    assert_eq!((said.status, said.code()), (410, "payment_token_expired"));
    assert!(has_line("it is over"));
    assert_eq!(shop.double.kept(), before, "no money moved");
    // The same request again is the same payment.
    let again = json!({"payment": payer.payment, "token": token, "card": {"payment_method": "pm_card_visa_chargeDeclined"}});
    let said = shop.app.post(GUEST, "/v1/payments", &again).await;
    assert_eq!(said.expect(200)["state"], "declined");
    assert!(logged().contains("a request to pay came again"));
    assert_eq!(shop.double.kept(), before, "no money moved");
    shop.until_booking(&payer, "held").await;
    shop.finish().await;
}

fn has_line(why: &str) -> bool {
    let log = logged();
    log.lines()
        .any(|line| line.contains("a payment token is not believed") && line.contains(why))
}
