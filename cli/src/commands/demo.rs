//! `houseful demo`: a cinema chain in one process, with or without a screen.

use std::{io::Write, time::Duration};

use houseful_server::app::DemoSize;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::tui as screens;
use crate::{
    args::{ChainChoice, DemoArgs},
    context::Context,
    demo::{
        Demo, DemoError, Plan,
        crowd::tally::Counts,
        headless::{self, Evening},
        place::Place,
    },
    embedded::{hosting::HostError, is_a_file},
    error::CliError,
    moment,
    state::State,
    stop,
    tui::{self, Plain},
};

/// What a demo without a terminal is.
const NEEDS_NONE: &str = "`houseful demo --headless --for 30s` needs no screen";
/// People in a crowd nobody looks at, unless it is said.
const HEADLESS_CROWD: u16 = 25;
/// How much faster time runs when nobody looks, unless it is said.
const HEADLESS_SPEED: u32 = 60;

/// Opens the chain, and closes it when whoever looks has seen enough.
pub(super) async fn run(context: &mut Context, args: DemoArgs) -> Result<(), CliError> {
    let terminal = context.console.terminal;
    let someone_looks = match screens::options(context)?.plain {
        Some(Plain::Chosen) => true,
        Some(Plain::DumbTerminal) => terminal.stdin && terminal.stdout,
        None => terminal.stdout,
    };
    if !args.headless && !someone_looks {
        let message = "the demo needs a terminal, or `--plain`";
        return Err(CliError::usage_hint(message, NEEDS_NONE));
    }
    args.keep.as_deref().map_or(Ok(()), is_a_file)?;
    let kept = args.keep.clone().map(|file| Ok(Place::kept(file)));
    let place = kept.unwrap_or_else(Place::for_now);
    let place = place.map_err(|e| CliError::System {
        what: format!("can't make a folder for the demo: {e}"),
    })?;
    let speed = if args.headless { HEADLESS_SPEED } else { 1 };
    let plan = Plan {
        place,
        seed: args.seed,
        size: match args.chain {
            ChainChoice::Usual => DemoSize::Usual,
            ChainChoice::Huge => DemoSize::Huge,
        },
        speed: args.speed.unwrap_or(speed),
        manual_clock: context.globals.manual_clock(),
        no_timer: context.globals.no_timer,
        sell_meanwhile: !args.headless,
        listen: args.listen,
    };
    let demo = context
        .wait("building the chain", Demo::open(plan))
        .await
        .map_err(|e| told(e, &args))?;
    if args.headless {
        without_screen(context, demo, &args).await
    } else {
        with_screen(context, demo, &args).await
    }
}

async fn with_screen(context: &Context, demo: Demo, args: &DemoArgs) -> Result<(), CliError> {
    let crowd = demo.crowd(usize::from(args.crowd.unwrap_or(0)));
    let seen = look(context, &demo).await;
    crowd.leave().await;
    demo.close().await;
    seen
}

/// Opens the screens on the demo, for a manager. Their notes on unfinished sales go with the demo.
async fn look(context: &Context, demo: &Demo) -> Result<(), CliError> {
    let state = match demo.folder() {
        Some(folder) => State::new(Some(folder.join("state"))),
        None => context.state.clone(),
    };
    let options = screens::options(context)?;
    let seen = tui::run(options, demo.staff().clone(), state).await;
    seen.map_err(|e| screens::told(&e))
}

async fn without_screen(
    context: &mut Context,
    demo: Demo,
    args: &DemoArgs,
) -> Result<(), CliError> {
    let stop = stop::signal()?;
    let time = args.time;
    let bar = progress(context, time);
    let evening = async {
        let habits = demo.habits(usize::from(args.crowd.unwrap_or(HEADLESS_CROWD)));
        let open = async {
            tokio::select! {
                () = stop => {}
                () = moment::pause(time) => {}
            }
        };
        let progress = |counts: &Counts, passed: Duration| show(&bar, counts, passed);
        headless::run(demo.admin(), demo.doors(), habits, open, progress).await
    };
    let evening = evening.await;
    bar.finish_and_clear();
    demo.close().await;
    let evening = evening?;
    let text = serde_json::to_string(&evening).map_err(|e| CliError::System {
        what: format!("can't write the books: {e}"),
    })?;
    writeln!(context.console.out, "{text}")?;
    verdict(&evening)
}

fn verdict(evening: &Evening) -> Result<(), CliError> {
    if evening.in_order() {
        return Ok(());
    }
    Err(CliError::System {
        what: format!(
            "the books are not in order: {} seats sold twice, {} payments without their worth, \
             {} seats stuck",
            evening.double_sold, evening.money_mismatch, evening.stuck_seats
        ),
    })
}

fn progress(context: &Context, time: Duration) -> ProgressBar {
    let terminal = context.console.terminal;
    let shown = terminal.stderr && !terminal.dumb && !context.settings.plain();
    if !shown || context.globals.quiet {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let bar = ProgressBar::new(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

fn show(bar: &ProgressBar, counts: &Counts, passed: Duration) {
    bar.set_position(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX));
    bar.set_message(format!(
        "{} s  {} holds, {} paid, {} refused",
        passed.as_secs(),
        counts.holds,
        counts.paid,
        counts.refused
    ));
}

/// The error, with the words of a demo where it has better ones.
fn told(error: DemoError, args: &DemoArgs) -> CliError {
    match (error, &args.keep) {
        (DemoError::Host(HostError::InUse(file)), _) => CliError::NoServer {
            code: "file_in_use",
            message: format!("another program serves {}", file.display()),
            hint: Some(format!(
                "look at it with `houseful --embedded {} tui`",
                file.display()
            )),
        },
        (DemoError::Host(error), _) => error.into(),
        (DemoError::Client(error), _) => error.into(),
        (DemoError::Address(error), _) => error.into(),
    }
}
