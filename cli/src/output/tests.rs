//! One answer in every format.

use serde_json::json;

use super::{
    fields::{extra, usual},
    *,
};

static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Id"),
        usual("name", "Name"),
        usual("starts_at", "Starts"),
        extra("price", "Price"),
        extra("tags", "Tags"),
    ],
};

fn things() -> Value {
    json!({"items": [
        {"id": "cty_1", "name": "=HYPERLINK(\"x\")", "starts_at": "2026-11-21T19:15:00.000Z",
         "price": {"minor": 950, "currency": "GBP"}, "tags": ["a", "b"], "time_zone": "Asia/Tokyo"},
        {"id": "cty_2", "name": "a\tb\u{1b}[2J\u{202e}", "starts_at": null, "price": null, "tags": []},
    ]})
}

fn style(format: Format) -> Style {
    Style {
        format,
        fields: None,
        header: false,
        ids_only: false,
        pretty_json: false,
        view: View::default(),
    }
}

fn list(style: &Style) -> Result<String, CliError> {
    let things = things();
    let rows = things["items"].as_array().expect("rows").clone();
    let mut out = Vec::new();
    style.list(&mut out, &COLUMNS, &things, &rows)?;
    Ok(String::from_utf8(out).expect("text"))
}

#[test]
fn plain_is_complete_and_has_no_control_characters() {
    let text = list(&style(Format::Plain)).expect("written");
    assert_eq!(
        text,
        "cty_1\t=HYPERLINK(\"x\")\t2026-11-21T19:15:00.000Z\tGBP 9.50\ta,b\n\
         cty_2\ta\\tb\\u{1b}[2J\\u{202e}\t\t\t\n"
    );
    let header = Style {
        header: true,
        ..style(Format::Plain)
    };
    let text = list(&header).expect("written");
    assert!(
        text.starts_with("id\tname\tstarts_at\tprice\ttags\n"),
        "{text}"
    );
}

#[test]
fn csv_has_a_header_and_no_formulas() {
    let text = list(&style(Format::Csv)).expect("written");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("id,name,starts_at,price,tags"));
    assert_eq!(
        lines.next(),
        Some("cty_1,\"'=HYPERLINK(\"\"x\"\")\",2026-11-21T19:15:00.000Z,GBP 9.50,\"a,b\"")
    );
}

#[test]
fn json_is_what_the_server_sent() {
    let text = list(&style(Format::Json)).expect("written");
    assert_eq!(
        serde_json::from_str::<Value>(&text).expect("JSON"),
        things()
    );
    let text = list(&style(Format::Ndjson)).expect("written");
    let rows: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    assert_eq!(Value::Array(rows), things()["items"]);
}

#[test]
fn chosen_fields_come_in_their_order_in_every_format() {
    let chosen = |format| Style {
        fields: Some(vec!["price.minor".to_owned(), "id".to_owned()]),
        ..style(format)
    };
    let text = |format| list(&chosen(format)).expect("written");
    assert_eq!(text(Format::Plain), "950\tcty_1\n\tcty_2\n");
    assert_eq!(text(Format::Csv), "price.minor,id\n950,cty_1\n,cty_2\n");
    assert_eq!(
        serde_json::from_str::<Value>(&text(Format::Json)).expect("JSON"),
        json!({"items": [{"price.minor": 950, "id": "cty_1"}, {"price.minor": null, "id": "cty_2"}]})
    );
    assert!(
        text(Format::Table).starts_with("PRICE.MINOR  ID"),
        "{}",
        text(Format::Table)
    );
}

#[test]
fn an_unknown_field_is_named_with_the_nearest() {
    let wrong = Style {
        fields: Some(vec!["prise".to_owned()]),
        ..style(Format::Plain)
    };
    let error = list(&wrong).expect_err("no such field");
    assert_eq!(error.to_string(), "there is no field `prise`");
    assert_eq!(error.exit().code(), 2);
}

#[test]
fn tables_show_the_wall_clock_of_the_place() {
    let text = list(&style(Format::Table)).expect("written");
    assert!(text.contains("Sun 22 Nov 04:15"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains("9.50"), "{text}");
}

#[test]
fn a_zone_that_is_asked_for_holds_for_every_time_and_is_named() {
    static TIMES: Columns = Columns {
        id: "id",
        columns: &[usual("starts_local", "Starts"), usual("starts_at", "At")],
    };
    let show = json!({"starts_local": "2026-11-22T22:55", "starts_at": "2026-11-22T22:55:00.000Z",
                      "time_zone": "Europe/London"});
    let table = |view: View| {
        let style = Style {
            view,
            ..style(Format::Table)
        };
        let mut out = Vec::new();
        let rows = std::slice::from_ref(&show);
        style.list(&mut out, &TIMES, &show, rows).expect("written");
        let text = String::from_utf8(out).expect("text");
        let lines = text.lines();
        let words = lines.map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
        words.collect::<Vec<_>>()
    };
    let own = table(View::default());
    assert_eq!(own, ["STARTS AT", "2026-11-22 22:55 Sun 22 Nov 22:55"]);
    let tokyo = table(View {
        zone: jiff::tz::TimeZone::get("Asia/Tokyo").ok(),
        zone_forced: true,
        ..View::default()
    });
    let title = "STARTS (Asia/Tokyo) AT (Asia/Tokyo)";
    assert_eq!(tokyo, [title, "2026-11-23 07:55 Mon 23 Nov 07:55"]);
}

#[test]
fn quiet_prints_ids_alone() {
    let quiet = Style {
        ids_only: true,
        ..style(Format::Json)
    };
    assert_eq!(list(&quiet).expect("written"), "cty_1\ncty_2\n");
}
