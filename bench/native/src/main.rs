//! What a service does with the headers of a request, in Spanscope and in OpenTelemetry's SDK: the context is extracted from
//! them and injected into those of the next request. Prints the times of each round in nanoseconds, as JSON.
//!
//! Both read the same headers and write into the same kind of place, in turns. What they write must be equal. The headers are
//! a list, as a server's parser leaves them, so that what is measured is not the hashing of a map.

use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use spanscope::context::{Format, extract, inject_with};
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

#[derive(Debug, Default, PartialEq)]
struct Headers(Vec<(String, String)>);

impl Extractor for Headers {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

impl Injector for Headers {
    fn set(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }
}

/// How many requests a round has, each with ids of its own.
const REQUESTS: usize = 64;

/// How often a round reads them all.
const PASSES: usize = 200;

/// Headers of a request that have nothing to do with its trace.
const OTHERS: [(&str, &str); 8] = [
    ("host", "shop.example"),
    ("user-agent", "okhttp/5.1.0"),
    ("accept", "application/json"),
    ("accept-encoding", "gzip, br"),
    ("content-type", "application/json"),
    ("content-length", "482"),
    ("authorization", "Bearer 0123456789abcdef"),
    ("x-request-id", "5d2f8f3e-58a2-4c55-9f2d-0c1d7c1b6a11"),
];

fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (rounds, unmeasured) = (arguments.next().unwrap_or(25), arguments.next().unwrap_or(5));
    let mut report = String::new();
    for (name, state) in [("parent", None), ("state", Some("vendor=t61rcWkgMzE,rojo=00f067aa0ba902b7,congo=1"))] {
        let [ours, theirs] = measure(&requests(state), rounds, unmeasured);
        let comma = if report.is_empty() { "" } else { "," };
        write!(report, "{comma}\"{name}\":{{\"spanscope\":{ours:?},\"otel\":{theirs:?}}}").expect("a string takes it");
    }
    println!("{{{report}}}");
}

/// Requests with a `traceparent`, and with a `tracestate` if there is one.
fn requests(state: Option<&str>) -> Vec<Headers> {
    // Ids that look random: a linear congruential generator's.
    let mut seed = 1_u64;
    let mut id = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed
    };
    let request = |_| {
        let parent = format!("00-{:016x}{:016x}-{:016x}-01", id(), id(), id());
        let own = [("traceparent", parent.as_str())].into_iter().chain(state.map(|state| ("tracestate", state)));
        Headers(OTHERS.into_iter().chain(own).map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    };
    (0..REQUESTS).map(request).collect()
}

/// Nanoseconds a request, Spanscope's and OpenTelemetry's, one figure a round.
fn measure(requests: &[Headers], rounds: usize, unmeasured: usize) -> [Vec<f64>; 2] {
    let propagator = TraceContextPropagator::new();
    let mut times = [Vec::new(), Vec::new()];
    for request in requests {
        let mut sent = with_otel(&propagator, request);
        // It also sends a trace state that is empty, which says nothing.
        sent.0.retain(|(_, value)| !value.is_empty());
        assert_eq!(with_spanscope(request), sent, "both send the same headers on");
    }
    for round in 0..rounds + unmeasured {
        for (contestant, times) in times.iter_mut().enumerate() {
            let start = Instant::now();
            for request in std::iter::repeat_n(requests, PASSES).flatten() {
                let request = black_box(request);
                black_box(if contestant == 0 { with_spanscope(request) } else { with_otel(&propagator, request) });
            }
            if round >= unmeasured {
                times.push(start.elapsed().as_nanos() as f64 / (PASSES * requests.len()) as f64);
            }
        }
    }
    times
}

fn with_spanscope(request: &Headers) -> Headers {
    let mut next = Headers::default();
    let headers = request.0.iter().map(|(name, value)| (name, value));
    if let Some(context) = extract(headers, &[Format::W3c]).context {
        inject_with(&context, &[Format::W3c], |name, value| next.set(name, value.to_owned()));
    }
    next
}

fn with_otel(propagator: &TraceContextPropagator, request: &Headers) -> Headers {
    let mut next = Headers::default();
    propagator.inject_context(&propagator.extract(request), &mut next);
    next
}
