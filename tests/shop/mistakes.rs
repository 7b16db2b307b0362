//! Mistakes in what people write of their own shop: its stubs, overrides, seeds and modules. Each is a whole file, with the whole
//! text of what is said of it.
//!
//! Each part of `mistakes.txt` begins with `#####`, the kind of file and a name; lines with a bar are the file.

use std::path::Path;

use mockgento::magento::{BridgeRelease, Contract, Flavor, Module};
use mockgento::shop::Seed;
use mockgento::shop::overrides::Overrides;
use mockgento::shop::stubs::StubFile;
use mockgento::soap::WireStyle;

use crate::stubs::loyalty;

const NOTHING: &str = "nothing";

fn said(kind: &str, file: &str) -> String {
    let told = |result: Result<(), String>| result.err().unwrap_or_else(|| NOTHING.to_owned());
    match kind {
        "stubs" => {
            let mut shop = loyalty(WireStyle::RpcEncoded);
            let read = StubFile::parse(file, "stubs.yaml");
            told(read.and_then(|file| shop.install_stubs(&file)).map_err(|error| error.to_string()))
        }
        "overrides" => {
            let (bridge, flavor) = (Some(BridgeRelease::newest()), Flavor::default());
            let schema = Contract::shared().schema(WireStyle::RpcEncoded, bridge, flavor);
            let read = Overrides::parse(file, "overrides.yaml");
            told(read.and_then(|read| read.check(&schema)).map_err(|error| error.to_string()))
        }
        "seed" => {
            let read = Seed::checked(file, "seed.yaml");
            let opened = read.map_err(|error| error.to_string()).and_then(|seed| {
                let shop = mockgento::shop::Shop::new(config(), seed).map(drop);
                shop.map_err(|error| error.told_of(file, "seed.yaml"))
            });
            told(opened)
        }
        "api" | "wsdl" => {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/modules/acme-loyalty/etc");
            let own = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
            let (api, wsdl) = match kind {
                "api" => (file.to_owned(), own("wsdl.xml")),
                _ => (own("api.xml"), file.to_owned()),
            };
            let module = Module::of_texts("Acme_Loyalty", [Some(api.as_str()), Some(wsdl.as_str()), None]);
            let joined = module.and_then(|module| {
                let notes = module.notes.join("\n");
                Contract::shared().with_modules(&[module]).map(|_| notes)
            });
            match joined {
                Ok(notes) if notes.is_empty() => NOTHING.to_owned(),
                Ok(notes) => notes,
                Err(error) => error.to_string(),
            }
        }
        other => panic!("there is no kind {other}"),
    }
}

fn config() -> mockgento::shop::ShopConfig {
    mockgento::shop::ShopConfig::new(crate::support::clock())
}

#[test]
fn every_mistake_in_a_shop_of_ones_own_is_answered_with_what_to_do() {
    let mut told = String::new();
    for part in include_str!("mistakes.txt").split("##### ").skip(1) {
        let (head, lines) = part.split_once('\n').unwrap();
        let kind = head.split(' ').next().unwrap();
        let file: String =
            lines.lines().filter_map(|line| line.strip_prefix('|')).map(|line| format!("{line}\n")).collect();
        told.push_str(&format!("##### {head}\n{}\n", said(kind, &file)));
    }
    insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("shop_mistakes", told);
    });
}
