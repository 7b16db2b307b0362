//! Where things are below the base URL of a shop.

use url::Url;

/// The WSDL's address below a base URL, in the form that works with and without rewrites.
pub fn wsdl_url(base: &Url) -> Url {
    let mut url = base.clone();
    url.set_path("/index.php/api/v2_soap/");
    url.set_query(Some("wsdl=1"));
    url
}
