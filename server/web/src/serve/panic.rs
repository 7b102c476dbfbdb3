//! A panic in one request ends that request, not the connection and not the program.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

/// Runs `work`; a panic inside becomes an error that carries what the panic said.
///
/// # Errors
/// The panic's message, for the log only: it may hold anything.
pub async fn no_panic<F: Future>(work: F) -> Result<F::Output, String> {
    let mut work = Box::pin(work);
    // After a panic the future is dropped and never polled again, so no broken state can be seen.
    std::future::poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(said) => Poll::Ready(Err(words(said.as_ref()))),
    })
    .await
}

fn words(said: &(dyn Any + Send)) -> String {
    if let Some(text) = said.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = said.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without words".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_an_error() {
        assert_eq!(no_panic(async { 7 }).await, Ok(7));
        assert_eq!(no_panic(async { panic!("boom {}", 1) }).await, Err::<(), _>("boom 1".to_owned()));
    }
}
