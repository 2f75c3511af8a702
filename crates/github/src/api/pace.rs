//! When the next request may go out: the budget of waiting of a run, and the distance between writes (spec/github-ux.md 8.3).

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds a run waits in all, where nothing else is asked for (`--api-wait`).
pub const API_WAIT: Duration = Duration::from_mins(2);
/// Between two writes: GitHub allows 80 a minute.
const BETWEEN_WRITES: Duration = Duration::from_secs(1);

/// Time and chance, so that tests have neither.
pub trait Clock {
    /// Since 1970-01-01 UTC.
    fn now(&self) -> Duration;
    /// Waits.
    fn sleep(&self, duration: Duration);
    /// Some part of `most`, each as likely as any other.
    fn jitter(&self, most: Duration) -> Duration;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }

    fn jitter(&self, most: Duration) -> Duration {
        // Its keys are random: enough to keep jobs from asking in step.
        let thousandths = RandomState::new().build_hasher().finish() % 1_001;
        most.saturating_mul(u32::try_from(thousandths).unwrap_or_default()) / 1_000
    }
}

/// The waiting of one run.
pub struct Pace {
    clock: Box<dyn Clock>,
    budget: Duration,
    waited: Cell<Duration>,
    last_write: Cell<Option<Duration>>,
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("budget", &self.budget).field("waited", &self.waited).finish_non_exhaustive()
    }
}

impl Pace {
    /// At most `budget` is waited in all.
    pub fn new(clock: Box<dyn Clock>, budget: Duration) -> Self {
        Self { clock, budget, waited: Cell::default(), last_write: Cell::default() }
    }

    /// Waits, if the budget has that much left. If not, it returns `false` at once and the budget stays as it is.
    pub fn wait(&self, duration: Duration) -> bool {
        let after = self.waited.get().saturating_add(duration);
        if after > self.budget {
            return false;
        }
        self.waited.set(after);
        self.clock.sleep(duration);
        true
    }

    /// What may be waited in all.
    pub fn budget(&self) -> Duration {
        self.budget
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    pub(crate) fn jitter(&self, most: Duration) -> Duration {
        self.clock.jitter(most)
    }

    /// Keeps writes apart. It is not taken from the budget: a write that must wait a second is not worth giving up.
    pub(crate) fn before_write(&self) {
        if let Some(last) = self.last_write.get() {
            let since = self.now().saturating_sub(last);
            if since < BETWEEN_WRITES {
                self.clock.sleep(BETWEEN_WRITES.saturating_sub(since));
            }
        }
    }

    pub(crate) fn after_write(&self) {
        self.last_write.set(Some(self.now()));
    }
}
