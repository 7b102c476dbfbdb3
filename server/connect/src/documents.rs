//! Contents of documents, kept by digest. Who may read which document is decided elsewhere, before a digest is known.

mod folder;

pub use folder::Folder;

use domain::{Digest, Moment};
use sha2::{Digest as _, Sha256};

/// Why a shelf could not do it.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// There is nothing with this digest: never put, or erased.
    #[error("no content has this digest")]
    Absent,
    /// What is kept is not what was put: refused rather than served.
    #[error("the content kept under this digest is damaged")]
    Damaged,
    /// What was to be put has another digest.
    #[error("the content does not have this digest")]
    Mismatch,
    /// The store behind it failed.
    #[error("the document store failed: {0}")]
    Io(#[from] std::io::Error),
}

/// Where contents are kept. Blocking. Equal contents share one place, so the caller erases only what no document
/// refers to any more.
pub trait Shelf: Send + Sync {
    /// Keeps the bytes; on return they survive a loss of power. Putting the same again is no error and mends damage.
    ///
    /// # Errors
    /// [`ShelfError::Mismatch`] when the bytes have another digest, [`ShelfError::Io`].
    fn put(&self, digest: &Digest, bytes: &[u8]) -> Result<(), ShelfError>;

    /// Whether there is anything under this digest.
    fn has(&self, digest: &Digest) -> bool;

    /// The contents that were put before this moment. What an interrupted put left behind by then is cleared away.
    ///
    /// # Errors
    /// [`ShelfError::Io`].
    fn put_before(&self, moment: Moment) -> Result<Vec<Digest>, ShelfError>;

    /// The bytes, checked against the digest.
    ///
    /// # Errors
    /// [`ShelfError::Absent`], [`ShelfError::Damaged`], [`ShelfError::Io`].
    fn get(&self, digest: &Digest) -> Result<Vec<u8>, ShelfError>;

    /// Erases the bytes (spec R2); whether there were any.
    ///
    /// # Errors
    /// [`ShelfError::Io`].
    fn erase(&self, digest: &Digest) -> Result<bool, ShelfError>;
}

/// The SHA-256 digest of these bytes (FIPS 180-4), as [`Shelf`] expects it.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
