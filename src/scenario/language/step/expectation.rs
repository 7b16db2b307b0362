//! `expect`: what must be true, without a snapshot.

use crate::scenario::language::text::matcher::{Conditions, Matcher};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::language::setup::case_filter::CaseFilter;
use crate::scenario::language::text::count::Count;
use crate::scenario::language::text::one_or_many::OneOrMany;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::YesNo;

/// What must be true now. Every line given must hold.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Only in these cases of the scenario; left out: in all.
    #[serde(default, rename = "in variants")]
    pub in_variants: Vec<At<String>>,
    /// Only in these cases of the matrix: `{wsi: yes, bridge: [none, 1.1.4]}`; left out: in all.
    #[serde(default, rename = "in cases", alias = "in cells")]
    pub in_cases: CaseFilter,
    /// How the last sync or check ended.
    #[serde(default)]
    pub outcome: Option<At<OutcomeWord>>,
    /// The message with which the last sync or button ended.
    #[serde(default)]
    pub message: Option<At<Matcher>>,
    /// Rows of the CRM.
    #[serde(default)]
    pub crm: OneOrMany<RowsExpectation>,
    /// Rows of the shop.
    #[serde(default)]
    pub shop: OneOrMany<RowsExpectation>,
    /// Whether the CRM has come to hold what the shop holds (yes), or not (no): nothing is lost or there twice, and each row
    /// is as a CRM without a past reads it now, with nothing in its way.
    #[serde(default, rename = "in sync")]
    pub in_sync: Option<At<YesNo>>,
    /// Calls since the last `expect` of calls or the start.
    #[serde(default)]
    pub calls: OneOrMany<CallsExpectation>,
    /// Whether the `calls` came in the order in which they are listed; others may have come in between.
    #[serde(default, rename = "in order")]
    pub in_order: YesNo,
    /// Whether there were no other calls than those listed under `calls`; sessions and WSDL downloads do not count.
    #[serde(default, rename = "nothing else")]
    pub nothing_else: YesNo,
    /// Rows of another database, such as that of a program that `run` has started. What is expected of them stands beside it:
    /// `where`, `have`, `count`, `are`, `unordered`.
    #[serde(default, rename = "rows of")]
    pub rows_of: Option<At<RowsOf>>,
    /// With `rows of`: which of the rows.
    #[serde(default)]
    pub r#where: RowMatcher,
    /// With `rows of`: how many there are.
    #[serde(default)]
    pub count: Option<At<Count>>,
    /// With `rows of`: what each of them holds.
    #[serde(default)]
    pub have: RowMatcher,
    /// With `rows of`: exactly these rows, in the order of the query.
    #[serde(default)]
    pub are: Option<Vec<At<RowMatcher>>>,
    /// With `rows of`: exactly these rows, in any order.
    #[serde(default)]
    pub unordered: Option<Vec<At<RowMatcher>>>,
}

impl Expectation {
    /// Whether it looks at anything that a sync that failed leaves: its outcome, the CRM, its calls, another program's rows.
    /// The shop alone may be as it was, whatever became of the sync.
    pub(in crate::scenario) fn looks_at_an_end(&self) -> bool {
        self.outcome.is_some()
            || self.message.is_some()
            || !self.crm.0.is_empty()
            || !self.calls.0.is_empty()
            || self.in_sync.is_some()
            || self.rows_of.is_some()
    }

    /// What is expected of the rows of another database, and which.
    pub(in crate::scenario) fn of_database(&self) -> Option<(&RowsOf, RowsExpectation)> {
        let of = self.rows_of.as_ref()?;
        let mut rows = of.query.clone();
        "database".clone_into(rows.get_mut());
        let expected = RowsExpectation {
            rows,
            r#where: self.r#where.clone(),
            count: self.count.clone(),
            have: self.have.clone(),
            are: self.are.clone(),
            unordered: self.unordered.clone(),
            shop: None,
        };
        Some((of.get(), expected))
    }
}

/// Rows of a database.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowsOf {
    /// Which: the variable of the environment that holds its address, postgresql://, mysql:// or sqlite:. A relative path
    /// of SQLite begins in the scenario's folder.
    pub database: InEnvironment,
    /// The SQL query whose rows are compared.
    pub query: At<String>,
}

/// Something that stands in the environment, where it is in no file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InEnvironment {
    /// The name of the environment's variable.
    pub env: At<String>,
}

/// The end of a sync or check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeWord {
    /// Everything succeeded.
    Success,
    /// Something failed.
    Failure,
    /// Either; it says that somebody knows the sync may fail.
    Any,
}

impl OutcomeWord {
    /// Whether an end is as this word says.
    pub fn allows(self, success: bool) -> bool {
        match self {
            Self::Success => success,
            Self::Failure => !success,
            Self::Any => true,
        }
    }
}

/// What fields of a row hold; fields that are not named may hold anything.
pub type RowMatcher = IndexMap<At<String>, At<Matcher>>;

/// Rows of a table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowsExpectation {
    /// The table: in the CRM `customer`, `address`, `account`, …; in the shop `customer`, `customer_address`, ….
    pub rows: At<String>,
    /// Which of its rows: those whose fields match.
    #[serde(default)]
    pub r#where: RowMatcher,
    /// How many there are; left out: at least one when `have` is given.
    #[serde(default)]
    pub count: Option<At<Count>>,
    /// What each of them holds.
    #[serde(default)]
    pub have: RowMatcher,
    /// Exactly these rows, in this order: the CRM's as they were added, the shop's by their ids.
    #[serde(default)]
    pub are: Option<Vec<At<RowMatcher>>>,
    /// Exactly these rows, in any order.
    #[serde(default)]
    pub unordered: Option<Vec<At<RowMatcher>>>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// Calls of an operation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallsExpectation {
    /// The operation, or `any`.
    pub to: At<String>,
    /// Only those whose arguments are like these, such as `{customerId: 42}`; the others may be anything.
    #[serde(default)]
    pub with: Conditions,
    /// How many; left out: at least one.
    #[serde(default)]
    pub count: Option<At<Count>>,
    /// Only those answered by this: `ok`, or `fault 5`.
    #[serde(default)]
    pub answered: Option<At<Matcher>>,
    /// At which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}
