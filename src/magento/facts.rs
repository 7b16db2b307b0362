//! What is known of operations and resources besides their messages.

use indexmap::IndexMap;
use serde::Deserialize;

/// Who declares an operation that is not the product's, and in which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declarer {
    /// A module, whose `api.xml` says which rights it needs.
    Module(String),
    /// A shop's WSDL, which says nothing of rights.
    Wsdl(String),
}

/// What is known of an operation besides its messages.
#[derive(Clone, Debug)]
pub struct OperationFacts {
    /// The operation's name, such as `customerCustomerList`.
    pub name: String,
    /// The Magento module that declares it.
    pub module: String,
    /// API resource, such as `customer_address`; `None` for the six core operations.
    pub resource: Option<String>,
    /// Method of the resource.
    pub method: Option<String>,
    /// The first bridge package that declares it; `None` for Magento's own.
    pub since: Option<String>,
    /// Whether it only answers: whatever it is called with, nothing in the shop changes but that its session lives on.
    pub reads_only: bool,
    /// Whether the CRM connector uses it.
    pub used_by_connector: bool,
    /// The ACL node the resource needs.
    pub resource_acl: Option<String>,
    /// The ACL node the method needs besides.
    pub method_acl: Option<String>,
    /// Arguments that RPC and WS-I name otherwise: the name in RPC, and that in WS-I.
    pub other_names: Vec<(String, String)>,
}

/// An API resource: its ACL node, its aliases and its methods.
#[derive(Clone, Debug, Deserialize)]
pub struct ResourceFacts {
    /// The module that declares it.
    pub module: String,
    /// ACL node of every method.
    pub acl: Option<String>,
    /// What operation names of the resource start with.
    pub prefix: String,
    /// Other names of the resource.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Methods and their own ACL nodes.
    pub methods: IndexMap<String, Option<String>>,
    /// What a module calls it.
    #[serde(skip)]
    pub title: Option<String>,
    /// What a module calls its methods.
    #[serde(skip)]
    pub method_titles: IndexMap<String, String>,
    /// The class of a module's model, which PHP names in its messages.
    #[serde(skip)]
    pub class: Option<String>,
    /// Functions of that model, by the methods that are called otherwise.
    #[serde(skip)]
    pub functions: IndexMap<String, String>,
}

impl ResourceFacts {
    /// The class and function of a module's method, as PHP's messages name them.
    pub fn php_of(&self, method: &str) -> Option<String> {
        let function = self.functions.get(method).map_or(method, String::as_str);
        Some(format!("{}::{function}", self.class.as_ref()?))
    }

    /// A resource that a module begins.
    pub(super) fn of_module(module: &str) -> Self {
        Self {
            module: module.to_owned(),
            acl: None,
            prefix: String::new(),
            aliases: Vec::new(),
            methods: IndexMap::new(),
            title: None,
            method_titles: IndexMap::new(),
            class: None,
            functions: IndexMap::new(),
        }
    }
}
