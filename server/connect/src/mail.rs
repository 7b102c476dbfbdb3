//! Letters to people, and how they are posted.
//!
//! The outbox calls [`Post::send`] on a worker thread and may call it again after a crash or a failure, so each
//! adapter makes a second sending of the same letter harmless as far as its transport allows.

mod folder;
mod smtp;

pub use folder::Folder;
pub use smtp::{Smtp, SmtpRefused};

use domain::{LetterId, Moment, bounded::Email};
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, Message, SinglePart};
use std::time::{Duration, SystemTime};

/// One letter to one person, as decided and rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The outbox's id; the same on every try.
    pub id: LetterId,
    /// To whom.
    pub to: Email,
    /// One line; control characters become spaces.
    pub subject: String,
    /// Plain text (RFC 3676 section 4.2 signatures welcome), lines ended by `\n`.
    pub text: String,
    /// When the outbox took it; the letter's `Date`.
    pub written: Moment,
}

/// Why a letter was not posted. Names no person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// May go better later: network, full disk, 4yz replies (RFC 5321 section 4.2.1).
    #[error("not posted, worth another try: {0}")]
    Later(String),
    /// Will not go better: 5yz replies, an address that the transport cannot write.
    #[error("not posted, and trying again will not help: {0}")]
    Never(String),
}

/// Where letters are posted. Blocking; called by the outbox's worker.
pub trait Post: Send + Sync {
    /// Posts one letter; posting the same letter again is no error.
    ///
    /// # Errors
    /// [`PostError`] says whether another try is worth it.
    fn send(&self, letter: &Letter) -> Result<(), PostError>;
}

/// Whom letters come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The name shown.
    pub name: String,
    /// The address; its domain stands in each Message-ID.
    pub address: Email,
}

/// How the text travels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wire {
    /// As it is read (RFC 6152), so that no link is broken over lines; for files.
    Readable,
    /// Seven-bit where the text needs it, since a relay may not know 8BITMIME.
    Relayed,
}

/// The letter as an RFC 5322 message. The same letter gives the same bytes, Message-ID included, so that a second
/// copy can be told from a second letter.
fn message(letter: &Letter, from: &Sender, wire: Wire) -> Result<Message, PostError> {
    let never = |what: &'static str| move || PostError::Never(what.into());
    let mailbox = |name: Option<String>, address: &Email| {
        Ok::<_, PostError>(Mailbox::new(
            name,
            address.as_str().parse().map_err(|_| never("an address cannot be written")())?,
        ))
    };
    let domain = from.address.as_str().rsplit('@').next().ok_or_else(never("the sender has no domain"))?;
    let date = u64::try_from(letter.written.0).map_err(|_| never("the date is before 1970")())?;
    let subject: String = letter.subject.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    let text = letter.text.replace("\r\n", "\n").replace('\n', "\r\n");
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN);
    // Longer lines have no place in 8bit (RFC 5322 section 2.1.1): then the text is encoded after all.
    let is_plain = text.lines().all(|it| it.len() <= 998) && !text.contains('\0');
    let body = match wire {
        Wire::Readable if is_plain => {
            Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::EightBit)
        }
        Wire::Readable | Wire::Relayed => Body::new(text),
    };
    Message::builder()
        .from(mailbox(Some(from.name.clone()), &from.address)?)
        .to(mailbox(None, &letter.to)?)
        .subject(subject)
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(date))
        .message_id(Some(format!("<{}@{domain}>", letter.id)))
        .singlepart(part.body(body))
        .map_err(|_| never("a header is missing")())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use domain::{Id, ids::Key};

    pub(crate) fn sender() -> Sender {
        Sender { name: "Kalinklo Artists".into(), address: Email::parse("post@kalinklo.example").unwrap() }
    }

    pub(crate) fn letter() -> Letter {
        let key: Key = "00000000000000000000Zz".parse().unwrap();
        Letter {
            id: LetterId::from_key(key),
            to: Email::parse("anna@example.org").unwrap(),
            subject: "Your link for tonight’s rehearsal".into(),
            text: "Dear Anna,\n\nhttps://kalinklo.example/sign-in/0123456789012345678901234567890123456789?once=1 — it works once.\n".into(),
            written: Moment(1_795_600_800_000_000),
        }
    }

    #[test]
    fn a_message_is_readable_and_the_same_each_time() {
        let bytes = message(&letter(), &sender(), Wire::Readable).unwrap().formatted();
        assert_eq!(bytes, message(&letter(), &sender(), Wire::Readable).unwrap().formatted());
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("From: \"Kalinklo Artists\" <post@kalinklo.example>\r\n"), "{text}");
        assert!(text.contains("Message-ID: <00000000000000000000Zz@kalinklo.example>\r\n"), "{text}");
        assert!(text.contains("Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n"), "{text}");
        assert!(text.contains("0123456789?once=1 — it works once.\r\n"), "{text}");
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let letter = Letter { subject: "Hello\r\nBcc: eve@example.org".into(), ..letter() };
        for wire in [Wire::Readable, Wire::Relayed] {
            let text = String::from_utf8(message(&letter, &sender(), wire).unwrap().formatted()).unwrap();
            assert!(!text.lines().any(|it| it.starts_with("Bcc")), "{text}");
        }
    }

    #[test]
    fn a_very_long_line_is_encoded() {
        let letter = Letter { text: "é".repeat(2000), ..letter() };
        let text =
            String::from_utf8(message(&letter, &sender(), Wire::Readable).unwrap().formatted()).unwrap();
        assert!(text.lines().all(|it| it.len() <= 998));
    }
}
