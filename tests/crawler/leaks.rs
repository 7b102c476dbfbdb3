//! Finds forbidden names in an answer, byte for byte, as sent and as a reader's program decodes it.

use crate::oracle::{Name, Oracle};
use crate::support::world::Persona;
use std::collections::HashMap;

/// All names of a world, ready to be looked for.
pub struct Names {
    all: Vec<Name>,
    by_start: HashMap<[u8; 3], Vec<usize>>,
    /// Whether any name starts with these two bytes: most places are passed by this alone.
    starts: Vec<bool>,
}

/// One place where something is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    from: usize,
    to: usize,
    name: usize,
}

impl Names {
    pub fn of(oracle: &Oracle<'_>) -> Self {
        let all = oracle.names();
        let mut by_start: HashMap<[u8; 3], Vec<usize>> = HashMap::new();
        let mut starts = vec![false; 1 << 16];
        for (at, name) in all.iter().enumerate() {
            let bytes = name.text.as_bytes();
            assert!(bytes.len() > 4, "too short to be looked for: {name:?}");
            by_start.entry([bytes[0], bytes[1], bytes[2]]).or_default().push(at);
            starts[usize::from(bytes[0]) << 8 | usize::from(bytes[1])] = true;
        }
        Self { all, by_start, starts }
    }

    fn places(&self, text: &[u8]) -> Vec<Place> {
        let mut found = Vec::new();
        for from in 0..text.len().saturating_sub(2) {
            if !self.starts[usize::from(text[from]) << 8 | usize::from(text[from + 1])] {
                continue;
            }
            let start = [text[from], text[from + 1], text[from + 2]];
            for name in self.by_start.get(&start).into_iter().flatten() {
                let wanted = self.all[*name].text.as_bytes();
                if text[from..].starts_with(wanted) {
                    found.push(Place { from, to: from + wanted.len(), name: *name });
                }
            }
        }
        found
    }

    /// What an answer at `path` names, forbidden or not.
    pub fn named(&self, body: &[u8]) -> Vec<&Name> {
        let places = readings(body).into_iter().flat_map(|it| self.places(&it)).collect::<Vec<_>>();
        places.into_iter().map(|it| &self.all[it.name]).collect()
    }

    /// What an answer at `path` names that `persona` must not be told, with what stands around it.
    pub fn leaks(&self, oracle: &Oracle<'_>, persona: &Persona, path: &str, body: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for text in readings(body) {
            let places = self.places(&text);
            let (allowed, forbidden): (Vec<Place>, Vec<Place>) =
                places.into_iter().partition(|it| oracle.may_name(persona, &self.all[it.name].of, path));
            for it in forbidden {
                // a name that happens to stand inside a longer one that may be shown is not told by it
                let inside = |other: &Place| other.from <= it.from && it.to <= other.to && *other != it;
                if allowed.iter().any(inside) {
                    continue;
                }
                let around = &text[it.from.saturating_sub(60)..(it.to + 40).min(text.len())];
                let around = String::from_utf8_lossy(around).split_whitespace().collect::<Vec<_>>().join(" ");
                lines.push(format!("{} at {path}: {:?} in …{around}…", persona.name, self.all[it.name]));
            }
        }
        lines.sort();
        lines.dedup();
        lines
    }
}

/// A body as sent with entities decoded, and the same with percent-escapes decoded too, where there are any.
fn readings(body: &[u8]) -> Vec<Vec<u8>> {
    let plain = without_entities(body);
    let mut all = Vec::new();
    if plain.contains(&b'%') || plain.contains(&b'+') {
        all.push(without_escapes(&plain));
    }
    all.push(plain);
    all
}

/// Decodes the entities that serialisers write (WHATWG HTML section 13.5, the five of XML, and numbers).
fn without_entities(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.iter().position(|it| *it == b'&') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let end = rest.iter().take(12).position(|it| *it == b';');
        let decoded =
            end.and_then(|end| entity(std::str::from_utf8(&rest[1..end]).ok()?).map(|it| (it, end)));
        if let Some((letter, end)) = decoded {
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[end + 1..];
        } else {
            out.push(b'&');
            rest = &rest[1..];
        }
    }
    out.extend_from_slice(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

fn without_escapes(text: &[u8]) -> Vec<u8> {
    let digit =
        |it: Option<&u8>| it.and_then(|it| char::from(*it).to_digit(16)).and_then(|it| u8::try_from(it).ok());
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match (text[at], digit(text.get(at + 1)), digit(text.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 2;
            }
            (b'+', ..) => out.push(b' '),
            (it, ..) => out.push(it),
        }
        at += 1;
    }
    out
}

#[test]
fn a_body_is_read_as_a_program_reads_it() {
    assert_eq!(without_entities(b"O&#x27;Hara &amp; &lt;b&gt; & &nope; &#101;"), b"O'Hara & <b> & &nope; e");
    assert_eq!(without_escapes(b"Anna+Berg%20%C3%BC%zz%"), "Anna Berg ü%zz%".as_bytes());
}
