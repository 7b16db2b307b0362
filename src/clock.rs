//! The only reader of wall time. Everything that stamps, expires, sleeps or opens a window asks a [`Clock`].
#![doc(hidden)]

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// A clock that is a value moved by hand (scenarios), the system's (real syncs), or the system's until somebody sets it
/// (a served shop).
///
/// Clones share one time: advancing one advances all.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Virtual(Arc<Mutex<Timestamp>>),
    Adjustable(Arc<Mutex<Reading>>),
}

/// How an adjustable clock tells the time.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// The system's time plus this.
    Runs(SignedDuration),
    /// The clock stands still at this moment.
    Stands(Timestamp),
}

impl Reading {
    fn now(self) -> Timestamp {
        match self {
            Self::Runs(ahead) => Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX),
            Self::Stands(at) => at,
        }
    }

    /// Goes on from `at` in the same way.
    fn moved_to(self, at: Timestamp) -> Self {
        match self {
            Self::Runs(_) => Self::Runs(at.duration_since(Timestamp::now())),
            Self::Stands(_) => Self::Stands(at),
        }
    }
}

/// How a clock stood or ran at some moment.
#[derive(Clone, Debug)]
pub struct ClockMark(Reading);

/// The time a [`Clock::timeout`] gave up after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("timed out after {} s", .0.as_secs_f64())]
pub struct Elapsed(pub Duration);

/// An end to work that cannot be interrupted and so must ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// A deadline that never comes.
    pub const fn never() -> Self {
        Self(None)
    }

    /// Whether it has passed.
    pub fn is_over(&self) -> bool {
        self.0.is_some_and(|at| Instant::now() >= at)
    }
}

impl Clock {
    /// The machine's clock, with real sleeps.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until something advances it.
    pub fn virtual_at(start: Timestamp) -> Self {
        Self(Source::Virtual(Arc::new(Mutex::new(start))))
    }

    /// A clock that runs with the machine's, or stands at `frozen_at`, and can be set, frozen and let go later.
    /// Sleeps are real.
    pub fn adjustable(frozen_at: Option<Timestamp>) -> Self {
        let reading = frozen_at.map_or(Reading::Runs(SignedDuration::ZERO), Reading::Stands);
        Self(Source::Adjustable(Arc::new(Mutex::new(reading))))
    }

    /// Whether time passes by itself.
    pub fn runs(&self) -> bool {
        match &self.0 {
            Source::System => true,
            Source::Virtual(_) => false,
            Source::Adjustable(reading) => matches!(*locked(reading), Reading::Runs(_)),
        }
    }

    /// Whether [`Clock::set`] and [`Clock::advance`] do anything.
    pub fn can_be_set(&self) -> bool {
        !matches!(self.0, Source::System)
    }

    /// Lets an adjustable clock run on from where it is, or makes it stand; false for the other two, which cannot.
    pub fn let_run(&self, runs: bool) -> bool {
        let Source::Adjustable(reading) = &self.0 else { return runs == self.runs() };
        let mut reading = locked(reading);
        let now = reading.now();
        *reading = if runs { Reading::Runs(SignedDuration::ZERO).moved_to(now) } else { Reading::Stands(now) };
        true
    }

    /// What to give [`Clock::restore`] to have the present time, or the present way of running, back.
    pub fn mark(&self) -> ClockMark {
        match &self.0 {
            Source::System => ClockMark(Reading::Runs(SignedDuration::ZERO)),
            Source::Virtual(at) => ClockMark(Reading::Stands(*locked(at))),
            Source::Adjustable(reading) => ClockMark(*locked(reading)),
        }
    }

    /// Puts a virtual or adjustable clock back; the system clock has nothing to put back.
    pub fn restore(&self, mark: &ClockMark) {
        match &self.0 {
            Source::System => {}
            Source::Virtual(at) => *locked(at) = mark.0.now(),
            Source::Adjustable(reading) => *locked(reading) = mark.0,
        }
    }

    /// Whether time is a value here, so that waiting costs nothing.
    pub fn is_virtual(&self) -> bool {
        matches!(self.0, Source::Virtual(_))
    }

    /// The current instant. Whole seconds are what Magento stores; callers truncate through [`crate::datetime`].
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Virtual(at) => *locked(at),
            Source::Adjustable(reading) => locked(reading).now(),
        }
    }

    /// Moves a virtual or adjustable clock forward; the system clock ignores it.
    ///
    /// A sum beyond the calendar's end saturates at [`Timestamp::MAX`].
    pub fn advance(&self, by: SignedDuration) {
        let later = |at: Timestamp| at.saturating_add(by).unwrap_or(Timestamp::MAX);
        match &self.0 {
            Source::System => {}
            Source::Virtual(at) => {
                let mut at = locked(at);
                *at = later(*at);
            }
            Source::Adjustable(reading) => {
                let mut reading = locked(reading);
                *reading = reading.moved_to(later(reading.now()));
            }
        }
    }

    /// Sets a virtual or adjustable clock, backwards too; the system clock ignores it.
    pub fn set(&self, to: Timestamp) {
        match &self.0 {
            Source::System => {}
            Source::Virtual(at) => *locked(at) = to,
            Source::Adjustable(reading) => {
                let mut reading = locked(reading);
                *reading = reading.moved_to(to);
            }
        }
    }

    /// Waits: really on the system clock, by advancing the value on a virtual one.
    pub async fn sleep(&self, duration: Duration) {
        match &self.0 {
            Source::System | Source::Adjustable(_) => tokio::time::sleep(duration).await,
            Source::Virtual(_) => self.advance(SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)),
        }
    }

    /// The end of work that starts now. Computing takes no time of a virtual clock, so there it is never over.
    pub fn deadline(&self, limit: Duration) -> Deadline {
        Deadline(if self.is_virtual() { None } else { Instant::now().checked_add(limit) })
    }

    /// Bounds `work`. On a virtual clock the limit is over when the value has reached it, or when nothing has come for
    /// three real seconds; afterwards exactly the limit has passed, as the peer would have seen it.
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
fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adjustable_clock_runs_stands_and_runs_on_from_there() {
        let set = Timestamp::from_second(1_000_000).unwrap();
        let day = SignedDuration::from_hours(24);
        let clock = Clock::adjustable(Some(set));
        clock.advance(day);
        assert_eq!((clock.now(), clock.runs(), clock.is_virtual()), (set + day, false, false));
        assert!(clock.let_run(true) && clock.runs());
        clock.set(set);
        let ran = clock.now().duration_since(set);
        assert!(!ran.is_negative() && ran < SignedDuration::from_mins(1), "{ran:?}");
        assert!(clock.let_run(false));
        assert_eq!(clock.now(), clock.now());
        let mark = clock.mark();
        clock.advance(day);
        clock.restore(&mark);
        assert_eq!((clock.runs(), clock.mark().0.now()), (false, clock.now()));
        assert!(clock.now().duration_since(set) < SignedDuration::from_mins(1));
        assert!(!Clock::system().let_run(false) && !Clock::virtual_at(set).let_run(true));
    }

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
