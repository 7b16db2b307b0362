//! `mockgento wsdl`: prints the WSDL of a shop without starting one.

use std::io::Write as _;

use clap::Args;

use super::Outcome;
use super::exit_code::ExitCode;
use super::shop_args::ShopArgs;
use crate::cli::output;
use crate::soap::wsdl::{self, EncodingSchemaLocation, WsdlOptions};

/// Arguments of `mockgento wsdl`.
#[derive(Debug, Args)]
pub struct WsdlArgs {
    #[command(flatten)]
    shop: ShopArgs,
    /// Service address to name in the document.
    #[arg(long, value_name = "URL", default_value = "http://localhost/api/v2_soap/index/")]
    address: String,
    /// Mend what strict SOAP stacks refuse to load: the bridge's malformed WS-I messages.
    #[arg(long)]
    mend_wsdl: bool,
    /// Say that the SOAP encoding schema is at this URL instead of its public address.
    #[arg(long, value_name = "URL")]
    encoding_schema: Option<String>,
}

/// Prints the WSDL.
pub fn run(args: &WsdlArgs) -> Outcome {
    let schema = args.shop.kind()?.schema();
    let location = args.encoding_schema.clone().map_or(EncodingSchemaLocation::Exact, EncodingSchemaLocation::Url);
    let options = WsdlOptions { mend: args.mend_wsdl, encoding_schema_location: location };
    let document = wsdl::write(&schema, &args.address, &options);
    match output::document().write_all(document.as_bytes()) {
        // A reader that has seen enough closes the pipe; that is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(miette::miette!("cannot print: {error}")),
        _ => Ok(ExitCode::AsExpected),
    }
}
