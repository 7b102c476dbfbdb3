//! Conditions with all values filled in, and their normal form.

use super::Literal;

/// A condition with all values filled in, before it is brought into its normal form.
pub(super) enum Filled {
    Is(bool),
    Not(Box<Filled>),
    All(Vec<Filled>),
    Any(Vec<Filled>),
    Row(Literal),
}

impl Filled {
    /// All of them, or any: without those that say nothing, and none where one of them settles it.
    pub(super) fn joined(
        them: impl Iterator<Item = Self>,
        neutral: bool,
        of: impl FnOnce(Vec<Self>) -> Self,
    ) -> Self {
        let mut kept = Vec::new();
        for it in them {
            match it {
                Self::Is(it) if it == neutral => {}
                Self::Is(it) => return Self::Is(it),
                it => kept.push(it),
            }
        }
        match kept.len() {
            0 => Self::Is(neutral),
            1 => kept.remove(0),
            _ => of(kept),
        }
    }

    /// Disjunctive normal form, without contradictions and repetitions.
    pub(super) fn normal(&self, positive: bool) -> Vec<Vec<(Literal, bool)>> {
        match (self, positive) {
            (Self::Is(it), _) => {
                if *it == positive {
                    vec![Vec::new()]
                } else {
                    Vec::new()
                }
            }
            (Self::Not(it), _) => it.normal(!positive),
            (Self::Row(it), _) => vec![vec![(it.clone(), positive)]],
            (Self::All(them), true) | (Self::Any(them), false) => {
                them.iter().fold(vec![Vec::new()], |rows, it| both(&rows, &it.normal(positive)))
            }
            (Self::Any(them), true) | (Self::All(them), false) => {
                let mut rows: Vec<Vec<(Literal, bool)>> = Vec::new();
                for row in them.iter().flat_map(|it| it.normal(positive)) {
                    if !rows.contains(&row) {
                        rows.push(row);
                    }
                }
                rows
            }
        }
    }
}

fn both(left: &[Vec<(Literal, bool)>], right: &[Vec<(Literal, bool)>]) -> Vec<Vec<(Literal, bool)>> {
    let mut rows = Vec::new();
    for a in left {
        for b in right {
            let mut row = a.clone();
            for it in b {
                if !row.contains(it) {
                    row.push(it.clone());
                }
            }
            let contradicts =
                row.iter().any(|(it, yes)| row.iter().any(|(other, no)| it == other && yes != no));
            if !contradicts && !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    rows
}
