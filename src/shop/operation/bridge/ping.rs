//! `oroPing`: wire spec, section 8.2.

use super::super::{Call, Operations};
use crate::shop::Refusal;
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[("oroPing", ping)];

fn ping(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let shop = &*call.shop;
    let mut answer = SoapStruct::new();
    answer.set("version", shop.bridge().map(|release| release.ping.as_str().to_owned()));
    answer.set("mage_version", shop.flavor().magento_version());
    let front_name = shop.settings.text("admin/url/front_name");
    answer.set("admin_url", format!("{}index.php/{front_name}/", shop.base_url()));
    // Declared since 1.2.6, sent since 1.2.7: 1 is accounts per website, 0 global.
    if shop.bridge().is_some_and(|release| release.at_least("1.2.7.0")) {
        answer.set("customer_scope", shop.settings.text("customer/account_share/scope"));
    }
    Ok(answer.into())
}
