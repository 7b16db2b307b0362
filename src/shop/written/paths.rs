//! Paths of Magento's configuration: the groups of its own sections with all their fields, and what those fields take that
//! the shop reads. Modules may have sections and groups of their own.

use super::Miswritten;
use super::takes::{Labels, Takes};
use crate::nearest;
use crate::shop::config::TIME_ZONE;

/// The days of a week as the form has them.
const WEEKDAYS: Labels = &[
    ("0", "Sunday"),
    ("1", "Monday"),
    ("2", "Tuesday"),
    ("3", "Wednesday"),
    ("4", "Thursday"),
    ("5", "Friday"),
    ("6", "Saturday"),
];

/// What fields take, by path.
const TAKES: &[(&str, Takes)] = &[
    (TIME_ZONE, Takes::TimeZone),
    ("general/locale/code", Takes::Locale),
    ("general/locale/firstday", Takes::One(WEEKDAYS)),
    ("general/country/default", Takes::Country),
    ("general/country/allow", Takes::Countries),
    ("general/country/optional_zip_countries", Takes::Countries),
    ("general/region/state_required", Takes::Countries),
    ("general/region/display_all", Takes::YesNo),
    ("general/store_information/merchant_country", Takes::Country),
    ("currency/options/base", Takes::Currency),
    ("currency/options/default", Takes::Currency),
    ("currency/options/allow", Takes::Currencies),
    ("web/unsecure/base_url", Takes::BaseUrl),
    ("web/secure/base_url", Takes::BaseUrl),
    ("web/secure/use_in_frontend", Takes::YesNo),
    ("web/secure/use_in_adminhtml", Takes::YesNo),
    ("web/seo/use_rewrites", Takes::YesNo),
    ("web/url/use_store", Takes::YesNo),
    (
        "web/url/redirect_to_base",
        Takes::One(&[("0", "No"), ("1", "Yes (302 Found)"), ("301", "Yes (301 Moved Permanently)")]),
    ),
    ("customer/account_share/scope", Takes::One(&[("0", "Global"), ("1", "Per Website")])),
    ("customer/create_account/default_group", Takes::Record("customer_group", "customer_group_code")),
    ("customer/create_account/confirm", Takes::YesNo),
    ("customer/create_account/auto_group_assign", Takes::YesNo),
    ("api/config/session_timeout", Takes::Count),
    ("api/config/compliance_wsi", Takes::YesNo),
    ("api/config/wsdl_cache_enabled", Takes::YesNo),
    ("oro/api/enable_attributes", Takes::YesNo),
    ("catalog/price/scope", Takes::One(&[("0", "Global"), ("1", "Website")])),
    ("cataloginventory/options/can_subtract", Takes::YesNo),
    ("cataloginventory/options/can_back_in_stock", Takes::YesNo),
    ("cataloginventory/item_options/manage_stock", Takes::YesNo),
    ("cataloginventory/item_options/enable_qty_increments", Takes::YesNo),
    ("cataloginventory/item_options/auto_return", Takes::YesNo),
    (
        "cataloginventory/item_options/backorders",
        Takes::One(&[
            ("0", "No Backorders"),
            ("1", "Allow Qty Below 0"),
            ("2", "Allow Qty Below 0 and Notify Customer"),
        ]),
    ),
    ("cataloginventory/item_options/min_sale_qty", Takes::NotNegative),
    ("cataloginventory/item_options/max_sale_qty", Takes::NotNegative),
    ("newsletter/subscription/confirm", Takes::YesNo),
    ("newsletter/subscription/allow_guest_subscribe", Takes::YesNo),
    ("sales_email/order/enabled", Takes::YesNo),
    ("sales_email/order_comment/enabled", Takes::YesNo),
    ("sales_email/invoice/enabled", Takes::YesNo),
    ("sales_email/invoice_comment/enabled", Takes::YesNo),
    ("sales_email/shipment/enabled", Takes::YesNo),
    ("sales_email/shipment_comment/enabled", Takes::YesNo),
    ("sales_email/creditmemo/enabled", Takes::YesNo),
    ("sales_email/creditmemo_comment/enabled", Takes::YesNo),
    ("checkout/options/guest_checkout", Takes::YesNo),
    ("checkout/options/enable_agreements", Takes::YesNo),
    ("tax/classes/shipping_tax_class", Takes::TaxClass),
    (
        "tax/calculation/algorithm",
        Takes::One(&[
            ("UNIT_BASE_CALCULATION", "Unit Price"),
            ("ROW_BASE_CALCULATION", "Row Total"),
            ("TOTAL_BASE_CALCULATION", "Total"),
        ]),
    ),
    ("tax/calculation/price_includes_tax", Takes::YesNo),
    ("tax/calculation/shipping_includes_tax", Takes::YesNo),
    ("carriers/flatrate/active", Takes::YesNo),
    ("carriers/flatrate/price", Takes::NotNegative),
    ("carriers/freeshipping/active", Takes::YesNo),
    ("carriers/freeshipping/free_shipping_subtotal", Takes::NotNegative),
    ("payment/ccsave/active", Takes::YesNo),
    ("payment/checkmo/active", Takes::YesNo),
    ("payment/free/active", Takes::YesNo),
    ("payment/banktransfer/active", Takes::YesNo),
    ("payment/cashondelivery/active", Takes::YesNo),
    ("payment/purchaseorder/active", Takes::YesNo),
];

/// Groups of Magento's sections and their fields, as its `system.xml` files have them.
const GROUPS: &[(&str, &[&str])] = &[
    ("general/country", &["default", "allow", "optional_zip_countries", "eu_countries", "destinations"]),
    ("general/region", &["state_required", "display_all"]),
    ("general/locale", &["timezone", "code", "firstday", "weekend"]),
    (
        "general/store_information",
        &["name", "phone", "hours", "merchant_country", "merchant_vat_number", "validate_vat_number", "address"],
    ),
    ("currency/options", &["base", "default", "allow", "trim_insignificant_zeros"]),
    ("web/url", &["use_store", "redirect_to_base"]),
    ("web/seo", &["use_rewrites"]),
    ("web/unsecure", &["base_url", "base_link_url", "base_skin_url", "base_media_url", "base_js_url"]),
    (
        "web/secure",
        &[
            "base_url",
            "base_link_url",
            "base_skin_url",
            "base_media_url",
            "base_js_url",
            "use_in_frontend",
            "use_in_adminhtml",
            "offloader_header",
        ],
    ),
    ("customer/account_share", &["scope"]),
    (
        "customer/create_account",
        &[
            "auto_group_assign",
            "tax_calculation_address_type",
            "default_group",
            "viv_domestic_group",
            "viv_intra_union_group",
            "viv_invalid_group",
            "viv_error_group",
            "viv_on_each_transaction",
            "viv_disable_auto_group_assign_default",
            "vat_frontend_visibility",
            "email_domain",
            "email_template",
            "email_identity",
            "confirm",
            "email_confirmation_template",
            "email_confirmed_template",
            "generate_human_friendly_id",
        ],
    ),
    (
        "customer/address",
        &[
            "street_lines",
            "prefix_show",
            "prefix_options",
            "middlename_show",
            "suffix_show",
            "suffix_options",
            "dob_show",
            "taxvat_show",
            "gender_show",
        ],
    ),
    ("api/config", &["charset", "session_timeout", "compliance_wsi", "wsdl_cache_enabled"]),
    ("oro/api", &["enable_attributes"]),
    ("catalog/price", &["scope"]),
    (
        "cataloginventory/options",
        &[
            "can_subtract",
            "can_back_in_stock",
            "show_out_of_stock",
            "stock_threshold_qty",
            "display_product_stock_status",
        ],
    ),
    (
        "checkout/options",
        &["onepage_checkout_enabled", "guest_checkout", "customer_must_be_logged", "enable_agreements"],
    ),
    ("tax/classes", &["shipping_tax_class", "wrapping_tax_class"]),
];

/// What is wrong with a path: one of Magento's that is misspelt. `has` tells what the shop's configuration has besides.
///
/// # Errors
/// [`Miswritten`] with the path that is meant, or the fields of the group.
pub(crate) fn check_path(path: &str, has: impl Fn(&str) -> bool) -> Result<(), Miswritten> {
    let parts: Vec<&str> = path.split('/').collect();
    // Some of Magento's own are no fields of a form and go deeper: crontab/jobs/NAME/schedule/cron_expr.
    if parts.len() > 3 && parts.iter().all(|part| !part.is_empty()) {
        return Ok(());
    }
    let [section, group, field] = parts.as_slice() else {
        let remedy = "write section/group/field, such as general/locale/timezone";
        return Err(Miswritten::new(format!("\"{path}\" is no path of Magento's configuration"), remedy));
    };
    if has(path) || TAKES.iter().any(|(known, _)| *known == path) {
        return Ok(());
    }
    let small = path.to_ascii_lowercase();
    let is_known = |path: &str| {
        let of_group = |(group, fields): &(&str, &[&str])| {
            path.strip_prefix(group)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|field| fields.contains(&field))
        };
        TAKES.iter().any(|(known, _)| *known == path) || GROUPS.iter().any(of_group)
    };
    let unknown = |remedy: String| Err(Miswritten::new(format!("Magento's configuration has no \"{path}\""), remedy));
    if small != path && is_known(&small) {
        return unknown(format!("did you mean {small}?"));
    }
    let named = format!("{section}/{group}");
    if let Some((_, fields)) = GROUPS.iter().find(|(known, _)| *known == named) {
        if fields.contains(field) {
            return Ok(());
        }
        let meant = nearest::meant(field, fields.iter().copied());
        return unknown(match meant {
            Some(meant) => format!("did you mean {named}/{meant}?"),
            None => format!("{named} has {}", fields.join(", ")),
        });
    }
    let beside = TAKES.iter().filter_map(|(known, _)| known.strip_prefix(&named)?.strip_prefix('/'));
    if let Some(meant) = nearest::meant(field, beside) {
        return unknown(format!("did you mean {named}/{meant}?"));
    }
    // A group of somebody's own is not called nearly like one of Magento's that has the field.
    let with_field = GROUPS.iter().filter(|(_, fields)| fields.contains(field)).map(|(known, _)| *known);
    let of_shop = TAKES.iter().filter_map(|(known, _)| known.strip_suffix(*field)?.strip_suffix('/'));
    let alike = with_field.chain(of_shop).map(|known| (strsim::normalized_damerau_levenshtein(known, &named), known));
    let nearest = alike.filter(|(likeness, _)| *likeness > ALIKE).max_by(|one, other| one.0.total_cmp(&other.0));
    match nearest {
        Some((_, meant)) => unknown(format!("did you mean {meant}/{field}?")),
        None => Ok(()),
    }
}

/// How like each other two groups are, by the letters that differ, when one is the other misspelt.
const ALIKE: f64 = 0.85;

/// Whether a field takes a value, without a shop to ask.
///
/// # Errors
/// [`Miswritten`] for a value that Magento's form refuses.
pub(crate) fn check_setting(path: &str, value: &str) -> Result<(), Miswritten> {
    let said = |takes: Takes| match takes {
        // Nobody chooses nothing from a list.
        Takes::TimeZone | Takes::Locale | Takes::Currency | Takes::YesNo | Takes::One(_) if value.is_empty() => {
            takes.objection("?")
        }
        _ => takes.objection(value),
    };
    match takes(path).and_then(said) {
        Some(remedy) => Err(Miswritten::new(format!("{path} cannot be \"{value}\""), remedy)),
        None => Ok(()),
    }
}

/// What the field of a path takes.
pub(in crate::shop) fn takes(path: &str) -> Option<Takes> {
    TAKES.iter().find(|(known, _)| *known == path).map(|(_, takes)| *takes)
}

/// A value as it is saved: Magento ends base URLs with a slash.
pub(in crate::shop) fn saved(path: &str, value: &str) -> String {
    let is_base = matches!(takes(path), Some(Takes::BaseUrl));
    if is_base && !value.is_empty() && !value.ends_with('/') { format!("{value}/") } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_path_is_told_and_a_modules_own_is_free() {
        for (path, expected) in [
            ("general/locale/timezone", None),
            ("general/local/timezone", Some("did you mean general/locale/timezone?")),
            ("genral/locale/timezone", Some("did you mean general/locale/timezone?")),
            ("general/locale/timezon", Some("did you mean general/locale/timezone?")),
            ("web/unsecure/baseurl", Some("did you mean web/unsecure/base_url?")),
            ("customer/account_share/scopes", Some("did you mean customer/account_share/scope?")),
            ("customer/account_share/colour", Some("customer/account_share has scope")),
            ("payment/checkmo/activ", Some("did you mean payment/checkmo/active?")),
            ("payment/checkmo/title", None),
            ("carriers/flatrat/active", Some("did you mean carriers/flatrate/active?")),
            ("customer/acme/enabled", None),
            ("acme/options/base", None),
            ("payment/acme/active", None),
            ("carriers/acme/active", None),
            ("carriers/tablerate/active", None),
            ("known/to/shop", None),
            ("crontab/jobs/acme/schedule/cron_expr", None),
            ("General/Locale/Timezone", Some("did you mean general/locale/timezone?")),
            ("sales_email/order/enabeld", Some("did you mean sales_email/order/enabled?")),
            ("locale", Some("write section/group/field, such as general/locale/timezone")),
        ] {
            let said = check_path(path, |path| path == "known/to/shop").err().map(|wrong| wrong.remedy);
            assert_eq!(said.as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn settings_are_those_that_forms_take() {
        for (path, value, fits) in [
            ("general/locale/timezone", "Europe/Berlin", true),
            ("general/locale/timezone", "Europe/Berln", false),
            ("general/locale/timezone", "", false),
            ("general/locale/firstday", "9", false),
            ("general/locale/code", "de_DE", true),
            ("general/locale/code", "zh_Hans_CN", true),
            ("general/locale/code", "xx_YY", false),
            ("general/locale/code", "german", false),
            ("tax/calculation/algorithm", "UNIT", false),
            ("tax/calculation/algorithm", "UNIT_BASE_CALCULATION", true),
            ("newsletter/subscription/confirm", "yes", false),
            ("cataloginventory/item_options/manage_stock", "maybe", false),
            ("currency/options/base", "XYZ", false),
            ("web/unsecure/base_url", "shop", false),
            ("oro/api/enable_attributes", "maybe", false),
            ("customer/account_share/scope", "2", false),
            ("api/config/session_timeout", "soon", false),
            ("acme/options/anything", "soon", true),
        ] {
            assert_eq!(check_setting(path, value).is_ok(), fits, "{path} {value}");
        }
        assert_eq!(saved("web/unsecure/base_url", "http://shop.example"), "http://shop.example/");
        assert_eq!(saved("general/locale/code", "de_DE"), "de_DE");
    }
}
