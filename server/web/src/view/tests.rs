//! Every part in every state, with variables strict: a template that names what its model lacks fails here.

use super::*;
use crate::assets::tests::Small;
use crate::http::Filled;
use domain::Moment;

#[derive(Serialize)]
struct Everything {
    marks: Vec<Mark>,
    steps: Steps,
    r#move: Move,
    token: FormToken,
    fields: Vec<Field>,
    choices: Vec<Choice>,
    ticks: Vec<Tick>,
    days: Vec<DayField>,
    facts: Vec<Facts>,
    money: Money,
    ledger: Ledger,
    payloads: Vec<Payload>,
    pagers: Vec<Pager>,
    empties: Vec<Empty>,
}

fn filled() -> Filled {
    let mut filled = Filled::with([
        ("fee", "\"twelve\" <b>".to_owned()),
        ("level", "public".into()),
        ("day", "29".into()),
    ]);
    filled.keep("agree", "yes");
    for name in ["fee", "level", "agree", "date"] {
        filled.faults.add(name, format!("Correct {name} & send again"));
    }
    filled
}

fn everything() -> Everything {
    let filled = filled();
    let when = when::instant(Moment(1_795_000_000_000_000), &Zone::utc());
    let states = [State::Enquiry, State::Hold, State::Firm, State::Gone, State::Late];
    let step = |state, current| Step { letter: "A".into(), state, label: "Request".into(), current };
    let entry = |place, detail: Option<&str>| LedgerEntry {
        place,
        what: "Contract signed".into(),
        detail: detail.map(Into::into),
        digest: detail.map(|_| "9f31 c02a".into()),
        when: when.clone(),
    };
    let line = |sum| MoneyLine { label: "Fee".into(), amount: "EUR 12,500.00".into(), sum };
    let rows = vec![
        Fact::text("Goes to", "Festival <Valdemare>"),
        Fact::link("Of", "Engagement", "/w/x"),
        Fact::when("Until", when.clone()),
        Fact::digest("Fingerprint", "5b0e 77d1"),
        Fact::amount("Fee", "EUR 1.00"),
    ];
    let facts = |wide| Facts { wide, rows: rows.clone() };
    let money = Money { lines: vec![line(false), line(true)] };
    let choice =
        Choice::new("level", "Who may see it").option("public", "Public", "").option("x", "Listing", "Some");
    let bare = Payload { eyebrow: None, title: "Bare".into(), prose: vec![], facts: None, money: None };
    let fields = [
        Field::text("fee", "Fee").hint("In EUR"),
        Field::email("email", "Address").optional(),
        Field::area("message", "Message"),
        Field::file("file", "File"),
        Field::code("code", "Code"),
        Field::search("q", "Search").hint("Names"),
    ];
    Everything {
        marks: states.map(|it| Mark::of("1H", it, "hold")).into_iter().chain([Mark::place("P3")]).collect(),
        steps: Steps {
            label: "Progress".into(),
            steps: vec![step(None, true), step(Some(State::Firm), false)],
        },
        r#move: Move { whose: "The move is yours".into(), text: "Answer by Friday.".into() },
        token: FormToken { name: "form_token", value: "t".into() },
        fields: fields.iter().cloned().chain(fields.clone().map(|it| it.filled(&filled))).collect(),
        choices: vec![choice.clone(), choice.hint("One").filled(&filled), Choice::new("days", "Days").many()],
        ticks: vec![
            Tick::new("agree", "I agree").hint("Fully"),
            Tick::new("agree", "I agree").filled(&filled),
        ],
        days: vec![
            DayField::new("date", "", "Date").hint("Of it"),
            DayField::new("date", "", "Date").filled(&filled),
        ],
        facts: vec![facts(true), facts(false)],
        money: money.clone(),
        ledger: Ledger { entries: vec![entry(46, Some("by Harbour")), entry(45, None)] },
        payloads: vec![
            bare.clone(),
            Payload {
                eyebrow: Some("Quote 2".into()),
                prose: vec!["Two concerts.".into()],
                facts: Some(facts(false)),
                money: Some(money),
                ..bare
            },
        ],
        pagers: vec![
            Pager { label: "Holds".into(), first: None, next: None },
            Pager { label: "Holds".into(), first: Some("?".into()), next: Some("?after=x".into()) },
        ],
        empties: vec![
            Empty { text: "No holds.".into(), href: None, label: String::new() },
            Empty { text: "No holds.".into(), href: Some("/c".into()), label: "See the calendar".into() },
        ],
    }
}

fn views() -> Views {
    Views::new(&Small).unwrap()
}

#[test]
fn every_part_is_drawn_in_every_state() {
    let page = Page {
        acting: Some(Acting { name: "Harbour & Finch".into(), role: "owner".into(), switch: "/you".into() }),
        nav: vec![Link::to("/w/x", "Today").here(true), Link::to("/w/x/roster", "Roster")],
        you: vec![Link::to("/you", "You")],
        note: Some("Saved.".into()),
        why: Some("/w/x/why".into()),
        fictional: true,
        ..Page::new("Components").correcting(&filled())
    };
    let html = views().render("components.html", &page, &everything()).unwrap();
    assert!(html.contains("<title>Error: Components · Kalinklo Artists</title>"));
    assert!(
        html.contains("4 things to correct")
            && html.contains("<a href=\"#fee\">Correct fee &amp; send again</a>")
    );
    assert!(html.contains("value=\"&quot;twelve&quot; &lt;b&gt;\""), "what was typed is shown and escaped");
    assert!(
        html.contains("aria-describedby=\"fee-hint fee-wrong\"")
            && html.contains("aria-describedby=\"q-hint\"")
    );
    assert!(html.contains("Festival &lt;Valdemare&gt;") && html.contains("Harbour &amp; Finch"));
    assert!(html.contains("<a href=\"/w/x\" aria-current=\"page\">Today</a>"));
    assert!(html.contains("name=\"form_token\" value=\"t\""));
    assert!(
        html.contains("<p class=\"prose\">Answer by Friday.</p>"),
        "a component's body is not escaped twice"
    );
    assert!(html.contains("href=\"/css/base.css?h=abc\"") && html.contains("id=\"date\" name=\"day\""));
    for never in ["<script", " style=", "<style", "&amp;amp;", "&lt;p", "{{", "onclick"] {
        assert!(!html.contains(never), "{never}");
    }
}

#[test]
fn a_model_that_lacks_something_is_our_fault() {
    let fault = views().render("components.html", &Page::new("x"), &serde_json::json!({}));
    assert!(matches!(fault, Err(Problem::Broken(_))));
}

#[test]
fn error_pages_have_no_word_of_any_workspace() {
    let faces = views().faces().unwrap();
    let (one, two) = (faces.refused("0123456789012345678901"), faces.refused("1123456789012345678901"));
    assert_eq!(one.len(), two.len());
    assert!(
        one.contains("This is not yours, or it does not exist") && one.contains("0123456789012345678901")
    );
    assert!(!one.contains("class=\"desk\"") && !one.contains('\u{E004}'));
}

#[test]
fn a_page_without_extras_is_whole() {
    let html = views().render(
        "problem.html",
        &Page::new("A"),
        &serde_json::json!({
            "status": "1", "title": "t", "lead": "l", "faults": "", "reference": "r",
        }),
    );
    assert!(html.unwrap().contains("<title>A · Kalinklo Artists</title>"));
}
