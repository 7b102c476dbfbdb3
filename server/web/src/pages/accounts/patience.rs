//! The delays of an address from which sign-ins failed. They are the store's, so that they hold on every server.

use crate::edge::AppState as _;
use crate::house::House;
use crate::http::{Rq, address};
use crate::problem::Problem;
use crate::routes::Asked;
use domain::Moment;
use std::net::IpAddr;
use std::sync::Arc;
use store::accounts::{Patience, address_right, address_try, address_waits};

/// From where a sign-in is tried.
#[derive(Debug, Clone)]
pub(crate) struct From {
    pub(crate) asked: Asked,
    client: Option<IpAddr>,
    /// The address, as limits count it.
    counted: String,
}

impl From {
    pub(crate) fn of(rq: &Rq) -> Self {
        let counted = |it: IpAddr| address::limit_key(it).to_string();
        let counted = rq.client.map_or_else(|| "unknown".into(), counted);
        Self { asked: Asked::of(rq), client: rq.client, counted }
    }

    /// Whether this address may ask for a link now.
    ///
    /// # Errors
    /// [`Problem::TooMany`], whatever is asked for; the store's.
    pub(crate) fn may(&self, house: &House) -> Result<(), Problem> {
        match address_waits(&house.store, &self.counted, self.asked.at)? {
            None => Ok(()),
            Some(until) => Err(self.wait(until)),
        }
    }

    /// Takes a try: before what was typed is compared, or where a link was none.
    ///
    /// # Errors
    /// As [`From::may`]: then what was typed may not be compared.
    pub(crate) fn tries(&self, house: &House) -> Result<(), Problem> {
        let allowed = house.edge.limits.sign_in_failed();
        let patience = Patience {
            free: i64::from(allowed.burst.get()),
            first_wait: i64::from(allowed.seconds.get()) * Moment::SECOND,
        };
        address_try(&house.store, &self.counted, patience, self.asked.at)?.map_err(|until| self.wait(until))
    }

    /// Gives the try back: it was right.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn was_right(&self, house: &House) -> Result<(), Problem> {
        Ok(address_right(&house.store, &self.counted, self.asked.at)?)
    }

    fn wait(&self, until: Moment) -> Problem {
        let micros = u64::try_from(until.0.saturating_sub(self.asked.at.0)).unwrap_or_default();
        Problem::TooMany { retry_after: micros.div_ceil(1_000_000).max(1) }
    }
}

/// What was done, as it is. That an address had to wait is recorded, as meeting any limit is.
pub(crate) fn noted<T>(house: &Arc<House>, from: &From, done: Result<T, Problem>) -> Result<T, Problem> {
    if matches!(done, Err(Problem::TooMany { .. })) && house.edge.limits.is_news(None, from.client) {
        house.limited(&from.asked, None);
    }
    done
}
