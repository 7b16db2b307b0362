//! Arguments as PHP gets them, bound to the parts that version 2 declares: by position or by name, filters as maps,
//! quantities by the item's id. Whatever is an object where Magento wants an array ends in PHP's own words.

use super::{Bound, declared};
use crate::magento::version1::{Method, Parameter};
use crate::magento::{Filters, OperationFacts, Version1};
use crate::shop::operation::Given;
use crate::shop::{Refusal, Shop};
use crate::soap::version1::{as_list, is_integer_key};
use crate::soap::{ServiceSchema, Shape, SoapStruct, SoapValue, TypeRef, WireStyle};

/// Binds what came with a path to the parts of the operation, and puts it into `arguments`.
pub(super) fn bind(
    facts: &OperationFacts,
    path: &str,
    args: Option<&SoapValue>,
    shop: &Shop,
    arguments: &mut SoapStruct,
) -> Bound {
    let mut bound = Bound { path: path.to_owned(), given: Given::version1(), refusal: None };
    let schema = shop.contract().schema(WireStyle::RpcEncoded, shop.bridge(), shop.flavor());
    let Some(method) = Version1::shared().methods.get(path) else {
        bound.refusal = declared::bind(&schema, facts, args, shop, arguments);
        return bound;
    };
    let (values, refusal) = by_parameter(method, args, shop);
    bound.refusal = refusal;
    let parts = schema.operation(&facts.name).map(|operation| operation.request.parts.as_slice()).unwrap_or_default();
    for (at, (parameter, value)) in method.parameters.iter().zip(values).enumerate() {
        let Some(value) = value else { continue };
        // The first part is the session.
        let part = parts.get(at + 1);
        let name = part.map_or(parameter.name.as_str(), |part| part.name.as_str());
        if parameter.name == "filters" {
            match filters(&value, path) {
                Ok(filters) => bound.given.filters = Some(filters),
                Err(refusal) => bound.refusal = bound.refusal.take().or(Some(refusal)),
            }
        }
        let converted = match part {
            Some(part) => converted(&schema, &part.type_ref, parameter, value),
            None => Ok(value),
        };
        match converted {
            Ok(value) => arguments.set(name, value),
            Err(refusal) => bound.refusal = bound.refusal.take().or(Some(refusal)),
        }
    }
    bound
}

/// The values of a method's parameters, and what PHP says when they do not fit.
fn by_parameter(method: &Method, args: Option<&SoapValue>, shop: &Shop) -> (Vec<Option<SoapValue>>, Option<Refusal>) {
    let mut values: Vec<Option<SoapValue>> = vec![None; method.parameters.len()];
    let mut passed = 0;
    let mut refusal = None;
    let mut take = |at: usize, value: &SoapValue| {
        if let Some(place) = values.get_mut(at) {
            *place = Some(value.clone());
        }
    };
    match args {
        None => {}
        Some(SoapValue::List(items)) => {
            passed = items.len();
            items.iter().enumerate().for_each(|(at, item)| take(at, item));
        }
        Some(SoapValue::Struct(members)) if members.is_array() => {
            passed = members.len();
            for (at, (key, value)) in members.iter().enumerate() {
                if is_integer_key(key) || !shop.flavor().names_arguments() {
                    take(at, value);
                } else if let Some(at) = method.parameters.iter().position(|parameter| parameter.name == key) {
                    take(at, value);
                } else {
                    refusal = Some(unknown_name(key));
                }
            }
        }
        Some(one) => {
            passed = 1;
            take(0, one);
        }
    }
    let missing = |parameter: &Parameter, value: &Option<SoapValue>| !parameter.is_optional && value.is_none();
    if refusal.is_none() && shop.wants_all_arguments() {
        let is_short = method.parameters.iter().zip(&values).any(|(parameter, value)| missing(parameter, value));
        refusal = is_short.then(|| too_few(method, passed));
    }
    (values, refusal)
}

fn too_few(method: &Method, passed: usize) -> Refusal {
    let wanted = method.parameters.iter().filter(|parameter| !parameter.is_optional).count();
    too_few_for(&method.php, passed, wanted, wanted == method.parameters.len())
}

/// What PHP says when a function is called with fewer arguments than it wants.
pub(super) fn too_few_for(function: &str, passed: usize, wanted: usize, wants_all: bool) -> Refusal {
    let kind = if wants_all { "exactly" } else { "at least" };
    Refusal::Thrown(format!(
        "Too few arguments to function {function}(), {passed} passed in \
         /var/www/shop/app/code/core/Mage/Api/Model/Server/Handler/Abstract.php on line 295 and {kind} {wanted} expected"
    ))
}

/// What PHP 8 says of a name that no parameter has.
pub(super) fn unknown_name(name: &str) -> Refusal {
    Refusal::Thrown(format!("Unknown named parameter ${name}"))
}

/// Filters as version 1 has them: an array of fields, or the object of version 2. Anything else lets everything pass.
fn filters(value: &SoapValue, path: &str) -> Result<Filters, Refusal> {
    let thrown = || Refusal::Thrown("Call to a member function getAttributeCode() on bool".to_owned());
    let is_entity = matches!(path, "customer.list" | "oro_customer.list" | "catalog_product.list");
    match value {
        SoapValue::Struct(bag) if !bag.is_array() => {
            if bag.get("filter").is_none() && bag.get("complex_filter").is_none() {
                return Ok(Filters::default());
            }
            Filters::from_value(Some(value), WireStyle::RpcEncoded).map_err(|_| Refusal::object_for_text())
        }
        // A number is no attribute's code.
        SoapValue::Struct(map) if is_entity && map.iter().any(|(key, _)| is_integer_key(key)) => Err(thrown()),
        SoapValue::Struct(map) => Ok(Filters::from_map(map)),
        SoapValue::List(items) if items.is_empty() => Ok(Filters::default()),
        SoapValue::List(_) if is_entity => Err(thrown()),
        SoapValue::List(items) => Filters::from_list(items).map_err(|_| thrown()),
        _ => Ok(Filters::default()),
    }
}

const OBJECT_AS_ARRAY: &str = "Cannot use object of type stdClass as array";

/// An argument in the form that the operation knows.
fn converted(
    schema: &ServiceSchema,
    declared: &TypeRef,
    parameter: &Parameter,
    value: SoapValue,
) -> Result<SoapValue, Refusal> {
    let type_name = match declared {
        TypeRef::Complex(id) => schema.complex_type(*id).name.as_str(),
        TypeRef::Xsd(_) | TypeRef::Undeclared(_) => return scalar(parameter, value),
    };
    if parameter.is_array && !matches!(value, SoapValue::List(_) | SoapValue::Struct(_) | SoapValue::Nil) {
        return Err(Refusal::Thrown(format!("Argument #2 (${}) must be of type array", parameter.name)));
    }
    let is_list =
        matches!(declared, TypeRef::Complex(id) if matches!(schema.complex_type(*id).shape, Shape::Array { .. }));
    Ok(match (type_name, value) {
        // The pager is looked at as an object only.
        ("pager", SoapValue::Struct(pager)) if pager.is_array() => SoapValue::Nil,
        ("filters" | "pager", value) => value,
        ("orderItemIdQtyArray", value) => quantities(value),
        (_, SoapValue::Struct(object)) if !object.is_array() && parameter.name != "attributes" => {
            return Err(Refusal::Thrown(OBJECT_AS_ARRAY.to_owned()));
        }
        (_, SoapValue::Struct(members)) if is_list => match as_list(&members) {
            Some(items) => items.into(),
            None => members.into(),
        },
        // One product is as good as a list of them.
        ("ArrayOfString", value) if parameter.name == "productIds" && value.to_text().is_some() => vec![value].into(),
        (_, SoapValue::List(items)) if items.is_empty() && !is_list => SoapStruct::new().into_array().into(),
        (_, value) => value,
    })
}

/// A value where a text or a number belongs: ids are compared by the database, which finds nothing for a fraction and the
/// one of a list of one.
fn scalar(parameter: &Parameter, value: SoapValue) -> Result<SoapValue, Refusal> {
    let is_id = parameter.name.ends_with("Id") && parameter.name != "storeId";
    Ok(match value {
        SoapValue::Struct(object) if !object.is_array() => {
            let text = if is_id {
                "addcslashes(): Argument #1 ($string) must be of type string, stdClass given"
            } else {
                "Illegal offset type in isset or empty"
            };
            return Err(Refusal::Thrown(text.to_owned()));
        }
        SoapValue::List(mut items) if is_id && items.len() == 1 => items.pop().unwrap_or_default(),
        SoapValue::Double(number) if is_id && number.fract() != 0.0 => SoapValue::Int(0),
        other => other,
    })
}

/// Quantities by the item's id as version 2 has them. A list counts from 0.
fn quantities(value: SoapValue) -> SoapValue {
    let row = |id: String, qty: SoapValue| -> SoapValue {
        SoapStruct::new().with("order_item_id", id).with("qty", qty).into()
    };
    match value {
        SoapValue::Struct(members) => {
            members.into_iter().map(|(id, qty)| row(id.to_string(), qty)).collect::<Vec<_>>().into()
        }
        SoapValue::List(items) => {
            let items = items.into_iter().enumerate();
            // Rows, as version 2 has them, are no numbers.
            let qty = |qty: SoapValue| if qty.to_text().is_some() { qty } else { SoapValue::Int(1) };
            items.map(|(id, value)| row(id.to_string(), qty(value))).collect::<Vec<_>>().into()
        }
        other => other,
    }
}
