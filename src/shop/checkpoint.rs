//! A state of the shop to come back to, in the middle of what a test does.

use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;

use super::description::Description;
use super::session::Sessions;
use super::stubs::Stubs;
use super::{Database, Settings, Shop, ShopConfig, acl};
use crate::clock::ClockMark;

/// All that calls, edits and settings can change: rows, configuration, users, sessions, style, bridge, flavor, modules, stubs
/// with how often each was called, what is drawn next, and the clock.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    at: Timestamp,
    config: ShopConfig,
    settings: Settings,
    database: Database,
    users: acl::Users,
    sessions: Sessions,
    random: ChaCha8Rng,
    stubs: Stubs,
    description: Description,
    clock: ClockMark,
}

impl Checkpoint {
    /// The shop's time when it was saved.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

impl Shop {
    /// The state of the shop as it is now.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            at: self.config.clock.now(),
            config: self.config.clone(),
            settings: self.settings.clone(),
            database: self.database.clone(),
            users: self.users.clone(),
            sessions: self.sessions.clone(),
            random: self.random.clone(),
            stubs: self.stubs.clone(),
            description: self.description.clone(),
            clock: self.config.clock.mark(),
        }
    }

    /// Goes back to a state. Where the shop is served stays; sessions that were alive then are alive again.
    pub fn restore(&mut self, checkpoint: &Checkpoint) {
        let Checkpoint { at: _, config, settings, database, users, sessions, random, stubs, description, clock } =
            checkpoint.clone();
        config.clock.restore(&clock);
        self.description = description;
        self.config = config;
        self.settings = settings;
        self.database = database;
        self.users = users;
        self.sessions = sessions;
        self.random = random;
        self.stubs = stubs;
        self.stubbed.clear();
        self.version += 1;
        if let Some(url) = self.served_at.clone() {
            self.set_base_url(url);
        }
    }
}
