//! The bridge's pager: wire spec, section 6.4.

use crate::soap::{SoapFault, SoapValue};

/// A slice of a list; `All` when the pager is inactive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pager {
    /// No paging: everything is returned.
    All,
    /// A page; both numbers as given, possibly negative.
    Page {
        /// The page's number, counted from 1.
        page: i64,
        /// The number of rows of a page.
        size: i64,
    },
}

impl Pager {
    /// Reads a `pager` argument. It is active only when page and size are both non-empty and not 0.
    ///
    /// # Errors
    /// A page that is no number ends in PHP 8's type error, as on the recorded shop.
    pub fn from_value(value: Option<&SoapValue>) -> Result<Self, SoapFault> {
        let Some(pager) = value.and_then(SoapValue::as_struct) else { return Ok(Self::All) };
        let page = pager.text("page").unwrap_or_default();
        let size = pager.text("pageSize").unwrap_or_default();
        if is_empty(&page) || is_empty(&size) {
            return Ok(Self::All);
        }
        let Some(page) = numeric(&page) else {
            return Err(SoapFault::server("Unsupported operand types: string + int"));
        };
        match numeric(&size).filter(|size| *size != 0) {
            Some(size) => Ok(Self::Page { page, size }),
            None => Ok(Self::All),
        }
    }

    /// The end of a query that reads the page, for fault texts that quote it.
    pub fn in_sql(self) -> String {
        match self {
            Self::All => String::new(),
            Self::Page { page: 1, size } => format!(" LIMIT {size}"),
            Self::Page { page, size } => {
                format!(" LIMIT {size} OFFSET {}", page.saturating_sub(1).saturating_mul(size))
            }
        }
    }

    /// How many rows there are up to the end of the page; `None` when it has none.
    pub fn end(self) -> Option<usize> {
        match self {
            Self::Page { page, size } if page > 0 && size > 0 => usize::try_from(page.saturating_mul(size)).ok(),
            Self::All | Self::Page { .. } => None,
        }
    }

    /// The rows of the page, in order; a page past the end is empty. No row behind the page is asked for.
    pub fn slice<T>(self, rows: impl IntoIterator<Item = T>) -> Vec<T> {
        match self {
            Self::All => rows.into_iter().collect(),
            Self::Page { page, .. } if page < 1 => Vec::new(),
            // A negative size: MySQL's LIMIT quirk, one row (wire spec, inferred).
            Self::Page { size, .. } if size < 0 => rows.into_iter().take(1).collect(),
            Self::Page { page, size } => {
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                let start = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(size);
                rows.into_iter().skip(start).take(size).collect()
            }
        }
    }
}

/// PHP's `empty()` of a text.
fn is_empty(text: &str) -> bool {
    text.is_empty() || text == "0"
}

fn numeric(text: &str) -> Option<i64> {
    text.trim().parse::<f64>().ok().map(|_| crate::soap::value::leading_int(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::SoapStruct;

    /// The table of wire spec 6.4, 130 rows.
    #[test]
    fn pages_are_cut_as_the_recorded_shop_cuts_them() {
        for (page, size, expected) in [
            (Some("0"), Some("10"), 130),
            (Some("1"), Some("0"), 130),
            (Some("1"), None, 130),
            (Some("1"), Some("abc"), 130),
            (Some("1"), Some("10"), 10),
            (Some("13"), Some("10"), 10),
            (Some("14"), Some("10"), 0),
            (Some("-1"), Some("10"), 0),
            (Some("1"), Some("-5"), 1),
        ] {
            let mut pager = SoapStruct::new();
            pager.set("page", page);
            pager.set("pageSize", size);
            let pager = Pager::from_value(Some(&pager.into())).unwrap();
            let mut asked = 0;
            let rows = pager.slice((0..130).inspect(|_| asked += 1));
            assert_eq!(rows.len(), expected, "{page:?} {size:?}");
            assert!(pager.end().is_none_or(|end| asked <= end), "{page:?} {size:?}: {asked}");
        }
        let bad = SoapStruct::new().with("page", "abc").with("pageSize", "10");
        let fault = Pager::from_value(Some(&bad.into())).unwrap_err();
        assert_eq!(fault.string, "Unsupported operand types: string + int");
        assert_eq!(Pager::from_value(None), Ok(Pager::All));
    }
}
