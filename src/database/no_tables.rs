//! What there is of [`TableReader`] in a build without the feature `databases`: nobody has one.

use std::convert::Infallible;

use indexmap::IndexMap;

use super::chosen::Chosen;
use super::dsn::{Dsn, Product};
use super::error::DatabaseError;
use super::rows::Row;

/// An open look at a database, in a build that has none.
pub struct TableReader(Infallible);

impl TableReader {
    /// Says how to get one.
    ///
    /// # Errors
    /// Always.
    pub async fn open(dsn: &Dsn) -> Result<Self, DatabaseError> {
        Err(match dsn.product() {
            Product::Mysql => DatabaseError::NotBuiltIn(Product::Mysql.name()),
            other => DatabaseError::NoShop(other.name()),
        })
    }

    /// Never called.
    ///
    /// # Errors
    /// It is never called, so there are none.
    pub async fn tables(&mut self) -> Result<IndexMap<String, Vec<String>>, DatabaseError> {
        match self.0 {}
    }

    /// Never called.
    ///
    /// # Errors
    /// It is never called, so there are none.
    pub async fn count(&mut self, _table: &str) -> Result<usize, DatabaseError> {
        match self.0 {}
    }

    /// Never called.
    ///
    /// # Errors
    /// It is never called, so there are none.
    pub async fn rows(&mut self, _table: &str, _chosen: &Chosen<'_>) -> Result<Vec<Row>, DatabaseError> {
        match self.0 {}
    }
}
