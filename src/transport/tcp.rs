//! TCP and TLS: the carrier for real shops and for loopback runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::exchange::{self, Bounds};
use super::{HttpRequest, Sending, Transport};
use crate::clock::Clock;

/// A real shop needs up to seconds per call and minutes for a big page; the reference client waits long too.
pub const TIMEOUT: Duration = Duration::from_secs(300);
/// A host that does not accept within this is down.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A page of a thousand wide orders is below 20 MB; more is a mistake or an attack.
pub const BODY_MAX: usize = 64 * 1024 * 1024;

/// Which certificates are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// The public roots built into the program.
    #[default]
    PublicRoots,
    /// The public roots and the CAs of a PEM file.
    WithCa(PathBuf),
    /// Any certificate at all; for staging shops only.
    Insecure,
}

/// How to connect.
#[derive(Clone, Debug)]
pub struct TcpOptions {
    /// For one whole exchange.
    pub timeout: Duration,
    /// For the connection alone.
    pub connect_timeout: Duration,
    /// Longest answer in bytes.
    pub body_max: usize,
    /// Which certificates are trusted.
    pub trust: Trust,
}

impl Default for TcpOptions {
    fn default() -> Self {
        Self { timeout: TIMEOUT, connect_timeout: CONNECT_TIMEOUT, body_max: BODY_MAX, trust: Trust::default() }
    }
}

/// The transport cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The CA file is unreadable, holds no certificate or a broken one.
    #[error("cannot use CA file {path}: {reason}; expected PEM with at least one certificate", path = .path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The TLS library refuses the set-up.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// [`Transport`] over sockets.
#[derive(Clone, Debug)]
pub struct TcpTransport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    clock: Clock,
    bounds: Bounds,
}

impl TcpTransport {
    /// Prepares connections; none is opened yet.
    ///
    /// # Errors
    /// [`TrustError`] when the CA file cannot be used.
    pub fn new(options: TcpOptions, clock: Clock) -> Result<Self, TrustError> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(options.connect_timeout));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls_config(&options.trust)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new()).build(https);
        Ok(Self { client, clock, bounds: Bounds { timeout: options.timeout, body_max: options.body_max } })
    }
}

impl Transport for TcpTransport {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(exchange::send(&self.client, &self.clock, self.bounds, request))
    }
}

fn tls_config(trust: &Trust) -> Result<ClientConfig, TrustError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    Ok(match trust {
        Trust::PublicRoots => builder.with_webpki_roots().with_no_client_auth(),
        Trust::WithCa(path) => builder.with_root_certificates(roots_and(path)?).with_no_client_auth(),
        Trust::Insecure => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TrustAnything(provider)))
            .with_no_client_auth(),
    })
}

fn roots_and(path: &Path) -> Result<RootCertStore, TrustError> {
    let unusable = |reason: String| TrustError::CaFile { path: path.to_owned(), reason };
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let public = roots.len();
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unusable(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if roots.len() == public {
        return Err(unusable("no certificate found".to_owned()));
    }
    Ok(roots)
}

/// Checks signatures, so that the handshake is a real one, but no chain and no name.
#[derive(Debug)]
struct TrustAnything(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustAnything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_without_a_certificate_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, "nothing here").unwrap();
        let options = TcpOptions { trust: Trust::WithCa(path.clone()), ..TcpOptions::default() };
        let refused = TcpTransport::new(options, Clock::system()).unwrap_err().to_string();
        assert!(refused.contains(&path.display().to_string()) && refused.contains("no certificate found"), "{refused}");
    }
}
