//! Names and values as Cedar knows them, prepared once.

use cedar_policy::{
    Entity, EntityId, EntityTypeName, EntityUid, PartialEntity, RestrictedExpression, Schema,
};
use domain::Key;
use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

macro_rules! kinds { ($($Kind:ident),+ $(,)?) => {
    /// Every entity type of the schema.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum EntityKind { $(#[allow(missing_docs)] $Kind),+ }
    impl EntityKind {
        /// All of them.
        pub const ALL: &'static [EntityKind] = &[$(Self::$Kind),+];
        /// The name in the schema.
        #[must_use]
        pub fn as_str(self) -> &'static str { match self { $(Self::$Kind => stringify!($Kind)),+ } }
    }
} }
kinds! {
    Person, Visitor, ArtistMember, AgencyMember, PresenterMember, Counsel, Admin, Automation, Operator,
    ArtistWorkspace, AgencyWorkspace, PresenterWorkspace, Platform, Account, AccessCode, Profile, Mandate,
    Partnership, Enquiry, Engagement, Request, Hold, Quote, Contract, Invoice, Settlement, Message, Document,
    AuditChain, AuditField, Draft, SeasonPlan, Shortlist, Portal,
}

/// An attribute's value, as facts and actors carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A word or text.
    Text(&'a str),
    /// Yes or no.
    Flag(bool),
    /// Another entity.
    Ref(EntityKind, Key),
    /// A set of words.
    Texts(Vec<&'a str>),
    /// A set of entities.
    Refs(EntityKind, Vec<Key>),
}

/// An entity's attributes in the making.
pub(crate) type Attributes<'a> = Vec<(&'static str, Value<'a>)>;

// Type names are parsed from our own words, once; a word that did not parse would be no type of the schema, and every
// request that names it is refused.
static TYPES: LazyLock<Vec<Option<EntityTypeName>>> =
    LazyLock::new(|| EntityKind::ALL.iter().map(|it| it.as_str().parse().ok()).collect());

/// What could not be built; always a refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unbuildable(pub(crate) String);

pub(crate) fn type_name(kind: EntityKind) -> Result<EntityTypeName, Unbuildable> {
    TYPES
        .get(kind as usize)
        .cloned()
        .flatten()
        .ok_or_else(|| Unbuildable(format!("no type `{}`", kind.as_str())))
}

pub(crate) fn uid(kind: EntityKind, id: &str) -> Result<EntityUid, Unbuildable> {
    Ok(EntityUid::from_type_name_and_id(type_name(kind)?, EntityId::new(id)))
}

fn expression(value: &Value<'_>) -> Result<RestrictedExpression, Unbuildable> {
    Ok(match value {
        Value::Text(it) => RestrictedExpression::new_string((*it).to_owned()),
        Value::Flag(it) => RestrictedExpression::new_bool(*it),
        Value::Ref(kind, id) => RestrictedExpression::new_entity_uid(uid(*kind, id.as_str())?),
        Value::Texts(them) => RestrictedExpression::new_set(
            them.iter().map(|it| RestrictedExpression::new_string((*it).to_owned())),
        ),
        Value::Refs(kind, them) => RestrictedExpression::new_set(
            them.iter()
                .map(|it| Ok(RestrictedExpression::new_entity_uid(uid(*kind, it.as_str())?)))
                .collect::<Result<Vec<_>, Unbuildable>>()?,
        ),
    })
}

/// The same as [`build`], for partial evaluation.
pub(crate) fn partial(
    kind: EntityKind,
    id: &str,
    attributes: &Attributes<'_>,
    schema: &Schema,
) -> Result<PartialEntity, Unbuildable> {
    let attributes = attributes.iter().map(|(name, value)| Ok(((*name).into(), expression(value)?)));
    let attributes = attributes.collect::<Result<_, Unbuildable>>()?;
    let none = Some(HashSet::new());
    PartialEntity::new(uid(kind, id)?, Some(attributes), none, Some(BTreeMap::new()), schema)
        .map_err(|e| Unbuildable(e.to_string()))
}

pub(crate) fn build(kind: EntityKind, id: &str, attributes: &Attributes<'_>) -> Result<Entity, Unbuildable> {
    let attributes = attributes
        .iter()
        .map(|(name, value)| Ok(((*name).to_owned(), expression(value)?)))
        .collect::<Result<Vec<_>, Unbuildable>>()?;
    Entity::new_with_tags(uid(kind, id)?, attributes, [], []).map_err(|e| Unbuildable(e.to_string()))
}
