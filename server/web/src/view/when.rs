//! Times in words and for machines: `Thu 4 March 2027, 19:30 (Vienna)`.

use domain::{Day, Moment};
use jiff::tz::TimeZone;
use serde::Serialize;

/// A time as a page shows it: words for people, RFC 3339 for `<time datetime>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct When {
    /// For machines: RFC 3339 with its offset, or a full date.
    pub machine: String,
    /// For people.
    pub text: String,
}

/// A place whose clock is shown, by its name in the IANA time zone database.
#[derive(Debug, Clone)]
pub struct Zone {
    zone: TimeZone,
    city: String,
}

impl Zone {
    /// Finds a zone, `Europe/Vienna`; `None` where there is none of this name. The database is in the program, so it
    /// does not depend on the machine.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        let city = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
        Some(Self { zone, city })
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self { zone: TimeZone::UTC, city: "UTC".into() }
    }

    /// The instant at which this place's clock shows a full hour of a day; `None` where the day has no such hour.
    #[must_use]
    pub fn at(&self, day: Day, hour: i8) -> Option<Moment> {
        let clock = jiff::civil::Time::new(hour, 0, 0, 0).ok()?;
        let there = day.civil().to_datetime(clock).to_zoned(self.zone.clone()).ok()?;
        Some(Moment(there.timestamp().as_microsecond()))
    }

    /// The day that this place's calendar shows at an instant.
    #[must_use]
    pub fn day(&self, at: Moment) -> Option<Day> {
        let date = at.timestamp()?.to_zoned(self.zone.clone()).date();
        Day::new(date.year(), date.month(), date.day()).ok()
    }

    /// The name shown after a time.
    #[must_use]
    pub fn city(&self) -> &str {
        &self.city
    }
}

/// An instant in a zone: `Thu 4 March 2027, 19:30 (Vienna)`. Empty outside the years -9999 to 9999.
#[must_use]
pub fn instant(at: Moment, zone: &Zone) -> When {
    let Some(time) = at.timestamp() else { return When { machine: String::new(), text: String::new() } };
    let there = time.to_zoned(zone.zone.clone());
    When {
        machine: there.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        text: format!("{} ({})", there.strftime("%a %-d %B %Y, %H:%M"), zone.city),
    }
}

/// A deadline, which is an instant, in both sides' zones: once where they are the same.
#[must_use]
pub fn deadline(at: Moment, ours: &Zone, theirs: &Zone) -> When {
    let mut when = instant(at, ours);
    if ours.city != theirs.city
        && let Some(time) = at.timestamp()
    {
        let there = time.to_zoned(theirs.zone.clone());
        let same_day = there.date() == time.to_zoned(ours.zone.clone()).date();
        let text = there.strftime(if same_day { "%H:%M" } else { "%a %-d %B, %H:%M" });
        when.text = format!("{}, {text} ({})", when.text, theirs.city);
    }
    when
}

/// How far ahead an instant is, in whole days, hours or minutes: `in 6 days`, `in 30 hours`. `now` where it has come.
#[must_use]
pub fn left(from: Moment, to: Moment) -> String {
    let ahead = to.0.saturating_sub(from.0);
    let (count, unit) = match ahead {
        ..=0 => return "now".into(),
        it if it >= 3 * Moment::DAY => (it / Moment::DAY, "day"),
        it if it >= Moment::HOUR => (it / Moment::HOUR, "hour"),
        it => (it / Moment::MINUTE, "minute"),
    };
    match count {
        0 => "within a minute".into(),
        1 => format!("in 1 {unit}"),
        _ => format!("in {count} {unit}s"),
    }
}

/// A civil day: `Thu 4 March 2027`.
#[must_use]
pub fn day(day: Day) -> When {
    When { machine: day.to_string(), text: day.civil().strftime("%a %-d %B %Y").to_string() }
}

/// Days from first to last, both included: `Thu 4 to Sat 6 March 2027`. The machine form is the first day.
#[must_use]
pub fn span(first: Day, last: Day) -> When {
    if last <= first {
        return day(first);
    }
    let (from, to) = (first.civil(), last.civil());
    let head = if (from.year(), from.month()) == (to.year(), to.month()) {
        "%a %-d"
    } else if from.year() == to.year() {
        "%a %-d %B"
    } else {
        "%a %-d %B %Y"
    };
    When {
        machine: first.to_string(),
        text: format!("{} to {}", from.strftime(head), to.strftime("%a %-d %B %Y")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn instants_are_shown_where_they_happen() {
        let vienna = Zone::named("Europe/Vienna").unwrap();
        let when = instant(at("2027-03-04T18:30:00Z"), &vienna);
        assert_eq!(when.text, "Thu 4 March 2027, 19:30 (Vienna)");
        assert_eq!(when.machine, "2027-03-04T19:30:00+01:00");
        assert_eq!(instant(at("2027-07-04T18:30:00Z"), &vienna).text, "Sun 4 July 2027, 20:30 (Vienna)");
        assert_eq!(Zone::named("America/New_York").unwrap().city(), "New York");
        assert!(Zone::named("Europe/Nowhere").is_none());
        assert_eq!(instant(Moment(i64::MAX), &vienna).text, "");
    }

    #[test]
    fn hours_of_a_place_are_instants() {
        let vienna = Zone::named("Europe/Vienna").unwrap();
        let day: Day = "2027-03-04".parse().unwrap();
        assert_eq!(vienna.at(day, 19), Some(at("2027-03-04T18:00:00Z")));
        assert_eq!(vienna.day(at("2027-03-03T23:30:00Z")), Some(day));
        assert_eq!(vienna.at(day, 24), None);
    }

    #[test]
    fn deadlines_are_shown_in_both_zones() {
        let (vienna, york) =
            (Zone::named("Europe/Vienna").unwrap(), Zone::named("America/New_York").unwrap());
        let noon = at("2026-12-04T17:00:00Z");
        assert_eq!(
            deadline(noon, &vienna, &york).text,
            "Fri 4 December 2026, 18:00 (Vienna), 12:00 (New York)"
        );
        assert_eq!(deadline(noon, &vienna, &vienna).text, "Fri 4 December 2026, 18:00 (Vienna)");
        let night = at("2026-12-05T02:00:00Z");
        let text = deadline(night, &vienna, &york).text;
        assert_eq!(text, "Sat 5 December 2026, 03:00 (Vienna), Fri 4 December, 21:00 (New York)");
    }

    #[test]
    fn what_is_left_is_said_in_the_unit_that_fits() {
        let said = |micros: i64| left(Moment(5), Moment(5).plus(micros));
        assert_eq!(said(7 * Moment::DAY), "in 7 days");
        assert_eq!(said(7 * Moment::DAY - 1), "in 6 days");
        assert_eq!(said(3 * Moment::DAY - 1), "in 71 hours");
        assert_eq!(
            (said(Moment::HOUR), said(Moment::HOUR - 1)),
            ("in 1 hour".into(), "in 59 minutes".into())
        );
        assert_eq!(
            (said(Moment::MINUTE - 1), said(0), said(-1)),
            ("within a minute".into(), "now".into(), "now".into())
        );
    }

    #[test]
    fn days_and_spans() {
        let of = |it: &str| it.parse::<Day>().unwrap();
        assert_eq!(
            day(of("2027-03-04")),
            When { machine: "2027-03-04".into(), text: "Thu 4 March 2027".into() }
        );
        assert_eq!(span(of("2027-03-04"), of("2027-03-06")).text, "Thu 4 to Sat 6 March 2027");
        assert_eq!(span(of("2027-02-27"), of("2027-03-01")).text, "Sat 27 February to Mon 1 March 2027");
        assert_eq!(
            span(of("2026-12-31"), of("2027-01-01")).text,
            "Thu 31 December 2026 to Fri 1 January 2027"
        );
        assert_eq!(span(of("2027-03-04"), of("2027-03-04")).text, "Thu 4 March 2027");
    }
}
