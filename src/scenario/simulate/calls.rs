//! Calls that a sync makes of a shop with some bridge or with none: what trouble strikes and edits come before. Which function
//! serves a purpose is known to the client; here stands only what is called how often.

use super::dice::Dice;
use super::in_crm::InCrm;
use crate::client::{BridgeEndpoint, Endpoint};
use crate::magento::BridgeRelease;
use crate::sync::bridge::Bridge;

/// What a call is for.
#[derive(Clone, Copy)]
enum Purpose {
    /// Called in any shop.
    Always(&'static str),
    /// Called where a bridge is.
    Installed(&'static str),
    /// A function of either API.
    Either(Endpoint),
    /// A function of the bridge.
    OfTheBridge(BridgeEndpoint),
    /// Called for the details that Magento's own lists lack.
    Detail(Endpoint),
}

impl Purpose {
    fn operation(self, bridge: &Bridge) -> Option<&'static str> {
        match self {
            Self::Always(operation) => Some(operation),
            Self::Installed(operation) => bridge.is_installed().then_some(operation),
            Self::Either(endpoint) => Some(endpoint.operation(bridge.version())),
            Self::OfTheBridge(endpoint) => endpoint.operation(bridge.version()).ok(),
            Self::Detail(endpoint) => (!bridge.is_supported()).then(|| endpoint.operation(bridge.version())),
        }
    }
}

/// Calls of a sync: how often they are drawn, and whether every sync makes them that nothing strikes.
const OF_A_SYNC: &[(usize, bool, Purpose)] = &[
    (1, true, Purpose::Always("login")),
    (1, false, Purpose::Installed("oroPing")),
    (1, false, Purpose::Either(Endpoint::Websites)),
    (1, true, Purpose::Always("storeList")),
    (1, true, Purpose::Always("customerGroupList")),
    (1, false, Purpose::Either(Endpoint::Regions)),
    (2, true, Purpose::Either(Endpoint::CustomerList)),
    (1, true, Purpose::OfTheBridge(BridgeEndpoint::CartList)),
    (2, true, Purpose::Either(Endpoint::OrderList)),
    (1, false, Purpose::OfTheBridge(BridgeEndpoint::SubscriberList)),
    (1, false, Purpose::Always("salesOrderCreditmemoList")),
    (1, false, Purpose::Always("salesOrderCreditmemoInfo")),
    (1, false, Purpose::Detail(Endpoint::CustomerInfo)),
    (1, false, Purpose::Detail(Endpoint::AddressList)),
    (2, false, Purpose::Detail(Endpoint::OrderInfo)),
];

/// Calls of an export.
const OF_AN_EXPORT: &[Purpose] = &[
    Purpose::Either(Endpoint::CustomerInfo),
    Purpose::Either(Endpoint::CustomerUpdate),
    Purpose::Either(Endpoint::CustomerCreate),
    Purpose::Either(Endpoint::AddressInfo),
    Purpose::Always("customerAddressUpdate"),
    Purpose::Always("customerAddressCreate"),
];

/// What a user makes in the CRM, the call that makes it in the shop, and that which looks afterwards whether one was made
/// whose answer never came.
const CREATIONS: &[(InCrm, Purpose, Purpose)] = &[
    (InCrm::CreateCustomer, Purpose::Either(Endpoint::CustomerCreate), Purpose::Always("customerCustomerList")),
    (InCrm::CreateAddress, Purpose::Always("customerAddressCreate"), Purpose::Either(Endpoint::AddressList)),
];

/// The calls of one shop.
pub(super) struct Calls {
    sync: Vec<(usize, &'static str)>,
    sure: Vec<&'static str>,
    export: Vec<&'static str>,
    creations: Vec<(InCrm, &'static str, &'static str)>,
}

impl Calls {
    /// Those of a shop with that bridge.
    pub(super) fn of(bridge: Option<&BridgeRelease>) -> Self {
        let bridge = Bridge::new(bridge.map(|release| release.ping.clone()));
        let made = |(weight, _, purpose): &(usize, bool, Purpose)| Some((*weight, purpose.operation(&bridge)?));
        let is_sure = |(_, is_sure, purpose): &(usize, bool, Purpose)| purpose.operation(&bridge).filter(|_| *is_sure);
        let creation = |(kind, made, looked): &(InCrm, Purpose, Purpose)| {
            Some((*kind, made.operation(&bridge)?, looked.operation(&bridge)?))
        };
        Self {
            sync: OF_A_SYNC.iter().filter_map(made).collect(),
            sure: OF_A_SYNC.iter().filter_map(is_sure).collect(),
            export: OF_AN_EXPORT.iter().filter_map(|purpose| purpose.operation(&bridge)).collect(),
            creations: CREATIONS.iter().filter_map(creation).collect(),
        }
    }

    /// A call that every sync makes that nothing strikes.
    pub(super) fn sure(&self, dice: &mut Dice) -> &'static str {
        dice.pick(&self.sure).copied().unwrap_or("login")
    }

    /// A call that a sync may make.
    pub(super) fn any(&self, is_two_way: bool, dice: &mut Dice) -> &'static str {
        if is_two_way && dice.chance(35) {
            return dice.pick(&self.export).copied().unwrap_or("login");
        }
        dice.weighted(&self.sync).unwrap_or("login")
    }

    /// A creation: what a user does, the call that follows, and the look for what it made.
    pub(super) fn creation(&self, dice: &mut Dice) -> Option<(InCrm, &'static str, &'static str)> {
        dice.pick(&self.creations).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::quirk::Quirk;
    use crate::scenario::Scenario;
    use crate::scenario::run::runner::{self, Carrier, RunOptions};
    use crate::snapshot::Mode;

    /// A sync that makes every call there is: edits of all kinds wait, and answers to creations are lost.
    fn scenario(bridge: &str) -> String {
        format!(
            "title: All calls
quirks: {{{}: {}}}
shop: {{bridge: {bridge}}}
clock: 2014-01-15 12:00:00
integration: {{sync start date: 2013-05-01, two way sync: yes}}
steps:
  - in magento:
      - place order: {{customer: '1', items: [{{sku: mug, name: Mug, price: 10}}]}}
  - sync
  - advance: 1 hour
  - in crm: {{update customer: {{customer: '1', set: {{firstName: Ida}}}}}}
  - in crm: {{update address: {{address: '1', set: {{city: Rome}}}}}}
  - in crm: {{create address: {{customer: '8', set: {{firstName: A, lastName: B, street: S, city: Bonn, country: DE, postalCode: '1', phone: '1'}}}}}}
  - in crm: {{create customer: {{set: {{email: new@example.com, firstName: A, lastName: B, store: '1', group: '1'}}}}}}
  - disrupt: {{operation: customerAddressCreate, with: half-open, times: 4, may miss: yes}}
  - disrupt: {{operation: {}, with: half-open, times: 4, may miss: yes}}
  - sync
  - expect: {{outcome: any}}
  - clear
  - advance: 5 minutes
  - sync
  - expect: {{outcome: any}}
",
            Quirk::TwoWayNeedsNoBridge.id(),
            if bridge == "none" { "yes" } else { "no" },
            if bridge == "none" { "customerCustomerCreate" } else { "oroCustomerCreate" },
        )
    }

    #[test]
    fn every_call_that_is_drawn_is_made() {
        for bridge in ["none", "1.2.0", "1.2.14", "1.2.19"] {
            let scenario = Scenario::from_text(Path::new("calls.yaml"), &scenario(bridge)).unwrap();
            let case = scenario.cases().remove(0);
            let result = runner::run(&case, RunOptions::new(Carrier::InMemory, Mode::Check));
            let calls = Calls::of(BridgeRelease::find(bridge).ok());
            let looked = calls.creations.iter().map(|(_, _, looked)| *looked);
            let drawn: BTreeSet<&str> =
                calls.sync.iter().map(|(_, name)| *name).chain(calls.export.clone()).chain(looked).collect();
            let never: Vec<&str> =
                drawn.into_iter().filter(|name| !result.exercised.operations.contains(*name)).collect();
            assert!(never.is_empty(), "bridge {bridge}: {never:?} are never called; {:?}", result.failures);
        }
    }
}
