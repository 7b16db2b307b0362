//! Reading rows that say only in what they differ from another.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::{Form, Packed, Packer, Row};

/// Reads a row that has the values of another wherever it says nothing else.
#[derive(Clone, Copy)]
pub(in crate::shop) struct RowLike<'a>(pub(in crate::shop) &'a Row);

impl RowLike<'_> {
    fn packed(&self) -> Option<&Packed> {
        match &self.0.0 {
            Form::Packed(packed) => Some(packed),
            Form::Open(_) => None,
        }
    }
}

impl<'de> DeserializeSeed<'de> for RowLike<'_> {
    type Value = Row;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Row, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowLike<'_> {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Row, M::Error> {
        let mut said: Vec<Option<Option<String>>> = Vec::new();
        let mut more: Vec<(String, Option<String>)> = Vec::new();
        let common = self.packed();
        said.resize(common.map_or(0, |common| common.shape.names().len()), None);
        while let Some(name) = map.next_key::<String>()? {
            let value: Option<String> = map.next_value()?;
            match common.and_then(|common| common.shape.place(&name)) {
                Some(place) => said[place] = Some(value),
                None => more.push((name, value)),
            }
        }
        let Some(common) = common.filter(|_| more.is_empty()) else {
            // Columns that the other row has not go to the end.
            let mut row = self.0.clone();
            let names: Vec<String> = self.0.iter().map(|(name, _)| name.to_owned()).collect();
            let named = names.into_iter().zip(said).filter_map(|(name, value)| Some((name, value?)));
            named.chain(more).for_each(|(name, value)| row.set_opt(name, value));
            return Ok(row);
        };
        let mut packer = Packer::default();
        for (place, value) in said.iter().enumerate() {
            match value {
                Some(value) => packer.push(value.as_deref()),
                None => packer.push(common.value(place)),
            }
        }
        Ok(Row(Form::Packed(Arc::new(packer.pack(Arc::clone(&common.shape))))))
    }
}
