//! Which secrets a CRM keeps. A file holds neither API keys nor passwords of URLs unless its owner wants it: they are given
//! anew to every command and held in memory meanwhile. What an older version left in a file goes when it is opened.

use rusqlite::params;
use url::Url;

use super::{Crm, CrmError, IntegrationId, IntegrationSettings};
use crate::secret::ApiKey;

/// Which secrets go into the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// All: it is in memory, and gone with the process.
    All,
    /// Those of integrations that say so ([`IntegrationSettings::save_key`]).
    OnPurpose,
}

/// What an integration was given in this process and its file does not have.
#[derive(Clone)]
pub(super) struct Held {
    url: String,
    key: ApiKey,
}

impl Crm {
    /// Whether an integration's secrets go into the database.
    pub(super) fn keeps_secrets(&self, settings: &IntegrationSettings) -> bool {
        self.kept == Kept::All || settings.save_key
    }

    /// URL and key as the database has them.
    pub(super) fn stored_secrets<'a>(&self, settings: &'a IntegrationSettings) -> (String, &'a str) {
        if self.keeps_secrets(settings) {
            (settings.api_url.clone(), settings.api_key.expose_secret())
        } else {
            (without_password(&settings.api_url), "")
        }
    }

    /// Remembers what the database does not have, until this CRM is closed.
    pub(super) fn hold_secrets(&mut self, id: IntegrationId, settings: &IntegrationSettings) {
        if self.keeps_secrets(settings) {
            self.held.remove(&id);
        } else {
            self.held.insert(id, Held { url: settings.api_url.clone(), key: settings.api_key.clone() });
        }
    }

    /// Puts them back into settings that were read.
    pub(super) fn with_secrets(&self, id: IntegrationId, settings: &mut IntegrationSettings) {
        if let Some(held) = self.held.get(&id) {
            settings.api_url.clone_from(&held.url);
            settings.api_key.clone_from(&held.key);
        }
    }

    /// Gives an integration of a file the secrets it needs to call its shop: they are held, not stored.
    ///
    /// # Errors
    /// When there is no such integration.
    pub fn lend_secrets(&mut self, id: IntegrationId, url: &Url, key: &ApiKey) -> Result<(), CrmError> {
        self.integration(id)?;
        self.held.insert(id, Held { url: url.to_string(), key: key.clone() });
        Ok(())
    }

    /// Takes secrets out of a file that holds some although nobody said so, and tells of it.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn forget_secrets(&mut self) -> Result<(), CrmError> {
        let mut forgotten: Vec<(i64, String, String)> = Vec::new();
        let mut statement = self
            .connection
            .prepare("SELECT \"id\", \"settings\", \"apiUrl\", \"apiKey\" FROM \"integration\" ORDER BY \"id\"")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, settings, url, key): (_, String, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            // Settings that cannot be read say nothing on purpose.
            let settings: serde_json::Value = serde_json::from_str(&settings).unwrap_or_default();
            let is_kept = self.kept == Kept::All || settings["saveKey"] == true;
            let bare = without_password(&url);
            if !is_kept && (!key.is_empty() || bare != url) {
                forgotten.push((id, bare, settings["name"].as_str().unwrap_or("an integration").to_owned()));
            }
        }
        drop(rows);
        drop(statement);
        if forgotten.is_empty() {
            return Ok(());
        }
        for (id, url, _) in &forgotten {
            self.connection.execute(
                "UPDATE \"integration\" SET \"apiUrl\" = ?, \"apiKey\" = '' WHERE \"id\" = ?",
                params![url, id],
            )?;
        }
        self.sweep()?;
        let names: Vec<String> = forgotten.iter().map(|(.., name)| format!("\"{name}\"")).collect();
        self.notes.push(format!(
            "the API key and the password of the URL of {} were in the CRM file and are no longer: give them in \
             MOCKGENTO_API_KEY and MOCKGENTO_URL_PASSWORD or in a file (--api-key-file, --url-password-file); --save-key keeps \
             them in the CRM file",
            names.join(", ")
        ));
        Ok(())
    }

    /// Overwrites the secrets of settings that were replaced or deleted, if the file had any. Inside a transaction of the
    /// caller's that cannot be done.
    pub(super) fn sweep_after(&self, settings: &IntegrationSettings) -> Result<(), CrmError> {
        let (url, key) = self.stored_secrets(settings);
        let had_secrets = !key.is_empty() || without_password(&url) != url;
        if had_secrets && self.kept == Kept::OnPurpose && self.depth == 0 { self.sweep() } else { Ok(()) }
    }

    /// Overwrites what rows held before, in the file and in what waits to be written into it.
    fn sweep(&self) -> Result<(), CrmError> {
        self.connection.execute_batch("VACUUM")?;
        // Where somebody reads at the moment the log stays for now; its pages are written over by and by.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// A URL without its password; of a text that is no URL, what is before its last `@` goes.
pub(super) fn without_password(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.password().is_none() => text.to_owned(),
        Ok(mut url) => {
            // Fails only for URLs without a host, which have no password either.
            let _ = url.set_password(None);
            url.to_string()
        }
        Err(_) => text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| rest.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::WebsiteId;
    use crate::quirk::Quirks;
    use jiff::Timestamp;
    use std::path::Path;

    const KEY: &str = "oro-key-4711";
    const PASSWORD: &str = "hush-hush-4711";

    fn settings() -> IntegrationSettings {
        IntegrationSettings {
            api_url: format!("http://joe:{PASSWORD}@shop.example/api/v2_soap/?wsdl=1"),
            api_user: "oro".to_owned(),
            api_key: ApiKey::new(KEY),
            ..IntegrationSettings::default()
        }
    }

    fn opened(path: &Path) -> Crm {
        Crm::open(path, Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap()
    }

    fn holds(folder: &Path, secret: &str) -> bool {
        let mut files = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        files.any(|bytes| bytes.windows(secret.len()).any(|window| window == secret.as_bytes()))
    }

    #[test]
    fn a_file_keeps_no_secret_and_the_process_does() {
        let folder = tempfile::tempdir().unwrap();
        let mut crm = opened(&folder.path().join("crm.sqlite"));
        let id = crm.add_integration(&settings()).unwrap();
        assert_eq!(crm.integration(id).unwrap().settings, settings());
        assert!(!holds(folder.path(), KEY) && !holds(folder.path(), PASSWORD));
        // Saved again without a key, and the same shop is still known.
        let form = IntegrationSettings { website_id: WebsiteId(2), ..crm.integration(id).unwrap().settings };
        crm.save_integration(id, &form, &Quirks::default()).unwrap();
        let second = IntegrationSettings { name: "Second".to_owned(), website_id: WebsiteId(2), ..settings() };
        assert!(crm.add_integration(&second).is_err(), "a website of a URL is used once");
        drop(crm);
        assert!(!holds(folder.path(), KEY) && !holds(folder.path(), PASSWORD));
        let mut crm = opened(&folder.path().join("crm.sqlite"));
        assert!(crm.notes().is_empty(), "{:?}", crm.notes());
        let stored = crm.integration(id).unwrap().settings;
        assert_eq!(stored.api_url, "http://joe@shop.example/api/v2_soap/?wsdl=1");
        assert_eq!(stored.api_key.expose_secret(), "");
        crm.save_integration(id, &stored, &Quirks::default()).unwrap();
        assert!(crm.add_integration(&second).is_err(), "with the password or without");
        let url = settings().api_url.parse().unwrap();
        crm.lend_secrets(id, &url, &ApiKey::new(KEY)).unwrap();
        assert_eq!(crm.integration(id).unwrap().settings.api_key.expose_secret(), KEY);
    }

    #[test]
    fn secrets_that_are_kept_on_purpose_stay_until_they_are_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        let id = opened(&path).add_integration(&IntegrationSettings { save_key: true, ..settings() }).unwrap();
        let mut crm = opened(&path);
        assert!(crm.notes().is_empty());
        let kept = crm.integration(id).unwrap().settings;
        assert_eq!(kept.api_key.expose_secret(), KEY);
        crm.save_integration(id, &IntegrationSettings { save_key: false, ..kept }, &Quirks::default()).unwrap();
        drop(crm);
        assert!(!holds(folder.path(), KEY) && !holds(folder.path(), PASSWORD));
    }

    /// A file as versions before this one wrote it, with a key that was replaced and is still on a page.
    #[test]
    fn a_file_of_an_older_version_loses_its_secrets_when_it_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        let id = opened(&path).add_integration(&settings()).unwrap();
        let raw = rusqlite::Connection::open(&path).unwrap();
        for key in ["first-key-4711", KEY] {
            raw.execute("UPDATE integration SET apiKey = ?, apiUrl = ?", [key, &settings().api_url]).unwrap();
        }
        drop(raw);
        assert!(holds(folder.path(), KEY) && holds(folder.path(), PASSWORD));
        let crm = opened(&path);
        assert!(
            crm.notes().concat().contains("of \"Magento\" were in the CRM file and are no longer"),
            "{:?}",
            crm.notes()
        );
        for secret in [KEY, PASSWORD, "first-key-4711"] {
            assert!(!holds(folder.path(), secret), "{secret}");
        }
        assert_eq!(crm.integration(id).unwrap().settings.api_url, "http://joe@shop.example/api/v2_soap/?wsdl=1");
        drop(crm);
        assert!(opened(&path).notes().is_empty(), "it is run once");
    }

    #[test]
    fn a_url_loses_its_password_and_nothing_else() {
        for (url, expected) in [
            ("http://shop/?wsdl=1", "http://shop/?wsdl=1"),
            ("http://joe@shop/", "http://joe@shop/"),
            ("http://joe:p%40ss@shop:8085/x?y#z", "http://joe@shop:8085/x?y#z"),
            ("http://:pass@shop/", "http://shop/"),
            ("http://joe:pa@ss@[broken", "[broken"),
            ("no address", "no address"),
        ] {
            assert_eq!(without_password(url), expected, "{url}");
        }
    }
}
