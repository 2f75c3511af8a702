//! The line itself: proxies, certificates, connections that break.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Desk, SECRET};
use crate::api::{ApiError, GitHub as _, Network};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\n{\"id\":5}";

/// The head of a request.
fn head(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        bytes.push(byte[0]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A server behind TLS, with a certificate nobody else trusts; gives its address and the file of the certificate.
fn tls_server() -> (SocketAddr, tempfile::NamedTempFile) {
    let names = vec!["ghe.example".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(made.cert.pem().as_bytes()).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let config = Arc::new(config);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
            if head(&mut stream).contains(SECRET) {
                let _ = stream.write_all(ANSWER);
            }
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (address, file)
}

/// A proxy that connects everybody to `to`, and tells what it was asked for.
fn proxy(to: SocketAddr) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (said, heard) = channel();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let _ = said.send(head(&mut client));
            let mut server = TcpStream::connect(to).unwrap();
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            let (mut from, mut into) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from, &mut into));
            let _ = std::io::copy(&mut server, &mut client);
            let _ = client.shutdown(std::net::Shutdown::Both);
        }
    });
    (address, heard)
}

#[test]
fn a_private_certificate_and_a_proxy_with_a_password() {
    let (server, certificate) = tls_server();
    let (proxy, heard) = proxy(server);
    let network = Network {
        proxy: Some(format!("http://user:pass@{proxy}")),
        certificate_files: vec![certificate.path().to_owned()],
        ..Network::default()
    };
    let desk = Desk::through("https://ghe.example/api/v3", &network);
    assert_eq!(desk.client().issue_comment(5).unwrap().id, 5);
    let connect = heard.recv().unwrap();
    assert!(connect.starts_with("CONNECT ghe.example:443 HTTP/1.1\r\n"), "{connect}");
    assert!(connect.contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"), "{connect}");
    assert!(!connect.contains(SECRET));
}

#[test]
fn what_no_proxy_names_is_reached_straight() {
    let (server, certificate) = tls_server();
    let network = Network {
        proxy: Some("http://127.0.0.1:1".to_owned()),
        no_proxy: Some("other.example, 127.0.0.1".to_owned()),
        certificate_files: vec![certificate.path().to_owned()],
        ..Network::default()
    };
    let desk = Desk::through(&format!("https://{server}/api/v3"), &network);
    assert_eq!(desk.client().issue_comment(5).unwrap().id, 5);
}

#[test]
fn a_certificate_nobody_trusts_is_told_once_with_what_to_do() {
    let (server, _certificate) = tls_server();
    let desk = Desk::at(&format!("https://{server}"));
    let error = desk.client().issue_comment(5).unwrap_err();
    assert!(matches!(&error, ApiError::Address { why, .. } if why.contains("PORTCULLIS_CA_BUNDLE")), "{error}");
    assert_eq!(desk.slept(), [0; 0]);
}

#[test]
fn a_proxy_that_wants_a_password_is_told_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            head(&mut client);
            let _ = client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        }
    });
    let network = Network { proxy: Some(format!("http://{address}")), ..Network::default() };
    let desk = Desk::through("https://ghe.example", &network);
    let error = desk.client().issue_comment(5).unwrap_err();
    assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
    assert_eq!(desk.slept(), [0; 0]);
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (index, mut client) in listener.incoming().flatten().enumerate() {
            head(&mut client);
            let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":";
            let _ = client.write_all(if index == 0 { half } else { ANSWER });
        }
    });
    let desk = Desk::at(&format!("http://{address}"));
    assert_eq!(desk.client().issue_comment(5).unwrap().id, 5);
    assert_eq!(desk.slept(), [1]);
}
