//! Documents over HTTP: what erasing takes away and what it leaves (spec R2), told before it is done.

use crate::boundaries::forms::sent;
use crate::input::mutants::filled;
use crate::profiles::Desk;
use crate::support::db::{Db, difference};
use crate::support::on_both;
use crate::support::program::Program;

on_both!(erasing_says_first_what_goes_and_what_stays);

/// Adds the document of `boundaries::forms`; gives its page.
fn added(desk: &mut Desk, page: &str, title: &str) -> String {
    let form = desk.offered(page, "/documents").unwrap();
    let form = filled(&form).with("title", title);
    let done = desk.client.send(&sent(&form, &form.action));
    assert_eq!(done.status, 303, "{}", done.text());
    done.header("location").unwrap().to_owned()
}

fn erasing_says_first_what_goes_and_what_stays(demo: &Program) {
    let world = demo.world();
    let mut desk = Desk::of(demo, "agency-owner");
    let own = world.persona("agency-owner").workspace.clone().unwrap();
    let hall = world.persona("presenter-discovery").workspace.clone().unwrap();
    let both =
        |it: &&crate::support::world::Engagement| it.agency.as_ref() == Some(&own) && it.presenter == hall;
    let engagement = world.facts.engagements.iter().find(both).unwrap();
    let engagement = engagement.path.replace("{workspace}", &own);
    let add = format!("{engagement}/documents");
    let (one, twin) =
        (added(&mut desk, &add, "Rider, first edition"), added(&mut desk, &add, "The same again"));
    let digest = Db::of(world).text("SELECT digest AS text FROM documents ORDER BY id DESC LIMIT 1");

    // the document's page leads there, and has no button that erases
    let shown = desk.sees(&one);
    let erase = format!("{one}/erase");
    assert!(shown.page().links().contains(&erase), "{:?}", shown.page().links());
    assert!(desk.offered(&one, "/erase").is_none());
    let mut db = Db::of(world);
    let before = db.print();
    let told = desk.sees(&erase);
    let text = told.page().text("main");
    for word in [
        "Erase the content of “Rider, first edition”?",
        "Nothing is erased yet",
        "What goes",
        "your own side",
        "What stays",
        "rider.txt, 24 bytes",
        &*digest,
    ] {
        assert!(text.contains(word), "{word:?} in {text}");
    }
    assert!(told.page().links().contains(&one), "a way back");
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new(), "looking erases nothing");
    assert_eq!(desk.sees(&format!("{one}/content")).status, 200);
    // whoever has no right to erase is not told either
    for other in ["agency-assistant", "presenter-discovery", "agency-other"] {
        let mut other = Desk::of(demo, other);
        let theirs = erase.replace(&own, other.home.trim_start_matches("/w/"));
        assert_eq!(other.sees(&theirs).status, 403, "{}", other.home);
    }

    // shared after it was shown: more people would lose it than the page said
    let button = desk.offered(&erase, "/erase").unwrap();
    let draft = desk.does(&one, "/share", &[]);
    let confirm = draft.page().forms().into_iter().find(|it| it.value("digest").is_some()).unwrap();
    assert_eq!(desk.client.submit(&confirm).status, 303);
    let stale = desk.client.submit(&button);
    assert_eq!(stale.status, 409, "{}", stale.text());
    assert_eq!(desk.sees(&format!("{one}/content")).status, 200);
    assert!(desk.sees(&erase).text().contains("any party"));

    let button = desk.offered(&erase, "/erase").unwrap();
    let done = desk.client.submit(&button);
    assert_eq!((done.status, done.header("location")), (303, Some(&*one)));
    let left = desk.sees(&one).text();
    for word in ["content erased", "Rider, first edition", "rider.txt", &digest] {
        assert!(left.contains(word), "{word:?} in {left}");
    }
    assert_eq!(desk.sees(&format!("{one}/content")).status, 409);
    assert_eq!(desk.sees(&erase).status, 409, "there is nothing left to erase");
    let again = desk.client.submit(&button);
    assert!(again.status == 409 && again.text().contains("This form was sent already"), "{}", again.text());
    // the other document with the same content keeps it, and the ledger keeps who did what
    assert_eq!(desk.sees(&format!("{twin}/content")).text(), "One piano, tuned to 442.");
    let ledger = desk.sees(&format!("{engagement}/ledger")).page().text("main");
    assert!(ledger.contains("erased"), "{ledger}");
}
