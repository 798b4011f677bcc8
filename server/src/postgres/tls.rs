//! Encryption, and who is believed to be the server.

use std::{path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Whether what goes over the wire can be read or answered by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// It can.
    Disable,
    /// Nobody reads along who does not pose as the server.
    Unverified,
    /// The server has a certificate of the authority that was named, whatever name is in it.
    Authority,
    /// The server has a certificate that is trusted, with the name that was connected to.
    Full,
}

/// Why there is no encryption to be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    #[error("{file} holds no certificate that can be read: {why}")]
    Roots { file: String, why: String },
    #[error("{0}")]
    Library(#[from] Error),
    #[error("the operating system's certificates can't be used: {0}")]
    Verifier(String),
}

/// What connects, by the rules of an address.
pub(super) fn connector(
    encryption: Encryption,
    roots: Option<&Path>,
) -> Result<MakeRustlsConnect, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let lenient = |inner| {
        Arc::new(Lenient {
            inner,
            provider: Arc::clone(&provider),
        })
    };
    let config = match (encryption, roots) {
        (Encryption::Disable | Encryption::Unverified, _) | (Encryption::Authority, None) => {
            builder
                .dangerous()
                .with_custom_certificate_verifier(lenient(None))
                .with_no_client_auth()
        }
        (Encryption::Authority, Some(file)) => {
            let store = Arc::new(store(file)?);
            let inner = WebPkiServerVerifier::builder_with_provider(store, Arc::clone(&provider))
                .build()
                .map_err(|e| TlsError::Verifier(e.to_string()))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(lenient(Some(inner)))
                .with_no_client_auth()
        }
        (Encryption::Full, Some(file)) => builder
            .with_root_certificates(store(file)?)
            .with_no_client_auth(),
        (Encryption::Full, None) => builder.with_platform_verifier()?.with_no_client_auth(),
    };
    Ok(MakeRustlsConnect::new(config))
}

fn store(file: &Path) -> Result<RootCertStore, TlsError> {
    let named = |why: String| TlsError::Roots {
        file: file.display().to_string(),
        why,
    };
    let certificates = CertificateDer::pem_file_iter(file).map_err(|e| named(e.to_string()))?;
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        let certificate = certificate.map_err(|e| named(e.to_string()))?;
        store.add(certificate).map_err(|e| named(e.to_string()))?;
    }
    if store.is_empty() {
        return Err(named("it is empty".to_owned()));
    }
    Ok(store)
}

/// Believes less than it should, because somebody asked for it: `sslmode=require`.
#[derive(Debug)]
struct Lenient {
    /// Who looks at the chain; nobody, where there is no authority to ask.
    inner: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(inner) = &self.inner else {
            return Ok(ServerCertVerified::assertion());
        };
        match inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // Only the name is another one; the chain was looked at before it.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
