//! Real clients walk a tour through `mockgento serve` (see `ci/clients/README.md`): SOAP stacks at the door of version 2, in both
//! styles, with and without the bridge, and clients of XML-RPC, SOAP v1 and SOAP 1.2 at theirs; all through a recording proxy too. A stack that is not installed is skipped and says so; with `MOCKGENTO_REQUIRE_CLIENTS=1` it fails.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};

const API_USER: &str = "tour";
const API_KEY: &str = "tour-key-1";

/// A SOAP stack and how its driver is started.
struct Stack {
    name: &'static str,
    program: PathBuf,
    /// Arguments of a run that proves the stack is installed.
    probe: Vec<String>,
    driver: PathBuf,
    /// The client of the example module, where there is one for this stack.
    example: Option<&'static str>,
    /// Whether it can load the bridge's real WS-I document, five messages of which are malformed.
    loads_malformed_wsi: bool,
    styles: &'static [&'static str],
}

const BOTH_STYLES: &[&str] = &["rpc", "wsi"];

fn stacks() -> Vec<Stack> {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/clients");
    let venv = clients.join(".venv/bin/python");
    let node_modules = clients.join("node/node_modules/soap");
    vec![
        Stack {
            name: "php",
            program: "php".into(),
            probe: vec!["-r".into(), "exit(extension_loaded('soap') ? 0 : 1);".into()],
            driver: clients.join("php/tour.php"),
            example: Some("client.php"),
            loads_malformed_wsi: true,
            styles: BOTH_STYLES,
        },
        // The version of SOAP that Zend_Soap_Client speaks unless it is told otherwise.
        Stack {
            name: "php_soap_1_2",
            program: "php".into(),
            probe: vec!["-r".into(), "exit(extension_loaded('soap') ? 0 : 1);".into()],
            driver: clients.join("php/tour_soap_1_2.php"),
            example: None,
            loads_malformed_wsi: true,
            // PHP cannot read the arrays of RPC/encoded in SOAP 1.2, of which a real shop sends the same bytes.
            styles: &["wsi"],
        },
        Stack {
            name: "zeep",
            program: if venv.exists() { venv } else { "python3".into() },
            probe: vec!["-c".into(), "import zeep".into()],
            driver: clients.join("zeep/tour.py"),
            example: Some("client.py"),
            loads_malformed_wsi: true,
            styles: BOTH_STYLES,
        },
        Stack {
            name: "node",
            program: "node".into(),
            probe: vec!["-e".into(), format!("require({:?})", node_modules.display().to_string())],
            driver: clients.join("node/tour.js"),
            example: None,
            loads_malformed_wsi: false,
            styles: BOTH_STYLES,
        },
        // Axis speaks RPC/encoded, JAX-WS WS-I; the script chooses.
        Stack {
            name: "java",
            program: "bash".into(),
            probe: vec![clients.join("java/tour.sh").display().to_string(), "--probe".into()],
            driver: clients.join("java/tour.sh"),
            example: None,
            loads_malformed_wsi: false,
            styles: BOTH_STYLES,
        },
    ]
}

/// A client of another door, and how its driver is started.
struct DoorClient {
    name: &'static str,
    program: PathBuf,
    probe: Vec<String>,
    driver: Vec<String>,
    /// How many checks its tour has at least.
    checks: usize,
}

/// The example module's clients of other doors: the door's client, the file, where its door is.
const EXAMPLES: &[(&str, &str, &str)] =
    &[("python_xmlrpc", "client_xmlrpc.py", "api/xmlrpc/"), ("php_soap_v1", "client_v1.php", "api/soap/?wsdl")];

fn door_clients() -> Vec<DoorClient> {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/clients");
    let file = |name: &str| clients.join("doors").join(name).display().to_string();
    let venv = clients.join(".venv/bin/python");
    let python = if venv.exists() { venv } else { "python3".into() };
    let npm = clients.join("node/node_modules/magento-api").display().to_string();
    let php = ["-r", "exit(extension_loaded('soap') ? 0 : 1);"];
    let client = |name, program: &Path, probe: &[&str], driver: &[&str], checks| DoorClient {
        name,
        program: program.to_owned(),
        probe: probe.iter().map(|word| (*word).to_owned()).collect(),
        driver: [file(driver[0])].into_iter().chain(driver[1..].iter().map(|word| (*word).to_owned())).collect(),
        checks,
    };
    vec![
        client("python_xmlrpc", "python3".as_ref(), &["-c", "import xmlrpc.client"], &["tour.py", "stdlib"], 30),
        client("magento1_client_xmlrpc", &python, &["-c", "import magento"], &["tour.py", "magento1-client"], 30),
        client("magento1_client_soap", &python, &["-c", "import magento, suds"], &["suds_tour.py"], 11),
        client("npm_magento_api", "node".as_ref(), &["-e", &format!("require({npm:?})")], &["tour.js"], 17),
        client("php_soap_v1", "php".as_ref(), &php, &["tour.php", "1.1"], 31),
        client("php_soap_v1_in_soap_1_2", "php".as_ref(), &php, &["tour.php", "1.2"], 31),
        client("ruby_xmlrpc", "ruby".as_ref(), &["-e", "require 'xmlrpc/client'"], &["tour.rb"], 14),
        client("perl_rpc_xml", "perl".as_ref(), &["-MRPC::XML::Client", "-e", "1"], &["tour.pl", "rpc-xml"], 12),
        client("perl_soap_lite", "perl".as_ref(), &["-MSOAP::Lite", "-e", "1"], &["tour.pl", "soap-lite"], 10),
    ]
}

/// `mockgento serve` as a user starts it, stopped when dropped.
struct Served {
    process: Child,
    wsdl: String,
}

impl Served {
    fn start(style: &str, bridge: &str, mend: bool) -> Result<Self, Failed> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--bridge", bridge, "--user", API_USER]);
        command.arg("--seed").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/seeds/tea-shop.yaml"));
        command.env("MOCKGENTO_API_KEY", API_KEY);
        if style == "wsi" {
            command.arg("--wsi");
        }
        if mend {
            command.arg("--mend-wsdl");
        }
        Self::listening(command)
    }

    /// The example module's shop, as its page starts it.
    fn loyalty(style: &str) -> Result<Self, Failed> {
        let folder = example();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--bridge", "none", "--module"]).arg(&folder);
        command.arg("--stubs").arg(folder.join("stubs.yaml")).arg("--seed").arg(folder.join("seed.yaml"));
        if style == "wsi" {
            command.arg("--wsi");
        }
        Self::listening(command)
    }

    /// A recording proxy in front of it.
    fn proxied(&self, recording: &Path) -> Result<Self, Failed> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(["record", "--proxy", "--allow-writes", "--user", API_USER, "--url", &self.wsdl, "--out"]);
        command.arg(recording).env("MOCKGENTO_API_KEY", API_KEY);
        Self::listening(command)
    }

    /// The shop's address, below which the doors are.
    fn base(&self) -> &str {
        let end = self.wsdl.find("index.php").or_else(|| self.wsdl.find("api/")).unwrap_or(self.wsdl.len());
        &self.wsdl[..end]
    }

    /// Starts it and waits for the WSDL URL it prints.
    fn listening(mut command: Command) -> Result<Self, Failed> {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = process.stdout.take().ok_or("no standard output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            let url = line.strip_prefix("WSDL at ").and_then(|rest| rest.split_whitespace().next());
            if let Some(url) = url {
                return Ok(Self { process, wsdl: url.to_owned() });
            }
        }
        Err(format!("{command:?} ended without printing its WSDL URL").into())
    }

    /// Stops it as Ctrl-C does, and waits for what it writes.
    fn interrupted(mut self) -> Result<bool, Failed> {
        Command::new("kill").args(["-INT", &self.process.id().to_string()]).status()?;
        Ok(self.process.wait()?.success())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn installed(program: &Path, probe: &[String]) -> bool {
    Command::new(program)
        .args(probe)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn tour(stack: &Stack, style: &str, bridge: &str) -> Result<(), Failed> {
    let mend = style == "wsi" && bridge != "none" && !stack.loads_malformed_wsi;
    let shop = Served::start(style, bridge, mend)?;
    walk(stack, &shop.wsdl, style, bridge)
}

/// The tour through a recording proxy, which must not change what a client sees, and writes the recording down.
fn tour_through_the_proxy(stack: &Stack, style: &str, bridge: &str) -> Result<(), Failed> {
    let shop = Served::start(style, bridge, style == "wsi" && !stack.loads_malformed_wsi)?;
    let folder = tempfile::tempdir()?;
    let proxy = shop.proxied(&folder.path().join("recording"))?;
    walk(stack, &proxy.wsdl, style, bridge)?;
    let ended_well = proxy.interrupted()?;
    let is_written = folder.path().join("recording/cassette.json").is_file();
    if ended_well && is_written { Ok(()) } else { Err("the proxy wrote no recording".into()) }
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/modules/acme-loyalty")
}

/// The example module's own client, which is on the page, against the module's shop.
fn loyalty(stack: &Stack, client: &str, style: &str) -> Result<(), Failed> {
    let shop = Served::loyalty(style)?;
    opens_an_account(&stack.program, client, &shop.wsdl)
}

/// The same through the doors of API v1, whatever the style.
fn loyalty_of_version1(program: &Path, client: &str, address: &str) -> Result<(), Failed> {
    for style in BOTH_STYLES {
        let shop = Served::loyalty(style)?;
        opens_an_account(program, client, &format!("{}{address}", shop.base()))?;
    }
    Ok(())
}

fn opens_an_account(program: &Path, client: &str, address: &str) -> Result<(), Failed> {
    let run = Command::new(program).arg(example().join(client)).arg(address).output()?;
    let printed = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    let expected = "customer 1 has 120 points, level gold\ncustomer 13: 101 The customer has no loyalty account.\nopened account \
                    3; customer 7 has 5 points\n";
    if run.status.success() && printed == expected { Ok(()) } else { Err(printed.into()) }
}

fn walk(stack: &Stack, wsdl: &str, style: &str, bridge: &str) -> Result<(), Failed> {
    let mut driver = Command::new(&stack.program);
    driver
        .arg(&stack.driver)
        .env("MOCKGENTO_WSDL", wsdl)
        .env("MOCKGENTO_USER", API_USER)
        .env("MOCKGENTO_API_KEY", API_KEY)
        .env("MOCKGENTO_STYLE", style)
        .env("MOCKGENTO_BRIDGE", bridge);
    run(driver, 40)
}

/// The tour of another door's client, straight to the shop or through a recording proxy.
fn door_tour(client: &DoorClient, is_proxied: bool) -> Result<(), Failed> {
    let shop = Served::start("rpc", "1.2.19", false)?;
    let folder = tempfile::tempdir()?;
    let recording = folder.path().join("recording");
    let proxy = if is_proxied { Some(shop.proxied(&recording)?) } else { None };
    let mut driver = Command::new(&client.program);
    driver
        .args(&client.driver)
        .env("MOCKGENTO_BASE", proxy.as_ref().unwrap_or(&shop).base())
        .env("MOCKGENTO_USER", API_USER)
        .env("MOCKGENTO_API_KEY", API_KEY);
    run(driver, client.checks)?;
    let Some(proxy) = proxy else { return Ok(()) };
    if !proxy.interrupted()? {
        return Err("the proxy did not end well".into());
    }
    let cassette = std::fs::read_to_string(recording.join("cassette.json"))?;
    // What a call was of is known, and neither the key nor a session is in the recording.
    for (what, wanted) in [("\"customerCustomerInfo\"", true), (API_KEY, false), ("Lovelace", false)] {
        if cassette.contains(what) != wanted {
            return Err(format!("whether {what} is in the recording is not {wanted}").into());
        }
    }
    let is_session = |run: &str| run.len() == 32 && run.bytes().all(|byte| byte.is_ascii_hexdigit());
    match cassette.split(|c: char| !c.is_ascii_alphanumeric()).find(|run| is_session(run)) {
        Some(session) => Err(format!("the recording holds the session {session}").into()),
        None => Ok(()),
    }
}

/// Runs a driver, which must make so many checks and fail none.
fn run(mut driver: Command, checks_min: usize) -> Result<(), Failed> {
    let mut driver = driver.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let limit = Instant::now() + Duration::from_secs(120);
    while driver.try_wait()?.is_none() {
        if Instant::now() > limit {
            driver.kill()?;
            return Err("the driver did not end within two minutes".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let run = driver.wait_with_output()?;
    let printed = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    let checks = printed.lines().filter(|line| line.starts_with("ok ")).count();
    if run.status.success() && checks >= checks_min {
        return Ok(());
    }
    Err(format!("{} of the tour's checks passed\n{printed}", checks).into())
}

fn main() {
    let arguments = Arguments::from_args();
    let required = std::env::var_os("MOCKGENTO_REQUIRE_CLIENTS").is_some();
    let mut trials = Vec::new();
    for stack in stacks() {
        let present = installed(&stack.program, &stack.probe);
        if !present {
            eprintln!("SKIPPED: {} is not installed; run ci/install to test with it", stack.name);
        }
        let stack = std::sync::Arc::new(stack);
        for style in stack.styles {
            for bridge in ["none", "1.2.19", "1.2.0"] {
                let stack = stack.clone();
                let name = format!("{}::{style}::bridge_{bridge}", stack.name);
                let trial = Trial::test(name, move || tour(&stack, style, bridge));
                trials.push(trial.with_ignored_flag(!present && !required));
            }
            if let Some(client) = stack.example {
                let stack = stack.clone();
                let trial = Trial::test(format!("{}::{style}::example_module", stack.name), move || {
                    loyalty(&stack, client, style)
                });
                trials.push(trial.with_ignored_flag(!present && !required));
            }
            let stack = stack.clone();
            let name = format!("{}::{style}::through_the_recording_proxy", stack.name);
            let trial = Trial::test(name, move || tour_through_the_proxy(&stack, style, "1.2.19"));
            trials.push(trial.with_ignored_flag(!present && !required));
        }
    }
    for client in door_clients() {
        let present = installed(&client.program, &client.probe);
        if !present {
            eprintln!("SKIPPED: {} is not installed; run ci/install to test with it", client.name);
        }
        let client = std::sync::Arc::new(client);
        for (_, file, address) in EXAMPLES.iter().filter(|(name, ..)| *name == client.name) {
            let program = client.program.clone();
            let trial = Trial::test(format!("doors::{}::example_module", client.name), move || {
                loyalty_of_version1(&program, file, address)
            });
            trials.push(trial.with_ignored_flag(!present && !required));
        }
        for (way, is_proxied) in [("straight", false), ("through_the_recording_proxy", true)] {
            let client = client.clone();
            let trial = Trial::test(format!("doors::{}::{way}", client.name), move || door_tour(&client, is_proxied));
            trials.push(trial.with_ignored_flag(!present && !required));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
