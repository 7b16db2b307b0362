//! Which function of which API serves a purpose: the bridge's from some version on, Magento's own otherwise (sync spec,
//! section 2.5).

use super::ClientError;
use super::bridge::{SUPPORTED, WITH_REGIONS};
use crate::version::ExtensionVersion;

/// From when on the bridge's function is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Installed,
    Version(&'static str),
}

impl From {
    fn holds(self, bridge: Option<&ExtensionVersion>) -> bool {
        match self {
            Self::Installed => bridge.is_some(),
            Self::Version(version) => bridge.is_some_and(|installed| installed.at_least(version)),
        }
    }
}

/// What a call is for, where either API has a function for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Customers of a window.
    CustomerList,
    /// Reads one customer.
    CustomerInfo,
    /// Creates a customer.
    CustomerCreate,
    /// Updates a customer.
    CustomerUpdate,
    /// Lists the addresses of a customer.
    AddressList,
    /// Reads one address.
    AddressInfo,
    /// Orders of a window.
    OrderList,
    /// Reads one order.
    OrderInfo,
    /// All websites; natively the list of store views, from which they are derived.
    Websites,
    /// All regions; natively those of one country.
    Regions,
}

impl Endpoint {
    #[cfg(test)]
    const ALL: [Endpoint; 10] = [
        Self::CustomerList,
        Self::CustomerInfo,
        Self::CustomerCreate,
        Self::CustomerUpdate,
        Self::AddressList,
        Self::AddressInfo,
        Self::OrderList,
        Self::OrderInfo,
        Self::Websites,
        Self::Regions,
    ];

    /// Magento's own function, from when on the bridge's is used, the bridge's function.
    const fn row(self) -> (&'static str, From, &'static str) {
        const SINCE_1_2_0: From = From::Version(SUPPORTED);
        match self {
            Self::CustomerList => ("customerCustomerList", From::Installed, "oroCustomerList"),
            Self::CustomerInfo => ("customerCustomerInfo", SINCE_1_2_0, "oroCustomerInfo"),
            Self::CustomerCreate => ("customerCustomerCreate", SINCE_1_2_0, "oroCustomerCreate"),
            Self::CustomerUpdate => ("customerCustomerUpdate", SINCE_1_2_0, "oroCustomerUpdate"),
            Self::AddressList => ("customerAddressList", SINCE_1_2_0, "oroCustomerAddressList"),
            Self::AddressInfo => ("customerAddressInfo", SINCE_1_2_0, "oroCustomerAddressInfo"),
            Self::OrderList => ("salesOrderList", From::Installed, "oroOrderList"),
            Self::OrderInfo => ("salesOrderInfo", SINCE_1_2_0, "oroOrderInfo"),
            Self::Websites => ("storeList", SINCE_1_2_0, "oroWebsiteList"),
            Self::Regions => ("directoryRegionList", From::Version(WITH_REGIONS), "oroRegionList"),
        }
    }

    /// The function to call with that bridge, or with none.
    pub fn operation(self, bridge: Option<&ExtensionVersion>) -> &'static str {
        let (native, from, of_the_bridge) = self.row();
        if from.holds(bridge) { of_the_bridge } else { native }
    }
}

/// What only the bridge has a function for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeEndpoint {
    /// Carts of a window.
    CartList,
    /// Newsletter subscribers of a window.
    SubscriberList,
    /// Creates a newsletter subscriber.
    SubscriberCreate,
    /// Updates a newsletter subscriber.
    SubscriberUpdate,
}

impl BridgeEndpoint {
    /// The function to call.
    ///
    /// # Errors
    /// [`ClientError::BridgeRequired`] without a bridge, or with one that is too old for this.
    pub fn operation(self, bridge: Option<&ExtensionVersion>) -> Result<&'static str, ClientError> {
        let (from, operation) = match self {
            Self::CartList => (From::Installed, "oroQuoteList"),
            Self::SubscriberList => (From::Version(SUPPORTED), "newsletterSubscriberList"),
            Self::SubscriberCreate => (From::Installed, "newsletterSubscriberCreate"),
            Self::SubscriberUpdate => (From::Installed, "newsletterSubscriberUpdate"),
        };
        if from.holds(bridge) { Ok(operation) } else { Err(ClientError::BridgeRequired(operation.to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No bridge, one too old for details, the oldest supported, the newest.
    fn bridges() -> [Option<ExtensionVersion>; 4] {
        [None, Some("1.1.3"), Some("1.2.0"), Some("1.2.19")].map(|version| version.map(ExtensionVersion::new))
    }

    /// Vector 78, and a bridge too old for details.
    #[test]
    fn the_bridge_decides_which_function_is_called() {
        for (endpoint, expected) in [
            (Endpoint::CustomerList, ["customerCustomerList", "oroCustomerList", "oroCustomerList", "oroCustomerList"]),
            (Endpoint::OrderInfo, ["salesOrderInfo", "salesOrderInfo", "oroOrderInfo", "oroOrderInfo"]),
            (Endpoint::Websites, ["storeList", "storeList", "oroWebsiteList", "oroWebsiteList"]),
            (Endpoint::Regions, ["directoryRegionList", "directoryRegionList", "directoryRegionList", "oroRegionList"]),
        ] {
            assert_eq!(bridges().map(|bridge| endpoint.operation(bridge.as_ref())), expected);
        }
    }

    /// Vector 77.
    #[test]
    fn carts_and_subscribers_need_a_bridge() {
        for (endpoint, expected) in [
            (BridgeEndpoint::CartList, [false, true, true, true]),
            (BridgeEndpoint::SubscriberList, [false, false, true, true]),
            (BridgeEndpoint::SubscriberCreate, [false, true, true, true]),
            (BridgeEndpoint::SubscriberUpdate, [false, true, true, true]),
        ] {
            assert_eq!(bridges().map(|bridge| endpoint.operation(bridge.as_ref()).is_ok()), expected, "{endpoint:?}");
        }
    }

    #[test]
    fn every_function_of_the_table_is_in_the_contract() {
        let contract = crate::magento::Contract::shared();
        for endpoint in Endpoint::ALL {
            let (native, _, of_the_bridge) = endpoint.row();
            assert!(contract.operation(native).is_some_and(|facts| facts.since.is_none()), "{native}");
            assert!(contract.operation(of_the_bridge).is_some_and(|facts| facts.since.is_some()), "{of_the_bridge}");
        }
    }
}
