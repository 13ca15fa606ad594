//! The tables of the authorizers.

use std::path::Path;
use std::time::Duration;

use easyrtc_auth::jwt::ClaimPath;

use super::transports::{Key, write};
use super::{list, quote};
use crate::options::HIDDEN;
use crate::settings::{JwtTable, SecretText, Settings, Span, WebhookTable};

const HEAD: &str = "
# Who decides about logins. Each authorizer of the chain has a table of its own.
[auth]
";

impl Settings {
    pub(super) fn write_auth(&self, text: &mut String) {
        let auth = &self.auth;
        *text += HEAD;
        write(
            text,
            &[
                (
                    "chain",
                    "Who is asked, in this order: open, static, jwt, webhook. The first that knows \
                     what to do with a login decides.",
                    Some(list(auth.chain.iter().map(ToString::to_string))),
                ),
                (
                    "timeout",
                    "How long all of them together may take, 100ms to 9s.",
                    Some(quote(&Span(auth.timeout.get()).to_string())),
                ),
                (
                    "max_in_flight",
                    "Logins that may wait for a decision; more are refused.",
                    Some(auth.max_in_flight.get().to_string()),
                ),
            ],
        );
        *text += "\n# Users of a file, with passwords.\n[auth.static]\n";
        let users = &auth.users;
        write(
            text,
            &[
                ("file", "The file.", path(users.file.as_deref())),
                (
                    "max_verifications",
                    "Passwords that are verified at the same time, each on a thread of its own.",
                    Some(users.max_verifications.get().to_string()),
                ),
            ],
        );
        *text +=
            "\n# Tokens: one of secret, secret_file, public_key_file and jwks_url says the key.\n";
        *text += "[auth.jwt]\n";
        write(text, &jwt_keys(&auth.jwt));
        write(text, &jwks_keys(&auth.jwt));
        *text += "\n# Which claim of a token says what; \"\" if none does.\n[auth.jwt.claims]\n";
        let claims = &auth.jwt.claims;
        let claim = |path: &ClaimPath| Some(json_path(path));
        write(
            text,
            &[
                ("username", "The name others see.", claim(&claims.username.0)),
                ("applications", "The applications it is good for.", claim(&claims.applications.0)),
                ("rooms", "The rooms its client may enter.", claim(&claims.rooms.0)),
                ("groups", "Its client's groups.", claim(&claims.groups.0)),
                ("fields", "Its client's fields.", claim(&claims.fields.0)),
                ("permissions", "What its client may do.", claim(&claims.permissions.0)),
            ],
        );
        *text += "\n# A backend that is asked about each login.\n[auth.webhook]\n";
        write(text, &webhook_keys(&auth.webhook));
        *text += "\n# What invitations to rooms are signed with.\n[invitation]\n";
        let invitation = &self.invitation;
        write(
            text,
            &[
                ("secret", "The key.", secret(invitation.secret.as_ref())),
                ("secret_file", "A file that holds it.", path(invitation.secret_file.as_deref())),
            ],
        );
    }
}

fn jwt_keys(jwt: &JwtTable) -> [Key; 10] {
    let algorithms = jwt.algorithms.as_ref();
    let algorithms = algorithms.map(|names| list(names.iter().map(|name| name.0.to_string())));
    [
        ("secret", "A key for HS256.", secret(jwt.secret.as_ref())),
        ("secret_file", "A file that holds it.", path(jwt.secret_file.as_deref())),
        (
            "public_key_file",
            "A file with a public key in PEM form, for RS256, ES256 or EdDSA.",
            path(jwt.public_key_file.as_deref()),
        ),
        (
            "jwks_url",
            "Where such keys are published.",
            jwt.jwks_url.as_ref().map(|url| quote(&url.0.to_string())),
        ),
        ("algorithms", "The algorithms, a list. Not set: those the key is for.", algorithms),
        (
            "issuer",
            "Who tokens have to be from (iss). Not set: anybody.",
            jwt.issuer.as_deref().map(quote),
        ),
        (
            "audience",
            "Whom tokens have to be for (aud), one of these.",
            Some(list(jwt.audience.iter().cloned())),
        ),
        ("leeway", "How far the clocks may be apart.", time(jwt.leeway.get())),
        (
            "require_expiry",
            "Whether a token that never expires is refused.",
            Some(jwt.require_expiry.to_string()),
        ),
        ("credential", "Where the token is in credential.", Some(json_path(&jwt.credential.0))),
    ]
}

fn jwks_keys(jwt: &JwtTable) -> [Key; 4] {
    [
        (
            "jwks_refresh_after",
            "The age at which published keys are fetched anew.",
            time(jwt.jwks_refresh_after.get()),
        ),
        (
            "jwks_retry_after",
            "The least time between two attempts.",
            time(jwt.jwks_retry_after.get()),
        ),
        (
            "jwks_keep",
            "The age up to which they are used while they cannot be fetched.",
            time(jwt.jwks_keep.get()),
        ),
        ("jwks_timeout", "How long fetching them may take.", time(jwt.jwks_timeout.get())),
    ]
}

fn webhook_keys(webhook: &WebhookTable) -> [Key; 9] {
    [
        (
            "url",
            "Where questions are posted.",
            webhook.url.as_ref().map(|url| quote(&url.0.to_string())),
        ),
        ("secret", "What they are signed with.", secret(webhook.secret.as_ref())),
        ("secret_file", "A file that holds it.", path(webhook.secret_file.as_deref())),
        (
            "attempts",
            "How often one question is asked at most.",
            Some(webhook.attempts.get().to_string()),
        ),
        ("attempt_timeout", "How long one attempt may take.", time(webhook.attempt_timeout.get())),
        (
            "backoff",
            "Between the first attempt and the second; then twice as long each time.",
            time(webhook.backoff.get()),
        ),
        (
            "on_failure",
            "What becomes of a login when nothing usable is answered: deny or allow.",
            Some(serde_json::to_string(&webhook.on_failure).unwrap_or_default()),
        ),
        (
            "breaker_failures",
            "Failed attempts in a row after which nobody is asked for a while; 0: never.",
            Some(webhook.breaker_failures.get().to_string()),
        ),
        ("breaker_time", "For how long then.", time(webhook.breaker_time.get())),
    ]
}

fn time(time: Duration) -> Option<String> {
    Some(quote(&Span(time).to_string()))
}

fn path(path: Option<&Path>) -> Option<String> {
    path.map(|path| quote(&path.to_string_lossy()))
}

fn secret(secret: Option<&SecretText>) -> Option<String> {
    secret.map(|_| quote(HIDDEN))
}

fn json_path(path: &ClaimPath) -> String {
    match path.0.as_slice() {
        [] => quote(""),
        [key] => quote(key),
        keys => list(keys.iter().cloned()),
    }
}
