//! Tags that say more than an attribute: older formats have one flat list of tags, and OpenTelemetry's exporters, like OpenTracing's clients
//! before them, put a span's kind, status, scope and trace state there.
//!
//! Such a tag becomes the field it stands for, and stays an attribute only where the field does not hold all of it.
//! (OpenTelemetry specification, "Mapping to non-OTLP formats" and the pages on Jaeger and Zipkin; OpenTracing semantic conventions.)

use super::input::Input;
use crate::json::Text;
use crate::store::{RawValue, SpanDraft, SpanKind, Status, StoreBuilder};
use crate::strings::StringId;

/// What a tag's key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// An attribute like any other.
    Attribute,
    Kind,
    Error,
    StatusCode,
    StatusDescription,
    ScopeName,
    ScopeVersion,
    /// As OpenTelemetry called the scope before 1.0.
    LibraryName,
    LibraryVersion,
    TraceState,
    /// A link in the Zipkin form of OpenTelemetry's Collector.
    Link,
    /// Name of an event (in Jaeger's logs).
    Event,
    Message,
}

impl Meaning {
    pub fn of(key: &str) -> Meaning {
        match key {
            "span.kind" => Meaning::Kind,
            "error" => Meaning::Error,
            "otel.status_code" => Meaning::StatusCode,
            "otel.status_description" => Meaning::StatusDescription,
            "otel.scope.name" => Meaning::ScopeName,
            "otel.scope.version" => Meaning::ScopeVersion,
            "otel.library.name" => Meaning::LibraryName,
            "otel.library.version" => Meaning::LibraryVersion,
            "w3c.tracestate" => Meaning::TraceState,
            "event" => Meaning::Event,
            "message" => Meaning::Message,
            _ if key.starts_with("otlp.link.") => Meaning::Link,
            _ => Meaning::Attribute,
        }
    }
}

/// The meaning of every interned text, so that a key is looked at once and not once a span.
#[derive(Debug, Default)]
pub struct Meanings {
    known: Vec<Meaning>,
}

impl Meanings {
    #[inline(always)]
    pub fn of(&mut self, builder: &StoreBuilder, key: StringId) -> Meaning {
        match self.known.get(key.index()) {
            Some(meaning) => *meaning,
            None => self.learn(builder, key),
        }
    }

    #[cold]
    fn learn(&mut self, builder: &StoreBuilder, key: StringId) -> Meaning {
        while self.known.len() <= key.index() {
            self.known.push(Meaning::of(builder.string(StringId(self.known.len() as u32))));
        }
        self.known[key.index()]
    }
}

/// A tag's value as it was found.
#[derive(Clone, Copy, Debug)]
pub struct TagValue {
    pub raw: RawValue,
    /// For a string.
    pub text: Option<Text>,
}

/// What the tag `error` says.
#[derive(Clone, Copy, Debug)]
enum Error {
    Unsaid,
    Yes,
    /// With a message.
    Message(RawValue),
}

/// What the tags of one span told. It is made once and used again for every span: what is as large as this is not made for free.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub kind: SpanKind,
    /// Whether anything but the kind was told.
    pub more: bool,
    /// Whether the tag `error` counts only where it is true, as Jaeger's own page has it. To Zipkin any text but "false" is an error.
    plainly: bool,
    error: Error,
    code: Option<(Status, RawValue)>,
    description: RawValue,
    scope: StringId,
    scope_version: StringId,
    library: StringId,
    library_version: StringId,
    pub trace_state: RawValue,
}

impl Told {
    pub const NOTHING: Told = Told {
        kind: SpanKind::Unspecified,
        more: false,
        plainly: false,
        error: Error::Unsaid,
        code: None,
        description: RawValue::NULL,
        scope: StringId::EMPTY,
        scope_version: StringId::EMPTY,
        library: StringId::EMPTY,
        library_version: StringId::EMPTY,
        trace_state: RawValue::NULL,
    };

    /// The same for tags of Jaeger.
    pub const NOTHING_OF_JAEGER: Told = Told { plainly: true, ..Told::NOTHING };

    /// Forgets what was told.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.kind = SpanKind::Unspecified;
        if self.more {
            *self = Told { plainly: self.plainly, ..Told::NOTHING };
        }
    }

    /// Takes a tag in; `false` when it stays an attribute.
    #[inline(always)]
    pub fn take(&mut self, reading: &mut Input<'_>, meaning: Meaning, value: TagValue) -> bool {
        if meaning == Meaning::Kind {
            let kind = value.text.and_then(|text| kind_of(text.bytes(reading.bytes)));
            self.kind = kind.unwrap_or(self.kind);
            return kind.is_some();
        }
        self.take_more(reading, meaning, value)
    }

    #[inline(never)]
    fn take_more(&mut self, reading: &mut Input<'_>, meaning: Meaning, value: TagValue) -> bool {
        self.more = true;
        if meaning == Meaning::Error && value.text.is_none() {
            return self.take_plain_error(reading, value.raw);
        }
        // Every other tag of these is a text.
        let Some(text) = value.text else { return false };
        let content = text.content(reading.bytes);
        self.take_text(reading, meaning, &content, value.raw)
    }

    /// Takes in a tag that is a text, by its content and its value.
    pub fn take_text(&mut self, reading: &mut Input<'_>, meaning: Meaning, text: &str, raw: RawValue) -> bool {
        match meaning {
            Meaning::Error if text.eq_ignore_ascii_case("false") => return false,
            Meaning::Error if self.plainly && !text.eq_ignore_ascii_case("true") => return false,
            Meaning::Error if text.is_empty() || text.eq_ignore_ascii_case("true") => self.error = Error::Yes,
            Meaning::Error => self.error = Error::Message(raw),
            Meaning::StatusCode => match status_of(text.as_bytes()) {
                Some(status) => self.code = Some((status, raw)),
                None => return false,
            },
            Meaning::StatusDescription if text.is_empty() => {}
            Meaning::StatusDescription => self.description = raw,
            Meaning::ScopeName => self.scope = reading.builder.intern(text),
            Meaning::ScopeVersion => self.scope_version = reading.builder.intern(text),
            Meaning::LibraryName => self.library = reading.builder.intern(text),
            Meaning::LibraryVersion => self.library_version = reading.builder.intern(text),
            Meaning::TraceState => self.trace_state = raw,
            _ => return false,
        }
        true
    }

    /// The tag `error` when it is no text.
    pub fn take_plain_error(&mut self, reading: &Input<'_>, raw: RawValue) -> bool {
        match reading.builder.decode(raw) {
            crate::value::Value::Bool(true) => {
                self.error = Error::Yes;
                true
            }
            // `error: false` says something that no status says: it stays.
            crate::value::Value::Null | crate::value::Value::Bool(false) => false,
            crate::value::Value::Int(0) => false,
            _ if self.plainly => false,
            _ => {
                self.error = Error::Yes;
                false
            }
        }
    }

    /// Puts into the span what was told; what a field does not hold is added to the attributes. Name and version of the scope.
    #[inline(always)]
    pub fn put(&self, reading: &mut Input<'_>, draft: &mut SpanDraft) -> (StringId, StringId) {
        if draft.kind == SpanKind::Unspecified {
            draft.kind = self.kind;
        }
        if self.more { self.put_more(reading, draft) } else { (StringId::EMPTY, StringId::EMPTY) }
    }

    #[inline(never)]
    fn put_more(&self, reading: &mut Input<'_>, draft: &mut SpanDraft) -> (StringId, StringId) {
        let fields = self.fields(reading);
        draft.trace_state = self.trace_state;
        draft.status = fields.status.unwrap_or(draft.status);
        if !fields.message.is_null() {
            draft.message = fields.message;
        }
        for (key, value) in fields.more {
            reading.builder.extend_attributes(&mut draft.attributes, key, value);
        }
        fields.scope
    }

    /// What the tags say together.
    pub fn fields(&self, reading: &mut Input<'_>) -> Fields {
        let mut more = Vec::new();
        let failed = !matches!(self.error, Error::Unsaid);
        let status = match self.code {
            // The tag `error` decides; a code that contradicts it is kept.
            Some((code, raw)) if failed && code != Status::Error => {
                more.push((reading.builder.intern("otel.status_code"), raw));
                Some(Status::Error)
            }
            Some((code, _)) => Some(code),
            None => failed.then_some(Status::Error),
        };
        let message = match self.error {
            Error::Message(error) if self.description.is_null() => error,
            Error::Message(error) => {
                if reading.builder.decode(error) != reading.builder.decode(self.description) {
                    more.push((reading.builder.intern("error"), error));
                }
                self.description
            }
            _ => self.description,
        };
        Fields { status, message, scope: self.scope_of(reading, &mut more), more }
    }

    /// The scope; its old name is kept when it is told by both and they differ.
    fn scope_of(&self, reading: &mut Input<'_>, more: &mut Vec<(StringId, RawValue)>) -> (StringId, StringId) {
        if self.scope == StringId::EMPTY && self.scope_version == StringId::EMPTY {
            return (self.library, self.library_version);
        }
        let pairs = [
            ("otel.library.name", self.library, self.scope),
            ("otel.library.version", self.library_version, self.scope_version),
        ];
        for (key, old, new) in pairs {
            if old != StringId::EMPTY && old != new {
                more.push((reading.builder.intern(key), RawValue::interned(old)));
            }
        }
        (self.scope, self.scope_version)
    }
}

/// What the tags of a span say together.
pub struct Fields {
    pub status: Option<Status>,
    pub message: RawValue,
    pub scope: (StringId, StringId),
    /// What no field holds.
    pub more: Vec<(StringId, RawValue)>,
}

/// The value of the tag `span.kind`, and of Zipkin's field.
#[inline]
pub fn kind_of(text: &[u8]) -> Option<SpanKind> {
    match text {
        b"server" | b"SERVER" => Some(SpanKind::Server),
        b"client" | b"CLIENT" => Some(SpanKind::Client),
        b"internal" | b"INTERNAL" => Some(SpanKind::Internal),
        b"producer" | b"PRODUCER" => Some(SpanKind::Producer),
        b"consumer" | b"CONSUMER" => Some(SpanKind::Consumer),
        _ => SpanKind::from_name(std::str::from_utf8(text).ok()?),
    }
}

/// The value of the tag `otel.status_code`.
pub fn status_of(text: &[u8]) -> Option<Status> {
    let name = text.strip_prefix(b"STATUS_CODE_").unwrap_or(text);
    match name {
        _ if name.eq_ignore_ascii_case(b"error") => Some(Status::Error),
        _ if name.eq_ignore_ascii_case(b"ok") => Some(Status::Ok),
        _ if name.eq_ignore_ascii_case(b"unset") => Some(Status::Unset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_codes_in_every_spelling() {
        assert_eq!(kind_of(b"server"), Some(SpanKind::Server));
        assert_eq!(kind_of(b"Consumer"), Some(SpanKind::Consumer));
        assert_eq!(kind_of(b"INTERNAL"), Some(SpanKind::Internal));
        assert_eq!(kind_of(b"proxy"), None);
        assert_eq!(status_of(b"ERROR"), Some(Status::Error));
        assert_eq!(status_of(b"STATUS_CODE_OK"), Some(Status::Ok));
        assert_eq!(status_of(b"Unset"), Some(Status::Unset));
        assert_eq!(status_of(b"2"), None);
    }
}
