//! The body: read once, bounded in bytes and in time, whether it names its length or comes in chunks.

use crate::problem::Problem;
use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use warp::http::{HeaderMap, header};

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send>>;

/// What is left unread is thrown away up to this, so that a client that still writes can read our answer.
const DISCARD: usize = 16 * 1024 * 1024;
const DISCARD_TIME: Duration = Duration::from_secs(5);

/// A body that was not read yet. Clones share it: who reads first has it.
#[derive(Clone)]
pub struct Intake {
    chunks: Arc<Mutex<Option<Chunks>>>,
    length: Option<u64>,
    announced: bool,
    on_demand: bool,
}

impl Intake {
    /// A body as warp hands it over.
    pub fn of<S, B>(stream: S, headers: &HeaderMap) -> Self
    where
        S: Stream<Item = Result<B, warp::Error>> + Send + 'static,
        B: Buf,
    {
        let chunks = stream.map(|it| it.map(|mut part| part.copy_to_bytes(part.remaining())));
        let length = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|it| it.to_str().ok())
            .and_then(|it| it.parse().ok());
        Self {
            chunks: Arc::new(Mutex::new(Some(Box::pin(chunks)))),
            length,
            announced: length.is_some_and(|it| it > 0) || headers.contains_key(header::TRANSFER_ENCODING),
            on_demand: headers.contains_key(header::EXPECT),
        }
    }

    /// A body of these bytes, for tests.
    #[must_use]
    pub fn ready(bytes: Bytes) -> Self {
        let length = Some(bytes.len() as u64);
        let chunks: Chunks = Box::pin(futures_util::stream::iter([Ok(bytes)]));
        Self { chunks: Arc::new(Mutex::new(Some(chunks))), length, announced: true, on_demand: false }
    }

    fn take(&self) -> Option<Chunks> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put_back(&self, chunks: Chunks) {
        *self.chunks.lock().unwrap_or_else(PoisonError::into_inner) = Some(chunks);
    }

    /// Reads all of it, at most `limit` bytes within `time`. A second reading finds nothing.
    ///
    /// # Errors
    /// [`Problem::TooLarge`], [`Problem::Timeout`], [`Problem::BadRequest`] where it breaks off.
    pub async fn read(&self, limit: usize, time: Duration) -> Result<Bytes, Problem> {
        if self.length.is_some_and(|it| it > limit as u64) {
            return Err(Problem::TooLarge { limit });
        }
        let Some(mut chunks) = self.take() else { return Ok(Bytes::new()) };
        let mut whole = BytesMut::new();
        let reading = async {
            while let Some(part) = chunks.next().await {
                let part =
                    part.map_err(|_| Problem::BadRequest("The request broke off before its end.".into()))?;
                if whole.len() + part.len() > limit {
                    return Err(Problem::TooLarge { limit });
                }
                whole.extend_from_slice(&part);
            }
            Ok(())
        };
        let read = tokio::time::timeout(time, reading).await.unwrap_or(Err(Problem::Timeout));
        if matches!(read, Err(Problem::TooLarge { .. })) {
            self.put_back(chunks);
        }
        read.map(|()| whole.freeze())
    }

    /// Throws away what nobody read. A client that waits for our leave to send (`Expect`, RFC 9110 section 10.1.1) is
    /// not asked to; one that announced more than we would discard is cut off instead.
    pub async fn discard(&self) {
        if !self.announced || self.on_demand || self.length.is_some_and(|it| it > DISCARD as u64) {
            return;
        }
        let Some(mut chunks) = self.take() else { return };
        let discarding = async {
            let mut left = DISCARD;
            while let Some(Ok(part)) = chunks.next().await {
                match left.checked_sub(part.len()) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        };
        // Out of time is as good as done: the connection is closed after the answer.
        let _ = tokio::time::timeout(DISCARD_TIME, discarding).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_are_bounded_and_read_once() {
        let time = Duration::from_secs(1);
        let body = Intake::ready(Bytes::from_static(b"12345"));
        assert!(matches!(body.read(4, time).await, Err(Problem::TooLarge { limit: 4 })));
        assert_eq!(body.read(5, time).await.unwrap(), "12345");
        assert!(body.read(5, time).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn chunks_without_a_length_are_bounded_too() {
        let parts =
            futures_util::stream::iter([Ok::<_, warp::Error>(Bytes::from_static(b"123")), Ok("45".into())]);
        let body = Intake::of(parts, &HeaderMap::new());
        assert!(matches!(body.read(4, Duration::from_secs(1)).await, Err(Problem::TooLarge { .. })));
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_given_up() {
        let never = futures_util::stream::pending::<Result<Bytes, warp::Error>>();
        let body = Intake::of(never, &HeaderMap::new());
        assert!(matches!(body.read(4, Duration::from_millis(10)).await, Err(Problem::Timeout)));
    }
}
