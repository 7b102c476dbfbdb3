//! The solver: cvc5 as a process, given one question at a time, and trusted only with a clear answer.
//!
//! Everything but a clear answer is a [`Fault`]: no program, no version, a crash, an "unknown", a time-out, a model that
//! does not satisfy what was asked. A fault is never a proof.

use cedar_policy_symcc::err::Error;
use cedar_policy_symcc::solver::{LocalSolver, SolverError};
use cedar_policy_symcc::{CedarSymCompiler, Env, WellFormedAsserts};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How the solver is started, how long it may think, how many of it there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solver {
    /// The executable.
    pub program: PathBuf,
    /// For one question; afterwards the solver is ended and the question is a fault.
    pub limit: Duration,
    /// Processes that work side by side.
    pub processes: usize,
}

impl Default for Solver {
    /// `CVC5`, or `cvc5` in the path; 20 seconds a question; two processes.
    fn default() -> Self {
        let program = std::env::var_os("CVC5").filter(|it| !it.is_empty());
        Self {
            program: program.map_or_else(|| PathBuf::from("cvc5"), PathBuf::from),
            limit: Duration::from_secs(20),
            processes: 2,
        }
    }
}

/// Why there is no answer. Never a proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The executable is missing or is no cvc5.
    #[error("no solver: {0}")]
    NoSolver(String),
    /// It did not answer in time.
    #[error("the solver gave no answer in {0} seconds")]
    TimeOut(u64),
    /// It could not tell, or gave up.
    #[error("the solver answered `unknown`")]
    Unknown,
    /// It failed, or its answer is none.
    #[error("the solver failed: {0}")]
    Failed(String),
    /// The question cannot be put: a policy that is not well typed, say.
    #[error("the question cannot be put: {0}")]
    Unaskable(String),
}

impl Fault {
    /// Whether it is the solver's, so that asking it more would help nobody.
    #[must_use]
    pub fn is_the_solvers(&self) -> bool {
        !matches!(self, Self::Unaskable(_))
    }
}

impl From<Error> for Fault {
    fn from(it: Error) -> Self {
        match it {
            Error::SolverUnknown => Self::Unknown,
            Error::PolicyNotWellTyped { errs } => {
                Self::Unaskable(errs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            }
            Error::SolverError(it) => Self::Failed(told(&it)),
            // a broken pipe shows while the question is written
            Error::EncodeError(it) => Self::Failed(told(&it)),
            Error::DecodeModel(it) => Self::Failed(told(&it)),
            Error::ConcretizeError(it) => Self::Failed(told(&it)),
            Error::ModelInvalid { .. } => Self::Failed("its model does not satisfy the question".to_owned()),
            other => Self::Unaskable(told(&other)),
        }
    }
}

/// An error with its causes.
fn told(e: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(e), |it| it.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Solver {
    /// The first line of what `--version` says; part of every remembered verdict.
    ///
    /// # Errors
    /// It cannot be started, says nothing in time, or is no cvc5.
    pub fn version(&self) -> Result<String, Fault> {
        let no = |what: String| Fault::NoSolver(format!("`{}`: {what}", self.program.display()));
        let output = runtime()?.block_on(async {
            let mut command = tokio::process::Command::new(&self.program);
            command.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
            tokio::time::timeout(self.limit, command.output()).await
        });
        let output = output
            .map_err(|_| no("it does not tell its version".to_owned()))?
            .map_err(|e| no(e.to_string()))?;
        // the wheel's stand-in tells it on the other stream
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().find(|it| it.contains("cvc5 version"));
        line.map(|it| it.trim().to_owned()).ok_or_else(|| no("it is no cvc5".to_owned()))
    }

    /// Does each job with a solver of its own thread; the answers come in the order of the jobs.
    pub fn each<T: Sync, R: Send>(&self, jobs: &[T], work: impl Fn(&mut Asking, &T) -> R + Sync) -> Vec<R> {
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(jobs.len())));
        std::thread::scope(|threads| {
            for _ in 0..self.processes.clamp(1, jobs.len().max(1)) {
                threads.spawn(|| {
                    let mut asking = Asking::new(self);
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(job) = jobs.get(at) else { break };
                        let answer = work(&mut asking, job);
                        if let Ok(mut done) = done.lock() {
                            done.push((at, answer));
                        }
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap_or_default();
        done.sort_by_key(|it: &(usize, R)| it.0);
        done.into_iter().map(|it| it.1).collect()
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Fault::Failed(format!("no runtime: {e}")))
}

/// What the solver was asked, and whether it was needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The question was folded to a constant before a solver was needed.
    Folding,
    /// The solver answered.
    Solving,
}

/// One process, started when it is first needed and anew after a fault.
pub struct Asking<'s> {
    solver: &'s Solver,
    running: Option<(tokio::runtime::Runtime, CedarSymCompiler<LocalSolver>)>,
}

impl<'s> Asking<'s> {
    /// Starts nothing yet.
    #[must_use]
    pub fn new(solver: &'s Solver) -> Self {
        Self { solver, running: None }
    }

    /// Whether nothing at all satisfies the assertions, and what it took to know.
    ///
    /// # Errors
    /// Anything but a clear answer.
    pub fn impossible(&mut self, asserts: &WellFormedAsserts<'_>) -> Result<(bool, By), Fault> {
        let (no, yes) = (false.into(), true.into());
        if asserts.asserts().contains(&no) {
            return Ok((true, By::Folding));
        }
        if asserts.asserts().iter().all(|it| *it == yes) {
            return Ok((false, By::Folding));
        }
        self.ask(async |compiler| compiler.check_unsat(asserts).await).map(|it| (it, By::Solving))
    }

    /// A request and a store that satisfy the assertions; `None` where nothing does.
    ///
    /// # Errors
    /// Anything but a clear answer.
    pub fn example(&mut self, asserts: &WellFormedAsserts<'_>) -> Result<Option<Env>, Fault> {
        self.ask(async |compiler| compiler.check_sat(asserts).await)
    }

    fn ask<R>(
        &mut self,
        question: impl AsyncFnOnce(&mut CedarSymCompiler<LocalSolver>) -> Result<R, Error>,
    ) -> Result<R, Fault> {
        let (runtime, mut compiler) = match self.running.take() {
            Some(it) => it,
            None => {
                let runtime = runtime()?;
                let compiler = runtime.block_on(async { start(&self.solver.program, self.solver.limit) })?;
                (runtime, compiler)
            }
        };
        // the solver's own limit comes first; this one is for a solver that does not keep it
        let limit = self.solver.limit + Duration::from_secs(1);
        let answer = runtime.block_on(async { tokio::time::timeout(limit, question(&mut compiler)).await });
        match answer {
            Ok(Ok(it)) => {
                self.running = Some((runtime, compiler));
                Ok(it)
            }
            // a solver that erred may be out of step: it is dropped, and so ended
            Ok(Err(e)) => Err(e.into()),
            Err(_) => Err(Fault::TimeOut(limit.as_secs())),
        }
    }
}

fn start(program: &Path, limit: Duration) -> Result<CedarSymCompiler<LocalSolver>, Fault> {
    let mut command = tokio::process::Command::new(program);
    // `--tlimit` would be the life of the process, idle time included
    command.args(["--lang", "smt", &format!("--tlimit-per={}", limit.as_millis())]).kill_on_drop(true);
    let no = |e: &dyn std::error::Error| Fault::NoSolver(format!("`{}`: {}", program.display(), told(e)));
    let solver = LocalSolver::from_command(&mut command).map_err(|e: SolverError| no(&e))?;
    CedarSymCompiler::new(solver).map_err(|e| no(&e))
}
