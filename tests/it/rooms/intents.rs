//! Which intent at Stripe is which payment's.

use houseful_core::{ids::PaymentId, time::UtcMillis};
use houseful_server::{chance, payment::stripe::Named};

use super::everywhere;

#[tokio::test]
async fn the_first_line_of_a_payment_stands_for_good() {
    everywhere(|two| async move {
        let (one, other) = (&two.one.intents, &two.other.intents);
        let (named, closed) = (PaymentId(chance::uuid()), PaymentId(chance::uuid()));
        assert_eq!(one.get(named).await, Ok(None));
        let id = format!("pi_{}", chance::uuid().as_simple());
        let first = Named::Intent(id.clone());
        assert_eq!(one.name(named, id).await, Ok(first.clone()));
        for again in [
            other.name(named, "pi_2".to_owned()).await,
            other.close(named).await,
            one.close(named).await,
        ] {
            assert_eq!(again, Ok(first.clone()));
        }
        assert_eq!(other.get(named).await, Ok(Some(first)));
        assert_eq!(other.close(closed).await, Ok(Named::Closed));
        assert_eq!(one.name(closed, "pi_3".to_owned()).await, Ok(Named::Closed));
        assert_eq!(one.get(closed).await, Ok(Some(Named::Closed)));
    })
    .await;
}

#[tokio::test]
async fn an_intent_is_found_by_its_id_and_news_are_read_on_where_they_ended() {
    everywhere(|two| async move {
        let (one, other) = (&two.one.intents, &two.other.intents);
        let payment = PaymentId(chance::uuid());
        let id = format!("pi_{}", chance::uuid().as_simple());
        assert_eq!(one.payment_of(id.clone()).await, Ok(None));
        one.name(payment, id.clone()).await.expect("a line");
        assert_eq!(other.payment_of(id).await, Ok(Some(payment)));
        assert_eq!(one.read_until().await, Ok(None));
        for (until, stands) in [(2_000, 2_000), (1_000, 2_000), (3_000, 3_000)] {
            one.note_read(UtcMillis(until)).await.expect("written");
            assert_eq!(other.read_until().await, Ok(Some(UtcMillis(stands))));
        }
    })
    .await;
}
