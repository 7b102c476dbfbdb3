//! Who is at the other end, in view of the proxies that we trust.

use ipnet::IpNet;
use std::net::IpAddr;
use warp::http::HeaderMap;

/// The client's address. `X-Forwarded-For` is walked from right to left only while the hop is one of ours: what a
/// stranger wrote further left is never believed. A hop that is no address ends the walk at the last one that was.
#[must_use]
pub fn client(trusted: &[IpNet], peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let ours = |it: &IpAddr| trusted.iter().any(|net| net.contains(it));
    let mut current = peer?.to_canonical();
    if !ours(&current) {
        return Some(current);
    }
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().map(|it| it.to_str().unwrap_or_default()).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        current = address.to_canonical();
        if !ours(&current) {
            break;
        }
    }
    Some(current)
}

/// What limits count an address as: a whole IPv6 /64, since one household or machine owns all of it.
#[must_use]
pub fn limit_key(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(it) => {
            let mut segments = it.segments();
            segments[4..].fill(0);
            IpAddr::V6(segments.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(peer: &str, lines: &[&str]) -> String {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        client(&trusted, peer.parse().ok(), &headers).unwrap().to_string()
    }

    #[test]
    fn only_trusted_hops_are_walked() {
        let line = "6.6.6.6, 1.2.3.4, 10.0.0.9";
        assert_eq!(ask("10.1.1.1", &[line]), "1.2.3.4");
        assert_eq!(ask("::ffff:10.1.1.1", &[line]), "1.2.3.4");
        assert_eq!(ask("9.9.9.9", &[line]), "9.9.9.9");
        assert_eq!(ask("10.1.1.1", &["6.6.6.6", "1.2.3.4,10.0.0.9"]), "1.2.3.4");
        assert_eq!(ask("10.1.1.1", &["1.2.3.4, nonsense, 10.0.0.9"]), "10.0.0.9");
        assert_eq!(ask("10.1.1.1", &[]), "10.1.1.1");
    }

    #[test]
    fn a_network_of_ipv6_is_one_key() {
        let key = |it: &str| limit_key(it.parse().unwrap()).to_string();
        assert_eq!(key("2001:db8:1:2:3::4"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("192.0.2.1"), "192.0.2.1");
    }
}
