//! What grows on an engagement comes a page at a time, the newest first, and all of it can be reached.

use crate::profiles::Desk;
use crate::support::db::Db;
use crate::support::http::encoded;
use crate::support::on_both;
use crate::support::program::Program;

on_both!(messages_and_documents_beyond_the_first_page_are_reached);

/// As many as no page holds.
const MANY: usize = 201;

/// Puts many of them on an engagement that has one; gives what each says, the newest first.
fn plant(db: &mut Db, table: &str, columns: &str, says: &str, engagement: &str, word: &str) -> Vec<String> {
    let first = db.text(&format!("SELECT min(id) AS text FROM {table} WHERE engagement = '{engagement}'"));
    assert!(!first.is_empty(), "{table}");
    // ids in the order in which these were made, after the one that stands
    let before = |number: usize| format!("zz{}{number:03}", &first[2..19]);
    for number in 0..MANY {
        db.run(&format!(
            "INSERT INTO {table} (id, {says}, {columns}) SELECT '{}', '{word} {number:03}', {columns} FROM {table} \
             WHERE id = '{first}'",
            before(number)
        ));
    }
    (0..MANY).rev().map(|number| format!("{word} {number:03}")).collect()
}

/// All texts of these pages that begin so, in order, page by page.
fn walked(desk: &mut Desk, path: &str, css: &str, word: &str, pager: &str) -> Vec<String> {
    let (mut all, mut at, mut pages) = (Vec::new(), path.to_owned(), 0);
    loop {
        let page = desk.client.get(&at).page();
        all.extend(page.texts(css).into_iter().filter(|it| it.starts_with(word)));
        pages += 1;
        assert_eq!(page.has(&format!("nav[aria-label='{pager}'] a:not([rel])")), pages > 1, "the way back");
        match page.attributes(&format!("nav[aria-label='{pager}'] a[rel=next]"), "href").first() {
            Some(next) => at = next.split('#').next().unwrap().to_owned(),
            None => break,
        }
        assert!(pages < 10, "no end");
    }
    assert!(pages > 1, "one page was enough");
    all
}

/// The same from the API.
fn told(desk: &mut Desk, path: &str, what: &str, says: &str, word: &str) -> Vec<String> {
    let (mut all, mut query) = (Vec::new(), String::new());
    loop {
        let answer = desk.client.get(&format!("/api{path}{query}")).json();
        let rows = answer[what].as_array().unwrap();
        assert!(rows.len() <= 100, "{} at once", rows.len());
        let texts = rows.iter().map(|it| it[says].as_str().unwrap().to_owned());
        all.extend(texts.filter(|it| it.starts_with(word)));
        match answer[format!("{what}_next")].as_str() {
            Some(next) => query = format!("?{}", encoded(&[(what, next)])),
            None => return all,
        }
    }
}

fn messages_and_documents_beyond_the_first_page_are_reached(demo: &Program) {
    let db = &mut Db::of(demo.world());
    let mut hall = Desk::of(demo, "presenter-discovery");
    let own = demo.world().persona("presenter-discovery").workspace.clone();
    let it = demo.world().facts.engagements.iter().find(|it| Some(&it.presenter) == own.as_ref()).unwrap();
    let path = it.path.replace("{workspace}", own.as_deref().unwrap());
    let messages = plant(
        db,
        "messages",
        "engagement, artist, agency, presenter, side, author, sent_at",
        "body",
        &it.id,
        "Word",
    );
    assert_eq!(walked(&mut hall, &path, ".prose", "Word", "Messages"), messages);
    assert_eq!(told(&mut hall, &path, "messages", "body", "Word"), messages);
    let columns = "engagement, artist, agency, presenter, side, file_name, media_type, bytes, digest, state, shared, \
                   author, added_at, version";
    let documents = plant(db, "documents", columns, "title", &it.id, "Paper");
    assert_eq!(walked(&mut hall, &path, "th a", "Paper", "Documents"), documents);
    assert_eq!(told(&mut hall, &path, "documents", "title", "Paper"), documents);
    // nobody else's page by a cursor of ours
    let mut other = Desk::of(demo, "presenter-season");
    let theirs = path.replace(own.as_deref().unwrap(), other.home.trim_start_matches("/w/"));
    let refused = other.client.get(&format!("{theirs}?messages=zz"));
    assert_eq!(refused.status, 403);
}
