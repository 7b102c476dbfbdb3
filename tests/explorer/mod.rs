//! The decision explorer: staff ask about real people and read no value of a field, each question is in the ledger with
//! its reason; and anybody asks about the fictional world.

use crate::crawler::leaks::Names;
use crate::oracle::Oracle;
use crate::support::db::{Db, difference};
use crate::support::http::Answer;
use crate::support::on_both;
use crate::support::page::Form;
use crate::support::program::Program;
use crate::support::world::Persona;

on_both!(
    a_question_of_staff_is_answered_and_recorded_and_shows_no_value,
    what_is_not_a_question_asks_nothing,
    without_a_fresh_factor_the_way_leads_to_it
);

const HERE: &str = "/admin/explorer";
const NOBODY: &str = "0123456789012345678901";

/// The form as staff are shown it, filled in about a persona.
fn question(demo: &Program, about: &Persona, action: &str, kind: &str, thing: &str) -> Form {
    let page = demo.as_persona("admin").get(HERE);
    assert_eq!(page.status, 200);
    let form = page.page().form(&format!("form[action='{HERE}']"));
    form.with("who", "member")
        .with("account", about.account.as_deref().unwrap_or_default())
        .with("workspace", about.workspace.as_deref().unwrap_or_default())
        .with("action", action)
        .with("kind", kind)
        .with("thing", thing)
        .with("reason", "A letter asked why")
}

fn send(demo: &Program, form: &Form) -> Answer {
    demo.as_persona("admin").submit(form)
}

/// What the ledger holds of all questions, in order.
fn recorded(db: &mut Db, field: &str) -> Vec<String> {
    db.texts(&format!(
        "SELECT v.value AS text FROM audit_values v JOIN audit_entries e ON e.id = v.entry WHERE v.name = '{field}' \
         AND EXISTS (SELECT 1 FROM audit_values t WHERE t.entry = e.id AND t.name = 'transition' AND t.value = 'explained') ORDER BY e.seq"
    ))
}

fn a_question_of_staff_is_answered_and_recorded_and_shows_no_value(demo: &Program) {
    let world = demo.world();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let names = Names::of(&oracle);
    let artist = world.facts.artists.iter().find(|it| it.level == "public").unwrap();
    let (other, discovery) = (world.persona("artist-other"), world.persona("presenter-discovery"));
    // whatever is asked, nothing of the world is named but what was typed
    let check = |answer: &Answer, typed: &[&str]| {
        assert_eq!(answer.status, 200, "{:?}", answer.page().texts("h1, .fault li"));
        let told: Vec<_> = names.named(&answer.body).into_iter().map(|it| it.text.clone()).collect();
        let more: Vec<_> = told.iter().filter(|it| !typed.contains(&it.as_str())).collect();
        assert!(more.is_empty(), "named without being asked: {more:?}");
        assert!(!answer.text().contains("@demo.example"), "an address is shown");
    };
    let no = send(demo, &question(demo, other, "ViewListing", "Profile", &artist.id));
    check(&no, &[&artist.id, other.workspace.as_deref().unwrap()]);
    let page = no.page();
    assert_eq!(page.text(".verdict"), "No An artist never sees another artist's record.");
    let marked = page.texts("#rule-artist-sees-no-artist ~ pre mark");
    assert_eq!(marked[0], "resource.workspace == principal.workspace", "{marked:?}");
    assert!(page.links().contains(&"/policies/p03-artists-apart/#policy-artist-sees-no-artist".to_owned()));
    assert!(page.text(".aside").contains("Allowed if the profile were the acting workspace’s own."));

    let yes = send(demo, &question(demo, discovery, "ViewListing", "Profile", &artist.id));
    check(&yes, &[&artist.id, discovery.workspace.as_deref().unwrap()]);
    let page = yes.page();
    assert_eq!(
        page.text(".verdict"),
        "Yes Verified presenters see listings that are not stealth or private."
    );
    assert!(page.text(".aside").contains("Refused if the acting workspace were not verified."));

    // the query of a list, without a value in it
    let list = send(demo, &question(demo, discovery, "FindListing", "Profile", &artist.id));
    let sql = list.page().text("#list ~ pre");
    assert!(sql.contains("FROM") && sql.contains("profiles") && sql.contains('?'), "{sql}");
    for value in [discovery.workspace.as_deref().unwrap(), "private_listing", "discovery"] {
        assert!(!sql.contains(value), "{value} in {sql}");
    }

    // what cannot be answered is recorded just the same
    let nothing = send(demo, &question(demo, other, "ViewListing", "Profile", NOBODY));
    check(&nothing, &[other.workspace.as_deref().unwrap()]);
    assert!(nothing.page().text(".verdict").contains("Nothing of this type has this id"));
    let form = question(demo, other, "ViewListing", "Profile", &artist.id).with("account", NOBODY);
    assert!(send(demo, &form).page().text(".verdict").contains("Nobody has this id"));

    // nobody's account: what binds a party is never a machine's to send
    let draft = db.text("SELECT id AS text FROM drafts ORDER BY id");
    let agency = world.persona("agency-owner").workspace.clone().unwrap();
    let form = || question(demo, other, "Confirm", "Draft", &draft).with("account", "");
    let machine = send(demo, &form().with("who", "credential").with("workspace", &agency));
    check(&machine, &[&agency]);
    assert_eq!(machine.page().text(".verdict"), "No Automation prepares and never confirms.");
    let job = send(demo, &form().with("who", "timer").with("workspace", ""));
    check(&job, &[]);
    assert!(job.page().text(".verdict").starts_with("No"));

    let admin = world.persona("admin").account.clone().unwrap();
    let answers = recorded(&mut db, "answer");
    assert_eq!(answers[0], "refused by artist-sees-no-artist");
    assert_eq!(answers[1], "allowed by listing-presenter");
    assert_eq!(answers[3..5], ["no such thing", "no such principal"]);
    assert_eq!(recorded(&mut db, "reason"), ["A letter asked why"; 7]);
    assert_eq!(recorded(&mut db, "asked")[..3], ["ViewListing", "ViewListing", "FindListing"]);
    assert_eq!(recorded(&mut db, "resource")[0], format!("Profile/{}", artist.id));
    assert_eq!(recorded(&mut db, "principal")[5..], [format!("credential:{agency}"), "job:timer".into()]);
    let about = format!("{}@{}", other.account.as_ref().unwrap(), other.workspace.as_ref().unwrap());
    assert_eq!(recorded(&mut db, "principal")[0], about);
    assert_eq!(recorded(&mut db, "actor"), [format!("Admin/{admin}").as_str(); 7]);
}

fn what_is_not_a_question_asks_nothing(demo: &Program) {
    let world = demo.world();
    let mut db = Db::of(world);
    let artist = &world.facts.artists[0];
    let other = world.persona("artist-other");
    let good = question(demo, other, "ViewListing", "Profile", &artist.id);
    let before = db.print();
    for (field, text, fault) in [
        ("reason", "", "reason"),
        ("reason", &"x".repeat(201), "reason"),
        ("account", "nonsense", "account"),
        ("workspace", "", "workspace"),
        ("who", "operator", "who"),
        ("who", "somebody", "who"),
        ("action", "Conquer", "action"),
        ("kind", "Castle", "kind"),
        ("kind", "Hold", "kind"),
        ("thing", "nonsense", "thing"),
        ("to", "loud", "to"),
    ] {
        let again = send(demo, &good.clone().with(field, text));
        assert_eq!(again.status, 422, "{field} {text}");
        let page = again.page();
        let faults = page.attributes(".fault li a", "href");
        assert_eq!(faults, [format!("#{fault}")], "{field} {text}");
        assert!(page.form(&format!("form[action='{HERE}']")).value("thing").is_some());
    }
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new());
    assert_eq!(send(demo, &good).status, 200);
    assert_eq!(recorded(&mut db, "reason").len(), 1);
}

fn without_a_fresh_factor_the_way_leads_to_it(demo: &Program) {
    let world = demo.world();
    let form = question(demo, world.persona("artist"), "ViewListing", "Profile", &world.facts.artists[0].id);
    Db::of(world).run("UPDATE sessions SET factor_at = NULL");
    for answer in [demo.as_persona("admin").get(HERE), send(demo, &form)] {
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("location"), Some("/admin/step-up?to=%2Fadmin%2Fexplorer"));
    }
    assert_eq!(recorded(&mut Db::of(world), "reason"), [] as [&str; 0]);
}

#[test]
fn anybody_explores_the_fictional_world() {
    let demo = Program::demo();
    let mut visitor = demo.visitor();
    let first = visitor.get("/explore");
    assert_eq!(first.status, 200);
    let page = first.page();
    assert!(!page.has("script, style, [style]") && !page.has(".verdict"));
    let examples: Vec<String> = page.links().into_iter().filter(|it| it.starts_with("/explore?")).collect();
    let verdicts: Vec<String> = examples
        .iter()
        .map(|path| {
            let answer = visitor.get(path);
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.all("set-cookie").count(), 0, "{path}");
            assert!(answer.page().has("pre.source"), "{path}");
            answer.page().text(".verdict .mark")
        })
        .collect();
    assert_eq!(verdicts, ["No", "No", "Yes", "No", "No", "No", "No"], "{examples:?}");
    assert!(visitor.cookies().is_empty());
    // the clause that decided, in its source, and what would have to be otherwise
    let unverified = visitor.get(&examples[1]).page();
    assert_eq!(
        unverified.texts(".aside li")[0],
        "Allowed if the acting workspace were verified. principal.verified"
    );
    let stealth = visitor.get(&examples[2]).page();
    let marked = stealth.texts("#rule-listing-invited ~ pre mark");
    assert!(marked.contains(&"resource.invited.contains(principal.workspace)".to_owned()), "{marked:?}");
    assert!(stealth.texts("td").contains(&"holds, and decides".to_owned()));
    // the same question as its form puts it
    let form = page.forms().into_iter().find(|it| it.action == "/explore").unwrap();
    assert_eq!(visitor.submit(&form).page().text(".verdict"), unverified.text(".verdict"));
    // every name is one of the public site's made-up profiles
    let titles: String = ["artists", "agents", "presenters"]
        .iter()
        .flat_map(|it| {
            std::fs::read_dir(format!("{}/site/content/{it}", env!("CARGO_MANIFEST_DIR"))).unwrap()
        })
        .map(|it| std::fs::read_to_string(it.unwrap().path()).unwrap())
        .collect();
    for name in [
        "Ilka Thornwald",
        "Benedek Ashgrove",
        "Sunniva Calder",
        "Noor Estevane",
        "Harbour & Finch Artists",
        "Quill & Lantern",
        "Linden Row Management",
        "Philharmonie Nordhaven",
        "Festival Valdemare",
        "Halle am Wehr",
    ] {
        assert!(titles.contains(&format!("title = \"{name}\"")), "{name} is on no page of the site");
        assert!(page.text("form").contains(name), "{name} is not among the choices");
    }
}

#[test]
fn what_the_fictional_world_does_not_know_is_said_beside_its_field() {
    let demo = Program::demo();
    let mut visitor = demo.visitor();
    for (query, fields) in [
        ("as=nobody&do=ViewListing&on=profile-public", &["as"][..]),
        ("as=artist&do=Conquer&on=profile-public", &["do"]),
        ("as=artist&do=ViewListing&on=castle", &["on"]),
        ("as=artist&do=ViewListing&on=hold", &["on"]),
        ("as=&do=&on=hold", &["as", "do"]),
    ] {
        let answer = visitor.get(&format!("/explore?{query}"));
        assert_eq!(answer.status, 422, "{query}");
        let faults: Vec<String> = fields.iter().map(|it| format!("#{it}")).collect();
        assert_eq!(answer.page().attributes(".fault li a", "href"), faults, "{query}");
        assert!(!answer.page().has(".verdict"), "{query}");
    }
    assert_eq!(visitor.get("/explore?as=artist&castle=1").status, 422);
    assert_eq!(visitor.get(&format!("/explore?as={}", "x".repeat(9_000))).status / 100, 4);
}
