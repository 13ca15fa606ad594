//! The admin API: `[admin]` of the file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use easyrtc_auth::Secret;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde::Deserialize;

use super::ConfigError;
use super::auth::{SecretText, read_secret};
use crate::options::Warning;

/// Bytes a token has at least: fewer can be guessed.
const MIN_TOKEN: usize = 16;

/// `[admin]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminTable {
    /// Where the API is served, if anywhere.
    pub listen: Option<SocketAddr>,
    /// The token, if it stands in the settings.
    pub token: Option<SecretText>,
    /// The file that holds it, if it does not.
    pub token_file: Option<PathBuf>,
    /// The certificates the server shows, its own first, in PEM form.
    pub tls_cert_file: Option<PathBuf>,
    /// The key to the first of them.
    pub tls_key_file: Option<PathBuf>,
    /// Whoever has a certificate of one of these authorities needs no token.
    pub client_ca_file: Option<PathBuf>,
    /// The token, once it has been read.
    #[serde(skip)]
    read: Option<Secret>,
}

impl AdminTable {
    /// Every path in it, to be made absolute.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let files = [
            &mut self.token_file,
            &mut self.tls_cert_file,
            &mut self.tls_key_file,
            &mut self.client_ca_file,
        ];
        files.into_iter().flatten()
    }

    /// Takes the address and the token's file of a source that wins over the file.
    pub(super) fn override_with(&mut self, listen: Option<SocketAddr>, token: Option<PathBuf>) {
        self.listen = listen.or(self.listen);
        if token.is_some() {
            (self.token, self.token_file) = (None, token);
        }
    }

    /// Reads the files, and checks the rest.
    pub(super) fn complete(&mut self, others: &[SocketAddr]) -> Result<(), ConfigError> {
        let (text, file) = (self.token.as_ref(), self.token_file.as_deref());
        if text.is_some() && file.is_some() {
            return Err(ConfigError::new("admin", "it takes either token or token_file"));
        }
        if text.is_some() || file.is_some() {
            let token = read_secret("admin", text, file)?;
            check_token(&token)?;
            self.read = Some(token);
        }
        self.tls()?;
        let Some(listen) = self.listen else { return Ok(()) };
        if self.read.is_none() && self.client_ca_file.is_none() {
            let problem = "it takes a token, token_file or client_ca_file: without one anybody \
                           could do anything";
            return Err(ConfigError::new("admin", problem));
        }
        // Port 0 is a free one.
        if listen.port() != 0 && others.contains(&listen) {
            let problem = format!("{listen} is taken: the admin API has an address of its own");
            return Err(ConfigError::new("admin.listen", problem));
        }
        Ok(())
    }

    /// The token, if there is one; not before the settings have been loaded.
    #[must_use]
    pub const fn secret(&self) -> Option<&Secret> {
        self.read.as_ref()
    }

    /// With what the server shows who it is and asks who comes, if it does.
    ///
    /// # Errors
    /// If a file cannot be read, or is not what it should be.
    pub fn tls(&self) -> Result<Option<Arc<ServerConfig>>, ConfigError> {
        let (certificates, key) = match (&self.tls_cert_file, &self.tls_key_file) {
            (None, None) if self.client_ca_file.is_none() => return Ok(None),
            (Some(certificates), Some(key)) => (certificates, key),
            (None | Some(_), None | Some(_)) => {
                let problem = "TLS takes both tls_cert_file and tls_key_file";
                return Err(ConfigError::new("admin", problem));
            }
        };
        let chain = certificates_of(certificates)?;
        let key = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| ConfigError::new(name(key), format!("holds no key: {error}")))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| ConfigError::new("admin", error.to_string()))?;
        let config = match &self.client_ca_file {
            None => config.with_no_client_auth(),
            Some(file) => {
                let optional = self.token.is_some() || self.token_file.is_some();
                config.with_client_cert_verifier(verifier(file, provider, optional)?)
            }
        };
        let config = config
            .with_single_cert(chain, key)
            .map_err(|error| ConfigError::new(name(certificates), error.to_string()))?;
        Ok(Some(Arc::new(config)))
    }

    /// What will work and should not be done.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let exposed = self.listen.filter(|listen| !listen.ip().is_loopback());
        let exposed = exposed.filter(|_| self.tls_cert_file.is_none());
        let warning = |listen| Warning {
            origin: "admin.listen".to_owned(),
            text: format!(
                "{listen} is reached from other machines, and without tls_cert_file whoever is on \
                 the way can read the token"
            ),
        };
        exposed.map(warning).into_iter().collect()
    }
}

/// What can stand in a header after `Bearer`, and is not easily guessed.
fn check_token(token: &Secret) -> Result<(), ConfigError> {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
    if token.expose().len() < MIN_TOKEN {
        let problem = format!("has fewer than {MIN_TOKEN} characters");
        return Err(ConfigError::new("admin: the token", problem));
    }
    if !token.expose().iter().all(fits) {
        let problem = "has other characters than A-Z a-z 0-9 - . _ ~ + / =";
        return Err(ConfigError::new("admin: the token", problem));
    }
    Ok(())
}

fn verifier(
    file: &Path,
    provider: Arc<rustls::crypto::CryptoProvider>,
    optional: bool,
) -> Result<Arc<dyn ClientCertVerifier>, ConfigError> {
    let problem = |error: String| ConfigError::new(name(file), error);
    let mut roots = RootCertStore::empty();
    for certificate in certificates_of(file)? {
        roots.add(certificate).map_err(|error| problem(error.to_string()))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = if optional { verifier.allow_unauthenticated() } else { verifier };
    verifier.build().map(|built| built as _).map_err(|error| problem(error.to_string()))
}

fn certificates_of(file: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let problem = |error: rustls::pki_types::pem::Error| {
        ConfigError::new(name(file), format!("holds no certificate: {error}"))
    };
    let found = CertificateDer::pem_file_iter(file).map_err(problem)?;
    let found = found.collect::<Result<Vec<_>, _>>().map_err(problem)?;
    if found.is_empty() {
        return Err(ConfigError::new(name(file), "holds no certificate"));
    }
    Ok(found)
}

fn name(file: &Path) -> String {
    file.display().to_string()
}

#[cfg(test)]
mod tests;
