//! What can be set for the admin API, and what cannot.

use std::path::PathBuf;

use crate::settings::tests::{load, load_file, load_with_file};

const TOKEN: &str = "s3cret-token-of-the-tests";

fn tls(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/binary/tls").join(name)
}

#[test]
fn it_is_off_unless_it_has_an_address() {
    assert_eq!(load(&[], &[]).unwrap().settings.admin.listen, None);
    let settings = load_file(&format!("[admin]\ntoken = '{TOKEN}'")).unwrap().settings;
    assert_eq!(settings.admin.listen, None);
    assert_eq!(settings.admin.secret().unwrap().expose(), TOKEN.as_bytes());
}

#[test]
fn flags_win_over_the_environment_over_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    std::fs::write(&path, "another-token-of-the-tests\n").unwrap();
    let path = path.to_str().unwrap();
    let file = format!("[admin]\nlisten = '127.0.0.1:1'\ntoken = '{TOKEN}'");
    let variables = [("EASYRTC_ADMIN_LISTEN", "127.0.0.1:2")];
    let settings = load_with_file(&file, &[], &variables).unwrap().settings;
    assert_eq!(settings.admin.listen, Some(([127, 0, 0, 1], 2).into()));
    assert_eq!(settings.admin.secret().unwrap().expose(), TOKEN.as_bytes());
    let flags = ["--admin-listen", "127.0.0.1:3", "--admin-token-file", path];
    let settings = load_with_file(&file, &flags, &variables).unwrap().settings;
    assert_eq!(settings.admin.listen, Some(([127, 0, 0, 1], 3).into()));
    assert_eq!(settings.admin.secret().unwrap().expose(), b"another-token-of-the-tests");
}

#[test]
fn what_cannot_be() {
    let [certificate, key, authority] = ["localhost.pem", "localhost.key", "ca.pem"].map(tls);
    let [certificate, key, authority] =
        [&certificate, &key, &authority].map(|path| path.display().to_string());
    for (file, expected) in [
        ("listen = '127.0.0.1:0'".to_owned(), "admin: it takes a token, token_file or client_ca"),
        (format!("token = '{TOKEN}'\ntoken_file = '/nowhere'"), "either token or token_file"),
        ("token_file = '/nowhere'".to_owned(), "/nowhere: cannot be read"),
        ("token = 's3cret'".to_owned(), "the token: has fewer than 16 characters"),
        (format!("token = '{TOKEN} '"), "the token: has other characters than"),
        ("token = 5353535353535353".to_owned(), ":2: a secret is a text"),
        (format!("tls_cert_file = '{certificate}'"), "both tls_cert_file and tls_key_file"),
        (format!("client_ca_file = '{authority}'"), "both tls_cert_file and tls_key_file"),
        (format!("tls_cert_file = '{key}'\ntls_key_file = '{key}'"), "holds no certificate"),
        (format!("tls_cert_file = '{certificate}'\ntls_key_file = '{authority}'"), "holds no key"),
        (
            format!(
                "tls_cert_file = '{certificate}'\ntls_key_file = '{key}'\nclient_ca_file = '{key}'"
            ),
            "holds no certificate",
        ),
        (format!("listen = '0.0.0.0:8080'\ntoken = '{TOKEN}'"), "0.0.0.0:8080 is taken"),
        ("tokens = ['x']".to_owned(), "unknown field `tokens`"),
    ] {
        let error = load_file(&format!("[admin]\n{file}")).unwrap_err().to_string();
        assert!(error.contains(expected), "{file}: {error}");
        assert!(!error.contains("s3cret") && !error.contains("5353"), "{error}");
    }
}

#[test]
fn an_address_others_reach_needs_tls() {
    let open = format!("[admin]\nlisten = '0.0.0.0:0'\ntoken = '{TOKEN}'\n");
    let warnings = load_file(&open).unwrap().warnings;
    assert!(warnings[0].to_string().contains("can read the token"), "{}", warnings[0]);
    let [certificate, key] = ["localhost.pem", "localhost.key"].map(tls);
    let (certificate, key) = (certificate.display(), key.display());
    let closed = format!("{open}tls_cert_file = '{certificate}'\ntls_key_file = '{key}'\n");
    let loaded = load_file(&closed).unwrap();
    assert_eq!(loaded.warnings, []);
    assert!(loaded.settings.admin.tls().unwrap().is_some());
    assert_eq!(load_file(&open.replace("0.0.0.0", "127.0.0.1")).unwrap().warnings, []);
}

#[test]
fn what_is_printed_reads_as_the_same_without_the_token() {
    let file = format!("[admin]\nlisten = '127.0.0.1:9'\ntoken = '{TOKEN}'");
    let printed = load_file(&file).unwrap().settings.to_toml();
    assert!(!printed.contains("s3cret"), "{printed}");
    let error = load_file(&printed).unwrap_err().to_string();
    assert!(error.contains("has the placeholder"), "{error}");

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    std::fs::write(&path, TOKEN).unwrap();
    let [certificate, key, authority] = ["localhost.pem", "localhost.key", "ca.pem"].map(tls);
    let file = format!(
        "[admin]\nlisten = '[::1]:9'\ntoken_file = '{}'\ntls_cert_file = '{}'\n\
         tls_key_file = '{}'\nclient_ca_file = '{}'\n",
        path.display(),
        certificate.display(),
        key.display(),
        authority.display()
    );
    let once = load_file(&file).unwrap().settings;
    let again = load_file(&once.to_toml()).unwrap().settings;
    assert_eq!(again.admin, once.admin);
}
