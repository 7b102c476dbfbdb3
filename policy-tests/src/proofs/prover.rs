//! Puts every theorem to the solver in every environment, several at once.

use super::ask::{Answer, Cells, Claim, Desk};
use super::cache::Verdicts;
use super::ground::{Ground, Half, Place, Spoken, spoken};
use super::guarantees::{Guarantee, Guarantees, Must};
use super::made::{Pair, half_of, pairs, relate};
use super::options::Options;
use super::report::{NOTHING_TO_ASK, Report, Row, Verdict};
use super::solver::{Asking, Fault};
use super::theorems::{self, BELTS, Inside, Kind, Theorem};
use super::witness::tell;
use cedar_policy::PolicySet;
use policy::{Bundle, Prepared};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

/// After so many faults the solver is asked no more; the run has failed anyway.
const PATIENCE: usize = 8;

/// Everything that is the same for all policies of one schema.
pub struct Prover {
    pub(crate) options: Options,
    pub(crate) shipped: Ground,
    pub(crate) verdicts: Verdicts,
    pub(crate) guarantees: Guarantees,
    pub(crate) extended: Ground,
    /// The policies of this program, to be told beside those in question.
    built_in: PolicySet,
    version: String,
}

/// One piece of work.
enum Job<'a> {
    /// All theorems of one environment.
    Place(&'a Ground, &'a Place),
    /// Whether a policy can match.
    Match(&'a Theorem, &'a Spoken),
    /// Whether a forbid can win.
    Win(&'a Theorem, &'a Spoken),
    /// Whether a guarantee describes anything.
    Guarantee(&'a Theorem, &'a Guarantee),
}

/// The policies in question, and what is made of them once.
struct Subject<'a> {
    policies: Vec<Spoken>,
    theorems: &'a [Theorem],
    /// By the name of the environment.
    prepared: Result<HashMap<String, Prepared>, Fault>,
    /// By theorem: pairs of the policies with values put in, index by index those of `policies`.
    pairs: Vec<Result<Vec<Pair>, Fault>>,
    stop: AtomicBool,
    /// How often the solver failed.
    faults: AtomicUsize,
}

#[allow(clippy::disallowed_methods)] // how long a proof took is part of its report, and decides nothing
pub(crate) fn clock() -> Instant {
    Instant::now()
}

impl Prover {
    /// Reads the schema, the guarantees and the verdicts reached before, and asks the solver who it is.
    ///
    /// # Errors
    /// There is no solver, or the schema or a guarantee cannot be read.
    pub fn new(schema: &str, options: Options) -> Result<Self, Fault> {
        Self::with(schema, Guarantees::embedded()?, options)
    }

    /// The same with other guarantees than those built in.
    ///
    /// # Errors
    /// As [`Prover::new`].
    pub fn with(schema: &str, guarantees: Guarantees, options: Options) -> Result<Self, Fault> {
        let version = options.solver.version()?;
        let verdicts = Verdicts::of(options.cache.as_deref(), &version);
        let (shipped, extended) = (Ground::of(schema)?, Ground::extended(schema)?);
        let bundle = Bundle::embedded();
        // where they are no policies, there is nothing to be told of them
        let built_in = super::policies(bundle.files.values().map(String::as_str)).unwrap_or_default();
        Ok(Self { options, shipped, extended, guarantees, verdicts, built_in, version })
    }

    /// Proves the theorems that `which` chooses, of these policies. Ids of policies are their `@id`s.
    pub fn prove(&self, policies: &PolicySet, which: &dyn Fn(&Theorem) -> bool) -> Report {
        self.prove_where(policies, which, &|_| true)
    }

    /// The same in the environments of these names alone.
    pub(crate) fn prove_where(
        &self,
        policies: &PolicySet,
        which: &dyn Fn(&Theorem) -> bool,
        places: &dyn Fn(&str) -> bool,
    ) -> Report {
        let started = clock();
        let mut theorems = theorems::of(&self.guarantees);
        theorems.retain(|it| which(it));
        let subject = self.subject(policies, &theorems);
        let mut jobs = self.jobs(&subject);
        jobs.retain(|it| !matches!(it, Job::Place(_, place) if !places(&place.name)));
        let outcomes = self.options.solver.each(&jobs, |asking, job| {
            let mut out = Outcome::default();
            if !subject.stop.load(Ordering::Relaxed) {
                self.job(&subject, asking, job, &mut out);
            }
            let broken = out.rows.iter().any(|it| it.1.verdict != Verdict::Proved);
            let faults = subject.faults.fetch_add(out.faults, Ordering::Relaxed) + out.faults;
            if (self.options.stop_at_first && broken) || faults > PATIENCE {
                subject.stop.store(true, Ordering::Relaxed);
            }
            out
        });
        let mut report = Report { solver: self.version.clone(), ..Report::default() };
        let (mut rows, mut silent) = (Vec::new(), HashMap::<usize, usize>::new());
        for it in outcomes {
            report.cells += it.cells;
            rows.extend(it.rows);
            for at in it.silent {
                *silent.entry(at).or_default() += 1;
            }
        }
        for (at, places) in silent {
            let environment = format!("{places} {NOTHING_TO_ASK}");
            rows.push((theorems[at].name.clone(), Row::new(&theorems[at], &environment, 0.0)));
        }
        let order: HashMap<&str, usize> =
            theorems.iter().enumerate().map(|(at, it)| (it.name.as_str(), at)).collect();
        rows.sort_by(|a, b| {
            let key = |it: &(String, Row)| (order.get(it.0.as_str()).copied(), it.1.about.clone());
            key(a).cmp(&key(b)).then_with(|| a.1.environment.cmp(&b.1.environment))
        });
        report.theorems = rows.into_iter().map(|it| it.1).collect();
        report.seconds = started.elapsed().as_secs_f64();
        self.verdicts.save();
        report
    }

    /// How many environments the schema allows.
    #[must_use]
    pub fn environments(&self) -> usize {
        self.shipped.places.len()
    }

    fn subject<'a>(&self, policies: &PolicySet, theorems: &'a [Theorem]) -> Subject<'a> {
        let needed = theorems.iter().any(|it| matches!(it.inside, Inside::Engine | Inside::Lists));
        let prepared = if needed {
            let them = policy::prepared(policies, &self.shipped.schema);
            them.map_err(|e| Fault::Unaskable(e.to_string())).map(|them| {
                let name = |it: &Prepared| {
                    format!("{} {} {}", it.principal.as_str(), it.action.as_str(), it.resource.as_str())
                };
                them.into_iter().map(|it| (name(&it), it)).collect()
            })
        } else {
            Ok(HashMap::new())
        };
        let policies = spoken(policies);
        let pairs = theorems.iter().map(|it| pairs(&policies, &it.inside)).collect();
        Subject {
            policies,
            theorems,
            prepared,
            pairs,
            stop: AtomicBool::new(false),
            faults: AtomicUsize::new(0),
        }
    }

    fn jobs<'a>(&'a self, subject: &'a Subject<'a>) -> Vec<Job<'a>> {
        let mut jobs = Vec::new();
        let guarantee = |it: &Theorem| match it.inside {
            Inside::Guarantee(at) => Some(self.guarantees.all[at].extended),
            Inside::PoliciesMatch | Inside::ForbidsWin | Inside::GuaranteesMatch => None,
            _ => Some(false),
        };
        for (ground, extended) in [(&self.shipped, false), (&self.extended, true)] {
            if subject.theorems.iter().any(|it| guarantee(it) == Some(extended)) {
                jobs.extend(ground.places.iter().map(|place| Job::Place(ground, place)));
            }
        }
        for theorem in subject.theorems {
            match theorem.inside {
                Inside::PoliciesMatch => {
                    jobs.extend(subject.policies.iter().map(|it| Job::Match(theorem, it)));
                }
                Inside::ForbidsWin => {
                    let forbids =
                        subject.policies.iter().filter(|it| it.effect == cedar_policy::Effect::Forbid);
                    jobs.extend(forbids.map(|it| Job::Win(theorem, it)));
                }
                Inside::GuaranteesMatch => {
                    jobs.extend(self.guarantees.all.iter().map(|it| Job::Guarantee(theorem, it)));
                }
                _ => {}
            }
        }
        jobs
    }

    fn job(&self, subject: &Subject<'_>, asking: &mut Asking<'_>, job: &Job<'_>, out: &mut Outcome) {
        match job {
            Job::Place(ground, place) => self.place(subject, asking, ground, place, out),
            Job::Match(theorem, it) => {
                let half = it.permitting().map(|it| Half::of([&it]));
                let left = |place: &Place| it.speaks_in(place).then(|| half.clone().map(|it| (it, None)));
                self.possible(theorem, &it.id, &self.shipped, asking, out, &left);
            }
            Job::Guarantee(theorem, it) => {
                let ground = if it.extended { &self.extended } else { &self.shipped };
                let left =
                    |place: &Place| it.spoken.speaks_in(place).then(|| Ok((self.described(it, place), None)));
                self.possible(theorem, &it.id, ground, asking, out, &left);
            }
            Job::Win(theorem, it) => {
                let permitting = it.permitting().map(|it| Half::of([&it]));
                let others = |place: &Place| {
                    let others = subject.policies.iter().filter(|other| other.id != it.id);
                    let others = Half::of(others.filter(|it| it.speaks_in(place)));
                    Ok((others, Some(permitting.clone()?)))
                };
                let left = |place: &Place| it.speaks_in(place).then(|| others(place));
                self.possible(theorem, &it.id, &self.shipped, asking, out, &left);
            }
        }
    }

    /// What a guarantee describes in an environment, in stores that keep what it assumes.
    fn described(&self, it: &Guarantee, place: &Place) -> Half {
        let assumed = self.guarantees.assumptions.iter().filter(|known| it.assumes.contains(&known.id));
        Half::of([&it.spoken]).and(assumed.map(|it| &it.spoken).filter(|it| it.speaks_in(place)))
    }

    fn place(
        &self,
        subject: &Subject<'_>,
        asking: &mut Asking<'_>,
        ground: &Ground,
        place: &Place,
        out: &mut Outcome,
    ) {
        let here: Vec<usize> =
            (0..subject.policies.len()).filter(|at| subject.policies[*at].speaks_in(place)).collect();
        let whole = Half::of(here.iter().map(|at| &subject.policies[*at]));
        let mut desk = Desk::new(ground, place, asking, &self.verdicts, &self.guarantees.words);
        for (at, theorem) in subject.theorems.iter().enumerate() {
            let started = clock();
            let Some(answer) = self.theorem(subject, &mut desk, at, &here, &whole) else { continue };
            let mut row = Row::new(theorem, &place.name, started.elapsed().as_secs_f64());
            match answer {
                Ok(Answer::Holds) => {}
                Ok(Answer::Silent) => {
                    out.silent.push(at);
                    continue;
                }
                Ok(Answer::Breaks(broken)) => {
                    row.verdict = Verdict::Refuted;
                    row.counterexample = Some(tell(theorem, &broken, &self.built_in));
                }
                Err(fault) => {
                    out.faults += usize::from(fault.is_the_solvers());
                    row.fail(&fault);
                }
            }
            out.rows.push((theorem.name.clone(), row));
        }
        out.cells += desk.cells;
    }

    /// `None` where the theorem does not speak of the environment.
    fn theorem(
        &self,
        subject: &Subject<'_>,
        desk: &mut Desk<'_, '_>,
        at: usize,
        here: &[usize],
        whole: &Half,
    ) -> Option<Result<Answer, Fault>> {
        let theorem = &subject.theorems[at];
        let extended = std::ptr::eq(desk.ground, &self.extended);
        let place = desk.place;
        match &theorem.inside {
            Inside::Guarantee(which) => {
                let it = &self.guarantees.all[*which];
                if it.extended != extended {
                    return None;
                }
                if !it.spoken.speaks_in(place) {
                    desk.cells.all += 1;
                    desk.cells.silent += 1;
                    return None;
                }
                let described = self.described(it, place);
                Some(match it.must {
                    Must::Never => desk.claim(Claim::Disjoint, whole, &described),
                    Must::Always => desk.claim(Claim::Implies, &described, whole),
                })
            }
            _ if extended => None,
            Inside::Profile(..) => {
                let claim = if theorem.kind == Kind::Narrower { Claim::Implies } else { Claim::Equivalent };
                place.of_resource("Profile").then(|| relate(desk, claim, &subject.pairs[at], here))
            }
            Inside::Plan => {
                let of_the_plan = place.of_principal("PresenterMember")
                    && place.of_action("FindListing")
                    && place.of_resource("Profile");
                (!of_the_plan).then(|| relate(desk, Claim::Equivalent, &subject.pairs[at], here))
            }
            Inside::NoErrors => (!here.is_empty()).then(|| {
                for it in here {
                    let answer = desk.never_errors(&subject.policies[*it])?;
                    if matches!(answer, Answer::Breaks(_)) {
                        return Ok(answer);
                    }
                }
                Ok(Answer::Holds)
            }),
            Inside::NothingPermits => {
                (!whole.permits).then(|| desk.claim(Claim::Implies, whole, &Half::of([])))
            }
            Inside::Engine => Some(subject.prepared.as_ref().map_err(Clone::clone).and_then(|them| {
                // the engine refuses where it has prepared nothing
                let made = match them.get(&place.name) {
                    Some(it) => {
                        half_of(it.decides.iter().map(|it| (it.effect, it.id.as_str(), it.when.as_deref())))
                    }
                    None => Ok(Half::of([])),
                };
                desk.claim(Claim::Equivalent, whole, &made?)
            })),
            Inside::Lists => {
                let them = match &subject.prepared {
                    Ok(it) => it,
                    Err(e) => return Some(Err(e.clone())),
                };
                let list = them.get(&place.name)?.list.as_ref()?;
                let permit = [(cedar_policy::Effect::Permit, "list", Some(list.as_str()))];
                Some(half_of(permit).and_then(|made| desk.claim(Claim::Equivalent, whole, &made)))
            }
            Inside::PoliciesMatch | Inside::ForbidsWin | Inside::GuaranteesMatch => None,
        }
    }

    /// Looks for one environment in which something is possible, in the order of their names.
    fn possible(
        &self,
        theorem: &Theorem,
        about: &str,
        ground: &Ground,
        asking: &mut Asking<'_>,
        out: &mut Outcome,
        halves: &dyn Fn(&Place) -> Option<Result<(Half, Option<Half>), Fault>>,
    ) {
        let started = clock();
        // a belt wins nowhere, and that is what is shown of it
        let belt = matches!(theorem.inside, Inside::ForbidsWin) && BELTS.contains(&about);
        let (mut found, mut fault, mut tried) = (None, None, 0);
        for place in &ground.places {
            let Some(halves) = halves(place) else { continue };
            tried += 1;
            let mut desk = Desk::new(ground, place, asking, &self.verdicts, &self.guarantees.words);
            let possible = halves.and_then(|(left, right)| desk.possible(&left, right.as_ref()));
            out.cells += desk.cells;
            match possible {
                Ok(true) => found = Some(place.name.clone()),
                Ok(false) => continue,
                Err(e) => fault = Some(e),
            }
            break;
        }
        let environment = found.clone().unwrap_or_else(|| format!("none of {tried}"));
        let mut row = Row::new(theorem, &environment, started.elapsed().as_secs_f64());
        row.about = Some(about.to_owned());
        match fault {
            Some(fault) => {
                out.faults += usize::from(fault.is_the_solvers());
                row.fail(&fault);
            }
            None if found.is_some() == belt => row.verdict = Verdict::Refuted,
            None => {}
        }
        out.rows.push((theorem.name.clone(), row));
    }
}

/// What one job gave.
#[derive(Default)]
struct Outcome {
    cells: Cells,
    rows: Vec<(String, Row)>,
    /// The theorems, by index, of which the environment has nothing to say.
    silent: Vec<usize>,
    faults: usize,
}
