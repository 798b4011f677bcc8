//! Keys and pastes, before they become messages.

use super::*;
use crate::client::TIMEOUT_DEFAULT;

fn runtime() -> Runtime {
    let home = "http://127.0.0.1:9".to_owned();
    let client = Client::new_at_home(home.clone(), &home, None, TIMEOUT_DEFAULT);
    let (post, _) = unbounded_channel();
    let options = TuiOptions::default();
    let client = client.expect("an address");
    Runtime::new(&options, client, State::new(None), &post)
}

#[tokio::test]
async fn what_is_typed_into_a_field_is_never_a_scanner_s() {
    let keys = "casablanca12\n".chars().map(|c| match c {
        '\n' => Key::Enter,
        c => Key::Char(c),
    });
    let mut till = runtime();
    till.model.home.typing = true;
    assert!(till.model.place().is_text());
    let now = moment::tick();
    for key in keys.clone() {
        assert_eq!(till.verdicts(key, now), [Verdict::Do(key)]);
    }
    // Where there is no field it is one message.
    till.model.home.typing = false;
    let out: Vec<Verdict> = keys.flat_map(|key| till.verdicts(key, now)).collect();
    assert!(matches!(out.last(), Some(Verdict::Scanned(_))), "{out:?}");
}

#[tokio::test]
async fn a_paste_is_text_in_a_field_and_nothing_anywhere_else() {
    let mut till = runtime();
    assert_eq!(till.pasted("12\n\n"), []);
    till.model.home.typing = true;
    let typed = [Key::Char('q'), Key::Char(' '), Key::Char('2')];
    assert_eq!(till.pasted(" q\u{1b} 2\nq\n"), typed);
}
