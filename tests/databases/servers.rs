//! Both servers, started for one test.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use mockgento::database::Dsn;
use mysql_async::prelude::Queryable as _;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether one of them is not installed.
pub fn missing() -> bool {
    !Command::new(root().join("ci/databases")).arg("--probe").output().is_ok_and(|output| output.status.success())
}

/// Both servers; they end with this value.
pub struct Servers {
    shell: Child,
    pub postgres: String,
    pub mariadb: String,
    /// The root that their certificates lead to; empty without TLS.
    pub root: String,
}

impl Servers {
    pub fn start() -> Self {
        // What reads until its input ends keeps them.
        let told = "printf '%s\\n' \"$ACME_DSN\" \"$SHOPLINE_DSN\" \"${DATABASES_CA:-}\"; cat >/dev/null";
        let mut shell = Command::new(root().join("ci/databases"))
            .args(["sh", "-c", told])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(shell.stdout.take().unwrap()).lines();
        let mut line = || lines.next().expect("ci/databases tells three lines").unwrap();
        let (postgres, mariadb, root) = (line(), line(), line());
        Self { shell, postgres, mariadb, root }
    }

    /// Address and password of MariaDB, one without the other.
    pub fn shop(&self) -> (String, String) {
        let (user, rest) = self.mariadb.strip_prefix("mysql://").unwrap().split_once(':').unwrap();
        let (password, place) = rest.split_once('@').unwrap();
        (format!("mysql://{user}@{place}"), password.to_owned())
    }

    /// Runs statements of MariaDB, one a line or several.
    pub fn run_mariadb(&self, sql: &str) {
        block_on(async {
            let pool = mysql_async::Pool::new(self.mariadb.as_str());
            let mut connection = pool.get_conn().await.unwrap();
            connection.query_drop("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'").await.unwrap();
            for statement in sql.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
                connection.query_drop(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
            }
            drop(connection);
            pool.disconnect().await.unwrap();
        });
    }

    /// Runs statements of PostgreSQL.
    pub fn run_postgres(&self, sql: &str) {
        block_on(async {
            let (client, connection) = tokio_postgres::connect(&self.postgres, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client.batch_execute(sql).await.unwrap();
        });
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Rows of one query, or what is said.
pub fn rows(address: &str, query: &str) -> Result<Vec<mockgento::database::Row>, String> {
    let dsn = Dsn::parse(address).unwrap();
    let read = block_on(mockgento::database::read(&dsn, &[query])).map_err(|error| error.to_string())?;
    Ok(read.into_iter().next().unwrap().rows)
}

/// Runs the program.
pub fn program(arguments: &[&str], environment: &[(&str, &str)], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .envs(environment.iter().copied())
        .env("NO_COLOR", "1")
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}
