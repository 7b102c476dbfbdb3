//! Places for connections, so many for each address: one peer cannot take those of all others.

use crate::http::address;
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who has how many.
#[derive(Clone)]
pub(super) struct Places {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
    proxies: Arc<[IpNet]>,
}

/// A place, until it is dropped.
pub(super) struct Place(Option<(Places, IpAddr)>);

impl Places {
    /// At most `most` for each address but those of `proxies`.
    pub(super) fn new(most: usize, proxies: Vec<IpNet>) -> Self {
        Self { taken: Arc::default(), most: most.max(1), proxies: proxies.into() }
    }

    /// A place for a connection from there, where one is free.
    pub(super) fn take(&self, from: IpAddr) -> Option<Place> {
        let from = from.to_canonical();
        if self.proxies.iter().any(|it| it.contains(&from)) {
            return Some(Place(None));
        }
        let key = address::limit_key(from);
        let mut taken = self.counts();
        let count = taken.entry(key).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place(Some((self.clone(), key))))
    }

    /// Counts have no invariant that a panic elsewhere could break.
    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((places, key)) = self.0.take() else { return };
        let mut taken = places.counts();
        match taken.get_mut(&key) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(&key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_it_is_left_and_nothing_is_remembered() {
        let places = Places::new(2, vec!["192.0.2.0/24".parse().unwrap()]);
        let at = |text: &str| places.take(text.parse().unwrap());
        let (one, other) = (at("2001:db8::1"), at("2001:db8::2"));
        assert!(one.is_some() && other.is_some() && at("2001:db8::3").is_none(), "one network");
        assert!(at("2001:db8:0:1::1").is_some(), "another network");
        let many: Vec<_> = (0..9).map(|_| at("192.0.2.7")).collect();
        assert!(many.iter().all(Option::is_some), "a proxy");
        drop(one);
        assert!(at("2001:db8::3").is_some());
        drop((other, many));
        assert!(places.counts().is_empty());
    }
}
