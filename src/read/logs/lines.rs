//! The lines of an input, one after another.

use super::state::LineInput;
use super::tally::Tally;
use super::{json, text};
use crate::error::WarningKind;
use crate::json::{JsonErrorKind, Lexer};

/// Reads all lines of an input.
// Not within what is compiled for size.
#[inline(never)]
pub fn read(reading: &mut LineInput<'_>, tally: &mut Tally) {
    let bytes = reading.bytes;
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    while at < bytes.len() {
        if matches!(bytes[at], b'\n' | b'\r') {
            at += 1;
            continue;
        }
        let mut lexer = Lexer::new(bytes, at);
        lexer.skip_whitespace();
        let value = lexer.offset();
        if begins_json(bytes, value) {
            let mut any = false;
            let read = json::document(reading, &mut lexer, 0, &mut |taken, at| {
                any = true;
                tally.count(taken, at);
            });
            if read.is_ok() {
                at = lexer.offset();
                // What stands behind a document on its line ends it.
                while matches!(bytes.get(at), Some(b' ' | b'\t' | b',' | b'\r')) {
                    at += 1;
                }
                continue;
            }
            if lexer.error().kind == JsonErrorKind::UnexpectedEnd && !bytes[value..].contains(&b'\n') {
                let reason = "Expected more JSON, found the end of the input in the last line.";
                reading.skip(WarningKind::Truncated, value, reason.to_owned());
                return;
            }
        }
        let (taken, next) = text::take(reading, at);
        tally.count(taken, at);
        at = next;
    }
}

/// An object, or a list of objects: other brackets begin text lines.
pub fn begins_json(bytes: &[u8], at: usize) -> bool {
    let mut rest = bytes[at..].iter().filter(|b| !b.is_ascii_whitespace());
    match (rest.next(), rest.next()) {
        (Some(b'{'), next) => matches!(next, Some(b'"' | b'}')),
        (Some(b'['), next) => matches!(next, Some(b'{' | b'[')),
        _ => false,
    }
}
