//! The transport over HTTP: the one file that knows `octocrab`, `hyper` and `tokio`.
//!
//! Of `octocrab` only the raw calls are used: its typed models refuse answers that lack any of dozens of fields nobody here
//! reads. Below it stands a client of our own, because its own one knows no proxy and only one kind of root certificates.

use std::error::Error as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue, USER_AGENT};
use http::{HeaderMap, Uri};
use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioIo};
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use rustls::ClientConfig;
use rustls::crypto::ring;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tower_service::Service;

use crate::api::address::{Origin, shown};
use crate::api::{ApiError, Method, Network, Request, Response, Transport};
use crate::{Endpoints, Token};

/// From the first packet to the end of the TLS handshake, through a proxy too.
const CONNECT: Duration = Duration::from_secs(10);
/// Without a byte of the answer.
const READ: Duration = Duration::from_secs(30);
/// The whole body of an answer: a server could send a byte every 29 seconds.
const WHOLE: Duration = Duration::from_mins(5);
/// Bytes of a request a slow line sends in a second: a long request has more time to its answer.
const SLOW_LINE: u64 = 128 << 10;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Pending<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// The API over HTTP/1.1 and TLS.
pub struct Http {
    runtime: Runtime,
    octocrab: Octocrab,
    origin: Origin,
    token: Token,
    /// What could not be read of the certificates the environment names.
    pub warnings: Vec<String>,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("origin", &self.origin).field("token", &self.token).finish_non_exhaustive()
    }
}

impl Http {
    /// To the API at `endpoints`, whose address must be one the token may go to. Nothing is sent yet.
    pub fn new(endpoints: &Endpoints, token: Token, network: &Network) -> Result<Self, ApiError> {
        let origin = Origin::of(&endpoints.api)?;
        let local = |error: &dyn std::fmt::Display| ApiError::Unreachable {
            host: origin.host().to_owned(),
            why: format!("the connection cannot be set up: {error}"),
        };
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", token.reveal())).map_err(|_| {
            let why = format!("the token in {} holds characters a header cannot hold", token.variable());
            ApiError::Address { address: shown(&endpoints.api), why }
        })?;
        authorization.set_sensitive(true);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        let runtime = runtime.map_err(|error| local(&error))?;
        let (roots, warnings) = network.roots();
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| local(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = Timed(
            HttpsConnectorBuilder::new()
                .with_tls_config(tls.clone())
                .https_or_http()
                .enable_http1()
                .wrap_connector(Route::new(network, tls)),
        );
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let line = Line { client, origin: origin.clone(), authorization };
        // Its queue is a task of the runtime.
        let within = runtime.enter();
        let built = OctocrabBuilder::new_empty().with_service(line).with_auth(AuthState::None).build();
        drop(within);
        let octocrab = built.unwrap_or_else(|never| match never {});
        Ok(Self { runtime, octocrab, origin, token, warnings })
    }

    async fn exchange(&self, request: &Request, host: &str) -> Result<Response, ApiError> {
        let lost = |why: String| ApiError::Unreachable { host: host.to_owned(), why };
        let sent = self.raw(request);
        let length = request.body.as_ref().map_or(0, |body| body.get().len() as u64);
        let patience = READ + Duration::from_secs(length / SLOW_LINE);
        let answer = match timeout(patience, sent).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(unsent(&error, host, &request.address)),
            Err(_) => return Err(lost(format!("nothing came for {} s", patience.as_secs()))),
        };
        let (head, body) = answer.into_parts();
        let mut response = Response {
            status: head.status.as_u16(),
            headers: head.headers.iter().map(|(name, value)| (name.to_string(), text_of(value))).collect(),
            body: Vec::new(),
        };
        let read = read_body(body, request.cap, &mut response.body);
        timeout(WHOLE, read).await.unwrap_or(Err(BodyError::Slow(WHOLE))).map_err(|error| match error {
            BodyError::TooLong => ApiError::TooLarge { limit: request.cap },
            BodyError::Slow(after) => lost(format!("the answer did not end within {} s", after.as_secs())),
            BodyError::Broken => lost("the connection broke in the middle of the answer".to_owned()),
        })?;
        Ok(response)
    }

    async fn raw(&self, request: &Request) -> octocrab::Result<http::Response<BoxBody<Bytes, octocrab::Error>>> {
        let address = request.address.as_str();
        let body = request.body.as_deref();
        match request.method {
            Method::Get => {
                let mut headers = HeaderMap::new();
                headers.insert(ACCEPT, HeaderValue::from_static(request.accept));
                self.octocrab._get_with_headers(address, Some(headers)).await
            }
            Method::Post => self.octocrab._post(address, body).await,
            Method::Patch => self.octocrab._patch(address, body).await,
            Method::Delete => self.octocrab._delete(address, body).await,
        }
    }

    /// A server that repeats the token in a message would bring it into the log.
    fn without_token(&self, mut response: Response) -> Response {
        let token = self.token.reveal();
        let holds = |bytes: &[u8]| bytes.windows(token.len().max(1)).any(|window| window == token.as_bytes());
        if response.status >= 400 && holds(&response.body) {
            response.body = String::from_utf8_lossy(&response.body).replace(token, "***").into_bytes();
        }
        response
    }
}

impl Transport for Http {
    fn send(&self, request: &Request) -> Result<Response, ApiError> {
        let origin = Origin::of(&request.address)?;
        if origin != self.origin && request.method.writes() {
            return Err(ApiError::ForeignHost { host: origin.host().to_owned() });
        }
        let response = self.runtime.block_on(self.exchange(request, origin.host()))?;
        Ok(self.without_token(response))
    }
}

enum BodyError {
    TooLong,
    Slow(Duration),
    Broken,
}

async fn read_body(mut body: BoxBody<Bytes, octocrab::Error>, cap: u64, bytes: &mut Vec<u8>) -> Result<(), BodyError> {
    while let Some(frame) = timeout(READ, body.frame()).await.map_err(|_| BodyError::Slow(READ))? {
        let Ok(piece) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        if (bytes.len() + piece.len()) as u64 > cap {
            return Err(BodyError::TooLong);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(())
}

/// Headers hold ASCII; what does not is not used.
fn text_of(value: &HeaderValue) -> String {
    value.to_str().unwrap_or_default().to_owned()
}

/// Why there is no answer. `Display` of the error of `octocrab` says nothing; what happened stands at its end. A certificate
/// that is not trusted and a proxy that wants a password are not cured by asking again.
fn unsent(error: &octocrab::Error, host: &str, address: &str) -> ApiError {
    let mut why = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !why.ends_with(&text) {
            why = if why.is_empty() { text } else { format!("{why}: {text}") };
        }
        next = cause.source();
    }
    if why.is_empty() {
        "the request was not carried out".clone_into(&mut why);
    }
    if why.contains("invalid peer certificate") {
        let why = format!("{why}; PORTCULLIS_CA_BUNDLE or SSL_CERT_FILE name certificates that are trusted besides");
        return ApiError::Address { address: shown(address), why };
    }
    if why.contains("proxy authorization required") {
        let why = "the proxy wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT".to_owned();
        return ApiError::Address { address: shown(address), why };
    }
    ApiError::Unreachable { host: host.to_owned(), why }
}

/// Below `octocrab`: gives every request its headers, and the token to those that go to the API.
#[derive(Clone)]
struct Line {
    client: Client<Timed<HttpsConnector<Route>>, OctoBody>,
    origin: Origin,
    authorization: HeaderValue,
}

impl Service<http::Request<OctoBody>> for Line {
    type Response = http::Response<BoxBody<Bytes, BoxError>>;
    type Error = BoxError;
    type Future = Pending<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: http::Request<OctoBody>) -> Self::Future {
        let to_api = Origin::of(&request.uri().to_string()).is_ok_and(|origin| origin == self.origin);
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("portcullis/", env!("CARGO_PKG_VERSION"))));
        headers.remove(AUTHORIZATION);
        if to_api {
            headers.entry(ACCEPT).or_insert(HeaderValue::from_static(JSON));
            headers.insert("x-github-api-version", HeaderValue::from_static(VERSION));
            headers.insert(AUTHORIZATION, self.authorization.clone());
        } else {
            // Storage servers answer 400 to headers they do not know.
            headers.remove("x-github-api-version");
            headers.remove(ACCEPT);
        }
        let answer = self.client.request(request);
        Box::pin(async move { Ok(answer.await?.map(|body| body.map_err(BoxError::from).boxed())) })
    }
}

/// Gives up connecting after a while.
#[derive(Clone)]
struct Timed<C>(C);

impl<C> Service<Uri> for Timed<C>
where
    C: Service<Uri, Error = BoxError>,
    C::Future: Send + 'static,
    C::Response: Send,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Pending<C::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connecting = self.0.call(to);
        Box::pin(async move {
            let given_up = |_| BoxError::from(format!("no connection within {} s", CONNECT.as_secs()));
            timeout(CONNECT, connecting).await.map_err(given_up)?
        })
    }
}

/// The connection below TLS: straight, or through the tunnel of a proxy.
#[derive(Clone)]
struct Route {
    straight: HttpConnector,
    to_proxy: HttpsConnector<HttpConnector>,
    proxies: Arc<Matcher>,
}

impl Route {
    fn new(network: &Network, tls: ClientConfig) -> Self {
        let mut straight = HttpConnector::new();
        straight.enforce_http(false);
        straight.set_nodelay(true);
        let to_proxy = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(straight.clone());
        let proxies = Matcher::builder()
            .https(network.proxy.clone().unwrap_or_default())
            .no(network.no_proxy.clone().unwrap_or_default())
            .build();
        Self { straight, to_proxy, proxies: Arc::new(proxies) }
    }
}

impl Service<Uri> for Route {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pending<Stream>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Some(proxy) = self.proxies.intercept(&to) else {
            let connecting = self.straight.call(to);
            return Box::pin(async move { Ok(MaybeHttpsStream::Http(connecting.await?)) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.to_proxy.clone());
        if let Some(password) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(password.clone());
        }
        let connecting = tunnel.call(to);
        Box::pin(async move { Ok(connecting.await?) })
    }
}

/// What the API sends where nothing else is asked for.
pub(crate) const JSON: &str = "application/vnd.github+json";
const VERSION: &str = "2022-11-28";
