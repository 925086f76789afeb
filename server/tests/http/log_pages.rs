//! The tracking log: finding an event, reading why, following what is new, taking it along as a file.

use leadbell_domain::Role;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, event, person, rule, set, sold, soon};

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

fn priced(event_id: &str, price: &str) -> Value {
    set(sold(event_id), "money.price", json!(price))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_sent_nothing_says_which_filter_stopped_it() {
    let app = TestApp::start().await;
    let range = json!({"op": "between", "min": "10", "max": "50"});
    let made = set(
        rule("product", "218", "lms.lead_sold", "x"),
        "filters.price",
        range,
    );
    app.rule(&made).await;
    app.event(&priced("dear", "51")).await;
    app.event(&priced("fair", "42")).await;
    app.recorded(1).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let list = admin.get("/log").await.expect(200).text;
    for said in [
        "All Events",
        "No rule fired",
        "Lead dear",
        "Debt Relief",
        "Rule 1",
        "# C0SALES01",
    ] {
        assert!(list.contains(said), "{said} is missing: {list}");
    }
    let page = admin.get("/log/events/dear?platform=lms").await.expect(200).text;
    assert!(page.contains("Price 10.00 – 50.00: was 51.00"), "{page}");
    assert!(
        page.contains("One rule looked at it, and did not fire."),
        "{page}"
    );
    let page = admin.get("/log/events/fair").await.expect(200).text;
    for said in [
        "Price 10.00 – 50.00: was 42.00",
        "Message of rule 1",
        "slack.com/app_redirect",
        "Posted",
    ] {
        assert!(page.contains(said), "{said} is missing: {page}");
    }
    admin.get("/log/events/unknown").await.expect(404);
    admin
        .get("/log/events/fair?platform=call_logic")
        .await
        .expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_narrowed_by_everything_and_wrong_input_finds_nothing() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    app.event(&sold("lead-1")).await;
    let call = set(
        event("cl.lead_rejected", "call-1"),
        "call",
        json!({"id": "c-5b1e"}),
    );
    app.event(&call).await;
    app.recorded(1).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let shown = async |query: &str| {
        let page = admin.get(&format!("/log?{query}")).await.expect(200).text;
        (
            page.contains("/log/events/lead-1"),
            page.contains("/log/events/call-1"),
        )
    };
    let (both, lead, call, none) = ((true, true), (true, false), (false, true), (false, false));
    for (query, expected) in [
        ("", both),
        ("q=lead", lead),
        ("q=c-5b", call),
        ("q=b1e", none),
        ("q=b1e&how=contains", call),
        ("q=lead-1&how=whole", lead),
        ("platform=call_logic", call),
        ("trigger=lms.lead_sold", lead),
        ("product=310", call),
        ("publisher=1044", both),
        ("campaign=8807", lead),
        ("rule=1", lead),
        ("status=sent", lead),
        ("status=none", call),
        ("status=failed", none),
        ("code=is_archived", none),
        ("to=c0sales01", lead),
        ("within=day", both),
        ("within=today&status=none", call),
        ("until=2020-01-01", none),
    ] {
        assert_eq!(shown(query).await, expected, "{query}");
    }
    for wrong in [
        "status=eaten",
        "rule=big",
        "within=ages",
        "trigger=x",
        "platform=fax",
        "how=so",
        "preset=1",
    ] {
        let page = admin.get(&format!("/log?{wrong}")).await.expect(200).text;
        assert!(
            page.contains("complaints") && !page.contains("/log/events/"),
            "{wrong}"
        );
    }
    admin.get("/log?before=nothing").await.expect(404);
    for (from, to) in [
        ("/products/218/log", "/log?product=218"),
        ("/publishers/1044/log", "/log?publisher=1044"),
    ] {
        assert_eq!(admin.get(from).await.expect(303).header("location"), to);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_each_other_without_a_gap_while_more_arrives() {
    let app = TestApp::start().await;
    let events: Vec<_> = (0..60).map(|n| sold(&format!("lead-{n}"))).collect();
    app.post("/events", &json!({"events": events})).await.expect(202);
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let first = admin.get("/log").await.expect(200).text;
    assert_eq!(first.matches("table__name").count(), 50);
    let way = |page: &str, name: &str| {
        let (_, rest) = page.split_once(&format!("/log?{name}=")).expect("a way on");
        let place: String = rest.chars().take_while(|letter| *letter != '"').collect();
        format!("/log?{name}={place}")
    };
    app.event(&sold("late")).await;
    let second = admin.get(&way(&first, "before")).await.expect(200).text;
    assert_eq!(second.matches("table__name").count(), 10);
    let newer = admin.get(&way(&first, "after")).await.expect(200).text;
    assert!(
        newer.contains("Lead late") && newer.matches("table__name").count() == 1,
        "{newer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_about_a_lead_is_told_in_order() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.campaign_rejected", "x"))
        .await;
    for (trigger, id) in [
        ("lms.campaign_rejected", "e-1"),
        ("lms.campaign_sold", "e-2"),
        ("lms.lead_sold", "e-3"),
    ] {
        app.event(&set(event(trigger, id), "lead.id", json!("77"))).await;
    }
    app.event(&sold("other")).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let page = admin.get("/log/leads/77").await.expect(200).text;
    let at = |id: &str| {
        page.find(&format!("/log/events/{id}"))
            .unwrap_or_else(|| panic!("{id}: {page}"))
    };
    assert!(at("e-1") < at("e-2") && at("e-2") < at("e-3") && !page.contains("/log/events/other"));
    // A publisher sees of his lead what he may: not who was offered it.
    let dana = as_role(&app, Role::Publisher).await;
    let page = dana.get("/log/leads/77").await.expect(200).text;
    assert!(
        page.contains("/log/events/e-3") && !page.contains("/log/events/e-1"),
        "{page}"
    );
    dana.get("/log/leads/78").await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_taken_along_as_a_table_and_as_lines_of_json() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    let events: Vec<_> = (0..30).map(|n| sold(&format!("lead-{n}"))).collect();
    app.post("/events", &json!({"events": events})).await.expect(202);
    app.event(&event("cl.lead_sold", "call-1")).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let file = admin.get("/log/export?format=csv").await.expect(200);
    assert!(file.header("content-disposition").contains("leadbell-log.csv"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 32, "{}", file.text);
    assert!(lines[0].starts_with("received_at,occurred_at,event_id,platform,trigger,lead_id"));
    let file = admin
        .get("/log/export?format=ndjson&trigger=lms.lead_sold")
        .await
        .expect(200);
    let lines: Vec<Value> = file
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 30);
    assert_eq!(lines[0]["deliveries"][0]["rule"], 1);
    assert_eq!(lines[0]["campaign_id"], "8807");
    let file = admin.get("/log/deliveries/export?format=csv").await.expect(200);
    assert!(
        file.header("content-disposition")
            .contains("leadbell-deliveries.csv")
    );
    assert_eq!(file.text.lines().count(), 31, "{}", file.text);
    let path = "/log/deliveries/export?format=ndjson&rule=1&name=mine";
    let file = admin.get(path).await.expect(200);
    let first: Value = serde_json::from_str(file.text.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["rule"], &first["level"], &first["destination"]),
        (&json!(1), &json!("product"), &json!("C0SALES01")),
        "{first}"
    );
    assert!(first.get("text").is_none(), "a file holds no words of messages");
    let far = admin
        .get("/log/export/progress?name=mine")
        .await
        .expect(200)
        .json();
    assert_eq!(far["text"], "The export is complete: 30 rows.");
    assert_eq!(far["running"], false);
    let unknown = admin.get("/log/export/progress?name=other").await.expect(200);
    assert_eq!(unknown.json(), Value::Null);
    let other = as_role(&app, Role::Support).await;
    let not_his = other.get("/log/export/progress?name=mine").await.expect(200);
    assert_eq!(not_his.json(), Value::Null);
    admin.get("/log/export?format=xls").await.expect(404);
    admin.get("/log/deliveries/export?format=xls").await.expect(404);
    admin
        .get("/log/deliveries/export?format=csv&status=eaten")
        .await
        .expect(422);
    admin.get("/log/export?format=csv&status=eaten").await.expect(422);
}

/// The next row of a stream.
async fn row(stream: &mut Response, so_far: &mut String) -> String {
    loop {
        if let Some((told, rest)) = so_far.clone().split_once("\n\n") {
            *so_far = rest.to_owned();
            if told.contains("event: row") {
                return told.to_owned();
            }
            continue;
        }
        let piece = soon(stream.chunk()).await.expect("no break").expect("more");
        so_far.push_str(&String::from_utf8_lossy(&piece));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_new_comes_by_itself_once_and_goes_on_where_it_broke_off() {
    let app = TestApp::start().await;
    app.event(&sold("before")).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let page = admin.get("/log").await.expect(200);
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'nonce-")
    );
    let (_, rest) = page.text.split_once("data-newest=\"").expect("where to go on");
    let place: String = rest.chars().take_while(|letter| *letter != '"').collect();
    let open = async |place: &str| {
        let request = admin.request(
            Method::GET,
            &format!("/log/tail?trigger=lms.lead_sold&resume={place}"),
        );
        soon(request.send()).await.expect("an answer")
    };
    let mut stream = open(&place).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    app.event(&sold("first")).await;
    app.event(&event("lms.lead_rejected", "another")).await;
    app.event(&sold("second")).await;
    let mut so_far = String::new();
    let first = row(&mut stream, &mut so_far).await;
    assert!(first.contains("Lead first") && first.contains("<tr"), "{first}");
    let second = row(&mut stream, &mut so_far).await;
    assert!(second.contains("Lead second"), "{second}");
    drop(stream);
    app.event(&sold("third")).await;
    let last = second
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .expect("an id");
    let mut again = open(last).await;
    let third = row(&mut again, &mut String::new()).await;
    assert!(third.contains("Lead third"), "{third}");
}
