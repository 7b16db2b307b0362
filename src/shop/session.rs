//! API sessions: wire spec, sections 4.1 and 4.2.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// All live sessions, by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    live: BTreeMap<String, Session>,
    /// Number of sessions at which the dead ones are looked for again. Magento does it at every login; nobody can tell,
    /// and a thousand logins must not each look at a thousand sessions.
    purge_at: usize,
}

const PURGE_AT_MIN: usize = 256;
/// Sessions that live at once. Beyond it those that were not used for the longest are forgotten, as if they had expired.
const LIVE_MAX: usize = 100_000;

#[derive(Clone, Debug)]
struct Session {
    user: String,
    last_used: Timestamp,
}

/// What is known of a session's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is this user's.
    Live(String),
    /// Nobody used it for too long.
    TimedOut { last_used: Timestamp },
    /// It never was, has been ended or was forgotten.
    Unknown,
}

impl Sessions {
    /// Begins a session; others of the user go on until they expire.
    pub(super) fn begin(&mut self, user: &str, now: Timestamp, timeout_s: i64, random: &mut ChaCha8Rng) -> String {
        if self.live.len() >= self.purge_at.max(PURGE_AT_MIN) {
            self.live.retain(|_, session| alive(session, now, timeout_s));
            if self.live.len() >= LIVE_MAX {
                self.forget_older_half();
            }
            self.purge_at = (self.live.len() * 2).min(LIVE_MAX);
        }
        let id = random_hex(random);
        self.live.insert(id.clone(), Session { user: user.to_owned(), last_used: now });
        id
    }

    fn forget_older_half(&mut self) {
        let mut moments: Vec<Timestamp> = self.live.values().map(|session| session.last_used).collect();
        moments.sort_unstable();
        let Some(middle) = moments.get(LIVE_MAX / 2).copied() else { return };
        let mut left = LIVE_MAX / 2;
        self.live.retain(|_, session| {
            let stays = session.last_used >= middle && left > 0;
            left -= usize::from(stays);
            stays
        });
    }

    /// The user of a live session; using it keeps it alive.
    pub(super) fn touch(&mut self, id: &str, now: Timestamp, timeout_s: i64) -> Option<String> {
        let session = self.live.get_mut(id).filter(|session| alive(session, now, timeout_s))?;
        session.last_used = now;
        Some(session.user.clone())
    }

    /// What is known of a session, without using it.
    pub(super) fn standing(&self, id: &str, now: Timestamp, timeout_s: i64) -> Standing {
        match self.live.get(id) {
            Some(session) if alive(session, now, timeout_s) => Standing::Live(session.user.clone()),
            Some(session) => Standing::TimedOut { last_used: session.last_used },
            None => Standing::Unknown,
        }
    }

    /// Whether an id is one of a session that was not ended.
    pub(super) fn is_known(&self, id: &str) -> bool {
        self.live.contains_key(id)
    }

    /// Ends a session; an unknown one is no error.
    pub(super) fn end(&mut self, id: &str) {
        self.live.remove(id);
    }

    pub(super) fn clear(&mut self) {
        self.live.clear();
    }
}

fn alive(session: &Session, now: Timestamp, timeout_s: i64) -> bool {
    now.duration_since(session.last_used) <= SignedDuration::from_secs(timeout_s)
}

/// 32 lowercase hex digits, as an md5 looks.
pub(super) fn random_hex(random: &mut ChaCha8Rng) -> String {
    let mut bytes = [0_u8; 16];
    random.fill_bytes(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// Letters and digits, as Magento's random strings look.
pub(super) fn random_text(random: &mut ChaCha8Rng, length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut bytes = vec![0_u8; length];
    random.fill_bytes(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn so_many_sessions_live_at_once() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut sessions = Sessions::default();
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
        let first = sessions.begin("api", at(0), 3600, &mut random);
        let ids: Vec<String> = (0..LIVE_MAX).map(|_| sessions.begin("api", at(1), 3600, &mut random)).collect();
        assert!(sessions.live.len() <= LIVE_MAX);
        assert_eq!(sessions.touch(&first, at(1), 3600), None);
        assert!(sessions.touch(ids.last().unwrap(), at(1), 3600).is_some());
    }

    #[test]
    fn a_session_slides_and_others_of_the_user_live_on() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut sessions = Sessions::default();
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
        let first = sessions.begin("api", at(0), 3600, &mut random);
        assert_eq!(first.len(), 32);
        assert_eq!(sessions.touch(&first, at(3600), 3600).as_deref(), Some("api"));
        let second = sessions.begin("api", at(7000), 3600, &mut random);
        assert!(sessions.touch(&first, at(7200), 3600).is_some());
        assert!(sessions.touch(&second, at(10_601), 3600).is_none());
        sessions.end(&first);
        assert!(sessions.touch(&first, at(7200), 3600).is_none());
    }
}
