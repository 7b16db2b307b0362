//! Date windows: which slice of time one import asks Magento for, and where the bookmark stands afterwards (sync spec
//! 4.4, 4.5 and 4.7). Pure; the clock, the server time and the bookmarks are arguments.

use jiff::tz::Offset;
use jiff::{SignedDuration, Span, Timestamp};
use serde::Serialize;

use crate::quirk::{Quirk, Quirks};

/// `sync_settings.import_step_interval`: the length of a window.
pub const STEP: SignedDuration = SignedDuration::from_hours(7 * 24);
/// `sync_settings.mistiming_assumption_interval`: how far clocks of web nodes may be apart.
pub const MISTIMING: SignedDuration = SignedDuration::from_mins(5);
/// `sync_settings.region_sync_interval`: regions younger than this are not fetched again.
pub const REGION_INTERVAL: SignedDuration = SignedDuration::from_hours(24);

/// A slice of time, both bounds sent and both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Lower bound, condition `from`.
    pub from: Timestamp,
    /// Upper bound, condition `to`.
    pub to: Timestamp,
}

/// What a connector remembers of earlier runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The bookmark, or the moment the initial walk started from when there is none.
    pub bookmark: Timestamp,
    /// Whether a completed status of this connector exists, skipped or not.
    pub completed_before: bool,
}

/// The window of one step of the initial walk: backwards from the bookmark, not below the sync start date
/// (sync spec 4.7).
///
/// The reference client shifts the start of every window but the first by the mistiming interval, which leaves a
/// hole of five minutes after the first one.
pub fn initial(progress: Progress, sync_start: Timestamp, quirks: &Quirks) -> Window {
    let shifted = quirks.has(Quirk::InitialWindowHole) && progress.completed_before;
    let to = if shifted { minus(progress.bookmark, MISTIMING) } else { progress.bookmark };
    Window { from: minus(to, STEP).max(sync_start), to }
}

/// Where the bookmark of an initial connector stands after its window: one step earlier, not below the start date.
pub fn initial_bookmark(bookmark: Timestamp, sync_start: Timestamp) -> Timestamp {
    minus(bookmark, STEP).max(sync_start)
}

/// Whether the walk still has to go back: the bookmark is later than the start date.
pub fn is_initial_due(bookmark: Timestamp, sync_start: Timestamp) -> bool {
    bookmark > sync_start
}

/// Start of an incremental import: the bookmark, less the mistiming interval once the connector has completed.
pub fn update_start(progress: Progress) -> Timestamp {
    if progress.completed_before { minus(progress.bookmark, MISTIMING) } else { progress.bookmark }
}

/// The one window of a bridge list: a step from `start`, capped at the server's time when that is known.
pub fn bridge_update(start: Timestamp, server_time: Option<Timestamp>) -> Window {
    let end = plus(start, STEP);
    Window { from: start, to: server_time.map_or(end, |now| end.min(now)) }
}

/// The window of a bridge list that somebody asks for by hand: a month, capped likewise.
pub fn month_update(start: Timestamp, server_time: Option<Timestamp>) -> Window {
    let end = a_month_after(start);
    Window { from: start, to: server_time.map_or(end, |now| end.min(now)) }
}

/// Where the bookmark of an incremental connector stands after its run.
///
/// The reference client takes the clock at the end of the run when a step would lead past it; what changed in
/// the shop while the run lasted is then lost. Fixed, it is the end of what was really asked for.
pub fn update_bookmark(bookmark: Timestamp, asked_until: Timestamp, now: Timestamp, quirks: &Quirks) -> Timestamp {
    if quirks.has(Quirk::BookmarkIsEndOfRun) {
        plus(bookmark, STEP).min(now)
    } else {
        asked_until.max(bookmark).min(now)
    }
}

/// The windows of a list without paging in update mode: one after the other, not capped, until an empty one ends past
/// the server's time (sync spec 4.5, "native update loop detail").
#[derive(Clone, Copy, Debug)]
pub struct NativeWindows {
    next: Timestamp,
    now: Timestamp,
    end_of: fn(Timestamp) -> Timestamp,
    done: bool,
}

impl NativeWindows {
    /// Windows from `start`; `now` is the server's time, or the local clock when it is unknown.
    pub fn new(start: Timestamp, now: Timestamp) -> Self {
        Self { next: start, now, end_of: a_step_after, done: false }
    }

    /// The same a month at a time, as imports that somebody asks for by hand.
    pub fn by_months(start: Timestamp, now: Timestamp) -> Self {
        Self { end_of: a_month_after, ..Self::new(start, now) }
    }

    /// The next window to ask for, unless the last one ended the stream.
    pub fn next_window(&mut self) -> Option<Window> {
        if self.done {
            return None;
        }
        let window = Window { from: self.next, to: (self.end_of)(self.next) };
        self.next = window.to;
        Some(window)
    }

    /// Whether a window lies past the server's time.
    pub fn is_future(&self, window: Window) -> bool {
        window.from >= self.now
    }

    /// Tells what the last window held: rows keep the stream going, also past the server's time.
    pub fn answered(&mut self, rows: usize) {
        self.done = rows == 0 && self.next >= self.now;
    }
}

/// What a finished import records as the newest item it saw: the newest of the stored, the item's and never later than
/// now (sync spec 4.6, `lastSyncItemDate`).
pub fn last_item_date(stored: Option<Timestamp>, item: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    stored.max(item).map(|at| at.min(now))
}

fn a_step_after(at: Timestamp) -> Timestamp {
    plus(at, STEP)
}

fn a_month_after(at: Timestamp) -> Timestamp {
    let later = Offset::UTC.to_datetime(at).checked_add(Span::new().months(1));
    later.and_then(|later| Offset::UTC.to_timestamp(later)).unwrap_or(Timestamp::MAX)
}

fn minus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datetime;
    use crate::quirk::Profile;

    fn at(text: &str) -> Timestamp {
        let full = if text.len() == 10 { format!("{text} 00:00:00") } else { text.to_owned() };
        datetime::parse(&full).unwrap().unwrap()
    }

    fn window(from: &str, to: &str) -> Window {
        Window { from: at(from), to: at(to) }
    }

    /// The worked example of sync spec 4.7, walked to its end: (from, to, bookmark after).
    fn walk(quirks: &Quirks) -> Vec<(Window, Timestamp)> {
        let sync_start = at("2020-02-20");
        let mut progress = Progress { bookmark: at("2020-03-10 12:00:00"), completed_before: false };
        let mut steps = Vec::new();
        while is_initial_due(progress.bookmark, sync_start) {
            let asked = initial(progress, sync_start, quirks);
            progress = Progress { bookmark: initial_bookmark(progress.bookmark, sync_start), completed_before: true };
            steps.push((asked, progress.bookmark));
        }
        steps
    }

    #[test]
    fn the_reference_walk_leaves_a_hole_after_its_first_window() {
        assert_eq!(
            walk(&Profile::OroCrm41.quirks()),
            [
                (window("2020-03-03 12:00:00", "2020-03-10 12:00:00"), at("2020-03-03 12:00:00")),
                (window("2020-02-25 11:55:00", "2020-03-03 11:55:00"), at("2020-02-25 12:00:00")),
                (window("2020-02-20", "2020-02-25 11:55:00"), at("2020-02-20")),
            ]
        );
    }

    #[test]
    fn the_documented_walk_has_windows_that_touch() {
        let steps = walk(&Quirks::default());
        assert_eq!(steps.len(), 3);
        for pair in steps.windows(2) {
            assert_eq!(pair[0].0.from, pair[1].0.to);
        }
        assert_eq!(steps[2].0, window("2020-02-20", "2020-02-25 12:00:00"));
    }

    #[test]
    fn bookmarks_of_the_walk_stop_at_the_start_date() {
        // Vectors 62 to 64 in days before now, with this crate's step of seven days.
        let day = |n: i64| plus(at("2020-03-10 12:00:00"), SignedDuration::from_hours(24 * n));
        for (bookmark, start, expected) in [(-2, -9, -9), (-1, -2, -2), (0, -2, -2), (0, -20, -7)] {
            assert_eq!(initial_bookmark(day(bookmark), day(start)), day(expected));
        }
        assert!(!is_initial_due(day(-2), day(-2)));
        assert!(is_initial_due(day(-1), day(-2)));
    }

    #[test]
    fn a_bridge_update_asks_for_one_window_up_to_the_servers_time() {
        let server = Some(at("2020-03-10 12:00:00"));
        for (start, server, expected) in [
            ("2020-03-10 11:50:00", server, window("2020-03-10 11:50:00", "2020-03-10 12:00:00")), // vector 35
            ("2020-02-01", server, window("2020-02-01", "2020-02-08")),                            // vector 36
            ("2020-02-01", None, window("2020-02-01", "2020-02-08")),                              // vector 37
        ] {
            assert_eq!(bridge_update(at(start), server), expected);
        }
    }

    #[test]
    fn what_is_asked_for_by_hand_spans_a_month() {
        let server = Some(at("2020-03-10 12:00:00"));
        assert_eq!(month_update(at("2020-01-31"), server), window("2020-01-31", "2020-02-29"));
        assert_eq!(month_update(at("2020-03-10"), server), window("2020-03-10", "2020-03-10 12:00:00"));
        let mut windows = NativeWindows::by_months(at("2020-03-01"), at("2020-03-10"));
        assert_eq!(windows.next_window(), Some(window("2020-03-01", "2020-04-01")));
        windows.answered(0);
        assert_eq!(windows.next_window(), None);
    }

    #[test]
    fn an_initial_window_is_clamped_to_the_start_date() {
        let fresh = Progress { bookmark: at("2020-03-10 12:00:00"), completed_before: false };
        let quirks = Quirks::default();
        // Vectors 38 and 43.
        assert_eq!(initial(fresh, at("2020-03-08"), &quirks), window("2020-03-08", "2020-03-10 12:00:00"));
        assert_eq!(initial(fresh, at("2020-01-01"), &quirks), window("2020-03-03 12:00:00", "2020-03-10 12:00:00"));
    }

    #[test]
    fn native_windows_run_on_until_an_empty_one_ends_past_the_servers_time() {
        // Vectors 41 and 42: rows per window, and the windows asked for.
        for (start, rows, expected) in [
            (
                "2020-02-20",
                &[0, 0, 0][..],
                &[("2020-02-20", "2020-02-27"), ("2020-02-27", "2020-03-05"), ("2020-03-05", "2020-03-12")][..],
            ),
            (
                "2020-03-01",
                &[0, 1, 0],
                &[("2020-03-01", "2020-03-08"), ("2020-03-08", "2020-03-15"), ("2020-03-15", "2020-03-22")],
            ),
        ] {
            let mut windows = NativeWindows::new(at(start), at("2020-03-10 12:00:00"));
            let mut asked = Vec::new();
            while let Some(window) = windows.next_window() {
                windows.answered(rows[asked.len()]);
                asked.push(window);
            }
            let expected: Vec<_> = expected.iter().map(|(from, to)| window(from, to)).collect();
            assert_eq!(asked, expected);
        }
    }

    #[test]
    fn the_start_is_shifted_only_after_a_completed_run() {
        // Vector 59, with this crate's interval of five minutes.
        let bookmark = at("2020-03-10 12:00:00");
        assert_eq!(update_start(Progress { bookmark, completed_before: false }), bookmark);
        assert_eq!(update_start(Progress { bookmark, completed_before: true }), at("2020-03-10 11:55:00"));
    }

    #[test]
    fn the_bookmark_is_the_end_of_the_window_or_the_end_of_the_run() {
        let (bookmark, asked, end) = (at("2020-03-10 11:00:00"), at("2020-03-10 12:00:00"), at("2020-03-10 12:20:00"));
        assert_eq!(update_bookmark(bookmark, asked, end, &Quirks::default()), asked);
        assert_eq!(update_bookmark(bookmark, asked, end, &Profile::OroCrm41.quirks()), end);
        let old = at("2020-02-01");
        assert_eq!(update_bookmark(old, at("2020-02-07 23:55:00"), end, &Profile::OroCrm41.quirks()), at("2020-02-08"));
    }

    #[test]
    fn the_newest_item_date_wins() {
        // Vectors 54 to 57.
        let now = at("2020-01-01");
        let (old, new) = (Some(at("2000-01-01")), Some(at("2000-02-01")));
        for (stored, item, expected) in [(None, old, old), (old, None, old), (old, new, new), (new, old, new)] {
            assert_eq!(last_item_date(stored, item, now), expected);
        }
        // Vector 58: no rows, so the start of the stream is what is recorded.
        assert_eq!(last_item_date(Some(at("2010-01-01 14:15:08")), None, now), Some(at("2010-01-01 14:15:08")));
        assert_eq!(last_item_date(None, Some(at("2021-01-01")), now), Some(now));
    }
}
