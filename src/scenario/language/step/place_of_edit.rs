//! Where an edit stands in its file, and where in it a value does: a refusal names the line that has to change.

use super::crm_edit::CrmEdit;
use super::magento_edit::MagentoEdit;
use crate::scenario::language::text::span::{At, Place};
use crate::scenario::language::text::value::Fields;

/// What an edit names and the values it writes.
struct Parts<'a>(Option<&'a At<String>>, Vec<&'a Fields>);

impl Parts<'_> {
    /// The place of what is named, or of the first value.
    fn place(&self) -> Option<Place> {
        let Self(named, written) = self;
        let first = || written.iter().find_map(|fields| fields.iter().next()).map(|(name, _)| name.place());
        named.map(At::place).or_else(first)
    }

    /// The place of a column's value.
    fn place_of(&self, column: &str) -> Option<Place> {
        self.1.iter().find_map(|fields| fields.get(column)).map(At::place)
    }
}

impl MagentoEdit {
    /// Where it stands, as far as it says anything with a place.
    pub(in crate::scenario) fn place(&self) -> Option<Place> {
        self.parts().place()
    }

    /// Where the value of a column stands in it.
    pub(in crate::scenario) fn place_of(&self, column: &str) -> Option<Place> {
        self.parts().place_of(column)
    }

    fn parts(&self) -> Parts<'_> {
        match self {
            Self::CreateCustomer(made)
            | Self::CreateWebsite(made)
            | Self::CreateStoreView(made)
            | Self::CreateGroup(made)
            | Self::CreateProduct(made) => Parts(None, vec![&made.set]),
            Self::UpdateCustomer(told) | Self::CreateAddress(told) => Parts(Some(&told.customer), vec![&told.set]),
            Self::DeleteCustomer(told) => Parts(Some(&told.customer), vec![]),
            Self::UpdateAddress(told) => Parts(Some(&told.address), vec![&told.set]),
            Self::DeleteAddress(told) => Parts(Some(&told.address), vec![]),
            Self::CreateCart(told) | Self::PlaceOrder(told) => {
                let named = [&told.customer, &told.cart, &told.store].into_iter().flatten().next();
                let written = [&told.set, &told.guest, &told.address].into_iter().chain(&told.items);
                Parts(named, written.collect())
            }
            Self::UpdateCart(told) | Self::DeleteCart(told) => {
                let items = told.items.iter().flatten();
                Parts(Some(&told.cart), std::iter::once(&told.set).chain(items).collect())
            }
            Self::UpdateOrder(told) => Parts(Some(&told.order), vec![&told.set]),
            Self::InvoiceOrder(told) | Self::ShipOrder(told) => Parts(Some(&told.order), vec![&told.set]),
            Self::RefundOrder(told) => Parts(Some(&told.order), vec![&told.set]),
            Self::CancelOrder(told) | Self::HoldOrder(told) | Self::UnholdOrder(told) | Self::DeleteOrder(told) => {
                Parts(Some(&told.order), vec![])
            }
            Self::Subscribe(told) | Self::Unsubscribe(told) => Parts(Some(&told.email), vec![&told.set]),
            Self::UpdateWebsite(told)
            | Self::UpdateStoreView(told)
            | Self::UpdateGroup(told)
            | Self::UpdateProduct(told) => Parts(Some(&told.named), vec![&told.set]),
            Self::DeleteWebsite(told)
            | Self::DeleteStoreView(told)
            | Self::DeleteGroup(told)
            | Self::DeleteProduct(told) => Parts(Some(&told.named), vec![]),
            Self::Create(told) => Parts(Some(&told.table), vec![&told.set]),
            Self::Update(told) => Parts(Some(&told.table), vec![&told.set]),
            Self::Delete(told) => Parts(Some(&told.table), vec![]),
            Self::Configure(told) => Parts(Some(&told.path), vec![]),
            Self::UpdateApiUser(told) => Parts(Some(&told.user), vec![]),
            Self::InstallBridge(told) => Parts(Some(&told.version), vec![]),
            Self::FlushCache(told) => Parts(told.shop.as_ref(), vec![]),
            Self::SetWsi(told) => Parts(told.shop.as_ref(), vec![]),
        }
    }
}

impl CrmEdit {
    /// Where what a message speaks of stands in it: the field that the message names, else what the edit names.
    pub(in crate::scenario) fn place_in(&self, message: &str) -> Option<Place> {
        let parts = self.parts();
        let names = |field: &&str| message.contains(&format!("({field})")) || message.contains(&format!("`{field}`"));
        let written = parts.1.iter().flat_map(|fields| fields.iter()).map(|(name, _)| name.get().as_str());
        written.filter(|field| names(field)).find_map(|field| parts.place_of(field)).or_else(|| parts.place())
    }

    fn parts(&self) -> Parts<'_> {
        match self {
            Self::CreateCustomer(made) => Parts(None, std::iter::once(&made.set).chain(&made.addresses).collect()),
            Self::UpdateCustomer(told) => Parts(Some(&told.customer), vec![&told.set]),
            Self::CreateAddress(told) => Parts(Some(&told.customer), vec![&told.set]),
            Self::UpdateAddress(told) => Parts(Some(&told.address), vec![&told.set]),
            Self::Register(told) => Parts(Some(&told.customer), vec![]),
            Self::MoveCart(told) => Parts(Some(&told.cart), vec![]),
            Self::PlaceOrder(told) => Parts(told.cart.as_ref().or(told.customer.as_ref()), told.items.iter().collect()),
            Self::Subscribe(told) | Self::Unsubscribe(told) => Parts(Some(&told.customer), vec![]),
            Self::DeleteContact(told) => Parts(Some(&told.customer), vec![]),
            Self::AddContacts(_)
            | Self::CopyAddresses(_)
            | Self::RecalculateLifetimes(_)
            | Self::DeleteChannel(_)
            | Self::CreateChannel(_)
            | Self::ChangeSettings(_) => Parts(None, vec![]),
        }
    }
}
