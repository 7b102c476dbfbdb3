//! The real program as a process of its own.

use super::http::Client;
use super::world::World;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

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
            command.env("DATABASE_URL", url);
        }
        let out = folder.path().join("output.txt");
        let to = File::create(&out).expect("a file for the output");
        let child = command.stdout(to.try_clone().expect("a second handle")).stderr(to).spawn();
        let child = child.unwrap_or_else(|it| panic!("{command:?}: {it}"));
        let mut program = Program { child, out, world: None, _folder: folder };
        program.world = Some(program.ready(&json));
        program
    }
}

/// A running demonstration; dropping it ends it.
pub struct Program {
    child: Child,
    out: PathBuf,
    world: Option<World>,
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

    /// A visitor's client.
    pub fn visitor(&self) -> Client {
        Client::new(&self.world().base)
    }

    /// A client signed in as the persona of this name.
    #[track_caller]
    pub fn as_persona(&self, name: &str) -> Client {
        self.world().client(self.world().persona(name))
    }

    /// What it printed and logged so far.
    pub fn output(&self) -> String {
        fs::read_to_string(&self.out).unwrap_or_default()
    }

    /// Ends it at once, as a loss of power of the process (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop (SIGTERM) and waits until it has drained.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|it| it.success()), "kill -TERM failed");
        self.child.wait().expect("an exit status")
    }

    /// Waits for the file, for at most two minutes: large worlds take their time, a stopped program none.
    #[track_caller]
    fn ready(&mut self, json: &Path) -> World {
        for _ in 0..6000 {
            if let Ok(text) = fs::read_to_string(json)
                && text.trim_end().ends_with('}')
            {
                return serde_json::from_str(&text)
                    .unwrap_or_else(|it| panic!("the world's file: {it}: {text}"));
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the program stopped with {status}:\n{}", self.output());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the program was not ready in two minutes:\n{}", self.output())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
