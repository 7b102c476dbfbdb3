//! Instants, civil days, and the mint that makes ids. All are arguments: the house owns no clock.

use crate::ids::{Id, Key};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// One second in microseconds.
    pub const SECOND: i64 = 1_000_000;
    /// One minute in microseconds.
    pub const MINUTE: i64 = 60 * Self::SECOND;
    /// One hour in microseconds.
    pub const HOUR: i64 = 60 * Self::MINUTE;
    /// One day of 24 hours in microseconds.
    pub const DAY: i64 = 24 * Self::HOUR;

    /// The instant `micros` later (earlier when negative); saturates at the ends of time.
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Whole seconds since `then`, never negative; what policies see as an age.
    #[must_use]
    pub fn age_of(self, then: Moment) -> i64 {
        self.0.saturating_sub(then.0).max(0) / Self::SECOND
    }

    /// As a timestamp for display; `None` outside years -9999 to 9999.
    #[must_use]
    pub fn timestamp(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_microsecond(self.0).ok()
    }

    /// RFC 3339 in UTC, with microseconds where they are not zero.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.timestamp().map(|it| it.to_string()).unwrap_or_default()
    }
}

/// A civil date, as holds use it: no zone, no hour.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(jiff::civil::Date);

/// Why a text is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotADay {
    /// Not three numbers.
    #[error("enter a day, a month and a year in numbers")]
    Unreadable,
    /// Numbers, but no such day.
    #[error("this date does not exist: {0}")]
    Absent(String),
}

impl Day {
    /// A day of the calendar, from 1900 to 2200.
    ///
    /// # Errors
    /// Says why there is no such day, naming the length of the month where that is the reason.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, NotADay> {
        if !(1900..=2200).contains(&year) {
            return Err(NotADay::Absent("the year is not between 1900 and 2200".into()));
        }
        let first = jiff::civil::Date::new(year, month, 1)
            .map_err(|_| NotADay::Absent(format!("there is no month {month}")))?;
        jiff::civil::Date::new(year, month, day).map(Self).map_err(|_| {
            NotADay::Absent(format!("{} has {} days", first.strftime("%B %Y"), first.days_in_month()))
        })
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The civil day itself.
    #[must_use]
    pub fn civil(self) -> jiff::civil::Date {
        self.0
    }

    /// Days from `self` to `last`, both included; empty when `last` is earlier.
    pub fn through(self, last: Day) -> impl Iterator<Item = Day> {
        std::iter::successors(Some(self), |it| Some(it.next()).filter(|n| n > it))
            .take_while(move |it| *it <= last)
    }
}

impl std::str::FromStr for Day {
    type Err = NotADay;
    /// `YYYY-MM-DD` (RFC 3339 section 5.6, full-date).
    fn from_str(text: &str) -> Result<Self, NotADay> {
        let mut parts = text.splitn(3, '-');
        let mut part = |len: usize| {
            parts
                .next()
                .filter(|it| it.len() == len && it.bytes().all(|b| b.is_ascii_digit()))
                .ok_or(NotADay::Unreadable)
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        let number = |it: &str| it.parse::<i16>().map_err(|_| NotADay::Unreadable);
        let small = |it: i16| i8::try_from(it).map_err(|_| NotADay::Unreadable);
        Self::new(number(year)?, small(number(month)?)?, small(number(day)?)?)
    }
}
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Makes ids and secrets: the one source of randomness, handed in by the program (seeded in tests and the demo world).
pub trait Mint: Send {
    /// Fills `bytes` with randomness.
    fn fill(&mut self, bytes: &mut [u8]);

    /// A fresh id, ordered by `now` (RFC 9562 section 5.7).
    fn id<I: Id>(&mut self, now: Moment) -> I
    where
        Self: Sized,
    {
        let mut random = [0u8; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.0.max(0) / 1000).unwrap_or(0);
        I::from_key(Key::of(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()))
    }

    /// A secret of 32 random bytes, in base64url without padding is 43 characters; hash it before it is stored.
    fn secret(&mut self) -> [u8; 32]
    where
        Self: Sized,
    {
        let mut bytes = [0u8; 32];
        self.fill(&mut bytes);
        bytes
    }
}

impl<M: Mint + ?Sized> Mint for Box<M> {
    fn fill(&mut self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}

/// The key of a UUID given as a number; for fixtures.
#[must_use]
pub fn key_of(number: u128) -> Key {
    Key::of(Uuid::from_u128(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_exist_are_named() {
        let no = Day::new(2027, 2, 29).unwrap_err().to_string();
        assert_eq!(no, "this date does not exist: February 2027 has 28 days");
        assert!("2027-13-01".parse::<Day>().is_err());
        assert!("2027-1-01".parse::<Day>().is_err());
        assert_eq!("2028-02-29".parse::<Day>().unwrap().to_string(), "2028-02-29");
    }

    #[test]
    fn a_span_counts_both_ends() {
        let (a, b): (Day, Day) = ("2027-02-27".parse().unwrap(), "2027-03-02".parse().unwrap());
        assert_eq!(a.through(b).count(), 4);
        assert_eq!(b.through(a).count(), 0);
    }
}
