//! `expect: {rows of: …}`: rows of somebody else's database.

use super::rows::{self, Unmet};
use crate::database;
use crate::scenario::actor::ask::variable;
use crate::scenario::language::step::Step;
use crate::scenario::language::step::expectation::Expectation;
use crate::scenario::language::text::kind::Kind;
use crate::scenario::language::text::span::At;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::world::{Failures, World};

impl World<'_> {
    /// Everything that is not as expected of them.
    pub(super) async fn expect_of_database(
        &self,
        expectation: &Expectation,
        step: &At<Step>,
    ) -> Result<Failures, CannotWork> {
        let Some((of, expected)) = expectation.of_database() else { return Ok(Failures::new()) };
        let file = &self.origin.map_or(&self.case.scenario.file, |origin| &origin.file).path;
        let at = |place| format!("{}:{place}", file.display());
        let dsn = variable(&of.database.env, &at(of.database.env.place()))
            .map_err(|why| CannotWork::Database(why.to_string()))?;
        let dsn = dsn.below(file.parent().unwrap_or(std::path::Path::new("")));
        let found = database::read(&dsn, &[of.query.as_str()]).await;
        let found = found.map_err(|why| CannotWork::Database(format!("{}: {why}", at(of.query.place()))))?;
        let Some(found) = found.into_iter().next() else { return Ok(Failures::new()) };
        let mut unmet = rows::unknown_columns("what the query reads", &expected, &found.columns);
        if unmet.is_empty() {
            unmet = rows::judge("the database", &expected, &found.rows, Kind::of_nothing);
        }
        let failed = |Unmet { line, message, detail }: Unmet| Failure {
            line,
            detail,
            ..Self::failure(step, FailureKind::Unmet, message)
        };
        Ok(unmet.into_iter().map(failed).collect())
    }
}
