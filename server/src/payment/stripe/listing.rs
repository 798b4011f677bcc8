//! What Stripe has of this house, asked for or not: the list of intents, the news of what happened
//! to money later, and the one intent that a message is about.
//!
//! The list can only be cut by when an intent was made. A refund that the bank sends back, or that
//! staff make in Stripe's dashboard, changes an intent days later: that is read from Stripe's own
//! record of events, from where it was read last, which stands in the book. Of an event nothing is
//! believed but which intent it is about.

use std::{
    collections::HashMap,
    sync::{PoisonError, atomic::Ordering},
};

use houseful_core::{
    ids::PaymentId,
    time::{MINUTE_MS, UtcMillis},
};

use super::{
    Refunds, Stripe, Whose,
    book::{Branch, Named},
    fault::Fault,
    objects::{Intent, Status},
    refunds,
    standing::charge,
};
use crate::{
    clock::Clock,
    payment::provider::{Charge, Listed, ProviderError},
};

/// Intents on a page, the most that Stripe gives: <https://docs.stripe.com/api/pagination>.
const PAGE_MAX: u32 = 100;
/// How far back its list is read: as long as Stripe keeps events.
const LIST_MS: i64 = 30 * houseful_core::time::DAY_MS;
/// How far back news are read again behind the last that were read: an event may be shown after one
/// that happened later.
const AGAIN_MS: i64 = 5 * MINUTE_MS;

/// Where a page ended: behind which intent, and in which branch of the book's history the reading was
/// begun. What was read in several is not what the last of them has.
fn place(began: Branch, last: &str) -> String {
    match began {
        Some((cluster, timeline)) => format!("{cluster} {timeline} {last}"),
        None => last.to_owned(),
    }
}

fn begun(place: &str) -> (Branch, Option<String>) {
    let mut words = place.rsplitn(3, ' ');
    let last = words.next().map(str::to_owned);
    let timeline = words.next().and_then(|word| word.parse().ok());
    let cluster = words.next().and_then(|word| word.parse().ok());
    (cluster.zip(timeline), last)
}

/// Something that happened to money later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::payment) struct News {
    /// The events, the newest first.
    events: Vec<String>,
    /// Which intent they are about.
    pub(in crate::payment) intent: String,
    /// When the newest happened, by Stripe's clock.
    pub(in crate::payment) at: UtcMillis,
}

impl Stripe {
    /// A page of its list.
    pub(super) async fn page(
        &self,
        since: UtcMillis,
        after: Option<String>,
        limit: u32,
    ) -> Result<Listed, ProviderError> {
        // Stripe goes by the world's clock, and a clock that runs fast has seen more time go by.
        let back = self.0.clock.now().ms_since(since).clamp(0, LIST_MS);
        let since_s = Clock::wall().plus_ms(-back).0 / 1_000;
        let limit = limit.clamp(1, PAGE_MAX);
        let is_whole = since == UtcMillis(0);
        let (began, after) = match after {
            None => (self.0.book.branch(), None),
            Some(place) => begun(&place),
        };
        let page = self.0.client.intents(after.as_deref(), limit).await?;
        let last = page.data.last().map(|intent| intent.id.clone());
        let fresh = page.data.iter().any(|intent| intent.created >= since_s);
        let next = last.filter(|last| page.has_more && fresh && after.as_ref() != Some(last));
        let mut listed = Listed {
            next: next.map(|last| place(began, &last)),
            ..Listed::default()
        };
        for intent in page.data {
            if intent.created >= since_s {
                self.tell(intent, &mut listed).await?;
            }
        }
        if listed.next.is_none() && is_whole {
            let was_read = self.0.was_read.lock();
            *was_read.unwrap_or_else(PoisonError::into_inner) = Some(began);
        }
        Ok(listed)
    }

    /// Puts the charge of an intent on a page, if it is one of this house. Whatever is wrong with it
    /// must not keep the others from being told.
    async fn tell(&self, intent: Intent, listed: &mut Listed) -> Result<(), ProviderError> {
        // Another house of the same account, or a shop, sees to its own.
        let Some(payment) = intent.payment(&self.0.house) else {
            return Ok(());
        };
        if intent.is_unconfirmed() {
            return Ok(());
        }
        if !self.has_line(payment, &intent).await? {
            listed.odd += 1;
            return Ok(());
        }
        match self.standing(intent, Whose::Told, Refunds::Told).await {
            Ok(charge) => listed.charges.push(charge),
            Err(ProviderError::Fault(why)) => {
                listed.odd += 1;
                tracing::error!(payment.id = %payment, why, "a charge on Stripe's list makes no sense");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Where the charge of an intent stands that a message speaks of; `None` if it is none of ours,
    /// or makes no sense, which is told. Nothing but the id is taken from the message.
    ///
    /// # Errors
    /// Stripe or the book can't be asked now.
    pub(in crate::payment) async fn charge_of(
        &self,
        intent: &str,
    ) -> Result<Option<Charge>, ProviderError> {
        let found = match self.0.client.intent(intent).await {
            Ok(found) => found,
            Err(Fault::Missing(_)) => return Ok(None),
            Err(fault) => return Err(fault.into()),
        };
        let Some(payment) = found.payment(&self.0.house) else {
            return Ok(None);
        };
        if found.is_unconfirmed() || !self.has_line(payment, &found).await? {
            return Ok(None);
        }
        let back = match found.status {
            Status::Succeeded => refunds::total(&self.0.client.refunds(&found.id).await?),
            _ => refunds::Total::default(),
        };
        match charge(&found, &self.0.house, back) {
            Ok(charge) => {
                self.note(payment, found.action());
                Ok(Some(charge))
            }
            Err(error) => {
                tracing::error!(payment.id = %payment, intent, %error, "a charge that a message is about makes no sense");
                Ok(None)
            }
        }
    }

    /// Whether the book has an intent that was confirmed as its payment's, by now. One under a closed
    /// line says that the line which it was confirmed by got lost, with the database of then.
    async fn has_line(&self, payment: PaymentId, intent: &Intent) -> Result<bool, ProviderError> {
        let book = &self.0.book;
        let line = book.get(payment).await?;
        if line == Some(Named::Intent(intent.id.clone())) {
            return Ok(true);
        }
        let owner = book.payment_of(intent.id.clone()).await?;
        if let Some(owner) = owner.filter(|owner| *owner != payment) {
            tracing::error!(payment.id = %payment, owner = %owner, intent = intent.id, "an intent at Stripe names another payment than it was made for; somebody should look");
            metrics::counter!("payments_renamed_total").increment(1);
            return Ok(false);
        }
        let line = match line {
            Some(Named::Closed) => {
                tracing::error!(payment.id = %payment, intent = intent.id, "the database had lost a payment that Stripe was asked for");
                metrics::counter!("payments_lost_lines_total").increment(1);
                book.adopt(payment, intent.id.clone()).await?
            }
            Some(line) => line,
            None => book.name(payment, intent.id.clone()).await?,
        };
        let known = line == Named::Intent(intent.id.clone());
        if !known {
            tracing::error!(payment.id = %payment, intent = intent.id, "Stripe has a payment twice");
            metrics::counter!("payments_listed_twice_total").increment(1);
        }
        Ok(known)
    }

    /// What happened to money that was taken before and was not seen to here, the oldest first and
    /// each intent once; at the first time, what happened in 30 days.
    ///
    /// # Errors
    /// Stripe or the book can't be asked now.
    pub(in crate::payment) async fn late_news(&self) -> Result<Vec<News>, ProviderError> {
        let oldest = Clock::wall().plus_ms(-LIST_MS);
        let read_until = self.0.book.read_until().await?;
        let from = read_until.map_or(oldest, |at| at.plus_ms(-AGAIN_MS).max(oldest));
        let events = match self.0.client.late_news(from.0 / 1_000).await {
            Err(fault) if fault.is_definite() => {
                // It would be told every minute.
                if !self.0.no_news.swap(true, Ordering::Relaxed) {
                    tracing::error!(why = %fault, "Stripe does not tell what happened to money later; its messages are needed");
                    metrics::counter!("provider_refusals_total").increment(1);
                }
                return Ok(Vec::new());
            }
            events => events?,
        };
        self.0.no_news.store(false, Ordering::Relaxed);
        let heard = self.0.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let mut places = HashMap::new();
        let mut news: Vec<News> = Vec::new();
        for event in events {
            let Some(intent) = event.intent().filter(|_| !heard.has(&event.id)) else {
                continue;
            };
            let place = *places.entry(intent.clone()).or_insert(news.len());
            match news.get_mut(place) {
                Some(known) => known.events.push(event.id),
                None => news.push(News {
                    events: vec![event.id],
                    intent,
                    at: UtcMillis(event.created.saturating_mul(1_000)),
                }),
            }
        }
        news.reverse();
        Ok(news)
    }

    /// Remembers news that were seen to.
    pub(in crate::payment) fn heard(&self, news: &News) {
        let mut heard = self.0.heard.lock().unwrap_or_else(PoisonError::into_inner);
        for event in &news.events {
            heard.add(event);
        }
    }

    /// Writes down that all news were seen to up to a time.
    ///
    /// # Errors
    /// The book can't be written now.
    pub(in crate::payment) async fn heard_until(&self, at: UtcMillis) -> Result<(), ProviderError> {
        self.0.book.note_read(at).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_list_says_where_its_reading_began() {
        for began in [
            None,
            Some((7, 1)),
            Some((-7_432_198_765_432_198_765, u32::MAX)),
        ] {
            let there = place(began, "pi_1");
            assert_eq!(begun(&there), (began, Some("pi_1".to_owned())));
        }
    }
}
