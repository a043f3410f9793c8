//! What a line of text looks like, for a glance at an input.

use super::fields::Field;
use super::level::Level;
use crate::read::instant::Dates;
use spanscope_hot::read::logs::dates::find_date;
use spanscope_hot::read::logs::pieces::{PieceKind, Pieces};
use spanscope_hot::read::logs::scan::{XRAY, is_xray, jaeger_context};
use spanscope_hot::read::logs::text::{COLLECTOR, RECORD, is_trace, line_end};

/// Whether a text line looks like one of a log, and whether it names a trace: for a glance at an input.
pub(super) fn looks(text: &str) -> (bool, bool) {
    let bytes = text.as_bytes();
    if bytes.starts_with(RECORD) || bytes.starts_with(COLLECTOR) {
        return (true, true);
    }
    let dated = find_date(bytes, &mut Dates::default()).is_some();
    if !dated && is_id_alone(bytes) {
        return (true, true);
    }
    let (mut trace, mut pairs, mut grouped, mut level) = (false, 0, false, false);
    let names_trace = |key: &str, value: &[u8]| {
        matches!(Field::of(key), Field::Trace | Field::DecimalTrace | Field::Traceparent | Field::Xray)
            && value.len() > 8
    };
    for (number, piece) in (Pieces { text: bytes, at: 0 }).take(64).enumerate() {
        match piece.kind {
            PieceKind::Pair(equals) => {
                pairs += 1;
                let key = text.get(piece.start..equals).unwrap_or_default();
                let key = key.trim_start_matches(['[', '(', '{']);
                let value = bytes.get(equals + 1..piece.end).unwrap_or_default();
                trace |= names_trace(key, value);
                level |= Field::of(key) == Field::Level;
            }
            PieceKind::Group => {
                let inner = text.get(piece.start + 1..piece.end.saturating_sub(1)).unwrap_or_default();
                trace |= inner.split(['=', ',', '-', '/', ' ', '"']).any(is_trace);
                let mut parts = inner.split([' ', ',']).filter_map(|part| part.split_once('='));
                let named = parts.any(|(key, value)| names_trace(key, value.as_bytes()));
                trace |= named;
                grouped |= named || Level::of(inner.as_bytes()).is_some();
            }
            _ => {
                let word = &bytes[piece.start..piece.end];
                // A colon ends a level, whatever follows it.
                let word = word.split(|byte| *byte == b':').next().unwrap_or(word);
                level |= number < 8 && word.iter().any(u8::is_ascii_uppercase) && Level::of(word).is_some();
                let text = text.get(piece.start..piece.end).unwrap_or_default();
                let id = |part: &str| part.len() == 32 && part.bytes().all(|b| b.is_ascii_hexdigit());
                trace |= text.split(|c: char| !c.is_ascii_alphanumeric()).any(id);
            }
        }
    }
    // The members of an object at the end, and names with quoted values behind a colon.
    let (mut key, mut before) = ("", "");
    for part in text.split('"') {
        if let Some(name) = before.strip_suffix(':') {
            let name = name.rsplit(' ').next().filter(|name| !name.is_empty()).unwrap_or(key);
            trace |= names_trace(name, part.as_bytes());
        }
        (key, before) = (before, part);
    }
    trace |= !trace && bytes.windows(XRAY).any(is_xray);
    let reported = !trace && jaeger_context(bytes).is_some();
    trace |= reported;
    let named = reported || trace && (pairs > 1 || grouped || level || bytes.trim_ascii_end().ends_with(b"}"));
    (dated || level && pairs == 0 || level && pairs > 2 || named, trace)
}

/// Whether a line is the trace id of the line before, as pino-pretty prints it, `    trace_id: "4bf9…"`, and AWS Lambda.
fn is_id_alone(text: &[u8]) -> bool {
    if text.starts_with(b"XRAY TraceId: ") {
        return true;
    }
    let text = text.strip_prefix(b"    ").and_then(|text| std::str::from_utf8(text).ok());
    let Some((name, value)) = text.and_then(|text| text.split_once(": \"")) else { return false };
    value.trim_end().strip_suffix('"').is_some_and(is_trace) && Field::of(name) == Field::Trace
}

/// Whether a line begins here that names a trace and is one of a log.
pub(super) fn names_a_trace(bytes: &[u8], start: usize) -> bool {
    /// Ids stand in the first part of a line.
    const GLANCE: usize = 4096;
    // Once a line, however many values stand on it.
    let before = bytes[..start].iter().rev().take(64).find(|b| !matches!(b, b' ' | b'\t'));
    if before.is_some_and(|byte| *byte != b'\n') {
        return false;
    }
    if bytes[start..].starts_with(RECORD) {
        return bytes[start..].starts_with(b"LogRecord.Timestamp:");
    }
    let head = &bytes[..bytes.len().min(start + GLANCE)];
    let (end, _) = line_end(head, start);
    let text = match std::str::from_utf8(&head[start..end]) {
        Ok(text) => text,
        // The glance may end inside a character.
        Err(error) => std::str::from_utf8(&head[start..start + error.valid_up_to()]).unwrap_or_default(),
    };
    looks(text) == (true, true)
}
