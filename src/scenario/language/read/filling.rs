//! A deserializer around another one that fills in variables: whatever is read as a text has its references replaced.
//! Everything else, places included, passes through.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

use crate::scenario::language::read::variables::{Variables, is_reference, misfit_text};

/// Something of serde's with variables to fill in: a deserializer, a visitor, a seed or an access.
pub(in crate::scenario) struct Filling<'v, T> {
    inner: T,
    variables: &'v Variables,
    /// The reader takes what it finds: a lone reference may then be a flag as well as a text.
    takes_any: bool,
}

impl<'v, T> Filling<'v, T> {
    pub(in crate::scenario) fn new(inner: T, variables: &'v Variables) -> Self {
        Self { inner, variables, takes_any: false }
    }

    fn taking_any(inner: T, variables: &'v Variables) -> Self {
        Self { inner, variables, takes_any: true }
    }
}

macro_rules! pass_on {
    ($($name:ident ($($argument:ident: $type:ty),*))*) => {
        $(fn $name<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$name($($argument,)* Filling::new(visitor, self.variables))
        })*
    };
}

macro_rules! numbers {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.deserialize_any(Number(Filling::new(visitor, self.variables)))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Filling<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Filling::taking_any(visitor, self.variables))
    }

    pass_on! {
        deserialize_bool() deserialize_char() deserialize_str() deserialize_string() deserialize_bytes()
        deserialize_byte_buf() deserialize_option() deserialize_unit() deserialize_seq() deserialize_map()
        deserialize_identifier()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_f32 deserialize_f64
    }

    /// What nobody reads needs no values.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_ignored_any(visitor)
    }
}

macro_rules! visit_as_it_is {
    ($($name:ident: $type:ty),*) => {
        $(fn $name<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$name(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Filling<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit_as_it_is! {
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_char: char, visit_bytes: &[u8],
        visit_byte_buf: Vec<u8>
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        match self.variables.fill(text).map_err(E::custom)? {
            Cow::Borrowed(text) => self.inner.visit_str(text),
            Cow::Owned(filled) => match filled.as_str() {
                "true" | "false" if self.takes_any && is_reference(text) => self.inner.visit_bool(filled == "true"),
                _ => self.inner.visit_string(filled),
            },
        }
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<V::Value, E> {
        match self.variables.fill(text).map_err(E::custom)? {
            Cow::Borrowed(text) => self.inner.visit_borrowed_str(text),
            Cow::Owned(_) => self.visit_str(text),
        }
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Filling::new(deserializer, self.variables))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Filling::new(deserializer, self.variables))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Filling::new(items, self.variables))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Filling::new(members, self.variables))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(Filling::new(access, self.variables))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Filling<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Filling::new(deserializer, self.variables))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Filling<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(Filling::new(seed, self.variables))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Filling<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(Filling::new(seed, self.variables))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Filling::new(seed, self.variables))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, 'v, A: EnumAccess<'de>> EnumAccess<'de> for Filling<'v, A> {
    type Error = A::Error;
    type Variant = Filling<'v, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let (value, variant) = self.inner.variant_seed(Filling::new(seed, self.variables))?;
        Ok((value, Filling::new(variant, self.variables)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Filling<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.newtype_variant_seed(Filling::new(seed, self.variables))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.inner.tuple_variant(len, Filling::new(visitor, self.variables))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner.struct_variant(fields, Filling::new(visitor, self.variables))
    }
}

/// Reads a number, or a reference that stands for one.
struct Number<'v, V>(Filling<'v, V>);

impl<'de, V: Visitor<'de>> Visitor<'de> for Number<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<V::Value, E> {
        self.0.inner.visit_i64(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<V::Value, E> {
        self.0.inner.visit_u64(number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<V::Value, E> {
        self.0.inner.visit_f64(number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        let filled = self.0.variables.fill(text).map_err(E::custom)?;
        if let Ok(number) = filled.parse() {
            return self.0.inner.visit_u64(number);
        }
        if let Ok(number) = filled.parse() {
            return self.0.inner.visit_i64(number);
        }
        match filled.parse() {
            Ok(number) => self.0.inner.visit_f64(number),
            // Nobody says where a value stands that is no number; the text itself does.
            Err(_) => Err(E::custom(misfit_text(text, &filled, "a number"))),
        }
    }
}
