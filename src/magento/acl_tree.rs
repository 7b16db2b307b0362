//! The tree of rights that roles of API users are made of.

use indexmap::IndexMap;
use serde::Deserialize;

/// A node of the ACL tree and what is below it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct AclTree(pub IndexMap<String, AclTree>);

impl AclTree {
    /// Whether a path such as `customer/address/info` is a node.
    pub fn has(&self, path: &str) -> bool {
        let mut node = self;
        for step in path.split('/') {
            match node.0.get(step) {
                Some(child) => node = child,
                None => return false,
            }
        }
        true
    }

    /// The paths of all nodes.
    pub fn nodes(&self) -> Vec<String> {
        let below = |(name, child): (&String, &Self)| {
            let below = child.nodes().into_iter().map(move |path| format!("{name}/{path}"));
            std::iter::once(name.clone()).chain(below).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(below).collect()
    }
}
