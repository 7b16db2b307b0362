//! Real databases, PostgreSQL and MariaDB, which `ci/install` installs and `ci/databases` starts: a shop's own becomes a seed, the
//! client file of OroCRM asks what its tables have, a wrong query is told with its place, and TLS. Where they are missing the
//! tests are shown as ignored, and with `MOCKGENTO_REQUIRE_CLIENTS=1`, as in the project's own CI, they fail.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test may fail it")]

mod orocrm;
mod queries;
mod seeds;
mod servers;

use libtest_mimic::{Arguments, Failed, Trial};

use servers::Servers;

type Test = fn(&Servers);

/// Tests that run programs in PHP.
const IN_PHP: &[&str] = &["orocrm::the_programs_empty_and_configure_what_they_should"];

const TESTS: &[(&str, Test)] = &[
    ("seeds::a_database_and_its_dump_are_the_same_seed", seeds::a_database_and_its_dump_are_the_same_seed),
    (
        "seeds::a_sync_of_a_shops_seed_leaves_what_is_in_the_shop",
        seeds::a_sync_of_a_shops_seed_leaves_what_is_in_the_shop,
    ),
    (
        "seeds::what_cannot_be_read_is_told_without_the_password",
        seeds::what_cannot_be_read_is_told_without_the_password,
    ),
    ("orocrm::the_client_file_asks_what_its_tables_have", orocrm::the_client_file_asks_what_its_tables_have),
    (
        "orocrm::the_programs_empty_and_configure_what_they_should",
        orocrm::the_programs_empty_and_configure_what_they_should,
    ),
    ("queries::a_wrong_query_is_told_with_its_place", queries::a_wrong_query_is_told_with_its_place),
    ("queries::nothing_is_written", queries::nothing_is_written),
    ("queries::tls_leads_to_a_root_that_is_trusted", queries::tls_leads_to_a_root_that_is_trusted),
];

fn main() {
    let arguments = Arguments::from_args();
    let is_required = std::env::var_os("MOCKGENTO_REQUIRE_CLIENTS").is_some();
    let missing = servers::missing();
    if missing && !is_required {
        eprintln!("SKIPPED: PostgreSQL and MariaDB are not installed; ci/install installs them");
    }
    let php_is_missing = orocrm::php_is_missing();
    if php_is_missing && !is_required {
        eprintln!("SKIPPED: PHP with pdo_mysql is not installed; ci/install installs it");
    }
    let trial = |(name, test): &(&'static str, Test)| {
        let test = *test;
        let missing = missing || (php_is_missing && IN_PHP.contains(name));
        let run = move || {
            if missing {
                return Err(Failed::from(
                    "PostgreSQL, MariaDB or PHP with pdo_mysql is missing; ci/install installs them",
                ));
            }
            test(&Servers::start());
            Ok(())
        };
        Trial::test(*name, run).with_ignored_flag(missing && !is_required)
    };
    libtest_mimic::run(&arguments, TESTS.iter().map(trial).collect()).exit();
}
