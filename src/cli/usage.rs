//! What is said about wrong arguments. clap repeats what it does not understand, and a secret may be in it: in an address
//! given where none belongs, or in a flag with a typing error.

use std::io::{IsTerminal as _, Write as _};

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::ExitCode;
use crate::nearest;
use crate::secret::MASK;

/// Commands that take secrets.
const TAKING_SECRETS: [&str; 6] = ["check", "compare", "sync", "record", "crm", "serve"];

/// Variables of the environment that hold secrets.
const SECRET_VARIABLES: [&str; 3] = ["MOCKGENTO_API_KEY", "MOCKGENTO_API_KEY_2", "MOCKGENTO_URL_PASSWORD"];

/// Shorter values are no secrets of anybody.
const SECRET_BYTES_MIN: usize = 3;

/// Prints help, the version or what is wrong, each to its stream.
pub(super) fn tell(usage: clap::Error) -> ExitCode {
    if !usage.use_stderr() {
        let _ = usage.print();
        return ExitCode::AsExpected;
    }
    let arguments: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let mut secrets: Vec<String> = SECRET_VARIABLES.into_iter().filter_map(|name| std::env::var(name).ok()).collect();
    let stray = match usage.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) if !word.starts_with(['-', '<', '[']) => Some(word.clone()),
        _ => None,
    };
    let plain = usage.render().to_string();
    let text = remedied(&usage, &plain, &arguments);
    // A word that belongs to no flag, where keys are given: it may be one.
    let takes_secrets = arguments.iter().any(|word| TAKING_SECRETS.contains(&word.as_str()));
    secrets.extend(stray.filter(|_| takes_secrets));
    let is_as_it_was = text == plain && shown(&text, &arguments, &secrets) == text;
    if is_as_it_was && std::io::stderr().is_terminal() && !has_active(&text) {
        // With its colours.
        let _ = usage.print();
    } else {
        let _ = write!(super::output::stderr(), "{}", shown(&text, &arguments, &secrets));
    }
    ExitCode::InputWrong
}

/// The text with words that help in the place of what the standard library says of a value, and the nearest command.
pub(super) fn remedied(usage: &clap::Error, text: &str, arguments: &[String]) -> String {
    let context = |kind| match usage.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    match usage.kind() {
        ErrorKind::ValueValidation => {
            let Some(said) = std::error::Error::source(usage).map(ToString::to_string) else { return text.to_owned() };
            let argument = context(ContextKind::InvalidArg);
            match remedy(argument, context(ContextKind::InvalidValue), &said) {
                Some(remedy) => text.replacen(&said, &remedy, 1),
                None => text.to_owned(),
            }
        }
        ErrorKind::InvalidSubcommand if usage.get(ContextKind::SuggestedSubcommand).is_none() => {
            let wrong = context(ContextKind::InvalidSubcommand);
            let (above, meant) = nearest_command(wrong, arguments);
            let help = match meant {
                Some(meant) => format!("\n\n  tip: did you mean '{meant}'?\n"),
                None => format!("\n\n  tip: '{above} --help' lists the commands\n"),
            };
            text.replacen(&format!("'{wrong}'\n"), &format!("'{wrong}'{help}"), 1)
        }
        ErrorKind::UnknownArgument => {
            let word = context(ContextKind::InvalidArg);
            let is_negative = word.strip_prefix('-').is_some_and(|digits| digits.parse::<f64>().is_ok());
            match (is_negative, text.find("  tip: ")) {
                (true, Some(tip)) => {
                    let rest = text[tip..].find('\n').map_or("", |end| &text[tip + end..]);
                    format!("{}  tip: a number here is 0 or more{rest}", &text[..tip])
                }
                (true, None) => {
                    let found = format!("'{word}' found\n");
                    text.replacen(&found, &format!("{found}\n  tip: a number here is 0 or more\n"), 1)
                }
                (false, Some(tip)) if text[tip..].starts_with("  tip: to pass '-") => {
                    let rest = text[tip..].find('\n').map_or("", |end| &text[tip + end..]);
                    format!("{}  tip: --help lists the flags{rest}", &text[..tip])
                }
                (false, None) if !word.starts_with('-') => {
                    let found = format!("'{word}' found\n");
                    let tip = "\n  tip: this command takes no further words; --help shows its flags\n";
                    text.replacen(&found, &format!("{found}{tip}"), 1)
                }
                _ => text.to_owned(),
            }
        }
        _ => text.to_owned(),
    }
}

/// Forms of values, by the name that the help has for them.
const FORMS: [(&str, &str); 3] = [
    ("DATE", "write a date as YEAR-MONTH-DAY, such as 2024-03-10"),
    ("INSTANT", "write a UTC time such as 2024-03-10T12:00:00Z"),
    ("ADDRESS", "write HOST:PORT with the host as numbers, such as 127.0.0.1:8085; port 0 takes any free one"),
];

/// What the standard library says of numbers, in words that help.
const NUMBERS: [(&str, &str); 8] = [
    ("invalid digit found in string", "write a whole number in digits, such as 10"),
    ("cannot parse integer from empty string", "write a whole number in digits, such as 10"),
    ("number would be zero for non-zero type", "write 1 or more"),
    ("number too large to fit in target type", "the number is too large"),
    ("number too small to fit in target type", "the number is too small"),
    ("invalid float literal", "write a number such as 2 or 0.5"),
    ("cannot parse float from empty string", "write a number such as 2 or 0.5"),
    ("provided string was not `true` or `false`", "write true or false"),
];

/// What to write instead of a value; none when what is said of it helps already.
fn remedy(argument: &str, value: &str, said: &str) -> Option<String> {
    if let Some((_, words)) = NUMBERS.iter().find(|(of_std, _)| *of_std == said) {
        return Some((*words).to_owned());
    }
    let (_, form) = FORMS.iter().find(|(name, _)| argument.contains(&format!("<{name}>")))?;
    let is_port = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let host = value.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map(|(host, _)| host);
    Some(match (argument.contains("<ADDRESS>"), is_port, host) {
        (true, true, _) => format!("the host is missing; write 127.0.0.1:{value}"),
        (true, false, Some("localhost")) => format!("write {}", value.replacen("localhost", "127.0.0.1", 1)),
        _ => (*form).to_owned(),
    })
}

/// The command above a wrong one, and what may be meant among those beside it.
fn nearest_command(wrong: &str, arguments: &[String]) -> (String, Option<String>) {
    let mut command = super::command();
    let mut above = command.get_name().to_owned();
    for word in arguments.iter().skip(1).take_while(|word| *word != wrong) {
        if let Some(within) = command.find_subcommand(word) {
            above = format!("{above} {word}");
            command = within.clone();
        }
    }
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let meant = nearest::meant(wrong, names.iter().copied()).map(str::to_owned);
    (above, meant)
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
    // One or two characters hide nothing, and masking them makes any text unreadable.
    masks.retain(|(secret, _)| secret.len() >= SECRET_BYTES_MIN);
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
