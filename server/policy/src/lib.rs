//! The only crate that decides. Facts become Cedar entities here; a yes leaves as a [`Permit`] or a [`Scope`].
//!
//! ```text
//! Asker + facts ─► Engine::decide::<Action> ─► Permit<Action>  or  Refused
//! Asker         ─► Engine::scope::<Action>  ─► Scope<Action>   (Always, Never, When)
//! ```

mod action;
mod actor;
pub mod ask;
mod bundle;
mod engine;
mod entity;
mod explain;
pub mod facts;
mod folded;
pub mod highlight;
mod permit;
mod prepared;
pub mod scope;
mod slice;
pub mod source;
mod thing;

pub use action::{
    ALL, Action, ActionName, Claim, Factor, Input, Listable, Overdue, Shown, StaffShown,
    Told as ContextValue, Unasked, Visit, VisitListed, actions,
};
pub use actor::{Actor, Asker, Member, Staff, TASKS};
pub use bundle::{Bundle, Complaint, PolicyText};
pub use engine::{CONSTANT, Decided, Decisions, Engine, LoadError, Refused, Why};
pub use entity::{EntityKind, Value};
pub use explain::{
    Change, Clause, Explained, Form, MOST_CHANGES, MOST_NEAR, MOST_TRIES, Near, Place, Rule, Verdict,
};
pub use facts::Facts;
pub use permit::Permit;
pub use prepared::{Decides, Prepared, prepared};
pub use scope::{Filter, Literal, Scope};
pub use thing::{Thing, Told};
