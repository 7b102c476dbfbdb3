//! A server of fixed answers on loopback, to test the tests' own clients.

use super::http::Ask;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A running server; dropping it stops it.
pub struct Server {
    base: String,
    address: SocketAddr,
    over: Arc<AtomicBool>,
}

impl Server {
    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> &str {
        &self.base
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        let _ = TcpStream::connect(self.address);
    }
}

/// Answers each request with the bytes that `answer` makes of it, one thread a connection.
pub fn serve(answer: impl Fn(&Asked) -> String + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let (stop, answer) = (over.clone(), Arc::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if stop.load(Ordering::SeqCst) {
                break;
            }
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut from = BufReader::new(stream);
                while let Some(ask) = read(&mut from) {
                    if from.get_mut().write_all(answer(&Asked(ask)).as_bytes()).is_err() {
                        break;
                    }
                }
            });
        }
    });
    Server { base: format!("http://{address}"), address, over }
}

/// A request as it came.
pub struct Asked(Ask);

impl std::ops::Deref for Asked {
    type Target = Ask;
    fn deref(&self) -> &Ask {
        &self.0
    }
}

impl Asked {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn read(from: &mut BufReader<TcpStream>) -> Option<Ask> {
    let line = |from: &mut BufReader<TcpStream>| {
        let mut text = String::new();
        from.read_line(&mut text).ok().filter(|it| *it > 0).map(|_| text.trim_end().to_owned())
    };
    let first = line(from)?;
    let mut words = first.split(' ');
    let mut ask = Ask::new(words.next()?, words.next()?);
    let mut length = 0;
    loop {
        let text = line(from)?;
        let Some((name, value)) = text.split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
        ask = ask.header(name, value);
    }
    ask.body = vec![0; length];
    from.read_exact(&mut ask.body).ok()?;
    Some(ask)
}
