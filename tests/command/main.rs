//! The commands as a user types them: what they print, write and exit with.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test may fail it")]

mod bad_input;
#[cfg(target_os = "linux")]
mod ci_setup;
#[cfg(unix)]
mod clients;
mod clients_in_trouble;
mod compare;
mod compare_modules;
#[cfg(unix)]
mod completions;
mod crm_buttons;
mod crm_place;
mod documented;
mod dry_run;
mod explore;
mod explore_edits;
#[cfg(unix)]
mod external_client;
mod frozen;
mod handbook;
mod honest_ends;
#[cfg(target_os = "linux")]
mod hostile;
mod image;
mod init;
mod integration_form;
mod looking_closer;
#[cfg(target_os = "linux")]
mod mistakes;
mod own_modules;
mod ready;
mod record;
mod reports;
mod secrets;
mod secrets_of_scenarios;
mod stored_shop;
#[path = "../support/mod.rs"]
mod support;
mod sync;
mod terminal;
#[cfg(target_os = "linux")]
mod tour;
mod truth;
mod workflows;
