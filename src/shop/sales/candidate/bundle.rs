//! A bundle: the buyer chooses selections of its options, and each goes under it. Its price is its own, or that of the
//! selections.

use super::request::{Map, array, key, list, text, texts_of};
use super::{Candidate, Request, is_virtual};
use crate::shop::sales::amount::{Amount, amount_of, rounded};
use crate::shop::{Row, Shop};
use crate::soap::value::leading_int;

const SPECIFY: &str = "Please specify product option(s).";

/// A selection with its option and its product.
#[derive(Clone, Copy)]
pub(super) struct Selection<'a> {
    row: &'a Row,
    option: &'a Row,
    product: &'a Row,
}

impl<'a> Selection<'a> {
    fn id(&self) -> i64 {
        self.row.int("selection_id")
    }

    /// Where it stands among the selections of a bundle.
    fn place(&self) -> (i64, i64, i64, i64) {
        let (option, row) = (self.option, self.row);
        (option.int("position"), option.int("option_id"), row.int("position"), self.id())
    }

    pub(super) fn option(&self) -> &'a Row {
        self.option
    }

    pub(super) fn product(&self) -> &'a Row {
        self.product
    }
}

/// Whether a bundle costs what its selections cost.
pub(in crate::shop) fn is_priced_by_children(product: &Row) -> bool {
    product.text("type_id") == "bundle" && product.int("price_type") == 0
}

/// Whether the selections of a bundle are sent one by one.
pub(in crate::shop) fn is_sent_in_parts(product: &Row) -> bool {
    product.text("type_id") == "bundle" && product.int("shipment_type") == 1
}

/// Whether a bundle weighs what it says, and not what its selections weigh.
pub(in crate::shop) fn has_own_weight(product: &Row) -> bool {
    product.int("weight_type") != 0
}

fn is_on(row: &Row, column: &str) -> bool {
    row.get(column).is_some_and(|flag| flag != "0")
}

impl Shop {
    pub(super) fn bundle(&self, product: &Row, request: &Request) -> Result<Vec<Candidate>, String> {
        let mut parent = self.single(product, request)?;
        let (selections, option_ids) = match request.map("bundle_option") {
            Some(chosen) => self.chosen_selections(product, chosen)?,
            None => self.only_selections(product),
        };
        if selections.is_empty() {
            return Err(SPECIFY.to_owned());
        }
        let mut selections: Vec<Selection<'_>> = selections;
        selections.sort_by_key(Selection::place);
        let qtys = request.map("bundle_option_qty").unwrap_or_default();
        let option_ids = list(option_ids.iter().map(|id| key(&id.to_string())));
        let mut children = Vec::new();
        let mut identity = product.text("entity_id").to_owned();
        for selection in &selections {
            let qty = qty_of(selection, &qtys);
            let (id, shown) = (selection.id(), qty.normalize().to_string());
            parent.add_option(&format!("selection_qty_{id}"), shown.as_str());
            let of = selection.product.text("entity_id");
            parent.add_option_of(&format!("product_qty_{of}"), shown.as_str(), of.to_owned());
            let price = self.selection_price(product, selection, None, qty) * qty;
            let number = |column: &str| self.number(selection.option.text(column));
            let attributes = array(&[
                text("price") + &format!("d:{};", price.normalize()),
                text("qty") + &format!("d:{shown};"),
                text("option_label") + &text(&self.title_of(selection.option)),
                text("option_id") + &number("option_id"),
            ]);
            let mut child = Candidate::new(selection.product, qty, request.serialized(product));
            child.is_child = true;
            child.add_option("selection_id", id.to_string());
            child.add_option("bundle_option_ids", option_ids.as_str());
            child.add_option("bundle_selection_attributes", attributes);
            children.push(child);
            identity.push_str(&format!("_{id}_{shown}"));
        }
        for line in children.iter_mut().chain([&mut parent]) {
            line.add_option("bundle_identity", identity.as_str());
        }
        parent.add_option("bundle_option_ids", option_ids);
        parent.add_option(
            "bundle_selection_ids",
            list(selections.iter().map(|selection| self.number(&selection.id().to_string()))),
        );
        self.describe_bundle(&mut parent, &selections, &children);
        children.insert(0, parent);
        Ok(children)
    }

    /// SKU, weight and kind of a bundle as it was put together.
    fn describe_bundle(&self, parent: &mut Candidate, selections: &[Selection<'_>], children: &[Candidate]) {
        let product = parent.product.clone();
        if product.int("sku_type") == 0 {
            let mut by_position: Vec<&Selection<'_>> = selections.iter().collect();
            by_position.sort_by_key(|selection| (selection.row.int("position"), selection.id()));
            let parts = by_position.iter().map(|selection| selection.product.text("sku"));
            let sku: Vec<&str> = std::iter::once(product.text("sku")).chain(parts).collect();
            parent.facts.set("sku", sku.join("-"));
        }
        if !has_own_weight(&product) {
            let weight = children.iter().map(|child| amount_of(&child.product, "weight") * child.qty).sum();
            parent.facts.set("weight", crate::shop::sales::amount::money(weight));
        }
        let all_virtual = selections.iter().all(|selection| is_virtual(selection.product));
        parent.facts.set("is_virtual", if all_virtual { "1" } else { "0" });
    }

    /// An id as the database gives it.
    pub(super) fn number(&self, id: &str) -> String {
        if self.flavor().integer_columns() { format!("i:{};", leading_int(id)) } else { text(id) }
    }

    /// The title of an option in the shop's default.
    pub(super) fn title_of(&self, option: &Row) -> String {
        let values = self.database.table("catalog_product_bundle_option_value");
        let mut values = values.with("option_id", option.text("option_id"));
        values
            .find(|(_, row)| row.int("store_id") == 0)
            .map_or_else(String::new, |(_, row)| row.text("title").to_owned())
    }

    pub(super) fn bundle_options(&self, product: &Row) -> Vec<&Row> {
        let table = self.database.table("catalog_product_bundle_option");
        let mut rows = table.rows_with("parent_id", product.text("entity_id"));
        rows.sort_by_key(|row| (row.int("position"), row.int("option_id")));
        rows
    }

    fn selections(&self, product: &Row) -> Vec<Selection<'_>> {
        let options = self.database.table("catalog_product_bundle_option");
        let rows = self.database.table("catalog_product_bundle_selection");
        let rows = rows.rows_with("parent_product_id", product.text("entity_id"));
        let selection = |row: &'_ Row| {
            let option = options.row(row.int("option_id"))?;
            Some((option, self.product_by_id(row.int("product_id"))?))
        };
        rows.into_iter()
            .filter_map(|row| selection(row).map(|(option, product)| Selection { row, option, product }))
            .collect()
    }

    /// The selections with those ids, by position.
    pub(super) fn selections_with(&self, product: &Row, ids: &[i64]) -> Vec<Selection<'_>> {
        let mut found: Vec<Selection<'_>> =
            self.selections(product).into_iter().filter(|selection| ids.contains(&selection.id())).collect();
        found.sort_by_key(|selection| (selection.row.int("position"), selection.id()));
        found
    }

    /// What the buyer chose, and the options that they answered.
    fn chosen_selections(&self, product: &Row, chosen: Map) -> Result<(Vec<Selection<'_>>, Vec<i64>), String> {
        // PHP's number of a list is 1 unless it is empty.
        let answers = |texts: &[String], is_list: bool| match is_list {
            true => !texts.is_empty(),
            false => texts.first().is_some_and(|text| leading_int(text) != 0),
        };
        let chosen: Vec<(String, Vec<String>, bool)> = chosen
            .into_iter()
            .map(|(option, value)| (option, texts_of(&value), value.to_text().is_none()))
            .filter(|(_, texts, is_list)| answers(texts, *is_list))
            .collect();
        if chosen.is_empty() {
            return Err("Please select options for product.".to_owned());
        }
        let answered = |option: &Row| chosen.iter().find(|(id, ..)| Some(id.as_str()) == option.get("option_id"));
        if self.bundle_options(product).iter().any(|option| is_on(option, "required") && answered(option).is_none()) {
            return Err("Required options are not selected.".to_owned());
        }
        let ids: Vec<i64> = chosen
            .iter()
            .flat_map(|(_, texts, _)| texts)
            .filter(|text| !text.is_empty())
            .map(|text| leading_int(text))
            .collect();
        let mut selections = self.selections_with(product, &ids);
        for selection in selections.iter().filter(|selection| !self.is_salable(selection.product)) {
            let is_multi = matches!(selection.option.text("type"), "checkbox" | "multi");
            let more = answered(selection.option).is_some_and(|(_, texts, is_list)| *is_list && texts.len() > 1);
            if is_on(selection.option, "required") && !(is_multi && more) {
                return Err("Selected required options are not available.".to_owned());
            }
        }
        selections.retain(|selection| self.is_salable(selection.product));
        Ok((selections, chosen.iter().map(|(option, ..)| leading_int(option)).collect()))
    }

    /// The selections of a bundle that leaves no choice; none of any other.
    fn only_selections(&self, product: &Row) -> (Vec<Selection<'_>>, Vec<i64>) {
        let options = self.bundle_options(product);
        let all: Vec<Selection<'_>> =
            self.selections(product).into_iter().filter(|selection| self.is_salable(selection.product)).collect();
        let mut found = Vec::new();
        for option in &options {
            let mut of_option =
                all.iter().filter(|selection| selection.option.get("option_id") == option.get("option_id"));
            match (of_option.next(), of_option.next()) {
                (Some(only), None) if is_on(option, "required") => found.push(*only),
                _ => return (Vec::new(), Vec::new()),
            }
        }
        (found, options.iter().map(|option| option.int("option_id")).collect())
    }

    /// What a piece of a selection costs in a bundle, of which the buyer takes `bundles`. Special and tier prices of a bundle
    /// are percents, and hold for each selection.
    fn selection_price(&self, bundle: &Row, selection: &Selection<'_>, bundles: Option<Amount>, qty: Amount) -> Amount {
        let price = if is_priced_by_children(bundle) {
            self.final_price(&Row::new(), selection.product, qty)
        } else if is_on(selection.row, "selection_price_type") {
            amount_of(bundle, "price") * amount_of(selection.row, "selection_price_value") / Amount::ONE_HUNDRED
        } else {
            amount_of(selection.row, "selection_price_value")
        };
        self.reduced(bundle, price, bundles)
    }

    /// A price with the percents of a bundle taken off.
    fn reduced(&self, bundle: &Row, price: Amount, bundles: Option<Amount>) -> Amount {
        let mut best = price;
        if self.is_special(bundle) {
            best = best.min(rounded(price * amount_of(bundle, "special_price") / Amount::ONE_HUNDRED));
        }
        let percent = bundles.and_then(|qty| self.tier_percent(bundle, qty));
        if let Some(percent) = percent {
            best = best.min(rounded(price - price * percent / Amount::ONE_HUNDRED));
        }
        best
    }

    /// What a bundle in a cart costs: its own price, and what its selections add.
    pub(in crate::shop) fn bundle_price(&self, item: i64, bundle: &Row, qty: Amount) -> Amount {
        let own = if is_priced_by_children(bundle) { Amount::ZERO } else { amount_of(bundle, "price") };
        let own = self.reduced(bundle, own, Some(qty));
        let selections = self.selections_of_item(item, bundle);
        own + selections
            .iter()
            .map(|(selection, each)| self.selection_price(bundle, selection, Some(qty), *each) * *each)
            .sum::<Amount>()
    }

    /// What a piece of a child costs, where children are priced one by one.
    pub(in crate::shop) fn child_price(&self, quote: &Row, bundle: &Row, parent_qty: Amount, child: &Row) -> Amount {
        let each = amount_of(child, "qty");
        let price = match self.product_by_id(child.int("product_id")) {
            Some(product) => self.final_price(quote, product, each),
            None => amount_of(child, "base_price"),
        };
        self.reduced(bundle, price, Some(parent_qty))
    }

    /// The selections that a line of a cart was put together of, with their pieces in each.
    pub(super) fn selections_of_item(&self, item: i64, bundle: &Row) -> Vec<(Selection<'_>, Amount)> {
        let ids = self.item_option(item, "bundle_selection_ids").unwrap_or_default();
        let ids: Vec<i64> = super::order_options::members(&ids).iter().map(|(_, id)| leading_int(id)).collect();
        let qty = |selection: &Selection<'_>| -> Option<Amount> {
            self.item_option(item, &format!("selection_qty_{}", selection.id()))?.trim().parse().ok()
        };
        let selections = self.selections_with(bundle, &ids).into_iter();
        selections.filter_map(|selection| qty(&selection).map(|qty| (selection, qty))).collect()
    }

    pub(super) fn total_selection_price(&self, bundle: &Row, selection: &Selection<'_>, qty: Amount) -> Amount {
        self.selection_price(bundle, selection, None, qty) * qty
    }
}

/// Pieces of a selection in each bundle: the buyer's word where it may be changed.
fn qty_of(selection: &Selection<'_>, asked: &Map) -> Amount {
    let asked = asked.iter().find(|(option, _)| Some(option.as_str()) == selection.row.get("option_id"));
    let own = amount_of(selection.row, "selection_qty");
    let qty = match asked {
        Some((_, value)) if is_on(selection.row, "selection_can_change_qty") => {
            value.to_text().and_then(|text| text.trim().parse().ok()).unwrap_or_default()
        }
        _ => own,
    };
    if qty > Amount::ZERO { qty } else { Amount::ONE }
}
