//! What the catalogue does with what does not fit: links to what is not there, the admin's store, prices of one quantity,
//! coupons in other spellings.

use crate::support::sales;
use crate::support::wire::{STYLES, Wire};
use mockgento::soap::WireStyle;
use serde_json::json;

#[test]
fn a_link_to_a_product_that_is_not_there_is_refused_by_the_database() {
    let refused = "SQLSTATE[23000]: Integrity constraint violation: 1452 Cannot add or update a child row: a foreign key \
                   constraint fails (`magento`.`catalog_product_link`, CONSTRAINT \
                   `FK_CAT_PRD_LNK_LNKED_PRD_ID_CAT_PRD_ENTT_ENTT_ID` FOREIGN KEY (`linked_product_id`) REFERENCES \
                   `catalog_product_entity` (`entity_id`) ON DELETE CASCADE ON UPDATE CASCADE), query was: INSERT INTO \
                   `catalog_product_link` (`product_id`, `linked_product_id`, `link_type_id`) VALUES (?, ?, ?)";
    let caught = "Link product does not exist.";
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        for (operation, linked, data, expected) in [
            ("catalogProductLinkAssign", "99", json!({}), Err(refused)),
            ("catalogProductLinkAssign", "NOSUCH", json!({"position": "1"}), Err(refused)),
            ("catalogProductLinkUpdate", "99", json!({"position": "1"}), Err(caught)),
            // Nothing is said of the link, so that nothing is done.
            ("catalogProductLinkUpdate", "99", json!({}), Ok(())),
            ("catalogProductLinkUpdate", "POT", json!({}), Ok(())),
        ] {
            let link = json!({"type": "related", "product": "TEA-G", "linkedProduct": linked, "data": data});
            let answer = shop.call(operation, link).map(|_| ());
            // The resource's code stands before the text.
            let expected = expected.map_err(|text| format!("102 {text}"));
            assert_eq!(answer, expected, "{operation} {linked} {data}");
        }
        assert!(shop.rows("catalogProductLinkList", json!({"type": "related", "product": "1"})).is_empty());
    }
}

#[test]
fn the_store_of_the_admin_has_no_catalogue() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        for store in ["0", "admin"] {
            let tree = shop.call("catalogCategoryTree", json!({"parentId": null, "storeView": store}));
            assert!(tree.as_ref().is_err_and(|text| text.contains("Varien_Data_Tree_Node, null given")), "{tree:?}");
            let level = json!({"website": null, "storeView": store, "parentCategory": null});
            let level = shop.rows("catalogCategoryLevel", level);
            let ids: Vec<_> = level.iter().filter_map(|row| row.text("category_id")).collect();
            assert_eq!(ids, ["1"], "what is below no category is the one above all");
        }
        let root = shop.record("catalogCategoryInfo", json!({"categoryId": 1}));
        assert_eq!(root.text("url_path"), None);
    }
}

#[test]
fn tier_prices_of_one_quantity_stay_as_they_were_made() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let mut update = |tiers: &[(&str, &str, f64)]| {
            let tiers: Vec<_> = tiers
                .iter()
                .map(|(group, qty, price)| json!({"customer_group_id": group, "qty": qty, "price": price}))
                .collect();
            shop.ok("catalogProductAttributeTierPriceUpdate", json!({"product": "TEA-G", "tier_price": tiers}));
            let listed = shop.rows("catalogProductAttributeTierPriceInfo", json!({"product": "TEA-G"}));
            let listed: Vec<String> = listed.iter().filter_map(|row| row.text("price")).collect();
            let info = shop.record("catalogProductInfo", json!({"productId": "TEA-G"}));
            let shown: Vec<String> = crate::support::wire::rows(&info.get("tier_price").cloned().unwrap_or_default())
                .iter()
                .filter_map(|row| row.text("price"))
                .collect();
            assert_eq!(listed, shown, "the product's own record has them in the same order");
            listed.join(" ")
        };
        assert_eq!(update(&[("all", "10", 4.0), ("2", "5", 6.0), ("all", "5", 7.0), ("1", "5", 5.0)]), "6 7 5 4");
        assert_eq!(update(&[("1", "5", 5.5), ("0", "5", 8.0), ("all", "5.0", 7.5), ("all", "10", 4.0)]), "7.5 5.5 8 4");
    }
}

#[test]
fn a_coupon_is_found_as_the_database_finds_texts() {
    for (code, expected) in [
        ("save10", Ok("1")),
        ("SAVE10 ", Ok("1")),
        ("SAVE1O", Err("1083 Coupon is not valid.")),
        ("\u{a0}", Err("1083 Coupon is not valid.")),
        ("0", Ok("1")),
    ] {
        let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
        let cart = sales::cart(&mut shop);
        let answer = shop.call("shoppingCartCouponAdd", json!({"quoteId": cart, "couponCode": code}));
        let answer = answer.map(|value| value.to_int().map(|number| number.to_string()).unwrap_or_default());
        assert_eq!(answer, expected.map(str::to_owned).map_err(str::to_owned), "{code:?}");
    }
}
