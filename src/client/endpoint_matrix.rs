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

macro_rules! endpoints {
    ($($(#[$doc:meta])* $purpose:ident: $native:expr, $from:expr, $bridge:literal;)*) => {
        /// What a call is for, where there is a choice of function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Endpoint {
            $($(#[$doc])* $purpose,)*
        }

        impl Endpoint {
            /// Native function, from when on the bridge's is used, the bridge's function.
            fn row(self) -> (Option<&'static str>, From, &'static str) {
                match self { $(Self::$purpose => ($native, $from, $bridge),)* }
            }
        }
    };
}

endpoints! {
    /// All websites; the native list is one of store views, from which they are derived.
    Websites: Some("storeList"), From::Version(SUPPORTED), "oroWebsiteList";
    /// All regions; the native list is asked for country by country.
    Regions: Some("directoryRegionList"), From::Version(WITH_REGIONS), "oroRegionList";
    /// Customers of a window.
    CustomerList: Some("customerCustomerList"), From::Installed, "oroCustomerList";
    /// One customer.
    CustomerInfo: Some("customerCustomerInfo"), From::Version(SUPPORTED), "oroCustomerInfo";
    /// A new customer.
    CustomerCreate: Some("customerCustomerCreate"), From::Version(SUPPORTED), "oroCustomerCreate";
    /// A changed customer.
    CustomerUpdate: Some("customerCustomerUpdate"), From::Version(SUPPORTED), "oroCustomerUpdate";
    /// A customer's addresses.
    AddressList: Some("customerAddressList"), From::Version(SUPPORTED), "oroCustomerAddressList";
    /// One address.
    AddressInfo: Some("customerAddressInfo"), From::Version(SUPPORTED), "oroCustomerAddressInfo";
    /// Orders of a window.
    OrderList: Some("salesOrderList"), From::Installed, "oroOrderList";
    /// One order.
    OrderInfo: Some("salesOrderInfo"), From::Version(SUPPORTED), "oroOrderInfo";
    /// Carts of a window.
    CartList: None, From::Installed, "oroQuoteList";
    /// Newsletter subscribers of a window.
    SubscriberList: None, From::Version(SUPPORTED), "newsletterSubscriberList";
    /// A new subscriber.
    SubscriberCreate: None, From::Installed, "newsletterSubscriberCreate";
    /// A changed subscriber.
    SubscriberUpdate: None, From::Installed, "newsletterSubscriberUpdate";
}

impl Endpoint {
    /// The function to call with that bridge, or with none.
    ///
    /// # Errors
    /// [`ClientError::BridgeRequired`] when only a newer bridge, or any, has such a function.
    pub fn operation(self, bridge: Option<&ExtensionVersion>) -> Result<&'static str, ClientError> {
        let (native, from, of_the_bridge) = self.row();
        let usable = match from {
            From::Installed => bridge.is_some(),
            From::Version(version) => bridge.is_some_and(|installed| installed.at_least(version)),
        };
        if usable {
            return Ok(of_the_bridge);
        }
        native.ok_or_else(|| ClientError::BridgeRequired(of_the_bridge.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors 77 and 78, and a bridge too old for details.
    #[test]
    fn the_bridge_decides_which_function_is_called() {
        use Endpoint::*;
        for (endpoint, none, old, supported, newest) in [
            (CustomerList, "customerCustomerList", "oroCustomerList", "oroCustomerList", "oroCustomerList"),
            (CustomerInfo, "customerCustomerInfo", "customerCustomerInfo", "oroCustomerInfo", "oroCustomerInfo"),
            (Websites, "storeList", "storeList", "oroWebsiteList", "oroWebsiteList"),
            (Regions, "directoryRegionList", "directoryRegionList", "directoryRegionList", "oroRegionList"),
            (CartList, "", "oroQuoteList", "oroQuoteList", "oroQuoteList"),
            (SubscriberList, "", "", "newsletterSubscriberList", "newsletterSubscriberList"),
            (SubscriberCreate, "", "newsletterSubscriberCreate", "newsletterSubscriberCreate", "newsletterSubscriberCreate"),
        ] {
            for (version, expected) in
                [(None, none), (Some("1.1.3"), old), (Some("1.2.0"), supported), (Some("1.2.19"), newest)]
            {
                let bridge = version.map(ExtensionVersion::new);
                match endpoint.operation(bridge.as_ref()) {
                    Ok(operation) => assert_eq!(operation, expected, "{endpoint:?} with {version:?}"),
                    Err(ClientError::BridgeRequired(_)) => assert_eq!(expected, "", "{endpoint:?} with {version:?}"),
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }

    #[test]
    fn every_function_of_the_table_is_in_the_contract() {
        use Endpoint::*;
        let contract = crate::magento::Contract::shared();
        for endpoint in [
            Websites, Regions, CustomerList, CustomerInfo, CustomerCreate, CustomerUpdate, AddressList, AddressInfo,
            OrderList, OrderInfo, CartList, SubscriberList, SubscriberCreate, SubscriberUpdate,
        ] {
            let (native, _, bridge) = endpoint.row();
            assert!(native.is_none_or(|name| contract.operation(name).is_some()), "{endpoint:?}");
            assert!(contract.operation(bridge).is_some_and(|facts| facts.since.is_some()), "{endpoint:?}");
        }
    }
}
