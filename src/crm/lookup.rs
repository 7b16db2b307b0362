//! Rows and values as people type and read them: a relation by what everybody calls it, a filter as `field=value`, a row
//! as JSON. What the `crm` commands show and take.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::rows::column;
use super::state::name_of;
use super::{ColumnType, Crm, CrmError, CrmValue, Entity, Fields, Row, RowId};
use crate::datetime;

/// Starts a text that names a row by the CRM's own key, such as `#12`.
const ROW_MARK: char = '#';

/// The field by which people know a row, besides Magento's id.
const NAMED_BY: &[(Entity, &str)] = &[
    (Entity::Website, "code"),
    (Entity::Store, "code"),
    (Entity::CustomerGroup, "name"),
    (Entity::Region, "combinedCode"),
    (Entity::Account, "name"),
    (Entity::Contact, "email"),
    (Entity::Customer, "email"),
    (Entity::Order, "incrementId"),
    (Entity::CreditMemo, "incrementId"),
    (Entity::NewsletterSubscriber, "email"),
];

/// What a row must meet, read from `field=value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    field: String,
    value: CrmValue,
    text: String,
    kind: ColumnType,
}

impl Filter {
    /// Whether the database compares as people mean it: numbers are stored with their scale, and a day stands for all of
    /// its moments.
    fn is_exact(&self) -> bool {
        self.value.is_null() || !matches!(self.kind, ColumnType::Decimal | ColumnType::DateTime | ColumnType::TextList)
    }

    fn accepts(&self, row: &Row) -> bool {
        match row.fields.get(&self.field) {
            Some(CrmValue::Decimal(found)) => matches!(self.value, CrmValue::Decimal(wanted) if *found == wanted),
            Some(CrmValue::DateTime(at)) => datetime::to_sql(*at).starts_with(self.text.trim()),
            Some(CrmValue::TextList(items)) => items.contains(&self.text),
            _ => self.is_exact(),
        }
    }
}

impl Crm {
    /// A filter of an entity; an empty value finds rows without one.
    ///
    /// # Errors
    /// [`CrmError::UnknownField`], [`CrmError::WrongType`], or [`CrmError::NotFound`] for a relation to nothing.
    pub fn filter(&self, entity: Entity, field: &str, text: &str) -> Result<Filter, CrmError> {
        let kind = column(entity, field)?;
        let is_day = kind == ColumnType::DateTime && text.trim().parse::<jiff::civil::Date>().is_ok();
        let value = match kind {
            // Any element of the list is meant, and any moment of the day.
            ColumnType::TextList if !text.is_empty() => CrmValue::from(text),
            _ if is_day => CrmValue::from(text),
            _ => self.typed(entity, field, text)?,
        };
        Ok(Filter { field: field.to_owned(), value, text: text.to_owned(), kind })
    }

    /// Hands over the rows that pass all filters, by row id, one at a time.
    ///
    /// # Errors
    /// What `visit` fails with, or the database.
    pub fn each_row<E: From<CrmError>>(
        &self,
        entity: Entity,
        filters: &[Filter],
        visit: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let exact = filters.iter().filter(|filter| filter.is_exact());
        let conditions: Vec<(&str, CrmValue)> =
            exact.map(|filter| (filter.field.as_str(), filter.value.clone())).collect();
        self.visit(entity, &conditions, &mut |row| {
            if filters.iter().all(|filter| filter.is_exact() || filter.accepts(&row)) { visit(row) } else { Ok(()) }
        })
    }

    /// A text as the field's type takes it; an empty text is no value.
    ///
    /// # Errors
    /// As [`Crm::filter`].
    pub fn typed(&self, entity: Entity, field: &str, text: &str) -> Result<CrmValue, CrmError> {
        let kind = column(entity, field)?;
        if text.is_empty() {
            return Ok(CrmValue::Null);
        }
        let value = match kind {
            ColumnType::Text => Some(CrmValue::from(text)),
            ColumnType::Int => text.parse().ok().map(CrmValue::Int),
            ColumnType::Bool => match text {
                "1" | "yes" | "true" => Some(CrmValue::Bool(true)),
                "0" | "no" | "false" => Some(CrmValue::Bool(false)),
                _ => None,
            },
            ColumnType::Decimal => text.parse::<Decimal>().ok().map(CrmValue::from),
            ColumnType::DateTime => datetime::parse(text).ok().flatten().map(CrmValue::from),
            ColumnType::Date => text.parse().ok().map(CrmValue::Date),
            ColumnType::TextList => Some(CrmValue::TextList(text.split(',').map(|item| item.trim().into()).collect())),
            ColumnType::Ref(target) => return self.row_named(target, text).map(CrmValue::Ref),
        };
        value.ok_or_else(|| CrmError::WrongType {
            entity: entity.table(),
            field: field.to_owned(),
            expected: kind.expected(),
            found: format!("\"{text}\""),
        })
    }

    /// The one row people mean: by `#` and row id, by what it is called, or by Magento's id.
    ///
    /// # Errors
    /// [`CrmError::NotFound`], or [`CrmError::Forbidden`] when the name fits several rows.
    pub fn row_named(&self, entity: Entity, text: &str) -> Result<RowId, CrmError> {
        if entity == Entity::Integration {
            return self.integration_named(text).map(|found| found.id.0);
        }
        let missing = || CrmError::NotFound { entity: entity.table(), what: text.to_owned() };
        if let Some(id) = text.strip_prefix(ROW_MARK).and_then(|digits| digits.parse().ok()) {
            return if self.exists(entity, RowId(id))? { Ok(RowId(id)) } else { Err(missing()) };
        }
        let mut found = match NAMED_BY.iter().find(|(named, _)| *named == entity) {
            Some((_, field)) => as_spelled(self.find(entity, &[(field, text.into())])?, field, text),
            None => Vec::new(),
        };
        if let Ok(id) = text.parse::<i64>()
            && found.is_empty()
            && entity.column("originId").is_some()
        {
            found = self.find(entity, &[("originId", id.into())])?;
        }
        match found.as_slice() {
            [] => Err(missing()),
            [one] => Ok(one.id),
            many => {
                let ids: Vec<String> = many.iter().map(|row| format!("{ROW_MARK}{}", row.id.0)).collect();
                let (count, table) = (many.len(), entity.table());
                let text = format!("{count} rows of {table} are \"{text}\"; name one of {}", ids.join(", "));
                Err(CrmError::Forbidden(text))
            }
        }
    }

    /// A row as JSON: its row id, then every field, relations by what people call them. A password never shows.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shown(&self, row: &Row) -> Result<Map<String, Value>, CrmError> {
        let mut shown = Map::new();
        shown.insert("row".to_owned(), json!(format!("{ROW_MARK}{}", row.id.0)));
        for (field, value) in row.fields.iter().filter(|(field, _)| *field != "password") {
            let value = match (row.entity.column(field), value) {
                (Some(ColumnType::Ref(target)), CrmValue::Ref(id)) => json!(self.called(target, *id)?),
                _ => value.to_json(),
            };
            shown.insert(field.to_owned(), value);
        }
        Ok(shown)
    }

    /// Fields from pairs of names and texts.
    ///
    /// # Errors
    /// As [`Crm::typed`].
    pub fn typed_fields<'a>(
        &self,
        entity: Entity,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Fields, CrmError> {
        pairs.into_iter().map(|(field, text)| Ok((field.to_owned(), self.typed(entity, field, text)?))).collect()
    }

    fn called(&self, entity: Entity, id: RowId) -> Result<String, CrmError> {
        if entity == Entity::Integration {
            return Ok(self.integration(super::IntegrationId(id))?.settings.name);
        }
        Ok(self.get(entity, id)?.map_or_else(|| "(gone)".to_owned(), |row| name_of(&row)))
    }
}

/// Of rows whose e-mail address is the same in some spelling, those that are spelled so, if there are any.
pub(crate) fn as_spelled(mut rows: Vec<Row>, field: &str, text: &str) -> Vec<Row> {
    if rows.iter().any(|row| row.fields.text(field) == Some(text)) {
        rows.retain(|row| row.fields.text(field) == Some(text));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::IntegrationSettings;
    use crate::secret::ApiKey;
    use jiff::Timestamp;

    fn crm() -> Crm {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let settings = IntegrationSettings {
            api_url: "http://shop/".into(),
            api_user: "oro".into(),
            api_key: ApiKey::new("oro-key-1"),
            ..IntegrationSettings::default()
        };
        let channel = crm.add_integration(&settings).unwrap();
        for (origin, email, lifetime, day) in [
            (7, "jane@example.com", "10.5000", "2024-01-10 12:00:00"),
            (8, "joe@example.com", "0", "2024-01-11 12:00:00"),
            (9, "joe@example.com", "10.5", "2024-01-10 23:59:59"),
        ] {
            let fields = Fields::new().with("channel", channel.0).with("originId", origin).with("email", email);
            let fields = fields.with("lifetime", lifetime.parse::<Decimal>().unwrap()).with("password", "hush-hush");
            let fields = fields.with("createdAt", datetime::parse(day).unwrap());
            crm.insert(Entity::Customer, fields).unwrap();
        }
        crm
    }

    fn found(crm: &Crm, field: &str, text: &str) -> Vec<i64> {
        let filter = crm.filter(Entity::Customer, field, text).unwrap();
        let mut ids = Vec::new();
        crm.each_row::<CrmError>(Entity::Customer, &[filter], &mut |row| {
            ids.extend(row.fields.int("originId"));
            Ok(())
        })
        .unwrap();
        ids
    }

    #[test]
    fn filters_compare_as_people_mean_it() {
        let crm = crm();
        for (field, text, expected) in [
            ("email", "jane@example.com", vec![7]),
            ("lifetime", "10.50", vec![7, 9]),
            ("createdAt", "2024-01-10", vec![7, 9]),
            ("createdAt", "2024-01-11 12:00:00", vec![8]),
            ("channel", "Magento", vec![7, 8, 9]),
            ("vat", "", vec![7, 8, 9]),
            ("originId", "8", vec![8]),
        ] {
            assert_eq!(found(&crm, field, text), expected, "{field}={text}");
        }
    }

    #[test]
    fn filters_and_names_that_fit_nothing_say_so() {
        let crm = crm();
        for (field, text, expected) in [
            ("emial", "x", "customer has no field \"emial\"; did you mean \"email\"?"),
            ("originId", "x", "customer.originId takes an integer, not \"x\""),
            ("group", "VIP", "there is no customerGroup VIP"),
            ("channel", "Elsewhere", "there is no integration \"Elsewhere\"; this CRM has \"Magento\""),
        ] {
            assert_eq!(crm.filter(Entity::Customer, field, text).unwrap_err().to_string(), expected);
        }
        for (text, expected) in [
            ("joe@example.com", Err("2 rows of customer are \"joe@example.com\"; name one of #2, #3")),
            ("jane@example.com", Ok(1)),
            ("9", Ok(3)),
            ("#2", Ok(2)),
            ("#12", Err("there is no customer #12")),
        ] {
            let named = crm.row_named(Entity::Customer, text).map(|id| id.0).map_err(|error| error.to_string());
            assert_eq!(named, expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn a_row_is_shown_with_names_and_without_its_password() {
        let crm = crm();
        let row = crm.require(Entity::Customer, RowId(1)).unwrap();
        let shown = Value::Object(crm.shown(&row).unwrap());
        assert_eq!(
            (&shown["row"], &shown["channel"], &shown["lifetime"]),
            (&json!("#1"), &json!("Magento"), &json!("10.5000"))
        );
        assert!(!shown.to_string().contains("hush-hush"));
    }
}
