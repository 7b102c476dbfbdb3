//! Takes personal data and secrets out of free text, before it reaches a log line or an error report.
//!
//! It is the second line of defence: the first is that neither is put there (see [`crate::logs::KEPT`]). It errs
//! on the side of taking out too much.

use regex::{Captures, Regex, Replacer};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

/// What stands where a secret stood.
pub const SECRET: &str = "[scrubbed]";
/// What stands where a mail or network address stood.
pub const ADDRESS: &str = "[address]";

/// Everything up to the line's end belongs to the header's value (RFC 9110 section 11.6.2, RFC 6265 section 4).
const HEADERS: &str = r"(?i)\b(set-cookie|cookie|authorization)([\x22']?\s*[:=]\s*)[^\r\n]+";
const USERINFO: &str = r"(?i)\b([a-z][a-z0-9+.-]*)://[^\s/@\x22']*@";
const SCHEMES: &str = r"(?i)\b(bearer|basic)\s+[^\s\x22',;]+";
const NAMED: &str = r"(?i)([a-z0-9_-]*(?:password|passwd|pwd|token|secret|session|sid|code|api[_-]?key|signature|dsn))([\x22']?\s*[:=]\s*[\x22']?)[^\s\x22'&;,)}\]]+";
const MAIL: &str = r#"[^\s@"'<>()\[\]{},;:=/\\]+(?:@|%40)[^\s@"'<>()\[\]{},;:=/\\]+"#;
const QUERY: &str = r#"\?[^\s"'<>)]*=[^\s"'<>)]*"#;
const TELEPHONE: &str = r"\+\d[\d ()/-]{6,}\d";
const NETWORK: &str = r"[0-9A-Za-z_:.]*[0-9A-Fa-f][:.][0-9A-Fa-f:.]*[0-9A-Fa-f:]|::[0-9A-Fa-f:.]+";
/// Sign-in links, session secrets, codes and digests: at least 20 characters with a letter and a digit.
const OPAQUE: &str = r"[A-Za-z0-9_~+=-]{20,}";

struct Rules {
    plain: Vec<(Regex, &'static str)>,
    network: Regex,
    opaque: Regex,
}

// A pattern that does not compile withholds every text (fail closed); a test compiles them.
static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| {
    let plain = [
        (HEADERS, "${1}${2}[scrubbed]"),
        (USERINFO, "${1}://[scrubbed]@"),
        (SCHEMES, "${1} [scrubbed]"),
        (NAMED, "${1}${2}[scrubbed]"),
        (QUERY, "?[scrubbed]"),
        (MAIL, "[address]"),
        (TELEPHONE, "[number]"),
    ];
    let plain = plain.into_iter().map(|(pattern, by)| Regex::new(pattern).map(|it| (it, by)));
    Some(Rules {
        plain: plain.collect::<Result<_, _>>().ok()?,
        network: Regex::new(NETWORK).ok()?,
        opaque: Regex::new(OPAQUE).ok()?,
    })
});

/// The text without mail addresses, telephone numbers, network addresses (loopback stays), credentials in addresses
/// and headers, query strings, values of fields named like secrets, and long opaque words.
#[must_use]
pub fn text(of: &str) -> String {
    let Some(rules) = RULES.as_ref() else { return SECRET.to_owned() };
    let mut out = Cow::Borrowed(of);
    for (pattern, by) in &rules.plain {
        out = replaced(out, pattern, *by);
    }
    out = replaced(out, &rules.opaque, opaque);
    replaced(out, &rules.network, network).into_owned()
}

fn replaced<'t>(text: Cow<'t, str>, pattern: &Regex, by: impl Replacer) -> Cow<'t, str> {
    match pattern.replace_all(&text, by) {
        Cow::Borrowed(_) => text,
        Cow::Owned(it) => Cow::Owned(it),
    }
}

fn opaque(found: &Captures<'_>) -> String {
    let word = &found[0];
    let secret = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
    if secret { SECRET.to_owned() } else { word.to_owned() }
}

fn network(found: &Captures<'_>) -> String {
    let word = &found[0];
    let bare = word.trim_end_matches(['.', ':']);
    // With a port, `192.0.2.7:443`; an IPv6 address with a port stands in brackets, which are not part of the word.
    let host = bare.rsplit_once(':').map_or(bare, |(host, _)| host);
    let is_private = |it: &IpAddr| !it.is_loopback() && !it.is_unspecified();
    let candidates = [word, bare, host].into_iter().filter_map(|it| it.parse::<IpAddr>().ok());
    if candidates.into_iter().any(|it| is_private(&it)) { ADDRESS.to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_secret_goes() {
        for (given, expected) in [
            (
                "db down postgres://kalinklo:hunter2@db.example/k now",
                "db down postgres://[scrubbed]@db.example/k now",
            ),
            ("no mail for a.keller@example.org today", "no mail for [address] today"),
            ("GET /find?q=Anna+Keller&page=2 failed", "GET /find?[scrubbed] failed"),
            ("to=anna%40example.org", "to=[address]"),
            ("Authorization: Bearer abc.def", "Authorization: [scrubbed]"),
            ("Cookie: theme=dark; __Host-k=s3cret", "Cookie: [scrubbed]"),
            (r#"{"form_token":"abc","n":1}"#, r#"{"form_token":"[scrubbed]","n":1}"#),
            ("password=hunter2&next=/", "password=[scrubbed]&next=/"),
            ("link /sign-in/0aZ9bY8cX7dW6eV5fU4gT3 opened", "link /sign-in/[scrubbed] opened"),
            ("peer 192.0.2.7:4431 closed", "peer [address] closed"),
            ("peer 2001:db8::17 closed", "peer [address] closed"),
            ("peer [2001:db8::17]:443 closed", "peer [[address]]:443 closed"),
            ("call +49 (30) 1234-567 please", "call [number] please"),
        ] {
            assert_eq!(text(given), expected);
        }
    }

    #[test]
    fn plain_words_stay() {
        for same in [
            "listening on 127.0.0.1:7400",
            "called core::fmt::write at 22:01:10, version 0.1.0",
            "migration 0001_accounts applied in 12.5 ms",
            "confirm the representation of the_longest_name_in_the_house",
        ] {
            assert_eq!(text(same), same);
        }
    }
}
