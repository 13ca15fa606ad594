//! Who decides about logins, as the settings ask for it.

use std::path::Path;
use std::sync::Arc;

use easyrtc_auth::{Authorizer, Open, Users};

use crate::settings::{Auth, AuthorizerName, ConfigError, read_text};

/// The authorizers in the order they are asked.
#[derive(Clone, Debug)]
pub struct Authorizers(pub(crate) Vec<Arc<dyn Authorizer>>);

impl Default for Authorizers {
    fn default() -> Self {
        Self(vec![Arc::new(Open)])
    }
}

impl Authorizers {
    /// Reads the files they need.
    ///
    /// # Errors
    /// If one cannot be read, or is not what it has to be.
    pub fn open(settings: &Auth) -> Result<Self, ConfigError> {
        let authorizers = settings.chain.iter().map(|name| -> Result<Arc<dyn Authorizer>, _> {
            Ok(match name {
                AuthorizerName::Open => Arc::new(Open),
                AuthorizerName::Static => Arc::new(users(settings)?),
            })
        });
        authorizers.collect::<Result<_, _>>().map(Self)
    }
}

fn users(settings: &Auth) -> Result<Users, ConfigError> {
    // That there is a file has been checked.
    let path = settings.users.file.as_deref().unwrap_or_else(|| Path::new(""));
    let problem = |problem| ConfigError::new(path.display().to_string(), problem);
    let text = read_text(path).map_err(problem)?;
    Users::parse(&text, settings.users.max_verifications.get())
        .map_err(|error| problem(error.to_string()))
}
