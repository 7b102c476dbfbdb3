//! A house of its own for each test, and browsers that walk through it.

use crate::assets::tests::Small;
use crate::edge::{Chance, Edge};
use crate::http::{Intake, Raw};
use crate::limits::{Allowance, Allowances, Limits, Ticks};
use crate::pages;
use crate::routes::{Table, answer};
use crate::serve::Peer;
use crate::totp;
use crate::view::{Views, Zone};
use crate::{House, Settings};
use bytes::Bytes;
use diesel::connection::SimpleConnection as _;
use domain::Moment;
use domain::bounded::{Email, Line};
use policy::{Actor, Asker, Bundle, Engine, Unasked, actions, facts::ThePlatform};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use store::db::{self, Address, Db, Use};
use store::{DecisionLog, Options, Store, accounts};
use warp::http::{HeaderMap, HeaderValue, Method, header};

#[path = "../../../../../store/src/accounts/tests/seeded.rs"]
mod seeded;
pub(crate) use seeded::NOW;
use seeded::Seeded;

pub(crate) struct Place {
    pub(crate) house: Arc<House>,
    pub(crate) table: Arc<Table<House>>,
    time: Arc<AtomicI64>,
    file: Address,
    _folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        static ENGINE: LazyLock<Arc<Engine>> =
            LazyLock::new(|| Arc::new(Engine::load(&Bundle::embedded()).unwrap_or_else(|e| panic!("{e}"))));
        Self::under(ENGINE.clone(), 2)
    }
    /// A house with one connection for reading.
    pub(crate) fn narrow() -> Self {
        Self::under(Arc::clone(Self::new().house.store.engine()), 1)
    }

    /// A house in which this engine decides, with so many connections for reading.
    pub(crate) fn under(engine: Arc<Engine>, readers: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = Address::parse(folder.path().join("test.sqlite").to_str().unwrap()).unwrap();
        let options = Options { readers, ..Options::default() };
        let store = Store::open(&file, engine, Box::new(Seeded(7, 0)), options).unwrap();
        let time = Arc::new(AtomicI64::new(NOW.0));
        let told = time.clone();
        let views = Views::new(&Small).unwrap();
        let plenty = Allowance::of(100_000, 1);
        let allowed = Allowances {
            read: plenty,
            mutation: plenty,
            public_form: plenty,
            sign_in: plenty,
            probe: plenty,
            sign_in_failed: Allowance::of(10, 30),
            ..Allowances::default()
        };
        let edge = Edge {
            clock: Arc::new(move || Moment(told.load(Ordering::SeqCst))),
            chance: Chance::new(Box::new(Seeded(9, 1 << 20))),
            limits: Limits::new(&allowed, &Ticks::of(|| Duration::from_secs(9))),
            proxies: Vec::new(),
            origin: Some("http://house.test".into()),
            site_origin: None,
            tls: false,
            ops_token: None,
            pages: Arc::new(Small),
            faces: views.faces().unwrap(),
            body_time: Duration::from_secs(2),
            request_time: Duration::from_secs(30),
        };
        let settings = Settings {
            fictional: true,
            operator_mail: "desk@kalinklo.example".into(),
            address: "http://house.test".into(),
            zone: Zone::utc(),
            version: "test",
        };
        let shelf = Arc::new(connect::documents::Folder::new(&folder.path().join("shelf")).unwrap());
        let house = House::new(
            edge,
            store,
            views,
            shelf,
            settings,
            Arc::new(DecisionLog::default()),
            readers as usize,
        );
        let table = Arc::new(Table::new(pages::routes()).unwrap());
        Self { house: Arc::new(house), table, time, file, _folder: folder }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment(self.time.load(Ordering::SeqCst))
    }
    pub(crate) fn later(&self, micros: i64) {
        self.time.fetch_add(micros, Ordering::SeqCst);
    }

    fn raw(&self) -> Db {
        db::connect(&self.file, Use::Write).unwrap()
    }
    pub(crate) fn run(&self, sql: &str) {
        match &mut self.raw() {
            Db::Sqlite(it) => it.batch_execute(sql).unwrap_or_else(|e| panic!("{e}: {sql}")),
            Db::Pg(_) => unreachable!(),
        }
    }
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        use diesel::RunQueryDsl as _;
        #[derive(diesel::QueryableByName)]
        struct One {
            #[diesel(sql_type = diesel::sql_types::Text)]
            t: String,
        }
        let Db::Sqlite(mut it) = self.raw() else { unreachable!() };
        let rows: Vec<One> =
            diesel::sql_query(format!("SELECT CAST(({sql}) AS TEXT) AS t")).load(&mut it).unwrap();
        rows.into_iter().map(|it| it.t).collect()
    }
    pub(crate) fn text(&self, sql: &str) -> String {
        self.texts(sql).pop().unwrap()
    }
    /// The code in the last letter to somebody.
    pub(crate) fn short_code(&self, to: &str) -> String {
        let letter = self.letter(to);
        letter.lines().find(|it| it.starts_with("    ")).unwrap().trim().to_owned()
    }
    /// The last letter to somebody.
    pub(crate) fn letter(&self, to: &str) -> String {
        self.text(&format!(
            "SELECT body FROM outbox WHERE recipient = '{to}' AND state = 'waiting' ORDER BY id DESC LIMIT 1"
        ))
    }
    /// The path and query of the first link with a token in the last letter to somebody.
    pub(crate) fn link(&self, to: &str) -> String {
        let text = self.letter(to);
        let line =
            text.lines().find(|it| it.contains("?token=")).unwrap_or_else(|| panic!("no link: {text}"));
        line.trim().strip_prefix("http://house.test").unwrap().to_owned()
    }

    pub(crate) fn browser(&self) -> Client<'_> {
        Client { place: self, cookies: BTreeMap::new(), peer: None }
    }

    /// A browser in which a new admin is signed in, without a factor yet.
    pub(crate) async fn admin(&self, email: &str) -> Client<'_> {
        let asker = Arc::new(Asker {
            actor: Actor::Operator,
            visit: self.house.store.fresh(self.now()),
            now: self.now(),
            factor_at: None,
        });
        let store = &self.house.store;
        let permit =
            store.read(&asker, |db| db.permit::<actions::CreateAdmin>(ThePlatform, Unasked)).unwrap();
        let (email, name) = (Email::parse(email).unwrap(), Line::line("a name", "Staff").unwrap());
        let made = accounts::admin_create(store, permit, &email, &name, "http://house.test").unwrap();
        let mut client = self.browser();
        client.open_link(made.link.strip_prefix("http://house.test").unwrap()).await;
        client
    }
    /// The code that the admin's authenticator app shows now.
    pub(crate) fn app_code(&self, email: &str) -> String {
        let sql = format!(
            "SELECT hex(secret) FROM factors JOIN accounts ON accounts.id = account WHERE email = '{email}'"
        );
        let hex = self.text(&sql);
        let secret: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let factor = totp::Factor::new(&secret, "Kalinklo Artists", email).unwrap();
        let code = |it: u32| format!("{it:06}");
        (0..1_000_000).map(code).find(|it| factor.check(it, self.now()) == Some(self.step())).unwrap()
    }
    fn step(&self) -> u64 {
        u64::try_from(self.now().0 / Moment::SECOND / 30).unwrap()
    }
    /// The admin with a factor of now.
    pub(crate) async fn staff(&self) -> Client<'_> {
        let mut admin = self.admin("staff@kalinklo.example").await;
        admin.submit("/admin/factor", "/admin/factor", &[]).await.sees("");
        let code = self.app_code("staff@kalinklo.example");
        let codes = admin.submit("/admin/factor", "/admin/factor/confirm", &[("code", &code)]).await;
        assert_eq!(codes.status, 200, "{}", codes.body);
        admin
    }
    /// Signs up and is approved by hand in the rows, then signs in.
    pub(crate) async fn member(&self, kind: &str, email: &str) -> Client<'_> {
        let mut client = self.browser();
        client.sign_up(kind, email).await;
        self.run(&format!("UPDATE accounts SET status = 'approved' WHERE email = '{email}'"));
        client.sign_in(email).await;
        client
    }
    pub(crate) fn workspace(&self, email: &str) -> String {
        self.text(&format!(
            "SELECT workspace FROM memberships JOIN accounts ON accounts.id = account WHERE email = '{email}' \
             ORDER BY memberships.id LIMIT 1"
        ))
    }
    pub(crate) fn account(&self, email: &str) -> String {
        self.text(&format!("SELECT id FROM accounts WHERE email = '{email}'"))
    }
}

pub(crate) struct Client<'a> {
    place: &'a Place,
    pub(crate) cookies: BTreeMap<String, String>,
    peer: Option<Peer>,
}

pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn there(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |it| it.to_str().unwrap())
    }
    #[track_caller]
    pub(crate) fn sees(&self, text: &str) -> &Self {
        assert!(self.status == 200 || self.status == 303, "{} {}", self.status, self.body);
        assert!(self.body.contains(text), "no {text:?} in {}", self.body);
        self
    }
    #[track_caller]
    pub(crate) fn leads(&self, there: &str) -> &Self {
        assert_eq!((self.status, self.there()), (303, there), "{}", self.body);
        self
    }
    /// The hidden fields of the form that goes to `action`.
    pub(crate) fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let start = self
            .body
            .find(&format!("action=\"{action}\""))
            .unwrap_or_else(|| panic!("no form to {action} in {}", self.body));
        let form = &self.body[start..start + self.body[start..].find("</form>").unwrap()];
        form.split("<input type=\"hidden\" ")
            .skip(1)
            .map(|it| {
                let part = |name: &str| {
                    let at = it.find(name).unwrap() + name.len();
                    it[at..at + it[at..].find('"').unwrap()].to_owned()
                };
                (part("name=\""), part("value=\""))
            })
            .collect()
    }
}

pub(crate) fn encoded(fields: &[(String, String)]) -> String {
    let one = |(name, value): &(String, String)| {
        format!("{}={}", crate::http::encoding::encode(name), crate::http::encoding::encode(value))
    };
    fields.iter().map(one).collect::<Vec<_>>().join("&")
}

impl Client<'_> {
    /// The same browser at another address.
    pub(crate) fn at(self, address: &str) -> Self {
        Self { peer: Some(Peer((address.parse::<IpAddr>().unwrap(), 4000).into())), ..self }
    }
    async fn ask(&mut self, method: Method, address: &str, body: Option<String>) -> Seen {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let mut headers = HeaderMap::new();
        if !self.cookies.is_empty() {
            let all: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.insert(header::COOKIE, HeaderValue::from_str(&all.join("; ")).unwrap());
        }
        headers.insert(header::USER_AGENT, HeaderValue::from_static("A test's browser"));
        let intake = match body {
            Some(it) => {
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                headers.insert(header::CONTENT_TYPE, form);
                Intake::ready(Bytes::from(it))
            }
            None => Intake::ready(Bytes::new()),
        };
        let (path, query) = (path.to_owned(), query.to_owned());
        let raw = Raw { method, path, query, headers, peer: self.peer, intake };
        let answer = answer(&self.place.table, self.place.house.clone(), raw).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        for it in headers.get_all(header::SET_COOKIE) {
            let (pair, rest) = it.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(rest.contains("HttpOnly; SameSite=Lax"));
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
        Seen { status, headers, body: String::from_utf8(bytes.to_vec()).unwrap() }
    }
    pub(crate) async fn get(&mut self, address: &str) -> Seen {
        self.ask(Method::GET, address, None).await
    }
    /// Sends fields without having seen a form.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let fields: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        self.ask(Method::POST, path, Some(encoded(&fields))).await
    }
    /// Opens a page, fills in the form on it that goes to `action`, and sends it.
    pub(crate) async fn submit(&mut self, page: &str, action: &str, typed: &[(&str, &str)]) -> Seen {
        let shown = self.get(page).await;
        self.send(&shown, action, typed).await
    }
    /// Fills in a form that was just shown, and sends it.
    pub(crate) async fn send(&mut self, shown: &Seen, action: &str, typed: &[(&str, &str)]) -> Seen {
        let mut fields = shown.hidden(action);
        for (name, value) in typed {
            fields.retain(|it| it.0 != *name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.ask(Method::POST, action, Some(encoded(&fields))).await
    }
    pub(crate) async fn open_link(&mut self, address: &str) -> Seen {
        self.submit(address, "/sign-in/link", &[]).await
    }
    pub(crate) async fn sign_in(&mut self, email: &str) -> Seen {
        self.submit("/sign-in", "/sign-in", &[("email", email)]).await.leads("/sign-in/code");
        self.open_link(&self.place.link(email)).await
    }
    pub(crate) async fn sign_up(&mut self, kind: &str, email: &str) {
        let typed = [
            ("kind", kind),
            ("name", "Anna Example"),
            ("workspace", "Anna’s House"),
            ("email", email),
            ("application", "I sing."),
        ];
        self.submit("/sign-up", "/sign-up", &typed).await.leads("/sign-up/done");
    }
}
