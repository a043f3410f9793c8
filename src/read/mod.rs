//! From bytes to a [`Store`].
//!
//! ```text
//!  bytes ─► unpack ─► clean ─► detect (FORMATS, in order) ─► the format's reader ─► StoreBuilder ─► Store
//! ```
//! [`FORMATS`] is the one table of formats: guessing, reading and the README's table come from it. A format is a file with a
//! `detect` and a `read`, described by its `FORMAT`, and a line in the table.
//!
//! Only an input that nothing can be read from is an [`Error`]; everything else is a store and warnings.

mod app_insights;
mod chrome;
mod clean;
mod console;
mod conventions;
mod datadog;
mod datadog_msgpack;
mod detect;
mod documents;
mod elastic_docs;
mod elastic_intake;
mod gcp;
mod generic;
mod grafana_frame;
mod held;
mod honeycomb;
mod jaeger_json;
mod jaeger_model;
mod logs;
mod newrelic;
mod nextjs;
mod otlp_json;
mod otlp_protobuf;
mod parts;
mod proto_fields;
mod sentry;
mod signoz;
mod skywalking;
mod tempo_search;
mod unpack;
mod xray;
mod zip;
mod zipkin_protobuf;
mod zipkin_v1;
mod zipkin_v2;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use spanscope_hot::read::{
    chrome_events, chrome_nesting, datadog_spans, fields, ids, input, instant, jaeger_spans, line_prefixes, members,
    micros, once, otlp_attributes, otlp_spans, told, zipkin_spans, zipkin_text,
};

pub use crate::json::JsonErrorKind;
pub use detect::{Candidate, Detection, InputKind, detect};
#[doc(inline)]
pub use input::Skipped;

use crate::error::{Position, WarningKind};
use crate::store::{Store, StoreBuilder, TraceMark};
use detect::Shape;
use documents::Reading;
use ids::WideIds;
use input::{LISTED, found_at};
use logs::Logs;
use unpack::Unpacked;

/// A format that can be read.
pub struct Format {
    /// Short name for options and the JavaScript surface.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Where it comes from, for the table of formats.
    pub produced_by: &'static str,
    /// The shapes of it that are read, for the table of formats.
    pub shapes: &'static str,
    /// Whether this looks like it, and why.
    detect: fn(&Shape<'_>) -> Option<&'static str>,
    /// Reads the documents of the input.
    read: fn(&mut Reading<'_>),
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Format").field("id", &self.id).finish_non_exhaustive()
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.id == other.id
    }
}

/// All formats, in the order in which they are tried: what is told by more comes before what is told by less.
#[rustfmt::skip] // one a line
pub static FORMATS: &[Format] = &[
    otlp_json::FORMAT,
    signoz::FORMAT,
    jaeger_json::FORMAT,
    jaeger_model::FORMAT,
    zipkin_v2::FORMAT,
    zipkin_v1::FORMAT,
    tempo_search::FORMAT,
    grafana_frame::FORMAT,
    xray::FORMAT,
    console::go::FORMAT,
    console::python::FORMAT,
    console::php::FORMAT,
    console::swift::FORMAT,
    console::javascript::FORMAT,
    console::collector::FORMAT,
    console::dotnet::FORMAT,
    console::rust::FORMAT,
    console::ruby::FORMAT,
    console::cpp::FORMAT,
    console::erlang::FORMAT,
    console::java::FORMAT,
    otlp_protobuf::FORMAT,
    zipkin_protobuf::FORMAT,
    datadog::FORMAT,
    chrome::FORMAT,
    sentry::FORMAT,
    elastic_intake::FORMAT,
    elastic_docs::FORMAT,
    app_insights::FORMAT,
    gcp::FORMAT,
    skywalking::FORMAT,
    honeycomb::FORMAT,
    newrelic::FORMAT,
    nextjs::FORMAT,
    datadog_msgpack::FORMAT,
    logs::otlp_logs::FORMAT,
    logs::rust_tracing::FORMAT,
    logs::FORMAT,
    generic::FORMAT,
];

/// The format with this id.
pub fn format(id: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.id == id)
}

/// How to read.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Id of the format; guessed when it is not given.
    pub format: Option<String>,
    /// Name of the input, such as a file's.
    pub name: Option<String>,
    /// How many bytes may come out of a packed input (gzip, zlib, zstd, zip); 2 GiB when it is not given.
    pub unpack_limit: Option<usize>,
}

impl ReadOptions {
    /// Guesses everything.
    pub fn new() -> ReadOptions {
        ReadOptions::default()
    }

    /// Reads as this format instead of guessing.
    pub fn with_format(mut self, id: impl Into<String>) -> ReadOptions {
        self.format = Some(id.into());
        self
    }

    /// Names the input.
    pub fn with_name(mut self, name: impl Into<String>) -> ReadOptions {
        self.name = Some(name.into());
        self
    }

    /// Lets at most so many bytes come out of a packed input.
    pub fn with_unpack_limit(mut self, bytes: usize) -> ReadOptions {
        self.unpack_limit = Some(bytes);
        self
    }
}

/// What reading gave.
#[derive(Debug)]
pub struct Outcome {
    /// The spans.
    pub store: Store,
    /// One report an input, in the order they were given; each file of a zip archive is an input.
    pub inputs: Vec<InputReport>,
}

/// What was made of one input.
#[derive(Clone, Debug)]
pub struct InputReport {
    /// Its number, as in [`Position::input`].
    pub input: u32,
    /// The number of the given input that it is, or came out of.
    pub given: u32,
    /// Its name; of a file in a zip archive both, as `archive.zip/file.json`.
    pub name: String,
    /// The format it was read as.
    pub format: &'static Format,
    /// Why that format.
    pub why: &'static str,
    /// Other formats that it looked like.
    pub candidates: Vec<Candidate>,
    /// How many spans came from it.
    pub spans: usize,
    /// What was skipped, in the order of the input (at most 100 places; the warnings have the count).
    pub skipped: Vec<Skipped>,
    /// What was assumed, and done before reading (such as unpacking), a sentence each.
    pub guesses: Vec<String>,
}

/// Why nothing could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What went wrong.
    pub kind: ErrorKind,
    /// Where.
    pub position: Option<Position>,
    message: String,
}

/// What can go wrong with a whole input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is nothing in it.
    Empty,
    /// It is none of the formats.
    UnknownFormat,
    /// [`ReadOptions::format`] names no format.
    NoSuchFormat,
    /// It is not JSON.
    Json(JsonErrorKind),
    /// It does not follow its binary encoding.
    Syntax,
    /// It ends inside of a message.
    Truncated,
    /// It was read and holds no span.
    NoSpans,
    /// It is too large.
    TooLarge,
}

impl ErrorKind {
    /// Kebab-case name, as on the JavaScript surface.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::Empty => "empty",
            ErrorKind::UnknownFormat => "unknown-format",
            ErrorKind::NoSuchFormat => "no-such-format",
            ErrorKind::Json(JsonErrorKind::UnexpectedEnd) => "truncated",
            ErrorKind::Json(JsonErrorKind::TooDeep) => "too-deep",
            ErrorKind::Json(_) | ErrorKind::Syntax => "syntax",
            ErrorKind::Truncated => "truncated",
            ErrorKind::NoSpans => "no-spans",
            ErrorKind::TooLarge => "too-large",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Reads one input.
///
/// ```
/// use spanscope::{ReadOptions, read};
///
/// let trace = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",
///     "spanId":"00f067aa0ba902b7","name":"GET /cart","startTimeUnixNano":"1000","endTimeUnixNano":"3000"}]}]}]}"#;
/// let outcome = read(trace.to_vec(), &ReadOptions::new())?;
/// let trace = outcome.store.traces().next().expect("one trace");
/// assert_eq!(trace.duration_ns(), 2000);
/// # Ok::<(), spanscope::Error>(())
/// ```
///
/// # Errors
/// When no span can be read; what is wrong with single spans is in the store's warnings.
pub fn read(bytes: impl Into<Vec<u8>>, options: &ReadOptions) -> Result<Outcome, Error> {
    read_all([(Arc::new(bytes.into()), options.clone())])
}

/// Reads several inputs into one store: spans of one trace are joined, whichever input they come from.
///
/// # Errors
/// The first input's error, when no input gives a span; otherwise an unreadable input is a warning.
pub fn read_all(inputs: impl IntoIterator<Item = (Arc<Vec<u8>>, ReadOptions)>) -> Result<Outcome, Error> {
    let mut builder = StoreBuilder::new();
    let start = builder.trace_mark();
    let mut logs = logs::begin();
    let mut reports = Vec::new();
    let mut first_error = None;
    for (index, (bytes, options)) in inputs.into_iter().enumerate() {
        let name = options.name.clone().unwrap_or_else(|| format!("input {}", index + 1));
        if let Err(error) = read_given(&mut builder, &mut logs, index as u32, &name, bytes, &options, &mut reports) {
            first_error.get_or_insert(error);
        }
    }
    join_halves(&mut builder, &start, &mut reports);
    // Lines find their spans only when all spans are there.
    logs::resolve(logs, &mut builder, &mut reports);
    match first_error {
        Some(error) if builder.span_count() == 0 => Err(error),
        None if reports.is_empty() => Err(empty(None)),
        _ => Ok(Outcome { store: builder.finish(), inputs: reports }),
    }
}

/// To Zipkin a trace id of 64 bits is the lower half of the one of 128 bits that ends with it: some clients write no more of it.
fn join_halves(builder: &mut StoreBuilder, start: &TraceMark, reports: &mut [InputReport]) {
    let mut of_zipkin = reports.iter_mut().filter(|report| report.format.id.starts_with("zipkin")).peekable();
    let keys = builder.trace_keys();
    let Some(wide) = of_zipkin.peek().and_then(|_| WideIds::of(keys, keys.iter())) else { return };
    let mut joined = false;
    builder.rename_traces(start, &mut |key| {
        let whole = wide.ending_with(key);
        joined |= whole.is_some();
        whole.unwrap_or(key)
    });
    if joined {
        let sentence = "Trace ids of 64 bits are taken for the lower halves of those of 128 bits that end with them.";
        of_zipkin.for_each(|report| report.guesses.push(sentence.to_owned()));
    }
}

/// Takes an input in pieces, as they come from a stream.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    options: ReadOptions,
}

impl Reader {
    /// `byte_length`: how long the input will be, if known; so much is reserved at once.
    pub fn new(options: ReadOptions, byte_length: Option<usize>) -> Reader {
        Reader { bytes: Vec::with_capacity(byte_length.unwrap_or(0)), options }
    }

    /// Adds a piece.
    pub fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
    }

    /// How many bytes were added.
    pub fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// Reads what was added.
    ///
    /// # Errors
    /// As [`read`].
    pub fn finish(self) -> Result<Outcome, Error> {
        read(self.bytes, &self.options)
    }
}

fn empty(input: Option<u32>) -> Error {
    Error {
        kind: ErrorKind::Empty,
        position: input.map(|input| Position { input, offset: 0, line: 1, column: 1 }),
        message: "Expected a trace, found nothing.".to_owned(),
    }
}

/// Reads what was given as one input; it may hold several. The error is the first one's, whether or not others could be read.
fn read_given(
    builder: &mut StoreBuilder,
    logs: &mut Logs,
    given: u32,
    name: &str,
    bytes: Arc<Vec<u8>>,
    options: &ReadOptions,
    reports: &mut Vec<InputReport>,
) -> Result<(), Error> {
    let limit = options.unpack_limit.unwrap_or(unpack::DEFAULT_LIMIT);
    let mut unread = Vec::new();
    let first_report = reports.len();
    let mut first_error = None;
    match unpack::unpack(name, bytes, limit) {
        Err(error) => {
            builder.warn(WarningKind::Skipped, None, || format!("{name}: {error}"));
            first_error = Some(error);
        }
        Ok(parts) => {
            for part in parts {
                let name = part.name.clone();
                match read_input(builder, logs, given, part, options) {
                    Ok(report) => reports.push(report),
                    Err(error) => {
                        builder.warn(WarningKind::Skipped, None, || format!("{name}: {error}"));
                        let position = error.position.unwrap_or_default();
                        unread.push(Skipped { position, reason: format!("{name}: {error}") });
                        first_error.get_or_insert(error);
                    }
                }
            }
        }
    }
    // What could not be read of an archive is told with what could.
    if let Some(report) = reports.get_mut(first_report) {
        report.skipped.append(&mut unread);
    }
    first_error.map_or(Ok(()), Err)
}

fn read_input(
    builder: &mut StoreBuilder,
    logs: &mut Logs,
    given: u32,
    part: Unpacked,
    options: &ReadOptions,
) -> Result<InputReport, Error> {
    let Unpacked { name, mut bytes, mut notes, mut troubles } = part;
    let prefixes = clean::clean(&mut bytes, &mut notes, &mut troubles);
    if options.format.as_ref().is_some_and(|id| id != generic::FORMAT.id) {
        clean::as_objects(&mut bytes);
    }
    let index = builder.input_count() as u32;
    let base = builder.add_input(&name, Arc::clone(&bytes)).map_err(|_| Error {
        kind: ErrorKind::TooLarge,
        position: None,
        message: "Expected inputs of at most 3.5 GiB in all, found more. Split the file, for example by trace, and open a part.".to_owned(),
    })?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(empty(Some(index)));
    }
    let detection = detect::formats_of_cleaned(&bytes);
    let (mut format, mut why) = match &options.format {
        Some(id) => {
            let format = format(id).ok_or_else(|| Error {
                kind: ErrorKind::NoSuchFormat,
                position: None,
                message: format!(
                    "Expected one of the formats {}, found \"{id}\".",
                    FORMATS.iter().map(|format| format.id).collect::<Vec<_>>().join(", ")
                ),
            })?;
            (format, "chosen")
        }
        None => match detection.first() {
            Some(candidate) => (candidate.format, candidate.why),
            None => match take_out(builder, logs, (index, base), &mut bytes, None, 1) {
                Some(candidate) => {
                    notes.push(AROUND.to_owned());
                    (candidate.format, candidate.why)
                }
                None => return Err(detect::explain_unknown(index, &bytes)),
            },
        },
    };
    let before = builder.mark();
    let mut reading = Reading::new(builder, logs, (index, base), &bytes);
    reading.begin(&notes, &troubles);
    (format.read)(&mut reading);
    if reading.stumbled_over_comma() {
        // Everything is read again, without those commas: they are rare, and nobody else has to pay for them.
        builder.rewind(&before);
        logs.forget();
        drop(bytes);
        let count;
        (count, bytes) = builder.edit_input(clean::without_trailing_commas);
        notes.push(match count {
            1 => "Read a comma behind a last element as if it were not there.".to_owned(),
            _ => format!("Read {count} commas behind last elements as if they were not there."),
        });
        reading = Reading::new(builder, logs, (index, base), &bytes);
        reading.begin(&notes, &troubles);
        reading.keep_commas();
        (format.read)(&mut reading);
    }
    let unread = reading.take_unread();
    let (mut error, mut skipped, mut guesses) = reading.into_parts();
    if options.format.is_none() && !unread.is_empty() {
        let others = others_of(builder, logs, (index, base), &bytes, format, unread);
        if !others.is_empty() {
            // All of it is read again, each format's part by its reader.
            builder.rewind(&before);
            logs.forget();
            let mut reading = Reading::new(builder, logs, (index, base), &bytes);
            reading.begin(&notes, &troubles);
            reading.keep_commas();
            reading.pass_over(inside(&others, &(0..bytes.len())));
            (format.read)(&mut reading);
            (error, skipped, guesses) = reading.into_parts();
            for (range, other) in &others {
                logs.forget_places();
                let place = (index, base + range.start as u32);
                let mut reading = Reading::new(builder, logs, place, &bytes[range.clone()]);
                reading.keep_commas();
                reading.pass_over(inside(&others, range));
                reading.guess(&format!("Read what else stands there as {}.", other.name));
                (other.read)(&mut reading);
                let (_, more, assumed) = reading.into_parts();
                skipped.extend(more);
                let new = assumed.into_iter().filter(|sentence| !guesses.contains(sentence));
                let new: Vec<String> = new.collect();
                guesses.extend(new);
            }
        }
    }
    let found = builder.span_count() - before.span_count();
    let holds_none =
        found == 0 && logs.lines.count() == 0 && error.as_ref().is_none_or(|error| error.kind == ErrorKind::NoSpans);
    // What was read as spans of any program may be of a format that has something around it.
    let any = options.format.is_none() && *format == generic::FORMAT;
    if (holds_none || any)
        && let Some(inside) =
            take_out(builder, logs, (index, base), &mut bytes, Some(format).filter(|_| !any), found.max(1))
    {
        builder.rewind(&before);
        notes.push(AROUND.to_owned());
        if any {
            (format, why) = (inside.format, inside.why);
        }
        let mut reading = Reading::new(builder, logs, (index, base), &bytes);
        reading.begin(&notes, &troubles);
        (format.read)(&mut reading);
        (error, skipped, guesses) = reading.into_parts();
    }
    let spans = builder.span_count() - before.span_count();
    let lines = logs.keep(builder, base, &prefixes);
    if spans == 0 && lines == 0 {
        return Err(error.unwrap_or_else(|| Error {
            kind: ErrorKind::NoSpans,
            position: Some(Position { input: index, offset: 0, line: 1, column: 1 }),
            message: format!("Expected spans in this {} document, found none.", format.name),
        }));
    }
    Ok(InputReport {
        input: index,
        given,
        name,
        format,
        why,
        candidates: detection.into_iter().filter(|candidate| candidate.format != format).collect(),
        spans,
        skipped,
        guesses,
    })
}

/// Documents of another format than the input's: where they stand, and which it is.
type Other = (Range<usize>, &'static Format);

/// Where others stand in a part of an input, but for the part itself.
fn inside<'o>(others: &'o [Other], part: &'o Range<usize>) -> impl Iterator<Item = Range<usize>> + 'o {
    let others = others
        .iter()
        .map(|(range, _)| range)
        .filter(move |range| *range != part && range.start >= part.start && range.end <= part.end);
    others.map(|range| range.start - part.start..range.end - part.start)
}

/// What is of other formats among documents that a format's reader found nothing in; at most [`LISTED`] parts.
#[cold]
fn others_of(
    builder: &mut StoreBuilder,
    logs: &mut Logs,
    (index, base): (u32, u32),
    bytes: &[u8],
    format: &'static Format,
    unread: Vec<Range<usize>>,
) -> Vec<Other> {
    let before = builder.mark();
    let mut others: Vec<Other> = Vec::new();
    let mut waiting: Vec<Other> = unread.into_iter().map(|range| (range, format)).rev().collect();
    while let Some((mut range, not)) = waiting.pop().filter(|_| others.len() < LISTED) {
        let Some(candidate) = detect::formats_of(&bytes[range.clone()]).into_iter().next() else { continue };
        let other = candidate.format;
        // Lines of a log are read with documents of any format, and anything may look like spans of no format.
        if [not, &logs::FORMAT, &generic::FORMAT].contains(&other) {
            continue;
        }
        // What follows is most likely of the same format.
        while let Some((next, _)) = waiting.pop_if(|(next, _)| bytes[range.end..next.start].trim_ascii().is_empty()) {
            range.end = next.end;
        }
        let (start, value) = (range.start, &bytes[range.clone()]);
        let lines = logs.lines.count();
        let mut reading = Reading::new(builder, logs, (index, base + start as u32), value);
        reading.keep_commas();
        (other.read)(&mut reading);
        let unread = reading.take_unread();
        if builder.span_count() > before.span_count() || logs.lines.count() > lines {
            others.push((range, other));
            // Behind it may stand documents of one more format.
            waiting.extend(unread.into_iter().map(|part| (start + part.start..start + part.end, other)).rev());
        }
        builder.rewind(&before);
    }
    others
}

/// Said of an object around a document.
const AROUND: &str = "Left out the object around the document.";

/// Looks for a document with spans inside of the objects that stand around it, such as those of an answer over HTTP, and takes them away; of this
/// format, or of whichever it is but those of any program; with so many spans at least.
#[cold]
fn take_out(
    builder: &mut StoreBuilder,
    logs: &mut Logs,
    (index, base): (u32, u32),
    bytes: &mut Arc<Vec<u8>>,
    format: Option<&'static Format>,
    least: usize,
) -> Option<Candidate> {
    let before = builder.mark();
    for range in clean::values_inside(bytes) {
        let value = &bytes[range.clone()];
        let candidate = match format {
            Some(format) => Candidate { format, why: "chosen" },
            None => match detect::formats_of(value).into_iter().next() {
                Some(candidate) if *candidate.format != generic::FORMAT => candidate,
                _ => continue,
            },
        };
        let mut reading = Reading::new(builder, logs, (index, base + range.start as u32), value);
        (candidate.format.read)(&mut reading);
        let found = builder.span_count() - before.span_count() >= least;
        builder.rewind(&before);
        logs.forget();
        if found {
            // The input is the builder's alone while it is changed.
            *bytes = Arc::default();
            ((), *bytes) = builder.edit_input(|bytes| clean::leave(bytes, range));
            return Some(candidate);
        }
    }
    None
}

pub(crate) fn json_error(position: Position, bytes: &[u8], error: crate::json::JsonError) -> Error {
    Error { kind: ErrorKind::Json(error.kind), position: Some(position), message: json_message(bytes, error, position) }
}

/// One sentence: expected what, found what, where.
fn json_message(bytes: &[u8], error: crate::json::JsonError, position: Position) -> String {
    format!("Expected {}, found {} at {position}.", error.kind.expected(), found_at(bytes, error.offset))
}
