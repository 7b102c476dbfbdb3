//! The decision explorer over the fictional world: anybody may ask, without an account, a cookie or a script. No row of
//! the database is read; the policies in force answer about facts that stand in this program.

pub(crate) mod shown;
mod world;

use crate::house::House;
use crate::http::Filled;
use crate::pages::accounts::leaf::Form;
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::{Choice, Link, Page};
use domain::Level;
use policy::{ALL, ActionName, ask};
use shown::{Answer, Explorer};
use store::list_text;
use warp::reply::Response;
use world::World;

const HERE: &str = "/explore";
const TEMPLATE: &str = "pages/explorer/public.html";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![Route::get(HERE, "", "", Most::Visitor, |call| Box::pin(show(call))).reads(&["as", "do", "on"])]
}

/// Every action, by the type of thing that it is done to.
pub(crate) fn actions(name: &str, label: &str) -> Choice {
    let mut all: Vec<(&str, &str)> =
        ALL.iter().map(|it| (it.kinds().first().map_or("", |it| it.as_str()), it.as_str())).collect();
    all.sort_unstable();
    let choice = Choice::new(name, label);
    all.into_iter().fold(choice, |choice, (kind, it)| choice.option(it, &format!("{kind}: {it}"), ""))
}

/// What is chosen before anybody chose.
const FIRST: [&str; 3] = ["presenter-unverified", "ViewListing", "profile-listed"];

const EXAMPLES: &[(&str, &str, &str, &str)] = &[
    ("artist-other", "ViewListing", "profile-public", "May an artist see another artist’s listing?"),
    ("presenter-unverified", "ViewListing", "profile-listed", "May an unverified presenter see a listing?"),
    ("presenter-season", "ViewListing", "profile-stealth", "May an invited presenter see a stealth roster?"),
    ("agency-assistant", "Confirm", "draft", "May an assistant confirm what they prepared?"),
    ("machine", "Confirm", "draft", "May a machine confirm it?"),
    ("admin", "ViewEngagement", "engagement", "May platform staff read an engagement?"),
    ("agency-partner", "FindListing", "profile-listed", "What does a partner agency’s search look through?"),
];

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let mut query = call.rq.query()?;
    let (who, action, on) = (query.text("as"), query.text("do"), query.text("on"));
    query.finish()?;
    let world = World::new(call.rq.id, call.rq.now);
    let is_asked = ![&who, &action, &on].into_iter().all(String::is_empty);
    let typed = if is_asked { [&who, &action, &on].map(String::as_str) } else { FIRST };
    let mut filled = Filled::with(["as", "do", "on"].into_iter().zip(typed.map(str::to_owned)));
    let mut answer = None;
    if is_asked {
        let asker = world.asker(&who);
        let known = ActionName::named(&action);
        if asker.is_none() {
            filled.faults.add("as", "Choose somebody from the list");
        }
        if known.is_none() {
            filled.faults.add("do", "Choose an action from the list");
        }
        let thing = asker.as_ref().and_then(|asker| world.thing(&on, asker));
        if !world.has_thing(&on) {
            filled.faults.add("on", "Choose a thing from the list");
        }
        if let (Some(asker), Some(action), Some(thing)) = (asker, known, thing) {
            let thing = thing.under(action);
            let told = store::explorer::told(&thing, Level::PrivateListing);
            let store = &call.app.store;
            let engine = store.engine();
            match ask::explain(engine, &asker, action, &thing, &told) {
                Ok(it) => {
                    let postgres = store.address().is_postgres();
                    let list = list_text(engine, &asker, action, thing.kind(), &told, postgres);
                    let asked = format!("{} · {} · {}", world.who(&who), action.as_str(), world.what(&on));
                    answer = Some(Answer::of(&it, list.as_ref(), asked));
                }
                Err(_) => {
                    let kinds: Vec<&str> = action.kinds().iter().map(|it| it.as_str()).collect();
                    let text = format!("{} is done to: {}", action.as_str(), kinds.join(", "));
                    filled.faults.add("on", text);
                }
            }
        }
    }
    let listed = |name: &str, label: &str, all: Vec<(&'static str, &'static str)>| {
        all.into_iter().fold(Choice::new(name, label), |it, (key, label)| it.option(key, label, ""))
    };
    let form = Form::get(HERE, "Ask")
        .select(listed("as", "Who", world.everybody()).filled(&filled))
        .select(actions("do", "does what").filled(&filled))
        .select(listed("on", "with what", world.everything()).filled(&filled));
    let examples = EXAMPLES.iter().filter(|_| answer.is_none());
    let view = Explorer {
        heading: "Why may they, and why not?",
        lead: "Ask about anyone in a fictional world. The policies in force answer, and show the clause that decided.",
        form,
        examples: examples
            .map(|(who, action, on, label)| Link::to(format!("{HERE}?as={who}&do={action}&on={on}"), *label))
            .collect(),
        told: None,
        answer,
        small_print: "Every name on this page is made up. An action that needs more to be told is asked as if the payload \
                      that stands had been shown, the level to set were private listing, and a deadline had just passed.",
    };
    let mut page = Page::new("Decision explorer");
    page.fictional = true;
    page.you = vec![
        Link::to("/policies/", "Policies"),
        Link::to("/security/", "Security"),
        Link::to("/sign-in", "Sign in"),
    ];
    if filled.faults.is_empty() {
        call.app.views.page(TEMPLATE, &page, &view)
    } else {
        Err(call.app.views.again(TEMPLATE, &page.correcting(&filled), &view))
    }
}
