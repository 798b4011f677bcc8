//! The one function that changes the model: pure, so every key and answer can be tested without a
//! terminal or a server.

mod answers;
mod below;
mod dialogs;
mod kept;
mod leaving;
mod mouse;
mod staff;

use houseful_core::{time::UtcMillis, wire::booking::BookingState};

use super::{
    copy,
    desk::{Desk, Feed},
    help::Help,
    key::Key,
    keymap::{Action, Place},
    mirrored,
    model::{Model, Step, View},
    msg::{Ask, Effect, Msg, News, Unfinished},
    naming,
    overlay::Overlay,
    palette::Palette,
    payment::Payment,
    quick,
    seats::Wanted,
    ticket::TicketView,
    wording,
};

use leaving::{ask_quit, interrupt, quit, release_ours};

/// Takes a message over into the model, and tells what has to be done. `now` is local time that
/// never goes back.
pub fn update(model: &mut Model, msg: Msg, now: UtcMillis) -> Vec<Effect> {
    model.desk.now = now.max(model.desk.now);
    match msg {
        Msg::Started(sales) => start(model, sales),
        Msg::Key(key) => press(model, key),
        Msg::Number(number) => choose(model, number),
        Msg::Pointed(_) | Msg::Wheel(_) if model.is_blind() => {}
        Msg::Pointed(hit) => mouse::pointed(model, hit),
        Msg::Wheel(turn) => mouse::wheel(model, turn),
        Msg::Resized(columns, rows) => model.size = (columns, rows),
        Msg::Tick => {}
        Msg::Answer(answer) => answers::take(model, &answer),
        Msg::Feed(generation, news) => {
            if let News::Changes(_) | News::Map(_) = &news {
                model.desk.link.hear(model.desk.now);
            }
            let desk = &mut model.desk;
            for view in &mut model.above {
                if let View::Live(live) = view {
                    live.news(desk, generation, &news);
                }
            }
            let seats = model.above.iter_mut().find_map(|view| match view {
                View::Seats(seats) => Some(seats),
                _ => None,
            });
            if let Some(seats) = seats {
                let step = seats.news(desk, generation, &news);
                // While the payment is on top nothing waits in line, so nothing opens over it.
                follow(model, step);
            }
        }
        Msg::Scanned(text) => staff::scanned(model, &text),
        Msg::OldRefund(booking) => staff::old_refund(&mut model.desk, &booking),
        Msg::InputEnded => {
            release_ours(model);
            quit(model);
        }
        // The hold stays: it can be resumed, or ends by itself.
        Msg::Stop => quit(model),
        Msg::Suspend => model.desk.suspend(),
        Msg::Continued => model.desk.then(Effect::Resume),
        Msg::Mishap { what, file } => model.desk.tell_mishap(&what, file.as_deref()),
    }
    tick(model);
    if model.above.is_empty() {
        model.home.note_seen();
    }
    mirror(model);
    model.desk.take_effects()
}

fn start(model: &mut Model, sales: Vec<Unfinished>) {
    ask_info(model);
    model.home.load(&mut model.desk);
    model.desk.older = sales;
}

/// Lets the customer's display follow, when what it shows has changed.
fn mirror(model: &mut Model) {
    let picture = mirrored::picture(model);
    if picture != model.mirrored {
        model.mirrored.clone_from(&picture);
        model.desk.then(Effect::Mirror(picture.map(Box::new)));
    }
}

fn ask_info(model: &mut Model) {
    let mut question = std::mem::take(&mut model.desk.asks_info);
    question.ask(&mut model.desk, Ask::Info);
    model.desk.asks_info = question;
}

/// What time alone brings about.
fn tick(model: &mut Model) {
    let now = model.desk.now;
    model.desk.link.note_feed(now);
    let follows = model.follows_the_clock();
    let sync_ms = model.sync_ms();
    let desk = &model.desk;
    let old = desk
        .link
        .heard_at
        .is_some_and(|at| desk.now.ms_since(at) >= sync_ms);
    let quiet = desk.asks_info.is_quiet();
    if follows && old && quiet || desk.asks_info.is_due(desk.now) {
        ask_info(model);
    }
    let is_list_read = model.is_list_read();
    let desk = &mut model.desk;
    match model.above.last_mut() {
        None => {
            if !is_list_read {
                model.home.tick(desk);
            }
        }
        Some(View::Seats(seats)) => {
            seats.fit(model.size);
            seats.tick(desk);
            seats.look_ahead(desk);
        }
        Some(View::Payment(payment)) => payment.tick(desk),
        Some(View::Ticket(ticket)) => ticket.tick(desk),
        Some(View::Bookings(bookings)) => bookings.tick(desk),
        Some(View::Live(live)) => live.tick(desk),
        Some(View::Late(late)) => late.tick(desk),
        Some(View::Browse(_)) => {}
    }
    // What is put by ends whatever is looked at, and its end is told at once.
    kept::tick(desk);
    naming::tick(desk);
    for seats in below::seats(&mut model.above) {
        seats.tick(desk);
    }
}

/// A key was pressed.
fn press(model: &mut Model, key: Key) {
    // In a window that shows no view nobody can see what a key would do.
    if model.is_blind() && !matches!(key, Key::Ctrl('c' | 'l' | 'z')) {
        return;
    }
    model.desk.notice = None;
    quick::give_up(&mut model.desk.quick);
    let place = model.place();
    if let Some(View::Seats(seats)) = model.above.last_mut()
        && place == Place::Seats
        && seats.is_leaving_to_pay()
        && matches!(key, Key::Char(_) | Key::Enter | Key::Backspace)
    {
        return seats.type_ahead(key);
    }
    let found = model.keymap.action(place, key);
    if found != Some(Action::Interrupt) {
        model.desk.interrupted = false;
    }
    match found {
        Some(action) => perform(model, (place, action, key)),
        None if place == Place::QuickLine => quick::typed(&mut model.desk.quick, key),
        None if place == Place::Palette => {
            if let Some(palette) = &mut model.desk.palette {
                palette.typed(key);
            }
        }
        None if place.is_text() => typed(model, key),
        None => {
            if let (Key::Char(c), false) = (key, place == Place::Paying) {
                model.desk.say(wording::no_such_key(c));
            }
        }
    }
}

/// Does what a key, or a line of the palette, stands for.
fn perform(model: &mut Model, (place, action, key): (Place, Action, Key)) {
    let step = match action {
        Action::Interrupt => return interrupt(model),
        Action::Redraw => return model.desk.then(Effect::Redraw),
        Action::Suspend => return model.desk.suspend(),
        Action::Help => return model.desk.overlays.push(Overlay::Help(Help::of(place))),
        Action::Quit => return ask_quit(model),
        Action::Quick => return quick::open(model),
        Action::Palette => return model.desk.palette = Some(Palette::open(place)),
        Action::Copy => return copy(model),
        Action::Mouse => return turn_mouse(&mut model.desk),
        _ if place == Place::QuickLine => quick::act(model, action),
        _ if place == Place::Palette => return look_for(model, action),
        _ if place.is_overlay() => dialogs::act(model, action, key),
        Action::Bookings => return staff::bookings(model),
        Action::Live => return staff::live(model),
        Action::Late => return staff::late(model),
        Action::LastSale => return staff::last_sale(model),
        _ => act(model, action, key),
    };
    follow(model, step);
}

/// A key of the palette's own was pressed.
fn look_for(model: &mut Model, action: Action) {
    let Some(mut palette) = model.desk.palette.take() else {
        return;
    };
    let doings = palette.doings(&model.keymap);
    match action {
        Action::Accept => {
            let place = model.place();
            if place != palette.place {
                // What it lists was for another view than the one that is here by now.
                return model.desk.say(wording::ANOTHER_VIEW);
            }
            if let Some(doing) = doings.get(palette.cursor) {
                // What has no key of its own needs none.
                let key = doing.key.unwrap_or(Key::Enter);
                return perform(model, (place, doing.action, key));
            }
            model.desk.palette = Some(palette);
        }
        Action::Back => {}
        _ => {
            palette.look(action, doings.len());
            model.desk.palette = Some(palette);
        }
    }
}

/// Copies the present thing as a command to type.
fn copy(model: &mut Model) {
    match copy::command(model) {
        Some(command) => {
            model.desk.say(wording::copied(&command));
            model.desk.then(Effect::Copy(command));
        }
        None => model.desk.say(wording::NOTHING_TO_COPY),
    }
}

fn turn_mouse(desk: &mut Desk) {
    desk.mouse = !desk.mouse;
    desk.say(wording::mouse(desk.mouse));
    desk.then(Effect::Mouse(desk.mouse));
}

fn act(model: &mut Model, action: Action, key: Key) -> Step {
    let desk = &mut model.desk;
    match model.above.last_mut() {
        None => model.home.act(desk, action, key),
        Some(View::Browse(browse)) => browse.act(desk, action, key),
        Some(View::Seats(seats)) => seats.act(desk, action, key),
        Some(View::Payment(payment)) => payment.act(desk, action, key),
        Some(View::Ticket(ticket)) => ticket.act(action, key),
        Some(View::Bookings(bookings)) => bookings.act(desk, action, key),
        Some(View::Live(live)) => live.act(desk, action),
        Some(View::Late(late)) => late.act(desk, action, key),
    }
}

/// A number was said as a whole.
fn choose(model: &mut Model, number: usize) {
    model.desk.notice = None;
    model.desk.interrupted = false;
    quick::give_up(&mut model.desk.quick);
    if model.place().is_overlay() {
        return;
    }
    if let Some(View::Ticket(_)) = model.above.last() {
        go_home(model);
    }
    let desk = &mut model.desk;
    let step = match model.above.last_mut() {
        None => model.home.choose(desk, number),
        Some(View::Browse(browse)) => browse.choose(desk, number),
        Some(View::Seats(seats)) => {
            let party = u16::try_from(number).unwrap_or(u16::MAX);
            seats.want(desk, Wanted::Best(party))
        }
        Some(View::Bookings(bookings)) => bookings.choose(desk, number),
        Some(View::Late(late)) => {
            late.choose(desk, number);
            Step::Stay
        }
        Some(View::Payment(_) | View::Ticket(_) | View::Live(_)) => Step::Stay,
    };
    follow(model, step);
}

fn typed(model: &mut Model, key: Key) {
    match model.above.last_mut() {
        None => model.home.typed(key),
        Some(View::Browse(browse)) => browse.typed(&mut model.desk, key),
        Some(View::Seats(seats)) => seats.typed(key),
        Some(View::Payment(payment)) => payment.typed(key),
        Some(View::Bookings(bookings)) => bookings.typed(&model.desk, key),
        Some(View::Late(late)) => late.typed(key),
        Some(View::Ticket(_) | View::Live(_)) => {}
    }
}

/// Does to the stack of views what a view wants.
fn follow(model: &mut Model, step: Step) {
    match step {
        Step::Stay => {}
        Step::Back => go_back(model),
        Step::Home => go_home(model),
        Step::Open(view) => open(model, *view),
        Step::LookUp(booking) => staff::look_up_listed(model, booking),
        Step::Sold(ticket) => show_ticket(model, *ticket),
        Step::SellNext(key) => {
            go_home(model);
            let step = model.home.sell_line(&mut model.desk, key);
            follow(model, step);
        }
        Step::HoldOver { booking, what } => {
            model.above.pop();
            let desk = &mut model.desk;
            match model.above.last_mut() {
                Some(View::Seats(seats)) => seats.hold_over(desk, &booking, what),
                _ => {
                    desk.forget(booking.id);
                    desk.uncover();
                    let what = what.unwrap_or_else(|| wording::HOLD_EXPIRED.to_owned());
                    desk.overlays.push(Overlay::Trouble {
                        what,
                        hint: None,
                        code: "hold_expired".to_owned(),
                    });
                    model.home.load(desk);
                }
            }
        }
        Step::Settle {
            owned,
            booking,
            show,
            payment,
        } => {
            if booking.state == BookingState::Confirmed {
                let ticket = TicketView::new(*show, *booking, None, None);
                return show_ticket(model, ticket);
            }
            // What was asked over the view below is about seats that nobody can give up now.
            model.desk.overlays.clear();
            model.desk.palette = None;
            let payment = Payment::settle(&mut model.desk, *show, owned, *booking, payment);
            model.above.push(View::Payment(Box::new(payment)));
        }
    }
}

fn open(model: &mut Model, view: View) {
    let keys = match model.above.last_mut() {
        Some(View::Seats(seats)) => seats.take_typed_ahead(),
        _ => Vec::new(),
    };
    if let View::Seats(_) = view {
        // There is one seat grid at a time. One below holds nothing: it would have been asked for.
        model.above.retain(|view| !matches!(view, View::Seats(_)));
    }
    model.above.push(view);
    for key in keys {
        press(model, key);
    }
}

fn show_ticket(model: &mut Model, ticket: TicketView) {
    model.desk.forget(ticket.booking.id);
    model.desk.unwatch();
    model.desk.overlays.clear();
    model.desk.palette = None;
    model.desk.notice = None;
    model.desk.last_sale = Some(Box::new(ticket.clone()));
    model.above = vec![View::Ticket(Box::new(ticket))];
}

fn go_back(model: &mut Model) {
    let left = model.above.pop();
    let desk = &mut model.desk;
    let had_no_feed = !matches!(left, Some(View::Seats(_) | View::Payment(_)));
    match (left, model.above.last_mut()) {
        (Some(View::Payment(payment)), Some(View::Seats(seats))) => {
            seats.booking = Some(payment.booking);
        }
        // A payment that was taken up again has no seat grid below: its booking is kept.
        (Some(View::Payment(payment)), _) => {
            desk.keep(payment.unfinished(), Some(payment.show.clone()));
        }
        _ => {}
    }
    if had_no_feed {
        desk.unwatch();
    }
    returned(model);
}

/// The view that is on top again may be old.
fn returned(model: &mut Model) {
    let desk = &mut model.desk;
    match model.above.last_mut() {
        None => model.home.load(desk),
        Some(View::Seats(seats)) if desk.link.feed == Feed::Off => seats.look_again(desk),
        Some(View::Live(live)) => live.look_again(desk),
        Some(View::Bookings(bookings)) => bookings.look_again(desk),
        Some(View::Late(late)) => late.look_again(desk),
        Some(_) => {}
    }
}

fn go_home(model: &mut Model) {
    model.above.clear();
    model.desk.unwatch();
    model.home.load(&mut model.desk);
}
