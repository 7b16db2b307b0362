//! Credit memos with their items (sync spec 5.10).

use super::Change;
use crate::crm::{Entity, Fields, Row};

/// Decides what a credit memo record does; items that Magento no longer names stay.
pub fn credit_memo(
    fields: Fields,
    items: Option<Vec<Fields>>,
    stored: Option<&Row>,
    stored_items: &[Row],
) -> Vec<Change> {
    let mut changes = vec![Change::Root { entity: Entity::CreditMemo, id: stored.map(|row| row.id), fields }];
    changes.extend(items.into_iter().flatten().map(|fields| {
        let origin_id = fields.origin_id();
        let row = stored_items.iter().find(|row| origin_id.is_some() && row.fields.origin_id() == origin_id);
        Change::Child { entity: Entity::CreditMemoItem, id: row.map(|row| row.id), owner: "creditMemo", fields }
    }));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::RowId;

    #[test]
    fn items_are_matched_by_their_origin_id() {
        // Vector 133, the half about items; who the order is, the job finds out.
        let item = |id: i64| Fields::new().with("originId", id);
        let stored = [Row { entity: Entity::CreditMemoItem, id: RowId(9), fields: item(4) }];
        let changes = credit_memo(Fields::new(), Some(vec![item(4), item(5)]), None, &stored);
        let ids: Vec<Option<i64>> = changes[1..]
            .iter()
            .map(|change| match change {
                Change::Child { id, owner: "creditMemo", .. } => id.map(|id| id.0),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(ids, [Some(9), None]);
    }
}
