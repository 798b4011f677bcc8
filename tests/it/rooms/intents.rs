//! Which intent at Stripe is which payment's.

use houseful_core::ids::PaymentId;
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
