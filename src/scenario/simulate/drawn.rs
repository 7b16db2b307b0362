//! A drawn scenario as data: a head, blocks of steps that only make sense together, and the end that judges it.

use serde_json::{Value, json};

use crate::scenario::language::write::Draft;

/// Quiet syncs at the end: after an outage each asks for a week, and some rows are asked for once more.
const QUIET_SYNCS: usize = 3;

/// Steps that belong together, such as a disruption, the sync it strikes, and its end.
pub type Block = Vec<Value>;

/// A scenario that was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Lines at the head of the file.
    pub comments: Vec<String>,
    /// Members of the head, in order, `title` first.
    pub head: Vec<(&'static str, Value)>,
    /// What happens, block after block.
    pub blocks: Vec<Block>,
}

impl Drawn {
    /// The text of the scenario's file.
    pub fn text(&self) -> String {
        let mut draft = Draft::default();
        for line in &self.comments {
            draft.comment(line);
        }
        for (name, value) in &self.head {
            draft.member(name, value);
        }
        self.blocks.iter().flatten().for_each(|step| draft.step(step));
        draft.comment_between_steps("Trouble is over: the scheduler goes on for a while.");
        for _ in 1..QUIET_SYNCS {
            for step in [json!({"advance": "5 minutes"}), json!("sync"), json!({"expect": {"outcome": "any"}})] {
                draft.step(&step);
            }
        }
        draft.step(&json!({"advance": "5 minutes"}));
        draft.step(&json!("sync"));
        draft.step(&json!({"expect": {"outcome": "success", "in sync": true}}));
        draft.text()
    }

    /// How many steps it has before the quiet end.
    pub fn steps(&self) -> usize {
        self.blocks.iter().map(Vec::len).sum()
    }

    /// A member of the head.
    pub fn member_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.head.iter_mut().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}
