//! What comes back instead of an answer of the shop.

use super::Disruption;
use crate::magento::Contract;
use crate::soap::{FaultCode, SoapFault};

/// An answer's variable parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The content types, one header line each.
    pub content_types: Vec<String>,
    /// The body, not compressed yet.
    pub body: Vec<u8>,
    /// Where a redirect leads to.
    pub location: Option<String>,
}

const HTML: &str = "text/html; charset=UTF-8";

/// What comes back instead of an answer of the shop, if the disruption replaces it: the call is not handled then.
pub fn instead(disruption: &Disruption) -> Option<Instead> {
    match disruption {
        Disruption::SessionExpired => Some(Instead::Fault(Contract::shared().global_fault("session_expired"))),
        Disruption::AccessDenied => Some(Instead::Fault(Contract::shared().global_fault("access_denied"))),
        Disruption::InternalError => Some(Instead::Fault(Contract::shared().global_fault("internal"))),
        Disruption::Fault { code, string } => Some(Instead::Fault(fault(code, string))),
        Disruption::Redirect(_) => Some(Instead::Page(error_page(301))),
        Disruption::Status(status) => Some(Instead::Page(error_page(*status))),
        Disruption::HtmlPage => Some(Instead::Page(page(200, "Service Temporarily Unavailable"))),
        _ => None,
    }
}

/// The replacement of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// A fault, still to be written in the shop's style.
    Fault(SoapFault),
    /// A page that is complete, status and headers included.
    Page(Answer),
}

/// The fault of a disruption; Magento's own text of that global code when it has none.
fn fault(code: &str, string: &str) -> SoapFault {
    let known = || {
        let global = Contract::shared().fault_table("global").iter();
        let text = global.filter(|(_, number, _)| number.to_string() == code).map(|(_, _, text)| text.clone()).next();
        text.unwrap_or_else(|| "Internal error".to_owned())
    };
    let string = if string.is_empty() { known() } else { string.to_owned() };
    SoapFault { code: FaultCode::from_wire(code), string }
}

fn error_page(status: u16) -> Answer {
    let reason = match status {
        301 => "Moved Permanently",
        401 => "Authorization Required",
        403 => "Forbidden",
        404 => "Not Found",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        _ => "Error",
    };
    page(status, &format!("{status} {reason}"))
}

fn page(status: u16, title: &str) -> Answer {
    let body = format!(
        "<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n</body>\n</html>\n"
    );
    Answer { status, content_types: vec![HTML.to_owned()], body: body.into_bytes(), location: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_magentos_own_texts_unless_told_otherwise() {
        let told = |code: &str, string: &str| Disruption::Fault { code: code.to_owned(), string: string.to_owned() };
        for (disruption, code, string) in [
            (Disruption::SessionExpired, "5", "Session expired. Try to relogin."),
            (Disruption::AccessDenied, "2", "Access denied."),
            (Disruption::InternalError, "1", "Internal Error. Please see log for details."),
            (told("3", ""), "3", "Invalid api path."),
            (told("102", "Customer not exists."), "102", "Customer not exists."),
            (told("SOAP-ENV:Server", ""), "SOAP-ENV:Server", "Internal error"),
        ] {
            let Some(Instead::Fault(fault)) = instead(&disruption) else { panic!("{disruption:?}") };
            assert_eq!((fault.code.to_string().as_str(), fault.string.as_str()), (code, string));
        }
    }

    #[test]
    fn a_status_comes_with_the_web_servers_page() {
        let Some(Instead::Page(page)) = instead(&Disruption::Status(502)) else { panic!("a page") };
        assert_eq!((page.status, page.content_types), (502, vec![HTML.to_owned()]));
        assert!(String::from_utf8(page.body).unwrap().contains("<h1>502 Bad Gateway</h1>"));
    }
}
