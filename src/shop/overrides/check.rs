//! Whether overrides fit the product they are relative to.

use super::notation::{parts, type_ref};
use super::{Overrides, TypeOverride};
use crate::magento::Contract;
use crate::nearest::nearest;
use crate::soap::{ServiceSchema, Shape, TypeRef};

/// Why overrides cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OverridesError {
    /// Not a file of overrides.
    #[error("{name}:{line}:{column}: {message}")]
    Syntax {
        /// The name of the file.
        name: String,
        /// The line of the file, counted from 1.
        line: u64,
        /// The column of the line, counted from 1.
        column: u64,
        /// What was expected there.
        message: String,
    },
    /// It names what the product does not have.
    #[error("{what}; {remedy}")]
    Invalid {
        /// What is wrong with the overrides.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// They cannot be written.
    #[error("cannot write overrides: {0}")]
    Unwritable(String),
}

impl Overrides {
    /// Compares them with the service they are for.
    ///
    /// # Errors
    /// [`OverridesError::Invalid`] for the first thing that fits nothing.
    pub fn check(&self, product: &ServiceSchema) -> Result<(), OverridesError> {
        let own = self.service_of(product);
        let anywhere = Contract::shared().operations().map(|facts| facts.name.as_str());
        if let Some(name) = self.operations.missing.iter().find(|name| product.operation(name).is_none()) {
            return Err(unknown("operations: missing", "operation", name, anywhere));
        }
        for (name, change) in &self.types {
            match product.type_named(name) {
                Some((_, known)) => check_fields(name, change, &known.shape)?,
                None if change.extra.is_empty() && change.array_of.is_none() => {
                    return Err(unknown("types", "type", name, product.types.iter().map(|known| known.name.as_str())));
                }
                None => {}
            }
            for text in change.extra.values().chain(change.changed.values()).chain(&change.array_of) {
                check_type(&format!("types: {name}"), text.trim_end_matches('!'), &own)?;
            }
        }
        for text in self.operations.declared.values() {
            parts(text, &own)?;
        }
        let named = self.answers.keys().chain(self.faults.iter().filter_map(|fault| fault.operation.as_ref()));
        let mut named = named.chain(&self.paging.last_page_again);
        if let Some(name) = named.find(|name| own.operation(name).is_none()) {
            return Err(unknown(
                "answers, faults and paging",
                "operation",
                name,
                own.operations.keys().map(String::as_str),
            ));
        }
        if let Some(status) = self.http.fault_status.filter(|status| !(200..600).contains(status)) {
            return Err(OverridesError::Invalid {
                what: format!("http: {status} is no status"),
                remedy: "write one from 200 to 599".to_owned(),
            });
        }
        Ok(())
    }
}

fn check_fields(name: &str, change: &TypeOverride, shape: &Shape) -> Result<(), OverridesError> {
    let fields: Vec<&str> = match shape {
        Shape::Struct { fields, .. } => fields.iter().map(|field| field.name.as_ref()).collect(),
        Shape::Array { .. } => Vec::new(),
    };
    match change.missing.iter().chain(change.changed.keys()).find(|field| !fields.contains(&field.as_str())) {
        Some(field) => Err(unknown(&format!("types: {name}"), "field", field, fields.into_iter())),
        None => Ok(()),
    }
}

fn check_type(place: &str, name: &str, own: &ServiceSchema) -> Result<(), OverridesError> {
    match type_ref(name, own) {
        TypeRef::Undeclared(_) => {
            let simple = ["string", "int", "boolean", "double", "anyType"];
            let known = own.types.iter().map(|known| known.name.as_str()).chain(simple);
            Err(unknown(place, "type", name, known))
        }
        _ => Ok(()),
    }
}

fn unknown<'a>(place: &str, kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> OverridesError {
    let nearest = nearest(name, known);
    OverridesError::Invalid {
        what: format!("{place}: there is no {kind} \"{name}\" in the shop that is overridden"),
        remedy: nearest.map_or_else(|| "leave it out".to_owned(), |name| format!("did you mean \"{name}\"?")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::{BridgeRelease, Flavor};
    use crate::soap::WireStyle;

    #[test]
    fn what_fits_nothing_is_told_with_what_was_meant() {
        let schema =
            Contract::shared().schema(WireStyle::RpcEncoded, Some(BridgeRelease::newest()), Flavor::OpenMage194);
        for (text, expected) in [
            ("operations: {missing: [storeLst]}", "operations: missing: there is no operation \"storeLst\""),
            ("types: {storeEntty: {missing: [name]}}", "types: there is no type \"storeEntty\""),
            ("types: {storeEntity: {missing: [nme]}}", "types: storeEntity: there is no field \"nme\""),
            ("types: {storeEntity: {extra: {colour: text}}}", "types: storeEntity: there is no type \"text\""),
            ("operations: {declared: {x: sessionId}}", "operations: \"sessionId\" of \"sessionId\" is no part"),
            ("answers: {nothing: {without: [a]}}", "answers, faults and paging: there is no operation \"nothing\""),
            ("http: {fault status: 99}", "http: 99 is no status"),
            ("paging: {last page agian: []}", "o.yaml:1:10:"),
        ] {
            let said = Overrides::parse(text, "o.yaml").and_then(|read| read.check(&schema)).unwrap_err().to_string();
            assert!(said.starts_with(expected), "{said}");
        }
        let fits = "bridge: 1.2.19\nflavor: openmage-19.4\noperations: {missing: [storeInfo], declared: {acmePoints: \
                    'sessionId string -> points acmePoints'}}\ntypes: {acmePoints: {extra: {points: int!}}, \
                    storeEntity: {missing: [name], changed: {store_id: string}}}\nhttp: {date: false}\n";
        let read = Overrides::parse(fits, "o.yaml").unwrap();
        read.check(&schema).unwrap();
        assert_eq!(Overrides::parse(&read.to_yaml().unwrap(), "written").unwrap(), read);
        let own = read.service_of(&schema);
        assert!(own.operation("storeInfo").is_none() && own.operation("acmePoints").is_some());
    }
}
