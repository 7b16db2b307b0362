//! The only reader of wall time. Everything that stamps, expires, sleeps or opens a window asks a [`Clock`].

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A clock that is either a value moved by hand (scenarios) or the system's (`serve`, real syncs).
///
/// Clones share one time: advancing one advances all.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Virtual(Arc<Mutex<Timestamp>>),
}

/// The time a [`Clock::timeout`] gave up after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("timed out after {} s", .0.as_secs_f64())]
pub struct Elapsed(pub Duration);

impl Clock {
    /// The machine's clock, with real sleeps.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until something advances it.
    pub fn virtual_at(start: Timestamp) -> Self {
        Self(Source::Virtual(Arc::new(Mutex::new(start))))
    }

    /// Whether time is a value here, so that waiting costs nothing.
    pub fn is_virtual(&self) -> bool {
        matches!(self.0, Source::Virtual(_))
    }

    /// The current instant. Whole seconds are what Magento stores; callers truncate through [`crate::datetime`].
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Virtual(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a virtual clock forward; the system clock ignores it.
    ///
    /// A sum beyond the calendar's end saturates at [`Timestamp::MAX`].
    pub fn advance(&self, by: SignedDuration) {
        if let Source::Virtual(at) = &self.0 {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            *at = at.saturating_add(by).unwrap_or(Timestamp::MAX);
        }
    }

    /// Sets a virtual clock, backwards too; the system clock ignores it.
    pub fn set(&self, to: Timestamp) {
        if let Source::Virtual(at) = &self.0 {
            *at.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    /// Waits: really on the system clock, by advancing the value on a virtual one.
    pub async fn sleep(&self, duration: Duration) {
        match &self.0 {
            Source::System => tokio::time::sleep(duration).await,
            Source::Virtual(_) => self.advance(SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)),
        }
    }

    /// Bounds `work`. On a virtual clock the limit is over when the value has reached it, or when nothing has come for
    /// [`REAL_WAIT_MAX`]; afterwards exactly the limit has passed, as the peer would have seen it.
    ///
    /// # Errors
    /// [`Elapsed`] when the limit passed first. On a paused runtime that costs no real time.
    pub async fn timeout<F: Future>(&self, limit: Duration, work: F) -> Result<F::Output, Elapsed> {
        if !self.is_virtual() {
            return tokio::time::timeout(limit, work).await.map_err(|_| Elapsed(limit));
        }
        let by = SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX);
        let deadline = self.now().saturating_add(by).unwrap_or(Timestamp::MAX);
        let mut work = std::pin::pin!(work);
        let in_time = std::future::poll_fn(|cx| {
            if self.now() >= deadline { Poll::Ready(None) } else { work.as_mut().poll(cx).map(Some) }
        });
        if let Ok(Some(output)) = tokio::time::timeout(limit.min(REAL_WAIT_MAX), in_time).await {
            return Ok(output);
        }
        self.set(deadline);
        Err(Elapsed(limit))
    }
}

/// What a virtual limit may cost in real time where the runtime's time passes, as over TCP.
const REAL_WAIT_MAX: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_virtual_sleep_moves_every_clone_and_takes_no_time() {
        let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
        let seen_by_shop = clock.clone();
        clock.sleep(Duration::from_secs(86_400)).await;
        assert_eq!(seen_by_shop.now().as_second(), 86_400);
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_on_a_virtual_clock_passes_the_whole_limit() {
        let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
        let never = clock.timeout(Duration::from_secs(40), std::future::pending::<()>()).await;
        assert_eq!(never, Err(Elapsed(Duration::from_secs(40))));
        assert_eq!(clock.now().as_second(), 40);
    }

    #[tokio::test]
    async fn time_that_passes_on_the_value_counts_against_a_limit() {
        for (passes, expected, now) in [(30, Ok(()), 30), (90, Err(Elapsed(Duration::from_secs(40))), 40)] {
            let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
            let slow = async {
                clock.sleep(Duration::from_secs(passes)).await;
                tokio::task::yield_now().await;
            };
            assert_eq!(clock.timeout(Duration::from_secs(40), slow).await, expected);
            assert_eq!(clock.now().as_second(), now);
        }
    }
}
