//! Cookies (RFC 6265bis): reading one that stands once, writing one that only our server reads.

use warp::http::{HeaderMap, HeaderValue, header};

/// The value of the cookie `name`; `None` where it is absent or stands twice.
#[must_use]
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    found.next().filter(|_| found.next().is_none())
}

/// The name under which a cookie travels: `__Host-` over TLS, so that no other host or path can plant one; plain on
/// loopback without TLS, where browsers refuse the prefix.
#[must_use]
pub fn name(plain: &str, tls: bool) -> String {
    if tls { format!("__Host-{plain}") } else { plain.to_owned() }
}

/// A cookie for `seconds`; 0 takes it away. `name` and `value` must be of letters, digits, `-`, `_`, `.` and `~`;
/// `None` where they are not.
#[must_use]
pub fn set(name: &str, value: &str, seconds: u64, tls: bool) -> Option<HeaderValue> {
    let plain = |it: &str| it.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b));
    if name.is_empty() || !plain(name) || !plain(value) {
        return None;
    }
    let secure = if tls { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_found_and_two_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; session=x=y; b=2"));
        assert_eq!(find(&headers, "session"), Some("x=y"));
        assert_eq!(find(&headers, "sess"), None);
        headers.append(header::COOKIE, HeaderValue::from_static("session=planted"));
        assert_eq!(find(&headers, "session"), None);
    }

    #[test]
    fn a_cookie_is_for_the_server_alone() {
        let text = set(&name("session", true), "abc", 60, true).unwrap();
        assert_eq!(text, "__Host-session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
        assert!(!set("session", "abc", 60, false).unwrap().to_str().unwrap().contains("Secure"));
        assert_eq!(set("session", "a; Domain=x", 60, true), None);
    }
}
