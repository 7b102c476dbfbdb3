//! Letters as files: the default, for a machine without a mail server.

use super::{Letter, Post, PostError, Sender, Wire, message};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Writes one `.eml` file a letter (RFC 5322), named by the letter's id: a retry finds it there and does nothing.
pub struct Folder {
    root: PathBuf,
    from: Sender,
    echo: Option<Mutex<Box<dyn Write + Send>>>,
}

impl Folder {
    /// Posts into `root`, which is made where it is missing. With `echo`, one line `mail to ADDRESS: SUBJECT` goes
    /// there for each letter, meant for the terminal of the person who started the program; never the text.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(root: &Path, from: Sender, echo: Option<Box<dyn Write + Send>>) -> std::io::Result<Self> {
        std::fs::create_dir_all(root)?;
        Ok(Self { root: root.to_owned(), from, echo: echo.map(Mutex::new) })
    }

    /// Where a letter with this id stands once it is posted.
    #[must_use]
    pub fn path_of(&self, letter: domain::LetterId) -> PathBuf {
        self.root.join(format!("{letter}.eml"))
    }

    /// Whether the file is new. Complete and on the disk, or not there: a reader never sees half a letter.
    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<bool> {
        if path.try_exists()? {
            return Ok(false);
        }
        let mut draft = tempfile::NamedTempFile::new_in(&self.root)?;
        draft.write_all(bytes)?;
        draft.as_file().sync_all()?;
        match draft.persist_noclobber(path) {
            Ok(_) => {}
            Err(it) if it.error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
            Err(it) => return Err(it.error),
        }
        std::fs::File::open(&self.root)?.sync_all()?;
        Ok(true)
    }
}

impl Post for Folder {
    fn send(&self, letter: &Letter) -> Result<(), PostError> {
        let bytes = message(letter, &self.from, Wire::Readable)?.formatted();
        let is_new = self
            .write(&self.path_of(letter.id), &bytes)
            .map_err(|it| PostError::Later(it.kind().to_string()))?;
        if let (true, Some(echo)) = (is_new, &self.echo)
            && let Ok(mut echo) = echo.lock()
        {
            let subject: String = letter.subject.chars().filter(|it| !it.is_control()).collect();
            // A terminal that went away is no reason to post the letter again.
            let _ = writeln!(echo, "mail to {}: {subject}", letter.to);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{letter, sender};
    use super::*;
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Terminal(Arc<Mutex<Vec<u8>>>);
    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_retry_never_doubles() {
        let root = tempfile::tempdir().unwrap();
        let terminal = Terminal::default();
        let post =
            Folder::new(&root.path().join("mail"), sender(), Some(Box::new(terminal.clone()))).unwrap();
        post.send(&letter()).unwrap();
        post.send(&letter()).unwrap();
        let names: Vec<_> =
            std::fs::read_dir(root.path().join("mail")).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, ["00000000000000000000Zz.eml"]);
        assert!(std::fs::read_to_string(post.path_of(letter().id)).unwrap().contains("it works once"));
        let echoed = String::from_utf8(terminal.0.lock().unwrap().clone()).unwrap();
        assert_eq!(echoed, "mail to anna@example.org: Your link for tonight’s rehearsal\n");
    }

    #[test]
    fn a_folder_that_went_away_is_worth_another_try() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("mail");
        let post = Folder::new(&folder, sender(), None).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(post.send(&letter()), Err(PostError::Later("entity not found".into())));
        std::fs::create_dir(&folder).unwrap();
        assert_eq!(post.send(&letter()), Ok(()));
    }
}
