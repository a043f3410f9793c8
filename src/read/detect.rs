//! What an input looks like: a glance at its beginning.

use std::sync::Arc;

use super::{Error, ErrorKind, FORMATS, Format, clean, generic, json_error, logs, unpack};
use crate::context;
use crate::error::Position;
use crate::json::{JsonErrorKind, Kind, Lex, Lexer, Stop, decode_string};

/// How much of an input is looked at first.
const GLANCE: usize = 64 * 1024;
/// How much of one that has to be made readable before is looked at when that told nothing.
const FAR: usize = 64 * GLANCE;
/// Documents that are looked at one by one.
const FIRST: usize = 8;
/// Elements of a list and members of an object that are looked at where they are many.
const MOST: usize = 100;
/// Different keys that are remembered.
const MAX_KEYS: usize = 400;

/// A format that an input looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The format.
    pub format: &'static Format,
    /// A clause that says why, such as "it has resourceSpans".
    pub why: &'static str,
}

/// What kind of text was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputKind {
    /// Trace-context headers.
    Headers,
    /// Spans.
    Traces,
    /// Lines of a log that name traces.
    Logs,
    /// Neither.
    Unknown,
}

impl InputKind {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            InputKind::Headers => "headers",
            InputKind::Traces => "traces",
            InputKind::Logs => "logs",
            InputKind::Unknown => "unknown",
        }
    }
}

/// The answer of [`detect`].
#[derive(Clone, Debug)]
pub struct Detection {
    /// What kind of text it is.
    pub kind: InputKind,
    /// Formats of traces that it looks like, the one it would be read as first.
    pub candidates: Vec<Candidate>,
}

/// Looks at the beginning of `bytes`; reads nothing.
pub fn detect(bytes: &[u8]) -> Detection {
    let mut is_one_line = true;
    let mut candidates = glanced(bytes, GLANCE, &mut is_one_line);
    if candidates.is_empty() {
        candidates = glanced(bytes, FAR, &mut is_one_line);
    }
    let kind = if let Some(first) = candidates.first() {
        match logs::is_log(first.format) {
            // A header that was copied with the line that it stands in is a header.
            true if is_one_line && holds_headers(bytes) => InputKind::Headers,
            true => InputKind::Logs,
            false => InputKind::Traces,
        }
    } else if holds_headers(bytes) {
        InputKind::Headers
    } else {
        InputKind::Unknown
    };
    Detection { kind, candidates }
}

/// What so much of an input looks like, unpacked and made readable, and whether that is one line.
fn glanced(bytes: &[u8], reach: usize, is_one_line: &mut bool) -> Vec<Candidate> {
    let packed = unpack::glance(bytes, reach);
    if packed.is_empty() {
        return cleaned_formats_of(bytes, reach, is_one_line);
    }
    let mut parts = packed.iter().map(|part| cleaned_formats_of(part, reach, is_one_line));
    parts.find(|candidates| !candidates.is_empty()).unwrap_or_default()
}

/// Headers are looked for in short texts only: a page of them at most is pasted.
fn holds_headers(bytes: &[u8]) -> bool {
    bytes.len() <= GLANCE && !context::explain(&String::from_utf8_lossy(bytes)).is_empty()
}

/// The same for a text with something around it.
fn cleaned_formats_of(bytes: &[u8], reach: usize, is_one_line: &mut bool) -> Vec<Candidate> {
    if reach > GLANCE && bytes.len() <= GLANCE {
        return Vec::new(); // All of it was seen.
    }
    let mut head = Arc::new(bytes[..bytes.len().min(reach)].to_vec());
    let mut notes = Vec::new();
    clean::clean(&mut head, &mut notes, &mut Vec::new());
    *is_one_line = !head.trim_ascii().contains(&b'\n');
    // Such documents are read as a whole only.
    if let Some(json) = Some(bytes).filter(|bytes| bytes.len() > GLANCE).and_then(clean::notated) {
        return formats_of(&json);
    }
    let candidates = formats_of_cleaned(if notes.is_empty() { bytes } else { &head });
    // As for reading, spans of any program are less than a format that something stands around.
    let mut inside = if is_any(&candidates) { clean::values_inside(&head) } else { Vec::new() }.into_iter();
    let found = inside.find_map(|range| {
        let found = told_by(&Shape::of(&head[range]), candidates.is_empty());
        found.first().is_some_and(|first| candidates.is_empty() || is_of_spans(first.format)).then_some(found)
    });
    found.unwrap_or(candidates)
}

/// Whether a format is one of spans that has a name: no lines of a log, and not the one that takes what no other does.
pub(super) fn is_of_spans(format: &Format) -> bool {
    !logs::is_log(format) && *format != generic::FORMAT
}

/// Whether no format is told, or only the one that takes anything.
fn is_any(candidates: &[Candidate]) -> bool {
    candidates.first().is_none_or(|first| *first.format == generic::FORMAT)
}

/// What an input looks like after it was cleaned. A table of spans was left as it is, and tells its format as objects.
pub(super) fn formats_of_cleaned(bytes: &[u8]) -> Vec<Candidate> {
    clean::first_objects(bytes).map_or_else(|| formats_of(bytes), |objects| formats_of(&objects))
}

/// What an input looks like. Where its beginning tells nothing, or something long stands there, it is looked at further behind: only what is told by
/// nothing else pays for that.
pub(super) fn formats_of(bytes: &[u8]) -> Vec<Candidate> {
    let shape = Shape::of(bytes);
    let mut found = told_by(&shape, true);
    if bytes.len() <= GLANCE || !(shape.is_stuck || is_any(&found) && (found.is_empty() || shape.is_cut)) {
        return found;
    }
    if shape.begins_as_json {
        let reach = if found.is_empty() { bytes.len() } else { FAR };
        let far = Shape::of_long(&bytes[..bytes.len().min(reach)]);
        let far = told_by(&far, found.is_empty());
        found = if far.is_empty() { found } else { far };
    }
    // Inside of a document nothing is looked for. Windows overlap: what tells a format may be several lines, of which no format looks at many. Far behind
    // they stand apart, the farther the more: what is told by nothing shall not take longer to refuse than a trace of its size to read.
    let (step, reach) = if shape.begins_as_json { (GLANCE / 4 * 3, GLANCE) } else { (GLANCE / 16, GLANCE / 8) };
    let mut at = if shape.lines().next().is_some() { step } else { bytes.len() };
    while let Some(line) = bytes[at..].iter().position(|byte| *byte == b'\n').filter(|_| found.is_empty()) {
        at += line + 1;
        if !shape.begins_as_json || matches!(bytes.get(at), Some(b'{' | b'[')) {
            found = told_by(&Shape::of(&bytes[at..bytes.len().min(at + reach)]), true);
            at = bytes.len().min(at + step.max(at / 16));
        }
    }
    found
}

/// The formats that a shape tells. What takes anything that looks like spans is there for what nothing else takes; it is asked last, as it asks much, and
/// only where it may be the answer.
#[inline(never)]
fn told_by(shape: &Shape<'_>, any: bool) -> Vec<Candidate> {
    let named = FORMATS.iter().filter(|format| **format != generic::FORMAT);
    let found = |format: &'static Format| Some(Candidate { format, why: (format.detect)(shape)? });
    let mut candidates: Vec<Candidate> = named.filter_map(found).collect();
    // Of several formats behind each other the first one's is the input's, which may not be seen in all of it together. Lines of logs stand before
    // spans of any format.
    let spans = |document: Shape<'_>| {
        let found = |format: &'static Format| Some(Candidate { format, why: (format.detect)(&document)? });
        let together = candidates.iter().map(|candidate| candidate.format);
        let others = if (logs::FORMAT.detect)(&document).is_none() { FORMATS } else { &[] };
        together.chain(others).filter(|format| is_of_spans(format)).find_map(found)
    };
    if let Some(first) = shape.documents().take(FIRST).find_map(spans) {
        candidates.retain(|candidate| candidate.format != first.format);
        candidates.insert(0, first);
    }
    // Rows of spans may have messages and levels as lines of a log have.
    if candidates.iter().any(|candidate| *candidate.format == logs::FORMAT) && generic::tells_spans(shape) {
        candidates.retain(|candidate| *candidate.format != logs::FORMAT);
    }
    if any && candidates.is_empty() {
        candidates.extend(found(&generic::FORMAT));
    }
    candidates
}

/// The beginning of an input; of JSON also the keys of the first documents: each with the key it stands under and the kind of its first
/// value.
#[derive(Debug)]
pub(crate) struct Shape<'a> {
    head: &'a [u8],
    keys: Vec<Key>,
    /// The key that is likely next: objects of a list have their keys in one order.
    next: usize,
    begins_as_json: bool,
    /// Whether the glance ends inside the first document, behind some of its keys.
    is_cut: bool,
    /// Whether it ends inside of something long that has no keys.
    is_stuck: bool,
    /// Where the last key ends.
    last_key: usize,
    /// How many elements of a list are looked at, and members of an object.
    most: usize,
}

#[derive(Debug)]
struct Key {
    /// Key of the object or list that it stands in; "" for the documents themselves, and in a list of them.
    under: String,
    name: String,
    kind: Kind,
}

impl<'a> Shape<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Shape<'a> {
        let head = &bytes[..bytes.len().min(GLANCE)];
        let start = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let mut shape = Shape::new(&head[start..]);
        let mut lexer = Lexer::new(head, start);
        lexer.skip_whitespace();
        shape.begins_as_json = matches!(head.get(lexer.offset()), Some(b'{' | b'['));
        if !shape.begins_as_json {
            return shape;
        }
        // The glance may end inside a value, and a document may be broken: what was seen until then counts.
        let mut is_first = true;
        while !lexer.at_end() && shape.keys.len() < MAX_KEYS {
            if shape.collect(&mut lexer, "").is_err() {
                let ends = lexer.error().kind == JsonErrorKind::UnexpectedEnd;
                shape.is_cut = is_first && shape.is_json() && ends;
                shape.is_stuck = ends && head.len() - shape.last_key > GLANCE / 4;
                break;
            }
            is_first = false;
        }
        shape
    }

    /// The same of documents that have something long before the keys that tell what they are: of lists and objects the first elements and members.
    #[inline(never)]
    fn of_long(bytes: &'a [u8]) -> Shape<'a> {
        let head = &bytes[..bytes.len().min(GLANCE)];
        // What is cut has no documents to be looked at one by one.
        let mut shape = Shape::new(head);
        (shape.most, shape.is_cut) = (MOST, true);
        let mut lexer = Lexer::new(bytes, 0);
        for _ in 0..FIRST {
            if lexer.at_end() || shape.collect(&mut lexer, "").is_err() {
                break;
            }
        }
        shape
    }

    fn new(head: &'a [u8]) -> Shape<'a> {
        Shape {
            head,
            keys: Vec::new(),
            next: 0,
            begins_as_json: false,
            is_cut: false,
            is_stuck: false,
            last_key: 0,
            most: usize::MAX,
        }
    }

    /// The same of each whole document at the beginning; text may stand in lines between them.
    fn documents(&self) -> impl Iterator<Item = Shape<'a>> + use<'a> {
        let head = if self.is_cut { &[] } else { self.head };
        let mut lexer = Lexer::new(head, 0);
        std::iter::from_fn(move || {
            while !lexer.at_end() {
                let mut document = Shape::new(head);
                let whole = document.collect(&mut lexer, "").is_ok();
                match document.is_json() {
                    true if whole => return Some(document),
                    false if whole => continue,
                    // One that the glance ends in is no line of text.
                    true if lexer.error().kind == JsonErrorKind::UnexpectedEnd => return None,
                    _ => {}
                }
                let mut next = lexer.offset();
                loop {
                    next += head.get(next..)?.iter().position(|byte| *byte == b'\n')? + 1;
                    if matches!(head.get(next), Some(b'{' | b'[')) {
                        break;
                    }
                }
                lexer = Lexer::new(head, next);
            }
            None
        })
    }

    /// The first bytes, 64 KB at most, without a byte order mark.
    pub(crate) fn head(&self) -> &'a [u8] {
        self.head
    }

    /// The first lines of a text; the last one may be cut off. Nothing of what is not UTF-8.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &'a str> {
        // The glance may end inside a character.
        let text = match std::str::from_utf8(self.head) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&self.head[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => "",
        };
        text.lines()
    }

    /// Whether this is JSON with keys.
    pub(crate) fn is_json(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The keys: each with the one that it stands under, and the kind of its first value.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, &str, Kind)> {
        self.keys.iter().map(|key| (key.under.as_str(), key.name.as_str(), key.kind))
    }

    /// Notes the keys of the next value. Recursion is bounded by the lexer's limit of nesting.
    fn collect(&mut self, lexer: &mut Lexer<'_>, under: &str) -> Lex<()> {
        match lexer.peek()? {
            Kind::Array => {
                let mut first = lexer.begin_array()?;
                let mut count = 0;
                while lexer.element(&mut first)? {
                    count += 1;
                    if count > self.most {
                        lexer.skip()?;
                    } else {
                        self.collect(lexer, under)?;
                    }
                }
            }
            Kind::Object => {
                let mut cursor = lexer.begin_object()?;
                let mut count = 0;
                while let Some(name) = lexer.any_member(&mut cursor)? {
                    count += 1;
                    if count > self.most {
                        lexer.skip()?;
                        continue;
                    }
                    let name = decode_string(name.bytes(lexer.input()));
                    self.last_key = lexer.offset();
                    let kind = lexer.peek()?;
                    let is_it = |key: &Key| key.name == name && key.under == under;
                    let known = match self.keys.get(self.next) {
                        Some(key) if is_it(key) => Some(self.next),
                        _ => self.keys.iter().position(is_it),
                    };
                    self.next = known.unwrap_or(self.keys.len()) + 1;
                    match known {
                        Some(known) if self.keys[known].kind == Kind::Null => self.keys[known].kind = kind,
                        Some(_) => {}
                        None if self.keys.len() >= MAX_KEYS => return Err(Stop),
                        None => {
                            let (under, name) = (under.to_owned(), name.clone().into_owned());
                            self.keys.push(Key { under, name, kind });
                        }
                    }
                    self.collect(lexer, &name)?;
                }
            }
            _ => {
                lexer.skip()?;
            }
        }
        Ok(())
    }

    /// Whether a key occurs anywhere in what was looked at.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known.name == key)
    }

    /// Whether one of the keys occurs.
    pub(crate) fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.has(key))
    }

    /// The kind of the first value of `key` in an object that stands under the key `under` ("" for a document itself).
    pub(crate) fn kind_of(&self, under: &str, key: &str) -> Option<Kind> {
        self.keys.iter().find(|known| known.name == key && known.under == under).map(|known| known.kind)
    }

    /// Whether the first value of a key is a number, which may be a text.
    pub(crate) fn may_be_number(&self, under: &str, key: &str) -> bool {
        matches!(self.kind_of(under, key), Some(Kind::Number | Kind::String))
    }

    /// The keys under which objects stand, "" for the documents; some more than once.
    pub(crate) fn places(&self) -> impl Iterator<Item = &str> {
        self.keys.chunk_by(|known, next| known.under == next.under).map(|keys| keys[0].under.as_str())
    }

    /// The keys of the objects that stand under a key.
    pub(crate) fn keys_under(&self, under: &str) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(move |known| known.under == under).map(|known| known.name.as_str())
    }

    /// The keys under which an object with the key `key` occurs.
    pub(crate) fn places_of(&self, key: &str) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(move |known| known.name == key).map(|known| known.under.as_str())
    }
}

/// Why an input is none of the formats, in a sentence that says what it looks like instead.
pub(super) fn explain_unknown(input: u32, bytes: &[u8]) -> Error {
    let head = &bytes[..bytes.len().min(GLANCE)];
    let first = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let position = Position::locate(input, bytes, first);
    let unknown = |found: String| Error {
        kind: ErrorKind::UnknownFormat,
        position: Some(position),
        message: format!("Expected a trace in one of {} formats, found {found}.", FORMATS.len()),
    };
    match head[first..] {
        [b'{' | b'[', ..] => {
            // Broken JSON is told as such, whole JSON of another shape as that.
            let mut lexer = Lexer::new(bytes, first);
            match lexer.skip() {
                Err(Stop) => {
                    let error = lexer.error();
                    json_error(Position::locate(input, bytes, error.offset), bytes, error)
                }
                Ok(_) => {
                    let shape = Shape::of(bytes);
                    let keys: Vec<&str> = shape.keys.iter().take(4).map(|key| key.name.as_str()).collect();
                    unknown(match keys.is_empty() {
                        true => "JSON without any keys".to_owned(),
                        false => format!("JSON with the keys {}", keys.join(", ")),
                    })
                }
            }
        }
        [b'<', ..] => {
            unknown("HTML or XML: perhaps a sign-in or error page was saved in place of the trace".to_owned())
        }
        [0x1f, 0x8b, ..] => unknown("gzip: unpack it first (gunzip)".to_owned()),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => unknown("zstd: unpack it first (unzstd)".to_owned()),
        [b'P', b'K', 3, 4, ..] => unknown("a zip archive: unpack it first".to_owned()),
        _ if head.contains(&0) || std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some()) => {
            // The first field of a message.
            unknown(match head.starts_with(&[0x0a]) {
                true => "protobuf of another kind: traces of Perfetto open in ui.perfetto.dev".to_owned(),
                false => "binary data".to_owned(),
            })
        }
        _ => {
            let text = String::from_utf8_lossy(&head[first..]);
            let mut lines = text.lines();
            let line: String = lines.next().unwrap_or_default().chars().take(40).collect();
            let is_listed = lines.next().is_some_and(|next| next.trim_start().starts_with("- "));
            unknown(match line.trim_end().strip_suffix(':') {
                Some(key) if is_listed => format!("YAML with the key {key}: make it JSON first"),
                _ => format!("text that begins with \"{line}\""),
            })
        }
    }
}
