//! Pages that the theme of a real shop shows, as short as they can be.

use super::Handled;
use crate::disrupt::answer::Answer;
use crate::server::outcome::Outcome;

/// The content type of what Magento writes as XML.
pub(super) const XML: &str = "text/xml; charset=UTF-8";
pub(super) const HTML: &str = "text/html; charset=UTF-8";

/// A page in place of an answer.
pub(super) fn page(status: u16, content_type: &str, body: &[u8]) -> Handled {
    Handled {
        answer: Answer { status, content_types: vec![content_type.to_owned()], body: body.to_vec(), location: None },
        outcome: Outcome::Page(body.len()),
    }
}

/// Of an address that is nothing here.
pub(super) const NOT_FOUND: &str = "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n\
                         <p>This is a Mockgento shop. It serves the Magento SOAP v2 API at /api/v2_soap/, SOAP v1 at \
                         /api/soap/ and XML-RPC at /api/xmlrpc/, all with and without /index.php in front; the WSDL of \
                         either SOAP API is there with ?wsdl=1.</p>\n</body>\n</html>\n";

/// Of an exception that no server of the API catches.
pub(super) const ERROR_PAGE: &str = "<html>\n<head><title>Service Temporarily Unavailable</title></head>\n<body>\n\
                          <h1>There has been an error processing your request</h1>\n\
                          <p>Exception printing is disabled by default for security reasons.</p>\n</body>\n</html>\n";
