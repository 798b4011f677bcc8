//! `houseful plan-capacity`: asks nobody.

use crate::{
    args::{CapacityArgs, LimitArgs},
    capacity::{self, Demand, Limits},
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

pub(super) static COLUMNS: Columns = Columns {
    id: "name",
    columns: &[
        usual("what", "At the peak"),
        usual("shown", "Value"),
        usual("formula", "How"),
        extra("name", "Name"),
        extra("value", "Figure"),
        extra("unit", "Unit"),
        extra("limit", "Limit"),
    ],
};

pub(super) fn run(ctx: &mut Context, args: &CapacityArgs) -> Result<(), CliError> {
    let (looks, maps) = (args.looks_per_sale, args.maps_per_sale);
    if maps > looks {
        return Err(CliError::usage_hint(
            format!("--maps-per-sale {maps} is more than --looks-per-sale {looks}"),
            "maps are some of the looks",
        ));
    }
    let plan = capacity::plan(&demand(args), &limits(&args.limits));
    ctx.list(&COLUMNS, &plan, &plan.items, "nothing to plan")?;
    let first = plan
        .items
        .iter()
        .find(|line| line.name == plan.breaks_first);
    if let Some(first) = first {
        ctx.say(&format!(
            "first to break: {}, asked for {} % of what one gets through",
            first.what,
            capacity::grouped(first.value)
        ));
    }
    Ok(())
}

fn demand(args: &CapacityArgs) -> Demand {
    Demand {
        dau: args.dau,
        visits_per_sale: args.visits_per_sale,
        looks_per_sale: args.looks_per_sale,
        maps_per_sale: args.maps_per_sale,
        seats_per_booking: args.seats_per_booking,
        holds_per_100_sales: args.holds_per_100_sales,
        busiest_hour_percent: args.busiest_hour,
        opening_night: args.opening_night,
        card_percent: args.card,
        hottest_show_percent: args.hottest_show,
        watch_seconds: args.watch,
        tickets_per_show: args.tickets_per_show,
        days_on_sale: args.days_on_sale,
        spare_servers: args.spare,
        standbys: args.standbys,
    }
}

fn limits(args: &LimitArgs) -> Limits {
    Limits {
        load_percent: args.load,
        lists_per_s: args.lists_per_s,
        maps_per_s: args.maps_per_s,
        file_holds_per_s: args.file_holds_per_s,
        show_holds_per_s: args.show_holds_per_s,
        primary_holds_per_s: args.primary_holds_per_s,
        payments_per_s: args.payments_per_s,
        kafka_payments_per_s: args.kafka_payments_per_s,
        told_per_s: args.told_per_s,
        feeds: args.feeds,
        show_bytes: args.show_bytes,
        watcher_bytes: args.watcher_bytes,
        hold_bytes: args.hold_bytes,
        sale_bytes: args.sale_bytes,
    }
}
