//! What the integration form takes and refuses, in its words: sync spec, sections 1.1 to 1.3.

use jiff::civil::Date;

use super::ids::WebsiteId;
use super::settings::IntegrationSettings;

/// The key's label in the form.
const API_KEY: &str = "SOAP API Key";

/// Why settings cannot be saved, in the words of the form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A required field is empty.
    #[error("{0}: this value should not be blank")]
    Blank(&'static str),
    /// The name of the integration is empty or too long: it has this many characters.
    #[error("Name: between 3 and 255 characters, not {0}")]
    NameLength(usize),
    /// A text that is too long.
    #[error("{field}: at most {max} characters, not {found}")]
    TooLong {
        /// Label of the field.
        field: &'static str,
        /// The number of characters that fit.
        max: usize,
        /// The number of characters that were given.
        found: usize,
    },
    /// Another integration has the name.
    #[error("Name: an integration named \"{0}\" exists already; choose another name")]
    NameTaken(String),
    /// A website that is never offered.
    #[error("Website: {0} is no website to choose; -1 is all web sites")]
    Website(WebsiteId),
    /// A website that the shop does not have.
    #[error(
        "Website: {id} is not offered; choose one of {choices}. A list that is outdated is read anew by Check Connection"
    )]
    NotOffered {
        /// The id of the website that was chosen.
        id: WebsiteId,
        /// The websites that the form offers.
        choices: String,
    },
    /// The start date moved later.
    #[error(
        "Sync start date: New date should be less or equals than previously defined. ({new} is later than {stored}; leave it as it is, or name an earlier one while nothing is synced yet)"
    )]
    StartDateLater {
        /// The date asked for.
        new: Date,
        /// The date that is stored.
        stored: Date,
    },
    /// The start date changed although a sync was made.
    #[error(
        "Sync start date: once synchronization has been performed it is impossible to change it ({stored} is stored, not {new}); \
         leave it as it is, or use the profile orocrm-4.1, where it may move earlier"
    )]
    StartDateFixed {
        /// The date asked for.
        new: Date,
        /// The date that is stored.
        stored: Date,
    },
    /// A page that cannot hold the rows asked for by their ids.
    #[error("Page size: at least {min} rows, not {found}; rows that others refer to are asked for {min} at a time")]
    PageSize {
        /// Rows that must fit.
        min: usize,
        /// The number of rows that was given.
        found: usize,
    },
    /// The pair of URL and website is taken.
    #[error("Integration with this URL and website(s) is already used.")]
    Duplicate,
    /// A shared e-mail is none.
    #[error("Split By Full Name: This \"{0}\" is not a valid email address.")]
    Email(String),
}

/// Parses the "Split by Full Name" text: `;` and `,` separate (sync spec 1.2). With the quirk, duplicates that differ by
/// blanks survive and case matters.
pub fn parse_shared_emails(text: &str, quirk: bool) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for part in text.split([';', ',']) {
        let trimmed = part.trim();
        let key = if quirk { part.to_owned() } else { trimmed.to_lowercase() };
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        if !trimmed.is_empty() && trimmed != "0" {
            list.push(if quirk { trimmed.to_owned() } else { trimmed.to_lowercase() });
        }
    }
    list
}

/// Longest texts of the transport's columns.
const TEXT_LENGTH_MAX: usize = 255;

/// Rows by their ids come in one page, 25 at a time (sync spec 4.8).
const PAGE_SIZE_MIN: usize = 25;

impl IntegrationSettings {
    /// The settings as the form submits them: without a bridge there is no "Split by Full Name", and an empty key keeps
    /// the stored one (vectors 92 and 94).
    pub(super) fn submitted(&self, stored: Option<&Self>) -> Self {
        let mut settings = self.clone();
        if !settings.is_extension_installed {
            settings.shared_guest_email_list.clear();
        }
        if let Some(stored) = stored.filter(|_| settings.api_key.expose_secret().is_empty()) {
            settings.api_key = stored.api_key.clone();
        }
        settings
    }

    /// Checks what one form can know by itself. `key_may_be_missing` where it is given anew each time.
    pub(super) fn validate(&self, stored: Option<&Self>, key_may_be_missing: bool) -> Result<(), SettingsError> {
        if self.name.trim().is_empty() {
            return Err(SettingsError::Blank("Name"));
        }
        let length = self.name.chars().count();
        if !(3..=255).contains(&length) {
            return Err(SettingsError::NameLength(length));
        }
        for (label, value) in [
            ("SOAP WSDL URL", self.api_url.as_str()),
            ("SOAP API User", self.api_user.as_str()),
            (API_KEY, self.api_key.expose_secret()),
        ] {
            let may_be_missing = key_may_be_missing && label == API_KEY;
            if value.trim().is_empty() && !may_be_missing {
                return Err(SettingsError::Blank(label));
            }
            let found = value.chars().count();
            if found > TEXT_LENGTH_MAX {
                return Err(SettingsError::TooLong { field: label, max: TEXT_LENGTH_MAX, found });
            }
        }
        if self.website_id != WebsiteId::ALL && self.website_id < WebsiteId(1) {
            return Err(SettingsError::Website(self.website_id));
        }
        if !self.websites.is_empty() && self.websites.iter().all(|choice| choice.id != self.website_id) {
            let choices: Vec<String> =
                self.websites.iter().map(|choice| format!("{} ({})", choice.id, choice.label)).collect();
            return Err(SettingsError::NotOffered { id: self.website_id, choices: choices.join(", ") });
        }
        if let Some(found) = self.page_size.filter(|size| *size < PAGE_SIZE_MIN) {
            return Err(SettingsError::PageSize { min: PAGE_SIZE_MIN, found });
        }
        if let Some(stored) = stored
            && self.sync_start_date > stored.sync_start_date
        {
            return Err(SettingsError::StartDateLater { new: self.sync_start_date, stored: stored.sync_start_date });
        }
        match self.shared_guest_email_list.iter().find(|email| !is_email(email)) {
            Some(bad) => Err(SettingsError::Email(bad.clone())),
            None => Ok(()),
        }
    }
}

/// Whether a text looks like an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors 88 to 90 of the sync spec, and the recommended reading of Q-31.
    #[test]
    fn shared_emails_are_split_trimmed_and_deduplicated() {
        for (text, quirk, expected) in [
            (" ; 1 ; 2 , ; 3 , 4;  ", true, vec!["1", "2", "3", "4"]),
            ("1;1;2;2,3,3;4,4", true, vec!["1", "2", "3", "4"]),
            ("a@x.com, a@x.com", true, vec!["a@x.com", "a@x.com"]),
            ("a@x.com, A@X.com; ;0", false, vec!["a@x.com"]),
            ("a@x.com\nb@x.com", true, vec!["a@x.com\nb@x.com"]),
            ("", false, vec![]),
        ] {
            assert_eq!(parse_shared_emails(text, quirk), expected, "{text:?}");
        }
    }

    /// Vector 96.
    #[test]
    fn an_email_address_has_a_name_and_a_domain() {
        // Vector 96.
        for (text, expected) in [
            ("test@email.com", true),
            ("test_something_email.com", false),
            ("@email.com", false),
            ("a b@email.com", false),
            ("a@email.", false),
        ] {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }
}
