//! How much the answers to many calls in one request come to: a request of some kilobytes may ask for all customers a
//! thousand times over.

use crate::shop::Refusal;
use crate::soap::SoapValue;

/// Values that many calls in one may return together; a value takes about a hundred bytes.
const VALUES_MAX: usize = 500_000;
/// Bytes of all their texts and names.
const BYTES_MAX: usize = 32 * 1024 * 1024;

/// What is left of it.
#[derive(Debug)]
pub struct Room {
    values: usize,
    bytes: usize,
}

impl Room {
    /// The room of one request.
    pub fn new() -> Self {
        Self { values: VALUES_MAX, bytes: BYTES_MAX }
    }

    /// Takes the room that one result needs.
    ///
    /// # Errors
    /// [`Refusal::ErrorPage`] when there is not as much: PHP ends with its memory, and Magento shows its error page.
    pub fn take(&mut self, value: &SoapValue) -> Result<(), Refusal> {
        let (values, bytes) = size(value);
        let left = self.values.checked_sub(values).zip(self.bytes.checked_sub(bytes));
        let Some((values, bytes)) = left else {
            let megabytes = BYTES_MAX / (1024 * 1024);
            return Err(Refusal::ErrorPage(format!(
                "the answers to many calls in one come to more than {VALUES_MAX} values or {megabytes} MB, for which PHP \
                 has no memory; ask for less in one request"
            )));
        };
        (self.values, self.bytes) = (values, bytes);
        Ok(())
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}

fn size(value: &SoapValue) -> (usize, usize) {
    let add = |(values, bytes), (more_values, more_bytes)| (values + more_values, bytes + more_bytes);
    match value {
        SoapValue::Text(text) => (1, text.len()),
        SoapValue::List(items) => items.iter().map(size).fold((1, 0), add),
        SoapValue::Struct(members) => {
            members.iter().map(|(name, member)| add(size(member), (0, name.len()))).fold((1, 0), add)
        }
        _ => (1, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::SoapStruct;

    #[test]
    fn many_results_share_one_room() {
        let row = SoapValue::from(SoapStruct::new().with("email", "a@b.c").with("groups", vec![1.into(), 2.into()]));
        assert_eq!(size(&row), (5, 16));
        let text = SoapValue::from("x".repeat(BYTES_MAX / 2));
        let mut room = Room::new();
        assert!(room.take(&text).is_ok() && room.take(&text).is_ok());
        assert!(matches!(room.take(&"x".into()), Err(Refusal::ErrorPage(_))));
        let rows = SoapValue::from(vec![SoapValue::Nil; VALUES_MAX - 1]);
        let mut room = Room::new();
        assert!(room.take(&rows).is_ok());
        assert!(matches!(room.take(&SoapValue::Nil), Err(Refusal::ErrorPage(_))));
    }
}
