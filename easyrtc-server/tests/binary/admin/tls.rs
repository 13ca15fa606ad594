//! TLS, and certificates in place of the token.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::TOKEN;
use crate::harness::Server;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/tls").join(name)
}

/// A server with these lines in `[admin]` and these flags, and where the API is.
fn start(lines: &str, flags: &[&str]) -> (Server, SocketAddr) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("easyrtc.toml");
    let [certificate, key] = ["localhost.pem", "localhost.key"].map(file);
    let text = format!(
        "[admin]\nlisten = '127.0.0.1:0'\ntls_cert_file = '{}'\ntls_key_file = '{}'\n{lines}",
        certificate.display(),
        key.display()
    );
    std::fs::write(&path, text).unwrap();
    let server = Server::start(&[&["--config", path.to_str().unwrap()], flags].concat());
    let mut announced = server.announced.iter();
    let url = announced.find_map(|line| line.strip_prefix("Admin API: https://")).unwrap();
    let address = url.strip_suffix("/v1/").unwrap().parse().unwrap();
    (server, address)
}

/// The first line of the answer to a request, with the client's certificate or without; an error if
/// there is no TLS.
fn ask(address: SocketAddr, certificate: Option<&str>, headers: &str) -> io::Result<String> {
    ask_for(address, "GET /v1/status", certificate, headers)
}

fn ask_for(
    address: SocketAddr,
    what: &str,
    certificate: Option<&str>,
    headers: &str,
) -> io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("ca.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match certificate {
        None => config.with_no_client_auth(),
        Some(name) => {
            let chain = CertificateDer::from_pem_file(file(&format!("{name}.pem"))).unwrap();
            let key = PrivateKeyDer::from_pem_file(file(&format!("{name}.key"))).unwrap();
            config.with_client_auth_cert(vec![chain], key).unwrap()
        }
    };
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, Server::connect_to(address));
    write!(stream, "{what} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{headers}\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

const OK: &str = "HTTP/1.1 200 OK";
const UNAUTHORIZED: &str = "HTTP/1.1 401 Unauthorized";
const GONE: &str = "HTTP/1.1 404 Not Found";
/// What the client's certificate is called.
const SUBJECT: &str = "by=\"CN=backend of the tests\"";

#[test]
fn the_token_crosses_the_network_encrypted() {
    let (_server, address) = start(&format!("token = '{TOKEN}'"), &[]);
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    assert_eq!(ask(address, None, &token).unwrap(), OK);
    assert_eq!(ask(address, None, "").unwrap(), UNAUTHORIZED);
    // A certificate that nobody asked for is none.
    assert_eq!(ask(address, Some("client"), "").unwrap(), UNAUTHORIZED);
    let mut plain = Server::connect_to(address);
    plain
        .write_all(format!("GET /v1/status HTTP/1.1\r\nHost: t\r\n{token}\r\n").as_bytes())
        .unwrap();
    let mut answer = Vec::new();
    // A reset is as good an end as a close.
    drop(plain.read_to_end(&mut answer));
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[test]
fn a_certificate_of_the_right_authority_needs_no_token() {
    let authority = format!("client_ca_file = '{}'\n", file("client-ca.pem").display());
    let (mut server, address) = start(&authority, &[]);
    assert_eq!(ask(address, Some("client"), "").unwrap(), OK);
    for other in [None, Some("localhost")] {
        assert!(ask(address, other, "").is_err(), "{other:?}");
    }
    assert_eq!(ask_for(address, "DELETE /v1/connections/x", Some("client"), "").unwrap(), GONE);
    server.wait_for_log(SUBJECT);

    let (_server, address) = start(&format!("{authority}token = '{TOKEN}'"), &[]);
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    assert_eq!(ask(address, Some("client"), "").unwrap(), OK);
    assert_eq!(ask(address, None, &token).unwrap(), OK);
    assert_eq!(ask(address, None, "").unwrap(), UNAUTHORIZED);
    let wrong = "Authorization: Bearer wrong\r\n";
    assert_eq!(ask(address, Some("client"), wrong).unwrap(), UNAUTHORIZED);
    assert!(ask(address, Some("localhost"), &token).is_err());
}

#[test]
fn a_handshake_that_does_not_end_is_ended() {
    let (_server, address) = start(&format!("token = '{TOKEN}'"), &["--header-timeout", "50ms"]);
    let mut stream = Server::connect_to(address);
    stream.write_all(&[22, 3, 1]).unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty(), "{rest:?}");
}
