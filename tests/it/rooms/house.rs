//! Facts about the house.

use houseful_core::{time::UtcMillis, wire::admin::Mode};
use houseful_server::house::{OtherMode, clock_at, keep_clock, mode};

use super::everywhere;

#[tokio::test]
async fn a_database_keeps_what_it_is_for() {
    everywhere(|two| async move {
        let house = two.one.house.as_ref();
        assert_eq!(mode(house, Some(Mode::Demo)).await, Ok(Ok(Mode::Demo)));
        assert_eq!(clock_at(house).await, Ok(None));
        keep_clock(house, UtcMillis(5)).await.expect("kept");
        keep_clock(house, UtcMillis(7)).await.expect("kept");
        let (books, _place) = two.again().await;
        let house = books.house.as_ref();
        assert_eq!(mode(house, None).await, Ok(Ok(Mode::Demo)));
        let other = OtherMode {
            has: Mode::Demo,
            wanted: Mode::Training,
        };
        assert_eq!(mode(house, Some(Mode::Training)).await, Ok(Err(other)));
        assert_eq!(clock_at(house).await, Ok(Some(UtcMillis(7))));
        books.ground.close().await;
    })
    .await;
}

#[tokio::test]
async fn of_two_that_open_a_new_database_for_something_else_one_is_told() {
    everywhere(|two| async move {
        let (one, other) = (two.one.house.as_ref(), two.other.house.as_ref());
        let live = mode(one, Some(Mode::Live));
        let demo = mode(other, Some(Mode::Demo));
        let (live, demo) = tokio::join!(live, demo);
        let (live, demo) = (live.expect("told"), demo.expect("told"));
        assert!(live.is_ok() != demo.is_ok(), "{live:?} {demo:?}");
    })
    .await;
}
