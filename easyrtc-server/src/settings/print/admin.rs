//! The table of the admin API.

use std::path::Path;

use super::quote;
use super::transports::write;
use crate::options::HIDDEN;
use crate::settings::Settings;

const HEAD: &str = "
# The HTTP API for operators and their backends: see docs/admin.md.
[admin]
";

impl Settings {
    pub(super) fn write_admin(&self, text: &mut String) {
        let admin = &self.admin;
        let path = |path: Option<&Path>| path.map(|path| quote(&path.to_string_lossy()));
        *text += HEAD;
        write(
            text,
            &[
                (
                    "listen",
                    "Where it is served, apart from what clients use. Not set: nowhere.",
                    admin.listen.map(|address| quote(&address.to_string())),
                ),
                (
                    "token",
                    "What requests have to show: Authorization: Bearer TOKEN. 16 or more of A-Z \
                     a-z 0-9 - . _ ~ + / =.",
                    admin.token.as_ref().map(|_| quote(HIDDEN)),
                ),
                ("token_file", "A file that holds it instead.", path(admin.token_file.as_deref())),
                (
                    "tls_cert_file",
                    "The server's certificate, and those between it and its authority, in PEM \
                     form. Not set: no TLS.",
                    path(admin.tls_cert_file.as_deref()),
                ),
                ("tls_key_file", "The key to it.", path(admin.tls_key_file.as_deref())),
                (
                    "client_ca_file",
                    "Authorities in PEM form; who has a certificate of one of them needs no token.",
                    path(admin.client_ca_file.as_deref()),
                ),
            ],
        );
    }
}
