//! Who acts in a scenario: our own sync and its CRM (`own`), or somebody's client (`theirs`). A step that makes somebody talk
//! to the shop, or a user of the CRM do something, comes here and goes to the one or the other; nothing else in `run` asks
//! which it is, but for rows, which `expect` and `snapshot` read through [`World::look`].

mod edit;
mod own;
mod theirs;
mod who;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::crm::Entity;
use crate::crm::state::list_of;
use crate::database::Row;
use crate::scenario::actor::Tables;
use crate::scenario::language::step::Step;
use crate::scenario::language::text::span::At;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::world::{Failures, World};

pub(in crate::scenario) use who::{Actor, Theirs};

impl World<'_> {
    /// Does a step that is somebody's to do.
    pub(in crate::scenario) async fn act(&mut self, step: &At<Step>) -> Result<Failures, CannotWork> {
        match &self.actor {
            Actor::Own => self.act_ourselves(step).await,
            Actor::Theirs(theirs) => {
                let client = Arc::clone(&theirs.client);
                self.act_by(&client, step).await
            }
        }
    }

    /// What cron does: a sync that the scheduler starts.
    pub(in crate::scenario) async fn scheduled_sync(&mut self) -> Result<(), CannotWork> {
        match &self.actor {
            Actor::Own => self.run_queue().await,
            Actor::Theirs(theirs) => {
                let client = Arc::clone(&theirs.client);
                self.their_scheduled_sync(&client).await
            }
        }
    }

    /// The next sync of a client or of ours, as the scheduler starts it.
    pub(in crate::scenario) async fn next_sync(&mut self) -> Result<(), CannotWork> {
        match &self.actor {
            Actor::Own => self.sync(None).await,
            Actor::Theirs(theirs) => {
                let client = Arc::clone(&theirs.client);
                self.their_sync(&client, None).await
            }
        }
    }

    /// Whether somebody's client acts.
    pub(in crate::scenario) fn is_theirs(&self) -> bool {
        matches!(self.actor, Actor::Theirs(_))
    }

    /// Reads the rows of somebody's client, so that what follows sees them; our own are always there.
    pub(in crate::scenario) async fn look(&mut self) -> Result<(), CannotWork> {
        let Actor::Theirs(theirs) = &self.actor else { return Ok(()) };
        let mut rows = theirs.client.rows(&self.surroundings()?).await?;
        // What it says that it shows and does not is there without a row.
        for table in theirs.client.promised() {
            rows.entry(table).or_default();
        }
        if let Actor::Theirs(theirs) = &mut self.actor {
            theirs.rows = rows;
        }
        Ok(())
    }

    /// The rows of somebody's client that were last looked at; `None` for our own CRM.
    pub(in crate::scenario) fn their_rows(&self) -> Option<&Tables> {
        match &self.actor {
            Actor::Own => None,
            Actor::Theirs(theirs) => Some(&theirs.rows),
        }
    }

    /// The same as a tree of the CRM's lists, with the fields that its file has compared.
    pub(in crate::scenario) fn their_state(&self) -> Option<Value> {
        let Actor::Theirs(theirs) = &self.actor else { return None };
        let list = |(table, rows): (&String, &Vec<Row>)| {
            let compared = theirs.client.compared(table);
            let counts = |name: &str| compared.is_none_or(|compared| compared.has(name));
            let row = |row: &Row| -> Value {
                let members = row.iter().filter(|(name, _)| counts(name));
                members.map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>().into()
            };
            let name = Entity::named(table).and_then(list_of).unwrap_or_else(|| table.clone());
            (name, rows.iter().map(row).collect())
        };
        Some(theirs.rows.iter().map(list).collect::<Map<_, _>>().into())
    }
}
