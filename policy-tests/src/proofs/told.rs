//! A request of the solver's making in the program's own words: names for ids, a sentence, a case.

use crate::cases::Cases;
use cedar_policy::{Entity, EntityUid, EvalResult};
use cedar_policy_symcc::Env;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use toml::{Table, Value};

/// The attributes of an entity or a context.
type Attributes = BTreeMap<String, EvalResult>;

/// What contexts may tell.
const CONTEXT: [&str; 5] = ["digest", "to", "claim", "overdue", "factor_age"];

/// A request and its store, with a name for every id: the asker's first, then the thing's.
pub(crate) struct Told {
    principal: EntityUid,
    action: String,
    resource: EntityUid,
    asker: Attributes,
    thing: Attributes,
    context: Attributes,
    names: BTreeMap<EntityUid, String>,
    digests: Vec<String>,
}

impl Told {
    /// `None` for a request that is not whole, which the solver never makes.
    pub(crate) fn of(env: &Env) -> Option<Self> {
        let attributes = |uid: &EntityUid| {
            let them = env.entities.get(uid).map(Entity::attrs).into_iter().flatten();
            them.filter_map(|(name, it)| Some((name.to_owned(), it.ok()?))).collect::<Attributes>()
        };
        let principal = env.request.principal()?.clone();
        let resource = env.request.resource()?.clone();
        let context = env.request.context()?;
        let mut it = Self {
            action: env.request.action()?.id().unescaped().to_owned(),
            asker: attributes(&principal),
            thing: attributes(&resource),
            context: CONTEXT.iter().filter_map(|it| Some(((*it).to_owned(), context.get(it)?))).collect(),
            principal,
            resource,
            names: BTreeMap::new(),
            digests: Vec::new(),
        };
        it.name_all();
        Some(it)
    }

    fn name_all(&mut self) {
        let mut uids = vec![self.principal.clone()];
        let mut texts = Vec::new();
        for (name, it) in self.asker.iter().chain(&self.thing).chain(&self.context) {
            match it {
                EvalResult::EntityUid(it) => uids.push(it.clone()),
                EvalResult::Set(them) => uids.extend(them.iter().filter_map(|it| match it {
                    EvalResult::EntityUid(it) => Some(it.clone()),
                    _ => None,
                })),
                EvalResult::String(it) if name == "digest" => texts.push(it.clone()),
                _ => {}
            }
        }
        uids.push(self.resource.clone());
        for uid in uids {
            let stem = stem(&uid.type_name().to_string());
            let taken = self.names.iter().filter(|it| it.1.starts_with(&format!("{stem}-"))).count();
            let letter = char::from(b'a' + u8::try_from(taken.min(25)).unwrap_or(25));
            self.names.entry(uid).or_insert_with(|| format!("{stem}-{letter}"));
        }
        texts.dedup();
        self.digests = texts;
    }

    fn name(&self, uid: &EntityUid) -> &str {
        self.names.get(uid).map_or("nobody", String::as_str)
    }

    fn digest(&self, text: &str) -> String {
        let at = self.digests.iter().position(|it| it == text).unwrap_or_default();
        ["terms", "other terms"].get(at).copied().unwrap_or("third terms").to_owned()
    }

    /// The same, without an attribute of the thing.
    pub(crate) fn without(mut self, attribute: &str) -> Self {
        self.thing.remove(attribute);
        self
    }

    /// `An approved assistant of agency agency-b`
    pub(crate) fn who(&self) -> String {
        let text = |name: &str| match self.asker.get(name) {
            Some(EvalResult::String(it)) => it.as_str(),
            _ => "",
        };
        let flag = |name: &str| matches!(self.asker.get(name), Some(EvalResult::Bool(true)));
        let kind = self.principal.type_name().to_string();
        let account = text("account");
        match kind.as_str() {
            "ArtistMember" | "AgencyMember" | "PresenterMember" => {
                let side = kind.trim_end_matches("Member").to_lowercase();
                let person = if flag("in_person") { ", in person," } else { "" };
                let workspace = match self.asker.get("workspace") {
                    Some(EvalResult::EntityUid(it)) => self.name(it),
                    _ => "nobody",
                };
                let unverified = if flag("verified") { "" } else { "unverified" };
                format!("{} {} `{workspace}`{person}", a(&[account, text("role"), "of", unverified]), side)
            }
            "Counsel" | "Admin" => {
                let name = self.name(&self.principal);
                let age = match self.context.get("factor_age") {
                    Some(EvalResult::Long(it)) => format!(", with a second factor of {it} seconds ago,"),
                    _ => String::new(),
                };
                format!("{} (`{name}`){age}", a(&[account, &kind.to_lowercase()]))
            }
            "Automation" => {
                let owner =
                    ["artist", "agency", "presenter"].iter().find_map(|it| match self.asker.get(*it) {
                        Some(EvalResult::EntityUid(it)) => Some(format!(" of `{}`", self.name(it))),
                        _ => None,
                    });
                format!("Automation for `{}`{}", text("task"), owner.unwrap_or_default())
            }
            "Visitor" => "A visitor".to_owned(),
            "Operator" => "The operator".to_owned(),
            other => other.to_owned(),
        }
    }

    /// `ViewListing on a Profile (workspace artist-a, level stealth)`
    pub(crate) fn what(&self) -> String {
        let mut parts = Vec::new();
        for (name, it) in &self.thing {
            match it {
                EvalResult::EntityUid(it) => parts.push(format!("{name} `{}`", self.name(it))),
                EvalResult::String(it)
                    if matches!(name.as_str(), "level" | "state" | "side" | "audience") =>
                {
                    parts.push(format!("{name} {it}"));
                }
                _ => {}
            }
        }
        let kind = self.resource.type_name().to_string();
        let which = if kind.ends_with("Workspace") {
            format!("{kind} `{}`", self.name(&self.resource))
        } else if kind == "Platform" {
            "the platform".to_owned()
        } else {
            format!("{} {kind}", article(&kind).to_lowercase())
        };
        let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
        format!("{} on {which}{parts}", self.action)
    }

    /// Every attribute, a line each.
    pub(crate) fn facts(&self) -> String {
        let mut text = String::new();
        for (var, of) in [("principal", &self.asker), ("resource", &self.thing), ("context", &self.context)] {
            for (name, it) in of {
                let _ = writeln!(text, "{var}.{name} = {it}");
            }
        }
        format!("principal = {}\nresource = {}\n{text}", self.principal, self.resource)
    }

    /// A case with the decision that should be; `None` where the program has no words for these facts.
    pub(crate) fn case(&self, name: &str, should: bool) -> Option<String> {
        let mut told = Table::new();
        for (name, it) in self.context.iter().filter(|it| it.0 != "factor_age") {
            told.insert(name.clone(), self.value(name, it)?);
        }
        let mut text = String::from("[[case]]\n");
        let _ = writeln!(text, "name = {}", Value::String(name.replace('-', " ")));
        let _ = writeln!(text, "as = {}", inline(&self.asker_table()?));
        let _ = writeln!(text, "do = {}", Value::String(self.action.clone()));
        let _ = writeln!(text, "on = {}", inline(&self.thing_table()?));
        if !told.is_empty() {
            let _ = writeln!(text, "told = {}", inline(&told));
        }
        let decision = if should { "allow" } else { "deny" };
        let _ = writeln!(text, "decision = \"{decision}\"\nby = []");
        let file = BTreeMap::from([("counterexample.toml".to_owned(), text.clone())]);
        Cases::parse(&file).is_ok().then_some(text)
    }

    fn value(&self, name: &str, it: &EvalResult) -> Option<Value> {
        Some(match it {
            EvalResult::Bool(it) => Value::Boolean(*it),
            EvalResult::Long(it) => Value::Integer(*it),
            EvalResult::String(it) if name == "digest" => Value::String(self.digest(it)),
            EvalResult::String(it) => Value::String(it.clone()),
            EvalResult::EntityUid(it) => Value::String(self.name(it).to_owned()),
            EvalResult::Set(them) => {
                Value::Array(them.iter().map(|it| self.value(name, it)).collect::<Option<_>>()?)
            }
            EvalResult::Record(_) | EvalResult::ExtensionValue(_) => return None,
        })
    }

    fn asker_table(&self) -> Option<Table> {
        let kind = self.principal.type_name().to_string();
        let word = kind.trim_end_matches("Member").to_lowercase();
        let mut table = Table::new();
        table.insert("kind".into(), Value::String(word.clone()));
        if !matches!(word.as_str(), "visitor" | "operator" | "automation") {
            table.insert("account".into(), Value::String(self.name(&self.principal).to_owned()));
        }
        for (name, it) in &self.asker {
            match name.as_str() {
                "account" => drop(table.insert("status".into(), self.value(name, it)?)),
                "artist" | "agency" | "presenter" => {
                    table.insert("workspace".into(), self.value(name, it)?);
                    // two owners at once are no credential of this program
                    if table.insert("owner_kind".into(), Value::String(name.clone())).is_some() {
                        return None;
                    }
                }
                other => drop(table.insert(other.to_owned(), self.value(name, it)?)),
            }
        }
        if let Some(EvalResult::Long(it)) = self.context.get("factor_age") {
            table.insert("factor_age".into(), Value::Integer(*it));
        }
        Some(table)
    }

    fn thing_table(&self) -> Option<Table> {
        let kind = self.resource.type_name().to_string();
        let mut table = Table::new();
        let workspace = kind.strip_suffix("Workspace");
        let word = workspace.map_or(kind.as_str(), |_| "Workspace");
        table.insert("type".into(), Value::String(word.to_owned()));
        if let Some(it) = workspace {
            table.insert("kind".into(), Value::String(it.to_lowercase()));
            table.insert("id".into(), Value::String(self.name(&self.resource).to_owned()));
        }
        for (name, it) in &self.thing {
            match (kind.as_str(), name.as_str()) {
                ("Draft", "artist" | "agency" | "presenter") => {
                    table.insert("owner".into(), self.value(name, it)?);
                    if table.insert("owner_kind".into(), Value::String(name.clone())).is_some() {
                        return None;
                    }
                }
                // no policy reads these states, and cases do not tell them
                ("Quote" | "Contract" | "Invoice" | "Settlement", "state") => {}
                _ => drop(table.insert(name.clone(), self.value(name, it)?)),
            }
        }
        // who is not there is told so; the default would be somebody
        let optional: &[&str] = match kind.as_str() {
            "Enquiry" => &["artist", "agency"],
            "Engagement" | "Request" | "Hold" | "Quote" | "Contract" | "Invoice" | "Settlement"
            | "Message" | "Document" | "AuditChain" | "AuditField" => &["agency"],
            _ => &[],
        };
        for name in optional {
            table.entry(*name).or_insert_with(|| Value::String(String::new()));
        }
        Some(table)
    }
}

/// The word that names of this type begin with.
fn stem(kind: &str) -> String {
    match kind {
        "ArtistMember" | "AgencyMember" | "PresenterMember" | "Counsel" | "Admin" => "account".to_owned(),
        other => other.trim_end_matches("Workspace").to_lowercase(),
    }
}

/// The words that are not empty, with the article of the first.
fn a(words: &[&str]) -> String {
    let words: Vec<&str> = words.iter().copied().filter(|it| !it.is_empty()).collect();
    format!("{} {}", article(words.first().unwrap_or(&"")), words.join(" "))
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']) { "An" } else { "A" }
}

/// A table on one line, what it is first.
fn inline(table: &Table) -> String {
    let (first, rest): (Vec<_>, Vec<_>) =
        table.iter().partition(|it| matches!(it.0.as_str(), "kind" | "type"));
    let pairs: Vec<String> =
        first.into_iter().chain(rest).map(|(name, it)| format!("{name} = {it}")).collect();
    format!("{{ {} }}", pairs.join(", "))
}
