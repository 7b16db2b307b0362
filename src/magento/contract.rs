//! The catalogue: which operations exist, what they belong to, which right they need, how they fail. The tables in
//! `contract/` are the data; this is their one reader.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use indexmap::IndexMap;

use super::schema::{self, OperationTable, TypeTable};
use super::table::table;
use super::{AclTree, BridgeRelease, Declarer, Flavor, OperationFacts, ResourceFacts};
#[cfg(feature = "shop")]
use crate::nearest;
use crate::soap::{ServiceSchema, SoapFault, WireStyle};

impl std::fmt::Debug for Contract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contract").field("declared by modules", &self.declarers).finish_non_exhaustive()
    }
}

/// Schemas by style, bridge package and flavor.
type BuiltSchemas = IndexMap<(WireStyle, Option<String>, Flavor), Arc<ServiceSchema>>;

/// The whole API catalogue: the product's, read once, or that of a shop with modules of its own.
pub struct Contract {
    pub(super) types: TypeTable,
    pub(super) operations: OperationTable,
    facts: IndexMap<String, OperationFacts>,
    pub(super) resources: IndexMap<String, ResourceFacts>,
    /// What operations of modules start with, by resource or alias; those of the product are in its resources.
    pub(super) prefixes: IndexMap<String, String>,
    /// Who declares an operation that is not the product's.
    pub(super) declarers: IndexMap<String, Declarer>,
    pub(super) faults: IndexMap<String, Vec<(String, u16, String)>>,
    pub(super) acl: AclTree,
    /// Names of all fields of all types.
    fields: HashSet<String>,
    /// Schemas by style, bridge package and flavor.
    built: Mutex<BuiltSchemas>,
}

static CONTRACT: LazyLock<Arc<Contract>> = LazyLock::new(|| Arc::new(Contract::load()));

impl Contract {
    /// The catalogue of this build.
    pub fn shared() -> &'static Contract {
        &CONTRACT
    }

    /// The same, to be held by a shop.
    pub fn base() -> Arc<Contract> {
        Arc::clone(&CONTRACT)
    }

    /// A copy for modules to join; what is made of the tables when it is asked for is made anew.
    pub(super) fn copied(&self) -> Self {
        Self {
            fields: HashSet::new(),
            types: self.types.clone(),
            operations: self.operations.clone(),
            facts: self.facts.clone(),
            resources: self.resources.clone(),
            prefixes: self.prefixes.clone(),
            declarers: self.declarers.clone(),
            faults: self.faults.clone(),
            acl: self.acl.clone(),
            built: Mutex::default(),
        }
    }

    /// Notes the names of all fields, once all types are there.
    pub(super) fn note_fields(&mut self) {
        self.fields = self.types.fields().map(str::to_owned).collect();
    }

    /// Finds the resources of all operations that modules declare, as the handler of version 2 does: by the last prefix that
    /// stands anywhere in the name.
    pub(super) fn find_resources(&mut self) {
        for name in self.declarers.keys() {
            let Some(row) = self.operations.0.iter().find(|row| row.name == *name) else { continue };
            let mut facts = row.facts(&self.resources);
            if let Some((resource, method)) = self.handled_by(name) {
                facts.resource_acl.clone_from(&self.resources[&resource].acl);
                facts.method_acl = self.resources[&resource].methods.get(&method).cloned().flatten();
                (facts.resource, facts.method) = (Some(resource), Some(method));
            }
            self.facts.insert(name.clone(), facts);
        }
        // Rights that a module gives a method of the product.
        for facts in self.facts.values_mut() {
            let (Some(resource), Some(method)) = (&facts.resource, &facts.method) else { continue };
            if let Some(known) = self.resources.get(resource) {
                facts.resource_acl.clone_from(&known.acl);
                facts.method_acl = known.methods.get(method).cloned().flatten();
            }
        }
    }

    /// A method of a module that no operation of version 2 leads to: version 1 needs none, and calls it by its path.
    pub(super) fn add_method(&mut self, path: &str, place: &str) {
        let Some((resource, method)) = path.split_once('.') else { return };
        let (None, Some(known)) = (self.operation_at(path), self.resources.get(resource)) else { return };
        let facts = OperationFacts {
            name: path.to_owned(),
            module: known.module.clone(),
            resource: Some(resource.to_owned()),
            method: Some(method.to_owned()),
            since: None,
            reads_only: false,
            used_by_connector: false,
            resource_acl: known.acl.clone(),
            method_acl: known.methods.get(method).cloned().flatten(),
            other_names: Vec::new(),
        };
        self.facts.insert(path.to_owned(), facts);
        self.declarers.insert(path.to_owned(), Declarer::Module(place.to_owned()));
    }

    /// The resource and method that an operation leads to.
    fn handled_by(&self, operation: &str) -> Option<(String, String)> {
        let own = self.resources.iter().filter(|(_, facts)| !facts.prefix.is_empty());
        let mut prefixes = own.map(|(name, facts)| (name, &facts.prefix)).chain(&self.prefixes);
        let (named, prefix) = prefixes.rfind(|(_, prefix)| operation.contains(prefix.as_str()))?;
        let rest = operation.get(prefix.len()..)?;
        let method = rest.chars().next()?.to_lowercase().chain(rest.chars().skip(1)).collect::<String>();
        let is_meant = |(name, facts): &(&String, &ResourceFacts)| *name == named || facts.aliases.contains(named);
        let (resource, facts) = self.resources.iter().find(is_meant)?;
        facts.methods.contains_key(&method).then(|| (resource.clone(), method))
    }

    /// Who declares an operation that is not the product's.
    pub fn declarer(&self, operation: &str) -> Option<&Declarer> {
        self.declarers.get(operation)
    }

    /// Reads the tables anew, which is what the first use of [`Contract::shared`] costs.
    pub fn load() -> Self {
        let operations: OperationTable = table("operations", include_str!("contract/operations.json"));
        let resources: IndexMap<String, ResourceFacts> = table("resources", include_str!("contract/resources.json"));
        let facts = operations.0.iter().map(|row| (row.name.clone(), row.facts(&resources))).collect();
        let types = TypeTable::new(table("types", include_str!("contract/types.json")));
        Self {
            fields: types.fields().map(str::to_owned).collect(),
            types,
            operations,
            facts,
            resources,
            prefixes: IndexMap::new(),
            declarers: IndexMap::new(),
            faults: table("faults", include_str!("contract/faults.json")),
            acl: table("acl", include_str!("contract/acl.json")),
            built: Mutex::default(),
        }
    }

    /// The types and operations of one style with one bridge release or none; built when they are first asked for.
    pub fn schema(&self, mode: WireStyle, bridge: Option<&BridgeRelease>, flavor: Flavor) -> Arc<ServiceSchema> {
        let key = (mode, bridge.map(|release| release.package.to_string()), flavor);
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = built
            .entry(key)
            .or_insert_with(|| Arc::new(schema::build(&self.types, &self.operations, mode, bridge, flavor)));
        Arc::clone(schema)
    }

    /// The facts of an operation: its resource, its rights, since when the bridge has it.
    pub fn operation(&self, name: &str) -> Option<&OperationFacts> {
        self.facts.get(name)
    }

    /// The arguments that an operation has in any style and release, but for the session.
    pub fn arguments(&self, operation: &str) -> Vec<String> {
        self.operations.arguments(operation)
    }

    /// What the other style calls the arguments of an operation: names in RPC and in WS-I, where they differ.
    pub fn other_names(&self, operation: &str) -> &[(String, String)] {
        self.operation(operation).map_or(&[], |facts| &facts.other_names)
    }

    /// The operation that is called so in version 1, without its dot: `customerList` is `customer.list`.
    #[cfg(feature = "shop")]
    pub fn called_in_version1(&self, name: &str) -> Option<&str> {
        let letters =
            |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let wanted = letters(name);
        let paths = self.resources.iter().flat_map(|(resource, facts)| {
            let names = std::iter::once(resource).chain(&facts.aliases);
            names.flat_map(|name| facts.methods.keys().map(move |method| format!("{name}.{method}")))
        });
        let path = paths.into_iter().find(|path| letters(path) == wanted)?;
        self.operation_at(&path).map(|(facts, _)| facts.name.as_str())
    }

    /// What to do about an operation that is none.
    #[cfg(feature = "shop")]
    pub fn operation_meant<'a>(&'a self, name: &str, besides: impl Iterator<Item = &'a str>) -> Option<String> {
        if let Some(called) = self.called_in_version1(name) {
            return Some(format!("did you mean `{called}`?"));
        }
        nearest::did_you_mean(name, self.operations().map(|facts| facts.name.as_str()).chain(besides))
    }

    /// The operation that a path of API version 1 leads to, and the path without aliases: its first two steps count.
    pub fn operation_at(&self, path: &str) -> Option<(&OperationFacts, String)> {
        let mut steps = path.split('.');
        let (resource, method) = (steps.next()?, steps.next()?);
        let named = |(name, facts): &(&String, &ResourceFacts)| {
            *name == resource || facts.aliases.iter().any(|alias| alias == resource)
        };
        let (name, facts) = self.resources.iter().find(named)?;
        facts.methods.get(method)?;
        let is_it =
            |facts: &&OperationFacts| facts.resource.as_ref() == Some(name) && facts.method.as_deref() == Some(method);
        Some((self.facts.values().find(is_it)?, format!("{name}.{method}")))
    }

    /// Whether an operation is meant by a name: its own, or its path in API version 1.
    pub fn is_meant(&self, operation: &str, name: &str) -> bool {
        operation == name || self.operation_at(name).is_some_and(|(facts, _)| facts.name == operation)
    }

    /// All operations of both styles and every bridge release, in document order.
    pub fn operations(&self) -> impl Iterator<Item = &OperationFacts> {
        self.facts.values()
    }

    /// A resource's facts, by name or alias.
    pub fn resource(&self, name: &str) -> Option<&ResourceFacts> {
        self.resources.get(name).or_else(|| self.resources.values().find(|r| r.aliases.iter().any(|a| a == name)))
    }

    /// All resources in registration order.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &ResourceFacts)> {
        self.resources.iter().map(|(name, resource)| (name.as_str(), resource))
    }

    /// The ACL tree; its top level also holds `all`.
    pub fn acl(&self) -> &AclTree {
        &self.acl
    }

    /// Whether any type of version 2 declares a field of that name.
    pub fn declares_field(&self, name: &str) -> bool {
        self.fields.contains(name)
    }

    /// Rows of a resource's own fault table, or of the global one when it has none: name, code, message.
    pub fn fault_table(&self, resource: &str) -> &[(String, u16, String)] {
        self.faults.get(resource).unwrap_or(&self.faults["global"])
    }

    /// A fault by name: the resource's own table, then the global one, then fault 0 (wire spec, section 5.1).
    pub fn fault(&self, resource: &str, name: &str) -> SoapFault {
        self.lookup(resource, name).or_else(|| self.lookup("global", name)).unwrap_or_else(|| self.unknown())
    }

    /// The same with a text of the implementation, which survives only when the resource's own table has the name.
    pub fn fault_with(&self, resource: &str, name: &str, text: impl Into<String>) -> SoapFault {
        match self.lookup(resource, name) {
            Some(fault) => SoapFault { string: text.into(), ..fault },
            None if !self.faults.contains_key(resource) => match self.lookup("global", name) {
                Some(fault) => SoapFault { string: text.into(), ..fault },
                None => self.unknown(),
            },
            None => self.fault(resource, name),
        }
    }

    /// A fault of the global table.
    pub fn global_fault(&self, name: &str) -> SoapFault {
        self.lookup("global", name).unwrap_or_else(|| self.unknown())
    }

    fn lookup(&self, resource: &str, name: &str) -> Option<SoapFault> {
        let rows = self.faults.get(resource)?;
        rows.iter().find(|row| row.0 == name).map(|(_, code, message)| SoapFault::api(*code, message.clone()))
    }

    fn unknown(&self) -> SoapFault {
        let (_, code, message) = &self.faults["global"][0];
        SoapFault::api(*code, message.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_the_documented_numbers() {
        let contract = Contract::shared();
        let newest = Some(BridgeRelease::newest());
        for (mode, bridge, operations, types) in [
            (WireStyle::RpcEncoded, None, 150, 166),
            (WireStyle::RpcEncoded, newest, 172, 194),
            (WireStyle::WsI, None, 149, 165),
            (WireStyle::WsI, newest, 171, 193),
        ] {
            let schema = contract.schema(mode, bridge, Flavor::default());
            assert_eq!((schema.operations.len(), schema.types.len()), (operations, types), "{mode:?} {bridge:?}");
        }
    }

    #[test]
    fn each_bridge_release_adds_its_operations() {
        for release in BridgeRelease::all() {
            let schema = Contract::shared().schema(WireStyle::RpcEncoded, Some(release), Flavor::default());
            assert_eq!(schema.operations.len(), 150 + release.operations, "{}", release.package);
        }
    }

    #[test]
    fn faults_fall_through_own_table_global_table_and_unknown() {
        let contract = Contract::shared();
        for (resource, name, text, code, string) in [
            ("customer", "not_exists", None, 102, "Customer not exists."),
            (
                "customer",
                "data_invalid",
                Some("This customer email already exists"),
                100,
                "This customer email already exists",
            ),
            ("customer", "access_denied", None, 2, "Access denied."),
            ("catalog_product", "filters_invalid", Some("lost"), 0, "Unknown Error"),
            ("oro_customer_address", "address_not_exists", None, 103, "Customer address not exists."),
        ] {
            let fault = match text {
                Some(text) => contract.fault_with(resource, name, text),
                None => contract.fault(resource, name),
            };
            assert_eq!((fault.api_code(), fault.string.as_str()), (Some(code), string), "{resource} {name}");
        }
    }

    #[test]
    fn an_operation_has_two_names() {
        let contract = Contract::shared();
        for (path, expected) in [
            ("customer.list", Some("customerCustomerList")),
            ("product_media.create", Some("catalogProductAttributeMediaCreate")),
            ("customer.info.more", Some("customerCustomerInfo")),
            ("customer", None),
            ("customer.items", None),
            ("Customer.list", None),
            ("", None),
        ] {
            assert_eq!(contract.operation_at(path).map(|(facts, _)| facts.name.as_str()), expected, "{path}");
        }
        assert!(contract.is_meant("salesOrderInfo", "order.info") && contract.is_meant("login", "login"));
        assert!(!contract.is_meant("salesOrderInfo", "order.list"));
    }

    #[test]
    fn the_acl_tree_knows_its_nodes() {
        let acl = Contract::shared().acl();
        assert!(acl.has("customer/address/info") && acl.has("oro/ping") && acl.has("all"));
        assert!(!acl.has("sales/quote/info"));
    }
}
