//! What is configured for the whole installation and not for one integration: sync spec, section 1.1, the second table.

use rusqlite::OptionalExtension as _;

use super::{Crm, CrmError, DiscoveryConfig};

const ACCOUNT_DISCOVERY: &str = "account_discovery";

impl Crm {
    /// How accounts are discovered.
    pub fn discovery(&self) -> &DiscoveryConfig {
        &self.discovery
    }

    /// Chooses how accounts are discovered, for all integrations of this CRM; replaces the former choice as a whole.
    /// Customers that have an account keep it.
    ///
    /// # Errors
    /// [`CrmError::UnknownField`] or [`CrmError::Forbidden`] when the configuration makes no sense.
    pub fn set_discovery(&mut self, discovery: DiscoveryConfig) -> Result<(), CrmError> {
        discovery.validate()?;
        let value = serde_json::to_string(&discovery).map_err(|error| CrmError::Migration(error.to_string()))?;
        self.connection.execute(
            "INSERT INTO \"configuration\" (\"name\", \"value\") VALUES (?1, ?2) \
             ON CONFLICT (\"name\") DO UPDATE SET \"value\" = ?2",
            [ACCOUNT_DISCOVERY, &value],
        )?;
        self.discovery = discovery;
        Ok(())
    }

    /// Reads what an earlier run configured.
    pub(super) fn load_configuration(&mut self) -> Result<(), CrmError> {
        let stored: Option<String> = self
            .connection
            .query_row("SELECT \"value\" FROM \"configuration\" WHERE \"name\" = ?", [ACCOUNT_DISCOVERY], |row| {
                row.get(0)
            })
            .optional()?;
        if let Some(text) = stored {
            self.discovery = serde_json::from_str(&text)
                .map_err(|error| CrmError::Migration(format!("the configuration of account discovery: {error}")))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::account::Pick;
    use jiff::Timestamp;

    #[test]
    fn what_was_configured_is_there_when_the_file_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Crm::open(&folder.path().join("crm.sqlite"), Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        assert_eq!(open().discovery(), &DiscoveryConfig::default());
        let by_email =
            DiscoveryConfig { fields: vec!["email".to_owned()], pick: Pick::Latest, ..DiscoveryConfig::default() };
        open().set_discovery(by_email.clone()).unwrap();
        assert_eq!(open().discovery(), &by_email);
        open().set_discovery(DiscoveryConfig::default()).unwrap();
        assert_eq!(open().discovery(), &DiscoveryConfig::default());
    }
}
