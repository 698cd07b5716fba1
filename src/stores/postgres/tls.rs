//! Secure connections as `sslmode` asks for them (PostgreSQL documentation, "Protection Provided in Different Modes").

use postgres::config::SslMode;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What is asked of the connection.
#[derive(Debug, Clone, Default)]
pub(super) struct TlsWish {
    /// `sslmode`; libpq's default is `prefer`.
    pub(super) mode: Option<String>,
    /// `sslrootcert`: whom to trust, or `system`.
    pub(super) roots: Option<String>,
    /// `sslcert` and `sslkey`: who we are.
    pub(super) own: Option<(PathBuf, PathBuf)>,
}

/// How much of the server's certificate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scrutiny {
    Nothing,
    Chain,
    ChainAndName,
}

/// The connector, and what the driver has to insist on.
///
/// # Errors
/// What is wrong with the settings or their files.
pub(super) fn connector(wish: &TlsWish) -> Result<(MakeRustlsConnect, SslMode), String> {
    let (scrutiny, mode) = match (wish.mode.as_deref().unwrap_or("prefer"), &wish.roots) {
        ("disable", _) => (Scrutiny::Nothing, SslMode::Disable),
        ("allow" | "prefer", _) => (Scrutiny::Nothing, SslMode::Prefer),
        // As in libpq: who names a root wants it to be looked at.
        ("require", Some(_)) | ("verify-ca", _) => (Scrutiny::Chain, SslMode::Require),
        ("require", None) => (Scrutiny::Nothing, SslMode::Require),
        ("verify-full", _) => (Scrutiny::ChainAndName, SslMode::Require),
        (other, _) => {
            return Err(format!(
                "sslmode `{other}` is not known; write disable, prefer, require, verify-ca or verify-full"
            ));
        }
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trusted = match scrutiny {
        Scrutiny::Nothing => None,
        _ => Some(trusted(wish.roots.as_deref(), &provider)?),
    };
    let verifier = Arc::new(Verifier { trusted, name: scrutiny == Scrutiny::ChainAndName, provider: provider.clone() });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| cause.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match &wish.own {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let unreadable = |what: &str| format!("{what} cannot be read as PEM");
            let chain = CertificateDer::pem_file_iter(certificate)
                .and_then(|all| all.collect::<Result<Vec<_>, _>>())
                .map_err(|_| unreadable("sslcert"))?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|_| unreadable("sslkey"))?;
            builder.with_client_auth_cert(chain, key).map_err(|_| "sslcert and sslkey do not belong together")?
        }
    };
    Ok((MakeRustlsConnect::new(config), mode))
}

/// Whom to trust.
#[derive(Debug)]
struct Trusted {
    /// Looks at the chain of certificates up to one of these.
    chain: Arc<WebPkiServerVerifier>,
    /// The certificates themselves: a server that signed its own shows one of them.
    named: Vec<CertificateDer<'static>>,
}

fn trusted(roots: Option<&str>, provider: &Arc<CryptoProvider>) -> Result<Trusted, String> {
    let mut store = RootCertStore::empty();
    let mut named = Vec::new();
    match roots {
        None | Some("system") => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if store.is_empty() {
                return Err("the system trusts no certificates; name one with `sslrootcert`".into());
            }
        }
        Some(path) => {
            let certificates = CertificateDer::pem_file_iter(path).and_then(|all| all.collect::<Result<Vec<_>, _>>());
            named = certificates.map_err(|_| format!("sslrootcert cannot be read as PEM: {path}"))?;
            store.add_parsable_certificates(named.iter().cloned());
            if store.is_empty() {
                return Err(format!("sslrootcert holds no certificate: {path}"));
            }
        }
    }
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone()).build();
    Ok(Trusted { chain: chain.map_err(|cause| format!("sslrootcert cannot be used: {cause}"))?, named })
}

/// Looks at a server's certificate as far as `sslmode` asks; that the server has its key is proved in every mode.
#[derive(Debug)]
struct Verifier {
    trusted: Option<Trusted>,
    name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(trusted) = &self.trusted else { return Ok(ServerCertVerified::assertion()) };
        if trusted.named.iter().any(|named| named == certificate) {
            let parsed = ParsedCertificate::try_from(certificate)?;
            return if self.name { verify_server_name(&parsed, name) } else { Ok(()) }
                .map(|()| ServerCertVerified::assertion());
        }
        match trusted.chain.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
