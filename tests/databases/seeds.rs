//! `mockgento seed from`: a shop's own database.

use crate::servers::{Servers, program, root};

const DUMP: &str = "tests/fixtures/dump/shop.sql";

fn with_shop(servers: &Servers) -> (String, String) {
    servers.run_mariadb(&std::fs::read_to_string(root().join(DUMP)).unwrap());
    servers.shop()
}

fn seed(arguments: &[&str], password: &str) -> (String, String) {
    let output = program(arguments, &[("MOCKGENTO_DATABASE_PASSWORD", password)], root());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}

/// The whole shop and every way to take a part of it.
pub fn a_database_and_its_dump_are_the_same_seed(servers: &Servers) {
    let (address, password) = with_shop(servers);
    for part in [
        "",
        "--limit 1",
        "--limit 0",
        "--since 2024-01-03",
        "--since 2024-01-02T10:00:01",
        "--only customers",
        "--only orders",
        "--only carts,subscribers,credit-memos",
        "--only products --limit 1 --since 2024-01-02",
        "--table-prefix mage_ --limit 2",
    ] {
        let mut more = vec!["--keep-personal-data"];
        more.extend(part.split_whitespace());
        let of_database = seed(&[&["seed", "from", &address], &more[..]].concat(), &password);
        let of_dump = seed(&[&["seed", "convert", DUMP], &more[..]].concat(), "");
        assert_eq!(of_database, of_dump, "{part}");
        assert!(of_database.0.contains("websites:"), "{part}");
    }
    let (replaced, said) = seed(&["seed", "from", &address], &password);
    assert!(said.ends_with("Personal data is replaced.\n"), "{said}");
    for personal in ["ann@example.com", "Main St", "555-0100"] {
        assert!(!replaced.contains(personal), "{personal}");
    }
}

pub fn a_sync_of_a_shops_seed_leaves_what_is_in_the_shop(servers: &Servers) {
    let (address, password) = with_shop(servers);
    let folder = tempfile::tempdir().unwrap();
    let (yaml, _) = seed(&["seed", "from", &address, "--keep-personal-data"], &password);
    std::fs::write(folder.path().join("shop.yaml"), yaml).unwrap();
    let scenario = "
title: A shop of a database
shop: {seed: ./shop.yaml}
integration: {sync start date: 2013-01-01, entities: [customer, order]}
clock: 2024-02-01 12:00:00
steps:
  - sync
  - expect:
      outcome: success
      crm:
        - {rows: customer, where: {originId: 5}, have: {email: ann@example.com, firstName: Ann, lastName: Lee, birthday: 1980-12-31, group: General, website: base}}
        - {rows: customer, where: {originId: 4}, have: {lastName: Fox}}
        - {rows: customer, count: 3}
        - {rows: customerAddress, where: {originId: 8}, have: {street: 1 Main St, street2: Flat 2, city: Springfield, country: US, phone: 555-0100}}
        - {rows: order, where: {incrementId: \"100000002\"}, have: {customer: ann@example.com, totalAmount: \"9.5000\", status: pending}}
        - {rows: orderItem, where: {order: \"100000002\"}, have: {sku: mug}}
";
    std::fs::write(folder.path().join("of-a-database.yaml"), scenario).unwrap();
    let output = program(&["run", "of-a-database.yaml"], &[("CI", "1")], folder.path());
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

pub fn what_cannot_be_read_is_told_without_the_password(servers: &Servers) {
    let (address, password) = servers.shop();
    let (place, _) = address.rsplit_once('/').unwrap();
    let elsewhere = format!("{place}/information_schema");
    for (arguments, secret, said) in [
        (vec!["seed", "from", &address], "wrong-4711", "cannot be reached: Access denied"),
        (vec!["seed", "from", &address], password.as_str(), "has no tables of a shop that this user may see"),
        (vec!["seed", "from", &elsewhere], &password, "has no tables of a shop"),
        (vec!["seed", "from", &servers.mariadb], &password, "leave it out and set MOCKGENTO_DATABASE_PASSWORD"),
        (vec!["seed", "from", &servers.postgres], &password, "not in PostgreSQL"),
        (vec!["seed", "from", "oracle:wrong-4711"], "wrong-4711", "no database is known by `oracle:`"),
        (vec!["seed", "from", &address, "--since", "2026-13-01"], &password, "is no day and no moment"),
    ] {
        let output = program(&arguments, &[("MOCKGENTO_DATABASE_PASSWORD", secret)], root());
        let told = String::from_utf8_lossy(&output.stderr).replace("\n  | ", " ");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(said) && !told.contains(secret), "{arguments:?}: {told}");
    }
}
