//! The WSDL of every style, bridge release and flavor declares what the real shop's does: operations, messages, parts,
//! types, field order, occurrence, bindings. Reference documents are compared when they lie beside the repository.

use crate::need;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mockgento::magento::{BridgeRelease, Contract, Flavor};
use mockgento::soap::wsdl::{EncodingSchemaLocation, WsdlOptions, write};
use mockgento::soap::{WireStyle, wsdl_reader};
use roxmltree::{Document, Node};

const ADDRESS: &str = "http://localhost/api/v2_soap/index/";
/// Messages the bridge's WS-I document declares for an operation it has not (from 1.2.6 on). Nobody can notice them; ours
/// leaves them out.
const MESSAGES_OF_NOBODY: [&str; 2] = ["oroWishlistItemListRequest", "oroWishlistItemListResponse"];
const STYLES: [WireStyle; 2] = [WireStyle::RpcEncoded, WireStyle::WsI];

fn ours(mode: WireStyle, bridge: Option<&BridgeRelease>, flavor: Flavor) -> String {
    write(&Contract::shared().schema(mode, bridge, flavor), ADDRESS, &WsdlOptions::default())
}

/// What a document declares, one fact a line, in an order that does not depend on layout.
///
/// Fields and parts keep their order, for it is the order on the wire. All else is sorted by name, for nothing depends on
/// its order.
fn facts(text: &str) -> Vec<String> {
    let document = Document::parse(text).expect("well-formed");
    let root = document.root_element();
    let mut lines = vec![format!("definitions {} {}", attribute(root, "name"), attribute(root, "targetNamespace"))];
    let mut sorted = BTreeMap::new();
    for schema in children(root, "types").flat_map(|types| children(types, "schema")) {
        lines.push(format!("schema {}", attribute(schema, "targetNamespace")));
        for child in schema.children().filter(Node::is_element) {
            match child.tag_name().name() {
                "complexType" => {
                    let name = attribute(child, "name");
                    sorted.insert(format!("type {name}"), complex_type(child, name));
                }
                "element" => {
                    let name = attribute(child, "name");
                    let inner = children(child, "complexType").next().expect("a wrapper has a type");
                    sorted.insert(format!("wrapper {name}"), complex_type(inner, name));
                }
                "import" => {
                    lines.push(format!(
                        "import {} {}",
                        attribute(child, "namespace"),
                        attribute(child, "schemaLocation")
                    ));
                }
                other => panic!("unexpected <{other}> in the schema"),
            }
        }
    }
    for message in children(root, "message") {
        let name = attribute(message, "name");
        if MESSAGES_OF_NOBODY.contains(&name) {
            continue;
        }
        let parts = children(message, "part").map(|part| format!("message {name}: part {}", all_attributes(part)));
        sorted.insert(format!("message {name}"), [format!("message {name}")].into_iter().chain(parts).collect());
    }
    lines.extend(sorted.into_values().flatten());
    for port_type in children(root, "portType") {
        lines.push(format!("portType {}", attribute(port_type, "name")));
        let mut operations: Vec<_> = children(port_type, "operation").collect();
        operations.sort_by_key(|operation| attribute(*operation, "name"));
        for operation in operations {
            let input = children(operation, "input").map(all_attributes).collect::<String>();
            let output = children(operation, "output").map(all_attributes).collect::<String>();
            lines.push(format!("operation {}: in {input}, out {output}", attribute(operation, "name")));
        }
    }
    for kind in ["binding", "service"] {
        for part in children(root, kind) {
            lines.extend(subtree(part, ""));
        }
    }
    lines
}

fn complex_type(node: Node<'_, '_>, name: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for node in node.descendants().filter(Node::is_element).skip(1) {
        let tag = node.tag_name().name();
        match tag {
            "element" => lines.push(format!(
                "type {name}: {} {} {}..{}",
                attribute(node, "name"),
                attribute(node, "type"),
                node.attribute("minOccurs").unwrap_or("1"),
                node.attribute("maxOccurs").unwrap_or("1"),
            )),
            "documentation" | "annotation" => {}
            _ => lines.push(format!("type {name}: {tag} {}", all_attributes(node))),
        }
    }
    lines
}

/// Bindings and services: nothing depends on the order of what is in them.
fn subtree(node: Node<'_, '_>, path: &str) -> Vec<String> {
    let path = format!("{path}/{} {}", node.tag_name().name(), all_attributes(node));
    let mut lines = vec![path.clone()];
    let mut below: Vec<_> = node.children().filter(Node::is_element).collect();
    below.sort_by_key(|child| (child.tag_name().name(), attribute(*child, "name")));
    lines.extend(below.into_iter().flat_map(|child| subtree(child, &path)));
    lines
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    node.attribute(name).unwrap_or_default()
}

fn all_attributes(node: Node<'_, '_>) -> String {
    let mut all: Vec<_> = node.attributes().map(|at| format!("{}={}", at.name(), at.value())).collect();
    all.sort();
    all.join(" ")
}

fn check(reference: &Path, mode: WireStyle, bridge: Option<&BridgeRelease>, flavor: Flavor) {
    let text = fs::read_to_string(reference).expect("readable");
    let (theirs, ours) = (facts(&text).join("\n"), facts(&ours(mode, bridge, flavor)).join("\n"));
    if theirs == ours {
        return;
    }
    let diff = similar::TextDiff::from_lines(&theirs, &ours);
    panic!("{} differs from ours:\n{}", reference.display(), diff.unified_diff().context_radius(1));
}

fn check_folder(folder: &Path, flavor: Flavor) {
    for mode in STYLES {
        let style = mode.as_str();
        check(&folder.join(format!("{style}-nobridge.wsdl")), mode, None, flavor);
        let newest = Some(BridgeRelease::newest());
        check(&folder.join(format!("{style}-bridge-1.2.19.wsdl")), mode, newest, flavor);
    }
}

pub fn the_main_documents_declare_what_the_real_ones_do() {
    check_folder(&need::documents(), Flavor::Magento194);
}

pub fn older_shops_name_the_service_after_its_handler() {
    let folder = need::documents().join("named-handler");
    check_folder(&folder, Flavor::Magento191);
    check_folder(&folder, Flavor::Magento17);
}

pub fn openmage_20_has_its_own_namespace_and_fields() {
    let folder = need::documents().join("openmage-20");
    let newest = Some(BridgeRelease::newest());
    let flavor = Flavor::OpenMage2016;
    check(&folder.join("rpc-nobridge.wsdl"), WireStyle::RpcEncoded, None, flavor);
    check(&folder.join("wsi-nobridge.wsdl"), WireStyle::WsI, None, flavor);
    check(&folder.join("wsi-bridge-1.2.19.wsdl"), WireStyle::WsI, newest, flavor);
    // The fourth document is not served: such a shop cannot read it itself and answers an error page (wire spec, 1.3).
}

pub fn every_bridge_release_declares_what_the_real_one_does() {
    let folder = need::documents().join("bridge-versions");
    for release in BridgeRelease::all() {
        for mode in STYLES {
            let name = format!("{}-bridge-{}.wsdl", mode.as_str(), release.package);
            check(&folder.join(name), mode, Some(release), Flavor::Magento194);
        }
    }
}

pub fn the_recorded_shop_serves_the_same_declarations() {
    let folder = need::recordings();
    for (recording, mode, bridge) in [
        ("rpc-nobridge/249-get-n3", WireStyle::RpcEncoded, None),
        ("rpc-bridge/338-get-n3", WireStyle::RpcEncoded, Some(BridgeRelease::newest())),
        ("wsi-nobridge/247-get-n3", WireStyle::WsI, None),
        ("wsi-bridge/336-get-n3", WireStyle::WsI, Some(BridgeRelease::newest())),
    ] {
        let text = fs::read_to_string(folder.join(format!("{recording}.res.xml"))).expect("readable");
        let address = wsdl_reader::read(text.as_bytes(), None).expect("a WSDL").address;
        let schema = Contract::shared().schema(mode, bridge, Flavor::OpenMage194);
        let ours = facts(&write(&schema, &address, &WsdlOptions::default())).join("\n");
        let theirs = facts(&text).join("\n");
        let diff = similar::TextDiff::from_lines(&theirs, &ours);
        assert!(theirs == ours, "{recording} differs from ours:\n{}", diff.unified_diff().context_radius(1));
    }
}

pub fn each_style_and_release_has_its_numbers() {
    let releases = BridgeRelease::all().iter().map(Some);
    let mut lines = Vec::new();
    for bridge in [None].into_iter().chain(releases) {
        let numbers = STYLES.map(|mode| {
            let facts = facts(&ours(mode, bridge, Flavor::default()));
            let count = |kind: &str| facts.iter().filter(|fact| fact.starts_with(kind)).count();
            let types = Contract::shared().schema(mode, bridge, Flavor::default()).types.len();
            let messages = facts.iter().filter(|fact| fact.starts_with("message ") && !fact.contains(':')).count();
            format!("{} {} operations, {types} types, {messages} messages", mode.as_str(), count("operation "))
        });
        let name = bridge.map_or("none", |release| release.package.as_str());
        lines.push(format!("{name:8} {}", numbers.join("; ")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

pub fn an_address_is_escaped_and_the_encoding_schema_may_be_elsewhere() {
    let schema = Contract::shared().schema(WireStyle::RpcEncoded, None, Flavor::default());
    let elsewhere = EncodingSchemaLocation::Url("http://shop.test/encoding?a=1&b=2".to_owned());
    let options = WsdlOptions { encoding_schema_location: elsewhere, ..WsdlOptions::default() };
    let text = write(&schema, "http://shop.test/api.php?a=1&type=v2_soap", &options);
    assert!(text.contains("<soap:address location=\"http://shop.test/api.php?a=1&amp;type=v2_soap\"/>"));
    assert!(text.contains("schemaLocation=\"http://shop.test/encoding?a=1&amp;b=2\"/>"));
    assert!(!text.contains("schemaLocation=\"http://schemas.xmlsoap.org"));
}

/// Names that a document refers to and does not declare.
fn dangling(text: &str) -> Vec<String> {
    let document = Document::parse(text).expect("well-formed");
    let declared = |node: &Node<'_, '_>| matches!(node.tag_name().name(), "complexType" | "message" | "element");
    let names: Vec<&str> = document.descendants().filter(declared).filter_map(|node| node.attribute("name")).collect();
    let references = document.descendants().flat_map(|node| node.attributes()).filter(|at| {
        matches!(at.name(), "type" | "message" | "element" | "arrayType") && !at.value().contains("PortType")
    });
    let mut missing: Vec<String> = references
        .map(|at| at.value().trim_end_matches("[]").to_owned())
        .filter(|value| !value.starts_with("xsd:"))
        .filter(|value| !names.contains(&value.trim_start_matches("typens:")))
        .collect();
    missing.sort();
    missing.dedup();
    missing
}

pub fn a_mended_document_refers_to_nothing_it_does_not_declare() {
    let newest = BridgeRelease::newest();
    let old = BridgeRelease::find("1.2.6").expect("released");
    for (mode, release, broken) in [
        (WireStyle::RpcEncoded, newest, &[][..]),
        (WireStyle::RpcEncoded, old, &["typens:oroWishlistItemEntityArray"][..]),
        (
            WireStyle::WsI,
            old,
            &[
                "typens:oroWishlistListRequest",
                "typens:oroWishlistListResponse",
                "typens:oroWishlistStatusListRequest",
                "typens:oroWishlistStatusListResponse",
            ][..],
        ),
    ] {
        let schema = Contract::shared().schema(mode, Some(release), Flavor::default());
        let write = |mend| write(&schema, ADDRESS, &WsdlOptions { mend, ..WsdlOptions::default() });
        assert_eq!(dangling(&write(false)), broken, "{mode:?} {}", release.package);
        assert_eq!(dangling(&write(true)), [""; 0], "{mode:?} {} mended", release.package);
    }
}

pub fn mending_gives_malformed_messages_a_wrapper_and_a_field_one_declaration() {
    let both = |mode, release| {
        let schema = Contract::shared().schema(mode, Some(release), Flavor::default());
        [false, true].map(|mend| facts(&write(&schema, ADDRESS, &WsdlOptions { mend, ..WsdlOptions::default() })))
    };
    let [exact, mended] = both(WireStyle::WsI, BridgeRelease::newest());
    for operation in
        ["wishlistList", "wishlistItemList", "oroWishlistList", "oroWishlistStatusList", "reportProductViewedList"]
    {
        let malformed = format!("message {operation}Request: part element=xsd:string name=sessionId");
        let regular =
            format!("message {operation}Request: part element=typens:{operation}RequestParam name=parameters");
        assert!(exact.contains(&malformed) && !exact.contains(&regular), "{operation}");
        assert!(mended.contains(&regular) && !mended.contains(&malformed), "{operation}");
    }
    let genders = both(WireStyle::RpcEncoded, BridgeRelease::find("1.1.4").expect("released")).map(|facts| {
        facts.iter().filter(|fact| fact.starts_with("type customerCustomerEntityToCreate: gender ")).count()
    });
    assert_eq!(genders, [2, 1]);
}
