//! What can be typed, and that every command shows how.

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("houseful").chain(line.split(' ')))
}

#[test]
fn the_tree_is_sound() {
    command().debug_assert();
}

#[test]
fn every_command_stands_in_one_group() {
    for sub in command().get_subcommands() {
        let groups = GROUPS
            .iter()
            .filter(|(_, names)| names.contains(&sub.get_name()));
        assert_eq!(groups.count(), 1, "{}", sub.get_name());
    }
}

#[test]
fn every_command_has_an_example_in_its_long_help() {
    fn walk(command: &clap::Command, path: &str) {
        if command.has_subcommands() {
            for sub in command.get_subcommands() {
                walk(sub, &format!("{path} {}", sub.get_name()));
            }
        } else {
            let help = command.get_after_long_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            assert!(
                help.starts_with("Examples:\n  ") && help.contains(path),
                "{path}: {help}"
            );
        }
    }
    walk(&command(), "houseful");
}

#[test]
fn examples_can_be_copied_from_the_help_of_an_ordinary_terminal() {
    fn walk(command: &clap::Command) {
        for sub in command.get_subcommands() {
            walk(sub);
        }
        let Some(examples) = command.get_after_long_help() else {
            return;
        };
        let help = command.clone().term_width(80).render_long_help();
        let help = help.to_string();
        for line in examples.to_string().lines() {
            assert!(help.lines().any(|l| l == line), "{line}");
        }
    }
    let mut root = command();
    root.build();
    walk(&root);
    let root = root.render_long_help().to_string();
    let long: Vec<&str> = root.lines().filter(|l| l.len() > 80).collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_setting_with_a_flag_for_every_command_is_read_from_it() {
    for key in &crate::config::KEYS {
        if matches!(key.name, "cinema" | "city") {
            // These are flags of the commands that look at boards.
            assert!(
                parse(&format!("today {} x", key.flag)).is_ok(),
                "{}",
                key.flag
            );
            continue;
        }
        let value = match key.kind {
            crate::config::Kind::Choice(words) => words[0],
            crate::config::Kind::Switch => "on",
            crate::config::Kind::Seconds => "5",
            crate::config::Kind::Zone => "Asia/Tokyo",
            crate::config::Kind::Text | crate::config::Kind::Name => "x",
            crate::config::Kind::Styles => "mine=red",
        };
        let plain = format!("{} today", key.flag);
        let valued = format!("{} {value} today", key.flag);
        let cli = parse(&valued).or_else(|_| parse(&plain)).expect(key.flag);
        let settings = cli.globals.settings();
        assert!(
            settings.iter().any(|(name, _)| *name == key.name),
            "{}",
            key.flag
        );
    }
}

#[test]
fn global_flags_stand_before_or_after_the_command() {
    for line in [
        "-o json --server http://a today",
        "today -o json --server http://a",
    ] {
        let cli = parse(line).expect(line);
        assert_eq!(cli.globals.settings()[0], ("server", "http://a".to_owned()));
        assert_eq!(cli.globals.output, Some(crate::output::Format::Json));
    }
    assert!(parse("--server http://a --embedded x.db today").is_err());
    assert!(
        parse("today --fields")
            .expect("parsed")
            .globals
            .lists_fields()
    );
}

#[test]
fn plurals_are_understood() {
    assert!(matches!(
        parse("shows list"),
        Ok(Cli {
            command: Some(Command::Show(_)),
            ..
        })
    ));
    assert!(matches!(
        parse("cities list"),
        Ok(Cli {
            command: Some(Command::City(_)),
            ..
        })
    ));
}

fn sell(line: &str) -> SellArgs {
    match parse(line).expect(line).command {
        Some(Command::Sell(args)) => args,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sale_is_read_in_full() {
    let args =
        sell("sell 1 --adult 2 --ticket child=1,adult=1 --best --zone rear --pay cash=50.00");
    assert_eq!(args.show, Some(ShowRef::Number(1)));
    let tickets: Vec<_> = args
        .wish
        .tickets()
        .into_iter()
        .map(|t| (t.ticket_type, t.count))
        .collect();
    assert_eq!(tickets, [("adult".to_owned(), 3), ("child".to_owned(), 1)]);
    assert_eq!(args.wish.best, Some(0));
    assert_eq!(args.pay, Some(Pay::Cash(Some("50.00".to_owned()))));
    let args = sell("sell shw_1042 --seats h8,H9 --pay card=4242-4242-4242-4242");
    let seats: Vec<String> = args
        .wish
        .seats
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(seats, ["H8", "H9"]);
    assert_eq!(
        args.pay,
        Some(Pay::Card(CardFrom::Number("4242424242424242".to_owned())))
    );
    assert_eq!(format!("{:?}", args.pay), "Some(Card)");
    let args = sell("sell shw_1042 --seats h8 --pay card=pm_card_visa");
    let stripes = CardFrom::Number("pm_card_visa".to_owned());
    assert_eq!(args.pay, Some(Pay::Card(stripes)));
}

#[test]
fn the_words_of_a_line_stand_behind_the_show() {
    let args = sell("sell 1 2a1c h8-10 --pay card");
    assert_eq!(args.show, Some(ShowRef::Number(1)));
    assert_eq!(args.words, ["2a1c", "h8-10"]);
}

#[test]
fn what_can_not_be_is_refused_before_anything_is_sent() {
    for bad in [
        "sell 0",
        "sell shw_01",
        "sell 1 --seats H8 --best",
        "sell 1 --seats H",
        "sell 1 --ticket adult",
        "sell 1 --adult -1",
        "sell 1 --adult 99999999999",
        "sell 1 --pay voucher=1",
        "sell 1 --pay card=1",
        "sell 1 --zone middel",
        "sell 1 --hold-only --pay cash",
        "sell 1 --resume",
        "today --date yesterday-ish",
        "city list --near 91,0",
        "city list --near 0,0 --within -1",
        "clock advance -5m",
        "clock advance 11y",
        "today --timeout 0",
        "--idempotency-key x today",
        "banana",
    ] {
        let error = parse(bad).expect_err(bad);
        assert_eq!(error.exit_code(), 2, "{bad}");
    }
}

#[test]
fn times_are_read_as_people_write_them() {
    let advance = |text: &str| match parse(&format!("clock advance {text}")) {
        Ok(Cli {
            command: Some(Command::Clock(ClockCommand::Advance { by_ms })),
            ..
        }) => by_ms,
        other => panic!("{other:?}"),
    };
    assert_eq!(advance("300s"), 300_000);
    assert_eq!(advance("5m"), 300_000);
    assert_eq!(advance("1h30m"), 5_400_000);
    assert_eq!(advance("2d"), 172_800_000);
}
