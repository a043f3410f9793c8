//! What a span says of its error, and what that tells of the kind of failure: ran out of time, given up on, nobody there, refused.
//!
//! Types and messages are free text, so their words decide; then the codes.

use super::errors::{grpc_code, grpc_name, http_code, tells_of_error};
use super::semantics::{Field, Semantics};
use super::words::shortened;
use crate::store::Span;

/// What an error's name tells of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    Timeout,
    Cancelled,
    Refused,
    Invalid,
    Gateway,
    Other,
}

/// Words of names and messages; the first that is found counts.
const WORDS: &[(Nature, &[&str])] = &[
    (
        Nature::Timeout,
        &["timeout", "timed out", "timedout", "timed_out", "time out", "deadline", "etimedout", "time limit"],
    ),
    (
        Nature::Cancelled,
        &["cancel", "aborterror", "client closed", "client disconnected", "econnaborted", "request aborted"],
    ),
    (
        Nature::Refused,
        &[
            "refused",
            "connectexception",
            "enotfound",
            "no such host",
            "unknownhost",
            "name or service not known",
            "no route to host",
            "ehostunreach",
            "enetunreach",
            "unreachable",
            "circuit",
            "no healthy upstream",
        ],
    ),
    (Nature::Invalid, &["validation", "invalid_argument", "invalid argument", "bad request", "badrequest"]),
    (Nature::Gateway, &["bad gateway", "badgateway", "upstream"]),
];

fn nature_of_text(text: &str) -> Nature {
    let text = text.to_ascii_lowercase();
    let found = WORDS.iter().find(|(_, words)| words.iter().any(|word| text.contains(word)));
    found.map_or(Nature::Other, |(nature, _)| *nature)
}

fn nature_of_http(code: i64) -> Nature {
    match code {
        408 | 504 => Nature::Timeout,
        499 => Nature::Cancelled,
        429 => Nature::Other,
        400..=498 => Nature::Invalid,
        502 | 503 => Nature::Gateway,
        _ => Nature::Other,
    }
}

fn nature_of_grpc(code: u8) -> Nature {
    match code {
        1 => Nature::Cancelled,
        4 => Nature::Timeout,
        3 | 5 | 6 | 7 | 9 | 11 | 16 => Nature::Invalid,
        _ => Nature::Other,
    }
}

/// What a span says of its error.
pub(super) struct Told {
    pub(super) nature: Nature,
    pub(super) text: String,
}

/// Type, exception, message and codes in this order: the first that tells the kind, else the first of all.
pub(super) fn told<'a>(semantics: &Semantics<'a>, span: &Span<'a>) -> Told {
    let mut first: Option<String> = None;
    let http = http_code(semantics, span);
    let mut texts = Vec::new();
    // An error type that is the response code says no more than the code.
    texts.extend(
        semantics
            .text(span, Field::ErrorType)
            .filter(|text| text != "_OTHER" && http.is_none_or(|code| *text != code.to_string())),
    );
    for event in span.events().filter(|event| tells_of_error(&event.name())) {
        for key in ["exception.type", "exception.message", "error.kind", "message"] {
            texts.extend(event.attributes().find(|(name, _)| *name == key).map(|(_, value)| value.to_string()));
        }
    }
    texts.extend(semantics.text(span, Field::ExceptionType));
    texts.push(span.status_message());
    texts.extend(semantics.text(span, Field::ExceptionMessage));
    for text in texts {
        let nature = nature_of_text(&text);
        let text = shortened(&text, "").trim_end_matches('.').to_owned();
        if nature != Nature::Other {
            return Told { nature, text };
        }
        first = first.or(Some(text).filter(|text| !text.is_empty()));
    }
    if let Some(code) = grpc_code(semantics, span).filter(|code| *code != 0) {
        let nature = nature_of_grpc(code);
        return Told { nature, text: first.unwrap_or_else(|| grpc_name(code).to_owned()) };
    }
    if let Some(code) = http.filter(|code| *code >= 400) {
        let nature = nature_of_http(code);
        return Told { nature, text: first.unwrap_or_else(|| format!("HTTP {code}")) };
    }
    Told { nature: Nature::Other, text: first.unwrap_or_default() }
}
