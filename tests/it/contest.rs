//! Two tills at the same seats. `houseful-face` lets them fight for ten thousand.

use houseful_tests::{contest, folder::Folder, program::Server};

#[test]
fn of_two_tills_one_gets_the_seat_and_the_other_is_offered_another() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let server = Server::start(&folder, &file, &[]);
    let told = contest::race(&folder, &server, 60);
    assert_eq!(told.double_sold, 0, "{told:?}");
    assert_eq!((told.picks, told.won, told.sold), (60, 60, 60), "{told:?}");
    assert_eq!((told.losers, told.offered), (60, 60), "{told:?}");
}
