//! Tokens that somebody else has signed.

mod claims;
mod jwks;
mod key;
mod sign;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use easyrtc_state::LoginQuestion;
use serde_json::Value;

use crate::authorizer::{Authorizer, Deciding, Decision};
pub(crate) use token::Token;

pub use claims::{ClaimNames, ClaimPath, Expected, NewClaims};
pub use jwks::{Jwks, JwksOptions};
pub use key::{Algorithm, InvalidKey, MIN_SECRET, UnknownAlgorithm, VerifyingKey};
pub use sign::{NotSigned, SigningKey};

/// Bytes of a token; a longer one is refused.
const MAX_TOKEN: usize = 16 * 1024;

/// How tokens are verified, and what they mean.
#[derive(Clone, Debug)]
pub struct JwtOptions {
    /// What they are signed with.
    pub keys: Keys,
    /// The algorithms that are allowed; of these, a key is only ever used for its own.
    pub algorithms: Vec<Algorithm>,
    /// What has to hold for them.
    pub expected: Expected,
    /// Where the token is in `credential`.
    pub credential: ClaimPath,
    /// Which claims say what.
    pub claims: ClaimNames,
}

/// The keys tokens may be signed with.
#[derive(Clone, Debug)]
pub enum Keys {
    /// One key, whatever a token calls it.
    Fixed(Arc<VerifyingKey>),
    /// Those at a URL, by their names.
    Published(Jwks),
}

/// Lets in who has a token: in `credential`, in the header `Authorization` of the handshake
/// (`Bearer TOKEN`), or in its query (`access_token`), the first that is there. A login without one
/// is left to the next authorizer.
#[derive(Clone)]
pub struct Jwt(Arc<JwtOptions>);

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Jwt").field(&self.0).finish()
    }
}

impl Jwt {
    /// Its name.
    pub const NAME: &'static str = "jwt";

    /// Verifies tokens as `options` say.
    #[must_use]
    pub fn new(options: JwtOptions) -> Self {
        Self(Arc::new(options))
    }
}

impl Authorizer for Jwt {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn authorize(&self, login: &Arc<LoginQuestion>) -> Deciding {
        let token = match self.0.find(login) {
            None => return Deciding::Now(Decision::Pass),
            Some(token) if token.len() > MAX_TOKEN => {
                return Deciding::Now(Decision::bad_auth("malformed_token"));
            }
            Some(token) => token,
        };
        let (options, login) = (Arc::clone(&self.0), Arc::clone(login));
        Deciding::later(async move { options.decide(&token, &login).await })
    }
}

impl JwtOptions {
    /// The token of a login, if it has one.
    fn find(&self, login: &LoginQuestion) -> Option<String> {
        let credential = login.credential.as_ref().and_then(|credential| {
            let credential: Value = serde_json::from_str(credential.as_str()).ok()?;
            Some(self.credential.of(&credential)?.as_str()?.to_owned())
        });
        credential
            .or_else(|| {
                let (scheme, token) = login.meta.authorization.as_deref()?.split_once(' ')?;
                scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
            })
            .or_else(|| {
                let mut pairs = login.meta.query.as_deref()?.split('&');
                pairs.find_map(|pair| pair.strip_prefix("access_token=")).map(str::to_owned)
            })
    }

    async fn decide(&self, text: &str, login: &LoginQuestion) -> Decision {
        let Some(token) = Token::parse(text) else {
            return Decision::bad_auth("malformed_token");
        };
        let allowed = self.algorithms.iter().find(|allowed| allowed.as_str() == token.algorithm);
        // `none` is the name of no algorithm.
        let Some(&algorithm) = allowed else { return Decision::bad_auth("wrong_algorithm") };
        let key = match self.keys.find(algorithm, token.key_id.as_deref()).await {
            Ok(key) => key,
            Err(decision) => return decision,
        };
        if !key.verifies(token.signed.as_bytes(), &token.signature) {
            return Decision::bad_auth("wrong_signature");
        }
        let Ok(claims) = serde_json::from_slice(&token.payload) else {
            return Decision::bad_auth("malformed_claims");
        };
        // A clock before 1970 makes every token one of the future.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        match self.expected.check(&claims, now) {
            Ok(expires_in) => self.claims.decide(&claims, expires_in, login),
            Err(reason) => Decision::bad_auth(reason),
        }
    }
}

impl Keys {
    /// A key is never taken for another algorithm than its own: not a public one for a secret.
    async fn find(
        &self,
        algorithm: Algorithm,
        name: Option<&str>,
    ) -> Result<Arc<VerifyingKey>, Decision> {
        match self {
            Self::Fixed(key) if key.algorithm() == algorithm => Ok(Arc::clone(key)),
            Self::Fixed(_) => Err(Decision::bad_auth("wrong_algorithm")),
            Self::Published(keys) => keys.find(algorithm, name).await,
        }
    }
}
