//! Plain mode in a real terminal and behind pipes: everything is text, nothing moves the cursor,
//! and the sale is as good as any other.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    fs,
    io::{BufReader, Read, Write},
    net::TcpListener,
    process::{Command, Stdio},
    time::Duration,
};

use houseful_core::code::{BookingCode, TicketCode};
use houseful_tests::{
    folder::Folder,
    program::{Ran, Server, terminate},
    terminal::Terminal,
    wait,
};

/// What was written, with every code that is more than a colour, and every other way of moving
/// the cursor.
fn codes(written: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = written;
    while let Some((_, after)) = rest.split_once('\u{1b}') {
        let end = after.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
        let code = after.get(..=end).unwrap_or_default();
        if !(code.starts_with('[') && code.ends_with('m')) {
            found.push(format!("ESC{code}"));
        }
        rest = after;
    }
    let mut chars = written.chars().peekable();
    while let Some(c) = chars.next() {
        // A terminal ends lines with both; a carriage return alone goes back to overwrite.
        let goes_back = c == '\r' && chars.peek().is_some_and(|next| !"\r\n".contains(*next));
        if goes_back || matches!(c, '\u{8}' | '\u{b}' | '\u{c}' | '\u{7}') {
            found.push(format!("{c:?}"));
        }
        assert!(!('\u{2500}'..='\u{259f}').contains(&c), "drawn: {c}");
    }
    found
}

/// The word after a text, without its stop.
fn after<'a>(text: &'a str, label: &str) -> Vec<&'a str> {
    let word = |rest: &'a str| rest.split_whitespace().next().unwrap_or_default();
    let parts = text.split(label).skip(1);
    parts.map(|rest| word(rest).trim_end_matches('.')).collect()
}

/// The codes of the booking that was said last, and of its tickets.
fn sold(said: &str, seats: usize) -> (BookingCode, Vec<TicketCode>) {
    let booking = after(said, "Booking ").pop().expect("a booking");
    let tickets: Vec<TicketCode> = said
        .lines()
        .filter(|line| line.starts_with("Ticket for "))
        .map(|line| after(line, ": ")[0].parse().expect("a ticket code"))
        .collect();
    assert_eq!(tickets.len(), seats, "{said}");
    (booking.parse().expect("a booking code"), tickets)
}

/// Types a line when its prompt is there.
fn answer(terminal: &mut Terminal, prompt: &str, line: &str) {
    let before = terminal.raw().len();
    terminal.find(prompt, |_| terminal.raw().ends_with(prompt).then_some(()));
    terminal.press(&format!("{line}\r"));
    // It is echoed, so the same prompt is not taken for the next one.
    terminal.find("the echo", |_| {
        (terminal.raw().len() > before).then_some(())
    });
}

fn sale_in_terminal(folder: &Folder, args: &[&str], term: &str) -> String {
    let mut command = folder.command(args);
    command.env("TERM", term);
    let mut terminal = Terminal::open(&command, 80, 24);
    answer(&mut terminal, "Show? ", "1");
    answer(&mut terminal, "How many seats, or seat names? ", "2");
    terminal.says("Time left 5 minutes.");
    answer(&mut terminal, "Enter to pay, or choose? ", "");
    // Enough in every currency of the chain, and so much that it is asked about.
    answer(&mut terminal, "Pay? ", "99999");
    answer(&mut terminal, "Which? ", "it was given");
    terminal.says("Change ");
    answer(&mut terminal, "Next show? ", "quit");
    answer(&mut terminal, "Next show? ", "quit");
    terminal.says("Goodbye.");
    let said = terminal.raw();
    terminal.ended().as_before(0);
    said
}

#[test]
fn a_sale_in_a_real_terminal_writes_nothing_but_text() {
    let folder = Folder::new();
    for (args, term) in [
        (&["demo", "--keep", "x.db", "--plain"][..], "xterm-256color"),
        (&["demo", "--keep", "x.db"], "dumb"),
        (&["--embedded", "x.db", "tui", "--plain"], "xterm-256color"),
        (&["--embedded", "x.db", "tui"], "dumb"),
        (&["--embedded", "x.db", "sell", "--plain"], "xterm-256color"),
        (&["--embedded", "x.db", "sell"], "dumb"),
    ] {
        let said = sale_in_terminal(&folder, args, term);
        assert_eq!(codes(&said), [""; 0], "{args:?} {said}");
        let (booking, tickets) = sold(&said, 2);
        // Another process knows the same of it.
        let ask = |noun: &str, code: &str| {
            let line = ["--embedded", "x.db", noun, "view", code, "-o", "json"];
            folder.run(&line).done().json()
        };
        assert_eq!(ask("booking", &booking.to_string())["state"], "confirmed");
        for ticket in tickets {
            assert_eq!(ask("ticket", &ticket.to_string())["valid"], true);
        }
    }
}

/// Runs the program with all of its lines in a pipe.
fn piped(folder: &Folder, args: &[&str], lines: &str) -> Ran {
    let mut child = folder
        .command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(lines.as_bytes()).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("the program ends");
    Ran::of(args.join(" "), &output)
}

#[test]
fn a_script_may_write_all_its_lines_at_once() {
    let folder = Folder::new();
    let lines = "1\n2\n\n1\n1\n3\nchild\n\n3\n1\nquit\nquit\n";
    let ran = piped(&folder, &["demo", "--plain"], lines).done();
    assert_eq!(codes(&ran.out), [""; 0], "{}", ran.out);
    assert!(ran.out.contains("Paid by card. Booking "), "{}", ran.out);
    let (_, tickets) = sold(&ran.out, 5);
    assert_eq!(tickets.len(), 5);
    // What was typed stands behind its prompt, as it would at a terminal.
    assert!(
        ran.out
            .contains("How many seats, or seat names? 2\nHolding ")
    );
    assert_eq!(ran.err, "");
}

#[test]
fn a_script_waits_for_prompts_and_reads_the_codes() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let server = Server::start(&folder, &file, &[]);
    fs::write(folder.path("token.txt"), server.notice().token).expect("written");
    let url = server.notice().server;
    let args = [
        "tui",
        "--plain",
        "--server",
        &url,
        "--token-file",
        "token.txt",
    ];
    let mut child = folder
        .command(&args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut until = |prompt: &str| {
        let mut said = Vec::new();
        let mut byte = [0];
        while !said.ends_with(prompt.as_bytes()) {
            let read = output.read(&mut byte).expect("read");
            assert_eq!(
                read,
                1,
                "ended before {prompt}: {}",
                String::from_utf8_lossy(&said)
            );
            said.push(byte[0]);
        }
        String::from_utf8(said).expect("text")
    };
    let mut line = |text: &str| writeln!(input, "{text}").expect("written");
    until("Show? ");
    line("1");
    until("seat names? ");
    line("2");
    let held = until("or choose? ");
    assert!(held.contains("Holding "), "{held}");
    // Asked to stop, it leaves the seats held; the next run takes them up again.
    terminate(&child);
    let said = until("Goodbye.\n");
    assert!(said.contains("stay on hold for "), "{said}");
    assert!(child.wait().expect("ended").success());

    let ran = piped(&folder, &args, "resume\npay\ncash\n").done();
    assert!(ran.out.contains("On hold: "), "{}", ran.out);
    let booking = sold(&ran.out, 2).0.to_string();
    let view = [
        "--server",
        &url,
        "--token-file",
        "token.txt",
        "booking",
        "view",
    ];
    let view = [&view[..], &[&booking, "-o", "json"]].concat();
    assert_eq!(folder.run(&view).done().json()["state"], "confirmed");

    // The end of the input gives back what is held.
    let ran = piped(&folder, &args, "1\n2\n").done();
    assert!(ran.out.contains("End of input.\nReleased "), "{}", ran.out);
    let list = [
        "--server",
        &url,
        "--token-file",
        "token.txt",
        "booking",
        "list",
        "-o",
        "json",
    ];
    let own = folder.run(&list).done().json();
    assert_eq!(own["items"][0]["state"], "released", "{own}");
}

#[test]
fn ctrl_c_twice_releases_and_quits_in_plain_mode_too() {
    let folder = Folder::new();
    let command = folder.command(&["demo", "--plain"]);
    let mut terminal = Terminal::open(&command, 80, 24);
    answer(&mut terminal, "Show? ", "1");
    answer(&mut terminal, "seat names? ", "2");
    terminal.says("Holding ");
    terminal.press("\u{3}");
    terminal.says("Type quit again to release the seats and leave.");
    terminal.press("\u{3}");
    terminal.says("Released ");
    terminal.ended().as_before(0);
}

#[test]
fn nothing_is_asked_where_nobody_answers() {
    let folder = Folder::new();
    folder.chain("x.db");
    let run = |args: &[&str], term: &str| {
        let mut command: Command = folder.command(args);
        command.env("TERM", term);
        Ran::to_its_end(&mut command, args.join(" "))
    };
    for args in [
        &["demo"][..],
        &["--embedded", "x.db", "tui"],
        &["--embedded", "x.db", "sell"],
    ] {
        for term in ["dumb", "xterm"] {
            let ran = run(args, term).ended(2);
            assert_eq!(ran.out, "", "{args:?} {term}");
        }
    }
    // Who wants it all the same gets it, to the end of the input.
    let ran = run(&["--embedded", "x.db", "tui", "--plain"], "xterm").done();
    assert!(
        ran.out.ends_with("End of input.\nGoodbye.\n"),
        "{}",
        ran.out
    );
    run(
        &["--embedded", "x.db", "sell", "--plain", "--no-input"],
        "xterm",
    )
    .ended(2);
    run(
        &["--embedded", "x.db", "sell", "--plain", "--dry-run"],
        "xterm",
    )
    .ended(2);
}

#[test]
fn where_no_server_answers_the_screens_end_like_any_command() {
    let folder = Folder::new();
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nobody = format!("http://{}", free.local_addr().expect("its address"));
    drop(free);
    let args = ["--server", &nobody, "tui", "--plain"];
    let (ran, took) = wait::timed(|| piped(&folder, &args, "1\n2\n\n1\n"));
    let ran = ran.ended(9);
    assert!(took < Duration::from_secs(10), "a script is told soon");
    assert!(!ran.out.contains('?'), "no line of it was heard: {ran:?}");
    for part in [&*nobody, "code: unreachable   exit 9", "houseful serve"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
    // Who sits at a keyboard may start one, and is told when they leave without.
    for (args, quit) in [(&args[..3], "q"), (&args[..], "quit\r")] {
        let mut terminal = Terminal::open(&folder.command(args), 80, 24);
        terminal.says("reached");
        terminal.press(quit);
        terminal.says("exit 9");
        terminal.ended().as_before(9);
    }
}
