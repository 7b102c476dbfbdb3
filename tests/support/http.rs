//! A small HTTP/1.1 client (RFC 9112) that follows nothing and normalises nothing, so that tests see what was sent.

use super::page::{Form, Page};
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long one read may take; a test that meets it fails.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What was answered, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names as sent, in the order sent.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All headers of this name, in any case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as text; what is not UTF-8 shows as such.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as a page.
    pub fn page(&self) -> Page {
        Page::parse(&self.text())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|it| panic!("not JSON: {it}: {}", self.text()))
    }

    /// The same but for headers that differ from one answer to the next by nature.
    pub fn without(&self, names: &[&str]) -> Answer {
        let kept =
            self.headers.iter().filter(|(it, _)| !names.iter().any(|name| it.eq_ignore_ascii_case(name)));
        Answer { headers: kept.cloned().collect(), ..self.clone() }
    }
}

/// Something to send.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Ask {
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.into(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header; one of the client's own (`Host`, `Cookie`, `Origin`, `Content-Length`) is replaced by it.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// An `application/x-www-form-urlencoded` body.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = encoded(fields);
        self.body("application/x-www-form-urlencoded", body.as_bytes())
    }

    pub fn body(mut self, kind: &str, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self.header("Content-Type", kind)
    }
}

/// Fields as WHATWG URL section 5.2 writes them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let text = |it: &str| -> String {
        it.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                    char::from(byte).to_string()
                }
                b' ' => "+".into(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    fields.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect::<Vec<_>>().join("&")
}

/// A person's client: one server, its cookies, at most one open connection.
pub struct Client {
    host: String,
    cookies: Vec<(String, String)>,
    open: Option<BufReader<TcpStream>>,
}

impl Client {
    /// A client of `http://HOST:PORT`, with no cookies.
    #[track_caller]
    pub fn new(base: &str) -> Self {
        let host =
            base.strip_prefix("http://").unwrap_or_else(|| panic!("not http: {base}")).trim_end_matches('/');
        Self { host: host.to_owned(), cookies: Vec::new(), open: None }
    }

    /// The same with this cookie, `name=value`.
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        if let Some((name, value)) = cookie.split_once('=') {
            self.keep(name, value);
        }
        self
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.host)
    }

    /// The cookies kept so far.
    pub fn cookies(&self) -> &[(String, String)] {
        &self.cookies
    }

    #[track_caller]
    pub fn get(&mut self, path: &str) -> Answer {
        self.send(&Ask::new("GET", path))
    }

    /// Posts a form as a page of this server would.
    #[track_caller]
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(&Ask::new("POST", path).form(fields))
    }

    /// Submits a form that stood on a page.
    #[track_caller]
    pub fn submit(&mut self, form: &Form) -> Answer {
        let fields: Vec<_> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if form.method == "post" {
            return self.post(&form.action, &fields);
        }
        let path = form.action.split('?').next().unwrap_or_default();
        self.get(&format!("{path}?{}", encoded(&fields)))
    }

    /// Sends and reads the whole answer; panics when the server does not answer in HTTP.
    #[track_caller]
    pub fn send(&mut self, ask: &Ask) -> Answer {
        self.try_send(ask).unwrap_or_else(|it| panic!("{} {}: {it}", ask.method, ask.path))
    }

    /// As [`Client::send`], for tests in which the server may go away.
    ///
    /// # Errors
    /// No connection, no answer within 30 seconds, or an answer that is not HTTP/1.1.
    pub fn try_send(&mut self, ask: &Ask) -> io::Result<Answer> {
        let head = self.head_of(ask);
        // Only what may be sent twice goes over a connection that the server may just have closed.
        let is_safe = matches!(ask.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        if let (true, Some(old)) = (is_safe, self.open.take())
            && let Ok(answer) = self.exchange(old, &head, ask)
        {
            return Ok(answer);
        }
        let stream = TcpStream::connect(&self.host)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        stream.set_nodelay(true)?;
        self.exchange(BufReader::new(stream), &head, ask)
    }

    fn head_of(&self, ask: &Ask) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\n", ask.method, ask.path);
        let is_given = |name: &str| ask.headers.iter().any(|(it, _)| it.eq_ignore_ascii_case(name));
        let mut own = vec![("Host", self.host.clone())];
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            own.push(("Cookie", pairs.join("; ")));
        }
        if !matches!(ask.method.as_str(), "GET" | "HEAD") {
            own.push(("Origin", self.base()));
            own.push(("Content-Length", ask.body.len().to_string()));
        }
        let own = own.iter().filter(|(name, _)| !is_given(name)).map(|(name, value)| (*name, value.as_str()));
        let given = ask.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(given) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head + "\r\n"
    }

    fn exchange(&mut self, mut over: BufReader<TcpStream>, head: &str, ask: &Ask) -> io::Result<Answer> {
        over.get_mut().write_all(&[head.as_bytes(), &ask.body].concat())?;
        let answer = read(&mut over, ask.method == "HEAD")?;
        for cookie in answer.all("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            let is_over = cookie.to_ascii_lowercase().contains("max-age=0");
            if let Some((name, value)) = pair.split_once('=') {
                self.keep(name.trim(), if is_over { "" } else { value.trim() });
            }
        }
        let stays = !answer.all("connection").any(|it| it.eq_ignore_ascii_case("close"));
        let is_framed =
            answer.header("content-length").is_some() || answer.header("transfer-encoding").is_some();
        self.open = (stays && is_framed).then_some(over);
        Ok(answer)
    }

    fn keep(&mut self, name: &str, value: &str) {
        self.cookies.retain(|(it, _)| it != name);
        if !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Reads one answer: by its length, in chunks (RFC 9112 section 7.1), or up to the end of the connection.
pub fn read(from: &mut impl BufRead, is_head: bool) -> io::Result<Answer> {
    let first = line(from)?;
    let status = first.strip_prefix("HTTP/1.1 ").and_then(|it| it.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| bad(&format!("not a status line: {first}")))?;
    let mut headers = Vec::new();
    loop {
        let text = line(from)?;
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':').ok_or_else(|| bad(&format!("not a header: {text}")))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    if is_head || matches!(status, 100..=199 | 204 | 304) {
        return Ok(answer);
    }
    let mut body = Vec::new();
    if answer.header("transfer-encoding").is_some_and(|it| it.eq_ignore_ascii_case("chunked")) {
        loop {
            let size = line(from)?;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16);
            let size = size.map_err(|_| bad("not the size of a chunk"))?;
            let start = body.len();
            body.resize(start + size, 0);
            from.read_exact(&mut body[start..])?;
            line(from)?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = answer.header("content-length") {
        body.resize(length.parse().map_err(|_| bad("not a length"))?, 0);
        from.read_exact(&mut body)?;
    } else {
        from.read_to_end(&mut body)?;
    }
    answer.body = body;
    Ok(answer)
}

#[test]
fn answers_are_read_as_they_are_framed() {
    let read = |text: &str| read(&mut text.as_bytes(), false).map(|it| it.text());
    assert_eq!(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello").unwrap(), "he");
    assert_eq!(
        read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x\r\nllo\r\n0\r\n\r\n")
            .unwrap(),
        "hello"
    );
    assert_eq!(read("HTTP/1.1 200 OK\r\n\r\nhello").unwrap(), "hello");
    assert!(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello").is_err());
    assert!(read("<html>").is_err());
}

#[test]
fn a_client_keeps_cookies_and_follows_nothing() {
    let server = super::loopback::serve(|ask| {
        match ask.path.as_str() {
        "/in" => "HTTP/1.1 303 See Other\r\nLocation: /seen\r\nSet-Cookie: kalinklo=1a; Path=/; HttpOnly\r\nContent-Length: 0\r\n\r\n".into(),
        "/out" => "HTTP/1.1 200 OK\r\nSet-Cookie: kalinklo=; Max-Age=0\r\nContent-Length: 0\r\n\r\n".into(),
        _ => {
            let text = format!("{} {:?} {:?} {}", ask.method, ask.header("cookie"), ask.header("origin"), String::from_utf8_lossy(&ask.body));
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len())
        }
    }
    });
    let mut client = Client::new(server.base());
    let answer = client.get("/in");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/seen")));
    assert_eq!(client.get("/seen").text(), r#"GET Some("kalinklo=1a") None "#);
    let posted = client.post("/seen", &[("a b", "ü&=")]).text();
    assert_eq!(posted, format!(r#"POST Some("kalinklo=1a") Some("{}") a+b=%C3%BC%26%3D"#, server.base()));
    client.get("/out");
    assert_eq!(client.get("/seen").text(), "GET None None ");
}
