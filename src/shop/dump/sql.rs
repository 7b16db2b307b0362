//! The statements of a `mysqldump` that hold rows: `CREATE TABLE` for the names of columns, `INSERT INTO` for values. Others
//! are passed over.

use indexmap::IndexMap;

use super::Tables;
use crate::printable::shortened;
use crate::shop::seed::{NODES_MAX, SeedError, SeedRow};

/// MySQL's limit is 64 letters, of four bytes at most; each row repeats the names of its columns.
const NAME_BYTES_MAX: usize = 256;

/// What a whole dump of `mysqldump` begins with, that of MariaDB too; others do not say that they are whole.
const HEADS: &[&str] = &["-- MySQL dump ", "-- MariaDB dump ", "/*M!999999\\- enable the sandbox mode */"];
/// What it ends with.
const COMPLETED: &str = "-- Dump completed";

/// Whether a dump that says where it ends does so. Several may stand one after the other, and somebody's statements after them.
fn is_whole(text: &str) -> bool {
    let begins = |line: &&str| HEADS.iter().any(|head| line.starts_with(head));
    let (mut heads, mut ends, mut was_head) = (0_usize, 0_usize, false);
    for line in text.lines() {
        // The head of MariaDB has two lines of these.
        let is_head = begins(&line);
        heads += usize::from(is_head && !was_head);
        was_head = is_head;
        ends += usize::from(line.starts_with(COMPLETED));
    }
    ends >= heads
}

/// Reads the tables of a dump.
pub(super) fn read(text: &str, name: &str) -> Result<Tables, SeedError> {
    read_within(text, name, NODES_MAX)
}

/// The same with another limit on its values.
fn read_within(text: &str, name: &str, values_max: usize) -> Result<Tables, SeedError> {
    let mut reader = Reader { text, at: 0, name, values_left: values_max };
    if !is_whole(text) {
        reader.at = text.len();
        let message = format!("the dump does not end with \"{COMPLETED}\", so it was cut; dump the shop again");
        return Err(reader.wrong(message));
    }
    let mut columns: IndexMap<String, Vec<String>> = IndexMap::new();
    let mut tables: IndexMap<String, Vec<SeedRow>> = IndexMap::new();
    let mut statements = 0;
    loop {
        reader.blanks();
        if reader.at >= text.len() {
            break;
        }
        if reader.take(";") {
            continue;
        }
        statements += 1;
        if reader.words(&["CREATE", "TABLE"]) {
            reader.words(&["IF", "NOT", "EXISTS"]);
            let table = reader.identifier()?;
            let names = reader.columns()?;
            tables.entry(table.clone()).or_default();
            columns.insert(table, names);
            reader.end()?;
        } else if reader.words(&["INSERT", "INTO"])
            || reader.words(&["INSERT", "IGNORE", "INTO"])
            || reader.words(&["REPLACE", "INTO"])
        {
            let table = reader.identifier()?;
            reader.blanks();
            let named = if reader.is("(") { Some(reader.names()?) } else { None };
            let names = match named.or_else(|| columns.get(&table).cloned()) {
                Some(names) => names,
                None => return Err(reader.wrong(format!("rows of {table} come before its CREATE TABLE"))),
            };
            if !reader.words(&["VALUES"]) {
                return Err(reader.wrong("VALUES was expected".to_owned()));
            }
            let rows = tables.entry(table).or_default();
            loop {
                rows.push(reader.row(&names)?);
                reader.blanks();
                if !reader.take(",") {
                    break;
                }
            }
            reader.end()?;
        } else if let Err(cut) = reader.end() {
            // What begins with no table is something else than a dump that was cut.
            if tables.is_empty() {
                break;
            }
            return Err(cut);
        }
    }
    if tables.is_empty() {
        let message = format!("there is no table among {statements} statements; give what `mysqldump` writes");
        return Err(SeedError::Syntax { name: name.to_owned(), line: 1, column: 1, message });
    }
    Ok(Tables(tables))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    name: &'t str,
    values_left: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn is(&self, token: &str) -> bool {
        self.rest().starts_with(token)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.is(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn wrong(&self, message: String) -> SeedError {
        let before = &self.text[..self.at.min(self.text.len())];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
        SeedError::Syntax { name: self.name.to_owned(), line, column, message }
    }

    fn too_large(&self) -> SeedError {
        self.wrong(format!("there are more than {NODES_MAX} values up to here; dump fewer rows or tables"))
    }

    /// Blanks and comments; what stands in a comment of a version is no row.
    fn blanks(&mut self) {
        loop {
            let trimmed = self.rest().trim_start();
            self.at = self.text.len() - trimmed.len();
            let end = match trimmed {
                line if line.starts_with("--") || line.starts_with('#') => line.find('\n').map(|at| at + 1),
                block if block.starts_with("/*") => block.find("*/").map(|at| at + 2),
                _ => return,
            };
            self.at += end.unwrap_or(trimmed.len());
        }
    }

    /// Takes words in any case, all of them or none.
    fn words(&mut self, words: &[&str]) -> bool {
        let start = self.at;
        for word in words {
            self.blanks();
            let is_word = self.rest().get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
            if !is_word {
                self.at = start;
                return false;
            }
            self.at += word.len();
        }
        true
    }

    /// A name, in backticks or bare; of `shop`.`table` the last.
    fn identifier(&mut self) -> Result<String, SeedError> {
        loop {
            let name = self.one_name()?;
            if !self.take(".") {
                return Ok(name);
            }
        }
    }

    fn one_name(&mut self) -> Result<String, SeedError> {
        self.blanks();
        let name = if self.take("`") {
            let end = self.rest().find('`').ok_or_else(|| self.wrong("a name does not end".to_owned()))?;
            let name = self.rest()[..end].to_owned();
            self.at += end + 1;
            name
        } else {
            let is_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
            let end = self.rest().find(|letter| !is_name(letter)).unwrap_or(self.rest().len());
            let name = self.rest()[..end].to_owned();
            self.at += end;
            name
        };
        if name.is_empty() {
            return Err(self.wrong("a name was expected".to_owned()));
        }
        if name.len() > NAME_BYTES_MAX {
            return Err(self.wrong(format!("\"{}\" is longer than a name may be", shortened(&name))));
        }
        Ok(name)
    }

    fn names(&mut self) -> Result<Vec<String>, SeedError> {
        self.take("(");
        let mut names = Vec::new();
        loop {
            names.push(self.identifier()?);
            self.blanks();
            if !self.take(",") {
                break;
            }
        }
        if self.take(")") { Ok(names) } else { Err(self.wrong("a list of columns does not end".to_owned())) }
    }

    /// The columns of a `CREATE TABLE`: what begins with a name in backticks; keys begin with a word.
    fn columns(&mut self) -> Result<Vec<String>, SeedError> {
        self.blanks();
        if !self.take("(") {
            return Err(self.wrong("the columns of a table were expected".to_owned()));
        }
        let mut names = Vec::new();
        loop {
            self.blanks();
            if self.is("`") {
                names.push(self.identifier()?);
            }
            let mut depth = 0;
            loop {
                let Some(letter) = self.rest().chars().next() else {
                    return Err(self.wrong("a table does not end".to_owned()));
                };
                match letter {
                    '\'' | '"' => {
                        self.quoted(letter)?;
                        continue;
                    }
                    '(' => depth += 1,
                    ')' if depth == 0 => {
                        self.at += 1;
                        return Ok(names);
                    }
                    ')' => depth -= 1,
                    ',' if depth == 0 => {
                        self.at += 1;
                        break;
                    }
                    _ => {}
                }
                self.at += letter.len_utf8();
            }
        }
    }

    fn row(&mut self, names: &[String]) -> Result<SeedRow, SeedError> {
        self.blanks();
        if !self.take("(") {
            return Err(self.wrong("a row was expected".to_owned()));
        }
        let mut row = SeedRow::with_capacity(names.len());
        for (number, name) in names.iter().enumerate() {
            if number > 0 {
                self.blanks();
                if !self.take(",") {
                    return Err(self.wrong(format!("a row has {number} values and the table {} columns", names.len())));
                }
            }
            let value = self.value()?;
            self.values_left = self.values_left.checked_sub(1).ok_or_else(|| self.too_large())?;
            row.insert(name.clone(), value);
        }
        self.blanks();
        if self.take(")") { Ok(row) } else { Err(self.wrong(format!("a row has more than {} values", names.len()))) }
    }

    fn value(&mut self) -> Result<Option<String>, SeedError> {
        self.blanks();
        if self.words(&["_binary"]) {
            self.blanks();
        }
        if self.is("'") {
            return self.quoted('\'').map(Some);
        }
        if self.is("\"") {
            return self.quoted('"').map(Some);
        }
        let end = self.rest().find([',', ')']).unwrap_or(self.rest().len());
        let bare = self.rest()[..end].trim();
        self.at += end;
        if bare.eq_ignore_ascii_case("null") {
            return Ok(None);
        }
        if let Some(hex) = bare.strip_prefix("0x").or_else(|| bare.strip_prefix("0X")) {
            let pairs = hex
                .as_bytes()
                .chunks(2)
                .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()));
            let bytes: Option<Vec<u8>> = pairs.collect();
            let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            return text.map(Some).ok_or_else(|| self.wrong(format!("0x{} is no number", shortened(hex))));
        }
        if bare.parse::<f64>().is_ok() {
            Ok(Some(bare.to_owned()))
        } else {
            Err(self.wrong(format!("\"{}\" is no value", shortened(bare))))
        }
    }

    /// A text with MySQL's escapes.
    fn quoted(&mut self, quote: char) -> Result<String, SeedError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(end) = rest.find([quote, '\\']) else {
                self.at = start;
                return Err(self.wrong("a text does not end".to_owned()));
            };
            text.push_str(&rest[..end]);
            self.at += end + 1;
            let next = self.rest().chars().next();
            if rest[end..].starts_with(quote) {
                if next == Some(quote) {
                    text.push(quote);
                    self.at += 1;
                    continue;
                }
                return Ok(text);
            }
            let Some(escaped) = next else { continue };
            self.at += escaped.len_utf8();
            text.push(match escaped {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'Z' => '\u{1a}',
                'b' => '\u{8}',
                other => other,
            });
        }
    }

    /// The end of a statement; texts in it may hold semicolons.
    fn end(&mut self) -> Result<(), SeedError> {
        loop {
            let Some(at) = self.rest().find([';', '\'', '"', '`']) else {
                self.at = self.text.len();
                return Err(self.wrong("the dump ends inside of a statement; dump the shop again".to_owned()));
            };
            self.at += at;
            match self.rest().chars().next() {
                Some(';') => {
                    self.at += 1;
                    return Ok(());
                }
                Some('`') => {
                    self.at += 1;
                    let end = self.rest().find('`').ok_or_else(|| self.wrong("a name does not end".to_owned()))?;
                    self.at += end + 1;
                }
                Some(quote) => {
                    self.quoted(quote)?;
                }
                None => return Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_that_was_cut_is_told_from_one_that_others_follow() {
        let (mysql, end) = ("-- MySQL dump 10.13\n", "-- Dump completed on 2024-03-10 12:00:00\n");
        let mariadb = "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n";
        for (text, expected) in [
            (format!("{mysql}{end}"), true),
            (mysql.to_owned(), false),
            (format!("{mariadb}{end}"), true),
            (mariadb.to_owned(), false),
            (format!("{mysql}{end}{mysql}{end}INSERT INTO a VALUES (1);\n"), true),
            (format!("{mysql}{end}{mysql}"), false),
            ("CREATE TABLE a (b int);\n".to_owned(), true),
        ] {
            assert_eq!(is_whole(&text), expected, "{text}");
        }
    }

    #[test]
    fn rows_are_read_as_mysqldump_writes_them() {
        let dump = "-- MySQL dump 10.19\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `a`;\nCREATE TABLE `a` (\n  `id` int(10) \
                    unsigned NOT NULL AUTO_INCREMENT COMMENT 'it''s; an (id',\n  `t` varchar(5) DEFAULT 'x,)',\n  `n` decimal(12,4),\n  \
                    PRIMARY KEY (`id`),\n  KEY `k` (`t`,`n`)\n) ENGINE=InnoDB COMMENT='a;b';\nLOCK TABLES `a` WRITE;\nINSERT INTO `a` VALUES \
                    (1,'O\\'Neil; \\\"x\\\"\\n',NULL),(2,'it''s',-1.5000),\n(3,_binary 'é',0x41);\nINSERT INTO `shop`.`a` (`n`, `id`) VALUES (7,4);\n\
                    UNLOCK TABLES;\n-- Dump completed on 2024-03-10 12:00:00\n";
        let tables = read(dump, "dump.sql").unwrap();
        let rows: Vec<Vec<(String, Option<String>)>> =
            tables.0["a"].iter().map(|row| row.clone().into_iter().collect()).collect();
        let cell = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(
            rows,
            [
                vec![cell("id", Some("1")), cell("t", Some("O'Neil; \"x\"\n")), cell("n", None)],
                vec![cell("id", Some("2")), cell("t", Some("it's")), cell("n", Some("-1.5000"))],
                vec![cell("id", Some("3")), cell("t", Some("é")), cell("n", Some("A"))],
                vec![cell("n", Some("7")), cell("id", Some("4"))],
            ]
        );
    }

    #[test]
    fn a_dump_is_read_in_one_pass_and_up_to_its_limits() {
        let table = "CREATE TABLE a (`b` int, `c` int);\nINSERT INTO a VALUES ";
        let four = format!("{table}(1,2),(3,4);");
        assert!(read_within(&four, "d", 4).is_ok());
        let error = read_within(&four, "d", 3).unwrap_err().to_string();
        assert!(error.contains("d:2:") && error.contains("values up to here"), "{error}");
        // A name for each step would need a stack as deep.
        let deep = format!("INSERT INTO {}x VALUES (1);", "a.".repeat(1_000_000));
        assert!(read(&deep, "d").unwrap_err().to_string().contains("rows of x come before"));
        let long = "n".repeat(100_000);
        for dump in [
            format!("CREATE TABLE `{long}` (`b` int);"),
            format!("CREATE TABLE a (`{long}` int);"),
            format!("{table}({long},1);"),
            format!("{table}(0x{long},1);"),
        ] {
            let error = read(&dump, "d").unwrap_err().to_string();
            assert!(error.len() < 1000, "{} bytes of message", error.len());
        }
    }

    #[test]
    fn a_comment_ends_with_its_line() {
        for comment in ["-- a\n", "#\n", "/* a; */", "-- a; b\n#c\n/**/"] {
            let tables = read(&format!("{comment}CREATE TABLE t (`a` int);{comment}INSERT INTO t VALUES (1);"), "d");
            assert_eq!(tables.unwrap().0["t"].len(), 1, "{comment:?}");
        }
    }

    #[test]
    fn what_is_no_dump_names_the_line() {
        for (dump, said) in [
            ("", "dump.sql:1:1: there is no table"),
            ("SELECT 1;\n", "dump.sql:1:1: there is no table among 1 statements"),
            ("hello\n", "dump.sql:1:1: there is no table among 1 statements"),
            ("INSERT INTO `a` VALUES (1);", "dump.sql:1:17: rows of a come before its CREATE TABLE"),
            (
                "CREATE TABLE `a` (`x` int);\nINSERT INTO `a` VALUES (1,2);",
                "dump.sql:2:26: a row has more than 1 values",
            ),
            (
                "CREATE TABLE `a` (`x` int, `y` int);\nINSERT INTO `a` VALUES (1);",
                "dump.sql:2:26: a row has 1 values and the table 2 columns",
            ),
            ("CREATE TABLE `a` (`x` int);\nINSERT INTO `a` VALUES ('1);", "dump.sql:2:25: a text does not end"),
            ("CREATE TABLE `a` (`x` int);\nINSERT INTO `a` VALUES (now());", "is no value"),
        ] {
            let told = read(dump, "dump.sql").unwrap_err().to_string();
            assert!(told.contains(said), "{dump}: {told}");
        }
    }
}
