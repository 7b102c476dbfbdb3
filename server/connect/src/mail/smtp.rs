//! Letters by SMTP (RFC 5321), over TLS unless the server is on this machine.

use super::{Letter, Post, PostError, Sender, Wire, message};
use lettre::transport::smtp::{Error, SmtpTransport};
use lettre::{Transport, transport::smtp::extension::ClientId};
use std::time::Duration;

/// How long one command may take before the letter is left for later.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Why an address of a mail server cannot be used. Never repeats the address, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpRefused {
    /// Not `smtps://user:password@host:465` nor `smtp://…@host:587?tls=required`.
    #[error(
        "the mail server's address is not of the form smtps://user:password@host or smtp://user:password@host:587?tls=required"
    )]
    Unreadable,
    /// Plain text to another machine.
    #[error(
        "the mail server is on another machine and would be spoken to in plain text: use smtps:// or add ?tls=required"
    )]
    Plain,
}

/// Posts letters to a mail server. A retry after an answer that was lost may double a letter; its Message-ID stays
/// the same, so that the receiver can tell.
pub struct Smtp {
    transport: SmtpTransport,
    from: Sender,
}

impl Smtp {
    /// A server by its address: `smtps://user:password@host`, `smtp://user:password@host:587?tls=required`, and
    /// `smtp://127.0.0.1:25` for one on this machine. Opens no connection yet.
    ///
    /// # Errors
    /// The address cannot be read, or would send passwords and letters in plain text over a network.
    pub fn new(address: &str, from: Sender) -> Result<Self, SmtpRefused> {
        let (scheme, rest) = address.split_once("://").ok_or(SmtpRefused::Unreadable)?;
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let host = authority.trim_end_matches('/').rsplit('@').next().unwrap_or_default();
        let is_here = ["127.0.0.1", "localhost", "[::1]"]
            .into_iter()
            .any(|it| host.strip_prefix(it).is_some_and(|port| port.is_empty() || port.starts_with(':')));
        match (scheme, query) {
            ("smtps", "") | ("smtp", "tls=required") => {}
            ("smtp", "") if is_here => {}
            ("smtp", "" | "tls=opportunistic") => return Err(SmtpRefused::Plain),
            _ => return Err(SmtpRefused::Unreadable),
        }
        let domain = from.address.as_str().rsplit('@').next().unwrap_or_default().to_owned();
        let transport = SmtpTransport::from_url(address)
            .map_err(|_| SmtpRefused::Unreadable)?
            .hello_name(ClientId::Domain(domain))
            .timeout(Some(TIMEOUT))
            .build();
        Ok(Self { transport, from })
    }

    /// Greets the server and says good-bye, for `kalinklo doctor`.
    ///
    /// # Errors
    /// As [`Post::send`]; also when it answers but is not ready.
    pub fn greet(&self) -> Result<(), PostError> {
        match self.transport.test_connection() {
            Ok(true) => Ok(()),
            Ok(false) => Err(PostError::Later("the mail server is not ready".into())),
            Err(it) => Err(reason(&it)),
        }
    }
}

/// The reply's code without its text, in which servers like to repeat the address.
fn reason(error: &Error) -> PostError {
    let said = error.status().map_or_else(
        || {
            if error.is_timeout() {
                "the mail server did not answer in time"
            } else {
                "the mail server cannot be reached"
            }
            .to_owned()
        },
        |code| format!("the mail server answered {code}"),
    );
    if error.is_permanent() || error.is_client() { PostError::Never(said) } else { PostError::Later(said) }
}

impl Post for Smtp {
    fn send(&self, letter: &Letter) -> Result<(), PostError> {
        let message = message(letter, &self.from, Wire::Relayed)?;
        self.transport.send(&message).map(|_| ()).map_err(|it| reason(&it))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{letter, sender};
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    /// A mail server for one connection that answers `RCPT` with `reply` and returns the lines it got.
    fn server(reply: &'static str) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("smtp://{}", listener.local_addr().unwrap());
        let lines = std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let mut got = Vec::new();
            stream.write_all(b"220 here\r\n").unwrap();
            let mut in_data = false;
            for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
                let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                    _ if in_data && line != "." => "",
                    "DATA" => {
                        in_data = true;
                        "354 go on\r\n"
                    }
                    "RCPT" => reply,
                    _ => "250 fine\r\n",
                };
                in_data &= line != ".";
                let is_over = line == "QUIT";
                got.push(line);
                stream.write_all(answer.as_bytes()).unwrap();
                if is_over {
                    break;
                }
            }
            got
        });
        (address, lines)
    }

    #[test]
    fn a_letter_arrives() {
        let (address, lines) = server("250 fine\r\n");
        let post = Smtp::new(&address, sender()).unwrap();
        post.send(&letter()).unwrap();
        drop(post);
        let got = lines.join().unwrap();
        assert!(got.iter().any(|it| it == "RCPT TO:<anna@example.org>"), "{got:#?}");
        assert!(got.iter().any(|it| it == "EHLO kalinklo.example"), "{got:#?}");
        assert!(
            got.iter().any(|it| it == "Message-ID: <00000000000000000000Zz@kalinklo.example>"),
            "{got:#?}"
        );
    }

    #[test]
    fn a_refusal_says_whether_to_try_again_and_names_nobody() {
        for (reply, expected) in [
            ("550 no anna@example.org here\r\n", PostError::Never("the mail server answered 550".into())),
            ("451 anna@example.org later\r\n", PostError::Later("the mail server answered 451".into())),
        ] {
            let (address, lines) = server(reply);
            let post = Smtp::new(&address, sender()).unwrap();
            assert_eq!(post.send(&letter()), Err(expected));
            drop(post);
            lines.join().unwrap();
        }
    }

    #[test]
    fn a_server_that_is_away_is_worth_another_try() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let post = Smtp::new(&format!("smtp://127.0.0.1:{port}"), sender()).unwrap();
        assert_eq!(post.send(&letter()), Err(PostError::Later("the mail server cannot be reached".into())));
    }

    #[test]
    fn plain_text_stays_on_this_machine() {
        for plain in [
            "smtp://u:p@mail.example",
            "smtp://127.0.0.1.example.org",
            "smtp://mail.example?tls=opportunistic",
        ] {
            assert_eq!(Smtp::new(plain, sender()).err(), Some(SmtpRefused::Plain), "{plain}");
        }
        for good in
            ["smtps://u:p@mail.example", "smtp://u:p@mail.example:587?tls=required", "smtp://[::1]:25"]
        {
            assert_eq!(Smtp::new(good, sender()).err(), None, "{good}");
        }
        for bad in ["mail.example", "http://mail.example", "smtps://mail.example?tls=none"] {
            assert_eq!(Smtp::new(bad, sender()).err(), Some(SmtpRefused::Unreadable), "{bad}");
        }
    }
}
