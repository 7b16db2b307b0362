//! The secrets of a shop: its API key and the password of its URL, from the environment, a file, the command line or, on a
//! terminal, a question. What is in the environment or in a file nobody else on the machine can read.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::Args;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use url::Url;

use super::output;
use crate::bounded;
use crate::database::Dsn;
use crate::secret::{ApiKey, Password};

/// Where the secrets of a shop are.
#[derive(Clone, Debug, Args)]
pub struct KeyArgs {
    /// SOAP API key. Everybody on the machine can read it here; better give it in the environment
    /// (`MOCKGENTO_API_KEY`) or in a file. On a terminal you are asked for it when it is given nowhere.
    #[arg(long, visible_alias = "api-key", value_name = "KEY", value_parser = masked_key)]
    key: Option<ApiKey>,
    #[arg(long = "key-of-environment", env = "MOCKGENTO_API_KEY", hide = true, hide_env_values = true, value_parser = masked_key)]
    key_of_environment: Option<ApiKey>,
    /// File whose first line is the SOAP API key.
    #[arg(long, visible_alias = "api-key-file", value_name = "FILE", conflicts_with = "key")]
    key_file: Option<PathBuf>,
    #[arg(
        long = "url-password-of-environment", env = "MOCKGENTO_URL_PASSWORD", hide = true, hide_env_values = true,
        value_parser = masked_password
    )]
    url_password_of_environment: Option<Password>,
    /// File whose first line is the password of the URL, for a URL with a user only; `MOCKGENTO_URL_PASSWORD` in the
    /// environment does the same.
    #[arg(long, value_name = "FILE")]
    url_password_file: Option<PathBuf>,
    /// What a CRM file keeps, on purpose.
    #[arg(skip)]
    kept: Option<ApiKey>,
    #[arg(skip)]
    asked_key: OnceLock<ApiKey>,
    #[arg(skip)]
    asked_password: OnceLock<Password>,
}

/// Never fails: clap would print the value it refuses.
pub(super) fn masked_key(text: &str) -> Result<ApiKey, std::convert::Infallible> {
    Ok(ApiKey::new(text))
}

pub(super) fn masked_password(text: &str) -> Result<Password, std::convert::Infallible> {
    Ok(Password::new(text))
}

impl KeyArgs {
    /// The API key if it was given: on the command line, else in a file, else in the environment.
    ///
    /// # Errors
    /// When the file cannot be read or holds none.
    pub fn given(&self) -> miette::Result<Option<ApiKey>> {
        if let Some(key) = &self.key {
            return Ok(Some(key.clone()));
        }
        match &self.key_file {
            Some(path) => key_of_file(path).map(Some),
            None => Ok(self.key_of_environment.clone()),
        }
    }

    /// The same, with the key that a CRM file keeps for when none is given.
    pub fn or_kept(self, kept: Option<ApiKey>) -> Self {
        Self { kept, ..self }
    }

    /// The API key, that which a CRM file keeps when it was not given; asked for on a terminal when there is none.
    ///
    /// # Errors
    /// When there is none.
    pub fn key(&self, user: &str) -> miette::Result<ApiKey> {
        if let Some(key) = self.given()?.or_else(|| self.kept.clone()) {
            return Ok(key);
        }
        if let Some(key) = self.asked_key.get() {
            return Ok(key.clone());
        }
        let typed = if may_ask() { ask(&format!("SOAP API key of \"{user}\": "))? } else { String::new() };
        if typed.is_empty() {
            return Err(miette!(
                help = "set MOCKGENTO_API_KEY, or give --api-key-file FILE",
                "the SOAP API key of \"{user}\" is missing"
            ));
        }
        Ok(self.asked_key.get_or_init(|| ApiKey::new(typed)).clone())
    }

    /// The URL with its password. One is looked for when the URL has a user and no password; a user may well have none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn url(&self, url: &Url) -> miette::Result<Url> {
        if url.username().is_empty() || url.password().is_some() {
            return Ok(url.clone());
        }
        let password = match &self.url_password_file {
            Some(path) => Some(Password::new(first_line(path)?)),
            None => self.url_password_of_environment.clone(),
        };
        let password = match password {
            Some(password) => password,
            None if !may_ask() => return Ok(url.clone()),
            None => match self.asked_password.get() {
                Some(password) => password.clone(),
                None => {
                    let host = url.host_str().unwrap_or_default();
                    let typed = ask(&format!("password of \"{}\" at {host} (empty for none): ", url.username()))?;
                    self.asked_password.get_or_init(|| Password::new(typed)).clone()
                }
            },
        };
        let mut whole = url.clone();
        let password = Some(password.expose_secret()).filter(|password| !password.is_empty());
        // Fails only for URLs without a host, which are refused before.
        let _ = whole.set_password(password);
        Ok(whole)
    }

    /// Says that a secret on the command line is none.
    pub fn warn(&self, url: &Url) {
        let mut warned = Vec::new();
        if self.key.is_some() {
            warned.push(("a key", "set MOCKGENTO_API_KEY or give --api-key-file FILE"));
        }
        if url.password().is_some() {
            let instead = "leave it out of the URL and set MOCKGENTO_URL_PASSWORD or give --url-password-file FILE";
            warned.push(("a password", instead));
        }
        for (what, instead) in warned {
            let _ = writeln!(
                output::stderr(),
                "warning: {what} on the command line can be read by everybody on this machine; {instead}"
            );
        }
    }
}

/// The password of a database, of a file, the environment or a question.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn password_of_database(
    dsn: &Dsn,
    file: Option<&Path>,
    of_environment: Option<&Password>,
) -> miette::Result<Option<Password>> {
    let password = match (file, of_environment) {
        (Some(path), _) => Password::new(first_line(path)?),
        (None, Some(password)) => password.clone(),
        (None, None) if may_ask() => Password::new(ask(&format!("password of {dsn} (empty for none): "))?),
        (None, None) => return Ok(None),
    };
    Ok(Some(password).filter(|password| !password.expose_secret().is_empty()))
}

/// The key in a file.
///
/// # Errors
/// When the file cannot be read or holds none.
pub(super) fn key_of_file(path: &Path) -> miette::Result<ApiKey> {
    match first_line(path)? {
        line if line.is_empty() => {
            Err(miette!(help = "put the key on the file's first line", "{} holds no API key", path.display()))
        }
        line => Ok(ApiKey::new(line)),
    }
}

fn first_line(path: &Path) -> miette::Result<String> {
    let said = || format!("cannot read {}", path.display());
    let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX).into_diagnostic().wrap_err_with(said)?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

/// Whether there is somebody to ask.
fn may_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn ask(question: &str) -> miette::Result<String> {
    let _ = write!(output::stderr(), "{question}");
    rpassword::read_password().into_diagnostic().wrap_err("cannot read the answer")
}
