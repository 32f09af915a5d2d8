//! Who another server has to be when its address is of `https`.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, Error, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

/// The machine decides who is trusted, so that a company's own authority works here as it works elsewhere.
/// For an address of `http` nobody is trusted, and a machine without authorities can ask all the same.
pub(crate) fn config(is_spoken: bool) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    let builder = if is_spoken {
        builder.with_platform_verifier()?
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}
