//! Two questions at once.

/// Runs the second beside the first. A thread that cannot be had or has ended early is no reason to give up.
pub(crate) fn at_once<A, B: Send>(first: impl FnOnce() -> A, second: impl Fn() -> B + Sync) -> (A, B) {
    std::thread::scope(|scope| {
        let beside = std::thread::Builder::new().spawn_scoped(scope, &second);
        let first = first();
        let beside = beside.ok().and_then(|beside| beside.join().ok());
        (first, beside.unwrap_or_else(&second))
    })
}
