//! TCP and TLS: the carrier for real shops and for loopback runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::exchange::{self, Bounds};
use super::proxy::{Finder, Proxies, ProxyConnector};
use super::{AllowedOrigins, HttpRequest, Redirects, Sending, Transport};
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
    /// The roots this machine trusts and the public ones built into the program.
    #[default]
    PublicRoots,
    /// Those and the CAs of a PEM file.
    WithCa(PathBuf),
    /// Any certificate at all; for staging shops only.
    Insecure,
}

/// How connections are made: certificates, proxies, limits of time.
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
    /// How the shop's web server knows us, where it asks.
    pub identity: Option<Identity>,
    /// Which proxies are used.
    pub proxies: Proxies,
    /// What becomes of redirects.
    pub redirects: Redirects,
    /// Who may get the API key besides the origin it was given for.
    pub allowed_origins: AllowedOrigins,
}

/// A client certificate and its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// PEM file with the certificate and those it hangs on.
    pub certificates: PathBuf,
    /// PEM file with its private key; may be the same file.
    pub key: PathBuf,
}

impl Default for TcpOptions {
    fn default() -> Self {
        Self {
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            body_max: BODY_MAX,
            trust: Trust::default(),
            identity: None,
            proxies: Proxies::None,
            redirects: Redirects::default(),
            allowed_origins: AllowedOrigins::default(),
        }
    }
}

/// The transport cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// The CA file is unreadable, holds no certificate or a broken one.
    #[error("cannot use CA file {path}: {reason}; expected PEM with at least one certificate", path = .path.display())]
    CaFile {
        /// The file that it is about.
        path: PathBuf,
        /// What is wrong with the file.
        reason: String,
    },
    /// The client certificate or its key is unreadable or broken.
    #[error("cannot use client certificate {path}: {reason}; expected PEM with the certificate and its private key", path = .path.display())]
    Identity {
        /// The file that it is about.
        path: PathBuf,
        /// What is wrong with the certificate or its key.
        reason: String,
    },
    /// The TLS library refuses the set-up.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// A [`Transport`] over TCP sockets, with TLS for `https`.
#[derive(Clone, Debug)]
pub struct TcpTransport {
    client: Client<HttpsConnector<ProxyConnector>, Full<Bytes>>,
    finder: Finder,
    clock: Clock,
    bounds: Bounds,
    allowed_origins: AllowedOrigins,
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
        let finder = Finder::new(&options.proxies);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls_config(&options.trust, options.identity.as_ref())?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(ProxyConnector { http, finder: finder.clone() });
        let client = Client::builder(TokioExecutor::new()).build(https);
        Ok(Self {
            client,
            finder,
            clock,
            bounds: Bounds {
                timeout: options.timeout,
                body_max: options.body_max,
                redirects: options.redirects,
                has_identity: options.identity.is_some(),
            },
            allowed_origins: options.allowed_origins,
        })
    }
}

impl TcpTransport {
    fn proxy_credentials(&self, request: &HttpRequest) -> Option<String> {
        let proxy = self.finder.find(&request.url.as_str().parse().ok()?)?;
        proxy.basic_auth()?.to_str().ok().map(str::to_owned)
    }
}

impl Transport for TcpTransport {
    fn send(&self, mut request: HttpRequest) -> Sending<'_> {
        // Of TLS the tunnel's set-up carries the proxy's credentials; the shop never sees them.
        if request.url.scheme() == "http"
            && let Some(credentials) = self.proxy_credentials(&request)
        {
            request.headers.push(("Proxy-Authorization".to_owned(), credentials));
        }
        Box::pin(exchange::send(&self.client, &self.clock, self.bounds, request))
    }

    fn allowed_origins(&self) -> &AllowedOrigins {
        &self.allowed_origins
    }
}

fn tls_config(trust: &Trust, identity: Option<&Identity>) -> Result<ClientConfig, TrustError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match trust {
        Trust::PublicRoots => builder.with_root_certificates(roots()),
        Trust::WithCa(path) => builder.with_root_certificates(roots_and(path)?),
        Trust::Insecure => builder.dangerous().with_custom_certificate_verifier(Arc::new(TrustAnything(provider))),
    };
    let Some(identity) = identity else { return Ok(builder.with_no_client_auth()) };
    let unusable = |path: &Path, reason: String| TrustError::Identity { path: path.to_owned(), reason };
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(&identity.certificates).and_then(Iterator::collect);
    let certificates = certificates.map_err(|error| unusable(&identity.certificates, error.to_string()))?;
    let key =
        PrivateKeyDer::from_pem_file(&identity.key).map_err(|error| unusable(&identity.key, error.to_string()))?;
    builder
        .with_client_auth_cert(certificates, key)
        .map_err(|error| unusable(&identity.certificates, error.to_string()))
}

/// What this machine trusts and the public roots, so that a machine without a store can call a public shop too.
fn roots() -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::debug!("a root certificate of this machine is left out: {error}");
    }
    roots.add_parsable_certificates(native.certs);
    roots
}

fn roots_and(path: &Path) -> Result<RootCertStore, TrustError> {
    let unusable = |reason: String| TrustError::CaFile { path: path.to_owned(), reason };
    let mut roots = roots();
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
