//! Newsletter subscribers (sync spec 5.11): their dates, and which rows of a batch are the same.

use jiff::Timestamp;

use crate::crm::{CrmValue, Fields};

/// Sets `createdAt` and `updatedAt`: now without a date of the last change, which goes for known rows too; else that date,
/// as creation for new rows only (vector 134).
pub fn stamp(fields: &mut Fields, is_new: bool, now: Timestamp) {
    match fields.get("changeStatusAt").cloned() {
        Some(changed @ CrmValue::DateTime(_)) => {
            if is_new {
                fields.set("createdAt", changed.clone());
            }
            fields.set("updatedAt", changed);
        }
        _ => {
            fields.set("createdAt", now);
            fields.set("updatedAt", now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscribers_dates_come_from_the_last_change() {
        // Vector 134.
        let (now, changed) = (Timestamp::UNIX_EPOCH, "2020-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
        for (date, is_new, created, updated) in [
            (None, true, Some(now), Some(now)),
            (None, false, Some(now), Some(now)),
            (Some(changed), false, None, Some(changed)),
            (Some(changed), true, Some(changed), Some(changed)),
        ] {
            let mut fields = Fields::new().with("changeStatusAt", date);
            stamp(&mut fields, is_new, now);
            let at = |at: Option<Timestamp>| at.map(CrmValue::from);
            assert_eq!(
                (fields.get("createdAt").cloned(), fields.get("updatedAt").cloned()),
                (at(created), at(updated))
            );
        }
    }
}
