//! The JSON documents of an input, one after another: a single one, JSON Lines, or values pasted behind each other.
//!
//! A document that breaks off does not take the others with it: what was read of it is kept, the place is reported, and reading
//! goes on at the next line that begins with a bracket.

use std::borrow::{Borrow, BorrowMut};
use std::ops::{Deref, DerefMut, Range};

use super::clean::is_trailing_comma;
use super::input::{Input, LISTED, Skipped};
use super::logs::{LineInput, Logs};
use super::proto_fields::KeyOrder;
use super::unpack::Trouble;
use super::{Error, ErrorKind, json_error};
use crate::error::{Position, WarningKind};
use crate::json::{JsonErrorKind, Lex, Lexer};
use crate::store::StoreBuilder;

/// An [`Input`] with what is around its spans: lines of logs, names before the lines, and why nothing could be read.
pub(crate) struct Reading<'a> {
    lines: LineInput<'a>,
    error: Option<Error>,
    /// It was told that the input ends too early.
    cut: bool,
    /// The order of keys in protobuf.
    pub(super) keys: KeyOrder,
    /// Documents without spans and lines: at most [`LISTED`], of which the last one goes on to the end of what follows it.
    unread: Vec<Range<usize>>,
    /// Documents of other formats, in order, which are passed over.
    others: Vec<Range<usize>>,
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

impl<'a> Deref for Reading<'a> {
    type Target = LineInput<'a>;

    fn deref(&self) -> &LineInput<'a> {
        &self.lines
    }
}

impl<'a> DerefMut for Reading<'a> {
    fn deref_mut(&mut self) -> &mut LineInput<'a> {
        &mut self.lines
    }
}

impl<'a> Borrow<Input<'a>> for Reading<'a> {
    fn borrow(&self) -> &Input<'a> {
        &self.input
    }
}

impl<'a> BorrowMut<Input<'a>> for Reading<'a> {
    fn borrow_mut(&mut self) -> &mut Input<'a> {
        &mut self.input
    }
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        builder: &'a mut StoreBuilder,
        logs: &'a mut Logs,
        number_and_base: (u32, u32),
        bytes: &'a [u8],
    ) -> Reading<'a> {
        Reading {
            lines: LineInput { input: Input::new(builder, number_and_base, bytes), logs },
            error: None,
            cut: false,
            keys: KeyOrder::default(),
            unread: Vec::new(),
            others: Vec::new(),
            commas: Commas::Stop,
        }
    }

    /// Documents without spans and lines.
    pub(super) fn take_unread(&mut self) -> Vec<Range<usize>> {
        std::mem::take(&mut self.unread)
    }

    /// Lets documents be for others to read.
    pub(super) fn pass_over(&mut self, others: impl Iterator<Item = Range<usize>>) {
        self.others = others.collect();
    }

    /// Notes a document of which nothing was read.
    #[cold]
    fn leave_unread(&mut self, document: Range<usize>) {
        let bytes = self.bytes;
        if self.unread.len() < LISTED {
            self.unread.push(document);
        } else if let Some(last) = self.unread.last_mut()
            && bytes[last.end..document.start].trim_ascii().is_empty()
        {
            last.end = document.end;
        }
    }

    /// Notes what was done and found before reading. It comes first, as there is a limit to what is listed.
    pub(super) fn begin(&mut self, notes: &[String], troubles: &[Trouble]) {
        notes.iter().for_each(|note| self.guess(note));
        let end = self.bytes.len();
        troubles.iter().for_each(|trouble| self.skip(trouble.kind, end, trouble.reason.clone()));
    }

    /// Whether reading stopped at a comma behind a last element.
    pub(super) fn stumbled_over_comma(&self) -> bool {
        self.commas == Commas::Stopped
    }

    /// Lets such commas be errors.
    pub(super) fn keep_commas(&mut self) {
        self.commas = Commas::Keep;
    }

    pub(super) fn into_parts(self) -> (Option<Error>, Vec<Skipped>, Vec<String>) {
        let (skipped, guesses) = self.lines.input.into_parts();
        (self.error, skipped, guesses)
    }

    /// Notes that a part was not read, and takes it for the reason if no span is found.
    #[cold]
    pub(super) fn broken(&mut self, kind: WarningKind, offset: usize, reason: String) {
        if self.error.is_none() {
            let position = Some(self.position(offset));
            let error = if kind == WarningKind::Truncated { ErrorKind::Truncated } else { ErrorKind::Syntax };
            self.error = Some(Error { kind: error, position, message: reason.clone() });
        }
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
        let position = Some(Position { input: self.number, offset: 0, line: 1, column: 1 });
        self.error.get_or_insert(Error { kind: ErrorKind::NoSpans, position, message });
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
        let first_span = self.builder.span_count();
        let mut others = std::mem::take(&mut self.others).into_iter().peekable();
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
            let mut end = at;
            while let Some(other) = others.next_if(|other| other.start <= at) {
                // What stands in one of them was passed over with it.
                end = if other.start == at { other.end } else { end };
            }
            if end > at {
                at = end;
                continue;
            }
            // Lines of a log may stand between the documents of any format.
            if let Some(next) = self.log_line(at) {
                at = next;
                continue;
            }
            let before = (self.skips(), self.builder.span_count(), self.logs.lines.count());
            let document = match begins_text(bytes, at) {
                true => Err(lexer.fail(JsonErrorKind::ExpectedValue, at)),
                false => read(self, &mut lexer),
            };
            match document {
                Ok(()) if !lexer.is_cut_off() => {
                    let (skips, spans, lines) = before;
                    // Some readers add no span before the end; they say what they leave out.
                    if (self.skips() > skips || spans > first_span)
                        && (self.builder.span_count(), self.logs.lines.count()) == (spans, lines)
                    {
                        self.leave_unread(at..lexer.offset());
                    }
                    at = lexer.offset();
                }
                _ => {
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
                    if self.skipped_count() < LISTED {
                        let described = json_error(self.position(error.offset), bytes, error);
                        self.skip(kind, place, described.to_string());
                        self.error.get_or_insert(described);
                    } else {
                        self.warn(kind, place, || format!("Expected {}.", error.kind.expected()));
                    }
                    recovering = true;
                    // The line that broke it may begin the next one.
                    let next = self.next_document(error.offset.max(at + 1) - 1);
                    if (self.builder.span_count(), self.logs.lines.count()) == (before.1, before.2) {
                        self.leave_unread(at..next.unwrap_or(bytes.len()));
                    }
                    match next {
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
}

/// Whether what stands here is no document but a line of text that begins as a value does, such as with a date.
fn begins_text(bytes: &[u8], at: usize) -> bool {
    let mut lexer = Lexer::new(bytes, at);
    if matches!(bytes.get(at), Some(b'{' | b'[')) || lexer.skip().is_err() {
        return false;
    }
    let behind = bytes[lexer.offset()..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b','));
    !matches!(behind, None | Some(b'\n' | b'\r' | b'{' | b'['))
}
