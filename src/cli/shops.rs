//! `mockgento serve --shops`: several shops in one process. Each of the file is what the command line says of one, by the same
//! words.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::path::Path;

use clap::Parser;
use indexmap::IndexMap;
use miette::miette;
use serde::Deserialize;

use super::serve::ServeArgs;
use super::usage;
use crate::bounded;
use crate::place::At;
use crate::shop::acl::API_KEY_LENGTH_MIN;
use crate::written_value::Value;
use crate::yaml_mistake;

/// Words of the command line that a shop of the file may have; those that stand alone, and those that name a file.
const FLAGS: &[&str] = &["wsi", "exact-wsdl", "mend-wsdl", "no-admin"];
const FILES: &[&str] = &["seed", "module", "stubs", "overrides"];
const VALUES: &[&str] = &["listen", "bridge", "flavor", "web-server", "wsdl", "user", "key", "now"];
/// Those that may be given more than once.
const SEVERAL: &[&str] = &["module", "stubs"];
/// Any free port, where neither the file nor the command line says anything.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopsFile {
    shops: IndexMap<At<String>, IndexMap<At<String>, At<Value>>>,
}

/// One shop of the file.
pub(super) struct NamedShop {
    pub(super) name: String,
    /// File, line and column where it begins.
    pub(super) place: String,
    pub(super) args: ServeArgs,
}

/// The words of one shop, for clap.
#[derive(Parser)]
#[command(name = "shop", no_binary_name = true, disable_help_flag = true)]
struct OneShop {
    #[command(flatten)]
    args: ServeArgs,
}

/// The shops of a file, as if each stood on a command line; paths are relative to the file. The first that does not say where
/// it listens does so at `listen`, the others on any free port of that address: several shops cannot share one.
pub(super) fn read(path: &Path, listen: Option<SocketAddr>) -> miette::Result<Vec<NamedShop>> {
    let name = path.display().to_string();
    let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX)
        .map_err(|error| miette!(help = "give a YAML file of shops", "cannot read {name}: {error}"))?;
    let file: ShopsFile = serde_saphyr::from_str(&text).map_err(|error| {
        let (line, column, message) = yaml_mistake::of(&error, &text, &yaml_mistake::SHOPS, |_| true).in_one_line();
        miette!(help = HELP, "{name}:{line}:{column}: {message}")
    })?;
    if file.shops.is_empty() {
        return Err(miette!(help = HELP, "{name}: there is no shop in it"));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let source = Source { name: &name, text: &text, folder };
    let mut next = listen.unwrap_or(LISTEN);
    let mut shops = Vec::new();
    for (shop, words) in &file.shops {
        let says_where = words.keys().any(|word| word.get() == "listen");
        let args = one(&source, shop.get(), words, next)?;
        if !says_where {
            next.set_port(0);
        }
        shops.push(NamedShop { name: shop.get().clone(), place: format!("{name}:{}", shop.place()), args });
    }
    Ok(shops)
}

const HELP: &str = "write such as: shops: {live: {seed: corner-shop, listen: \"127.0.0.1:8085\"}, staging: {wsi: yes}}";

/// The file that is read.
struct Source<'a> {
    name: &'a str,
    text: &'a str,
    folder: &'a Path,
}

fn one(
    source: &Source<'_>,
    shop: &str,
    words: &IndexMap<At<String>, At<Value>>,
    listen: SocketAddr,
) -> miette::Result<ServeArgs> {
    let mut line: Vec<String> = Vec::new();
    for (word, value) in words {
        let file = format!("{}:{}", source.name, word.place());
        let word = word.get();
        let unknown = || {
            let known = FLAGS.iter().chain(FILES).chain(VALUES).copied();
            let nearest = crate::nearest::nearest(word, known);
            let help = nearest.map_or_else(|| HELP.to_owned(), |name| format!("did you mean {name}?"));
            miette!(help = help, "{file}: {shop}: there is no {word}")
        };
        if FLAGS.contains(&word.as_str()) {
            match value.get() {
                Value::Bool(true) => line.push(format!("--{word}")),
                Value::Bool(false) => {}
                Value::Text(text) if text == "yes" => line.push(format!("--{word}")),
                Value::Text(text) if text == "no" => {}
                _ => return Err(miette!(help = "write yes or no", "{file}: {shop}: {word} is yes or no")),
            }
            continue;
        }
        let is_file = FILES.contains(&word.as_str());
        if !is_file && !VALUES.contains(&word.as_str()) {
            return Err(unknown());
        }
        let texts: Option<Vec<Cow<'_, str>>> = match value.get() {
            Value::Text(_) | Value::Fraction => value.text(source.text).map(|text| vec![text]),
            Value::List(items) => items.iter().map(|item| item.text(source.text)).collect(),
            Value::Bool(_) | Value::Null | Value::Record(_) => None,
        };
        let Some(texts) = texts else {
            return Err(miette!(help = HELP, "{file}: {shop}: {word} wants a value"));
        };
        if let Some(second) = texts.get(1).filter(|_| !SEVERAL.contains(&word.as_str())) {
            let help = "write one, or a second shop";
            return Err(miette!(help = help, "{file}: {shop}: {word} has one value, and here is {second} too"));
        }
        for text in texts {
            let is_path = is_file && (text.contains('/') || text.contains('.') || word == "module");
            let text = if is_path { source.folder.join(&*text).display().to_string() } else { text.into_owned() };
            line.extend([format!("--{word}"), text]);
        }
    }
    if !words.keys().any(|word| word.get() == "listen") {
        line.extend(["--listen".to_owned(), listen.to_string()]);
    }
    let given = |wanted: &str| words.keys().find(|word| word.get() == wanted);
    let place_of = |word: &At<String>| format!("{}:{}", source.name, word.place());
    if let (None, Some(key)) = (given("user"), given("key")) {
        let help = "write `user: …` beside it; the users of a seed have keys of their own";
        return Err(miette!(help = help, "{}: {shop}: there is a key and no user whose key it is", place_of(key)));
    }
    let args = OneShop::try_parse_from(line).map(|read| read.args).map_err(|error| {
        let whole = usage::remedied(&error, &error.render().to_string(), &[]);
        let first = whole.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let is_meant = |word: &&At<String>| first.contains(&format!("'--{} ", word.get()));
        let place = words.keys().find(is_meant).map_or_else(|| source.name.to_owned(), place_of);
        miette!(help = "`mockgento serve --help` says what each word takes", "{place}: {shop}: {first}")
    })?;
    if let (Some(user), Err(_)) = (given("user"), args.user()) {
        let help =
            format!("write `key: …` beside it, {API_KEY_LENGTH_MIN} characters or more, or set MOCKGENTO_API_KEY");
        return Err(miette!(help = help, "{}: {shop}: the user has no key", place_of(user)));
    }
    Ok(args)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(yaml: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shops.yaml");
        std::fs::write(&path, yaml).unwrap();
        match read(&path, None) {
            Ok(shops) => shops.iter().map(|shop| format!("{} {:?}", shop.name, shop.args)).collect(),
            Err(report) => format!("{report}; {}", report.help().map(|help| help.to_string()).unwrap_or_default()),
        }
    }

    #[test]
    fn each_shop_has_the_words_of_the_command_line() {
        let both = told(
            "shops: {one: {seed: a.yaml, wsi: yes, module: [x, z]}, two: {listen: \"127.0.0.1:8085\", bridge: none}}",
        );
        for said in [
            "one ServeArgs { listen: Some(127.0.0.1:0)",
            "two ServeArgs { listen: Some(127.0.0.1:8085)",
            "wsi: true",
            "/a.yaml\"",
            "/x\"",
        ] {
            assert!(both.contains(said), "{said}: {both}");
        }
        for (yaml, said) in [
            ("shops: {}", "there is no shop in it"),
            ("shop: {}", "shops.yaml:1:1: `shop` is not known here; did you mean `shops`?"),
            ("shops: {one: {sed: x}}", "one: there is no sed; did you mean seed?"),
            ("shops: {one: {wsi: maybe}}", "wsi is yes or no"),
            ("shops: {one: {flavor: magento-3}}", "one: invalid value 'magento-3'"),
            ("shops: {one: {listen: here}}", "one: invalid value 'here'"),
            ("shops: {one: {shops: x.yaml}}", "one: there is no shops"),
            ("shops:\n  one:\n    user: ann", "shops.yaml:3:5: one: the user has no key; write `key: …` beside it"),
            (
                "shops: {one: {key: abcdef}}",
                "shops.yaml:1:15: one: there is a key and no user whose key it is; write `user",
            ),
            (
                "shops: {one: {user: [a, b], key: abcdef}}",
                "shops.yaml:1:15: one: user has one value, and here is b too",
            ),
            ("shops: {one: {now: soon}}", "shops.yaml:1:15: one: invalid value 'soon'"),
            ("shops: {one: {seed: {a: b}}}", "shops.yaml:1:15: one: seed wants a value"),
        ] {
            let told = told(yaml);
            assert!(told.contains(said), "{yaml}: {told}");
        }
    }

    #[test]
    fn the_address_of_the_command_line_is_that_of_the_first_shop_that_says_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shops.yaml");
        std::fs::write(&path, "shops: {a: {listen: \"127.0.0.1:9000\"}, b: {}, c: {}}").unwrap();
        for (given, expected) in [
            (None, ["127.0.0.1:9000", "127.0.0.1:0", "127.0.0.1:0"]),
            (Some("0.0.0.0:8085"), ["127.0.0.1:9000", "0.0.0.0:8085", "0.0.0.0:0"]),
        ] {
            let shops = read(&path, given.map(|address| address.parse().unwrap())).unwrap();
            let listen: Vec<String> = shops.iter().map(|shop| shop.args.listen().to_string()).collect();
            assert_eq!(listen, expected);
            assert!(shops[1].place.ends_with("shops.yaml:1:40"), "{}", shops[1].place);
        }
    }
}
