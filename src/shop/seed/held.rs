//! What rows of a seed hold in columns of one name.

use super::Seed;
use crate::shop::row::Row;

impl Seed {
    /// The values of all columns of that name, in whichever table.
    pub fn values_of<'a>(&'a self, column: &'a str) -> impl Iterator<Item = &'a str> {
        let parts = [&self.websites, &self.store_groups, &self.store_views, &self.customer_groups];
        let of_parts = parts.into_iter().flatten().filter_map(move |row| row.get(column)?.as_deref());
        let people =
            self.customers.iter().flat_map(|customer| std::iter::once(&customer.fields).chain(&customer.addresses));
        let rows = people.chain(self.tables.values().flatten());
        of_parts.chain(rows.filter_map(move |row: &Row| row.get(column)))
    }
}
