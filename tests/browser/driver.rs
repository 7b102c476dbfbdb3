//! The WebDriver client: what a person does with a page, each step waiting until it can be done.

use crate::support::http::{Answer, Ask, Client};
use crate::support::program::within;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The key of an element's id (WebDriver section 11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How long, in milliseconds, a step waits for its element to be there.
const PATIENCE: u32 = 5_000;

/// How a browser is started.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether scripts of pages run.
    pub javascript: bool,
    /// The window's inside, in CSS pixels.
    pub width: u32,
    /// The same, downwards.
    pub height: u32,
    /// Whether the person prefers dark pages.
    pub dark: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { javascript: true, width: 1280, height: 900, dark: false }
    }
}

/// A browser with an empty profile; dropping it ends it.
pub struct Browser {
    driver: Child,
    // Kept open: the driver ends when it cannot write to it.
    _output: BufReader<ChildStdout>,
    client: Client,
    session: String,
    _profile: tempfile::TempDir,
}

fn named(setting: &str, otherwise: &str) -> String {
    std::env::var(setting).unwrap_or_else(|_| otherwise.into())
}

/// Starts `chromedriver` on a free port, which it says on its output.
#[track_caller]
fn driver() -> (Child, BufReader<ChildStdout>, String) {
    let program = named("KALINKLO_CHROMEDRIVER", "chromedriver");
    let started = Command::new(&program)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child =
        started.unwrap_or_else(|it| panic!("{program}: {it}; Debian: apt-get install chromium-driver"));
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    while output.read_line(&mut line).is_ok_and(|read| read > 0) {
        if let Some(port) = line.trim_end().trim_end_matches('.').rsplit_once("successfully on port ") {
            return (child, output, format!("http://127.0.0.1:{}", port.1));
        }
        line.clear();
    }
    let _ = child.kill();
    let status = child.wait();
    panic!("{program} did not say its port: {status:?}");
}

fn capabilities(options: Options, profile: &Path) -> Value {
    let mut arguments: Vec<String> = [
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--force-color-profile=srgb",
        "--hide-scrollbars",
        // Smooth scrolling would move what is about to be clicked.
        "--force-prefers-reduced-motion",
        // Nothing leaves this machine, whatever a page asks for.
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    // Chromium's own sandbox refuses to run for root, as whom a container runs its tests.
    if std::fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0) {
        arguments.push("--no-sandbox".into());
    }
    if !options.javascript {
        arguments.push("--blink-settings=scriptEnabled=false".into());
    }
    let mut chrome = json!({ "args": arguments });
    if let Ok(binary) = std::env::var("KALINKLO_CHROMIUM") {
        chrome["binary"] = binary.into();
    }
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": chrome,
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "implicit": PATIENCE, "pageLoad": 30_000, "script": 30_000 },
    } } })
}

impl Browser {
    /// Starts one; panics with what to install where there is none.
    #[track_caller]
    pub fn start(options: Options) -> Self {
        let (driver, output, base) = driver();
        let profile = tempfile::tempdir().expect("a temporary folder");
        let client = Client::new(&base);
        let session = String::new();
        let mut browser = Self { driver, _output: output, client, session, _profile: profile };
        let asked = capabilities(options, browser._profile.path());
        let answer = browser.send("POST", "/session", &asked);
        browser.session =
            answer["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {answer}")).to_owned();
        browser.resize(options.width, options.height);
        if options.dark {
            browser.devtools(
                "Emulation.setEmulatedMedia",
                &json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] }),
            );
        }
        browser
    }

    #[track_caller]
    fn send(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let text = if method == "POST" { body.to_string() } else { String::new() };
        let ask = Ask::new(method, path).body("application/json; charset=utf-8", text.as_bytes());
        let answer: Answer = self.client.send(&ask);
        let value = answer.json()["value"].clone();
        assert!(answer.status == 200, "WebDriver {path}: {}: {}", value["error"], value["message"]);
        value
    }

    /// Any command of the session; panics with the driver's words when it fails.
    #[track_caller]
    pub fn command(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}{path}", self.session);
        self.send(method, &path, body)
    }

    /// Opens a page and waits until it is loaded.
    #[track_caller]
    pub fn goto(&mut self, url: &str) {
        self.command("POST", "/url", &json!({ "url": url }));
    }

    /// Where the browser is.
    #[track_caller]
    pub fn url(&mut self) -> String {
        self.command("GET", "/url", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    /// The path and query of where it is.
    #[track_caller]
    pub fn path(&mut self) -> String {
        let url = self.url();
        let after = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        after.find('/').map_or("/", |at| &after[at..]).to_owned()
    }

    /// The page's title.
    #[track_caller]
    pub fn title(&mut self) -> String {
        self.command("GET", "/title", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    /// The document as it stands now.
    #[track_caller]
    pub fn source(&mut self) -> String {
        self.command("GET", "/source", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    fn find(&mut self, using: &str, value: &str) -> String {
        let found = self.command("POST", "/element", &json!({ "using": using, "value": value }));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("not an element: {found}")).to_owned()
    }

    #[track_caller]
    fn find_all(&mut self, css: &str) -> Vec<String> {
        let found = self.command("POST", "/elements", &json!({ "using": "css selector", "value": css }));
        found
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|it| it[ELEMENT].as_str().map(str::to_owned))
            .collect()
    }

    #[track_caller]
    fn text_of(&mut self, element: &str) -> String {
        let text = self.command("GET", &format!("/element/{element}/text"), &Value::Null);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The text that a person reads in the first match; waits for it.
    #[track_caller]
    pub fn text(&mut self, css: &str) -> String {
        let element = self.find("css selector", css);
        self.text_of(&element)
    }

    /// The texts of all that match now.
    #[track_caller]
    pub fn texts(&mut self, css: &str) -> Vec<String> {
        let found = self.at_once(|it| it.find_all(css));
        found.iter().map(|it| self.text_of(it)).collect()
    }

    /// Whether anything matches now; does not wait.
    #[track_caller]
    pub fn has(&mut self, css: &str) -> bool {
        !self.at_once(|it| it.find_all(css)).is_empty()
    }

    fn at_once<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        self.command("POST", "/timeouts", &json!({ "implicit": 0 }));
        let seen = look(self);
        self.command("POST", "/timeouts", &json!({ "implicit": PATIENCE }));
        seen
    }

    /// This attribute of the first match, as written.
    #[track_caller]
    pub fn attribute(&mut self, css: &str, name: &str) -> Option<String> {
        let element = self.find("css selector", css);
        let value = self.command("GET", &format!("/element/{element}/attribute/{name}"), &Value::Null);
        value.as_str().map(str::to_owned)
    }

    /// Clicks the first match, and waits for the page it leads to.
    #[track_caller]
    pub fn click(&mut self, css: &str) {
        let element = self.find("css selector", css);
        self.command("POST", &format!("/element/{element}/click"), &json!({}));
    }

    /// Presses what sends a form, and waits until the next page has taken the place of this one, whatever its address.
    #[track_caller]
    pub fn press(&mut self, css: &str) {
        let page = self.find("css selector", "html");
        self.click(css);
        let path = format!("/session/{}/element/{page}/name", self.session);
        let gone = within(Duration::from_millis(u64::from(PATIENCE) * 4), || {
            let answer = self.client.send(&Ask::new("GET", &path));
            (answer.status != 200).then_some(())
        });
        assert!(gone.is_some(), "{css} led nowhere");
    }

    /// Clicks the link with exactly this text.
    #[track_caller]
    pub fn click_link(&mut self, text: &str) {
        let element = self.find("link text", text);
        self.command("POST", &format!("/element/{element}/click"), &json!({}));
    }

    /// Clicks the button with exactly this text.
    #[track_caller]
    pub fn click_button(&mut self, text: &str) {
        assert!(!text.contains('"'), "a button's text without quotes");
        let element = self.find("xpath", &format!("//button[normalize-space()=\"{text}\"]"));
        self.command("POST", &format!("/element/{element}/click"), &json!({}));
    }

    /// Clears a field and types into it, key by key.
    #[track_caller]
    pub fn fill(&mut self, css: &str, text: &str) {
        let element = self.find("css selector", css);
        self.command("POST", &format!("/element/{element}/clear"), &json!({}));
        self.command("POST", &format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// Chooses the option of a list with this value.
    #[track_caller]
    pub fn choose(&mut self, css: &str, value: &str) {
        self.click(&format!("{css} option[value=\"{value}\"]"));
    }

    /// Keys to whatever has the focus; `\u{e004}` is Tab, `\u{e007}` Enter (WebDriver section 17.4.2).
    #[track_caller]
    pub fn keys(&mut self, text: &str) {
        let element = self.command("GET", "/element/active", &Value::Null);
        let element = element[ELEMENT].as_str().unwrap_or_else(|| panic!("nothing has the focus")).to_owned();
        self.command("POST", &format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// Gives the browser a cookie, `name=value`, of the site that is open.
    #[track_caller]
    pub fn cookie(&mut self, cookie: &str) {
        let (name, value) = cookie.split_once('=').unwrap_or_else(|| panic!("not name=value: {cookie}"));
        self.command(
            "POST",
            "/cookie",
            &json!({ "cookie": { "name": name, "value": value, "httpOnly": true } }),
        );
    }

    /// Runs a script in the page, past its policy, and returns what it returns. Needs JavaScript on.
    #[track_caller]
    pub fn run(&mut self, script: &str) -> Value {
        self.command("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Gives the window's inside this size in CSS pixels, phones' widths included.
    #[track_caller]
    pub fn resize(&mut self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// A command of the browser's own protocol, for what WebDriver cannot say.
    #[track_caller]
    pub fn devtools(&mut self, name: &str, parameters: &Value) -> Value {
        self.command("POST", "/goog/cdp/execute", &json!({ "cmd": name, "params": parameters }))
    }

    /// What the browser wrote to its console since this was asked last: faults of pages, what a policy of theirs blocked.
    #[track_caller]
    pub fn console(&mut self) -> Vec<String> {
        let told = self.command("POST", "/se/log", &json!({ "type": "browser" }));
        let lines = told.as_array().unwrap_or_else(|| panic!("no log: {told}"));
        lines.iter().map(|it| format!("{}: {}", it["level"], it["message"])).collect()
    }

    /// Writes a picture of the window as PNG.
    #[track_caller]
    pub fn screenshot(&mut self, to: &Path) {
        let encoded = self.command("GET", "/screenshot", &Value::Null);
        let bytes = base64(encoded.as_str().unwrap_or_default());
        std::fs::write(to, bytes).unwrap_or_else(|it| panic!("{}: {it}", to.display()));
    }
}

/// Decodes base64 (RFC 4648 section 4), as pictures come.
fn base64(text: &str) -> Vec<u8> {
    let digit = |it: u8| match it {
        b'A'..=b'Z' => Some(it - b'A'),
        b'a'..=b'z' => Some(it - b'a' + 26),
        b'0'..=b'9' => Some(it - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut out, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0u32, 0);
    for value in text.bytes().filter_map(digit) {
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    out
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closes Chromium; the driver itself is then ended by its own process id.
        if !self.session.is_empty() {
            let _ = self.client.try_send(&Ask::new("DELETE", &format!("/session/{}", self.session)));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
