//! The real program as a process of its own.

use super::http::{Ask, Client};
use super::world::World;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Where `cargo build` put the program: beside this test's own executable. `KALINKLO_BIN` names another one.
#[track_caller]
pub fn binary() -> PathBuf {
    if let Some(given) = std::env::var_os("KALINKLO_BIN") {
        return given.into();
    }
    let here = std::env::current_exe().expect("this test's own path");
    // TARGET/PROFILE/deps/kalinklo-HASH
    let path = here.ancestors().nth(2).expect("a target folder").join("kalinklo");
    assert!(path.is_file(), "{} is missing: cargo build --workspace --bins", path.display());
    path
}

/// A command of the program with nothing of this shell's configuration.
#[track_caller]
pub fn command<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("KALINKLO_") || matches!(text.as_ref(), "DATABASE_URL" | "SENTRY_DSN") {
            command.env_remove(name);
        }
    }
    command
}

/// How a demonstration is started.
#[derive(Default)]
pub struct Demo {
    database: Option<String>,
    data: Option<PathBuf>,
    arguments: Vec<String>,
}

impl Demo {
    /// On this database instead of SQLite, see [`super::postgres::Database::url`].
    pub fn database(mut self, url: String) -> Self {
        self.database = Some(url);
        self
    }

    /// In this folder, which stays; without it, in one that goes away.
    pub fn data(mut self, folder: &Path) -> Self {
        self.data = Some(folder.to_owned());
        self
    }

    /// One more argument, as `--seed=7`.
    pub fn argument(mut self, text: &str) -> Self {
        self.arguments.push(text.to_owned());
        self
    }

    /// Starts it on a free port and waits until it says that it is ready.
    #[track_caller]
    pub fn start(self) -> Program {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = self.data.clone().unwrap_or_else(|| folder.path().join("data"));
        let json = folder.path().join("world.json");
        let mut command = command(["demo", "--listen", "127.0.0.1:0", "--json"]);
        command.arg(&json).arg("--data").arg(data).args(&self.arguments);
        if let Some(url) = &self.database {
            command.arg("--database").arg(url);
        }
        let out = folder.path().join("output.txt");
        let to = File::create(&out).expect("a file for the output");
        let child = command.stdout(to.try_clone().expect("a second handle")).stderr(to).spawn();
        let child = child.unwrap_or_else(|it| panic!("{command:?}: {it}"));
        let mut program =
            Program { child, out, base: String::new(), world: None, told: String::new(), _folder: folder };
        let world = program.ready(&json);
        program.told = fs::read_to_string(&json).expect("the world's file");
        program.base.clone_from(&world.base);
        program.world = Some(world);
        program
    }
}

/// How a real server is started: `kalinklo serve` on a free port, with limits that tests do not meet.
pub struct Serve {
    data: PathBuf,
    database: Option<String>,
    config: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

/// Limits for test programs that come from one address.
const WIDE: &str = "[limits]\nread = { burst = 1000000, seconds = 60 }\nmutation = { burst = 1000000, seconds = 60 }\n\
public_form = { burst = 1000000, seconds = 60 }\nsign_in = { burst = 1000000, seconds = 60 }\nprobe = { burst = 1000000, seconds = 60 }\n\
sign_in_failed = { burst = 1000000, seconds = 60 }\n";

impl Serve {
    /// On what stands in this folder, be it nothing.
    pub fn on(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            database: None,
            config: WIDE.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// On this database instead of SQLite.
    pub fn database(mut self, url: Option<String>) -> Self {
        self.database = url;
        self
    }

    /// With this configuration file instead of the wide limits.
    pub fn config(mut self, text: &str) -> Self {
        text.clone_into(&mut self.config);
        self
    }

    /// One more argument.
    pub fn argument(mut self, text: &str) -> Self {
        self.arguments.push(text.to_owned());
        self
    }

    /// In an environment that says so.
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it and waits until it says where it listens.
    #[track_caller]
    pub fn start(self) -> Program {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("kalinklo.toml");
        fs::write(&config, &self.config).expect("a configuration file");
        let mut command = command(["serve", "--listen", "127.0.0.1:0", "--config"]);
        command.arg(&config).arg("--data").arg(&self.data).args(&self.arguments);
        command.envs(self.environment);
        if let Some(url) = &self.database {
            command.env("DATABASE_URL", url);
        }
        let out = folder.path().join("output.txt");
        let to = File::create(&out).expect("a file for the output");
        let child = command.stdout(to.try_clone().expect("a second handle")).stderr(to).spawn();
        let child = child.unwrap_or_else(|it| panic!("{command:?}: {it}"));
        let mut program =
            Program { child, out, base: String::new(), world: None, told: String::new(), _folder: folder };
        program.base = program.waited(|text| {
            let line = text.lines().find_map(|it| it.strip_prefix("Kalinklo Artists serves on "))?;
            Some(line.trim().to_owned())
        });
        program
    }
}

/// A running program; dropping it ends it.
pub struct Program {
    child: Child,
    out: PathBuf,
    base: String,
    world: Option<World>,
    told: String,
    _folder: tempfile::TempDir,
}

impl Program {
    /// A demonstration on SQLite in a temporary folder.
    #[track_caller]
    pub fn demo() -> Self {
        Demo::default().start()
    }

    /// What it wrote when it was ready.
    pub fn world(&self) -> &World {
        self.world.as_ref().expect("`start` waits for it")
    }

    /// The text of the world's file.
    pub fn told(&self) -> &str {
        &self.told
    }

    /// A visitor's client.
    pub fn visitor(&self) -> Client {
        Client::new(&self.base)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A client signed in as the persona of this name.
    #[track_caller]
    pub fn as_persona(&self, name: &str) -> Client {
        self.world().client(self.world().persona(name))
    }

    /// A figure of `/metrics`, as the demonstration's operator reads it.
    #[track_caller]
    pub fn metric(&self, name: &str) -> u64 {
        metric(&mut self.visitor(), &self.world().ops_token, name)
    }

    /// What it printed and logged so far.
    pub fn output(&self) -> String {
        fs::read_to_string(&self.out).unwrap_or_default()
    }

    /// Whether it has stopped by itself.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Ends it at once, as a loss of power of the process (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop (SIGTERM).
    #[track_caller]
    pub fn tell_to_stop(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|it| it.success()), "kill -TERM failed");
    }

    /// Asks it to stop and waits until it has drained.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        if !self.has_ended() {
            self.tell_to_stop();
        }
        self.child.wait().expect("an exit status")
    }

    /// Waits for the world's file.
    #[track_caller]
    fn ready(&mut self, json: &Path) -> World {
        let text = self.waited(|_| fs::read_to_string(json).ok().filter(|it| it.trim_end().ends_with('}')));
        serde_json::from_str(&text).unwrap_or_else(|it| panic!("the world's file: {it}: {text}"))
    }

    /// Waits for something, at most two minutes: large worlds take their time, a stopped program none. `look` gets what
    /// the program printed.
    #[track_caller]
    fn waited<T>(&mut self, look: impl Fn(&str) -> Option<T>) -> T {
        for _ in 0..6000 {
            if let Some(found) = look(&self.output()) {
                return found;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the program stopped with {status}:\n{}", self.output());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the program was not ready in two minutes:\n{}", self.output())
    }
}

/// A figure of `/metrics`, to who shows this token.
#[track_caller]
pub fn metric(operator: &mut Client, token: &str, name: &str) -> u64 {
    let ask = Ask::new("GET", "/metrics").header("Authorization", &format!("Bearer {token}"));
    let text = operator.send(&ask).text();
    let line = text.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("no {name}: {text}"))
}

/// Looks again until something is there or the time is over.
pub fn within<T>(time: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if begin.elapsed() > time {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The same for at most 20 seconds; says what was awaited where it never comes.
#[track_caller]
pub fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(Duration::from_secs(20), look).unwrap_or_else(|| panic!("{what}: not in 20 seconds"))
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
