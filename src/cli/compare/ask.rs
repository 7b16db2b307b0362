//! `--ask`: an operation of a module that somebody answers for, and what it is asked with.

use crate::compare::{ServiceFacts, WantedQuestion};
use crate::magento::Contract;
use crate::nearest::nearest;
use crate::place::At;
use crate::shop::Overrides;
use crate::soap::{SoapStruct, SoapValue};
use crate::written_value::Value;

/// Reads `acmeLoyaltyInfo` and `acmeLoyaltyInfo={customerId: 42}`.
pub(super) fn read(text: &str) -> Result<WantedQuestion, String> {
    let (operation, arguments) = match text.split_once('=') {
        None => (text, None),
        Some((operation, arguments)) => (operation, Some(arguments)),
    };
    if Contract::shared().operation(operation).is_some() {
        return Err(format!("{operation} is no operation of a module; what Magento's own are asked is known"));
    }
    let arguments = arguments.map(|written| {
        let no_record = || "the arguments are no record; write such as {customerId: 42}".to_owned();
        let mut read: At<Value> = serde_saphyr::from_str(written).map_err(|_| no_record())?;
        read.settle(written);
        match value(read.get()) {
            SoapValue::Struct(record) => Ok(record),
            _ => Err(no_record()),
        }
    });
    let operation = operation.trim().to_owned();
    Ok(WantedQuestion { operation, arguments: arguments.transpose()?, text: text.to_owned() })
}

fn value(written: &Value) -> SoapValue {
    match written {
        Value::Null | Value::Fraction => SoapValue::Nil,
        Value::Bool(on) => SoapValue::Bool(*on),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(|item| value(item.get())).collect::<Vec<_>>().into(),
        Value::Record(members) => {
            let mut record = SoapStruct::new();
            members.iter().for_each(|(name, member)| record.set(name.as_str(), value(member.get())));
            record.into()
        }
    }
}

/// What overrides say that was asked before; what the command line asks besides comes first. An operation that is asked for
/// by its name alone on the command line keeps the arguments of before.
pub(super) fn with_asked(
    given: &[WantedQuestion],
    overrides: Option<&Overrides>,
) -> Result<Vec<WantedQuestion>, String> {
    let mut all = given.to_vec();
    for asked in overrides.into_iter().flat_map(|overrides| &overrides.asked) {
        let place = asked.place();
        let question = read(asked).map_err(|why| format!("line {}: asked: {}: {why}", place.line, asked.get()))?;
        if all.iter().all(|known| known.text != question.text) {
            all.push(question);
        }
    }
    Ok(all)
}

/// What of the questions a shop cannot be asked, and what may be meant.
pub(super) fn unknown(wanted: &[WantedQuestion], facts: &ServiceFacts) -> Option<(String, String)> {
    for question in wanted {
        let name = &question.operation;
        let Some(declared) = facts.operations.get(name) else {
            let known = facts.operations.keys().map(String::as_str);
            let own = known.filter(|name| Contract::shared().operation(name).is_none());
            let help = nearest(name, own).map_or_else(
                || "name an operation that the shop's WSDL declares".to_owned(),
                |name| format!("did you mean {name}?"),
            );
            return Some((format!("--ask {name}: the shop declares no such operation"), help));
        };
        let parts = declared.signature.split("->").next().unwrap_or_default();
        let parts: Vec<&str> = parts.split(',').filter_map(|part| part.trim().split(' ').next()).collect();
        let unknown = question.arguments.iter().flat_map(SoapStruct::iter).find(|(given, _)| !parts.contains(given));
        if let Some((given, _)) = unknown {
            let help = format!(
                "it has {}",
                parts.into_iter().filter(|part| *part != "sessionId").collect::<Vec<_>>().join(", ")
            );
            return Some((format!("--ask {name}: it has no argument {given}"), help));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_or_refused_with_what_is_wrong() {
        let read = read("acmeInfo={customerId: 42, rate: 1.10, tags: [a]}").unwrap();
        let text = serde_json::to_string(&read.arguments).unwrap();
        assert_eq!(
            (read.operation.as_str(), text.as_str()),
            ("acmeInfo", r#"{"customerId":"42","rate":"1.10","tags":["a"]}"#)
        );
        assert!(super::read("acmeInfo").unwrap().arguments.is_none());
        for (wrong, expected) in [
            ("customerCustomerDelete", "no operation of a module"),
            ("acmeInfo=42", "no record"),
            ("acmeInfo={a: ", "no record"),
            ("acmeInfo=", "no record"),
        ] {
            let said = super::read(wrong).unwrap_err();
            assert!(said.contains(expected), "{wrong}: {said}");
        }
    }
}
