//! Addresses on the command line. clap prints the value it refuses, and an address may hold a password however broken it
//! is; so a refusal here tells what is wrong and never the value.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};
use url::Url;

use crate::transport::Origin;

/// Reads the address of a shop.
#[derive(Clone, Debug)]
pub(super) struct ShopUrl;

/// Reads an address of which only scheme, host and port count.
#[derive(Clone, Debug)]
pub(super) struct OriginUrl;

impl TypedValueParser for ShopUrl {
    type Value = Url;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Url, clap::Error> {
        read(&value.to_string_lossy()).map_err(|problem| refused(command, arg, &problem))
    }
}

impl TypedValueParser for OriginUrl {
    type Value = Origin;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Origin, clap::Error> {
        let url = read(&value.to_string_lossy()).map_err(|problem| refused(command, arg, &problem))?;
        Origin::of(&url).ok_or_else(|| refused(command, arg, NOT_HTTP))
    }
}

/// Reads the address of Magento's admin pages, or none.
#[derive(Clone, Debug)]
pub(super) struct AdminUrl;

impl TypedValueParser for AdminUrl {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        let text = value.to_string_lossy();
        if text.is_empty() {
            return Ok(String::new());
        }
        let url = read(&text).map_err(|problem| refused(command, arg, &problem))?;
        if url.username().is_empty() && url.password().is_none() {
            return Ok(text.into_owned());
        }
        Err(refused(command, arg, "it is shown and kept as it is; leave user and password out"))
    }
}

/// A usage error about an argument, without its value.
pub(super) fn refused(command: &Command, arg: Option<&Arg>, problem: &str) -> clap::Error {
    let name = arg.map(ToString::to_string).unwrap_or_else(|| "the address".to_owned());
    clap::Error::raw(ErrorKind::ValueValidation, format!("{name}: {problem}\n")).with_cmd(command)
}

const NOT_HTTP: &str = "not an http:// or https:// address; write it as https://shop.example/api/v2_soap/?wsdl=1";

/// What an address is, or what is wrong with it, in words that do not repeat it.
pub(super) fn read(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| match text.contains('@') {
        true => format!("{error}; write :, /, ?, # and @ in user and password as %3A, %2F, %3F, %23 and %40"),
        false => format!("{error}; write it as https://shop.example/api/v2_soap/?wsdl=1"),
    })?;
    if Origin::of(&url).is_none() {
        return Err(NOT_HTTP.to_owned());
    }
    // Where a password holds one of /?#, the address ends in the midst of it and the rest is taken for a path.
    let after_host = [Some(url.path()), url.query(), url.fragment()];
    if after_host.into_iter().flatten().any(|part| part.contains('@')) {
        return Err(
            "there is an @ behind the host; write /, ?, # and @ in user and password as %2F, %3F, %23 and %40, and \
                    elsewhere @ as %40"
                .to_owned(),
        );
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_an_address_is_told_without_it() {
        for good in
            ["http://shop.example/api/v2_soap/?wsdl=1", " https://joe:p%40ss@shop.example:8443/ ", "http://[::1]:8085/"]
        {
            assert!(read(good).is_ok(), "{good}");
        }
        for (bad, expected) in [
            ("http://joe:s3cret@", "empty host"),
            ("http://joe:s3cret@[shop/", "as %3A"),
            ("http://joe:s3cret@shop:port/", "invalid port"),
            ("http://joe:s3/cret@shop/", "invalid port number"),
            ("http://joe:12/s3cret@shop/", "an @ behind the host"),
            ("http://joe:12?s3cret@shop/", "an @ behind the host"),
            ("http://joe:12#s3cret@shop/", "an @ behind the host"),
            ("//joe:s3cret@shop/", "relative URL"),
            ("joe:s3cret@shop", "not an http:// or https:// address"),
            ("ftp://joe:s3cret@shop/", "not an http:// or https:// address"),
            ("shop.example", "relative URL"),
            ("s3cret", "relative URL"),
            ("", "relative URL"),
        ] {
            let problem = read(bad).unwrap_err();
            assert!(
                problem.contains(expected) && !problem.contains("s3cret") && !problem.contains("cret@"),
                "{problem}"
            );
        }
    }
}
