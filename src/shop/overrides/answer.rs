//! What overrides do to answers and faults.

use super::Overrides;
use crate::shop::Refusal;
use crate::soap::{FaultCode, SoapStruct, SoapValue};

impl Overrides {
    /// An operation's outcome as the shop answers it. `all` answers the same call without its pager.
    pub(in crate::shop) fn outcome(
        &self,
        operation: &str,
        arguments: &SoapStruct,
        outcome: Result<SoapValue, Refusal>,
        all: impl FnOnce() -> Option<Vec<SoapValue>>,
    ) -> Result<SoapValue, Refusal> {
        let mut value = match outcome {
            Ok(value) => value,
            Err(Refusal::Fault(fault)) => return Err(Refusal::Fault(self.fault(operation, fault))),
            Err(other) => return Err(other),
        };
        let repeats = self.paging.last_page_again.iter().any(|name| name == operation);
        if let (true, Some(size)) = (repeats && value.as_list().is_some_and(<[_]>::is_empty), page_size(arguments)) {
            value = last_page(all().unwrap_or_default(), size).into();
        }
        if let Some(change) = self.answers.get(operation) {
            for path in &change.without {
                at(&mut value, path, &mut |record, name| {
                    record.remove(name);
                });
            }
            for (path, text) in &change.with {
                at(&mut value, path, &mut |record, name| {
                    if record.get(name).is_none_or(SoapValue::is_nil) {
                        record.set(name, text.clone());
                    }
                });
            }
        }
        Ok(value)
    }

    fn fault(&self, operation: &str, fault: crate::soap::SoapFault) -> crate::soap::SoapFault {
        let Some(code) = fault.api_code() else { return fault };
        let is_meant = |known: &&super::FaultOverride| known.fault == code;
        let own = self.faults.iter().filter(is_meant).find(|known| known.operation.as_deref() == Some(operation));
        let any = || self.faults.iter().filter(is_meant).find(|known| known.operation.is_none());
        let Some(found) = own.or_else(any) else { return fault };
        crate::soap::SoapFault {
            code: found.code.map_or(fault.code, FaultCode::Api),
            string: found.message.clone().unwrap_or(fault.string),
        }
    }
}

fn page_size(arguments: &SoapStruct) -> Option<usize> {
    let size = arguments.get("pager")?.as_struct()?.get("pageSize")?.to_int()?;
    usize::try_from(size).ok().filter(|size| *size > 0)
}

fn last_page(rows: Vec<SoapValue>, size: usize) -> Vec<SoapValue> {
    let start = rows.len().saturating_sub(1) / size * size;
    rows.into_iter().skip(start).collect()
}

/// Does something to every record a path leads to; the last step is the field's name.
fn at(value: &mut SoapValue, path: &str, change: &mut impl FnMut(&mut SoapStruct, &str)) {
    match value {
        SoapValue::List(rows) => rows.iter_mut().for_each(|row| at(row, path, change)),
        SoapValue::Struct(record) => match path.split_once('.') {
            None => change(record, path),
            Some((first, rest)) => {
                if let Some(inner) = record.get_mut(first) {
                    at(inner, rest, change);
                }
            }
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AnswerOverride, FaultOverride, PagingOverrides};
    use super::*;
    use crate::soap::SoapFault;

    fn rows(count: i64) -> Vec<SoapValue> {
        (1..=count).map(|id| SoapStruct::new().with("id", id).into()).collect()
    }

    #[test]
    fn a_page_past_the_end_is_the_last_one_where_the_shop_does_so() {
        let paging = PagingOverrides { last_page_again: vec!["oroOrderList".to_owned()] };
        let overrides = Overrides { paging, ..Overrides::default() };
        let pager = SoapStruct::new().with("page", "9").with("pageSize", "2");
        let asked = SoapStruct::new().with("pager", pager);
        let answer = |operation: &str, all: i64| {
            let given = overrides.outcome(operation, &asked, Ok(Vec::new().into()), || Some(rows(all))).unwrap();
            given.as_list().unwrap().len()
        };
        assert_eq!([answer("oroOrderList", 5), answer("oroOrderList", 4), answer("oroOrderList", 0)], [1, 2, 0]);
        assert_eq!(answer("oroCustomerList", 5), 0, "others do as ever");
    }

    #[test]
    fn fields_go_and_come_by_their_paths() {
        let change = AnswerOverride {
            without: vec!["items.sku".to_owned(), "nothing.there".to_owned()],
            with: [("items.tax".to_owned(), Some("0".to_owned())), ("note".to_owned(), None)].into_iter().collect(),
        };
        let answers = [("salesOrderInfo".to_owned(), change)].into_iter().collect();
        let overrides = Overrides { answers, ..Overrides::default() };
        let item = SoapStruct::new().with("sku", "mug").with("qty", "1");
        let order = SoapStruct::new().with("items", vec![SoapValue::from(item)]);
        let given = overrides.outcome("salesOrderInfo", &SoapStruct::new(), Ok(order.into()), || None).unwrap();
        let text = serde_json::to_string(&given).unwrap();
        assert_eq!(text, r#"{"items":[{"qty":"1","tax":"0"}],"note":null}"#);
    }

    #[test]
    fn a_fault_of_one_operation_goes_before_that_of_all() {
        let fault = |operation: Option<&str>, code, message: &str| FaultOverride {
            operation: operation.map(str::to_owned),
            fault: 102,
            code,
            message: Some(message.to_owned()),
        };
        let faults = vec![fault(None, None, "weg"), fault(Some("customerCustomerInfo"), Some(7), "kein Kunde")];
        let overrides = Overrides { faults, ..Overrides::default() };
        for (operation, code, expected) in [
            ("customerCustomerInfo", 102, "SOAP fault 7: kein Kunde"),
            ("salesOrderInfo", 102, "SOAP fault 102: weg"),
            ("salesOrderInfo", 100, "SOAP fault 100: as ever"),
        ] {
            let raised = Err(Refusal::Fault(SoapFault::api(code, "as ever")));
            let refusal = overrides.outcome(operation, &SoapStruct::new(), raised, || None).unwrap_err();
            assert_eq!(refusal.to_string(), expected);
        }
    }
}
