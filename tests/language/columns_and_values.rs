//! Columns, ids and values of the shop: what nobody can mean is refused before anything runs, with what may be meant.

use std::path::Path;

use mockgento::scenario::Scenario;

/// What is said of a scenario with these steps.
fn said(steps: &str) -> String {
    let head = "title: columns\nshop: {seed: boutique}\nintegration: {sync start date: 2024-01-01}\nsteps:\n  - sync\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/columns.yaml");
    let text = format!("{head}{steps}");
    match Scenario::from_text(&path, &text) {
        Ok(_) => String::new(),
        // The line and the column come first; the tests of places look at those.
        Err(error) => error.to_string().splitn(4, ':').last().unwrap_or_default().trim_start().to_owned(),
    }
}

#[test]
fn what_nobody_can_mean_is_refused() {
    let ada =
        |set: &str| format!("  - in magento: {{update customer: {{customer: ada@example.com, set: {{{set}}}}}}}\n");
    let created = |set: &str| format!("  - in magento: {{create customer: {{set: {{{set}}}}}}}\n");
    let named = "email: new@example.com, firstname: New, lastname: Comer";
    let shop = |rows: &str| format!("  - expect: {{shop: {{rows: {rows}}}}}\n");
    let magento = |edit: &str| format!("  - in magento: {{{edit}}}\n");
    for (steps, expected) in [
        (ada("lastnam: Byron"), "customer has no column `lastnam`; did you mean `lastname`?"),
        (ada("midlename: A"), "customer has no column `midlename`; did you mean `middlename`?"),
        (ada("wbesite_id: 1"), "customer has no column `wbesite_id`; did you mean `website_id`?"),
        (ada("firstName: Ada"), "customer has no column `firstName`; did you mean `firstname`?"),
        (ada("gender: female"), "customer.gender cannot hold \"female\"; write 1 for Male, 2 for Female"),
        (ada("dob: 31.12.1980"), "customer.dob cannot hold \"31.12.1980\"; Magento takes 1980-12-31"),
        (ada("website_id: base"), "customer.website_id cannot hold \"base\"; it is a whole number: the website's id"),
        (ada("group_id: Wholesale"), "customer.group_id cannot hold \"Wholesale\"; it is a whole number: the customer"),
        (ada("is_active: 70000"), "customer.is_active cannot hold \"70000\"; it holds 0 to 65535"),
        (ada("email: nobody"), "`nobody` is no e-mail address, and Magento refuses it; write one such as"),
        (
            created("firstname: New, lastname: Comer"),
            "a customer has an e-mail address: Magento saves none without; add",
        ),
        (created("email: new@example.com, lastname: Comer"), "a customer has a first name"),
        (created("email: new@example.com, firstname: New, lastname: ''"), "a customer has a last name"),
        (created(&format!("{named}, dob: 1980-02-30")), ""),
        (created(&format!("{named}, created_at: now")), "customer.created_at cannot hold \"now\"; write a UTC time"),
        (
            magento("create address: {customer: ada@example.com, set: {stret: x}}"),
            "customer_address has no column `stret`; did you mean `street`?",
        ),
        (
            magento("update address: {address: 1, set: {country_id: Germany}}"),
            "customer_address.country_id cannot hold \"Germany\"; write a country's code of two letters",
        ),
        (
            magento("update address: {address: 1, set: {region_id: Texas}}"),
            "customer_address.region_id cannot hold \"Texas\"; it is a whole number: the region's id",
        ),
        (
            magento("place order: {customer: ada@example.com, items: []}"),
            "nothing is bought: Magento places no order without items; add `items: [{sku: …, price: …}]`",
        ),
        (
            magento("place order: {customer: ada@example.com, items: [{sku: a, prise: 1}]}"),
            "sales_flat_quote_item has no column `prise`; did you mean `price`?",
        ),
        (
            magento("place order: {customer: ada@example.com, items: [{sku: a, price: '9,99'}]}"),
            "sales_flat_quote_item.price cannot hold \"9,99\"; write a number such as 12.50",
        ),
        (magento("create cart: {guest: {email: gus, firstname: G}, items: [{sku: a}]}"), "`gus` is no e-mail address"),
        (
            magento("place order: {customer: ada@example.com, items: [{sku: a}], set: {shiping_amount: 5}}"),
            "sales_flat_order has no column `shiping_amount`; did you mean `shipping_amount`?",
        ),
        (magento("subscribe: {email: nobody}"), "`nobody` is no e-mail address"),
        (
            magento("subscribe: {email: a@example.com, set: {store: 1}}"),
            "newsletter_subscriber has no column `store`; did you mean `store_id`?",
        ),
        (
            magento("update: {table: core_stor, id: 1, set: {name: x}}"),
            "`core_stor` is not a table of the shop; did you mean `core_store`?",
        ),
        (
            magento("create: {table: customer_group, set: {customer_group_cod: x}}"),
            "customer_group has no column `customer_group_cod`; did you mean `customer_group_code`?",
        ),
        (magento("configure: {path: locale, value: x}"), "this is no path of Magento's configuration"),
        (
            shop("customer, where: {emial: nobody@example.com}, count: 0"),
            "customer has no column `emial`; did you mean `email`?",
        ),
        (
            shop("sales_flat_order, have: {grandtotal: 60}"),
            "sales_flat_order has no column `grandtotal`; did you mean `grand_total`?",
        ),
        (shop("customer, where: {website_id: base}, count: 0"), "website_id never is \"base\"; write a whole number"),
        (shop("customer, are: [{gender: female}]"), "gender never is \"female\"; write a whole number"),
        (shop("customer, have: {customer_id: 1}"), "customer has no column `customer_id`"),
        (
            "  - expect: {crm: {rows: customer, have: {guest: no}}}\n".to_owned(),
            "guest never is \"no\"; write true or false",
        ),
        (ada("lastname: King, dob: 12/10/1980, gender: 2"), ""),
        (
            magento("create: {table: eav_attribute, set: {entity_type_id: 1, attribute_code: loyalty}}")
                + &ada("loyalty: gold")
                + &shop("customer, where: {loyalty: gold}, count: 1"),
            "",
        ),
    ] {
        let found = said(&steps);
        assert!(found.starts_with(expected) && found.is_empty() == expected.is_empty(), "{steps}{found}");
    }
}
