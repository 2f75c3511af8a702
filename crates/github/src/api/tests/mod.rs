//! Conversations with a server on this machine (spec/github-ux.md 19.3), and the contract with the published description of
//! the API (19.1).

mod contract;
mod line;
mod retries;
mod walls;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::runtime::Runtime;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::api::{Client, Comment, Http, Look, Network, Pace};
use crate::environment::Environment;
use crate::testing::StillClock;
use crate::{Endpoints, Token};

/// What every test calls the second it begins in.
const NOW: u64 = 1_700_000_000;
const SECRET: &str = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";

/// A server that answers with what it is told, one after the other; the last answer stays.
struct Server {
    runtime: Runtime,
    mock: MockServer,
}

struct Script(std::sync::Mutex<Vec<ResponseTemplate>>);

impl Respond for Script {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let mut answers = self.0.lock().unwrap();
        if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() }
    }
}

impl Server {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mock = runtime.block_on(MockServer::start());
        Self { runtime, mock }
    }

    /// Answers in this order, whatever is asked.
    fn answering(answers: Vec<ResponseTemplate>) -> Self {
        let server = Self::start();
        server.answer(answers);
        server
    }

    fn answer(&self, answers: Vec<ResponseTemplate>) {
        let script = Script(std::sync::Mutex::new(answers));
        self.runtime.block_on(Mock::given(any()).respond_with(script).mount(&self.mock));
    }

    /// `GET /path?query`, in the order they came.
    fn asked(&self) -> Vec<String> {
        let line = |request: &Request| {
            let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{} {}{query}", request.method, request.url.path())
        };
        self.requests().iter().map(line).collect()
    }

    fn requests(&self) -> Vec<Request> {
        self.runtime.block_on(self.mock.received_requests()).unwrap()
    }

    fn url(&self) -> String {
        self.mock.uri()
    }
}

fn endpoints(api: &str) -> Endpoints {
    let variables = BTreeMap::from([("GITHUB_API_URL".to_owned(), api.to_owned())]);
    Endpoints::from_environment(Environment::new(&variables))
}

fn token(secret: &str, endpoints: &Endpoints) -> Token {
    let variables = BTreeMap::from([("GITHUB_TOKEN".to_owned(), secret.to_owned())]);
    Token::find(Environment::new(&variables), endpoints).unwrap()
}

/// Everything a client needs, with a clock that stands still and a budget of 120 seconds.
struct Desk {
    endpoints: Endpoints,
    http: Http,
    pace: Pace,
    clock: StillClock,
}

impl Desk {
    fn at(api: &str) -> Self {
        Self::through(api, &Network::default())
    }

    fn through(api: &str, network: &Network) -> Self {
        let endpoints = endpoints(api);
        let http = Http::new(&endpoints, token(SECRET, &endpoints), network).unwrap();
        let clock = StillClock::at(NOW);
        let pace = Pace::new(Box::new(clock.clone()), Duration::from_mins(2));
        Self { endpoints, http, pace, clock }
    }

    fn client(&self) -> Client<'_> {
        Client::new(&self.http, &self.pace, &self.endpoints, "o/r").unwrap()
    }

    /// Seconds of every wait.
    fn slept(&self) -> Vec<u64> {
        self.clock.slept().iter().map(Duration::as_secs).collect()
    }
}

fn ok(json: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(json.to_owned(), "application/json")
}

fn status(code: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(code).set_body_raw(format!("{{\"message\":\"{message}\"}}"), "application/json")
}

/// A look that finds nothing.
const NOTHING: Look<'static, Comment> = &|| Ok(None);
