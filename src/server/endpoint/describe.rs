//! Descriptions of the SOAP services.

use std::sync::Arc;

use super::page::XML;
use super::{ENCODING_SCHEMA_PATH, EndpointOptions, Handled};
use crate::disrupt::answer::Answer;
use crate::memo::Memo;
use crate::server::outcome::Outcome;
use crate::server::route::{self, AddressStyle, Door};
use crate::shop::Shop;
use crate::soap::schema::ServiceSchema;
use crate::soap::wsdl::{self, EncodingSchemaLocation, WsdlOptions};

/// Descriptions that were written: a shop's changes with its style, its bridge and its address only.
static WRITTEN: Memo<(Arc<ServiceSchema>, String, WsdlOptions), String> = Memo::new();

/// The description of the door's service at the address by which it was asked for.
pub(super) fn describe(
    shop: &Shop,
    options: &EndpointOptions,
    door: Door,
    host: Option<&str>,
    path: &str,
    query: &str,
) -> Handled {
    let style = if shop.flavor().echoes_address() { AddressStyle::Echo } else { AddressStyle::BaseUrl };
    let base_url = match options.every_address {
        true => route::origin(&shop.base_url(), host),
        false => shop.base_url(),
    };
    let address = route::service_address(style, door, &base_url, host, path, query);
    if door == Door::Soap1 {
        let schema = shop.codec_of_version1().schema();
        let text = crate::soap::version1::wsdl(&schema.target_namespace, &schema.handler, &address);
        let outcome = Outcome::Wsdl(text.len());
        return Handled {
            answer: Answer { status: 200, content_types: vec![XML.to_owned()], body: text.into(), location: None },
            outcome,
        };
    }
    let encoding_schema_location = if options.exact_wsdl {
        EncodingSchemaLocation::Exact
    } else {
        EncodingSchemaLocation::Url(format!("{}{ENCODING_SCHEMA_PATH}", route::origin(&shop.base_url(), host)))
    };
    // A mended shop's schema is mended already.
    let wsdl = WsdlOptions { mend: false, encoding_schema_location };
    let key = (shop.described().shared_schema(), address.clone(), wsdl.clone());
    let text = WRITTEN.get_or_try(
        |known| Arc::ptr_eq(&known.0, &key.0) && known.1 == key.1 && known.2 == key.2,
        || Ok::<_, std::convert::Infallible>((key.clone(), wsdl::write(shop.described().schema(), &address, &wsdl))),
    );
    let Ok(text) = text;
    let outcome = Outcome::Wsdl(text.len());
    let own = shop.overrides().map(|overrides| overrides.http.wsdl_content_type.clone()).unwrap_or_default();
    let content_types = if own.is_empty() { vec![XML.to_owned()] } else { own };
    Handled { answer: Answer { status: 200, content_types, body: text.into_bytes(), location: None }, outcome }
}
