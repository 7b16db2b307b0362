//! Bytes of a real shop through the codec and back: every recorded request and answer must come out as it went in.

use crate::need;
use std::path::Path;

use mockgento::magento::{BridgeRelease, Contract, Flavor};
use mockgento::soap::{Answer, Codec, SoapStruct, SoapValue, WireStyle};

struct Exchange {
    name: String,
    operation: String,
    case: String,
    request: Vec<u8>,
    response: Vec<u8>,
}

fn codec(variant: &str) -> Codec {
    let mode = if variant.starts_with("wsi") { WireStyle::WsI } else { WireStyle::RpcEncoded };
    let bridge = variant.ends_with("-bridge").then(BridgeRelease::newest);
    Codec::new(Contract::shared().schema(mode, bridge, Flavor::OpenMage194))
}

fn exchanges(folder: &Path) -> Vec<Exchange> {
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    let rows = manifest["exchanges"].as_array().expect("exchanges");
    rows.iter()
        .filter(|row| row["method"] == "POST" && row["compare"] != "status")
        .map(|row| {
            let file = row["file"].as_str().expect("a file name");
            let read = |kind: &str| std::fs::read(folder.join(format!("{file}.{kind}.xml"))).expect("a recording");
            Exchange {
                name: file.to_owned(),
                operation: row["op"].as_str().unwrap_or_default().to_owned(),
                case: row["case"].as_str().unwrap_or_default().to_owned(),
                request: read("req"),
                response: read("res"),
            }
        })
        .collect()
}

/// Lists as the server holds them, out of lists as a PHP client holds them.
///
/// An element without any content is a nil of a required member: an empty string arrives as a line feed.
fn server_side(value: SoapValue) -> SoapValue {
    match value {
        SoapValue::Text(text) if text.is_empty() => SoapValue::Nil,
        SoapValue::Struct(mut members) if members.get("complexObjectArray").is_some() && members.len() == 1 => {
            match members.remove("complexObjectArray") {
                Some(SoapValue::List(items)) => items.into_iter().map(server_side).collect::<Vec<_>>().into(),
                Some(one) => vec![server_side(one)].into(),
                None => SoapValue::Nil,
            }
        }
        SoapValue::Struct(members) => {
            members.into_iter().map(|(name, member)| (name, server_side(member))).collect::<SoapStruct>().into()
        }
        SoapValue::List(items) => items.into_iter().map(server_side).collect::<Vec<_>>().into(),
        // An empty string arrives as the line feed Magento puts between its tags.
        SoapValue::Text(text) if text == "\n" => SoapValue::from(""),
        other => other,
    }
}

fn answer_again(codec: &Codec, operation: &str, response: &[u8]) -> Result<Vec<u8>, String> {
    match codec.read_response(operation, response).map_err(|error| error.to_string())? {
        Answer::Fault(fault)
            if response.windows(10).any(|w| w == b"<SOAP-ENV:")
                && !response.windows(3).any(|w| w == b">\n<" && fault.api_code().is_none()) =>
        {
            Ok(codec.write_fault(&fault))
        }
        Answer::Fault(fault) => Ok(codec.write_fault(&fault)),
        Answer::Value(value) => {
            let result = match (codec.schema().mode, value) {
                (WireStyle::WsI, SoapValue::Struct(mut members)) => members.remove("result").unwrap_or(SoapValue::Nil),
                (_, value) => value,
            };
            codec.write_response(operation, &server_side(result)).map_err(|error| error.to_string())
        }
    }
}

pub fn recorded_envelopes_survive_the_codec_byte_for_byte() {
    let root = need::recordings();
    let mut findings = Vec::new();
    for variant in ["rpc-bridge", "wsi-bridge", "rpc-nobridge", "wsi-nobridge"] {
        let codec = codec(variant);
        let (mut same_requests, mut same_answers) = (0, 0);
        let exchanges: Vec<_> = exchanges(&root.join(variant)).into_iter().filter(|e| e.operation != "raw").collect();
        for exchange in &exchanges {
            let request = codec
                .read_request(&exchange.request, None)
                .map_err(|error| error.to_string())
                .and_then(|read| codec.write_request(&read.operation, &read.arguments).map_err(|e| e.to_string()));
            match request {
                Ok(bytes) if bytes == exchange.request => same_requests += 1,
                Ok(bytes) => findings.push(difference(variant, &exchange.name, "request", &exchange.request, &bytes)),
                Err(error) => findings.push(format!("{variant}/{} request: {error}", exchange.name)),
            }
            match answer_again(&codec, &exchange.operation, &exchange.response) {
                Ok(bytes) if bytes == exchange.response => same_answers += 1,
                Ok(bytes) => findings.push(difference(variant, &exchange.name, "answer", &exchange.response, &bytes)),
                Err(error) => findings.push(format!("{variant}/{} {} answer: {error}", exchange.name, exchange.case)),
            }
        }
        let all = exchanges.len();
        println!("{variant}: {same_requests} of {all} requests and {same_answers} of {all} answers identical");
    }
    assert!(findings.is_empty(), "{} differ:\n{}", findings.len(), findings.join("\n"));
}

fn difference(variant: &str, name: &str, kind: &str, expected: &[u8], actual: &[u8]) -> String {
    let at = expected.iter().zip(actual).position(|(a, b)| a != b).unwrap_or(expected.len().min(actual.len()));
    let around = |bytes: &[u8]| {
        let from = at.saturating_sub(60).min(bytes.len());
        let to = (at + 80).min(bytes.len());
        String::from_utf8_lossy(&bytes[from..to]).into_owned()
    };
    format!(
        "{variant}/{name} {kind} at byte {at}:\n   expected …{}…\n   actual   …{}…",
        around(expected),
        around(actual)
    )
}
