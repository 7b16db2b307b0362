//! Where a database is, as its users write it: `postgresql://user:password@host/name`, `mysql://…`, `sqlite:path`.

use std::fmt;
use std::path::PathBuf;

use url::Url;

use crate::secret::{MASK, Password};

/// The database product that an address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    Mysql,
    /// A file of SQLite.
    Sqlite,
}

impl Product {
    /// The name of the database product, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Sqlite => "SQLite",
        }
    }
}

/// How an address begins, and whose it is.
const SCHEMES: &[(&str, Product)] = &[
    ("postgresql", Product::Postgres),
    ("postgres", Product::Postgres),
    ("mysql", Product::Mysql),
    ("mariadb", Product::Mysql),
    ("sqlite", Product::Sqlite),
];

/// Where a database is and who asks. Printed, it has no password.
#[derive(Clone)]
pub struct Dsn {
    product: Product,
    whole: Password,
    shown: String,
}

/// Why a text is not the address of a database. The text itself, which may hold a password, is not in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; write postgresql://user:password@host/name, mysql://user:password@host/name or sqlite:path/to/file")]
pub struct NoDsn(pub String);

impl Dsn {
    /// Reads an address.
    ///
    /// # Errors
    /// When it begins like none that is known, or has no host.
    pub fn parse(text: &str) -> Result<Self, NoDsn> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(NoDsn("this is no address of a database".to_owned()));
        };
        let Some((_, product)) = SCHEMES.iter().find(|(known, _)| scheme.eq_ignore_ascii_case(known)) else {
            return Err(NoDsn(format!("no database is known by `{}:`", crate::printable::printable(scheme))));
        };
        let product = *product;
        if product == Product::Sqlite {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() {
                return Err(NoDsn("it names no file".to_owned()));
            }
            return Ok(Self { product, whole: Password::new(text), shown: format!("sqlite:{path}") });
        }
        let url = Url::parse(text).map_err(|cause| NoDsn(format!("it is no URL: {cause}")))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(NoDsn("it names no host".to_owned()));
        }
        Ok(Self { product, whole: Password::new(text), shown: shown(url) })
    }

    /// The same with that password, where it names a user and has none.
    #[must_use]
    pub fn with_password(&self, password: &Password) -> Self {
        let Ok(mut url) = Url::parse(self.whole.expose_secret()) else { return self.clone() };
        if self.needs_password() && url.set_password(Some(password.expose_secret())).is_ok() {
            return Self { product: self.product, whole: Password::new(url.as_str()), shown: shown(url) };
        }
        self.clone()
    }

    /// Whether it names a user and no password.
    pub fn needs_password(&self) -> bool {
        Url::parse(self.whole.expose_secret()).is_ok_and(|url| !url.username().is_empty() && url.password().is_none())
    }

    /// Which database it is of.
    pub fn product(&self) -> Product {
        self.product
    }

    /// The same; a relative path of a file begins in that folder.
    #[must_use]
    pub fn below(&self, folder: &std::path::Path) -> Self {
        let file = self.file();
        if self.product != Product::Sqlite || file.is_absolute() {
            return self.clone();
        }
        let path = folder.join(file).display().to_string();
        Self { product: self.product, whole: Password::new(format!("sqlite:{path}")), shown: format!("sqlite:{path}") }
    }

    /// What of an address must not be shown: all of it, and its password.
    pub fn secrets_of(address: &str) -> Vec<String> {
        let Ok(url) = Url::parse(address) else { return Vec::new() };
        let written = url.password().map(str::to_owned);
        // What is escaped in an address is not in what a program says.
        let plain = written.iter().flat_map(|text| {
            let text = text.replace('+', "%2B");
            url::form_urlencoded::parse(text.as_bytes()).map(|(plain, _)| plain.into_owned()).collect::<Vec<_>>()
        });
        let named = url.query_pairs().filter(|(name, _)| name == "password").map(|(_, value)| value.into_owned());
        let passwords: Vec<String> =
            written.iter().cloned().chain(plain).chain(named).filter(|one| !one.is_empty()).collect();
        if passwords.is_empty() { passwords } else { [address.to_owned()].into_iter().chain(passwords).collect() }
    }

    /// All of it, for the driver.
    #[cfg(feature = "databases")]
    pub(super) fn whole(&self) -> &str {
        self.whole.expose_secret()
    }

    /// The file of an SQLite database.
    pub(super) fn file(&self) -> PathBuf {
        let rest = self.whole.expose_secret().split_once(':').map_or("", |(_, rest)| rest);
        PathBuf::from(rest.strip_prefix("//").unwrap_or(rest))
    }
}

/// Without the password; parameters may hold keys as well.
fn shown(mut url: Url) -> String {
    if url.password().is_some() {
        // A URL with a host can have a password.
        let _ = url.set_password(Some(MASK));
    }
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_its_password_never_shown() {
        for (text, product, shown) in [
            ("postgresql://u:s3cret@db.example:5432/crm", Product::Postgres, "postgresql://u:***@db.example:5432/crm"),
            ("postgres://u@localhost/crm?password=s3cret", Product::Postgres, "postgres://u@localhost/crm"),
            ("mysql://u:s3cret@127.0.0.1/crm?require_ssl=true", Product::Mysql, "mysql://u:***@127.0.0.1/crm"),
            ("MariaDB://u:s3cret@127.0.0.1/crm", Product::Mysql, "mariadb://u:***@127.0.0.1/crm"),
            ("sqlite:var/crm.sqlite", Product::Sqlite, "sqlite:var/crm.sqlite"),
            ("sqlite:///var/crm.sqlite", Product::Sqlite, "sqlite:/var/crm.sqlite"),
        ] {
            let dsn = Dsn::parse(text).unwrap();
            assert_eq!((dsn.product(), dsn.to_string().as_str()), (product, shown), "{text}");
            assert!(!format!("{dsn:?}").contains("s3cret"), "{text}");
        }
        assert_eq!(Dsn::parse("sqlite:///var/crm.sqlite").unwrap().file(), PathBuf::from("/var/crm.sqlite"));
    }

    #[test]
    fn what_must_not_be_shown_is_the_password_as_written_and_as_meant() {
        for (address, secrets) in [
            ("postgresql://u:p%40ss+x@h/d", &["postgresql://u:p%40ss+x@h/d", "p%40ss+x", "p@ss+x"][..]),
            ("postgresql://u@h/d?password=s3cret", &["postgresql://u@h/d?password=s3cret", "s3cret"]),
            ("postgresql://u@h/d", &[]),
            ("sqlite:crm.sqlite", &[]),
        ] {
            assert_eq!(Dsn::secrets_of(address), secrets, "{address}");
        }
    }

    #[test]
    fn what_is_no_address_is_said_without_the_text() {
        for (text, said) in [
            ("s3cret", "no address"),
            ("oracle:s3cret", "no database is known by `oracle:`"),
            ("sqlite:", "names no file"),
            ("mysql:s3cret", "no host"),
            ("postgresql://u:s3cret@/crm", ""),
        ] {
            let error = Dsn::parse(text).unwrap_err().to_string();
            assert!(error.contains(said) && !error.contains("s3cret"), "{text}: {error}");
        }
    }
}
