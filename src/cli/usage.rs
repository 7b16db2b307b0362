//! What is said about wrong arguments. clap repeats what it does not understand, and a secret may be in it: in an address
//! given where none belongs, or in a flag with a typing error.

use std::io::{IsTerminal as _, Write as _};

use clap::error::{ContextKind, ContextValue};

use super::ExitCode;
use crate::secret::MASK;

/// Commands that take secrets.
const TAKING_SECRETS: [&str; 6] = ["check", "compare", "sync", "record", "crm", "serve"];

/// Variables of the environment that hold secrets.
const SECRET_VARIABLES: [&str; 3] = ["MOCKGENTO_API_KEY", "MOCKGENTO_API_KEY_2", "MOCKGENTO_URL_PASSWORD"];

/// Prints help, the version or what is wrong, each to its stream.
pub(super) fn tell(usage: clap::Error) -> ExitCode {
    if !usage.use_stderr() {
        let _ = usage.print();
        return ExitCode::AsExpected;
    }
    let arguments: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let mut secrets: Vec<String> = SECRET_VARIABLES.into_iter().filter_map(|name| std::env::var(name).ok()).collect();
    let stray = match usage.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) if !word.starts_with('-') => Some(word.clone()),
        _ => None,
    };
    let rendered = usage.render();
    let text = rendered.to_string();
    // A word that belongs to no flag, where keys are given: it may be one.
    let takes_secrets = arguments.iter().any(|word| TAKING_SECRETS.contains(&word.as_str()));
    secrets.extend(stray.filter(|_| takes_secrets));
    if shown(&text, &arguments, &secrets) == text && std::io::stderr().is_terminal() && !has_active(&text) {
        // With its colours.
        let _ = usage.print();
    } else {
        let _ = write!(super::output::stderr(), "{}", shown(&text, &arguments, &secrets));
    }
    ExitCode::InputWrong
}

fn has_active(text: &str) -> bool {
    text.contains(crate::printable::is_active)
}

/// The text with the secrets of the command line masked.
fn shown(text: &str, arguments: &[String], variables: &[String]) -> String {
    let mut masks: Vec<(String, String)> = Vec::new();
    let mut follows_secret = false;
    for argument in arguments {
        let value = match argument.split_once('=').filter(|_| argument.starts_with("--")) {
            Some((flag, value)) => {
                if is_secret_flag(flag) {
                    masks.push((value.to_owned(), MASK.to_owned()));
                }
                value
            }
            None => {
                if follows_secret {
                    masks.push((argument.clone(), MASK.to_owned()));
                }
                argument
            }
        };
        follows_secret = is_secret_flag(argument);
        if let Some((before, after)) = value.rsplit_once('@')
            && before.contains(':')
        {
            masks.push((value.to_owned(), format!("{MASK}@{after}")));
            // clap shows a part of what it takes for several flags.
            masks.push((before.to_owned(), MASK.to_owned()));
        }
    }
    masks.extend(variables.iter().map(|secret| (secret.clone(), MASK.to_owned())));
    masks.retain(|(secret, _)| !secret.is_empty());
    // The longest first, so that no part of one is masked before the whole.
    masks.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
    masks.iter().fold(text.to_owned(), |text, (secret, mask)| text.replace(secret.as_str(), mask))
}

/// Whether a flag, however it is spelled, is followed by a secret and not by a file that holds one.
fn is_secret_flag(flag: &str) -> bool {
    let flag = flag.to_ascii_lowercase();
    let names_one = ["key", "api", "passw", "secret", "session"].iter().any(|word| flag.contains(word));
    flag.starts_with("--")
        && names_one
        && !flag.contains("file")
        && !["--save-key", "--forget-key", "--client-key"].contains(&flag.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clap_repeats_holds_no_secret() {
        for (arguments, text, expected) in [
            (
                &["check", "http://joe:hush@shop/"][..],
                "unexpected argument 'http://joe:hush@shop/' found",
                "unexpected argument '***@shop/' found",
            ),
            (
                &["check", "--wsi=http://joe:hush@shop/"],
                "value 'http://joe:hush@shop/' for --wsi",
                "value '***@shop/' for --wsi",
            ),
            (&["check", "joe:hu@sh@shop"], "'joe:hu@sh@shop'", "'***@shop'"),
            (&["check", "--api-kee=hush"], "'--api-kee=hush'", "'--api-kee=***'"),
            (&["check", "--apikey", "hush"], "unexpected argument 'hush'", "unexpected argument '***'"),
            (&["check", "--KEY", "hush"], "'hush'", "'***'"),
            (&["check", "--api-key-file", "hush.txt"], "'hush.txt'", "'hush.txt'"),
            (&["check", "oro-key-1"], "'oro-key-1'", "'***'"),
            (&["check", "a@b.example"], "'a@b.example'", "'a@b.example'"),
        ] {
            let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
            assert_eq!(shown(text, &arguments, &["oro-key-1".to_owned()]), expected);
        }
    }
}
