//! Contents as files in a folder of this machine: the default.

use super::{Shelf, ShelfError, digest_of};
use domain::Digest;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

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
        let mut draft = tempfile::NamedTempFile::new_in(&shard)?;
        draft.write_all(bytes)?;
        draft.as_file().sync_all()?;
        draft.persist(&path).map_err(|it| it.error)?;
        Ok(sync(&shard)?)
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
