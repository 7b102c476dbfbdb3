//! Which content coding a client likes best (RFC 9110 section 12.5.3).

use super::accepted;
use warp::http::HeaderMap;

/// A content coding that we keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Brotli (RFC 7932).
    Brotli,
    /// Gzip (RFC 1952).
    Gzip,
    /// As it is.
    Identity,
}

impl Coding {
    /// Its name in headers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// The best of what we have; on equal weight the smaller. We always have the plain form and send it where nothing
/// else is wanted, even to a client that refuses it: an answer helps more than 406.
#[must_use]
pub fn best(headers: &HeaderMap, br: bool, gzip: bool) -> Coding {
    let accepted = accepted(headers);
    let weight = |coding: Coding| {
        let mut any = None;
        for part in accepted.split(',') {
            let mut parts = part.split(';');
            let name = parts.next().unwrap_or_default().trim();
            let weight = parts.find_map(|it| it.trim().strip_prefix("q=")).map_or(Some(1000), thousandths);
            let weight = weight.unwrap_or(0);
            if name.eq_ignore_ascii_case(coding.name())
                || (coding == Coding::Gzip && name.eq_ignore_ascii_case("x-gzip"))
            {
                return weight;
            }
            if name == "*" {
                any = Some(weight);
            }
        }
        // What is not named is not acceptable, save the plain form, which then is the least wanted.
        any.unwrap_or(u16::from(coding == Coding::Identity))
    };
    let offers = [(Coding::Brotli, br), (Coding::Gzip, gzip), (Coding::Identity, true)];
    let mut chosen = (Coding::Identity, 0);
    for (coding, _) in offers.into_iter().filter(|(_, kept)| *kept) {
        let weight = weight(coding);
        if weight > chosen.1 {
            chosen = (coding, weight);
        }
    }
    chosen.0
}

/// `0.8` as 800; `None` where it is no weight.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(header: &str) -> Coding {
        let mut headers = HeaderMap::new();
        headers.insert("accept-encoding", header.parse().unwrap());
        best(&headers, true, true)
    }

    #[test]
    fn weights_are_heeded() {
        assert_eq!(best(&HeaderMap::new(), true, true), Coding::Identity);
        assert_eq!(ask("gzip, deflate, br"), Coding::Brotli);
        assert_eq!(ask("br;q=0.2, gzip;q=0.8"), Coding::Gzip);
        assert_eq!(ask("br;q=0, gzip"), Coding::Gzip);
        assert_eq!(ask("*"), Coding::Brotli);
        assert_eq!(ask("*;q=0"), Coding::Identity);
        assert_eq!(ask("identity, br;q=0.5"), Coding::Identity);
        assert_eq!(ask("br;q=nonsense, gzip;q=2"), Coding::Identity);
        assert_eq!(ask("GZIP"), Coding::Gzip);
        assert_eq!(ask(""), Coding::Identity);
    }
}
