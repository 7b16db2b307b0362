//! How modules join the product's tables: as Magento merges their files, and refusing what it would merge into something
//! that PHP cannot read.

use std::sync::Arc;

use indexmap::IndexMap;

use super::api_xml;
use super::{Field, Message, Module, ModuleError, Operation, Resource, Shape, Spot, Type};
use crate::magento::schema::{Known, ShapeText};
use crate::magento::{AclTree, Contract, Declarer, ResourceFacts};
use crate::nearest::{meant, nearest};
use crate::soap::WireStyle;

/// Types that need no declaration.
const SIMPLE: &[&str] = &["string", "int", "boolean", "double", "anyType"];

impl Contract {
    /// The catalogue with what modules declare; they join it in their order.
    ///
    /// # Errors
    /// [`ModuleError`] with file and line for what contradicts the product or another module; the catalogue itself never
    /// changes.
    pub fn with_modules(&self, modules: &[Module]) -> Result<Arc<Contract>, ModuleError> {
        let mut joined = self.copied();
        join(&mut joined, modules)?;
        joined.note_fields();
        Ok(Arc::new(joined))
    }
}

fn join(contract: &mut Contract, modules: &[Module]) -> Result<(), ModuleError> {
    let mut joining =
        Joining { contract, methods: IndexMap::new(), operations: IndexMap::new(), aliases: IndexMap::new() };
    for module in modules {
        joining.rights_and_resources(module)?;
        for (style, declared) in &module.types {
            joining.complex_type(module, *style, declared)?;
        }
        joining.check_types(module)?;
        joining.check_messages(module)?;
    }
    joining.check_rights(modules)?;
    // Prefixes of all modules count for the operations of each.
    for module in modules {
        for (style, operation) in &module.operations {
            joining.operation(module, *style, operation)?;
        }
    }
    joining.contract.find_resources();
    for (path, spot) in joining.methods {
        joining.contract.add_method(&path, &spot.to_string());
    }
    Ok(())
}

struct Joining<'a> {
    contract: &'a mut Contract,
    /// Methods of modules by path, and where they stand.
    methods: IndexMap<String, Spot>,
    /// Operations of modules by style and name.
    operations: IndexMap<(WireStyle, String), (Spot, Operation)>,
    /// Aliases of modules: what each stands for, and where that stands.
    aliases: IndexMap<String, (String, Spot)>,
}

impl Joining<'_> {
    fn rights_and_resources(&mut self, module: &Module) -> Result<(), ModuleError> {
        join_rights(&mut self.contract.acl, &module.acl);
        for (name, declared) in &module.resources {
            self.resource(module, name, declared)?;
        }
        for (alias, (resource, spot)) in &module.aliases {
            let other = self.aliases.insert(alias.clone(), (resource.clone(), spot.clone()));
            if let Some((other, there)) = other.filter(|(other, _)| other != resource) {
                let what = format!("the alias {alias} stands for {resource} here and for {other} in {there}");
                return Err(ModuleError::at(spot, what, "rename one of them, or leave one of the modules out"));
            }
            // The last one counts.
            self.contract.resources.values_mut().for_each(|facts| facts.aliases.retain(|known| known != alias));
            match self.contract.resources.get_mut(resource) {
                Some(known) => known.aliases.push(alias.clone()),
                None => {
                    let hint = nearest(resource, self.contract.resources.keys().map(String::as_str));
                    let what = format!("the alias {alias} stands for the resource {resource}, which nobody declares");
                    let remedy =
                        hint.map_or_else(|| "declare it in api.xml".to_owned(), |name| format!("did you mean {name}?"));
                    return Err(ModuleError::at(spot, what, remedy));
                }
            }
        }
        for (resource, (prefix, spot)) in &module.prefixes {
            let names = || {
                let resources = self.contract.resources.iter();
                resources.flat_map(|(name, facts)| std::iter::once(name).chain(&facts.aliases)).map(String::as_str)
            };
            // A prefix of nothing does nothing, but one that is spelled nearly like something was meant to.
            if let (true, Some(known)) = (names().all(|name| name != resource), meant(resource, names())) {
                let what = format!("the prefix {prefix} is of {resource}, which is no resource and no alias");
                return Err(ModuleError::at(spot, what, format!("did you mean {known}?")));
            }
            self.contract.prefixes.insert(resource.clone(), prefix.clone());
        }
        Ok(())
    }

    /// Rights that are spelled nearly like a node of the tree beside which they would stand: nobody but who may do all would
    /// have them. Others may be meant so.
    fn check_rights(&self, modules: &[Module]) -> Result<(), ModuleError> {
        let nodes = self.contract.acl.nodes();
        let parted = |node: &str| {
            node.rsplit_once('/')
                .map_or((String::new(), node.to_owned()), |(above, name)| (above.to_owned(), name.to_owned()))
        };
        let misspelt = |acl: &str| {
            let (above, name) = parted(acl);
            let beside: Vec<String> = nodes
                .iter()
                .map(|node| parted(node))
                .filter(|(other, _)| *other == above)
                .map(|(_, name)| name)
                .collect();
            let known = meant(&name, beside.iter().map(String::as_str))?;
            Some(if above.is_empty() { known.to_owned() } else { format!("{above}/{known}") })
        };
        for (name, resource) in modules.iter().flat_map(|module| &module.resources) {
            let own = resource.acl.iter().map(|acl| (name.clone(), acl, &resource.spot));
            let methods = resource
                .methods
                .iter()
                .filter_map(|(method, facts)| Some((format!("{name}.{method}"), facts.acl.as_ref()?, &facts.spot)));
            for (what, acl, spot) in own.chain(methods).filter(|(_, acl, _)| !self.contract.acl.has(acl)) {
                if let Some(known) = misspelt(acl) {
                    let what = format!("the right of {what} is {acl}, which is no node of the tree of rights");
                    return Err(ModuleError::at(spot, what, format!("did you mean {known}?")));
                }
            }
        }
        Ok(())
    }

    /// What a later module says of a resource goes before what was said; what it leaves out stays.
    fn resource(&mut self, module: &Module, name: &str, declared: &Resource) -> Result<(), ModuleError> {
        let known =
            self.contract.resources.entry(name.to_owned()).or_insert_with(|| ResourceFacts::of_module(&module.name));
        known.title = declared.title.clone().or(known.title.take());
        known.acl = declared.acl.clone().or(known.acl.take());
        let class = declared.model.as_deref().map(|model| class_of(model, &module.model_classes));
        // Who names the model makes the resource; who does not only changes titles, rights and faults of it.
        let is_made_twice = class.is_some() && known.class.is_some();
        known.class = class.or(known.class.take());
        for (method, facts) in &declared.methods {
            let path = format!("{name}.{method}");
            if let Some(other) = self.methods.get(&path).filter(|_| is_made_twice) {
                let what = format!("the method {path} is declared in {other} too");
                let remedy = "leave one of the modules out, or rename it in one; one that only changes its title or right \
                              has no <model>";
                return Err(ModuleError::at(&facts.spot, what, remedy));
            }
            self.methods.entry(path).or_insert_with(|| facts.spot.clone());
            let acl = known.methods.entry(method.clone()).or_default();
            *acl = facts.acl.clone().or(acl.take());
            known.method_titles.extend(facts.title.clone().map(|title| (method.clone(), title)));
            known.functions.extend(facts.function.clone().map(|function| (method.clone(), function)));
        }
        for (fault, said) in &declared.faults {
            let table = self.contract.faults.entry(name.to_owned()).or_default();
            let row = match table.iter().position(|row| row.0 == *fault) {
                Some(at) => &mut table[at],
                None => {
                    let Some(code) = said.code else {
                        let what = format!("the fault {fault} has no code");
                        return Err(ModuleError::at(&said.spot, what, api_xml::WRITE_A_CODE));
                    };
                    table.push((fault.clone(), code, String::new()));
                    let last = table.len() - 1;
                    &mut table[last]
                }
            };
            row.1 = said.code.unwrap_or(row.1);
            if let Some(message) = &said.message {
                row.2.clone_from(message);
            }
        }
        Ok(())
    }

    /// A type that is known already gets the fields that it lacks, at its end.
    fn complex_type(&mut self, module: &Module, style: WireStyle, declared: &Type) -> Result<(), ModuleError> {
        let Type { name, spot, shape } = declared;
        let Some(known) = self.contract.types.known(name, style) else {
            let (text, sequence) = match shape {
                Shape::List(item, required) => {
                    let mark = if *required { "!" } else { "" };
                    (ShapeText::Array(format!("[]{item}{mark}")), false)
                }
                Shape::Record(fields, sequence) => (ShapeText::Struct(fields.iter().map(written).collect()), *sequence),
            };
            self.contract.types.add(name, style, text, sequence);
            return Ok(());
        };
        if module.is_wsdl {
            // What the product declares stays; what a shop declares otherwise is for `compare` and overrides.
            if let (Shape::Record(fields, _), Known::Record(there, _)) = (shape, &known) {
                let further = fields.iter().filter(|field| there.iter().all(|known| known.0 != field.name));
                further.for_each(|field| self.contract.types.add_field(name, style, &written(field)));
            }
            return Ok(());
        }
        match (shape, known) {
            (Shape::List(item, _), Known::List(there)) if *item == there => Ok(()),
            (Shape::Record(fields, sequence), Known::Record(there, is_sequence)) => {
                if style == WireStyle::RpcEncoded && *sequence != is_sequence && !fields.is_empty() {
                    let group = |sequence: bool| if sequence { "<sequence>" } else { "<all>" };
                    let what =
                        format!("the type {name} has {} here and {} in the shop", group(*sequence), group(is_sequence));
                    let remedy = format!("Magento keeps both and PHP cannot read that; write {}", group(is_sequence));
                    return Err(ModuleError::at(spot, what, remedy));
                }
                for field in fields {
                    match there.iter().find(|known| known.0 == field.name) {
                        None => self.contract.types.add_field(name, style, &written(field)),
                        Some((_, type_name, required))
                            if *type_name == field.type_name && *required == field.required => {}
                        Some((_, type_name, required)) => {
                            let mark = |required: bool| if required { "" } else { ", optional" };
                            let what = format!(
                                "the field {} of {name} is {}{} here and {type_name}{} in the shop",
                                field.name,
                                field.type_name,
                                mark(field.required),
                                mark(*required)
                            );
                            let remedy = "Magento keeps both and PHP cannot read that; declare it as the shop does";
                            return Err(ModuleError::at(&field.spot, what, remedy));
                        }
                    }
                }
                Ok(())
            }
            _ => {
                let what = format!(
                    "the type {name} is a record in one place and a list, or a list of something else, in another"
                );
                Err(ModuleError::at(spot, what, "rename the type; Magento keeps both and PHP cannot read that"))
            }
        }
    }

    /// Every type that is referred to.
    fn check_types(&self, module: &Module) -> Result<(), ModuleError> {
        let of_types = module.types.iter().flat_map(|(style, declared)| match &declared.shape {
            Shape::List(item, _) => vec![(*style, item.as_str(), &declared.spot)],
            Shape::Record(fields, _) => {
                fields.iter().map(|field| (*style, field.type_name.as_str(), &field.spot)).collect()
            }
        });
        let of_messages = module.messages.iter().flat_map(|(style, message)| {
            message.parts.iter().map(|part| (*style, part.type_name.as_str(), &part.spot))
        });
        let unknown = of_types
            .chain(of_messages)
            .find(|(style, name, _)| !SIMPLE.contains(name) && self.contract.types.known(name, *style).is_none());
        let Some((style, name, spot)) = unknown.filter(|_| !module.is_wsdl) else { return Ok(()) };
        let names = self.contract.types.names(style).chain(SIMPLE.iter().copied());
        let remedy =
            nearest(name, names).map_or_else(|| "declare it".to_owned(), |name| format!("did you mean {name}?"));
        Err(ModuleError::at(spot, format!("there is no type {name}"), remedy))
    }

    /// Messages that are there already in another form.
    fn check_messages(&self, module: &Module) -> Result<(), ModuleError> {
        for (style, message) in module.messages.iter().filter(|_| !module.is_wsdl) {
            let own: Vec<(&str, &str)> =
                message.parts.iter().map(|part| (part.name.as_str(), part.type_name.as_str())).collect();
            let there: Vec<_> = self.contract.operations.messages(&message.name, *style).collect();
            let is_own = |(parts, _): &(Vec<(String, String, bool)>, Option<String>)| {
                parts.iter().map(|(name, type_name, _)| (name.as_str(), type_name.as_str())).eq(own.iter().copied())
            };
            let (Some(part), false) = (message.parts.first(), there.is_empty() || there.iter().any(is_own)) else {
                continue;
            };
            let what = format!("the shop has a message {} of other parts", message.name);
            let remedy = "Magento merges the two, and neither operation is what it was; rename the message";
            return Err(ModuleError::at(&part.spot, what, remedy));
        }
        Ok(())
    }

    fn operation(&mut self, module: &Module, style: WireStyle, declared: &Operation) -> Result<(), ModuleError> {
        let Operation { name, input, output, spot } = declared;
        let key = (style, name.clone());
        if let Some((other, known)) = self.operations.get(&key) {
            if known.input == *input && known.output == *output && other.file == spot.file {
                return Ok(());
            }
            let what = format!("the operation {name} is declared in {other} too");
            return Err(ModuleError::at(spot, what, "leave one of the modules out, or rename it in one"));
        }
        if let Some((there_input, there_output)) = self.contract.operations.messages_of(name, style) {
            if module.is_wsdl || (there_input == *input && there_output == *output) {
                return Ok(());
            }
            let what = format!("the shop has the operation {name}, with the messages {there_input} and {there_output}");
            return Err(ModuleError::at(
                spot,
                what,
                "Magento keeps both and PHP cannot read that; rename the operation",
            ));
        }
        let request = self.message(module, style, input, spot)?;
        let response = self.message(module, style, output, spot)?;
        let parts = |fields: &[Field]| {
            let part = |field: &Field| {
                let mark = if field.required { "" } else { "?" };
                format!("{} {}{mark}", field.name, field.type_name)
            };
            fields.iter().map(part).collect::<Vec<_>>().join(", ")
        };
        let signature = format!("{} -> {}", parts(&request.parts), parts(&response.parts));
        let declarer = match module.is_wsdl {
            true => Declarer::Wsdl(spot.to_string()),
            false => Declarer::Module(spot.to_string()),
        };
        self.contract.operations.add(
            name,
            &module.name,
            style,
            signature,
            [&request, &response].map(|message| (message.name.clone(), message.element.clone())),
        );
        self.contract.declarers.entry(name.clone()).or_insert(declarer);
        self.operations.insert(key, (spot.clone(), declared.clone()));
        Ok(())
    }

    /// A message of the module, or one of the shop that it uses again.
    fn message(&self, module: &Module, style: WireStyle, name: &str, spot: &Spot) -> Result<Message, ModuleError> {
        let own = module.messages.iter().find(|(known, message)| *known == style && message.name == name);
        if let Some((_, message)) = own {
            return Ok(message.clone());
        }
        if let Some((parts, element)) = self.contract.operations.message(name, style) {
            let field = |(name, type_name, required): (String, String, bool)| Field {
                name,
                type_name,
                required,
                spot: spot.clone(),
            };
            return Ok(Message { name: name.to_owned(), element, parts: parts.into_iter().map(field).collect() });
        }
        let names =
            module.messages.iter().filter(|(known, _)| *known == style).map(|(_, message)| message.name.as_str());
        let remedy =
            nearest(name, names).map_or_else(|| "declare it".to_owned(), |name| format!("did you mean {name}?"));
        Err(ModuleError::at(spot, format!("there is no message {name}"), remedy))
    }
}

/// A field as the tables write it.
fn written(field: &Field) -> String {
    format!("{} {}{}", field.name, field.type_name, if field.required { "!" } else { "" })
}

/// The class of a model as Magento's factory finds it: what `config.xml` gives the group, and the rest with capitals.
fn class_of(model: &str, classes: &IndexMap<String, String>) -> String {
    let capitals = |text: &str| {
        let words = text.split('_').map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        });
        words.collect::<Vec<String>>().join("_")
    };
    let (group, rest) = model.split_once('/').unwrap_or((model, ""));
    let begin = classes.get(group).cloned().unwrap_or_else(|| format!("{}_Model", capitals(group)));
    if rest.is_empty() { begin } else { format!("{begin}_{}", capitals(rest)) }
}

fn join_rights(tree: &mut AclTree, own: &AclTree) {
    for (name, below) in &own.0 {
        join_rights(tree.0.entry(name.clone()).or_default(), below);
    }
}
