//! Whom a connection with TLS trusts: the public roots, and what this machine trusts besides.

use rustls::{ClientConfig, RootCertStore};

/// The roots that certificates of servers must lead to.
pub(super) fn config() -> ClientConfig {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // A certificate of the machine that cannot be read is trusted by nobody, which is on the safe side.
    for certificate in rustls_native_certs::load_native_certs().certs {
        let _ = roots.add(certificate);
    }
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}
