//! The SQL text of a condition, and what the database says of one that it refuses.

use super::condition::{Condition, Operand, is_known};

/// A condition that the database refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlError {
    /// A quoted text where the grammar has none.
    Syntax {
        /// The piece of SQL that the database would point at.
        near: String,
    },
    /// `FIND_IN_SET` of more than one text.
    ParameterCount,
    /// A regular expression that is none.
    Regexp {
        /// What is wrong, in the words of the database's library.
        what: String,
    },
}

/// How much of a query the database quotes where it cannot go on.
const NEAR_LENGTH: usize = 80;

impl SqlError {
    /// What MariaDB says of a regular expression, as far as the kinds of mistakes have the same names there.
    pub(super) fn regexp(pattern: &str, error: &regex::Error) -> Self {
        let said = error.to_string();
        let end = pattern.chars().count();
        let is = |text: &str| said.contains(text);
        let what = if is("unclosed character class") {
            format!("missing terminating ] for character class at offset {end}")
        } else if is("unclosed group") {
            format!("missing closing parenthesis at offset {end}")
        } else if is("unopened group") {
            "unmatched closing parenthesis at offset 0".to_owned()
        } else if is("repetition operator missing expression") {
            "quantifier does not follow a repeatable item at offset 0".to_owned()
        } else if is("the start must be <= the end") {
            format!("numbers out of order in {{}} quantifier at offset {}", end - 1)
        } else if is("is not supported") {
            "mockgento knows no look-around and no back-references".to_owned()
        } else {
            format!("{} at offset {end}", said.lines().last().unwrap_or_default().trim_start_matches("error: "))
        };
        Self::Regexp { what }
    }

    /// The database's error as PDO words it, for a condition that is part of this query.
    pub fn text(&self, query: &str) -> String {
        let (code, text) = match self {
            Self::Syntax { near } => {
                let quoted = format!(" IS {}", quote(near));
                let rest = query.find(&quoted).map_or("", |at| &query[at + " IS ".len()..]);
                let near: String = rest.chars().take(NEAR_LENGTH).collect();
                let text = format!(
                    "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server \
                     version for the right syntax to use near '{near}' at line 1"
                );
                (1064, text)
            }
            Self::ParameterCount => {
                (1582, "Incorrect parameter count in the call to native function 'FIND_IN_SET'".to_owned())
            }
            Self::Regexp { what } => (1139, format!("Regex error '{what}'")),
        };
        format!("SQLSTATE[42000]: Syntax error or access violation: {code} {text}, query was: {query}")
    }
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

impl Condition {
    /// The condition as the SQL text around `column`, for fault texts that quote it.
    pub fn to_sql(&self, column: &str) -> String {
        format!("({})", self.bare_sql(column))
    }

    /// The same without the parentheses that a query puts around each of its conditions.
    fn bare_sql(&self, column: &str) -> String {
        let operators = match self {
            Self::Simple(value) => return format!("{column} = {}", quote(value)),
            Self::Complex(operators) => operators,
            Self::Any(conditions) => return any(conditions.iter().map(|condition| condition.bare_sql(column))),
        };
        let bound = |name: &str, sign: &str| {
            operators.get(name).map(|operand| format!("{column} {sign} {}", quote(operand.text())))
        };
        let range: Vec<String> = bound("from", ">=").into_iter().chain(bound("to", "<=")).collect();
        if !range.is_empty() {
            return range.join(" AND ");
        }
        if let Some((operator, operand)) = operators.iter().find(|(name, _)| is_known(name)) {
            return of_operator(operator, operand, column);
        }
        any(operators.values().map(|operand| format!("{column} = {}", quote(operand.text()))))
    }
}

fn any(conditions: impl Iterator<Item = String>) -> String {
    let conditions: Vec<String> = conditions.map(|condition| format!("({condition})")).collect();
    format!("({})", conditions.join(" OR "))
}

fn of_operator(operator: &str, operand: &Operand, column: &str) -> String {
    let text = quote(operand.text());
    let list = || operand.items().iter().map(|item| quote(item)).collect::<Vec<_>>().join(", ");
    match operator {
        "neq" => format!("{column} != {text}"),
        "like" => format!("{column} LIKE {text}"),
        "nlike" => format!("{column} NOT LIKE {text}"),
        "in" => format!("{column} IN({})", list()),
        "nin" => format!("{column} NOT IN({})", list()),
        "is" => format!("{column} IS {text}"),
        "notnull" => format!("{column} IS NOT NULL"),
        "null" => format!("{column} IS NULL"),
        "seq" if operand.text().is_empty() => format!("{column} IS NULL"),
        "sneq" if operand.text().is_empty() => format!("{column} IS NOT NULL"),
        "sneq" => format!("{column} != {text}"),
        "gt" => format!("{column} > {text}"),
        "lt" => format!("{column} < {text}"),
        "gteq" => format!("{column} >= {text}"),
        "lteq" => format!("{column} <= {text}"),
        "finset" => format!("FIND_IN_SET({}, {column})", list()),
        "regexp" => format!("{column} REGEXP {text}"),
        _ => format!("{column} = {text}"),
    }
}
