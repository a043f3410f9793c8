//! The JSON documents of an input, one after another: a single one, JSON Lines, or values pasted behind each other.
//!
//! A document that breaks off does not take the others with it: what was read of it is kept, the place is reported, and reading
//! goes on at the next line that begins with a bracket.

use super::clean::{LinePrefixes, is_trailing_comma};
use super::logs::Logs;
use super::proto_fields::KeyOrder;
use super::unpack::Trouble;
use super::{Error, ErrorKind, Skipped, found_at, json_error};
use crate::error::{Position, WarningKind};
use crate::json::{JsonErrorKind, Kind, Lex, Lexer, Text, decode_string};
use crate::simd;
use crate::store::{NO_TIME, StoreBuilder};
use crate::strings::StringId;

/// Places of skipped parts that are listed; beyond that they are only counted.
const LISTED: usize = 100;

/// An input that is being read.
pub(crate) struct Reading<'a> {
    pub(crate) builder: &'a mut StoreBuilder,
    pub(crate) bytes: &'a [u8],
    /// Lines of logs, of all inputs so far.
    pub(super) logs: &'a mut Logs,
    pub(super) input: u32,
    base: u32,
    error: Option<Error>,
    skipped: Vec<Skipped>,
    guesses: Vec<String>,
    /// It was told that the input ends too early.
    cut: bool,
    /// The order of keys in protobuf.
    pub(super) keys: KeyOrder,
    /// Names before the lines.
    prefixes: &'a LinePrefixes,
    /// Whether to stop at a comma behind a last element, and whether that happened.
    commas: Commas,
}

/// What to do with a comma behind a last element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Commas {
    /// Stop: they will be taken away.
    Stop,
    Stopped,
    /// Report it, as anything else that is no JSON.
    Keep,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        builder: &'a mut StoreBuilder,
        logs: &'a mut Logs,
        (input, base): (u32, u32),
        bytes: &'a [u8],
        prefixes: &'a LinePrefixes,
    ) -> Reading<'a> {
        Reading {
            builder,
            logs,
            bytes,
            input,
            base,
            error: None,
            skipped: Vec::new(),
            guesses: Vec::new(),
            cut: false,
            keys: KeyOrder::default(),
            prefixes,
            commas: Commas::Stop,
        }
    }

    /// Notes what was done and found before reading. It comes first, as there is a limit to what is listed.
    pub(super) fn begin(&mut self, notes: &[String], troubles: &[Trouble]) {
        notes.iter().for_each(|note| self.guess(note));
        troubles.iter().for_each(|trouble| self.skip(trouble.kind, self.bytes.len(), trouble.reason.clone()));
    }

    /// Whether reading stopped at a comma behind a last element.
    pub(super) fn stumbled_over_comma(&self) -> bool {
        self.commas == Commas::Stopped
    }

    /// Lets such commas be errors.
    pub(super) fn keep_commas(&mut self) {
        self.commas = Commas::Keep;
    }

    /// The name that stood before the line with this byte: of a container, a pod or a file.
    pub(super) fn line_prefix(&self, offset: usize) -> Option<&'a str> {
        self.prefixes.name_at(offset)
    }

    pub(super) fn into_parts(self) -> (Option<Error>, Vec<Skipped>, Vec<String>) {
        (self.error, self.skipped, self.guesses)
    }

    /// The store's address of a byte of this input.
    #[inline(always)]
    pub(crate) fn address(&self, offset: usize) -> u32 {
        self.base + offset as u32
    }

    /// Notes something about a place of the input.
    #[cold]
    pub(crate) fn warn(&mut self, kind: WarningKind, offset: usize, message: impl FnOnce() -> String) {
        let address = self.address(offset);
        self.builder.warn(kind, Some(address), message);
    }

    /// Notes that a part was not read.
    #[cold]
    pub(crate) fn skip(&mut self, kind: WarningKind, offset: usize, reason: String) {
        self.warn(kind, offset, || reason.clone());
        if self.skipped.len() < LISTED {
            self.skipped.push(Skipped { position: Position::locate(self.input, self.bytes, offset), reason });
        }
    }

    /// Notes that a part was not read, and takes it for the reason if no span is found.
    #[cold]
    pub(super) fn broken(&mut self, kind: WarningKind, offset: usize, reason: String) {
        self.error.get_or_insert_with(|| Error {
            kind: if kind == WarningKind::Truncated { ErrorKind::Truncated } else { ErrorKind::Syntax },
            position: Some(Position::locate(self.input, self.bytes, offset)),
            message: reason.clone(),
        });
        self.skip(kind, offset, reason);
    }

    /// The same for what can be the case but once in an input.
    #[cold]
    pub(super) fn broken_once(&mut self, kind: WarningKind, offset: usize, reason: String) {
        if !self.cut {
            self.cut = true;
            self.broken(kind, offset, reason);
        }
    }

    /// Takes this for the reason if no span is found and nothing is broken.
    pub(super) fn holds_none(&mut self, message: String) {
        let position = Some(Position { input: self.input, offset: 0, line: 1, column: 1 });
        self.error.get_or_insert(Error { kind: ErrorKind::NoSpans, position, message });
    }

    /// Notes an assumption, once.
    pub(crate) fn guess(&mut self, sentence: &str) {
        if !self.guesses.iter().any(|known| known == sentence) {
            self.guesses.push(sentence.to_owned());
        }
    }

    /// Reads all documents with `read`.
    pub(crate) fn documents(&mut self, mut read: impl FnMut(&mut Reading<'a>, &mut Lexer<'a>) -> Lex<()>) {
        self.documents_with(&mut read);
    }

    /// One copy for all formats: the pointer is followed once a document.
    #[inline(never)]
    fn documents_with(&mut self, read: &mut dyn FnMut(&mut Reading<'a>, &mut Lexer<'a>) -> Lex<()>) {
        let bytes = self.bytes;
        let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let mut recovering = false;
        loop {
            let mut lexer = Lexer::new(bytes, at);
            lexer.skip_whitespace();
            at = lexer.offset();
            if recovering && matches!(bytes.get(at), Some(b',' | b']' | b'}')) {
                at += 1; // What closes the broken document, or stands between its elements.
                continue;
            }
            if at >= bytes.len() {
                return;
            }
            // Lines of a log may stand between the documents of any format.
            if let Some(next) = self.log_line(at) {
                at = next;
                continue;
            }
            match read(self, &mut lexer) {
                Ok(()) => at = lexer.offset(),
                Err(_) => {
                    self.builder.forget_span_warnings();
                    let error = lexer.error();
                    if self.commas == Commas::Stop && is_trailing_comma(bytes, error.offset) {
                        self.commas = Commas::Stopped;
                        return;
                    }
                    let kind = match error.kind {
                        JsonErrorKind::UnexpectedEnd => WarningKind::Truncated,
                        _ => WarningKind::Skipped,
                    };
                    let place = error.offset.min(bytes.len().saturating_sub(1));
                    // To find line and column of each of a million broken documents would take a million passes.
                    if self.skipped.len() < LISTED {
                        let described = json_error(self.input, bytes, error);
                        self.skip(kind, place, described.to_string());
                        self.error.get_or_insert(described);
                    } else {
                        self.warn(kind, place, || format!("Expected {}.", error.kind.expected()));
                    }
                    recovering = true;
                    match self.next_document(error.offset.max(at + 1)) {
                        Some(next) => at = next,
                        None => return,
                    }
                }
            }
        }
    }

    /// The next line at or after `from` that begins with a bracket, or is one of a log.
    fn next_document(&self, from: usize) -> Option<usize> {
        let bytes = self.bytes;
        let mut at = from.min(bytes.len());
        loop {
            at += bytes[at..].iter().position(|b| *b == b'\n')? + 1;
            if matches!(bytes.get(at), Some(b'{' | b'[')) || self.is_log_line(at) {
                return Some(at);
            }
        }
    }

    /// A string value, or nothing for `null`; a value of another type is reported and skipped.
    #[inline(never)]
    pub(crate) fn text(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<Option<Text>> {
        if lexer.peek()? == Kind::String {
            return lexer.string().map(Some);
        }
        self.not_expected(lexer, field, "a string")?;
        Ok(None)
    }

    /// Skips a value whose type is not the field's: `null` silently, anything else with a warning.
    #[cold]
    pub(crate) fn not_expected(&mut self, lexer: &mut Lexer<'a>, field: &str, expected: &str) -> Lex<()> {
        let null = lexer.peek()? == Kind::Null;
        let range = lexer.skip()?;
        if !null {
            let found = found_at(self.bytes, range.start);
            self.warn(WarningKind::WrongType, range.start, || {
                format!("Expected {expected} as {field}, found {found}.")
            });
        }
        Ok(())
    }

    /// Interns a string's content.
    #[inline(always)]
    pub(crate) fn intern(&mut self, text: Text) -> StringId {
        let content = text.bytes(self.bytes);
        if text.escaped { self.builder.intern(&decode_string(content)) } else { self.builder.intern_bytes(content) }
    }

    /// An unsigned number, quoted or not; what is none is reported as `kind`.
    #[inline]
    pub(crate) fn unsigned(&mut self, lexer: &mut Lexer<'a>, field: &str, kind: WarningKind) -> Lex<Option<u64>> {
        let (start, end) = match lexer.peek()? {
            Kind::String => {
                let text = lexer.string()?;
                (text.start, text.end)
            }
            Kind::Number => {
                let number = lexer.number()?;
                (number.start, number.end)
            }
            _ => {
                self.not_expected(lexer, field, "a number")?;
                return Ok(None);
            }
        };
        let digits = &self.bytes[start as usize..end as usize];
        if let Some(value) = parse_unsigned(digits) {
            return Ok(Some(value));
        }
        if !digits.is_empty() {
            let found = String::from_utf8_lossy(&digits[..digits.len().min(40)]).into_owned();
            self.builder.warn_span(kind, &format!("Expected a number from 0 to 2^64-1 as {field}, found {found}."));
        }
        Ok(None)
    }

    /// A time in nanoseconds since the epoch, `NO_TIME` for 0, nothing or what is no time.
    #[inline]
    pub(crate) fn time_ns(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<u64> {
        if let Some(digits) = lexer.quoted::<19>()
            && let Some(time) = simd::decimal19(digits)
            && time != 0
        {
            lexer.accept_quoted::<19>();
            return Ok(time);
        }
        Ok(match self.unsigned(lexer, field, WarningKind::BadTime)? {
            Some(0) | None => NO_TIME,
            Some(time) => time,
        })
    }
}

/// Decimal digits, or a number with a fraction or exponent that is not negative and below 2^64.
#[inline]
pub(crate) fn parse_unsigned(text: &[u8]) -> Option<u64> {
    if (1..=19).contains(&text.len()) {
        let mut value = 0_u64;
        for &digit in text {
            let digit = digit.wrapping_sub(b'0');
            if digit > 9 {
                return parse_unsigned_slow(text);
            }
            value = value * 10 + u64::from(digit);
        }
        return Some(value);
    }
    parse_unsigned_slow(text)
}

#[cold]
fn parse_unsigned_slow(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    if !text.contains(['.', 'e', 'E']) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    (0.0..18_446_744_073_709_551_616.0).contains(&value).then_some(value as u64)
}
