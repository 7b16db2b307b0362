//! A transport that lets nothing through that could change the shop: what a dry run calls through. It decides by the
//! request's own bytes, so that no mistake above it can write. What it let through, it counts and times; it may also
//! slow down.

mod by_name;
mod meter;
mod named;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::magento::Contract;
use crate::transport::{AllowedOrigins, HttpRequest, Method, Sending, Transport, TransportError, masked};

pub use by_name::reads_by_name;
pub use meter::{Meter, Metered};

/// Operations that keep a session and nothing else.
const SESSION: [&str; 3] = ["login", "startSession", "endSession"];

/// [`Transport`] that refuses whatever may write.
pub struct ReadOnlyTransport {
    inner: Arc<dyn Transport>,
    clock: Clock,
    meter: Arc<Mutex<Meter>>,
    pause: Duration,
    /// Operations that the product does not have, by what their requests are called.
    own: Mutex<BTreeMap<String, String>>,
}

impl ReadOnlyTransport {
    /// A transport that lets only reading calls through to `inner`.
    pub fn new(inner: Arc<dyn Transport>, clock: Clock) -> Self {
        Self { inner, clock, meter: Arc::default(), pause: Duration::ZERO, own: Mutex::default() }
    }

    /// Sends at most this many requests a second.
    #[must_use]
    pub fn with_rate(mut self, requests_per_second: f64) -> Self {
        self.pause = Duration::try_from_secs_f64(1.0 / requests_per_second).unwrap_or_default();
        self
    }

    /// Lets an operation through that the product does not have, of which the caller answers that it only reads. `element` is
    /// what its requests are called; those of the product stay what they are.
    pub fn allow(&self, operation: &str, element: &str) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.insert(element.to_owned(), operation.to_owned());
    }

    /// What went through so far.
    pub fn meter(&self) -> Meter {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, change: impl FnOnce(&mut Meter)) {
        change(&mut self.meter.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// What a request would do, as far as its bytes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    /// It only reads; this is what it is counted as.
    Reads(String),
    /// It writes, or nobody can tell.
    MayWrite(String),
}

/// A GET fetches a service description; of POSTs only those pass that call operations which are known to read.
fn judge(request: &HttpRequest, own: &BTreeMap<String, String>) -> Verdict {
    if request.method == Method::Get {
        let is_wsdl = request.url.query_pairs().any(|(name, _)| name.eq_ignore_ascii_case("wsdl"));
        return if is_wsdl { Verdict::Reads("wsdl".to_owned()) } else { Verdict::MayWrite("GET".to_owned()) };
    }
    let Some(call) = named::call_of(&request.body, own) else {
        return Verdict::MayWrite("a request that names no known operation".to_owned());
    };
    let reads = match &call {
        named::Call::Own(_) => true,
        named::Call::Operation(name) => reads_only(name),
        named::Call::Paths { paths, .. } => !paths.is_empty() && paths.iter().all(|path| path_reads_only(path)),
    };
    let name = call.name().to_owned();
    if reads { Verdict::Reads(name) } else { Verdict::MayWrite(name) }
}

fn reads_only(operation: &str) -> bool {
    SESSION.contains(&operation) || Contract::shared().operation(operation).is_some_and(|facts| facts.reads_only)
}

/// An API path such as `customer.list`, in which the resource may be named by an alias.
fn path_reads_only(path: &str) -> bool {
    let contract = Contract::shared();
    let Some((resource, method)) = path.split_once('.') else { return false };
    let canonical = contract
        .resources()
        .find(|(name, facts)| *name == resource || facts.aliases.iter().any(|alias| alias == resource));
    let Some((resource, _)) = canonical else { return false };
    contract.operations().any(|facts| {
        facts.reads_only && facts.resource.as_deref() == Some(resource) && facts.method.as_deref() == Some(method)
    })
}

impl Transport for ReadOnlyTransport {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(async move {
            let own = self.own.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let name = match judge(&request, &own) {
                Verdict::Reads(name) => name,
                Verdict::MayWrite(operation) => {
                    self.note(|meter| meter.refused.push(operation.clone()));
                    return Err(TransportError::MayWrite { url: masked(&request.url), operation });
                }
            };
            if !self.pause.is_zero() {
                self.clock.sleep(self.pause).await;
            }
            let start = self.clock.now();
            let answer = self.inner.send(request).await;
            let took = Duration::try_from(self.clock.now().duration_since(start)).unwrap_or_default();
            let bytes = answer.as_ref().map_or(0, |answer| answer.body.len());
            self.note(|meter| meter.count(&name, took, bytes));
            answer
        })
    }

    fn allowed_origins(&self) -> &AllowedOrigins {
        self.inner.allowed_origins()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::{BridgeRelease, Flavor};
    use crate::soap::WireStyle;

    fn post(body: Vec<u8>) -> HttpRequest {
        HttpRequest::post("http://shop.example/api/v2_soap/index/".parse().unwrap(), Vec::new(), body)
    }

    fn none() -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    #[test]
    fn an_operation_of_a_module_passes_when_it_was_allowed_and_never_in_the_place_of_the_products() {
        let own = [("acmeInfoRequestParam", "acmeInfo"), ("customerCustomerDelete", "acmeInfo")];
        let own = own.map(|(element, name)| (element.to_owned(), name.to_owned())).into();
        let verdict = |element: &str| judge(&post(rpc(&format!("<m:{element}/>")).into_bytes()), &own);
        assert_eq!(verdict("acmeInfoRequestParam"), Verdict::Reads("acmeInfo".to_owned()));
        for refused in ["acmeInfo", "acmeDelete", "customerCustomerDelete"] {
            assert!(matches!(verdict(refused), Verdict::MayWrite(_)), "{refused}");
        }
    }

    /// Every operation of both styles and all products, with no arguments: the guard must not need any.
    #[test]
    fn of_all_operations_of_the_contract_only_those_pass_that_read() {
        let (mut passed, mut refused) = (0, 0);
        let flavors = Flavor::ALL.iter().copied();
        for (mode, flavor) in [WireStyle::RpcEncoded, WireStyle::WsI]
            .into_iter()
            .flat_map(|mode| flavors.clone().map(move |flavor| (mode, flavor)))
        {
            let schema = Contract::shared().schema(mode, Some(BridgeRelease::newest()), flavor);
            for (name, operation) in &schema.operations {
                let element = operation.request.element.as_ref().unwrap_or(name);
                let body = rpc(&format!("<m:{element}/>")).into_bytes();
                let facts = Contract::shared().operation(name).unwrap();
                let may_pass = facts.reads_only || SESSION.contains(&name.as_str());
                match judge(&post(body), &none()) {
                    Verdict::Reads(found) => {
                        assert!(may_pass && found == *name, "{mode:?} {name} passed as {found}");
                        passed += 1;
                    }
                    Verdict::MayWrite(found) => {
                        assert!(!may_pass && found == *name, "{mode:?} {name} was refused as {found}");
                        refused += 1;
                    }
                }
            }
        }
        assert!(passed > 700 && refused > 600, "{passed} passed, {refused} were refused");
    }

    #[test]
    fn names_that_sound_like_writing_are_refused() {
        for facts in Contract::shared().operations().filter(|facts| !SESSION.contains(&facts.name.as_str())) {
            let sounds = ["Create", "Update", "Delete", "Remove", "Add", "Cancel", "Hold", "Set", "Move", "Assign"];
            let ends = |word: &&str| facts.name.ends_with(*word);
            assert!(!(facts.reads_only && sounds.iter().any(ends)), "{}", facts.name);
        }
    }

    fn rpc(body: &str) -> String {
        format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:m=\"urn:Magento\"><e:Body>{body}\
             </e:Body></e:Envelope>"
        )
    }

    #[test]
    fn calls_by_path_pass_when_all_their_paths_read() {
        let many = |paths: &[&str]| {
            let item = |path: &&str| format!("<item><item>{path}</item><item>1</item></item>");
            let items: String = paths.iter().map(item).collect();
            rpc(&format!("<m:multiCall><sessionId>s</sessionId><calls>{items}</calls></m:multiCall>"))
        };
        let one = |path: &str| rpc(&format!("<m:call><sessionId>s</sessionId><apiPath>{path}</apiPath></m:call>"));
        for (body, passes) in [
            (one("customer.list"), true),
            (one("catalog_product.info"), true),
            (one("product.info"), true),
            (one("customer.delete"), false),
            (one("product.update"), false),
            (one("nobody.knows"), false),
            (one(""), false),
            (many(&["customer.list", "customer.info"]), true),
            (many(&["customer.list", "customer.delete"]), false),
            (many(&[]), false),
            (rpc("<m:multiCall><sessionId>s</sessionId></m:multiCall>"), false),
        ] {
            assert_eq!(matches!(judge(&post(body.clone().into_bytes()), &none()), Verdict::Reads(_)), passes, "{body}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        let two = rpc("<m:customerCustomerList/><m:customerCustomerDelete/>");
        let header = rpc("<m:customerCustomerList/>")
            .replace("<e:Body>", "<e:Header><m:customerCustomerDelete/></e:Header><e:Body>");
        for body in
            ["", "<html/>", "not XML", &rpc("<m:shopReset/>"), &rpc("<m:CUSTOMERCUSTOMERDELETE/>"), &two, &header]
        {
            assert!(matches!(judge(&post(body.as_bytes().to_vec()), &none()), Verdict::MayWrite(_)), "{body}");
        }
        let get = |url: &str| judge(&HttpRequest::get(url.parse().unwrap()), &none());
        assert_eq!(get("http://shop.example/api/v2_soap/?wsdl=1"), Verdict::Reads("wsdl".to_owned()));
        assert!(matches!(get("http://shop.example/customer/account/logout"), Verdict::MayWrite(_)));
    }
}
