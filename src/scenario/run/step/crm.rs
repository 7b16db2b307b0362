//! `in crm`: what a CRM user does.

use crate::scenario::run::cannot_work::CannotWork;
use rust_decimal::Decimal;

use super::sale::listed;
use crate::crm::lookup::as_spelled;
use crate::crm::{
    AddressEdit, ColumnType, Crm, CrmError, CrmValue, CustomerEdit, Entity, Fields as CrmFields, IntegrationId,
    Maintained, Row, RowId,
};
use crate::scenario::language::step::crm_edit::{AddressInCrm, CreateInCrm, CrmEdit, UpdateAddressInCrm, UpdateInCrm};
use crate::scenario::language::text::matcher::Matcher;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::{Fields, Value};
use crate::scenario::run::world::World;
use crate::sync::email_check;
use crate::sync::subscription::Wanted;

/// Separates the types of an address written as one text.
const LIST_SEPARATOR: char = ',';

impl World<'_> {
    /// Does one edit in the CRM. `Ok(Some(_))` is a refusal that did not come as expected.
    pub(in crate::scenario) async fn edit_crm(&mut self, edit: &CrmEdit) -> Result<Option<String>, CannotWork> {
        match edit {
            CrmEdit::CreateCustomer(created) => {
                let done = self.create_in_crm(created).await?;
                judged(done, created.refused.as_ref())
            }
            CrmEdit::UpdateCustomer(update) => {
                let done = self.update_in_crm(update).await?;
                judged(done, update.refused.as_ref())
            }
            CrmEdit::Register(told) => {
                let id = self.crm_customer(&told.customer)?;
                let done = self.crm.register_guest(id);
                if done.is_ok() {
                    self.ledger.created(id);
                }
                judged(done, told.refused.as_ref())
            }
            CrmEdit::CreateAddress(created) => {
                let done = self.create_address_in_crm(created)?;
                judged(done, created.refused.as_ref())
            }
            CrmEdit::UpdateAddress(update) => {
                let done = self.update_address_in_crm(update)?;
                judged(done, update.refused.as_ref())
            }
            CrmEdit::MoveCart(moved) => {
                let done = self.move_cart(moved)?;
                judged(done, moved.refused.as_ref())
            }
            CrmEdit::PlaceOrder(order) => {
                let done = self.place_order(order).await?;
                judged(done, order.refused.as_ref())
            }
            CrmEdit::Subscribe(told) => self.change_subscription(told, Wanted::Subscribed).await,
            CrmEdit::Unsubscribe(told) => self.change_subscription(told, Wanted::Unsubscribed).await,
            CrmEdit::DeleteContact(of) => {
                let id = self.crm_customer(&of.customer)?;
                self.crm.delete_contact_of(id)?;
                Ok(None)
            }
            CrmEdit::AddContacts(_) => self.maintained(|crm, id| crm.add_contacts(&[id])),
            CrmEdit::CopyAddresses(_) => self.maintained(|crm, id| crm.copy_addresses_to_contacts(&[id], &[])),
            CrmEdit::RecalculateLifetimes(_) => self.maintained(|crm, id| crm.recalculate_lifetimes(&[id])),
            CrmEdit::DeleteChannel(_) => {
                let id = self.channel()?;
                self.crm.delete_channel(id)?;
                self.integration = None;
                Ok(None)
            }
            CrmEdit::CreateChannel(_) => self.create_channel().await.map(|()| None),
            CrmEdit::ChangeSettings(changed) => {
                let done = self.change_settings(&changed.set).await?;
                judged(done, changed.refused.as_ref())
            }
        }
    }

    /// Runs a maintenance command over the channel.
    fn maintained(
        &mut self,
        command: impl FnOnce(&mut Crm, IntegrationId) -> Result<Maintained, CrmError>,
    ) -> Result<Option<String>, CannotWork> {
        let id = self.channel()?;
        command(&mut self.crm, id)?;
        Ok(None)
    }

    /// The integration the scenario is about.
    pub(in crate::scenario) fn channel(&self) -> Result<IntegrationId, CannotWork> {
        self.integration.ok_or(CannotWork::NoChannel)
    }

    async fn create_in_crm(&mut self, created: &CreateInCrm) -> Result<Result<(), CrmError>, CannotWork> {
        let channel = self.channel()?;
        let fields = self.crm_fields(Entity::Customer, &created.set)?;
        let added = |address: &Fields| self.crm_fields(Entity::CustomerAddress, address).map(AddressEdit::Add);
        let addresses = created.addresses.iter().map(added).collect::<Result<_, _>>()?;
        if created.ask_magento.is_yes()
            && let Some(objection) = self.ask_magento(&fields, None).await?
        {
            return Ok(Err(objection));
        }
        let edit = CustomerEdit { fields, addresses };
        let done = self.crm.create_customer(channel, &edit);
        if let Ok(id) = &done {
            self.ledger.created(*id);
            self.note(*id, &edit);
        }
        Ok(done.map(drop))
    }

    async fn update_in_crm(&mut self, update: &UpdateInCrm) -> Result<Result<(), CrmError>, CannotWork> {
        let fields = self.crm_fields(Entity::Customer, &update.set)?;
        let id = self.crm_customer(&update.customer)?;
        if update.ask_magento.is_yes()
            && let Some(objection) = self.ask_magento(&fields, Some(id)).await?
        {
            return Ok(Err(objection));
        }
        Ok(self.save_in_crm(id, &CustomerEdit { fields, addresses: Vec::new() }))
    }

    /// Saves the form of a customer and notes what was taken.
    fn save_in_crm(&mut self, id: RowId, edit: &CustomerEdit) -> Result<(), CrmError> {
        self.crm.edit_customer(id, edit)?;
        self.note(id, edit);
        Ok(())
    }

    fn note(&mut self, id: RowId, edit: &CustomerEdit) {
        self.ledger.saved(id, &edit.fields);
        for address in &edit.addresses {
            if let AddressEdit::Add(fields) = address {
                self.ledger.added(id, fields);
            }
        }
    }

    /// What the form says against an e-mail address once Magento was asked for it.
    async fn ask_magento(&mut self, set: &CrmFields, of: Option<RowId>) -> Result<Option<CrmError>, CannotWork> {
        let channel = self.channel()?;
        let stored = of.map(|id| self.crm.require(Entity::Customer, id)).transpose()?;
        let stored = stored.map(|row| row.fields).unwrap_or_default();
        let Some(email) = set.text("email").or(stored.text("email")).map(str::to_owned) else { return Ok(None) };
        let store = set.link("store").or(stored.link("store"));
        let mut ignore = |_| {};
        let mut context = self.sync_context(&mut ignore);
        let said = email_check::objection(&mut context, channel, &email, store, stored.origin_id()).await;
        Ok(said?.map(|text| CrmError::Forbidden(text.to_owned())))
    }

    fn create_address_in_crm(&mut self, created: &AddressInCrm) -> Result<Result<(), CrmError>, CannotWork> {
        let fields = self.crm_fields(Entity::CustomerAddress, &created.set)?;
        let id = self.crm_customer(&created.customer)?;
        let addresses = vec![AddressEdit::Add(fields)];
        Ok(self.save_in_crm(id, &CustomerEdit { fields: CrmFields::new(), addresses }))
    }

    fn update_address_in_crm(&mut self, update: &UpdateAddressInCrm) -> Result<Result<(), CrmError>, CannotWork> {
        let fields = self.crm_fields(Entity::CustomerAddress, &update.set)?;
        let address = self.crm_address(&update.address)?;
        let owner = address.fields.link("owner").ok_or(CannotWork::AddressOfNobody)?;
        let addresses = vec![AddressEdit::Change { id: address.id, fields: fields.clone() }];
        let done = self.save_in_crm(owner, &CustomerEdit { fields: CrmFields::new(), addresses });
        if done.is_ok() {
            self.ledger.changed(owner, &address.fields, &fields);
        }
        Ok(done)
    }

    /// The address with that id in Magento, or with that street.
    fn crm_address(&self, named: &At<String>) -> Result<Row, CannotWork> {
        let channel = self.channel()?;
        let (field, value) = match named.parse() {
            Ok(id) => ("originId", CrmValue::Int(id)),
            Err(_) => ("street", CrmValue::from(named.get().as_str())),
        };
        let mut found = self.crm.find(Entity::CustomerAddress, &[("channel", channel.0.into()), (field, value)])?;
        match (found.len(), found.pop()) {
            (1, Some(one)) => Ok(one),
            (0, _) => {
                let hint = " now; name it by its id in Magento, or by its street".into();
                Err(CannotWork::NotInCrm { what: format!("address `{}`", named.get()), hint })
            }
            (many, _) => Err(CannotWork::SeveralInCrm { many, what: "addresses", named: named.get().clone() }),
        }
    }

    /// The customer with that e-mail address or Magento id.
    pub(super) fn crm_customer(&self, named: &At<String>) -> Result<RowId, CannotWork> {
        let channel = self.channel()?;
        let (field, value) = match named.parse() {
            Ok(id) => ("originId", CrmValue::Int(id)),
            Err(_) => ("email", CrmValue::from(named.get().as_str())),
        };
        let found = self.crm.find(Entity::Customer, &[("channel", channel.0.into()), (field, value)])?;
        let found = as_spelled(found, field, named);
        match found.as_slice() {
            [one] => Ok(one.id),
            [] => Err(CannotWork::NotInCrm {
                what: format!("customer `{}`", named.get()),
                hint: " now; sync before, or create it".into(),
            }),
            many => Err(CannotWork::SeveralInCrm { many: many.len(), what: "customers", named: named.get().clone() }),
        }
    }

    /// Fields as the entity types them.
    fn crm_fields(&self, entity: Entity, fields: &Fields) -> Result<CrmFields, CannotWork> {
        fields.iter().map(|(name, value)| Ok((name.get().clone(), self.crm_value(entity, name, value)?))).collect()
    }

    fn crm_value(&self, entity: Entity, name: &At<String>, value: &At<Value>) -> Result<CrmValue, CannotWork> {
        let kind = entity
            .column(name)
            .ok_or_else(|| CannotWork::NoField { table: entity.table(), field: name.get().clone() })?;
        if let (ColumnType::TextList, Value::List(items)) = (kind, value.get()) {
            let text = |item: &At<Value>| item.text(self.source()).map(std::borrow::Cow::into_owned);
            return Ok(CrmValue::TextList(items.iter().filter_map(text).collect()));
        }
        if matches!(value.get(), Value::Null) {
            return Ok(CrmValue::Null);
        }
        let misfit = || CannotWork::Misfit { field: name.get().clone(), expected: kind.expected() };
        let text = value.text(self.source()).ok_or_else(misfit)?;
        match kind {
            ColumnType::Text => Some(CrmValue::from(text.as_ref())),
            ColumnType::Int => text.parse().ok().map(CrmValue::Int),
            ColumnType::Bool => match text.as_ref() {
                "1" | "yes" | "true" => Some(CrmValue::Bool(true)),
                "0" | "no" | "false" => Some(CrmValue::Bool(false)),
                _ => None,
            },
            ColumnType::Decimal => text.parse::<Decimal>().ok().map(CrmValue::from),
            ColumnType::DateTime => crate::datetime::parse(&text).ok().flatten().map(CrmValue::from),
            ColumnType::Date => text.parse().ok().map(CrmValue::Date),
            ColumnType::TextList => {
                Some(CrmValue::TextList(text.split(LIST_SEPARATOR).map(|item| item.trim().to_owned()).collect()))
            }
            ColumnType::Ref(target) => return self.related(target, &text).map(CrmValue::Ref),
        }
        .ok_or_else(misfit)
    }

    /// A row of this channel by Magento's id.
    fn related(&self, target: Entity, origin: &str) -> Result<RowId, CannotWork> {
        let id: i64 = origin.parse().map_err(|_| CannotWork::NotAnId {
            named: origin.to_owned(),
            what: format!("Magento's id of a {}", target.table()),
        })?;
        let channel = self.channel()?;
        let rows = self.crm.find(target, &[("channel", channel.0.into())])?;
        if let Some(found) = rows.iter().find(|row| row.fields.int("originId") == Some(id)) {
            return Ok(found.id);
        }
        let named = |row: &Row| {
            let name = ["code", "name"].into_iter().find_map(|field| row.fields.text(field)).unwrap_or_default();
            format!("{} ({name})", row.fields.int("originId").unwrap_or_default())
        };
        let known: Vec<String> = rows.iter().map(named).collect();
        let hint = match known.is_empty() {
            true => " now; sync before".into(),
            false => format!("; it has {}", listed(&known)).into(),
        };
        Err(CannotWork::NotInCrm { what: format!("{} {id}", target.table()), hint })
    }
}

/// Whether an edit was refused as expected; what is wrong when it was not.
fn judged(done: Result<(), CrmError>, refused: Option<&At<Matcher>>) -> Result<Option<String>, CannotWork> {
    match (done, refused) {
        (Err(failure), _) if failure.is_failure() => Err(failure.into()),
        (Ok(()), None) => Ok(None),
        (Ok(()), Some(expected)) => Ok(Some(format!("the edit was not refused; expected {}", expected.get()))),
        (Err(refusal), Some(expected)) => {
            let said = refusal.to_string();
            Ok((!expected.matches(Some(&said)))
                .then(|| format!("the edit was refused with \"{said}\"; expected {}", expected.get())))
        }
        (Err(refusal), None) => Ok(Some(format!("the edit was refused: {refusal}"))),
    }
}
