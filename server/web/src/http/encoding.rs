//! Percent-encoding (RFC 3986 section 2.1), strict.

/// Decodes `%XX`; `None` where a `%` is not followed by two hexadecimal digits or the bytes are not UTF-8.
/// `plus` reads `+` as a space, as forms write it (WHATWG URL, application/x-www-form-urlencoded).
#[must_use]
pub fn decode(text: &[u8], plus: bool) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        out.push(match byte {
            b'%' => digit(*rest.next()?)? << 4 | digit(*rest.next()?)?,
            b'+' if plus => b' ',
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok())
}

/// Encodes everything but the unreserved characters.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_both_ways() {
        assert_eq!(decode(b"a%20b+c", true).as_deref(), Some("a b c"));
        assert_eq!(decode(b"a+b", false).as_deref(), Some("a+b"));
        for bad in [&b"%"[..], b"%4", b"%zz", b"%ff", b"%+1"] {
            assert_eq!(decode(bad, true), None, "{bad:?}");
        }
        let text = "Zürich & co/100 %";
        assert_eq!(decode(encode(text).as_bytes(), false).as_deref(), Some(text));
    }
}
