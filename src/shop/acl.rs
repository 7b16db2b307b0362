//! API users, roles and rights: wire spec, sections 4.1 and 4.3.

use indexmap::IndexMap;

use crate::magento::AclTree;
use crate::magento::{BridgeRelease, OperationFacts, ResourceFacts};
use crate::secret::ApiKey;

/// The shortest API key the admin form accepts (user guide).
pub const API_KEY_LENGTH_MIN: usize = 6;

/// All API users, by name.
#[derive(Clone, Debug, Default)]
pub struct Users(IndexMap<String, ApiUser>);

/// A user of the API: name, key, and whether they may log in.
#[derive(Clone, Debug)]
pub struct ApiUser {
    /// Name, compared without regard to case.
    pub name: String,
    /// The API key, compared exactly.
    pub key: ApiKey,
    /// Whether the account is active; only login looks.
    pub active: bool,
    /// The role's allowed ACL nodes; `None` for a user without a role, who cannot log in.
    pub role: Option<Role>,
}

/// What a role allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The role has access to all resources.
    All,
    /// The ticked nodes. What is above a ticked node is ticked with it, as the role editor does; what is below is not, since
    /// a role stores a refusal for each node that is not ticked.
    Nodes(Vec<String>),
}

impl Role {
    /// Reads a list of nodes, in which `all` is everything.
    pub fn from_nodes(nodes: Vec<String>) -> Self {
        if nodes.iter().any(|node| node == "all") { Self::All } else { Self::Nodes(nodes) }
    }

    fn allows(&self, node: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nodes(nodes) => nodes.iter().any(|ticked| is_at_or_above(node, ticked)),
        }
    }
}

fn is_at_or_above(node: &str, ticked: &str) -> bool {
    ticked.strip_prefix(node).is_some_and(|below| below.is_empty() || below.starts_with('/'))
}

impl Users {
    /// Adds or replaces a user.
    pub fn put(&mut self, user: ApiUser) {
        self.0.insert(user.name.to_lowercase(), user);
    }

    /// A user by name.
    pub fn get(&self, name: &str) -> Option<&ApiUser> {
        self.0.get(&name.to_lowercase())
    }

    /// A user by name, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut ApiUser> {
        self.0.get_mut(&name.to_lowercase())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The API users in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &ApiUser> {
        self.0.values()
    }

    /// The user who may log in with that key: active, with a role. Every reason against looks the same outside.
    pub fn authenticate(&self, name: &str, key: &str) -> Option<&ApiUser> {
        self.get(name).filter(|user| user.active && user.role.is_some() && user.key.expose_secret() == key)
    }

    /// Whether the user's role allows a resource.
    pub fn allows_resource(&self, user: &str, resource: &ResourceFacts) -> bool {
        match (self.get(user).and_then(|user| user.role.as_ref()), &resource.acl) {
            (Some(Role::All), _) | (Some(_), None) => true,
            (Some(role), Some(node)) => role.allows(node),
            (None, _) => false,
        }
    }

    /// Whether the user's role allows an operation: both the resource's and the method's node.
    pub fn allows(
        &self,
        user: &str,
        operation: &OperationFacts,
        bridge: Option<&BridgeRelease>,
        tree: &AclTree,
    ) -> bool {
        let Some(role) = self.get(user).and_then(|user| user.role.as_ref()) else { return false };
        let nodes = operation.resource_acl.iter().chain(operation.method_acl.iter());
        nodes.into_iter().all(|node| {
            // Before 1.2.4 the bridge's nodes are not in the tree, so only a role with all resources passes.
            let outside_tree = node.starts_with("oro") && bridge.is_some_and(|release| !release.at_least("1.2.4.0"));
            let known = tree.has(node) && !outside_tree;
            *role == Role::All || (known && role.allows(node))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticked_node_ticks_what_is_above_it_and_nothing_else() {
        let role = Role::from_nodes(vec!["core/store/list".to_owned(), "customer".to_owned()]);
        for (node, is_allowed) in [
            ("core", true),
            ("core/store", true),
            ("core/store/list", true),
            ("core/store/info", false),
            ("core/st", false),
            ("cor", false),
            ("customer", true),
            ("customer/info", false),
            ("directory", false),
        ] {
            assert_eq!(role.allows(node), is_allowed, "{node}");
        }
    }
}
