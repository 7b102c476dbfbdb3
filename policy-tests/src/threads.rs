//! Work on all processors.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Does the work for each of them on all processors; the results keep their order.
pub fn each<T: Sync, R: Send>(them: &[T], work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(it) = them.get(at) else { return done };
            done.push((at, work(at, it)));
        }
    };
    let mut all: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        // a worker that panicked is a fault of this program: pass it on
        workers
            .into_iter()
            .flat_map(|it| it.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
            .collect()
    });
    all.sort_by_key(|it| it.0);
    all.into_iter().map(|it| it.1).collect()
}
