//! Contents as files in a folder of this machine: the default.

use super::{Shelf, ShelfError, digest_of};
use domain::{Digest, Moment};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Keeps each content in a file named by its digest, in one of 256 folders.
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// A shelf in `root`, which is made where it is missing.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(root: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self { root: root.to_owned() })
    }

    fn shard_of(&self, digest: &Digest) -> (PathBuf, PathBuf) {
        let name = digest.to_string();
        let shard = self.root.join(&name[..2]);
        let path = shard.join(&name[2..]);
        (shard, path)
    }
}

/// How the names of files begin that are being written.
const DRAFT: &str = ".put-";

fn is_older(file: &fs::Metadata, than: Moment) -> bool {
    let Ok(Ok(since)) = file.modified().map(|it| it.duration_since(UNIX_EPOCH)) else { return false };
    i64::try_from(since.as_micros()).is_ok_and(|it| file.is_file() && it < than.0)
}

/// A rename or removal is lasting only once its folder is on the disk.
fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

impl Shelf for Folder {
    fn put(&self, digest: &Digest, bytes: &[u8]) -> Result<(), ShelfError> {
        if digest_of(bytes) != *digest {
            return Err(ShelfError::Mismatch);
        }
        let (shard, path) = self.shard_of(digest);
        if fs::read(&path).is_ok_and(|kept| kept == bytes) {
            return Ok(());
        }
        fs::create_dir_all(&shard)?;
        sync(&self.root)?;
        // Beside its place, so that the rename stays on one file system; other names never look like a digest.
        let mut draft = tempfile::Builder::new().prefix(DRAFT).tempfile_in(&shard)?;
        draft.write_all(bytes)?;
        draft.as_file().sync_all()?;
        draft.persist(&path).map_err(|it| it.error)?;
        Ok(sync(&shard)?)
    }

    fn has(&self, digest: &Digest) -> bool {
        self.shard_of(digest).1.is_file()
    }

    fn put_before(&self, moment: Moment) -> Result<Vec<Digest>, ShelfError> {
        let mut found = Vec::new();
        for shard in fs::read_dir(&self.root)? {
            let shard = shard?.path();
            let Some(begins) = shard.file_name().and_then(|it| it.to_str()) else { continue };
            if begins.len() != 2 || !shard.is_dir() {
                continue;
            }
            for file in fs::read_dir(&shard)? {
                let file = file?;
                // one that went away meanwhile is nobody's concern
                if !file.metadata().is_ok_and(|it| is_older(&it, moment)) {
                    continue;
                }
                let name = file.file_name();
                let name = name.to_str().unwrap_or_default();
                match format!("{begins}{name}").parse() {
                    Ok(digest) => found.push(digest),
                    Err(_) if name.starts_with(DRAFT) => fs::remove_file(file.path())?,
                    Err(_) => {}
                }
            }
        }
        Ok(found)
    }

    fn get(&self, digest: &Digest) -> Result<Vec<u8>, ShelfError> {
        let bytes = match fs::read(self.shard_of(digest).1) {
            Ok(bytes) => bytes,
            Err(it) if it.kind() == ErrorKind::NotFound => return Err(ShelfError::Absent),
            Err(it) => return Err(it.into()),
        };
        if digest_of(&bytes) == *digest { Ok(bytes) } else { Err(ShelfError::Damaged) }
    }

    fn erase(&self, digest: &Digest) -> Result<bool, ShelfError> {
        let (shard, path) = self.shard_of(digest);
        match fs::remove_file(path) {
            Ok(()) => sync(&shard)?,
            Err(it) if it.kind() == ErrorKind::NotFound => return Ok(false),
            Err(it) => return Err(it.into()),
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf() -> (tempfile::TempDir, Folder) {
        let root = tempfile::tempdir().unwrap();
        let shelf = Folder::new(&root.path().join("documents")).unwrap();
        (root, shelf)
    }

    #[test]
    fn what_is_put_comes_back_until_it_is_erased() {
        let (_root, shelf) = shelf();
        let bytes = b"%PDF-1.7 rider".as_slice();
        let digest = digest_of(bytes);
        assert!(matches!(shelf.get(&digest), Err(ShelfError::Absent)));
        shelf.put(&digest, bytes).unwrap();
        shelf.put(&digest, bytes).unwrap();
        assert_eq!(shelf.get(&digest).unwrap(), bytes);
        assert!(shelf.erase(&digest).unwrap());
        assert!(!shelf.erase(&digest).unwrap());
        assert!(matches!(shelf.get(&digest), Err(ShelfError::Absent)));
    }

    #[test]
    fn what_was_put_before_is_told_and_half_written_files_go() {
        let (_root, shelf) = shelf();
        let (old, new) = (digest_of(b"old"), digest_of(b"new"));
        shelf.put(&old, b"old").unwrap();
        shelf.put(&new, b"new").unwrap();
        let (shard, path) = shelf.shard_of(&old);
        let (half, other) = (shard.join(".put-half"), shard.join("README"));
        fs::write(&half, "ol").unwrap();
        fs::write(&other, "not ours").unwrap();
        for it in [&path, &half, &other] {
            let hour = UNIX_EPOCH + std::time::Duration::from_secs(3600);
            File::options().write(true).open(it).unwrap().set_modified(hour).unwrap();
        }
        assert_eq!(shelf.put_before(Moment(3600 * Moment::SECOND)).unwrap(), []);
        assert!(half.exists());
        assert_eq!(shelf.put_before(Moment(3601 * Moment::SECOND)).unwrap(), [old]);
        assert!(!half.exists() && other.exists() && shelf.has(&old) && shelf.has(&new));
    }

    #[test]
    fn damage_is_noticed_and_mended() {
        let (_root, shelf) = shelf();
        let digest = digest_of(b"contract");
        shelf.put(&digest, b"contract").unwrap();
        fs::write(shelf.shard_of(&digest).1, b"contrary").unwrap();
        assert!(matches!(shelf.get(&digest), Err(ShelfError::Damaged)));
        shelf.put(&digest, b"contract").unwrap();
        assert_eq!(shelf.get(&digest).unwrap(), b"contract");
    }

    #[test]
    fn bytes_must_have_the_digest_and_leave_nothing_otherwise() {
        let (root, shelf) = shelf();
        assert!(matches!(shelf.put(&digest_of(b"one"), b"two"), Err(ShelfError::Mismatch)));
        assert_eq!(fs::read_dir(root.path().join("documents")).unwrap().count(), 0);
    }
}
