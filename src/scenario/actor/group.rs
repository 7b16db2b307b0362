//! A program and all that it has started. It leads a group of processes, and on Linux all of them are known by a mark in
//! their environment too, so that what has left the group is found: a helper that became a daemon, or has a session of its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;

#[cfg(target_os = "linux")]
use crate::bounded;

/// The variable that holds the marks, of programs within programs several.
const MARKS: &str = "MOCKGENTO_PROGRAM";

/// What the processes of one program are known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(String);

impl Mark {
    /// One that no other program has.
    pub fn unique() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        Self(format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The variable of the environment to start the program with.
    pub fn variable(&self) -> (&'static str, String) {
        let outer = std::env::var(MARKS).ok().filter(|outer| !outer.is_empty());
        (MARKS, outer.map_or_else(|| self.0.clone(), |outer| format!("{outer}:{}", self.0)))
    }

    /// Whether an environment has it.
    #[cfg(any(target_os = "linux", test))]
    fn is_in(&self, environment: &[u8]) -> bool {
        environment.split(|byte| *byte == 0).any(|variable| {
            let marks = std::str::from_utf8(variable).ok().and_then(|text| text.strip_prefix(MARKS)?.strip_prefix('='));
            marks.is_some_and(|marks| marks.split(':').any(|mark| mark == self.0))
        })
    }
}

/// A program and what it has started; all of it is ended with this value.
pub struct Group(Leader);

#[derive(Clone)]
struct Leader {
    id: Option<u32>,
    mark: Mark,
}

/// Programs that run, by the thread that started them, and threads whose programs are not to run any more.
struct Live {
    programs: Vec<(ThreadId, Leader)>,
    ended: Vec<ThreadId>,
    all_ended: bool,
}

static LIVE: Mutex<Live> = Mutex::new(Live { programs: Vec::new(), ended: Vec::new(), all_ended: false });

fn with_live<T>(work: impl FnOnce(&mut Live) -> T) -> T {
    work(&mut LIVE.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Group {
    /// The group that a program leads which was started with the mark.
    pub fn of(id: Option<u32>, mark: Mark) -> Self {
        let leader = Leader { id, mark };
        let thread = std::thread::current().id();
        let is_over = with_live(|live| {
            live.programs.push((thread, leader.clone()));
            live.all_ended || live.ended.contains(&thread)
        });
        if is_over {
            leader.stop();
        }
        Self(leader)
    }

    /// Ends all that is left of it.
    pub fn stop(&self) {
        self.0.stop();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.stop();
        with_live(|live| live.programs.retain(|(_, leader)| leader.mark != self.0.mark));
    }
}

/// Whether this thread may start programs.
///
/// # Errors
/// When its case was given up, or this process is about to end.
pub fn may_start() -> std::io::Result<()> {
    let thread = std::thread::current().id();
    match with_live(|live| live.all_ended || live.ended.contains(&thread)) {
        true => Err(std::io::Error::new(std::io::ErrorKind::Interrupted, "the run was stopped")),
        false => Ok(()),
    }
}

/// Programs that this thread starts run again.
pub fn begin() {
    let thread = std::thread::current().id();
    with_live(|live| live.ended.retain(|ended| *ended != thread));
}

/// Ends the programs of a thread, and those that it starts until it begins anew.
pub fn end_those_of(thread: ThreadId) {
    let programs = with_live(|live| {
        live.ended.push(thread);
        live.programs.iter().filter(|(of, _)| *of == thread).map(|(_, leader)| leader.clone()).collect::<Vec<_>>()
    });
    programs.iter().for_each(Leader::stop);
}

/// Ends all programs, for good: nobody waits for them any more.
pub fn end_all() {
    let programs = with_live(|live| {
        live.all_ended = true;
        live.programs.iter().map(|(_, leader)| leader.clone()).collect::<Vec<_>>()
    });
    programs.iter().for_each(Leader::stop);
}

impl Leader {
    #[cfg(unix)]
    fn stop(&self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let leader = self.id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // Nobody is left when it has ended as it should.
            let _ = kill_process_group(leader, Signal::KILL);
        }
        self.stop_marked();
    }

    /// The program itself is killed when it is dropped.
    #[cfg(not(unix))]
    fn stop(&self) {}

    /// Whoever is killed may have started another one meanwhile, so they are looked for until none is left.
    #[cfg(target_os = "linux")]
    fn stop_marked(&self) {
        use rustix::process::{Signal, kill_process};
        const ROUNDS_MAX: usize = 50;
        const BETWEEN: std::time::Duration = std::time::Duration::from_millis(2);
        for _ in 0..ROUNDS_MAX {
            let left = marked(&self.mark);
            if left.is_empty() {
                return;
            }
            for process in left {
                let _ = kill_process(process, Signal::KILL);
            }
            std::thread::sleep(BETWEEN);
        }
    }

    #[cfg(all(unix, not(target_os = "linux")))]
    fn stop_marked(&self) {}
}

/// The processes that have a mark; of those that have ended and of other people's nothing can be read.
#[cfg(target_os = "linux")]
fn marked(mark: &Mark) -> Vec<rustix::process::Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let of = |entry: std::fs::DirEntry| {
        let id = entry.file_name().to_str()?.parse().ok().and_then(rustix::process::Pid::from_raw)?;
        let environment = bounded::read(&entry.path().join("environ"), bounded::TEXT_BYTES_MAX).ok()?;
        mark.is_in(&environment).then_some(id)
    };
    processes.flatten().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_whole_among_others() {
        let mark = Mark("7-2".to_owned());
        for (environment, is_in) in [
            ("A=b\0MOCKGENTO_PROGRAM=7-2\0C=d\0", true),
            ("MOCKGENTO_PROGRAM=5-1:7-2:8-3", true),
            ("MOCKGENTO_PROGRAM=7-21\0", false),
            ("OTHER=7-2\0MOCKGENTO_PROGRAMS=7-2\0", false),
            ("", false),
        ] {
            assert_eq!(mark.is_in(environment.as_bytes()), is_in, "{environment}");
        }
    }
}
