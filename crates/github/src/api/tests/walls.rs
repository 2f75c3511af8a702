//! What never leaves: the token to another host, a request without TLS, more bytes than are read.

use std::io::{Cursor, Write as _};

use wiremock::ResponseTemplate;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Desk, NOTHING, SECRET, Server, endpoints, ok, status, token};
use crate::api::exchange::{Exchange, request};
use crate::api::{ApiError, GitHub as _, Http, Method, Network, Transport as _};

fn page(items: &str, next: &str) -> ResponseTemplate {
    ok(items).insert_header("link", format!("<{next}>; rel=\"next\", <x>; rel=\"last\"").as_str())
}

#[test]
fn a_list_is_read_to_its_last_page() {
    let server = Server::start();
    let at = |number| format!("{}/repositories/1/issues/1/comments?per_page=100&page={number}", server.url());
    server.answer(vec![page(r#"[{"id":1}]"#, &at(2)), page(r#"[{"id":2}]"#, "/relative?page=3"), ok(r#"[{"id":3}]"#)]);
    let listed = Desk::at(&server.url()).client().issue_comments(1).unwrap();
    assert_eq!(listed.items.iter().map(|comment| comment.id).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(listed.complete);
    let asked = server.asked();
    assert_eq!(asked[0], "GET /repos/o/r/issues/1/comments?per_page=100");
    assert_eq!(asked[1..], ["GET /repositories/1/issues/1/comments?per_page=100&page=2", "GET /relative?page=3"]);
}

#[test]
fn a_list_without_end_stops_after_thirty_pages_and_says_so() {
    let server = Server::start();
    server.answer(vec![page(r#"[{"id":1}]"#, &format!("{}/again", server.url()))]);
    let listed = Desk::at(&server.url()).client().issue_comments(1).unwrap();
    assert_eq!((listed.items.len(), listed.complete, server.asked().len()), (30, false, 30));
}

#[test]
fn three_thousand_files_may_not_be_all() {
    let files = |count: usize| format!("[{}]", vec![r#"{"filename":"a"}"#; count].join(","));
    for (count, complete) in [(2_999, true), (3_000, false)] {
        let server = Server::answering(vec![ok(&files(count))]);
        assert_eq!(Desk::at(&server.url()).client().pull_files(1).unwrap().complete, complete, "{count}");
    }
}

#[test]
fn a_next_page_on_another_host_gets_nothing() {
    let other = Server::answering(vec![ok("[]")]);
    let server = Server::answering(vec![page(r#"[{"id":1}]"#, &format!("{}/x", other.url()))]);
    let error = Desk::at(&server.url()).client().issue_comments(1).unwrap_err();
    assert!(matches!(error, ApiError::ForeignHost { .. }), "{error}");
    assert_eq!(other.asked(), [""; 0]);
}

#[test]
fn a_redirect_to_another_host_gets_nothing() {
    for code in [301, 302, 307, 308] {
        let other = Server::answering(vec![ok(r#"{"id":5}"#)]);
        let to = format!("{}/x", other.url());
        let server = Server::answering(vec![status(code, "moved").insert_header("location", to.as_str())]);
        let error = Desk::at(&server.url()).client().issue_comment(5).unwrap_err();
        assert!(matches!(error, ApiError::ForeignHost { .. }), "{code}: {error}");
        assert_eq!(other.asked(), [""; 0]);
    }
}

#[test]
fn a_renamed_repository_is_followed_with_the_same_method() {
    let moved = |code| status(code, "moved").insert_header("location", "/repositories/1/x");
    let server = Server::answering(vec![moved(301), ok(r#"{"id":5}"#)]);
    assert_eq!(Desk::at(&server.url()).client().issue_comment(5).unwrap().id, 5);
    let server = Server::answering(vec![moved(307), ok(r#"{"id":5}"#)]);
    assert_eq!(Desk::at(&server.url()).client().create_issue_comment(1, "b", NOTHING).unwrap().id, 5);
    assert_eq!(server.asked(), ["POST /repos/o/r/issues/1/comments", "POST /repositories/1/x"]);
    assert_eq!(server.requests()[1].body, br#"{"body":"b"}"#);
    let server = Server::answering(vec![moved(301)]);
    let error = Desk::at(&server.url()).client().create_issue_comment(1, "b", NOTHING).unwrap_err();
    assert_eq!((error.status(), server.asked().len()), (Some(301), 1));
    let server = Server::answering(vec![moved(302)]);
    let error = Desk::at(&server.url()).client().issue_comment(5).unwrap_err();
    assert_eq!((error, server.asked().len()), (ApiError::Unreadable("more than 3 redirects".to_owned()), 4));
}

#[test]
fn an_artifact_comes_from_another_host_that_never_sees_the_token() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("result.json", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"{}").unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let storage = Server::answering(vec![ResponseTemplate::new(200).set_body_bytes(bytes)]);
    let to = format!("{}/signed?sig=x", storage.url());
    let server = Server::answering(vec![ResponseTemplate::new(302).insert_header("location", to.as_str())]);
    let members = Desk::at(&server.url()).client().artifact(9).unwrap();
    assert_eq!((members[0].path.as_str(), members[0].bytes.as_slice()), ("result.json", &b"{}"[..]));
    assert_eq!(server.asked(), ["GET /repos/o/r/actions/artifacts/9/zip"]);
    let seen = storage.requests();
    assert_eq!(seen.len(), 1);
    assert!(!format!("{:?}", seen[0].headers).contains(SECRET));
    assert!(!seen[0].headers.contains_key("authorization") && !seen[0].headers.contains_key("x-github-api-version"));
    assert!(format!("{:?}", server.requests()[0].headers.get("authorization")).contains(SECRET));
}

#[test]
fn an_artifact_is_not_fetched_without_tls() {
    let moved = ResponseTemplate::new(302).insert_header("location", "http://storage.example/signed?sig=secret");
    let server = Server::answering(vec![moved]);
    let error = Desk::at(&server.url()).client().artifact(9).unwrap_err();
    assert!(matches!(error, ApiError::Address { .. } | ApiError::Unreachable { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn the_path_of_an_enterprise_server_stays() {
    let server = Server::answering(vec![ok(r#"{"id":5,"data":{"viewer":{"login":"bot"}}}"#)]);
    let desk = Desk::at(&format!("{}/api/v3/", server.url()));
    desk.client().issue_comment(5).unwrap();
    desk.client().viewer_login().unwrap();
    desk.client().rate_limit().unwrap();
    let expected = ["GET /api/v3/repos/o/r/issues/comments/5", "POST /api/graphql", "GET /api/v3/rate_limit"];
    assert_eq!(server.asked(), expected);
}

#[test]
fn every_request_has_the_headers_of_the_api() {
    let server = Server::answering(vec![ok(r#"{"id":5}"#)]);
    let desk = Desk::at(&server.url());
    desk.client().issue_comment(5).unwrap();
    desk.client().update_issue_comment(5, "b").unwrap();
    for request in server.requests() {
        let all = |name: &str| {
            request.headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(all("accept"), ["application/vnd.github+json"]);
        assert_eq!(all("x-github-api-version"), ["2022-11-28"]);
        assert_eq!(all("authorization"), [format!("Bearer {SECRET}")]);
        assert_eq!(all("user-agent"), [concat!("portcullis/", env!("CARGO_PKG_VERSION"))]);
    }
}

#[test]
fn the_bytes_of_a_file_are_asked_for_as_they_are() {
    let raw = ResponseTemplate::new(200).set_body_raw(vec![0xff, 0], "application/vnd.github.raw+json; charset=utf-8");
    let server = Server::answering(vec![raw]);
    let client_of = Desk::at(&server.url());
    assert_eq!(client_of.client().contents(".github/a b.yml", "refs/heads/x#y").unwrap(), [0xff, 0]);
    assert_eq!(server.asked(), ["GET /repos/o/r/contents/.github/a%20b.yml?ref=refs%2Fheads%2Fx%23y"]);
    assert_eq!(server.requests()[0].headers["accept"], "application/vnd.github.raw+json");

    let directory = Server::answering(vec![ok("[]")]);
    assert!(matches!(Desk::at(&directory.url()).client().contents("a", "b"), Err(ApiError::Unreadable(_))));
}

#[test]
fn an_answer_over_the_cap_is_not_read() {
    let server = Server::answering(vec![ok(&" ".repeat(1_001))]);
    let desk = Desk::at(&server.url());
    let mut asked = request(Method::Get, desk.endpoints.api_url("x"), None::<&()>).unwrap();
    asked.cap = 1_000;
    let exchange = Exchange { transport: &desk.http, pace: &desk.pace, api: &desk.endpoints.api, graphql: "" };
    assert_eq!(exchange.answer(&asked).unwrap_err(), ApiError::TooLarge { limit: 1_000 });
    asked.cap = 1_001;
    assert_eq!(exchange.answer(&asked).unwrap().body.len(), 1_001);
}

#[test]
fn an_address_without_tls_is_refused_before_anything_is_sent() {
    for api in ["http://ghe.example/api/v3", "ftp://ghe.example", "https://user:pass@ghe.example"] {
        let endpoints = endpoints(api);
        let error = Http::new(&endpoints, token(SECRET, &endpoints), &Network::default()).unwrap_err();
        assert!(matches!(error, ApiError::Address { .. }), "{api}: {error}");
    }
}

#[test]
fn a_write_to_another_host_is_refused_by_the_transport_itself() {
    let other = Server::answering(vec![ok("{}")]);
    let desk = Desk::at("https://api.github.com");
    let asked = request(Method::Post, format!("{}/graphql", other.url()), Some(&"x")).unwrap();
    assert!(matches!(desk.http.send(&asked), Err(ApiError::ForeignHost { .. })));
    assert_eq!(other.asked(), [""; 0]);
}

#[test]
fn the_token_is_in_no_message() {
    let server = Server::answering(vec![status(422, &format!("bad header: Bearer {SECRET}"))]);
    let desk = Desk::at(&server.url());
    let error = desk.client().issue_comment(5).unwrap_err();
    assert!(error.to_string().contains("Bearer ***"), "{error}");
    let broken = "ghs_\nx";
    let endpoints = endpoints(&server.url());
    let refused = Http::new(&endpoints, token(broken, &endpoints), &Network::default()).unwrap_err();
    for text in [format!("{error:?}"), format!("{:?}", desk.http), format!("{refused:?} {refused}")] {
        assert!(!text.contains("ghs_"), "{text}");
    }
}

#[test]
fn an_answer_that_is_no_json_is_an_error_and_not_a_panic() {
    for body in ["", "<html>", "[", r#"{"id":"x"}"#, "null"] {
        let server = Server::answering(vec![ok(body)]);
        let error = Desk::at(&server.url()).client().issue_comment(5).unwrap_err();
        assert!(matches!(error, ApiError::Unreadable(_)), "{body}: {error}");
    }
}
