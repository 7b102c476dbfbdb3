//! A policy's source as a reviewer reads it: its scope, its conditions and their clauses, each with its place.

use cedar_policy_core::parser::cst;
use cedar_policy_core::parser::text_to_cst::parse_policy;

type Part<T> = cedar_policy_core::parser::Node<Option<T>>;

/// Bytes of the policy's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first.
    pub start: usize,
    /// The one after the last.
    pub end: usize,
}

impl Span {
    /// The text there.
    #[must_use]
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// The whole text with something else there.
    #[must_use]
    pub fn replaced(&self, text: &str, with: &str) -> String {
        let (before, after) =
            (text.get(..self.start).unwrap_or_default(), text.get(self.end..).unwrap_or_default());
        format!("{before}{with}{after}")
    }

    /// Line and column in characters, both from 1, within the text.
    #[must_use]
    pub fn place(&self, text: &str) -> (usize, usize) {
        let before = text.get(..self.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |it| it + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }
}

/// One of the words that stand for a part of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Var {
    /// Who asks.
    Principal,
    /// For what.
    Action,
    /// On what.
    Resource,
    /// What is told with it.
    Context,
}

/// One line of the scope: `principal is ArtistMember`, `action in [ … ]`.
#[derive(Debug, Clone)]
pub struct Scope {
    /// All of it.
    pub span: Span,
    /// The type after `is`, where there is one.
    pub is: Option<(Span, String)>,
    /// The entities after `==` or `in`: each one's place and text, as `Action::"ViewFolio"`.
    pub entities: Vec<(Span, String)>,
}

/// What can be found in a clause that is neither `&&`, `||` nor `!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// `resource.level`: the variable, the attribute's name, and the name's place.
    Attribute(Var, String, Span),
    /// The name after `has`.
    Has(Var, String, Span),
    /// A literal word that is compared with an attribute of this name.
    Word(String, String, Span),
    /// A literal number.
    Number(i64, Span),
    /// A comparison's sign.
    Sign(String, Span),
    /// An action named in a condition.
    Action(String, Span),
    /// The variable itself, as in `contains(principal)`.
    Bare(Var, Span),
}

/// What a node of a condition is made of.
#[derive(Debug, Clone)]
pub enum Form {
    /// Parts joined by `&&`.
    All(Vec<Node>),
    /// Parts joined by `||`.
    Any(Vec<Node>),
    /// `!` before a part.
    Not(Box<Node>),
    /// A clause.
    Clause(Vec<Detail>),
}

/// A condition or a part of one.
#[derive(Debug, Clone)]
pub struct Node {
    /// All of it, with its parentheses where it has some.
    pub span: Span,
    /// What it is made of.
    pub form: Form,
}

impl Node {
    /// Every clause, in the order of the text.
    pub fn clauses(&self) -> Vec<&Node> {
        match &self.form {
            Form::All(them) | Form::Any(them) => them.iter().flat_map(Self::clauses).collect(),
            Form::Not(it) => it.clauses(),
            Form::Clause(_) => vec![self],
        }
    }
}

/// A `when` or an `unless`.
#[derive(Debug, Clone)]
pub struct Condition {
    /// All of it.
    pub span: Span,
    /// Its first word.
    pub word: Span,
    /// What stands between the braces.
    pub body: Node,
}

/// A policy, taken apart.
#[derive(Debug, Clone)]
pub struct Source {
    /// `permit` or `forbid`.
    pub effect: Span,
    /// The three lines of the scope.
    pub principal: Scope,
    /// As above.
    pub action: Scope,
    /// As above.
    pub resource: Scope,
    /// In the order of the text.
    pub conditions: Vec<Condition>,
}

impl Source {
    /// Takes one policy's source apart; `None` where it is not one policy, or uses what no shipped policy uses.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let tree = parse_policy(text).ok()?;
        let cst::Policy::Policy(it) = tree.node?;
        let scope = |at: usize| scope(it.variables.get(at)?);
        let conditions = it.conds.iter().map(condition).collect::<Option<_>>()?;
        Some(Self {
            effect: span(&it.effect)?,
            principal: scope(0)?,
            action: scope(1)?,
            resource: scope(2)?,
            conditions,
        })
    }
}

fn span<T>(it: &Part<T>) -> Option<Span> {
    let loc = it.loc.as_ref()?;
    Some(Span { start: loc.start(), end: loc.end() })
}

fn text<T>(it: &Part<T>) -> Option<String> {
    it.loc.as_ref()?.snippet().map(str::to_owned)
}

fn scope(it: &Part<cst::VariableDef>) -> Option<Scope> {
    let def = it.node.as_ref()?;
    let is = match &def.entity_type {
        Some(name) => Some((span(name)?, text(name)?)),
        None => None,
    };
    let mut entities = Vec::new();
    if let Some((_, e)) = &def.ineq {
        let primary = member(only(e)?)?.item.node.as_ref()?;
        match primary {
            cst::Primary::EList(them) => {
                for one in them {
                    entities.push((span(one)?, text(one)?));
                }
            }
            _ => entities.push((span(e)?, text(e)?)),
        }
    }
    Some(Scope { span: span(it)?, is, entities })
}

fn condition(it: &Part<cst::Cond>) -> Option<Condition> {
    let cond = it.node.as_ref()?;
    Some(Condition { span: span(it)?, word: span(&cond.cond)?, body: expr(cond.expr.as_ref()?)? })
}

fn expr(it: &Part<cst::Expr>) -> Option<Node> {
    let cst::Expr::Expr(e) = it.node.as_ref()?;
    match &*e.expr {
        cst::ExprData::Or(or) => {
            let parts = or.node.as_ref()?;
            let all = std::iter::once(&parts.initial).chain(&parts.extended).map(and);
            joined(span(or)?, all.collect::<Option<_>>()?, Form::Any)
        }
        cst::ExprData::If(..) => None,
    }
}

fn and(it: &Part<cst::And>) -> Option<Node> {
    let parts = it.node.as_ref()?;
    let all = std::iter::once(&parts.initial).chain(&parts.extended).map(relation);
    joined(span(it)?, all.collect::<Option<_>>()?, Form::All)
}

fn joined(span: Span, mut parts: Vec<Node>, form: fn(Vec<Node>) -> Form) -> Option<Node> {
    if parts.len() == 1 { parts.pop() } else { Some(Node { span, form: form(parts) }) }
}

fn relation(it: &Part<cst::Relation>) -> Option<Node> {
    let clause = |details: Vec<Detail>| Some(Node { span: span(it)?, form: Form::Clause(details) });
    match it.node.as_ref()? {
        cst::Relation::Common { initial, extended } => match extended.as_slice() {
            [] => unary(initial),
            [(_, other)] => clause(comparison(it, initial, other)?),
            _ => None,
        },
        cst::Relation::Has { target, field } => {
            let (Operand::Bare(var, _), Some(whole)) = (operand(target)?, text(it)) else { return None };
            // the grammar gives the field the place of the whole relation
            let name = whole.rsplit(' ').next()?.to_owned();
            let end = span(field)?.end;
            clause(vec![Detail::Has(var, name.clone(), Span { start: end - name.len(), end })])
        }
        cst::Relation::IsIn { target, entity_type: _, in_entity: None } => {
            matches!(operand(target)?, Operand::Bare(..)).then_some(())?;
            clause(Vec::new())
        }
        cst::Relation::IsIn { .. } | cst::Relation::Like { .. } => None,
    }
}

/// `!x`, `(x)`, or a value that is true or false.
fn unary(it: &Part<cst::Add>) -> Option<Node> {
    let whole = span(it)?;
    let unary = single(it)?;
    let item = &unary.item;
    let inside = || -> Option<Node> {
        let member = item.node.as_ref()?;
        let at = span(item)?;
        if let (Some(cst::Primary::Expr(e)), true) = (member.item.node.as_ref(), member.access.is_empty()) {
            return Some(Node { span: at, ..expr(e)? });
        }
        Some(Node { span: at, form: Form::Clause(operand_details(member)?) })
    };
    match unary.op {
        None => inside(),
        Some(cst::NegOp::Bang(1)) => Some(Node { span: whole, form: Form::Not(Box::new(inside()?)) }),
        Some(_) => None,
    }
}

/// One side of a comparison.
enum Operand {
    Attribute(Var, String, Span),
    Bare(Var, Span),
    Word(String, Span),
    Number(i64, Span),
    Entity(String, Span),
}

fn comparison(it: &Part<cst::Relation>, a: &Part<cst::Add>, b: &Part<cst::Add>) -> Option<Vec<Detail>> {
    let whole = span(it)?;
    let (left, right) = (span(a)?, span(b)?);
    let between = text(it)?.get(left.end - whole.start..right.start - whole.start)?.to_owned();
    let sign = between.trim().to_owned();
    let start = left.end + between.find(&sign)?;
    let mut details = vec![Detail::Sign(sign.clone(), Span { start, end: start + sign.len() })];
    let (a, b) = (operand(a)?, operand(b)?);
    let beside = |other: &Operand| match other {
        Operand::Attribute(_, name, _) => name.clone(),
        _ => String::new(),
    };
    for (one, other) in [(&a, &b), (&b, &a)] {
        details.push(match one {
            Operand::Attribute(var, name, at) => Detail::Attribute(*var, name.clone(), *at),
            Operand::Bare(var, at) => Detail::Bare(*var, *at),
            Operand::Word(word, at) => Detail::Word(beside(other), word.clone(), *at),
            Operand::Number(number, at) => Detail::Number(*number, *at),
            Operand::Entity(name, at) => Detail::Action(name.clone(), *at),
        });
    }
    Some(details)
}

fn single(it: &Part<cst::Add>) -> Option<&cst::Unary> {
    let add = it.node.as_ref()?;
    let mult = add.initial.node.as_ref()?;
    (add.extended.is_empty() && mult.extended.is_empty()).then_some(mult.initial.node.as_ref()?)
}

/// The value that an expression is, where it is nothing but a value.
fn only(it: &Part<cst::Expr>) -> Option<&Part<cst::Add>> {
    let cst::Expr::Expr(e) = it.node.as_ref()?;
    let cst::ExprData::Or(or) = &*e.expr else { return None };
    let or = or.node.as_ref()?;
    let and = or.initial.node.as_ref()?;
    let cst::Relation::Common { initial, extended } = and.initial.node.as_ref()? else { return None };
    (or.extended.is_empty() && and.extended.is_empty() && extended.is_empty()).then_some(initial)
}

fn member(it: &Part<cst::Add>) -> Option<&cst::Member> {
    let unary = single(it)?;
    unary.op.is_none().then_some(unary.item.node.as_ref()?)
}

fn operand(it: &Part<cst::Add>) -> Option<Operand> {
    let unary = single(it)?;
    let of = of_member(unary.item.node.as_ref()?)?;
    match (&unary.op, of) {
        (None, of) => Some(of),
        (Some(cst::NegOp::Dash(1)), Operand::Number(number, _)) => Some(Operand::Number(-number, span(it)?)),
        _ => None,
    }
}

fn of_member(it: &cst::Member) -> Option<Operand> {
    match it.item.node.as_ref()? {
        cst::Primary::Name(name) => {
            let var = match text(name)?.as_str() {
                "principal" => Var::Principal,
                "action" => Var::Action,
                "resource" => Var::Resource,
                "context" => Var::Context,
                _ => return None,
            };
            match it.access.as_slice() {
                [] => Some(Operand::Bare(var, span(&it.item)?)),
                [one] => match one.node.as_ref()? {
                    cst::MemAccess::Field(field) => Some(Operand::Attribute(var, text(field)?, span(field)?)),
                    _ => None,
                },
                _ => None,
            }
        }
        cst::Primary::Literal(literal) => match literal.node.as_ref()? {
            cst::Literal::Num(number) => Some(Operand::Number(i64::try_from(*number).ok()?, span(literal)?)),
            cst::Literal::Str(word) => {
                let quoted = text(word)?;
                Some(Operand::Word(quoted.trim_matches('"').to_owned(), span(word)?))
            }
            cst::Literal::True | cst::Literal::False => None,
        },
        cst::Primary::Ref(it) => Some(Operand::Entity(text(it)?, span(it)?)),
        _ => None,
    }
}

/// A flag, or `set.contains(value)`.
fn operand_details(it: &cst::Member) -> Option<Vec<Detail>> {
    let [set, method, call] = it.access.as_slice() else {
        return match of_member(it)? {
            Operand::Attribute(var, name, at) => Some(vec![Detail::Attribute(var, name, at)]),
            _ => None,
        };
    };
    let alone = cst::Member { item: it.item.clone(), access: vec![set.clone()] };
    let Operand::Attribute(var, name, at) = of_member(&alone)? else { return None };
    let (cst::MemAccess::Field(method), cst::MemAccess::Call(arguments)) =
        (method.node.as_ref()?, call.node.as_ref()?)
    else {
        return None;
    };
    let ("contains", [argument]) = (text(method)?.as_str(), arguments.as_slice()) else { return None };
    let argument = match operand(only(argument)?)? {
        Operand::Attribute(var, name, at) => Detail::Attribute(var, name, at),
        Operand::Bare(var, at) => Detail::Bare(var, at),
        Operand::Word(word, at) => Detail::Word(name.clone(), word, at),
        Operand::Number(..) | Operand::Entity(..) => return None,
    };
    Some(vec![Detail::Attribute(var, name, at), argument])
}
