//! The loop against real sockets on loopback.

use super::*;
use crate::limits::Allowances;
use crate::routes::tests::{app, table};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct House {
    at: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    done: JoinHandle<Drained>,
}

async fn house(shape: impl FnOnce(&mut Bounds)) -> House {
    let mut bounds = Bounds {
        header_time: Duration::from_millis(250),
        drain: Duration::from_secs(5),
        ..Bounds::default()
    };
    shape(&mut bounds);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let app = app(&Allowances::default(), |_| ());
    let unread = crate::problem::unread(Arc::clone(&app));
    let routes = crate::routes::filter(table(), app);
    let (stop, stopped) = oneshot::channel::<()>();
    let done = tokio::spawn(serve(listener, routes, bounds, unread, async move {
        let _ = stopped.await;
    }));
    House { at, stop: Some(stop), done }
}

impl House {
    async fn open(&self) -> TcpStream {
        TcpStream::connect(self.at).await.unwrap()
    }

    /// Sends all of it, then reads until the house closes. Writing may fail late: the house may have answered already.
    async fn say(&self, text: &[u8]) -> String {
        let mut stream = self.open().await;
        let _ = stream.write_all(text).await;
        rest(&mut stream).await
    }
}

/// Everything until the end; a generous deadline turns a hang into a failure.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
    assert!(read.is_ok(), "the connection was never closed; so far: {}", String::from_utf8_lossy(&all));
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test]
async fn answers_and_closes_idle_connections() {
    let house = house(|_| ()).await;
    // Without `Connection: close`: the house itself ends the idle connection.
    let said = house.say(b"GET /hello/Ann HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("\r\n\r\nAnn"), "{said}");
    assert!(said.contains("content-security-policy: default-src 'none'"), "{said}");
}

#[tokio::test]
async fn slow_and_silent_peers_are_cut_off() {
    let house = house(|_| ()).await;
    assert!(!house.say(b"").await.contains(" 200 "));
    assert!(!house.say(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.contains(" 200 "));
    assert!(!house.say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.contains(" 200 "));
}

#[tokio::test]
async fn headers_are_bounded() {
    let house = house(|_| ()).await;
    let huge = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    assert!(house.say(huge.as_bytes()).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: 1\r\n".repeat(100));
    assert!(house.say(many.as_bytes()).await.starts_with("HTTP/1.1 431"));
}

/// What hyper says by itself goes out in our words: companions, an id, a page, and nothing after it.
#[tokio::test]
async fn what_cannot_be_read_is_answered_in_our_own_words() {
    let house = house(|bounds| bounds.header_time = Duration::from_secs(10)).await;
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let first = "GET /hello/Ann HTTP/1.1\r\nHost: x\r\n\r\n";
    for (sent, status, title) in [
        ("nonsense\r\n\r\n", "400 Bad Request", "This request cannot be read"),
        ("GET / HTTP/9.9\r\n\r\n", "400 Bad Request", "This request cannot be read"),
        ("GET / HTTP/1.1\r\nHost x\r\n\r\n", "400 Bad Request", "This request cannot be read"),
        (&long, "431 Request Header Fields Too Large", "This request is too long"),
    ] {
        // alone, and behind an answer on the same connection
        for before in ["", first] {
            let mut stream = house.open().await;
            let mut said = String::new();
            if !before.is_empty() {
                stream.write_all(before.as_bytes()).await.unwrap();
                while !said.ends_with("\r\n\r\nAnn") {
                    let mut part = [0; 4096];
                    let read = stream.read(&mut part).await.unwrap();
                    assert!(read > 0, "{said}");
                    said.push_str(&String::from_utf8_lossy(&part[..read]));
                }
            }
            let _ = stream.write_all(sent.as_bytes()).await;
            let said = rest(&mut stream).await;
            let (head, page) = said.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{said}");
            for line in [
                "content-security-policy: default-src 'none'",
                "x-content-type-options: nosniff",
                "cache-control: no-store",
                "connection: close",
                "date: ",
                &format!("content-length: {}", page.len()),
            ] {
                assert!(head.split("\r\n").any(|it| it.starts_with(line)), "{line} is missing: {said}");
            }
            let id = head.split("\r\n").find_map(|it| it.strip_prefix("x-request-id: ")).unwrap();
            assert!(page.contains(title) && page.ends_with(&format!("{id}</p></html>")), "{said}");
        }
    }
}

/// A body that looks like an answer of hyper's is a body.
#[tokio::test]
async fn our_own_answers_go_out_as_they_are() {
    let house = house(|_| ()).await;
    let body = format!("said={}", "HTTP%2F1.1+400+Bad+Request+".repeat(1000));
    let ask = format!(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let said = house.say(ask.repeat(3).as_bytes()).await;
    assert_eq!(said.matches("HTTP/1.1 200 OK\r\n").count(), 3, "{said}");
    assert_eq!(said.matches("HTTP/1.1 400 Bad Request").count(), 3000);
}

#[tokio::test]
async fn ten_megabytes_are_too_many() {
    let house = house(|_| ()).await;
    let size = 10 * 1024 * 1024;
    let head = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let mut whole = format!("{head}Content-Length: {size}\r\n\r\n").into_bytes();
    whole.resize(whole.len() + size, b'x');
    let said = house.say(&whole).await;
    assert!(said.starts_with("HTTP/1.1 413") && said.contains("At most 64 KiB"), "{said}");
    let mut chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n").into_bytes();
    chunked.resize(chunked.len() + size, b'x');
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    let said = house.say(&chunked).await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
}

#[tokio::test]
async fn a_body_that_stalls_times_out() {
    let house = house(|_| ()).await;
    let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let said = house.say(format!("{head}Content-Length: 10\r\n\r\nsaid").as_bytes()).await;
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
}

#[tokio::test]
async fn a_panic_is_answered_and_the_house_stands() {
    let house = house(|_| ()).await;
    let said = house.say(b"GET /panic HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(
        said.starts_with("HTTP/1.1 500") && said.contains("x-request-id: ") && !said.contains("secret words")
    );
    let said = house.say(b"GET /hello/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn head_has_the_headers_and_no_body() {
    let house = house(|_| ()).await;
    for path in ["/hello/Ann", "/none", "/metrics"] {
        let said = house
            .say(format!("HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .await;
        assert!(said.contains("content-length: ") && said.ends_with("\r\n\r\n"), "{said}");
    }
}

#[tokio::test]
async fn unknown_and_operational_paths_are_the_same_bytes() {
    let house = house(|_| ()).await;
    let mut answers = Vec::new();
    for path in ["/no-such-path", "/metrics", "/api/version"] {
        let said = house
            .say(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .await;
        assert!(said.starts_with("HTTP/1.1 404"));
        let varies = |it: &&str| !it.starts_with("x-request-id: ") && !it.starts_with("date: ");
        answers.push(said.split("\r\n").filter(varies).map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[tokio::test]
async fn a_connection_too_many_waits_its_turn() {
    let house = house(|bounds| {
        bounds.connections = 1;
        bounds.header_time = Duration::from_secs(10);
    })
    .await;
    let mut first = house.open().await;
    first.write_all(b"GET /hello/one HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut part = [0; 15];
    first.read_exact(&mut part).await.unwrap();
    assert_eq!(&part, b"HTTP/1.1 200 OK");
    let mut second = house.open().await;
    second.write_all(b"GET /hello/two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(100), second.read(&mut part)).await;
    assert!(early.is_err(), "the second was served while the first held the only place");
    drop(first);
    assert!(rest(&mut second).await.ends_with("two"));
}

#[tokio::test]
async fn open_requests_are_finished_at_the_stop() {
    let mut house = house(|_| ()).await;
    let mut stream = house.open().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    // The request is in the handler once another connection has been served after it.
    assert!(house.say(b"GET /hello/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.ends_with('x'));
    house.stop.take().unwrap().send(()).unwrap();
    assert!(rest(&mut stream).await.ends_with("slow"));
    assert_eq!(house.done.await.unwrap(), Drained::Whole);
    assert!(TcpStream::connect(house.at).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn the_drain_has_a_deadline() {
    let mut house = house(|bounds| bounds.drain = Duration::from_millis(20)).await;
    let mut stream = house.open().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(house.say(b"GET /hello/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.ends_with('x'));
    house.stop.take().unwrap().send(()).unwrap();
    assert_eq!(house.done.await.unwrap(), Drained::Cut);
    assert!(!rest(&mut stream).await.contains("slow"));
}

/// One peer takes its own places and no more; another address, and a proxy that is trusted, are served beside it.
#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    let house = house(|bounds| {
        bounds.of_one = 2;
        bounds.header_time = Duration::from_secs(10);
        bounds.proxies = vec!["127.0.0.3/32".parse().unwrap()];
    })
    .await;
    let from = async |host: &str| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{host}:0").parse().unwrap()).unwrap();
        socket.connect(house.at).await.unwrap()
    };
    const ASK: &[u8] = b"GET /hello/Ann HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let served = async |host: &str| {
        let mut stream = from(host).await;
        let _ = stream.write_all(ASK).await;
        rest(&mut stream).await.starts_with("HTTP/1.1 200")
    };
    let held = [from("127.0.0.2").await, from("127.0.0.2").await];
    // it is told without having asked
    let told = rest(&mut from("127.0.0.2").await).await;
    assert!(
        told.starts_with("HTTP/1.1 503 ") && told.contains("Too many connections from one address"),
        "{told}"
    );
    for line in ["retry-after: 5", "connection: close", "content-security-policy: default-src 'none'"] {
        assert!(told.contains(line), "{line} is missing: {told}");
    }
    assert!(served("127.0.0.1").await);
    let mut behind = Vec::new();
    for _ in 0..5 {
        behind.push(from("127.0.0.3").await);
    }
    assert!(served("127.0.0.3").await, "many stand behind a proxy");
    drop(held);
    tokio::time::timeout(Duration::from_secs(20), async { while !served("127.0.0.2").await {} })
        .await
        .expect("a place that is left is free again");
}
