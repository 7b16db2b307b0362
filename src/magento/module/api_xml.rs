//! `api.xml`: resources with their methods, rights and faults, aliases, what operations of v2 start with, the tree of rights.

use indexmap::IndexMap;

use super::document::Document;
use super::{Module, ModuleError, Resource};
use crate::magento::AclTree;
use crate::nearest::meant;
use crate::xml::Element;

/// Children of a node of rights that are no rights.
const NO_NODES: &[&str] = &["title", "sort_order", "description"];

/// What to do about a fault without one.
pub(super) const WRITE_A_CODE: &str = "write a number from 100 on";

/// Reads the file into the module.
pub(super) fn read(module: &mut Module, document: &Document<'_>) -> Result<(), ModuleError> {
    let Some(api) = document.root.child("api") else {
        let what = format!("<{}> has no <api>", document.root.local);
        return Err(ModuleError::at(
            &document.spot(&document.root),
            what,
            "put what belongs to the API into <config><api>",
        ));
    };
    mistyped(api, &["resources", "resources_alias", "v2", "acl"], document)?;
    for v2 in api.children_named("v2") {
        mistyped(v2, &["resources_function_prefix"], document)?;
    }
    for node in children(api, "resources") {
        let resource = module.resources.entry(node.local.to_owned()).or_default();
        read_resource(resource, node, document)?;
    }
    for node in children(api, "resources_alias") {
        module.aliases.insert(node.local.to_owned(), (text(node), document.spot(node)));
    }
    for node in api.child("v2").into_iter().flat_map(|v2| children(v2, "resources_function_prefix")) {
        if text(node).is_empty() {
            let what = format!("the prefix of {} is empty", node.local);
            return Err(ModuleError::at(
                &document.spot(node),
                what,
                "write what its operations start with, such as acmeLoyalty",
            ));
        }
        module.prefixes.insert(node.local.to_owned(), (text(node), document.spot(node)));
    }
    for resources in api.child("acl").into_iter().flat_map(|acl| acl.children_named("resources")) {
        join_rights(&mut module.acl, resources);
    }
    Ok(())
}

fn read_resource(resource: &mut Resource, node: &Element<'_>, document: &Document<'_>) -> Result<(), ModuleError> {
    let said = |node: &Element<'_>, name: &str| node.child(name).map(text).filter(|text| !text.is_empty());
    mistyped(node, &["title", "model", "acl", "methods", "faults"], document)?;
    resource.spot = document.spot(node);
    resource.title = said(node, "title").or(resource.title.take());
    resource.acl = said(node, "acl").or(resource.acl.take());
    resource.model = said(node, "model").or(resource.model.take());
    for method in children(node, "methods") {
        let read = resource.methods.entry(method.local.to_owned()).or_default();
        read.title = said(method, "title").or(read.title.take());
        read.acl = said(method, "acl").or(read.acl.take());
        read.function = said(method, "method").or(read.function.take());
        read.spot = document.spot(method);
        mistyped(method, &["title", "acl", "method"], document)?;
        let function = read.function.as_deref().unwrap_or(method.local);
        let is_function = function.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && function.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        if !is_function {
            let what =
                format!("the method {} is the function \"{function}\", which no PHP class can have", method.local);
            let remedy = "write <method> with the function's name: letters, digits and _";
            return Err(ModuleError::at(&read.spot, what, remedy));
        }
    }
    for fault in children(node, "faults") {
        let read = resource.faults.entry(fault.local.to_owned()).or_default();
        read.spot = document.spot(fault);
        read.message = said(fault, "message").or(read.message.take());
        let Some(code) = said(fault, "code") else { continue };
        read.code = Some(code.parse::<u16>().map_err(|_| {
            let what = format!("the code of the fault {} is \"{code}\"", fault.local);
            ModuleError::at(&read.spot, what, WRITE_A_CODE)
        })?);
    }
    Ok(())
}

/// That an element is spelled nearly like one that is read there: Magento passes over it and says nothing.
fn mistyped(parent: &Element<'_>, known: &[&str], document: &Document<'_>) -> Result<(), ModuleError> {
    let unknown = parent.children.iter().filter(|child| !known.contains(&child.local));
    let wrong = unknown.filter_map(|child| Some((child, meant(child.local, known.iter().copied())?))).next();
    wrong.map_or(Ok(()), |(child, meant)| {
        let what = format!("<{}> is nothing in <{}>", child.local, parent.local);
        Err(ModuleError::at(&document.spot(child), what, format!("did you mean <{meant}>?")))
    })
}

/// The elements inside of all children of that name.
fn children<'a, 't>(element: &'a Element<'t>, name: &'a str) -> impl Iterator<Item = &'a Element<'t>> {
    element.children_named(name).flat_map(|list| &list.children)
}

fn text(element: &Element<'_>) -> String {
    element.text.trim().to_owned()
}

fn join_rights(tree: &mut AclTree, node: &Element<'_>) {
    for child in node.children.iter().filter(|child| !NO_NODES.contains(&child.local)) {
        let below = tree.0.entry(child.local.to_owned()).or_insert_with(|| AclTree(IndexMap::new()));
        join_rights(below, child);
    }
}
