//! Whether overrides fit the product they are relative to.

use super::notation::{parts, type_ref};
use super::{Overrides, TypeOverride};
use crate::magento::Contract;
use crate::nearest::{meant, nearest};
use crate::printable::printable;
use crate::soap::{Part, ServiceSchema, Shape, TypeRef, Xsd};
use crate::xml::is_name;

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
    #[error("{place}{what}; {remedy}")]
    Invalid {
        /// File, line and column with a colon behind them, where the overrides were read from a file.
        place: String,
        /// What is wrong with the overrides.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// They cannot be written.
    #[error("cannot write overrides: {0}")]
    Unwritable(String),
}

impl OverridesError {
    pub(super) fn invalid(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Invalid { place: String::new(), what: what.into(), remedy: remedy.into() }
    }

    pub(super) fn standing_at(self, found: String) -> Self {
        match self {
            Self::Invalid { what, remedy, .. } => Self::Invalid { place: found, what, remedy },
            other => other,
        }
    }
}

impl Overrides {
    /// Compares them with the service they are for.
    ///
    /// # Errors
    /// [`OverridesError::Invalid`] for the first thing that fits nothing, with its line.
    pub fn check(&self, product: &ServiceSchema) -> Result<(), OverridesError> {
        let own = self.service_of(product);
        let at = |path: &[&str], error: OverridesError| error.standing_at(self.file.place_of(path));
        self.check_names()?;
        let anywhere = Contract::shared().operations().map(|facts| facts.name.as_str());
        let missing = self.operations.missing.iter().enumerate().find(|(_, name)| product.operation(name).is_none());
        if let Some((number, name)) = missing {
            let path = ["operations", "missing", &number.to_string()];
            return Err(at(&path, unknown("operations: missing", "operation", name, anywhere)));
        }
        for (name, change) in &self.types {
            match product.type_named(name) {
                Some((_, known)) => {
                    check_fields(name, change, &known.shape).map_err(|error| at(&["types", name], error))?
                }
                None if change.extra.is_empty() && change.array_of.is_none() => {
                    let known = product.types.iter().map(|known| known.name.as_str());
                    return Err(at(&["types", name], unknown("types", "type", name, known)));
                }
                None => {}
            }
            for text in change.extra.values().chain(change.changed.values()).chain(&change.array_of) {
                check_type(&format!("types: {name}"), text.trim_end_matches('!'), &own)
                    .map_err(|error| at(&["types", name], error))?;
            }
        }
        for (name, text) in &self.operations.declared {
            let messages = parts(text, &own).map_err(|error| at(&["operations", "declared", name], error))?;
            for part in messages.iter().flatten() {
                check_part(part, text, &own).map_err(|error| at(&["operations", "declared", name], error))?;
            }
        }
        let faults =
            self.faults.iter().enumerate().filter_map(|(number, fault)| Some((number, fault.operation.as_ref()?)));
        let paging = self.paging.last_page_again.iter().enumerate();
        let answers = self.answers.keys().map(|name| (vec!["answers".to_owned(), name.clone()], name));
        let faults =
            faults.map(|(number, name)| (["faults", &number.to_string(), "operation"].map(str::to_owned).into(), name));
        let paging = paging
            .map(|(number, name)| (["paging", "last page again", &number.to_string()].map(str::to_owned).into(), name));
        let mut named = answers.chain(faults).chain(paging);
        if let Some((path, name)) = named.find(|(_, name)| own.operation(name).is_none()) {
            let known = own.operations.keys().map(String::as_str);
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            return Err(at(&path, unknown("answers, faults and paging", "operation", name, known)));
        }
        self.check_answers(&own).map_err(|(path, error)| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            at(&path, error)
        })?;
        if let Some(status) = self.http.fault_status.filter(|status| !(200..600).contains(status)) {
            let wrong = OverridesError::invalid(format!("http: {status} is no status"), "write one from 200 to 599");
            return Err(at(&["http", "fault status"], wrong));
        }
        self.check_sense(product, &own)
    }

    /// Whatever becomes a name of the WSDL is one of XML, and what becomes a header one of HTTP.
    fn check_names(&self) -> Result<(), OverridesError> {
        let mut names: Vec<(Vec<&str>, &str)> = Vec::new();
        for (name, change) in &self.types {
            names.push((vec!["types", name], name));
            names.extend(change.extra.keys().map(|field| (vec!["types", name, "extra", field], field.as_str())));
        }
        names.extend(self.operations.declared.keys().map(|name| (vec!["operations", "declared", name], name.as_str())));
        names.extend(self.service.handler.iter().map(|name| (vec!["service", "handler"], name.as_str())));
        if let Some((path, name)) = names.into_iter().find(|(_, name)| !is_name(name)) {
            let what = format!("{}: \"{}\" is no name in XML", path[0], printable(name));
            let remedy = "begin it with a letter and write letters, digits, _, - and . only";
            return Err(OverridesError::invalid(what, remedy).standing_at(self.file.place_of(&path)));
        }
        let namespace = self.service.namespace.as_deref();
        if let Some(name) = namespace.filter(|name| name.is_empty() || !name.chars().all(is_of_an_address)) {
            let what = format!("service: \"{}\" is no namespace", printable(name));
            let place = self.file.place_of(&["service", "namespace"]);
            return Err(OverridesError::invalid(what, "write an address such as urn:Magento").standing_at(place));
        }
        let own = self.http.headers.iter();
        let own = own.map(|(name, value)| (name.as_str(), value.as_ref()));
        for (name, value) in own.clone() {
            if value.is_some_and(|value| value.chars().any(|character| character != '\t' && character.is_control())) {
                let what =
                    format!("http: what \"{}\" holds has a line feed or another control character", printable(name));
                let place = self.file.place_of(&["http", "headers", name]);
                return Err(OverridesError::invalid(what, "write it in one line").standing_at(place));
            }
        }
        if let Some((name, _)) = own.clone().find(|(name, _)| name.is_empty() || !name.chars().all(is_of_a_token)) {
            let what = format!("http: \"{}\" is no name of a header", printable(name));
            let place = self.file.place_of(&["http", "headers", name]);
            return Err(OverridesError::invalid(what, "write letters, digits and - only").standing_at(place));
        }
        Ok(())
    }

    /// Fields that answers are given or lose must be declared: no answer of version 2 shows another one.
    fn check_answers(&self, own: &ServiceSchema) -> Result<(), (Vec<String>, OverridesError)> {
        for (operation, change) in &self.answers {
            let without = change.without.iter().enumerate().map(|(number, path)| ("without", number.to_string(), path));
            let with = change.with.keys().map(|path| ("with", path.clone(), path));
            for (word, last, path) in without.chain(with) {
                let declared = own.operation(operation).and_then(|declared| declared.response.parts.first());
                let led = match declared {
                    Some(part) => leads(own, &part.type_ref, path),
                    None => Err(("it declares no answer".to_owned(), "leave it out".to_owned())),
                };
                let stands_alone = Contract::shared().operation(operation).is_none()
                    && self.stubs.iter().all(|stub| stub.operation.get() != operation);
                let led = led.and_then(|()| match stands_alone {
                    true => Err((
                        "the shop itself answers nothing to it".to_owned(),
                        "write what it answers under `stubs`".to_owned(),
                    )),
                    false => Ok(()),
                });
                if let Err((why, remedy)) = led {
                    let path_of = ["answers", operation, word, &last].map(str::to_owned).into();
                    let what = format!("answers: {operation}: {word} {path} changes nothing: {why}");
                    return Err((path_of, OverridesError::invalid(what, remedy)));
                }
            }
        }
        Ok(())
    }
}

/// Whether a path through records and the rows of lists ends at a field that is declared.
fn leads(own: &ServiceSchema, from: &TypeRef, path: &str) -> Result<(), (String, String)> {
    let (mut at, mut walked) = (from, Vec::new());
    for step in path.split('.') {
        let fields = loop {
            match at {
                TypeRef::Complex(id) => match &own.complex_type(*id).shape {
                    Shape::Array { item, .. } => at = item,
                    Shape::Struct { fields, .. } => break (own.complex_type(*id).name.as_str(), fields),
                },
                // Nothing is declared of what is in it.
                TypeRef::Xsd(Xsd::AnyType) => return Ok(()),
                TypeRef::Xsd(_) | TypeRef::Undeclared(_) => {
                    let what = if walked.is_empty() { "the answer".to_owned() } else { walked.join(".") };
                    return Err((format!("{what} is no record"), "leave it out".to_owned()));
                }
            }
        };
        let Some(field) = fields.1.iter().find(|field| *field.name == *step) else {
            let type_name = fields.0;
            let declare = format!("declare it: `types: {{{type_name}: {{extra: {{{step}: string}}}}}}`");
            let remedy = match meant(step, fields.1.iter().map(|field| field.name.as_ref())) {
                Some(nearest) => format!("did you mean {nearest}? A field of the shop's own is declared under `types`"),
                None => declare,
            };
            return Err((format!("{type_name} has no field {step}"), remedy));
        };
        walked.push(step);
        at = &field.type_ref;
    }
    Ok(())
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

/// A type that is declared nowhere stands in the WSDLs of some bridges, but not as two words or nearly a type there is.
fn check_part(part: &Part, whole: &str, own: &ServiceSchema) -> Result<(), OverridesError> {
    let undeclared = match &part.type_ref {
        TypeRef::Undeclared(name) if !name.contains(char::is_whitespace) => Some(&**name),
        _ => None,
    };
    if let Some(name) = [Some(&*part.name), undeclared].into_iter().flatten().find(|name| !is_name(name)) {
        let what = format!("operations: \"{}\" of \"{}\" is no name in XML", printable(name), printable(whole));
        let remedy = "begin it with a letter and write letters, digits, _, - and . only";
        return Err(OverridesError::invalid(what, remedy));
    }
    let TypeRef::Undeclared(name) = &part.type_ref else { return Ok(()) };
    if name.contains(char::is_whitespace) {
        let what = format!("operations: \"{} {name}\" of \"{whole}\" is more than a name and a type", part.name);
        let remedy =
            "part them with commas, and what comes back with ->, as in \"sessionId string, id int -> result string\"";
        return Err(OverridesError::invalid(what, remedy));
    }
    let known = own.types.iter().map(|known| known.name.as_str()).chain(SIMPLE);
    match meant(name, known) {
        Some(_) => check_type("operations", name, own),
        None => Ok(()),
    }
}

/// RFC 3986: what may stand in an address, percent signs included.
fn is_of_an_address(character: char) -> bool {
    character.is_ascii_graphic() && !matches!(character, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`')
}

/// RFC 9110, section 5.6.2.
fn is_of_a_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

const SIMPLE: [&str; 5] = ["string", "int", "boolean", "double", "anyType"];

fn check_type(place: &str, name: &str, own: &ServiceSchema) -> Result<(), OverridesError> {
    match type_ref(name, own) {
        TypeRef::Undeclared(_) => {
            let known = own.types.iter().map(|known| known.name.as_str()).chain(SIMPLE);
            Err(unknown(place, "type", name, known))
        }
        _ => Ok(()),
    }
}

fn unknown<'a>(place: &str, kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> OverridesError {
    let nearest = nearest(name, known);
    OverridesError::invalid(
        format!("{place}: there is no {kind} \"{name}\" in the shop that is overridden"),
        nearest.map_or_else(|| "leave it out".to_owned(), |name| format!("did you mean \"{name}\"?")),
    )
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
            (
                "operations: {missing: [storeLst]}",
                "o.yaml:1:24: operations: missing: there is no operation \"storeLst\"",
            ),
            ("types: {storeEntty: {missing: [name]}}", "o.yaml:1:9: types: there is no type \"storeEntty\""),
            ("types: {storeEntity: {missing: [nme]}}", "o.yaml:1:9: types: storeEntity: there is no field \"nme\""),
            (
                "types: {storeEntity: {extra: {colour: text}}}",
                "o.yaml:1:9: types: storeEntity: there is no type \"text\"",
            ),
            (
                "operations: {declared: {x: 'sessionId string x int'}}",
                "o.yaml:1:25: operations: \"sessionId string x int\" of \"sessionId string x int\" is more than a name",
            ),
            (
                "operations: {declared: {x: 'id int -> result strng'}}",
                "o.yaml:1:25: operations: there is no type \"strng\" in the shop that is overridden; did you mean \"string\"?",
            ),
            ("types: {'a<b\"&': {extra: {x: string}}}", "o.yaml:1:9: types: \"a<b\"&\" is no name in XML"),
            (
                "types: {storeEntity: {extra: {'lo\"><y:z a=\"': int}}}",
                "o.yaml:1:31: types: \"lo\"><y:z a=\"\" is no name in XML; begin it with a letter",
            ),
            (
                "operations: {declared: {'x<b>': 'id int -> result string'}}",
                "o.yaml:1:25: operations: \"x<b>\" is no name in XML",
            ),
            (
                "operations: {declared: {x: '1<d int -> result string'}}",
                "o.yaml:1:25: operations: \"1<d\" of \"1<d int -> result string\" is no name in XML",
            ),
            ("service: {namespace: 'urn:Ma\"><x'}", "o.yaml:1:11: service: \"urn:Ma\"><x\" is no namespace"),
            ("service: {handler: 'A<b'}", "o.yaml:1:11: service: \"A<b\" is no name in XML"),
            ("http: {headers: {X-A: \"x\\r\\ny\"}}", "o.yaml:1:18: http: what \"X-A\" holds has a line feed"),
            ("http: {headers: {'X A': x}}", "o.yaml:1:18: http: \"X A\" is no name of a header"),
            (
                "operations: {declared: {x: sessionId}}",
                "o.yaml:1:25: operations: \"sessionId\" of \"sessionId\" is no part",
            ),
            (
                "faults: [{operation: nothing, fault: 1}]",
                "o.yaml:1:11: answers, faults and paging: there is no operation \"nothing\"",
            ),
            (
                "answers: {storeInfo: {with: {nmae: x}}}",
                "o.yaml:1:30: answers: storeInfo: with nmae changes nothing: storeEntity has no field nmae; did you mean name?",
            ),
            (
                "answers: {storeList: {without: [name, colour]}}",
                "o.yaml:1:39: answers: storeList: without colour changes nothing: storeEntity has no field colour; declare it: \
                 `types: {storeEntity: {extra: {colour: string}}}`",
            ),
            (
                "answers: {login: {with: {a: x}}}",
                "o.yaml:1:26: answers: login: with a changes nothing: the answer is no record",
            ),
            (
                "answers: {storeInfo: {with: {name.long: x}}}",
                "o.yaml:1:30: answers: storeInfo: with name.long changes nothing: name is no record",
            ),
            (
                "operations: {declared: {acme: 'sessionId string -> a storeEntity'}}\nanswers: {acme: {with: {name: x}}}",
                "o.yaml:2:25: answers: acme: with name changes nothing: the shop itself answers nothing to it; write what it \
                 answers under `stubs`",
            ),
            ("bridge: 9.9", "o.yaml:1:1: bridge: "),
            (
                "answers: {nothing: {without: [a]}}",
                "o.yaml:1:11: answers, faults and paging: there is no operation \"nothing\"",
            ),
            ("http: {fault status: 99}", "o.yaml:1:8: http: 99 is no status"),
            ("paging: {last page agian: []}", "o.yaml:1:10:"),
        ] {
            let said = Overrides::parse(text, "o.yaml")
                .and_then(|read| read.bridge_release().and_then(|_| read.check(&schema)))
                .unwrap_err()
                .to_string();
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
