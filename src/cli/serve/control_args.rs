//! Who may use the control API of a shop.

use clap::Args;
use miette::miette;

use crate::cli::key_args::masked_key;
use crate::secret::ApiKey;
use crate::server::{AdminApi, TOKEN_CHARACTERS_MIN, Token};

/// Whether there is a control API, and for whom.
#[derive(Debug, Args)]
pub(super) struct ControlArgs {
    /// Do not serve the control API and the console at `/__admin`, which programs on this machine may use otherwise.
    #[arg(long)]
    pub(super) no_admin: bool,
    /// Let programs on other machines use the control API too when they send this token as `Authorization: Bearer TOKEN`; sixteen
    /// characters or more, better given in the environment (`MOCKGENTO_ADMIN_TOKEN`). What a container needs.
    #[arg(long, value_name = "TOKEN", value_parser = masked_key, conflicts_with = "no_admin")]
    admin_token: Option<ApiKey>,
    /// What is in the environment is there for all shops of a file, of which one may do without.
    #[arg(
        long = "admin-token-of-environment", env = "MOCKGENTO_ADMIN_TOKEN", hide = true, hide_env_values = true,
        value_parser = masked_key
    )]
    admin_token_of_environment: Option<ApiKey>,
}

impl ControlArgs {
    pub(super) fn token(&self) -> Option<&ApiKey> {
        self.admin_token.as_ref().or(self.admin_token_of_environment.as_ref())
    }

    /// Who may use the control API.
    pub(super) fn api(&self) -> miette::Result<AdminApi> {
        if self.no_admin {
            return Ok(AdminApi::Off);
        }
        let Some(text) = self.token() else { return Ok(AdminApi::Loopback) };
        let help = format!(
            "give {TOKEN_CHARACTERS_MIN} characters or more that nobody guesses, such as those of `openssl rand -hex 16`"
        );
        let token = Token::new(text.expose_secret())
            .ok_or_else(|| miette!(help = help, "the token of --admin-token is too short"))?;
        Ok(AdminApi::Token(token))
    }
}
