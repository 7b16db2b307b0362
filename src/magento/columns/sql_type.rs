//! Types of columns as a `CREATE TABLE` writes them.

use std::fmt;

/// A column's type, whether it may be null, and its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The SQL type of the column.
    pub sql_type: SqlType,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether the database counts it up.
    pub auto_increment: bool,
    /// What a row gets that is not given it; nullable columns without a default get null.
    pub default: Option<String>,
}

/// A type of the database, as far as Magento uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlType {
    /// `smallint`, `int` or `bigint`, by their size in bytes.
    Int {
        /// 2, 4 or 8.
        bytes: u8,
        /// How wide it is shown; it does not limit.
        width: u8,
        /// Whether it holds no negative numbers.
        unsigned: bool,
    },
    /// A number of `precision` digits, `scale` of them after the point.
    Decimal {
        /// All digits of the number, before and behind the point.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// A text of so many characters at most.
    Varchar(u16),
    /// `text` or `mediumtext`: a text of so many bytes at most.
    Text(u32),
    /// `mediumblob`: bytes, compared one by one.
    Blob(u32),
    /// A day without a time.
    Date,
    /// A day and a time.
    Datetime,
    /// A day and a time from 1970-01-01 00:00:01 to 2038-01-19 03:14:07.
    Timestamp,
}

impl SqlType {
    /// MariaDB's `text`: up to 65,535 bytes.
    pub const TEXT: Self = Self::Text(0xFFFF);
    const MEDIUMTEXT: Self = Self::Text(0xFF_FFFF);
    const MEDIUMBLOB: Self = Self::Blob(0xFF_FFFF);

    /// The type of values of an attribute, by its backend type; `None` for `static`, which says nothing.
    pub fn of_backend(backend_type: &str) -> Option<Self> {
        Some(match backend_type {
            "varchar" => Self::Varchar(255),
            "text" => Self::TEXT,
            "int" => Self::Int { bytes: 4, width: 11, unsigned: false },
            "decimal" => Self::Decimal { precision: 12, scale: 4 },
            "datetime" => Self::Datetime,
            _ => return None,
        })
    }

    /// Whether it holds moments: they are compared as such, whatever they are compared with.
    pub fn is_moment(self) -> bool {
        matches!(self, Self::Date | Self::Datetime | Self::Timestamp)
    }

    /// Whether it holds numbers.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Int { .. } | Self::Decimal { .. })
    }

    /// Smallest and largest number of an integer type.
    pub fn int_range(self) -> Option<(i128, i128)> {
        let Self::Int { bytes, unsigned, .. } = self else { return None };
        let values = 1_i128 << (8 * u32::from(bytes));
        Some(if unsigned { (0, values - 1) } else { (-values / 2, values / 2 - 1) })
    }

    fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('(').unwrap_or((text, ")"));
        let (inside, _) = rest.split_once(')')?;
        let int = |bytes| {
            let unsigned = text.ends_with(" unsigned");
            Some(Self::Int { bytes, width: inside.parse().ok()?, unsigned })
        };
        match name {
            "smallint" => int(2),
            "int" => int(4),
            "bigint" => int(8),
            "varchar" => inside.parse().ok().map(Self::Varchar),
            "decimal" => {
                let (precision, scale) = inside.split_once(',')?;
                Some(Self::Decimal { precision: precision.parse().ok()?, scale: scale.parse().ok()? })
            }
            "text" => Some(Self::TEXT),
            "mediumtext" => Some(Self::MEDIUMTEXT),
            "mediumblob" => Some(Self::MEDIUMBLOB),
            "date" => Some(Self::Date),
            "datetime" => Some(Self::Datetime),
            "timestamp" => Some(Self::Timestamp),
            _ => None,
        }
    }
}

impl Declaration {
    /// A column that may be null and has no default.
    pub fn nullable(sql_type: SqlType) -> Self {
        Self { sql_type, nullable: true, auto_increment: false, default: None }
    }

    /// The same with types in fewer words: `int`, `bool`, `varchar`, `decimal`, in any letters' case.
    pub(super) fn parse_loosely(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let (first, rest) =
            lower.split_once(' ').map_or((lower.as_str(), String::new()), |(first, rest)| (first, format!(" {rest}")));
        let full = match first {
            "int" | "integer" => "int(11)",
            "bool" | "boolean" | "tinyint(1)" | "tinyint" | "smallint" => "smallint(6)",
            "bigint" => "bigint(20)",
            "varchar" | "string" => "varchar(255)",
            "decimal" | "price" => "decimal(12,4)",
            "longtext" => "mediumtext",
            other => other,
        };
        Self::parse(&format!("{full}{rest}"))
    }

    /// Reads `varchar(50)` or `int(10) unsigned not null default 0`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (text, default) = match text.split_once(" default ") {
            Some((text, default)) => (text, Some(default.to_owned())),
            None => match text.strip_suffix(" default") {
                Some(text) => (text, Some(String::new())),
                None => (text, None),
            },
        };
        let (text, auto_increment) = text.strip_suffix(" auto_increment").map_or((text, false), |text| (text, true));
        let (text, nullable) = text.strip_suffix(" not null").map_or((text, true), |text| (text, false));
        Some(Self { sql_type: SqlType::parse(text)?, nullable, auto_increment, default })
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int { bytes, width, unsigned } => {
                let name = match bytes {
                    2 => "smallint",
                    4 => "int",
                    _ => "bigint",
                };
                write!(f, "{name}({width}){}", if *unsigned { " unsigned" } else { "" })
            }
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Varchar(characters) => write!(f, "varchar({characters})"),
            Self::Text(0xFFFF) => f.write_str("text"),
            Self::Text(_) => f.write_str("mediumtext"),
            Self::Blob(_) => f.write_str("mediumblob"),
            Self::Date => f.write_str("date"),
            Self::Datetime => f.write_str("datetime"),
            Self::Timestamp => f.write_str("timestamp"),
        }
    }
}

impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.sql_type)?;
        f.write_str(if self.nullable { "" } else { " not null" })?;
        f.write_str(if self.auto_increment { " auto_increment" } else { "" })?;
        match &self.default {
            Some(default) => write!(f, " default {default}"),
            None => Ok(()),
        }
    }
}
