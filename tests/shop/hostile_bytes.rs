//! The bodies of the fuzz targets over recordings with random damage, so that every change runs them; `ci/fuzz` lets a
//! fuzzer look for more.

#[path = "../../fuzz/bodies/mod.rs"]
mod bodies;

use std::path::{Path, PathBuf};

use proptest::prelude::{ProptestConfig, Strategy, any, prop};
use proptest::test_runner::TestRunner;

/// One damage, by positions that fit any length.
#[derive(Clone, Debug)]
enum Damage {
    Flip(usize, u8),
    Cut(usize, usize),
    Repeat(usize, usize, usize),
    Insert(usize, &'static str),
}

/// What breaks readers.
const PIECES: [&str; 16] = [
    "<",
    ">",
    "&",
    "&#0;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "<?x?>",
    " href=\"#a\"",
    " id=\"a\"",
    " xmlns=\"u\"",
    "\u{fffe}",
    "\0",
    "${x}",
    "\"",
    "{}",
];

fn damage() -> impl Strategy<Value = Damage> {
    let place = || any::<usize>();
    proptest::prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        (place(), 1..40_usize).prop_map(|(at, length)| Damage::Cut(at, length)),
        (place(), 1..200_usize, 1..20_usize).prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        (place(), prop::sample::select(PIECES.to_vec())).prop_map(|(at, piece)| Damage::Insert(at, piece)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let at = |place: &usize, bytes: &[u8]| if bytes.is_empty() { 0 } else { place % bytes.len() };
        match damage {
            Damage::Flip(place, bits) => {
                let at = at(place, &bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Damage::Cut(place, length) => {
                let at = at(place, &bytes);
                let end = bytes.len().min(at + length);
                bytes.drain(at..end);
            }
            Damage::Repeat(place, length, times) => {
                let at = at(place, &bytes);
                let piece = bytes[at..bytes.len().min(at + length)].repeat(*times);
                bytes.splice(at..at, piece);
            }
            Damage::Insert(place, piece) => {
                let at = at(place, &bytes);
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

fn files(folder: &str, ends: &[&str]) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| ends.iter().any(|end| path.to_string_lossy().ends_with(end)));
    found.sort();
    assert!(!found.is_empty(), "nothing in {ends:?}");
    found.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Gives a body each example whole and many of them damaged.
fn with(examples: Vec<Vec<u8>>, cases: u32, body: fn(&[u8])) {
    examples.iter().for_each(|example| body(example));
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let inputs = (prop::sample::select(examples), prop::collection::vec(damage(), 1..6));
    let ran = runner.run(&inputs, |(example, damages)| {
        body(&damaged(example, &damages));
        Ok(())
    });
    assert!(ran.is_ok(), "{ran:?}");
}

const RECORDED: &str = "tests/fixtures/recorded";

#[test]
fn any_document_is_read_or_refused() {
    with(files(RECORDED, &[".xml"]), 300, bodies::xml);
}

#[test]
fn any_request_is_read_or_refused() {
    with([files(RECORDED, &[".req.xml"]), filtered()].concat(), 300, bodies::request);
}

#[test]
fn any_answer_is_read_or_refused() {
    let answers = files(RECORDED, &[".res.xml"]);
    let chosen = answers.into_iter().enumerate().map(|(n, answer)| [vec![n as u8], answer].concat());
    with(chosen.collect(), 300, bodies::answer);
}

#[test]
fn any_filter_is_applied_or_refused() {
    with(filtered(), 300, bodies::filters);
}

/// Calls with filters and pagers of both styles, with references.
fn filtered() -> Vec<Vec<u8>> {
    let all = files("fuzz/examples", &["filters-rpc.xml", "filters-rpc-references.xml", "filters-wsi.xml"]);
    assert_eq!(all.len(), 3);
    all
}

#[test]
fn any_service_description_is_read_or_refused() {
    use mockgento::magento::{BridgeRelease, Contract, Flavor};
    use mockgento::soap::wsdl::{WsdlOptions, write};
    let written = [mockgento::soap::WireStyle::RpcEncoded, mockgento::soap::WireStyle::WsI].map(|mode| {
        let schema = Contract::shared().schema(mode, Some(BridgeRelease::newest()), Flavor::OpenMage194);
        write(&schema, "http://shop.test/api/", &WsdlOptions::default()).into_bytes()
    });
    with(written.to_vec(), 30, bodies::wsdl);
}

#[test]
fn any_scenario_is_read_or_refused() {
    with(files("scenarios/customers", &[".yaml"]), 100, bodies::scenario);
}

#[test]
fn any_seed_makes_a_shop_or_is_refused() {
    with(files("scenarios/seeds", &["corner-shop.yaml"]), 30, bodies::seed);
}

#[test]
fn any_row_is_converted_or_refused() {
    with(files("fuzz/examples", &[".row.json"]), 300, bodies::convert);
}

#[test]
fn any_request_in_xml_rpc_is_read_or_refused() {
    with(files("fuzz/examples", &[".xmlrpc.xml"]), 300, bodies::xml_rpc);
}

#[test]
fn any_request_in_json_rpc_is_read_or_refused() {
    with(files("fuzz/examples", &[".jsonrpc.json"]), 300, bodies::json_rpc);
}

#[test]
fn any_request_of_version_1_is_read_or_refused() {
    with(files("fuzz/examples", &[".version1.xml"]), 300, bodies::version1);
}

#[test]
fn any_module_is_joined_or_refused() {
    with(files("examples/modules/acme-loyalty/etc", &[".xml"]), 30, bodies::module);
}

#[test]
fn any_dump_is_converted_or_refused() {
    with(files("tests/fixtures/dump", &[".sql"]), 60, bodies::dump);
}

#[test]
fn any_stubs_are_kept_or_refused() {
    let examples = [files("fuzz/examples", &[".stubs.yaml"]), files("examples/modules/acme-loyalty", &["stubs.yaml"])];
    with(examples.concat(), 100, bodies::stubs);
}

#[test]
fn any_cassette_is_played_or_refused() {
    with(files("fuzz/examples", &[".cassette.json"]), 100, bodies::cassette);
}
