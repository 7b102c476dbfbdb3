//! Heads of chains, to be kept where who can change the database cannot: against them a chain can be cut as little as it can
//! be changed.

use domain::Digest;

/// Where a chain stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The chain.
    pub chain: String,
    /// How many entries it had.
    pub length: i64,
    /// The hash of the last one.
    pub head: Digest,
}

impl Head {
    /// As a line: chain, length, hash.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {} {}", self.chain, self.length, self.head)
    }

    /// Reads such a line.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (chain, length, head) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let whole = words.next().is_none() && !chain.is_empty() && length > 0;
        whole.then(|| Self { chain: chain.to_owned(), length, head })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_back_and_half_of_one_is_none() {
        let it = Head { chain: "platform".into(), length: 7, head: Digest([0xa7; 32]) };
        let line = it.line();
        assert_eq!(Head::parse(&line), Some(it));
        for other in
            [&line[..line.len() - 1], "platform 7", "", &line.replace(" 7 ", " 0 "), &format!("{line} x")]
        {
            assert_eq!(Head::parse(other), None, "{other}");
        }
    }
}
