//! The live feed of one show as messages. The client opens it again by itself, from the last
//! version it had.

use futures_util::StreamExt;
use houseful_core::ids::ShowId;
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    client::{Client, FeedEvent},
    tui::msg::{Generation, Msg, News},
};

/// Follows a show until nobody listens any more.
pub(super) async fn follow(
    client: Client,
    generation: Generation,
    show: ShowId,
    post: UnboundedSender<Msg>,
) {
    let opened = post.clone();
    let feed = client.feed_telling(show, None, move || {
        // Nobody listens any more when the program ends.
        let _ = opened.send(Msg::Feed(generation, News::Up));
    });
    let mut feed = std::pin::pin!(feed);
    while let Some(event) = feed.next().await {
        let news = match event {
            Ok(FeedEvent::Map(map)) => News::Map(map),
            Ok(FeedEvent::Seats(changes)) => News::Changes(changes),
            Err(error) => News::Down(error.to_string()),
        };
        if post.send(Msg::Feed(generation, news)).is_err() {
            break;
        }
    }
}
