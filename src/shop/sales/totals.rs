//! What a cart adds up to. Prices are those of the catalogue; a tax is charged where the shop has tax rates, a discount
//! where price rules hold for it. Sums fall to the address that is charged, so a cart without addresses has none.

use super::amount::{Amount, CarriedRounding, amount_of, money, rounded};
use super::candidate::bundle::{has_own_weight, is_priced_by_children, is_sent_in_parts};
use super::discount::{Discounts, Piece};
use super::given::{Given, spread};
use super::quote::{QUOTE, QUOTE_ITEM, charged_address, children_of, priced_items};
use super::zero;
use crate::shop::{Row, Shop};

/// Columns of a line that collecting totals sets to zero where there is no such tax.
const WEEE_ZEROS: &[&str] = &[
    "weee_tax_disposition",
    "weee_tax_row_disposition",
    "base_weee_tax_disposition",
    "base_weee_tax_row_disposition",
    "weee_tax_applied_amount",
    "weee_tax_applied_row_amount",
    "base_weee_tax_applied_amount",
];

/// The same of a line that is taxed itself.
const HIDDEN_ZEROS: &[&str] = &["hidden_tax_amount", "base_hidden_tax_amount"];

/// The tax class of customers whose group has none.
const RETAIL_CUSTOMER: &str = "3";

impl Shop {
    /// Counts a cart together again and saves it.
    pub(in crate::shop) fn collect_totals(&mut self, quote_id: i64) {
        self.collect_totals_with(quote_id, &Given::default());
    }

    /// The same, where something is given instead of calculated.
    pub(in crate::shop) fn collect_totals_with(&mut self, quote_id: i64, given: &Given) {
        let Some(quote) = self.database.table(QUOTE).row(quote_id).cloned() else { return };
        let items = priced_items(self, quote_id);
        let charged_lines = self.charged_lines(&items);
        let is_virtual = !items.is_empty() && items.iter().all(|(_, item)| item.get("is_virtual") == Some("1"));
        let quote = quote.with("is_virtual", if is_virtual { "1" } else { "0" });
        let rules = self.price_rules(&quote);
        let charged = charged_address(self, &quote);
        let rates = Self::quote_rates(&quote);
        let given = &given.in_base_currency(rates[0].1);
        let mut sums = rates.map(|_| Sums::default());
        let (mut applied, mut with_coupon) = (Vec::new(), false);
        if let Some(address) = &charged {
            for (at, (currency, rate)) in rates.into_iter().enumerate() {
                let mut discounts = Discounts::new(&rules, rate, &self.pieces(&quote, &charged_lines, given, rate));
                sums[at] =
                    self.collect_currency(&quote, address, &charged_lines, &mut discounts, given, (currency, rate));
                (applied, with_coupon) = discounts.applied();
                self.sum_up_parents(&items, currency);
            }
            let weight = self.weigh(&items);
            self.change_quote_address(address.int("address_id"), |row| {
                row.set("weight", money(weight));
                let description = quote.get("coupon_code").filter(|_| with_coupon);
                row.set_opt("discount_description", description.map(str::to_owned));
                for (sums, (currency, _)) in sums.iter().zip(rates) {
                    sums.write_address(row, currency);
                }
            });
        }
        let tax_class = self.tax_class_of_buyers(&quote);
        let now = self.now_sql();
        self.database.table_mut(QUOTE).update(quote_id, |row| {
            row.set("is_virtual", quote.text("is_virtual"));
            // Who buys is looked at when they are named, and for an address.
            if charged.is_some() || row.get("checkout_method").is_some() {
                if row.get("customer_id") == Some("0") {
                    row.set_opt("customer_id", None);
                }
                row.set("customer_tax_class_id", tax_class);
            }
            row.set("items_count", items.len().to_string());
            row.set("items_qty", money(items.iter().map(|(_, item)| amount_of(item, "qty")).sum()));
            row.set_opt("applied_rule_ids", Some(applied.join(",")).filter(|ids| !ids.is_empty()));
            if !with_coupon {
                row.set_opt("coupon_code", None);
            }
            for (sums, (currency, _)) in sums.iter().zip(rates) {
                sums.write_quote(row, currency);
            }
            row.set("updated_at", now);
        });
    }

    /// The lines that have a price: those of a cart, or the children of one that costs what they do.
    fn charged_lines(&self, items: &[(i64, Row)]) -> Vec<(i64, Row)> {
        let mut lines = Vec::new();
        for item in items {
            let children = if self.is_priced_by_children(item) { children_of(self, item) } else { Vec::new() };
            if children.is_empty() {
                lines.push(item.clone());
            }
            for (id, mut child) in children {
                let price = self
                    .parent_of(item)
                    .map(|bundle| self.child_price(&item.1, bundle, amount_of(&item.1, "qty"), &child));
                child.set("base_price", money(price.unwrap_or_default()));
                child.set("qty", money(amount_of(&child, "qty") * amount_of(&item.1, "qty")));
                lines.push((id, child));
            }
        }
        lines
    }

    fn parent_of(&self, item: &(i64, Row)) -> Option<&Row> {
        self.database.table("catalog_product").row(item.1.int("product_id"))
    }

    pub(super) fn is_priced_by_children(&self, item: &(i64, Row)) -> bool {
        self.parent_of(item).is_some_and(is_priced_by_children)
    }

    /// Gives lines that cost what their children do the sums of those.
    fn sum_up_parents(&mut self, items: &[(i64, Row)], currency: &str) {
        for item in items.iter().filter(|item| self.is_priced_by_children(item)).cloned().collect::<Vec<_>>() {
            let children = children_of(self, &item);
            if children.is_empty() {
                continue;
            }
            let sum = |column: &str| -> Amount {
                children.iter().map(|(_, child)| amount_of(child, &format!("{currency}{column}"))).sum()
            };
            let each: Amount = children
                .iter()
                .map(|(_, child)| amount_of(child, &format!("{currency}price")) * amount_of(child, "qty"))
                .sum();
            let whole = sum("row_total_incl_tax");
            let qty = amount_of(&item.1, "qty");
            let each_with_tax = if qty.is_zero() { whole } else { rounded(whole / qty) };
            let sums = [
                ("price", each),
                ("row_total", sum("row_total")),
                ("tax_amount", sum("tax_amount")),
                ("discount_amount", sum("discount_amount")),
                ("price_incl_tax", each_with_tax),
                ("row_total_incl_tax", whole),
            ];
            self.database.table_mut(QUOTE_ITEM).update(item.0, |row| {
                zero(row, WEEE_ZEROS);
                row.set("weee_tax_applied", "a:0:{}");
                for (column, amount) in sums {
                    row.set(format!("{currency}{column}"), money(amount));
                }
                row.set("base_price", money(Amount::ZERO));
            });
        }
    }

    /// What a cart weighs; written to its lines too. A bundle that is sent in parts and has no weight of its own weighs
    /// what they do.
    fn weigh(&mut self, items: &[(i64, Row)]) -> Amount {
        let mut all = Amount::ZERO;
        for item in items {
            let product = self.parent_of(item);
            let in_parts = product.is_some_and(|product| is_sent_in_parts(product) && !has_own_weight(product));
            let weighed = if in_parts { children_of(self, item) } else { vec![item.clone()] };
            let times = if in_parts { amount_of(&item.1, "qty") } else { Amount::ONE };
            for (id, line) in weighed {
                if in_parts && line.get("is_virtual") == Some("1") {
                    continue;
                }
                let weight = amount_of(&line, "weight") * amount_of(&line, "qty") * times;
                all += weight;
                self.database.table_mut(QUOTE_ITEM).update(id, |row| row.set("row_weight", money(weight)));
            }
        }
        all
    }

    /// The sums of one currency, written to the lines too.
    fn collect_currency(
        &mut self,
        quote: &Row,
        address: &Row,
        items: &[(i64, Row)],
        discounts: &mut Discounts<'_>,
        given: &Given,
        (currency, rate): (&'static str, Amount),
    ) -> Sums {
        let percent = self.tax_percent(address);
        let mut lines: Vec<Line> = Vec::new();
        let mut roundings = CarriedRounding::default();
        let pieces = self.pieces(quote, items, given, rate);
        for ((id, item), piece) in items.iter().zip(pieces) {
            let mut line = Line::new((*id, item), piece.base_price, rate, given);
            line.take_off(piece, item, given, rate, (&mut *discounts, &mut roundings));
            lines.push(line);
        }
        give_discount(&mut lines, given.discount.map(|sum| rounded(sum * rate)), given);
        let mut taxes = CarriedRounding::default();
        for (line, (id, item)) in lines.iter_mut().zip(items) {
            let taxed = if self.is_taxed(item) { percent } else { Amount::ZERO };
            line.tax_percent = given.of_line(*id, "tax_percent").unwrap_or(taxed);
            line.add_tax(*id, given, rate, &mut taxes);
        }
        let mut sums = Sums::default();
        let shipping = given.shipping.unwrap_or_else(|| self.shipping_amount(quote, address));
        sums.shipping = rounded(shipping * rate);
        sums.shipping_discount =
            if given.discount.is_some() { Amount::ZERO } else { discounts.off_shipping(sums.shipping, shipping) };
        let shipping_percent = match self.settings.get("tax/classes/shipping_tax_class") {
            Some(class) if class != "0" => percent,
            _ => Amount::ZERO,
        };
        sums.shipping_tax =
            taxes.round((sums.shipping - sums.shipping_discount) * shipping_percent / Amount::ONE_HUNDRED);
        sums.shipping_incl_tax = rounded(sums.shipping * (Amount::ONE + shipping_percent / Amount::ONE_HUNDRED));
        if let Some(whole) = given.tax.map(|sum| rounded(sum * rate)) {
            sums.shipping_tax = sums.shipping_tax.min(whole);
            give_tax(&mut lines, whole - sums.shipping_tax, given);
            sums.tax = whole;
        } else {
            sums.tax = lines.iter().map(|line| line.tax).sum::<Amount>() + sums.shipping_tax;
        }
        sums.subtotal = lines.iter().map(|line| line.row_total).sum();
        sums.subtotal_incl_tax = lines.iter().map(|line| line.row_total_incl_tax).sum();
        sums.discount = match given.discount {
            Some(whole) => rounded(whole * rate),
            None => lines.iter().map(|line| line.discount).sum::<Amount>() + sums.shipping_discount,
        };
        for (line, (id, _)) in lines.iter().zip(items) {
            self.database.table_mut(QUOTE_ITEM).update(*id, |row| line.write(row, currency));
        }
        sums
    }

    /// What a line costs a piece: the catalogue's word where the product is there.
    fn price_of(&self, quote: &Row, id: i64, item: &Row) -> Amount {
        let Some(product) = self.database.table("catalog_product").row(item.int("product_id")) else {
            return amount_of(item, "base_price");
        };
        // What stands under a line was priced with it.
        if item.get("parent_item_id").is_some() {
            return amount_of(item, "base_price");
        }
        let qty = amount_of(item, "qty");
        let price = match product.text("type_id") {
            "bundle" => self.bundle_price(id, product, qty),
            _ => self.final_price(quote, product, qty),
        };
        price + self.configured_surcharge(id, product, price) + self.option_surcharge(id, product, price)
    }

    /// What price rules look at of each line.
    fn pieces(&self, quote: &Row, items: &[(i64, Row)], given: &Given, rate: Amount) -> Vec<Piece> {
        let piece = |(id, item): &(i64, Row)| {
            let base_price = given.of_line(*id, "price").unwrap_or_else(|| self.price_of(quote, *id, item));
            Piece { qty: amount_of(item, "qty"), price: rounded(base_price * rate), base_price }
        };
        items.iter().map(piece).collect()
    }

    fn tax_class_of_buyers(&self, quote: &Row) -> String {
        let group = self.database.table("customer_group").row(quote.int("customer_group_id"));
        group.and_then(|group| group.get("tax_class_id")).unwrap_or(RETAIL_CUSTOMER).to_owned()
    }

    /// What all tax rates of an address's country and region add up to; of an address without a country, those of the country
    /// that the configuration names for it.
    fn tax_percent(&self, address: &Row) -> Amount {
        let default = |name: &str| self.settings.get(&format!("tax/defaults/{name}")).filter(|value| !value.is_empty());
        let (mut country, mut own_region) = (address.get("country_id"), address.get("region_id"));
        if country.is_none_or(str::is_empty) {
            (country, own_region) = (Some(default("country").unwrap_or("US")), default("region"));
        }
        let rates = self.database.table("tax_calculation_rate").iter().map(|(_, row)| row);
        let here = |row: &&Row| {
            let region = row.get("tax_region_id").unwrap_or("0");
            row.get("tax_country_id") == country && (region == "0" || Some(region) == own_region)
        };
        rates.filter(here).map(|row| amount_of(row, "rate")).sum()
    }

    fn is_taxed(&self, item: &Row) -> bool {
        let product = self.database.table("catalog_product").row(item.int("product_id"));
        product.and_then(|product| product.get("tax_class_id")).is_some_and(|class| class != "0")
    }
}

/// A line and what it makes in one currency.
#[derive(Default)]
struct Line {
    id: i64,
    base_price: Amount,
    row_total: Amount,
    qty: Amount,
    tax_percent: Amount,
    tax: Amount,
    discount: Amount,
    discount_percent: Amount,
    /// The price rules that were applied to it.
    rules: Vec<String>,
    price_incl_tax: Amount,
    row_total_incl_tax: Amount,
    price: Amount,
}

impl Line {
    fn new((id, item): (i64, &Row), base_price: Amount, rate: Amount, given: &Given) -> Self {
        let qty = amount_of(item, "qty");
        let price = rounded(base_price * rate);
        let row_total = given.of_line(id, "row_total").map_or_else(|| rounded(price * qty), |sum| rounded(sum * rate));
        Self { id, base_price, price, qty, row_total, ..Self::default() }
    }

    /// Takes the discount off: the one that is given, else that of price rules, from which a line may be kept.
    fn take_off(
        &mut self,
        piece: Piece,
        item: &Row,
        given: &Given,
        rate: Amount,
        (discounts, roundings): (&mut Discounts<'_>, &mut CarriedRounding),
    ) {
        let of_rules =
            if item.get("no_discount") == Some("1") { Default::default() } else { discounts.off_line(piece) };
        let percent = given.of_line(self.id, "discount_percent").unwrap_or_default();
        (self.discount, self.discount_percent) = match given.of_line(self.id, "discount_amount") {
            Some(sum) => (rounded(sum.abs() * rate), percent),
            None if !of_rules.rules.is_empty() => (of_rules.amount, of_rules.percent),
            None => (roundings.round(self.row_total * percent / Amount::ONE_HUNDRED), percent),
        };
        self.rules = of_rules.rules;
    }

    fn add_tax(&mut self, id: i64, given: &Given, rate: Amount, taxes: &mut CarriedRounding) {
        let with_tax = Amount::ONE + self.tax_percent / Amount::ONE_HUNDRED;
        self.tax = match given.of_line(id, "tax_amount") {
            Some(sum) => rounded(sum * rate),
            None => taxes.round((self.row_total - self.discount) * self.tax_percent / Amount::ONE_HUNDRED),
        };
        self.row_total_incl_tax = rounded(self.row_total * with_tax);
        self.price_incl_tax = match self.qty.is_zero() {
            true => rounded(self.price * with_tax),
            false => rounded(self.row_total_incl_tax / self.qty),
        };
    }

    fn write(&self, row: &mut Row, currency: &str) {
        zero(row, WEEE_ZEROS);
        zero(row, HIDDEN_ZEROS);
        row.set("weee_tax_applied", "a:0:{}");
        row.set("tax_percent", money(self.tax_percent));
        row.set_opt("applied_rule_ids", Some(self.rules.join(",")).filter(|ids| !ids.is_empty()));
        row.set("discount_percent", money(self.discount_percent));
        // A cart's line has the base price in both columns; the order's has each in its currency.
        for (column, amount) in [
            ("price", self.base_price),
            ("row_total", self.row_total),
            ("tax_amount", self.tax),
            ("discount_amount", self.discount),
            ("price_incl_tax", self.price_incl_tax),
            ("row_total_incl_tax", self.row_total_incl_tax),
        ] {
            row.set(format!("{currency}{column}"), money(amount));
        }
    }
}

/// Divides a given discount among the lines that give none of their own.
fn give_discount(lines: &mut [Line], whole: Option<Amount>, given: &Given) {
    let Some(whole) = whole else { return };
    let own = |line: &Line| given.of_line(line.id, "discount_amount").is_some();
    let left = whole - lines.iter().filter(|line| own(line)).map(|line| line.discount).sum::<Amount>();
    let weights: Vec<Amount> = lines.iter().map(|line| if own(line) { Amount::ZERO } else { line.row_total }).collect();
    for (line, part) in lines.iter_mut().zip(spread(left, &weights)) {
        if !own(line) {
            line.discount = part;
        }
    }
}

/// Divides a given tax likewise.
fn give_tax(lines: &mut [Line], whole: Amount, given: &Given) {
    let own = |line: &Line| given.of_line(line.id, "tax_amount").is_some();
    let left = whole - lines.iter().filter(|line| own(line)).map(|line| line.tax).sum::<Amount>();
    let weights: Vec<Amount> =
        lines.iter().map(|line| if own(line) { Amount::ZERO } else { line.row_total - line.discount }).collect();
    for (line, part) in lines.iter_mut().zip(spread(left, &weights)) {
        if !own(line) {
            line.tax = part;
        }
        line.row_total_incl_tax = line.row_total + line.tax;
    }
}

/// What a cart adds up to in one currency.
#[derive(Default)]
struct Sums {
    subtotal: Amount,
    subtotal_incl_tax: Amount,
    discount: Amount,
    tax: Amount,
    shipping: Amount,
    shipping_discount: Amount,
    shipping_tax: Amount,
    shipping_incl_tax: Amount,
}

impl Sums {
    fn grand_total(&self) -> Amount {
        self.subtotal - self.discount + self.tax + self.shipping
    }

    fn write_address(&self, row: &mut Row, currency: &str) {
        for (column, amount) in [
            ("subtotal", self.subtotal),
            ("tax_amount", self.tax),
            ("shipping_amount", self.shipping),
            ("shipping_tax_amount", self.shipping_tax),
            ("shipping_incl_tax", self.shipping_incl_tax),
            ("shipping_discount_amount", self.shipping_discount),
            ("discount_amount", -self.discount),
            ("grand_total", self.grand_total()),
            ("hidden_tax_amount", Amount::ZERO),
        ] {
            row.set(format!("{currency}{column}"), money(amount));
        }
        // One column for both currencies has another name in the base one.
        let incl_tax = if currency.is_empty() { "subtotal_incl_tax" } else { "base_subtotal_total_incl_tax" };
        row.set(incl_tax, money(self.subtotal_incl_tax));
        row.set("shipping_hidden_tax_amount", money(Amount::ZERO));
        row.set("base_shipping_hidden_tax_amnt", money(Amount::ZERO));
    }

    fn write_quote(&self, row: &mut Row, currency: &str) {
        row.set(format!("{currency}subtotal"), money(self.subtotal));
        row.set(format!("{currency}subtotal_with_discount"), money(self.subtotal - self.discount));
        row.set(format!("{currency}grand_total"), money(self.grand_total()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::shop::{Sale, Seed, ShopConfig, ShopEdit};

    #[test]
    fn the_rates_of_country_and_region_are_added_up() {
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().unwrap());
        let mut shop = Shop::new(ShopConfig::new(clock), Seed::default()).unwrap();
        let row = |columns: &[(&str, &str)]| -> Row {
            columns.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
        };
        for (country, region, rate) in [("US", "0", "5"), ("US", "12", "3"), ("DE", "0", "19"), ("DE", "12", "1")] {
            let rate = row(&[("tax_country_id", country), ("tax_region_id", region), ("rate", rate)]);
            shop.database.table_mut("tax_calculation_rate").insert(rate);
        }
        for (country, region, expected) in
            [("US", "12", 8), ("US", "13", 5), ("DE", "12", 20), ("DE", "80", 19), ("FR", "12", 0)]
        {
            let address = row(&[("country_id", country), ("region_id", region)]);
            assert_eq!(shop.tax_percent(&address), Amount::from(expected), "{country} {region}");
        }
    }

    #[test]
    fn shipping_is_taxed_where_it_has_a_tax_class() {
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().unwrap());
        let mut shop = Shop::new(ShopConfig::new(clock), Seed::corner_shop().unwrap()).unwrap();
        let country = shop.database.table("customer_address").with("parent_id", "1").next();
        let country = country.map(|(_, row)| row.text("country_id").to_owned()).unwrap();
        let rate = [("tax_country_id", country.as_str()), ("tax_region_id", "0"), ("rate", "10")];
        let rate = rate.map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
        shop.database.table_mut("tax_calculation_rate").insert(rate.into_iter().collect());
        for (class, expected) in [("0", ["5.0000", "0.0000", "5.0000"]), ("2", ["5.0000", "0.5000", "5.5000"])] {
            shop.settings.set("tax/classes/shipping_tax_class", class);
            let item = [("sku", "harbour-mug"), ("qty", "1")];
            let item = item.map(|(name, value)| (name.to_owned(), Some(value.to_owned()))).into_iter().collect();
            let set = [("shipping_amount".to_owned(), Some("5".to_owned()))].into_iter().collect();
            let sale = Sale { customer: Some(1), items: vec![item], set, ..Sale::default() };
            let order = shop.edit(&ShopEdit::PlaceOrder(sale)).unwrap();
            let order = shop.database.table("sales_flat_order").row(order).unwrap();
            let told = ["shipping_amount", "shipping_tax_amount", "shipping_incl_tax"].map(|name| order.text(name));
            assert_eq!(told, expected, "class {class}");
        }
    }
}
