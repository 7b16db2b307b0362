//! Queries of anybody's: what is wrong with one, that none writes, and whom TLS trusts.

use crate::servers::{Servers, program, rows};

pub fn a_wrong_query_is_told_with_its_place(servers: &Servers) {
    for (address, query, said) in [
        (&servers.postgres, "SELECT emial FROM pg_user", "(line 1, column 8 of the query, at `emial FROM pg_user`)"),
        (
            &servers.postgres,
            "SELECT usename,\n  nothere\nFROM pg_user",
            "(line 2, column 3 of the query, at `nothere`)",
        ),
        (&servers.postgres, "SELECT 'ü', usename FORM pg_user", "(line 1, column 26 of the query, at `pg_user`)"),
        (&servers.postgres, "SELECT", "is no query that reads"),
        (&servers.postgres, "SELECT 1 AS a, 2 AS a", "two columns `a`"),
        (&servers.mariadb, "SELECT 1 FORM dual d x", "of the query, at `dual d x`)"),
        (
            &servers.mariadb,
            "SELECT table_name,\n  nothere\nFROM information_schema.tables",
            "(line 2, column 3 of the query, at `nothere`)",
        ),
        (&servers.mariadb, "SELECT * FROM", "of the query, at its end)"),
        (&servers.mariadb, "SELECT 1 AS a, 2 AS a", "two columns `a`"),
        (&servers.mariadb, "SELECT 1; SELECT 2", "of the query, at `SELECT 2`)"),
    ] {
        let told = rows(address, query).unwrap_err();
        assert!(told.contains(said), "{query}: {told}");
    }
}

pub fn nothing_is_written(servers: &Servers) {
    servers.run_postgres("CREATE TABLE kept (id integer); INSERT INTO kept VALUES (1);");
    servers.run_mariadb("CREATE TABLE kept (id integer);\nINSERT INTO kept VALUES (1);\n");
    for (address, write) in [
        (&servers.postgres, "DELETE FROM kept RETURNING id"),
        (&servers.postgres, "DELETE FROM kept"),
        (&servers.mariadb, "DELETE FROM kept RETURNING id"),
        (&servers.mariadb, "DELETE FROM kept"),
    ] {
        rows(address, write).unwrap_err();
        assert_eq!(rows(address, "SELECT id FROM kept").unwrap().len(), 1, "{write}");
    }
}

/// A look of the program at both, by a scenario, with and without the root among what the machine trusts.
pub fn tls_leads_to_a_root_that_is_trusted(servers: &Servers) {
    assert!(!servers.root.is_empty(), "openssl is not installed; ci/databases makes certificates with it");
    let folder = tempfile::tempdir().unwrap();
    for (address, tls, query) in [
        (
            format!("{}?sslmode=require", servers.postgres),
            "true",
            "SELECT ssl AS tls FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        ),
        (
            format!("{}?require_ssl=true", servers.mariadb),
            "TLSv1.3",
            "SELECT variable_value AS tls FROM information_schema.session_status WHERE variable_name = 'Ssl_version'",
        ),
    ] {
        let scenario = format!(
            "title: TLS\nsteps:\n  - run: 'true'\n  - expect:\n      rows of: {{database: {{env: SOME_DSN}}, query: \"{query}\"}}\n      are:\n        - {{tls: \"{tls}\"}}\n"
        );
        std::fs::write(folder.path().join("tls.yaml"), scenario).unwrap();
        let told = |root: &str| {
            let environment = [("SOME_DSN", address.as_str()), ("SSL_CERT_FILE", root), ("CI", "1")];
            let output = program(&["run", "tls.yaml"], &environment, folder.path());
            let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            (output.status.code(), text)
        };
        let (code, text) = told(&servers.root);
        assert_eq!(code, Some(0), "{text}");
        let (code, text) = told("/nonexistent");
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("cannot be reached") && text.contains("certificate"), "{text}");
    }
}
