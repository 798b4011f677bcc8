//! What is on.

use std::{collections::HashSet, sync::Arc};

use houseful_core::{ids::ShowId, time::DAY_MS, wire::catalogue::Show};
use houseful_server::{
    catalogue::{Catalogue, Kind, SHOWS_MAX, ShowFilter, demo},
    database::Books,
};

use super::{NOW, everywhere};

async fn load(books: &Books) -> Catalogue {
    let loaded = Catalogue::load(Arc::clone(&books.catalogue)).await;
    loaded.expect("a catalogue")
}

fn shows(catalogue: &Catalogue) -> Vec<Show> {
    let filter = ShowFilter {
        city: None,
        cinema: None,
        movie: None,
        date: None,
        kind: Kind::default(),
        from: NOW.plus_ms(-DAY_MS),
        limit: SHOWS_MAX,
        cursor: None,
    };
    let page = catalogue.snapshot().shows(&filter, &|_| None, NOW);
    page.expect("a page").items
}

fn ids(new: &[ShowId]) -> HashSet<ShowId> {
    new.iter().copied().collect()
}

#[tokio::test]
async fn an_import_is_there_after_a_restart_and_again_changes_nothing() {
    everywhere(|two| async move {
        let catalogue = load(&two.one).await;
        let chain = || demo::small(NOW).expect("a chain");
        let new = catalogue.import(chain()).await.expect("imported");
        assert!(!new.is_empty());
        let before = shows(&catalogue);
        assert!(catalogue.import(chain()).await.expect("again").is_empty());
        assert_eq!(shows(&catalogue), before);
        let (books, _place) = two.again().await;
        let again = load(&books).await;
        assert_eq!(shows(&again), before);
        let terms = |c: &Catalogue, id| c.snapshot().terms(id).expect("terms");
        for show in &new {
            assert_eq!(terms(&again, *show), terms(&catalogue, *show));
        }
        books.ground.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_server_follows_what_another_one_imports() {
    everywhere(|two| async move {
        let (one, other) = (load(&two.one).await, load(&two.other).await);
        assert_eq!(other.follow().await, Ok(false));
        let chain = demo::small(NOW).expect("a chain");
        one.import(chain).await.expect("imported");
        assert!(shows(&other).is_empty());
        assert_eq!(other.follow().await, Ok(true));
        assert_eq!(shows(&other), shows(&one));
        assert_eq!(other.follow().await, Ok(false), "once is enough");
    })
    .await;
}

#[tokio::test]
async fn two_servers_that_import_at_once_never_give_one_id_to_two_things() {
    everywhere(|two| async move {
        let (one, other) = (load(&two.one).await, load(&two.other).await);
        let small = demo::small(NOW).expect("a chain");
        let mut large = demo::small(NOW.plus_ms(30 * DAY_MS)).expect("a chain");
        for movie in &mut large.movies {
            movie.key = format!("other-{}", movie.key);
        }
        for show in &mut large.shows {
            show.movie = format!("other-{}", show.movie);
        }
        let (first, second) = tokio::join!(one.import(small), other.import(large));
        let (first, second) = (first.expect("imported"), second.expect("imported"));
        assert!(!first.is_empty() && ids(&first).is_disjoint(&ids(&second)));
        one.follow().await.expect("followed");
        other.follow().await.expect("followed");
        assert_eq!(shows(&one).len(), first.len() + second.len());
        assert_eq!(shows(&one), shows(&other));
    })
    .await;
}
