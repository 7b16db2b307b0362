//! `mockgento compare`: the same questions to two shops, or to a shop and to the fake, and what differs. What is asked
//! and what counts as a difference is [`crate::compare`]'s; here are arguments, progress, files and what is printed.

mod ask;
mod progress;
mod text;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::TypedValueParser;
use clap::{Arg, Args, Command};
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use serde::Serialize;
use url::Url;

use super::address::{ShopUrl, read, refused};
use super::connection_args::{NetworkArgs, runtime, start_logging};
use super::key_args::{KeyArgs, key_of_file, masked_key};
use super::{ExitCode, Outcome};
use crate::bounded;
use crate::cli::output;
use crate::client::{ClientOptions, ReadOnlyTransport, Retries, WsdlCache};
use crate::clock::Clock;
use crate::compare::{AskedShop, Bounds, CompareError, Difference, Mirror, NotCalled, Portrait, WantedQuestion};
use crate::compare::{differences, overrides_of, questions_to_keep, stubs_of};
use crate::place::At;
use crate::quirk::Profile;
use crate::record::{Sanitiser, SubstituteKey};
use crate::secret::ApiKey;
use crate::shop::Overrides;
use crate::soap::WireStyle;
use crate::transport::{Redirects, masked};
use crate::whole_file;
use progress::Progress;

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// SOAP WSDL URL of a shop, such as `https://shop.example/api/v2_soap/?wsdl=1`; may hold `user:password@` for basic
    /// auth. Given twice, the second is what the first is compared with.
    #[arg(long, value_name = "URL", required = true, value_parser = ShopUrl)]
    url: Vec<Url>,
    /// What to compare with: another shop's URL, or `fake`, a shop in memory that poses as the product nearest to the
    /// first one and holds the records it was asked about, so that only the contract can differ.
    #[arg(long, value_name = "URL|fake", value_parser = OtherShop)]
    with: Option<Other>,
    /// SOAP API user.
    #[arg(long, value_name = "NAME")]
    user: String,
    #[command(flatten)]
    keys: KeyArgs,
    /// SOAP API user of the second shop. Left out: as of the first.
    #[arg(long, value_name = "NAME")]
    user_2: Option<String>,
    /// File whose first line is the second shop's SOAP API key; `MOCKGENTO_API_KEY_2` in the environment does the same.
    /// Left out: the first shop's key.
    #[arg(long, value_name = "FILE")]
    key_file_2: Option<PathBuf>,
    #[arg(long = "key-of-environment-2", env = "MOCKGENTO_API_KEY_2", hide = true, hide_env_values = true, value_parser = masked_key)]
    key_of_environment_2: Option<ApiKey>,
    /// Records of each kind that are looked at.
    #[arg(long, value_name = "RECORDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
    /// Ask this operation of a module too, and with these arguments where some are given, such as
    /// `acmeLoyaltyInfo={customerId: 42}`; you answer for that it only reads. May be given again. Others are asked when their
    /// names say that they read, and never when they do not.
    #[arg(long, value_name = "OPERATION[={…}]", value_parser = ask::read)]
    ask: Vec<WantedQuestion>,
    /// Send each shop at most this many requests a second.
    #[arg(long, value_name = "REQUESTS", value_parser = super::dry_run::positive)]
    rate: Option<f64>,
    #[command(flatten)]
    network: NetworkArgs,
    /// Overrides that the fake begins with, as written before.
    #[arg(long, value_name = "FILE")]
    overrides: Option<PathBuf>,
    /// Write what the fake must do otherwise to be like the shop, for `serve --overrides` and for scenarios; then ask the
    /// fake again and tell what is left.
    #[arg(long, value_name = "FILE")]
    write_overrides: Option<PathBuf>,
    /// Print the differences as JSON.
    #[arg(long)]
    json: bool,
    /// Print one line: whether the shop is still as the overrides say. For builds, which look at the exit code.
    #[arg(long, requires = "overrides", conflicts_with_all = ["json", "write_overrides"])]
    quiet: bool,
    /// Log what is done; twice for every call.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// What a shop is compared with.
#[derive(Clone, Debug)]
enum Other {
    Fake,
    Shop(Url),
}

/// Reads it, without case an address that is none.
#[derive(Clone, Debug)]
struct OtherShop;

impl TypedValueParser for OtherShop {
    type Value = Other;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Other, clap::Error> {
        match value.to_string_lossy().as_ref() {
            "fake" => Ok(Other::Fake),
            url => read(url)
                .map(Other::Shop)
                .map_err(|problem| refused(command, arg, &format!("{problem}; give a URL, or \"fake\""))),
        }
    }
}

/// What the comparison found.
#[derive(Debug, Serialize)]
pub(super) struct Compared {
    /// The first shop's address, credentials masked.
    first: String,
    /// The second one's, or what the fake poses as.
    second: String,
    /// What differs.
    differences: Vec<Difference>,
    /// Questions that only one of them could be asked, for want of an operation or a record.
    not_asked: Vec<String>,
    /// What the first shop declares and was not called.
    not_called: NotAsked,
    /// Calls that each shop got; the fake in memory is not counted.
    calls: Vec<u64>,
    /// Where overrides were written.
    overrides: Option<Written>,
}

/// Operations that were not called, by the reason.
#[derive(Debug, Serialize)]
struct NotAsked {
    /// Of the product: they write.
    writing: Vec<String>,
    /// Of the product: they read, but nothing is compared of what they answer.
    reading: Vec<String>,
    /// Of modules, each with its reason.
    of_modules: Vec<NotCalled>,
}

impl NotAsked {
    fn of(shop: &Portrait) -> Self {
        let [writing, reading] = shop.not_called().map(|names| names.into_iter().map(str::to_owned).collect());
        Self { writing, reading, of_modules: shop.not_called_of_modules().to_vec() }
    }
}

/// Overrides that were written.
#[derive(Debug, Serialize)]
struct Written {
    file: String,
    /// What the fake with these overrides does otherwise still.
    left: Vec<Difference>,
}

impl CompareArgs {
    /// With what the first shop is compared.
    fn other(&self) -> miette::Result<Other> {
        let is_of_fake = self.overrides.is_some() || self.write_overrides.is_some();
        let other = match (self.url.as_slice(), &self.with) {
            ([_], Some(other)) => other.clone(),
            ([_], None) if is_of_fake => Other::Fake,
            ([_, second], None) => Other::Shop(second.clone()),
            _ => {
                return Err(miette!(
                    help = "give --url twice, or --url once and --with URL, or --with fake",
                    "two shops are compared"
                ));
            }
        };
        match (&other, is_of_fake) {
            (Other::Shop(_), true) => {
                Err(miette!(help = "compare with the fake: --with fake", "overrides are of the fake"))
            }
            _ => Ok(other),
        }
    }

    fn options(&self, url: &Url, second: bool) -> miette::Result<ClientOptions> {
        let own = match (second, &self.key_file_2) {
            (true, Some(path)) => Some(key_of_file(path)?),
            (true, None) => self.key_of_environment_2.clone(),
            (false, _) => None,
        };
        let user = self.user_2.as_ref().filter(|_| second).unwrap_or(&self.user).clone();
        let key = own.map_or_else(|| self.keys.key(&user), Ok)?;
        Ok(ClientOptions {
            url: self.keys.url(url)?,
            user,
            key,
            // What the WSDL says counts; this is for a WSDL that cannot be read.
            mode: WireStyle::RpcEncoded,
            retries: Retries::Off,
            quirks: Profile::default().quirks(),
            clock: Clock::system(),
            wsdl_cache: WsdlCache::default(),
        })
    }

    fn guarded(&self, url: &Url) -> miette::Result<Arc<ReadOnlyTransport>> {
        let guard = ReadOnlyTransport::new(self.network.transport(url, Redirects::default())?, Clock::system());
        Ok(Arc::new(match self.rate {
            Some(rate) => guard.with_rate(rate),
            None => guard,
        }))
    }
}

/// Asks both; differences are exit code 1, and so is a shop that cannot be asked.
pub fn run(args: &CompareArgs) -> Outcome {
    start_logging(args.verbose);
    args.url.iter().for_each(|url| args.keys.warn(url));
    let other = args.other()?;
    let begin_with = args.overrides.as_deref().map(read_overrides).transpose()?;
    let questions = ask::with_asked(&args.ask, begin_with.as_ref()).map_err(|why| {
        let file = args.overrides.as_deref().unwrap_or(Path::new("")).display();
        miette!(help = "write what `--ask` takes, such as acmeLoyaltyInfo={{customerId: 42}}", "{file}: {why}")
    })?;
    let first = args.url.first().ok_or_else(|| miette!("there is no shop to ask"))?;
    let asked = async {
        let (portrait, calls) = portrait(args, &questions, first, false).await?;
        match &other {
            Other::Shop(second) => {
                let (theirs, more) = portrait_of_second(args, &questions, second).await?;
                let (differences, not_asked) = differences(&portrait, &theirs, false);
                let (first, second) = (masked(first), masked(second));
                let calls = vec![calls, more];
                let not_called = NotAsked::of(&portrait);
                Ok(Compared { first, second, differences, not_asked, not_called, calls, overrides: None })
            }
            Other::Fake => with_fake(args, &questions, masked(first), &portrait, calls, begin_with).await,
        }
    };
    let compared = match runtime()?.block_on(asked) {
        Ok(compared) => compared,
        Err(Failure::Shop(error)) => {
            let _ = writeln!(output::stderr(), "nothing was compared: {error}");
            return Ok(ExitCode::Failed);
        }
        Err(Failure::Input(report)) => return Err(report),
    };
    let mut out = output::stdout();
    let _ = if args.json {
        writeln!(out, "{}", output::to_json(&compared))
    } else if args.quiet {
        writeln!(out, "{}", text::in_one_line(&compared))
    } else {
        write!(out, "{}", text::compared(&compared))
    };
    Ok(if compared.differences.is_empty() { ExitCode::AsExpected } else { ExitCode::Failed })
}

/// Why nothing came out.
enum Failure {
    Shop(CompareError),
    Input(miette::Report),
}

impl From<CompareError> for Failure {
    fn from(error: CompareError) -> Self {
        Self::Shop(error)
    }
}

impl From<miette::Report> for Failure {
    fn from(report: miette::Report) -> Self {
        Self::Input(report)
    }
}

async fn portrait_of_second(
    args: &CompareArgs,
    questions: &[WantedQuestion],
    url: &Url,
) -> Result<(Portrait, u64), Failure> {
    portrait(args, questions, url, true).await
}

async fn portrait(
    args: &CompareArgs,
    questions: &[WantedQuestion],
    url: &Url,
    second: bool,
) -> Result<(Portrait, u64), Failure> {
    let guard = args.guarded(url)?;
    let progress = Progress::about(&masked(url));
    let mut shop = AskedShop::connect(guard.clone(), args.options(url, second)?).await?;
    if let Some((what, help)) = ask::unknown(&args.ask, shop.facts()).filter(|_| !second) {
        return Err(Failure::Input(miette!(help = help, "{what}")));
    }
    shop.readable_of_modules(questions).iter().for_each(|(name, element)| guard.allow(name, element));
    let portrait = Portrait::of(&mut shop, bounds(args), questions, &mut |question| progress.tell(question)).await;
    progress.finish();
    Ok((portrait, guard.meter().calls()))
}

fn bounds(args: &CompareArgs) -> Bounds {
    Bounds { records: usize::from(args.limit) }
}

/// Lays a shop beside the fake; where overrides are wanted, the fake with them is asked again.
async fn with_fake(
    args: &CompareArgs,
    questions: &[WantedQuestion],
    first: String,
    shop: &Portrait,
    calls: u64,
    begin_with: Option<Overrides>,
) -> Result<Compared, Failure> {
    let clock = Clock::system();
    let mirror = match &begin_with {
        Some(overrides) => Mirror::of(overrides, shop).map_err(|error| miette!("{error}"))?,
        None => Mirror::nearest(shop),
    };
    let progress = Progress::about("the fake");
    let mut tell = |question: &str| progress.tell(question);
    let mut fake = mirror.open(shop, begin_with.clone(), questions, &clock).await?;
    let theirs = Portrait::of(&mut fake, bounds(args), questions, &mut tell).await;
    let (found, not_asked) = differences(shop, &theirs, true);
    let mut overrides = None;
    if let Some(path) = &args.write_overrides {
        // What is declared comes first: only then do answers show what else differs.
        let mut declared = begin_with.unwrap_or_else(|| mirror.declared_as(shop));
        with_stubs(&mut declared, args, questions, shop)?;
        let mut fake = mirror.open(shop, Some(declared.clone()), questions, &clock).await?;
        let theirs = Portrait::of(&mut fake, bounds(args), questions, &mut tell).await;
        let own = overrides_of(shop, &theirs, &declared);
        let mut fake = mirror.open(shop, Some(own.clone()), questions, &clock).await?;
        let theirs = Portrait::of(&mut fake, bounds(args), questions, &mut tell).await;
        let (left, _) = differences(shop, &theirs, true);
        let text = own.to_yaml().map_err(|error| miette!("{error}"))?;
        let file = path.display().to_string();
        let written = whole_file::write(path, text.as_bytes()).into_diagnostic();
        written.wrap_err_with(|| format!("cannot write {file}")).map_err(Failure::Input)?;
        overrides = Some(Written { file, left });
    }
    progress.finish();
    let second = format!("the fake ({})", mirror.described());
    let not_called = NotAsked::of(shop);
    Ok(Compared { first, second, differences: found, not_asked, not_called, calls: vec![calls], overrides })
}

/// With what of the shop's modules was seen; what the overrides said of other operations stays.
fn with_stubs(
    overrides: &mut Overrides,
    args: &CompareArgs,
    questions: &[WantedQuestion],
    shop: &Portrait,
) -> miette::Result<()> {
    let key = SubstituteKey::unknown().map_err(|error| miette!("{error}"))?;
    let mut sanitiser = Sanitiser::new(key);
    for url in &args.url {
        sanitiser.hide(url.host_str().unwrap_or_default(), "shop.example");
        sanitiser.hide(args.keys.key(&args.user)?.expose_secret(), "recorded-key");
    }
    let seen = stubs_of(shop, &mut sanitiser, bounds(args).records);
    overrides.stubs.retain(|known| !seen.iter().any(|stub| stub.operation == known.operation));
    overrides.stubs.extend(seen);
    let kept = questions_to_keep(questions, &sanitiser);
    for question in questions.iter().filter(|question| kept.iter().all(|kept| kept.text != question.text)) {
        let _ = writeln!(
            output::stderr(),
            "what {} was asked with is personal data and is not written; give the same --ask when you compare again",
            question.operation
        );
    }
    overrides.asked = kept.into_iter().map(|question| At::nowhere(question.text.clone())).collect();
    Ok(())
}

fn read_overrides(path: &Path) -> miette::Result<Overrides> {
    let name = path.display().to_string();
    let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read {name}"))?;
    Overrides::parse(&text, &name).map_err(|error| miette!("{error}"))
}
