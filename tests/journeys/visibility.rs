//! In and out of public sight: what the artist decides holds for the visitor's next request.

use super::look::{Pictures, faults};
use crate::browser::driver::{Browser, Options};
use crate::support::program::Program;

fn in_and_out(javascript: bool) {
    let demo = Program::demo();
    let world = demo.world();
    let persona = world.persona("artist");
    let own = persona.workspace.clone().unwrap();
    let artist = world.facts.artists.iter().find(|it| it.workspace.as_deref() == Some(&*own)).unwrap();
    let folio = artist.folio_path.clone().unwrap();
    let mut visitor = demo.visitor();
    let mut browser = Browser::start(Options { javascript, ..Options::default() });
    browser.goto(&format!("{}/", world.base));
    browser.cookie(persona.cookie.as_deref().unwrap());
    // the journey begins with an artist whom the public does not see
    browser.goto(&format!("{}/w/{own}/profile", world.base));
    if browser.has("form[action$='/opt-out']") {
        browser.click("form[action$='/opt-out'] button");
    }
    assert!(browser.has("form[action$='/opt-in']"), "{}", browser.source());
    assert_eq!(visitor.get(&folio).status, 404);
    let nobody = visitor.get("/folio/nobody-of-this-name").text();

    browser.goto(&format!("{}/w/{own}/profile", world.base));
    browser.click("form[action$='/opt-in'] button");
    assert!(browser.has("form[action$='/opt-out']"), "{}", browser.source());
    let shown = visitor.get(&folio);
    assert_eq!(shown.status, 200, "visible on the next request");
    assert_eq!(shown.header("set-cookie"), None);
    assert!(shown.page().text("h1").contains(&artist.name));
    assert!(visitor.get("/folio/sitemap.xml").text().contains(&folio));
    if javascript {
        let pictures = Pictures::new();
        pictures.take(&mut browser, "profile-opted-in");
        browser.goto(&format!("{}{folio}", world.base));
        assert_eq!(faults(&mut browser), Vec::<String>::new());
        pictures.take(&mut browser, "folio");
        browser.goto(&format!("{}/w/{own}/profile", world.base));
    }

    browser.click("form[action$='/opt-out'] button");
    assert!(browser.has("form[action$='/opt-in']"), "{}", browser.source());
    let gone = visitor.get(&folio);
    assert_eq!((gone.status, gone.text()), (404, nobody), "gone on the next request, as one that never was");
    assert!(!visitor.get("/folio/sitemap.xml").text().contains(&folio));
}

#[test]
fn an_artist_opts_in_and_out() {
    in_and_out(true);
}

#[test]
fn an_artist_opts_in_and_out_without_javascript() {
    in_and_out(false);
}
