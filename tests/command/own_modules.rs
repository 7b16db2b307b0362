//! Scenarios of shops with modules, tables and overrides of their own: whatever names operations, tables and rights knows them.

use std::path::Path;
use std::process::Command;

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/modules/acme-loyalty");

const SCENARIO: &str = "title: A shop with a module
shop:
  modules: [MODULE]
  seed: MODULE/seed.yaml
  stubs: MODULE/stubs.yaml
  overrides: own.yaml
  api users: {points: {key: points-key-1, resources: [acme_loyalty/info]}}
steps:
  - in magento:
      - create: {table: acme_loyalty, set: {customer_id: 3, points: 7}}
      - update: {table: acme_loyalty, id: 1, set: {points: 8}}
  - expect:
      shop: {rows: acme_loyalty, where: {points: 7}, have: {customer_id: 3}}
";
/// A field that the stub's answer shows no more.
const OVERRIDES: &str = "answers: {acmeLoyaltyInfo: {without: [level]}}
stubs: [{operation: acmeLoyaltyInfo, when: {customerId: 77}, fault: not_exists}]
";

fn told(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    (run.status.code(), said.replace(['|', '│'], " ").split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn a_scenario_knows_what_its_shop_has() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let scenario = SCENARIO.replace("MODULE", MODULE);
    for (from, to, overrides, code, expected) in [
        ("", "", OVERRIDES, 0, "1 passed"),
        ("rows: acme_loyalty", "rows: acme_loyalti", OVERRIDES, 2, "did you mean `acme_loyalty`?"),
        ("where: {points", "where: {pionts", OVERRIDES, 2, "acme_loyalty has no column `pionts`"),
        ("set: {points: 8", "set: {pionts: 8", OVERRIDES, 2, "acme_loyalty has no column `pionts`"),
        ("acme_loyalty/info", "acme_loyalty/infos", OVERRIDES, 2, "did you mean `acme_loyalty/info`?"),
        ("", "", "answers: {acmeLoyaltyInfo: {with: {levl: x}}}\n", 2, "acmeLoyaltyEntity has no field levl"),
        ("", "", "operations: {missing: [acmeLoyaltyInf]}\n", 2, "there is no operation \"acmeLoyaltyInf\""),
        ("", "", "operations: {missing: [acmeLoyaltyInfo]}\n", 0, "1 passed"),
    ] {
        write("own.yaml", overrides);
        write("s.yaml", &scenario.replacen(from, to, usize::from(!from.is_empty())));
        let (status, said) = told(folder.path(), &["run", "s.yaml"]);
        assert_eq!((status, said.contains(expected)), (Some(code), true), "{to}{overrides}: {said}");
    }
    write("own.yaml", OVERRIDES);
    let (_, covered) = told(folder.path(), &["coverage", "s.yaml", "--json"]);
    assert!(covered.contains("\"acmeLoyaltyInfo\""), "{covered}");
    for (at, expected) in [
        ("acmeLoyaltyInf", "Magento has no operation `acmeLoyaltyInf` help: did you mean `acmeLoyaltyInfo`?"),
        ("acmeLoyaltyInfo", "no call was explored"),
    ] {
        let (status, said) = told(folder.path(), &["explore", "s.yaml", "--at", at]);
        assert_eq!((status, said.contains(expected)), (Some(2), true), "{said}");
    }
}
