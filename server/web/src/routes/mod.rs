//! The routes as data: one table says for each what it does, to what, who may at most, and what it may cost.

mod dispatch;
mod guard;
mod holes;
mod table;

pub use dispatch::{answer, filter};
pub use holes::Holes;
pub use table::{Table, TableFault};

use crate::edge::AppState;
use crate::http::Rq;
use crate::limits::Class;
use crate::problem::Problem;
use domain::{Moment, VisitId};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use warp::http::Method;
use warp::reply::Response;

/// What a handler gives back, in time.
pub type Answer = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;

/// A handler; write `|call| Box::pin(show(call))`.
pub type Handler<A> = fn(Call<A>) -> Answer;

/// A request with the route's holes filled and the application's state.
pub struct Call<A> {
    /// The request.
    pub rq: Rq,
    /// What stood in the path's holes.
    pub holes: Holes,
    /// The application.
    pub app: Arc<A>,
}

/// What is kept of a request for the record of its refusal.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The request.
    pub id: VisitId,
    /// When.
    pub at: Moment,
    /// From where; empty where nobody knows.
    pub address: String,
    /// How.
    pub method: Method,
    /// What was asked for.
    pub path: String,
}

impl Asked {
    /// Of a request.
    #[must_use]
    pub fn of(rq: &Rq) -> Self {
        Self {
            id: rq.id,
            at: rq.now,
            address: rq.client.map(|it| it.to_string()).unwrap_or_default(),
            method: rq.method.clone(),
            path: rq.path.clone(),
        }
    }
}

/// Who may at most: the widest circle that a route is for. Policies narrow it; nothing widens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    /// Anybody.
    Visitor,
    /// An account at the gate.
    Pending,
    /// An approved member of a workspace.
    Member,
    /// Counsel of a party, and members.
    Counsel,
    /// Platform staff.
    Admin,
    /// The holder of the operations token; to all others the path does not exist.
    Ops,
}

impl Most {
    /// The word in `routes --json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Pending => "pending",
            Self::Member => "member",
            Self::Counsel => "counsel",
            Self::Admin => "admin",
            Self::Ops => "ops",
        }
    }
}

/// Which limit counts a request beyond the one that counts them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// Only the general one.
    Read,
    /// Changes, by actor.
    Mutation,
    /// Forms that strangers may send, by address. Also lets the configured static site post from its own origin.
    PublicForm,
    /// Sign-in, by address.
    SignIn,
}

impl Rate {
    /// The word in `routes --json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Mutation => "mutation",
            Self::PublicForm => "public_form",
            Self::SignIn => "sign_in",
        }
    }

    pub(crate) fn class(self) -> Class {
        match self {
            Self::Read => Class::Read,
            Self::Mutation => Class::Mutation,
            Self::PublicForm => Class::PublicForm,
            Self::SignIn => Class::SignIn,
        }
    }
}

/// Body limit of an ordinary form, in bytes.
pub const FORM: usize = 64 * 1024;

/// A route that reads no query.
const NOTHING: Option<&'static [&'static str]> = Some(&[]);

/// One route.
pub struct Route<A> {
    /// The method; `GET` also answers `HEAD`.
    pub method: Method,
    /// The path, with holes as `{name}`; a hole takes one whole segment that is not empty.
    pub path: &'static str,
    /// The Cedar action that decides; empty where none does (public pages).
    pub action: &'static str,
    /// The Cedar type of the resource.
    pub resource: &'static str,
    /// Who may at most.
    pub most: Most,
    /// Most bytes of a body; 0 where none is read.
    pub body: usize,
    /// Which limit counts.
    pub rate: Rate,
    /// The fields of a query that it reads, each at most once; any other is refused. `None` where a query is not looked
    /// at: a page that strangers link to with fields of their own.
    pub query: Option<&'static [&'static str]>,
    /// What answers.
    pub handler: Handler<A>,
}

impl<A> Route<A> {
    /// A page to read.
    #[must_use]
    pub const fn get(
        path: &'static str,
        action: &'static str,
        resource: &'static str,
        most: Most,
        handler: Handler<A>,
    ) -> Self {
        let (body, rate, query) = (0, Rate::Read, NOTHING);
        Self { method: Method::GET, path, action, resource, most, body, rate, query, handler }
    }

    /// A form to send, of at most [`FORM`] bytes, counted as a mutation.
    #[must_use]
    pub const fn post(
        path: &'static str,
        action: &'static str,
        resource: &'static str,
        most: Most,
        handler: Handler<A>,
    ) -> Self {
        let (body, rate, query) = (FORM, Rate::Mutation, NOTHING);
        Self { method: Method::POST, path, action, resource, most, body, rate, query, handler }
    }

    /// The same route with another body limit, in bytes.
    #[must_use]
    pub fn body(self, bytes: usize) -> Self {
        Self { body: bytes, ..self }
    }

    /// The same route, which reads these fields of a query.
    #[must_use]
    pub fn reads(self, fields: &'static [&'static str]) -> Self {
        Self { query: Some(fields), ..self }
    }

    /// The same route, which is asked with any query and looks at none.
    #[must_use]
    pub fn reads_any(self) -> Self {
        Self { query: None, ..self }
    }

    /// The same route, counted otherwise.
    #[must_use]
    pub fn rate(self, rate: Rate) -> Self {
        Self { rate, ..self }
    }
}

/// The table as `kalinklo routes --json` prints it: one object a route.
#[must_use]
pub fn routes_json<A: AppState>(routes: &[Route<A>]) -> serde_json::Value {
    routes
        .iter()
        .map(|it| {
            serde_json::json!({
                "method": it.method.as_str(),
                "path": it.path,
                "action": it.action,
                "resource_type": it.resource,
                "who_may": it.most.as_str(),
                "body_limit": it.body,
                "rate_limit": it.rate.as_str(),
                "query": it.query,
            })
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
