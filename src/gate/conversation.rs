//! Opens the conversation with the repository of the event. Whoever talks, the waiting of the whole process is counted once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use portcullis_github::CiContext;
use portcullis_github::api::{ApiError, Client, Clock, GitHub, Http, Network, Pace, SystemClock};

use super::Request;

/// Milliseconds waited by all conversations of the process (spec/github-ux.md 8.3).
static WAITED: AtomicU64 = AtomicU64::new(0);

/// The clock of the machine, which remembers how long it was waited for.
#[derive(Debug)]
struct Counting;

impl Clock for Counting {
    fn now(&self) -> Duration {
        SystemClock.now()
    }

    fn sleep(&self, duration: Duration) {
        WAITED.fetch_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        SystemClock.sleep(duration);
    }

    fn jitter(&self, most: Duration) -> Duration {
        SystemClock.jitter(most)
    }
}

/// A conversation that is open.
#[derive(Clone, Copy)]
pub(super) struct Conversation<'a> {
    pub(super) github: &'a dyn GitHub,
    pub(super) pace: &'a Pace,
    /// What could not be read of the certificates the environment names.
    pub(super) warnings: &'a [String],
}

/// Asks the repository of the event; all of the process together waits at most `wait`.
pub(super) fn with_github<T>(
    ci: &CiContext,
    request: &Request,
    wait: Duration,
    told: impl FnOnce(Conversation<'_>) -> T,
) -> Result<T, ApiError> {
    let missing = |why: &str| ApiError::Unreachable { host: ci.endpoints.api.clone(), why: why.to_owned() };
    let token = ci
        .token
        .clone()
        .ok_or_else(|| missing("there is no token; give the step `env: { GITHUB_TOKEN: ${{ github.token }} }`"))?;
    let repository = ci.context.repo.as_deref().ok_or_else(|| missing("the event names no repository"))?;
    let network = Network::from_environment(&request.environment);
    let http = Http::new(&ci.endpoints, token, &network)?;
    let waited = Duration::from_millis(WAITED.load(Ordering::Relaxed));
    let pace = Pace::new(Box::new(Counting), wait.saturating_sub(waited));
    let client = Client::new(&http, &pace, &ci.endpoints, repository)?;
    Ok(told(Conversation { github: &client, pace: &pace, warnings: &http.warnings }))
}
