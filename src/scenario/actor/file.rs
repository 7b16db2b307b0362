//! A client's file as data. The doc comments are what an editor shows while one is written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;

use crate::scenario::language::text::one_or_many::OneOrMany;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::Interval;

/// Somebody's own client: how it is started, where its rows are, what it can do.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientFile {
    /// What it is, in a few words.
    pub title: At<String>,
    /// The commands it has, each a program with its arguments, run in the folder of this file. What is missing here it cannot do.
    #[serde(default)]
    pub commands: Option<Commands>,
    /// Instead of commands: one program that is started once, reads a request a line and answers a line, both JSON.
    #[serde(default)]
    pub adapter: Option<At<String>>,
    /// Instead of a program: a conversation with an adapter that `--record-adapter` wrote down beside this file. It answers what it
    /// answered then, as long as it is asked the same.
    #[serde(default)]
    pub recorded: Option<At<String>>,
    /// More variables of its environment.
    #[serde(default)]
    pub env: IndexMap<At<String>, String>,
    /// How long one command or one request may take; 2 minutes when left out.
    #[serde(default)]
    pub timeout: Option<At<Interval>>,
    /// How its commands learn the scenario's time.
    #[serde(default)]
    pub clock: Option<At<ClockWay>>,
    /// Where its rows are. An adapter that is asked for them needs none.
    #[serde(default)]
    pub crm: Option<At<CrmSource>>,
    /// What it can do, by the names of `mockgento conform --features`; left out: all that its commands allow.
    #[serde(default)]
    pub supports: Option<Vec<At<String>>>,
    /// Fewer cases run than this are a failure.
    #[serde(default, rename = "at least")]
    pub at_least: Option<At<usize>>,
    /// Which fields of an entity are compared; left out: all that the rows have.
    #[serde(default)]
    pub compare: IndexMap<At<String>, Compared>,
    /// A file beside this one that lists where the client is meant to differ, with reasons.
    #[serde(default, rename = "known differences")]
    pub known_differences: Option<At<String>>,
}

/// Single commands. Each gets what it needs as JSON on its standard input and the shop in its environment; exit code 0 is
/// success, what it prints is what it says.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commands {
    /// Before a scenario: an empty CRM.
    #[serde(default)]
    pub reset: Option<At<String>>,
    /// Saves the settings of the integration.
    #[serde(default)]
    pub configure: Option<At<String>>,
    /// One run of the sync.
    #[serde(default)]
    pub sync: Option<At<String>>,
    /// The command that checks the connection.
    #[serde(default)]
    pub check: Option<At<String>>,
    /// Does what a user of the CRM does.
    #[serde(default)]
    pub edit: Option<At<String>>,
}

/// How the commands of a client learn the scenario's time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockWay {
    /// By the shop's `Date` header, and by `MAGENTO_NOW` in the environment.
    #[default]
    Environment,
    /// They are run under the program `faketime`, so that their own clock shows it.
    Faketime,
}

/// Where the client's rows are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrmSource {
    /// The database, by a variable of the environment that holds its address: postgresql://, mysql:// or sqlite:.
    #[serde(default)]
    pub database: Option<DatabaseName>,
    /// The rows, by the names scenarios use.
    #[serde(default)]
    pub tables: IndexMap<At<String>, At<TableQuery>>,
    /// Instead of a database: a command that prints its rows, `{"customer": [{…}], …}`.
    #[serde(default)]
    pub command: Option<At<String>>,
}

/// A database, by the variable that holds its address. Addresses hold passwords and do not stand in files.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NamedDatabase {
    /// The name of the environment's variable.
    env: At<String>,
}

/// A database, by the variable that holds its address.
#[derive(Clone, Debug)]
pub struct DatabaseName {
    /// The name of the environment's variable.
    pub env: At<String>,
}

/// A query, alone or with the columns that tell its rows apart.
#[derive(Clone, Debug)]
pub struct TableQuery {
    /// The SQL query.
    pub query: String,
    /// Columns that tell rows apart; empty: `originId`, or what scenarios name rows by.
    pub key: Vec<String>,
}

/// A query with its key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DetailedQuery {
    /// The SQL query.
    query: String,
    /// The columns that tell its rows apart.
    #[serde(default)]
    key: OneOrMany<String>,
}

/// Which fields of a table are compared.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// Only these fields are compared.
    #[serde(default)]
    pub only: Option<Vec<At<String>>>,
    /// All fields but these are compared.
    #[serde(default)]
    pub without: Vec<At<String>>,
}

impl Compared {
    /// Whether it says that a field does not count.
    pub fn leaves_out(&self, field: &str) -> bool {
        self.without.iter().any(|name| name.get() == field)
    }

    /// Whether a field counts.
    pub fn has(&self, field: &str) -> bool {
        let is_named = |only: &Vec<At<String>>| only.iter().any(|name| name.get() == field);
        !self.leaves_out(field) && self.only.as_ref().is_none_or(is_named)
    }
}

/// Where a client is meant to differ.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct KnownFile(pub Vec<At<KnownDifference>>);

/// One difference that is meant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KnownDifference {
    /// The scenario, or one case of it; `any` for all.
    pub scenario: At<String>,
    /// Why it is so.
    pub reason: At<String>,
    /// Only rows of this entity; left out: whatever differs.
    #[serde(default)]
    pub entity: Option<At<String>>,
    /// Only these fields of it; left out: any, and rows that are missing or too many.
    #[serde(default)]
    pub fields: Vec<At<String>>,
}

mod database_name {
    use std::borrow::Cow;
    use std::fmt;

    use schemars::{JsonSchema, Schema, SchemaGenerator};
    use serde::de::value::MapAccessDeserializer;
    use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

    use super::{DatabaseName, NamedDatabase};

    struct NameVisitor;

    impl<'de> Visitor<'de> for NameVisitor {
        type Value = DatabaseName;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the variable that holds its address: `{env: ACME_DSN}`")
        }

        // What stands here may have a password in it.
        fn visit_str<E: Error>(self, _: &str) -> Result<DatabaseName, E> {
            Err(E::custom(
                "addresses of databases hold passwords and do not stand in files; put it into a variable of the environment and \
                 write `database: {env: ACME_DSN}`",
            ))
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<DatabaseName, A::Error> {
            let NamedDatabase { env } = NamedDatabase::deserialize(MapAccessDeserializer::new(members))?;
            Ok(DatabaseName { env })
        }
    }

    impl<'de> Deserialize<'de> for DatabaseName {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(NameVisitor)
        }
    }

    impl JsonSchema for DatabaseName {
        fn schema_name() -> Cow<'static, str> {
            "DatabaseName".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            NamedDatabase::json_schema(generator)
        }
    }
}

mod query {
    use std::borrow::Cow;
    use std::fmt;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde::de::value::MapAccessDeserializer;
    use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

    use super::{DetailedQuery, TableQuery};

    struct QueryVisitor;

    impl<'de> Visitor<'de> for QueryVisitor {
        type Value = TableQuery;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a query, or `{query: …, key: …}`")
        }

        fn visit_str<E: Error>(self, query: &str) -> Result<TableQuery, E> {
            Ok(TableQuery { query: query.to_owned(), key: Vec::new() })
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<TableQuery, A::Error> {
            let DetailedQuery { query, key } = DetailedQuery::deserialize(MapAccessDeserializer::new(members))?;
            Ok(TableQuery { query, key: key.0 })
        }
    }

    impl<'de> Deserialize<'de> for TableQuery {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(QueryVisitor)
        }
    }

    impl JsonSchema for TableQuery {
        fn schema_name() -> Cow<'static, str> {
            "TableQuery".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let detailed = generator.subschema_for::<DetailedQuery>();
            json_schema!({ "anyOf": [{ "type": "string", "description": "The query." }, detailed] })
        }
    }
}

/// The schema of client files.
pub fn schema() -> String {
    written::<ClientFile>("A client of Mockgento")
}

/// The schema of files of known differences.
pub fn known_schema() -> String {
    written::<KnownFile>("Known differences of a client of Mockgento")
}

fn written<T: JsonSchema>(title: &str) -> String {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    format!("{:#}\n", schema.as_value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::actor::protocol;

    #[test]
    fn the_committed_schemas_are_those_of_the_code() {
        for (file, of, schema) in [
            ("client", "client", schema()),
            ("known", "known-differences", known_schema()),
            ("adapter", "adapter", protocol::schema()),
        ] {
            let path = format!("{}/clients/{file}.schema.json", env!("CARGO_MANIFEST_DIR"));
            let committed = std::fs::read_to_string(path).unwrap_or_default();
            assert!(committed == schema, "run: cargo run -- schema {of} > clients/{file}.schema.json");
        }
    }
}
