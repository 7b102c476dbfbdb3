//! Documents over HTTP: what erasing takes away and what it leaves (spec R2), told before it is done.

use crate::boundaries::forms::sent;
use crate::input::mutants::filled;
use crate::profiles::Desk;
use crate::support::db::{Db, difference};
use crate::support::on_both;
use crate::support::program::{Program, Serve, eventually};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

on_both!(
    erasing_says_first_what_goes_and_what_stays,
    an_upload_that_fails_leaves_nothing,
    contents_that_no_document_needs_are_cleared_away
);

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

/// Where the contents of this world lie.
fn shelf(demo: &Program) -> PathBuf {
    Path::new(&demo.world().mail_dir).parent().unwrap().join("documents")
}

/// All files on a shelf, by their path in it.
fn on_shelf(shelf: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for shard in std::fs::read_dir(shelf).unwrap().flatten() {
        for file in std::fs::read_dir(shard.path()).unwrap().flatten() {
            all.push(format!("{}{}", shard.file_name().display(), file.file_name().display()));
        }
    }
    all.sort();
    all
}

/// The address at which the owner of the agency adds a document.
fn adding(demo: &Program) -> String {
    let own = demo.world().persona("agency-owner").workspace.clone().unwrap();
    let it = demo.world().facts.engagements.iter().find(|it| it.agency.as_ref() == Some(&own)).unwrap();
    format!("{}/documents", it.path.replace("{workspace}", &own))
}

fn an_upload_that_fails_leaves_nothing(demo: &Program) {
    let mut desk = Desk::of(demo, "agency-owner");
    let add = adding(demo);
    let shelf = shelf(demo);
    let before = on_shelf(&shelf);
    let mut db = Db::of(demo.world());
    match &db {
        Db::Sqlite(_) => db.run(
            "CREATE TRIGGER no_more BEFORE INSERT ON documents BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
        ),
        Db::Postgres(_) => {
            db.run("CREATE FUNCTION no_more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$");
            db.run("CREATE TRIGGER no_more BEFORE INSERT ON documents EXECUTE FUNCTION no_more()");
        }
    }
    let form = filled(&desk.offered(&add, "/documents").unwrap());
    let failed = desk.client.send(&sent(&form, &form.action));
    assert_eq!(failed.status, 500, "{}", failed.text());
    assert_eq!(on_shelf(&shelf), before);
    // nor does a failure take away what another document needs
    db.run(match &db {
        Db::Sqlite(_) => "DROP TRIGGER no_more",
        Db::Postgres(_) => "DROP TRIGGER no_more ON documents",
    });
    let one = added(&mut desk, &add, "It works again");
    assert_eq!(on_shelf(&shelf).len(), before.len() + 1);
    assert_eq!(desk.sees(&format!("{one}/content")).text(), "One piano, tuned to 442.");
}

/// A content on a shelf, as old as told.
fn planted(shelf: &Path, name: &str, text: &str, age: Duration) -> PathBuf {
    let folder = shelf.join(&name[..2]);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(&name[2..]);
    std::fs::write(&path, text).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
    path
}

fn contents_that_no_document_needs_are_cleared_away(demo: &Program) {
    let world = demo.world();
    let shelf = shelf(demo);
    let mut desk = Desk::of(demo, "agency-owner");
    let add = adding(demo);
    let kept = added(&mut desk, &add, "Kept");
    let mut db = Db::of(world);
    let digest = db.text("SELECT digest AS text FROM documents WHERE title = 'Kept'");
    // a crash between recording an erasure and doing it: the ledger says erased, the content is there
    let other = "5".repeat(64);
    let columns = "engagement, artist, agency, presenter, side, file_name, media_type, bytes, shared, author, added_at, version";
    db.run(&format!(
        "INSERT INTO documents (id, title, digest, state, {columns}) SELECT '0123456789012345678901', 'Erased', '{other}', \
         'erased', {columns} FROM documents WHERE title = 'Kept'"
    ));
    let (hours, minutes) = (Duration::from_secs(7200), Duration::from_secs(1800));
    let still = planted(&shelf, &digest, "One piano, tuned to 442.", hours);
    let gone = [
        planted(&shelf, &other, "called erased", hours),
        planted(&shelf, &"a".repeat(64), "of an upload that was broken off", hours),
        planted(&shelf, "aa.put-half", "half of one", hours),
    ];
    let young = planted(&shelf, &"b".repeat(64), "of an upload on its way", minutes);
    // whoever starts on it clears it away
    let data = shelf.parent().unwrap();
    let url = world.database.starts_with("postgres").then(|| world.database.clone());
    let server = Serve::on(data).database(url).start();
    eventually("a clean shelf", || gone.iter().all(|it| !it.exists()).then_some(()));
    assert!(still.exists() && young.exists());
    assert_eq!(desk.sees(&format!("{kept}/content")).text(), "One piano, tuned to 442.");
    assert_eq!(desk.sees("/documents/0123456789012345678901/content").status, 409);
    drop(server);
}
