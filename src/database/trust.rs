//! Whom a connection with TLS trusts: the public roots, and what this machine trusts besides.

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

/// What this machine trusts. A certificate of it that cannot be read is trusted by nobody, which is on the safe side.
pub(super) fn of_this_machine() -> Vec<CertificateDer<'static>> {
    let mut known = RootCertStore::empty();
    let certificates = rustls_native_certs::load_native_certs().certs;
    certificates.into_iter().filter(|certificate| known.add(certificate.clone()).is_ok()).collect()
}

/// The roots that certificates of servers must lead to.
pub(super) fn config() -> ClientConfig {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(of_this_machine());
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}
