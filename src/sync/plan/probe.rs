//! What a look at the shop finds before anything is synced: the bridge, rights that are missing, a service description
//! that is made anew for every call, clocks that differ, odd stores. It calls what only reads.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use crate::client::{BridgeStatus, ClientError, ClientOptions, Endpoint, MagentoClient, Retries, WsdlCache, bridge};
use crate::crm::OriginId;
use crate::magento::Contract;
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::bridge::Bridge;
use crate::sync::connector::Stream;
use crate::sync::connector::source::RowSource;
use crate::sync::error::CallError;
use crate::sync::filter::pager;
use crate::sync::window::MISTIMING;
use crate::transport::{HttpRequest, Transport, TransportError};

/// API fault "Access denied."
const ACCESS_DENIED: u16 = 2;

/// A description that is read from a cache comes faster than this; one that is made takes a busy PHP much longer.
const WSDL_MADE_ANEW: Duration = Duration::from_millis(500);

/// Looks at a shop; what a person should know.
///
/// # Errors
/// [`ClientError`] when the shop cannot be connected to.
pub async fn probe(transport: Arc<dyn Transport>, options: ClientOptions) -> Result<Vec<String>, ClientError> {
    let wsdl = wsdl_times(transport.as_ref(), &options).await;
    let options = ClientOptions { retries: Retries::Off, wsdl_cache: WsdlCache::default(), ..options };
    let clock = options.clock.clone();
    let mut client = MagentoClient::connect(transport, options).await?;
    let mut warnings = client.warnings().to_vec();
    warnings.extend(wsdl.ok().and_then(|times| wsdl_warning(&times)));
    if let Some(shop) = client.server_time() {
        warnings.extend(skew_warning(shop.duration_since(clock.now())));
    }
    let bridge = client.bridge().await;
    let declared = client.has_operation("oroPing");
    warnings.extend(bridge_warning(&bridge, declared));
    warnings.extend(denied(&mut client, &bridge).await);
    // As the shop lists them: the sync keeps less of a store view than is looked at here.
    if let Ok(stores) = client.call_list("storeList", SoapStruct::new()).await {
        warnings.extend(store_warnings(&stores));
    }
    Ok(warnings)
}

/// How long the description takes, twice in a row.
async fn wsdl_times(transport: &dyn Transport, options: &ClientOptions) -> Result<[Duration; 2], TransportError> {
    let mut times = [Duration::ZERO; 2];
    for time in &mut times {
        let start = options.clock.now();
        transport.send(HttpRequest::get(options.url.clone())).await?;
        *time = Duration::try_from(options.clock.now().duration_since(start)).unwrap_or_default();
    }
    Ok(times)
}

fn wsdl_warning(times: &[Duration; 2]) -> Option<String> {
    let [first, second] = times.map(|time| time.as_millis());
    (times[1] >= WSDL_MADE_ANEW).then(|| {
        format!(
            "the WSDL took {first} ms and {second} ms the second time, so the shop seems to make it anew for every \
             call; enable the WSDL cache (System > Configuration > Magento Core API) and every call gets faster"
        )
    })
}

fn skew_warning(ahead: SignedDuration) -> Option<String> {
    let direction = if ahead.is_negative() { "behind" } else { "ahead of" };
    (ahead.abs() > MISTIMING).then(|| {
        format!(
            "the shop's clock is {} s {direction} this machine's; records changed in between may be missed or asked \
             for twice: set both by NTP",
            ahead.abs().as_secs()
        )
    })
}

fn bridge_warning(found: &BridgeStatus, declared: bool) -> Option<String> {
    match &found.version {
        None if declared => Some(
            "the WSDL declares the OroCRM bridge but oroPing did not answer with a version, so it counts as missing; \
             look at the API user's rights and the shop's log"
                .to_owned(),
        ),
        None => Some(
            "the OroCRM bridge is not installed: no carts, no newsletter subscribers, and one call or two per record \
             instead of pages"
                .to_owned(),
        ),
        Some(version) if !found.is_supported() => Some(format!(
            "the OroCRM bridge is {}, older than {}: details, websites and subscribers are not used; update it",
            version.as_str(),
            bridge::SUPPORTED
        )),
        Some(version) if !found.at_least(bridge::WITH_REGIONS) => Some(format!(
            "the OroCRM bridge is {}, older than {}: regions take one call per country",
            version.as_str(),
            bridge::WITH_REGIONS
        )),
        Some(_) => None,
    }
}

/// Calls everything the sync calls, for records that cannot exist, and tells what the API user may not.
async fn denied(client: &mut MagentoClient, found: &BridgeStatus) -> Vec<String> {
    let version = found.version.as_ref();
    let bridge = Bridge::new(found.version.clone());
    let mut denied = Vec::new();
    for stream in Stream::CHANNEL_DEFAULT {
        // A stream without the bridge is no gap in the rights.
        let Some(Ok(call)) = stream.listed().map(|rules| (rules.list)(&bridge)) else { continue };
        let operation = call.operation;
        let asked = RowSource::by_ids(call.of_ids(&[OriginId(0)])).next(client).await;
        let refused = match &asked {
            Err(CallError::Client(error)) => Some(error),
            _ => None,
        };
        denied.extend(gap(operation, refused));
    }
    let id = |name: &str| SoapStruct::new().with(name, 0);
    let text = |name: &str, value: &str| SoapStruct::new().with(name, value);
    let regions = match Endpoint::Regions.operation(version) {
        "directoryRegionList" => text("country", "US"),
        _ => SoapStruct::new().with("filters", SoapStruct::new()).with("pager", pager(1, 1)),
    };
    for (operation, arguments) in [
        ("storeList", SoapStruct::new()),
        ("customerGroupList", SoapStruct::new()),
        ("directoryCountryList", SoapStruct::new()),
        (Endpoint::Websites.operation(version), SoapStruct::new()),
        (Endpoint::Regions.operation(version), regions),
        (Endpoint::CustomerInfo.operation(version), id("customerId")),
        (Endpoint::AddressList.operation(version), id("customerId")),
        (Endpoint::AddressInfo.operation(version), id("addressId")),
        (Endpoint::OrderInfo.operation(version), text("orderIncrementId", "0")),
        ("salesOrderCreditmemoInfo", text("creditmemoIncrementId", "0")),
    ] {
        let asked = client.call(operation, arguments).await;
        denied.extend(gap(operation, asked.err().as_ref()));
    }
    denied.sort();
    denied.dedup();
    denied
}

/// Other failures than a missing right say that there is no such record, as was to be expected.
fn gap(operation: &str, error: Option<&ClientError>) -> Option<String> {
    if error?.fault_code() != Some(ACCESS_DENIED) {
        return None;
    }
    let facts = Contract::shared().operation(operation);
    let rights: Vec<&str> =
        facts.iter().flat_map(|facts| [facts.resource_acl.as_deref(), facts.method_acl.as_deref()]).flatten().collect();
    Some(format!(
        "the API user may not call {operation}; give its role the resource {}",
        if rights.is_empty() { "of that call".to_owned() } else { rights.join(" and ") }
    ))
}

fn store_warnings(stores: &[SoapStruct]) -> Vec<String> {
    let int = |row: &SoapStruct, name: &str| row.get(name).and_then(SoapValue::to_int);
    let real: Vec<&SoapStruct> = stores.iter().filter(|store| int(store, "store_id") != Some(0)).collect();
    let mut warnings = Vec::new();
    if real.is_empty() {
        warnings.push("the shop lists no store view but the admin's; orders and carts would have no store".to_owned());
    }
    for store in &real {
        let name = store.text("name").unwrap_or_default();
        if int(store, "website_id").is_none_or(|website| website == 0) {
            warnings
                .push(format!("store view \"{name}\" belongs to no website; its records cannot be chosen by website"));
        }
        if store.text("is_active").as_deref() == Some("0") {
            warnings.push(format!("store view \"{name}\" is disabled; its old records are imported all the same"));
        }
    }
    let websites: std::collections::BTreeSet<_> = real.iter().filter_map(|store| int(store, "website_id")).collect();
    if websites.len() == 1 && real.len() == 1 {
        warnings.push(
            "the shop has one website with one store view; a website id other than that one or -1 would import nothing"
                .to_owned(),
        );
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::ExtensionVersion;

    #[test]
    fn only_a_missing_right_is_a_gap() {
        assert_eq!(gap("storeList", None), None);
        let fault = |code: u16| ClientError::Fault {
            call: crate::client::Attempted { operation: "storeList".to_owned(), call: 1, attempts: 1 },
            status: 200,
            fault: crate::soap::SoapFault::api(code, "no"),
        };
        assert_eq!(gap("storeList", Some(&fault(101))), None);
        let told = gap("storeList", Some(&fault(2))).unwrap();
        assert_eq!(
            told,
            "the API user may not call storeList; give its role the resource core/store and core/store/list"
        );
    }

    #[test]
    fn each_observation_has_its_warning_and_a_healthy_shop_none() {
        let ms = Duration::from_millis;
        for (times, warns) in [([ms(900), ms(20)], false), ([ms(900), ms(850)], true), ([ms(5), ms(4)], false)] {
            assert_eq!(wsdl_warning(&times).is_some(), warns, "{times:?}");
        }
        for (seconds, expected) in [(10, None), (-299, None), (301, Some("ahead of")), (-7200, Some("behind"))] {
            let said = skew_warning(SignedDuration::from_secs(seconds));
            assert_eq!(said.is_some(), expected.is_some());
            assert!(said.is_none_or(|said| said.contains(expected.unwrap())));
        }
        for (version, declared, expected) in [
            (None, false, Some("is not installed")),
            (None, true, Some("did not answer")),
            (Some("1.1.3"), true, Some("older than 1.2.0")),
            (Some("1.2.4"), true, Some("one call per country")),
            (Some("1.2.19"), true, None),
        ] {
            let status = BridgeStatus { version: version.map(ExtensionVersion::new), ..BridgeStatus::default() };
            let said = bridge_warning(&status, declared);
            assert_eq!(said.is_some(), expected.is_some(), "{version:?}");
            assert!(said.is_none_or(|said| said.contains(expected.unwrap())));
        }
    }

    #[test]
    fn odd_stores_are_told() {
        let store = |id: i64, website: i64, active: &str| {
            SoapStruct::new()
                .with("store_id", id)
                .with("website_id", website)
                .with("name", "X")
                .with("is_active", active)
        };
        for (stores, count) in [
            (vec![], 1),
            (vec![store(0, 0, "1")], 1),
            (vec![store(1, 1, "1")], 1),
            (vec![store(1, 1, "1"), store(2, 2, "1")], 0),
            (vec![store(1, 1, "1"), store(2, 0, "0")], 2),
        ] {
            assert_eq!(store_warnings(&stores).len(), count, "{stores:?}");
        }
    }
}
