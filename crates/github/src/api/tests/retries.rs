//! What is asked again, how often, and after how long.

use std::cell::Cell;

use super::{Desk, NOTHING, NOW, Server, ok, status};
use crate::api::{ApiError, Comment, GitHub as _, Quota};
use crate::testing::comment;

const COMMENT: &str = r#"{"id":5,"body":"b","user":null}"#;

#[test]
fn a_rate_limit_with_a_time_is_waited_for() {
    let server = Server::answering(vec![status(403, "slow down").insert_header("retry-after", "1"), ok(COMMENT)]);
    let desk = Desk::at(&server.url());
    assert_eq!(desk.client().issue_comment(5).unwrap().id, 5);
    assert_eq!((desk.slept(), server.asked().len()), (vec![1], 2));
}

#[test]
fn a_limit_that_ends_after_the_budget_is_given_up_at_once() {
    let reset = (NOW + 3_000).to_string();
    let limited = status(429, "API rate limit exceeded")
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("x-ratelimit-reset", reset.as_str());
    let server = Server::answering(vec![limited]);
    let desk = Desk::at(&server.url());
    let error = desk.client().issue_comment(5).unwrap_err();
    assert_eq!(error, ApiError::RateLimited { wait: 3_001, primary: true, budget: 120 });
    assert_eq!((desk.slept(), server.asked().len()), (vec![], 1));
}

#[test]
fn the_budget_is_one_for_all_requests() {
    let limited = || status(403, "x").insert_header("retry-after", "70");
    let server = Server::answering(vec![limited(), ok(COMMENT), limited(), ok(COMMENT)]);
    let desk = Desk::at(&server.url());
    assert!(desk.client().issue_comment(5).is_ok());
    let error = desk.client().issue_comment(5).unwrap_err();
    assert_eq!(error, ApiError::RateLimited { wait: 70, primary: false, budget: 120 });
    assert_eq!(desk.slept(), [70]);
}

#[test]
fn a_server_that_is_away_for_a_moment_is_asked_again() {
    for code in [502, 503, 504] {
        let server = Server::answering(vec![status(code, "x"), status(code, "x"), ok(COMMENT)]);
        let desk = Desk::at(&server.url());
        assert_eq!(desk.client().issue_comment(5).unwrap().id, 5);
        assert_eq!((desk.slept(), server.asked().len()), (vec![1, 2], 3));
    }
}

#[test]
fn a_server_that_stays_away_is_asked_four_times() {
    let server = Server::answering(vec![status(502, "x")]);
    let desk = Desk::at(&server.url());
    assert_eq!(desk.client().issue_comment(5).unwrap_err().status(), Some(502));
    assert_eq!((desk.slept(), server.asked().len()), (vec![1, 2, 4], 4));
}

#[test]
fn no_connection_is_tried_again_too() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let desk = Desk::at(&format!("http://{unused}"));
    let error = desk.client().issue_comment(5).unwrap_err();
    assert!(matches!(&error, ApiError::Unreachable { host, .. } if host == "127.0.0.1"), "{error}");
    assert!(error.to_string().to_lowercase().contains("refused"), "{error}");
    assert_eq!(desk.slept(), [1, 2, 4]);
}

#[test]
fn a_comment_whose_answer_was_lost_is_looked_for_and_not_written_twice() {
    let server = Server::answering(vec![status(502, "x"), ok(COMMENT)]);
    let desk = Desk::at(&server.url());
    let looked = Cell::new(0);
    let look = || {
        looked.set(looked.get() + 1);
        Ok(Some(comment(77, "bot", "b")))
    };
    assert_eq!(desk.client().create_issue_comment(1, "b", &look).unwrap().id, 77);
    assert_eq!((looked.get(), server.asked()), (1, vec!["POST /repos/o/r/issues/1/comments".to_owned()]));
}

#[test]
fn a_comment_that_is_not_there_is_written_again_and_a_look_that_fails_ends_it() {
    let server = Server::answering(vec![status(502, "x"), ok(COMMENT)]);
    let desk = Desk::at(&server.url());
    assert_eq!(desk.client().create_issue_comment(1, "b", NOTHING).unwrap().id, 5);
    assert_eq!(server.asked().len(), 2);

    let server = Server::answering(vec![status(502, "x")]);
    let desk = Desk::at(&server.url());
    let blind = || Err::<Option<Comment>, _>(ApiError::Unreadable("blind".to_owned()));
    let error = desk.client().create_issue_comment(1, "b", &blind).unwrap_err();
    assert_eq!((error, server.asked().len()), (ApiError::Unreadable("blind".to_owned()), 1));
}

#[test]
fn the_last_of_four_lost_answers_is_looked_for_as_well() {
    let server = Server::answering(vec![status(502, "x")]);
    let desk = Desk::at(&server.url());
    let looks = Cell::new(0);
    let look = || {
        looks.set(looks.get() + 1);
        Ok((looks.get() == 4).then(|| comment(77, "bot", "b")))
    };
    assert_eq!(desk.client().create_issue_comment(1, "b", &look).unwrap().id, 77);
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn a_rate_limit_on_a_create_asks_for_no_look() {
    let server = Server::answering(vec![status(403, "x").insert_header("retry-after", "3"), ok(COMMENT)]);
    let desk = Desk::at(&server.url());
    let look = || -> Result<Option<Comment>, ApiError> { panic!("the request was not carried out") };
    assert_eq!(desk.client().create_issue_comment(1, "b", &look).unwrap().id, 5);
    assert_eq!(desk.slept(), [3]);
}

#[test]
fn what_a_first_try_deleted_counts_as_deleted() {
    let server = Server::answering(vec![status(502, "x"), status(404, "Not Found")]);
    assert_eq!(Desk::at(&server.url()).client().delete_issue_comment(5), Ok(()));

    let server = Server::answering(vec![status(404, "Not Found")]);
    assert_eq!(Desk::at(&server.url()).client().delete_issue_comment(5).unwrap_err().status(), Some(404));
}

#[test]
fn a_refusal_is_not_repeated_and_says_what_github_says() {
    let answer = status(403, "Resource not accessible by integration")
        .insert_header("x-accepted-github-permissions", "issues=write; pull_requests=write")
        .insert_header("x-github-request-id", "ABC:1");
    let server = Server::answering(vec![answer]);
    let error = Desk::at(&server.url()).client().create_issue_comment(1, "b", NOTHING).unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.accepted_permissions.as_deref(), Some("issues=write; pull_requests=write"));
    assert_eq!((refusal.status, refusal.request_id.as_deref()), (403, Some("ABC:1")));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn too_long_and_locked_are_told_apart() {
    let long =
        r#"{"message":"Validation Failed","errors":[{"message":"Body is too long (maximum is 65536 characters)"}]}"#;
    let long = wiremock::ResponseTemplate::new(422).set_body_raw(long, "application/json");
    let server = Server::answering(vec![long]);
    let too_long = Desk::at(&server.url()).client().update_issue_comment(5, "b").unwrap_err();
    assert!(too_long.is_too_long() && !too_long.is_locked());
    let server = Server::answering(vec![status(403, "Unable to create comment because issue is locked.")]);
    let locked = Desk::at(&server.url()).client().update_issue_comment(5, "b").unwrap_err();
    assert!(locked.is_locked() && !locked.is_too_long());
}

#[test]
fn writes_are_a_second_apart_and_reads_are_not() {
    let server = Server::answering(vec![ok(COMMENT)]);
    let desk = Desk::at(&server.url());
    let client = desk.client();
    client.update_issue_comment(5, "b").unwrap();
    client.issue_comment(5).unwrap();
    client.update_issue_comment(5, "b").unwrap();
    assert_eq!(desk.slept(), [1]);
}

#[test]
fn graphql_says_no_with_status_200() {
    let said = |kind: &str| {
        ok(&format!(r#"{{"data":{{"minimizeComment":null}},"errors":[{{"type":"{kind}","message":"m"}}]}}"#))
    };
    for (kind, expected) in [("FORBIDDEN", 403), ("NOT_FOUND", 404), ("SOMETHING", 422)] {
        let server = Server::answering(vec![said(kind)]);
        let error = Desk::at(&server.url()).client().unminimize_comment("IC_1").unwrap_err();
        assert_eq!(
            (error.status(), error.refusal().unwrap().errors.as_slice()),
            (Some(expected), &["m".to_owned()][..])
        );
    }
    let server = Server::answering(vec![said("RATE_LIMITED").insert_header("retry-after", "500")]);
    let error = Desk::at(&server.url()).client().viewer_login().unwrap_err();
    assert_eq!(error, ApiError::RateLimited { wait: 500, primary: false, budget: 120 });
}

#[test]
fn a_server_that_counts_no_requests_has_no_limit() {
    let server = Server::answering(vec![status(404, "Rate limiting is not enabled.")]);
    assert_eq!(Desk::at(&server.url()).client().rate_limit(), Ok(None));
    let server = Server::answering(vec![ok(r#"{"rate":{"limit":5000,"remaining":7,"reset":12}}"#)]);
    let quota = Quota { limit: Some(5_000), remaining: Some(7), reset: Some(12) };
    assert_eq!(Desk::at(&server.url()).client().rate_limit(), Ok(Some(quota)));
}
