//! API tokens.

use std::sync::Arc;

use houseful_core::{
    ids::OwnerRef,
    price::Channel,
    wire::admin::{Role, TokenRequest},
};
use houseful_server::{
    auth::tokens::{TokenCopy, TokenRow, Tokens},
    database::Books,
};

use super::{NOW, at_once, everywhere};

fn row(id: &str, account: &str) -> TokenRow {
    let mut hash = [7; 32];
    hash[..id.len()].copy_from_slice(id.as_bytes());
    TokenRow {
        id: id.to_owned(),
        hash,
        account: account.to_owned(),
        role: Role::Clerk,
        channel: Channel::Counter,
        created_at: NOW,
    }
}

async fn tokens(books: &Books) -> Tokens {
    let opened = Tokens::open(Arc::clone(&books.tokens), NOW, None).await;
    opened.expect("tokens").tokens
}

#[tokio::test]
async fn what_is_written_is_read_and_a_revoked_token_keeps_its_account() {
    everywhere(|two| async move {
        let (one, other) = (&two.one.tokens, &two.other.tokens);
        assert_eq!(one.all().await.expect("read").valid, []);
        one.add(row("a", "ann")).await.expect("written");
        let later = TokenRow {
            created_at: NOW.plus_ms(-1),
            ..row("b", "bob")
        };
        other.add(later.clone()).await.expect("written");
        let rows = one.all().await.expect("read");
        assert_eq!(rows.valid, [later, row("a", "ann")], "the oldest first");
        assert_eq!(one.revoke("a".to_owned(), NOW).await, Ok(true));
        assert_eq!(one.revoke("a".to_owned(), NOW).await, Ok(true), "again");
        assert_eq!(one.revoke("x".to_owned(), NOW).await, Ok(false));
        let mut rows = other.all().await.expect("read");
        rows.accounts.sort();
        assert_eq!(rows.valid.len(), 1);
        assert_eq!(rows.accounts, ["ann", "bob"]);
    })
    .await;
}

#[tokio::test]
async fn whatever_changes_a_row_is_counted_and_nothing_else_is() {
    everywhere(|two| async move {
        let (one, other) = (&two.one.tokens, &two.other.tokens);
        let before = other.moves().await.expect("counted");
        one.add(row("a", "ann")).await.expect("written");
        let added = other.moves().await.expect("counted");
        one.revoke("a".to_owned(), NOW).await.expect("written");
        let revoked = other.moves().await.expect("counted");
        assert!(before < added && added < revoked);
        one.revoke("x".to_owned(), NOW).await.expect("written");
        one.add_first(row("b", "bob")).await.expect("written");
        assert_eq!(other.moves().await, Ok(revoked));
        assert_eq!(other.all().await.expect("read").moves, revoked);
    })
    .await;
}

#[tokio::test]
async fn of_many_that_make_the_first_token_one_does() {
    everywhere(|two| async move {
        let stores = [&two.one.tokens, &two.other.tokens];
        let firsts = (0..8).zip(stores.into_iter().cycle()).map(|(n, store)| {
            let store = Arc::clone(store);
            async move { store.add_first(row(&format!("t{n}"), "admin")).await }
        });
        let made = at_once(firsts).await;
        assert_eq!(
            made.iter().filter(|m| **m == Ok(true)).count(),
            1,
            "{made:?}"
        );
        assert_eq!(two.one.tokens.all().await.expect("read").valid.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_databases_tokens_are_taken_over_and_what_it_does_not_know_ends() {
    everywhere(|two| async move {
        let (one, other) = (&two.one.tokens, &two.other.tokens);
        one.add(row("own", "earlier")).await.expect("written");
        let copy = TokenCopy {
            moves: 7,
            rows: vec![(row("a", "ann"), None), (row("b", "bob"), Some(NOW))],
        };
        one.take_over(copy.clone(), NOW).await.expect("written");
        let mut rows = other.all().await.expect("read");
        rows.accounts.sort();
        assert_eq!(rows.valid, [row("a", "ann")]);
        assert_eq!(rows.accounts, ["ann", "bob", "earlier"]);
        one.take_over(copy.clone(), NOW).await.expect("written");
        assert_eq!(other.moves().await, Ok(rows.moves), "nothing has changed");
        let later = TokenCopy {
            rows: vec![(row("a", "ann"), Some(NOW)), (row("b", "bob"), None)],
            ..copy
        };
        one.take_over(later, NOW).await.expect("written");
        let ever = other.ever().await.expect("read");
        assert_eq!(ever.rows.len(), 3);
        let all_over = ever
            .rows
            .iter()
            .all(|(_, revoked_at)| *revoked_at == Some(NOW));
        assert!(all_over, "what is revoked stays so: {ever:?}");
        assert!(ever.moves > rows.moves);
    })
    .await;
}

#[tokio::test]
async fn a_server_follows_what_another_one_makes_and_revokes() {
    everywhere(|two| async move {
        let (one, other) = (tokens(&two.one).await, tokens(&two.other).await);
        let request = TokenRequest {
            account: "till 3".to_owned(),
            role: Role::Clerk,
            channel: Channel::Counter,
        };
        let made = one.create(request, NOW).await.expect("made");
        let secret = made.secret.expect("a secret");
        other.follow().await.expect("followed");
        let known = other.recognise(&secret).expect("the other server knows it");
        assert_eq!(known.caller.role, Role::Clerk);
        assert_eq!(one.revoke(made.id, NOW).await, Ok(true));
        other.follow().await.expect("followed");
        assert!(other.recognise(&secret).is_none(), "it opens nothing now");
        let owner = OwnerRef::of_staff("till 3");
        assert_eq!(other.account(owner).as_deref(), Some("till 3"));
    })
    .await;
}
