//! The browser before anybody is signed in: a cookie with a secret, to which its forms and its sign-in links are bound.

use crate::change::Sheet;
use crate::csrf::{self, FormSecret};
use crate::house::{House, session_text};
use crate::http::cookies;
use crate::problem::Problem;
use crate::reply;
use crate::routes::Call;
use crate::view::{FormToken, Page};
use crate::visit::Shows;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use warp::reply::Response;

/// The plain name of the browser's cookie.
const COOKIE: &str = "kalinklo-browser";
/// A day.
const SECONDS: u64 = 24 * 60 * 60;

/// The browser's secret: the one it brought, or a fresh one.
pub(crate) struct Browser {
    secret: [u8; 32],
    /// What tells one form that it is shown from the next.
    showing: [u8; 32],
}

impl Shows for Browser {
    fn shows(&self, action: &str) -> FormToken {
        FormToken { name: csrf::FIELD, value: self.forms().token(action, &self.showing) }
    }
}

impl Browser {
    /// The browser that came.
    pub(crate) fn of(call: &Call<House>) -> Self {
        let brought = call.rq.cookie(&cookies::name(COOKIE, call.app.edge.tls));
        let brought = brought.and_then(|it| <[u8; 32]>::try_from(URL_SAFE_NO_PAD.decode(it).ok()?).ok());
        let chance = &call.app.edge.chance;
        Self { secret: brought.unwrap_or_else(|| chance.secret()), showing: chance.secret() }
    }

    /// What links are bound to.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    pub(crate) fn forms(&self) -> FormSecret {
        let derived =
            Sha256::new().chain_update(b"kalinklo browser forms v1\0").chain_update(self.secret).finalize();
        FormSecret::new(derived.into())
    }

    /// Opens the form that came, refusing one that this browser was not shown. A browser without a cookie has a secret of
    /// this moment, by which no token was made.
    pub(crate) async fn open(&self, call: &mut Call<House>) -> Result<Sheet, Problem> {
        let form = call.rq.form().await;
        Sheet::opened(form, &self.forms(), &call.rq.path)
    }

    /// The answer with the cookie on it.
    pub(crate) fn on(&self, answer: Response, house: &House) -> Response {
        let tls = house.edge.tls;
        match cookies::set(&cookies::name(COOKIE, tls), &session_text(&self.secret), SECONDS, tls) {
            Some(cookie) => reply::with_cookie(answer, cookie),
            None => answer,
        }
    }
}

/// A page for somebody who is not signed in.
pub(crate) fn page(house: &House, title: &str) -> Page {
    let mut page = Page::new(title);
    page.fictional = house.settings.fictional;
    page
}
