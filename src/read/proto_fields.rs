//! What the protobuf formats' fields have in common: texts, ids, and messages that break off.

use std::ops::Range;

use super::documents::Reading;
use super::ids;
use crate::error::WarningKind;
use crate::json::Text;
use crate::simd;
use crate::store::{Encoding, IdForm, RawValue, SpanKey, TraceKey};
use crate::strings::StringId;
use crate::wire::protobuf::{Field, Message, Wire, WireError, WireErrorKind};

/// Keys with numbers beyond this are looked up by hash.
const MAX_FOLLOWED: usize = 1 << 16;

/// Which key came behind which.
#[derive(Debug, Default)]
pub(super) struct KeyOrder {
    last: StringId,
    /// By the number of a key: offset, length and number of the one behind it.
    followers: Vec<(u32, u32, StringId)>,
}

impl<'a> Reading<'a> {
    /// The next field of a message that holds others. When the input ends inside of one, what is there of it is told, and that it was cut.
    #[inline]
    pub(super) fn next_field(&mut self, message: &mut Message<'a>) -> Result<Option<Field>, WireError> {
        match message.next() {
            Err(WireError { kind: WireErrorKind::Overrun { number, content }, offset })
                if message.end() == self.bytes.len() =>
            {
                self.cut_off(offset);
                let range = content..message.end();
                *message = Message::new(self.bytes, range.end..range.end);
                Ok(Some(Field { number, value: Wire::Bytes(range) }))
            }
            next => next,
        }
    }

    /// Tells, once, that the input ends inside of a message.
    #[cold]
    pub(super) fn cut_off(&mut self, offset: usize) {
        let reason = format!(
            "Expected a message of its full length, found the end of the input; it began at byte {offset}. What stands before the cut is kept."
        );
        self.broken_once(WarningKind::Truncated, offset, reason);
    }

    /// Tells that a message could not be read.
    #[cold]
    pub(super) fn bad_message(&mut self, error: WireError, what: &str) {
        self.builder.forget_span_warnings();
        if error.kind == WireErrorKind::UnexpectedEnd && error.offset + 10 >= self.bytes.len() {
            return self.cut_off(error.offset);
        }
        self.broken(WarningKind::Skipped, error.offset, format!("{error} The rest of this {what} was skipped."));
    }

    /// The text in a range, as a value; nothing when it is empty.
    #[inline(always)]
    pub(super) fn proto_text(&mut self, range: Range<usize>, field: &str) -> RawValue {
        if range.is_empty() {
            return RawValue::NULL;
        }
        self.proto_string(range, field)
    }

    /// The same, where the empty text is a value.
    #[inline(always)]
    pub(super) fn proto_string(&mut self, range: Range<usize>, field: &str) -> RawValue {
        let text = &self.bytes[range.clone()];
        if !text.is_ascii() && std::str::from_utf8(text).is_err() {
            self.bad_utf8(field);
        }
        self.slice_value(Encoding::Text, range.start as u32, range.end as u32)
    }

    /// The number of a text that repeats.
    #[inline(always)]
    pub(super) fn proto_intern(&mut self, range: Range<usize>, field: &str) -> StringId {
        let text = &self.bytes[range];
        if text.is_ascii() {
            return self.builder.intern_bytes(text);
        }
        self.proto_intern_slow(text, field)
    }

    /// The number of an attribute's key. Keys come in the same order again and again, so the one that came behind the last one before is tried
    /// first, without hashing.
    #[inline(always)]
    pub(super) fn proto_key(&mut self, range: Range<usize>) -> StringId {
        let KeyOrder { last, followers } = &self.keys;
        if let Some(&(start, len, key)) = followers.get(last.index())
            && len as usize == range.len()
            && simd::continues_with(self.bytes, range.start, &self.bytes[start as usize..(start + len) as usize])
        {
            self.keys.last = key;
            return key;
        }
        self.other_key(range)
    }

    #[inline(never)]
    fn other_key(&mut self, range: Range<usize>) -> StringId {
        let key = self.proto_intern(range.clone(), "an attribute's key");
        let last = self.keys.last.index();
        // Only texts that are keys are looked up by, and there are few of them in a file that is not made to harm.
        if last < MAX_FOLLOWED {
            if self.keys.followers.len() <= last {
                self.keys.followers.resize(last + 1, (0, 0, StringId::EMPTY));
            }
            self.keys.followers[last] = (range.start as u32, range.len() as u32, key);
        }
        self.keys.last = key;
        key
    }

    #[inline(never)]
    fn proto_intern_slow(&mut self, text: &[u8], field: &str) -> StringId {
        let valid = String::from_utf8_lossy(text);
        if matches!(valid, std::borrow::Cow::Owned(_)) {
            self.bad_utf8(field);
        }
        self.builder.intern(&valid)
    }

    #[cold]
    fn bad_utf8(&mut self, field: &str) {
        let message = format!("Expected UTF-8 as {field}, found bytes that are none; U+FFFD stands in their place.");
        self.builder.warn_span(WarningKind::BadValue, &message);
    }

    /// The text in a range, as the readers of JSON have it.
    pub(super) fn proto_plain(&mut self, range: Range<usize>, field: &str) -> Text {
        let text = &self.bytes[range.clone()];
        if std::str::from_utf8(text).is_err() {
            self.bad_utf8(field);
        }
        Text { start: range.start as u32, end: range.end as u32, escaped: false }
    }

    /// A trace id of 16 bytes; one of 8 is that of a system with 64 bits. Other widths are reported.
    #[inline(always)]
    pub(super) fn proto_trace_id(&mut self, range: Range<usize>, field: &str) -> TraceKey {
        if let Ok(id) = <[u8; 16]>::try_from(&self.bytes[range.clone()]) {
            let value = u128::from_be_bytes(id);
            return TraceKey { value, form: if value == 0 { IdForm::Empty } else { IdForm::Hex(32) } };
        }
        let text = self.odd_id(range, field, 16);
        ids::trace_key(self.builder, text.as_bytes(), ids::Base64::No).0
    }

    /// A span id of 8 bytes. Other widths are reported.
    #[inline(always)]
    pub(super) fn proto_span_id(&mut self, range: Range<usize>, field: &str) -> SpanKey {
        if let Ok(id) = <[u8; 8]>::try_from(&self.bytes[range.clone()]) {
            let value = u64::from_be_bytes(id);
            return SpanKey { value, form: if value == 0 { IdForm::Empty } else { IdForm::Hex(16) } };
        }
        let text = self.odd_id(range, field, 8);
        ids::span_key(self.builder, text.as_bytes(), ids::Base64::No).0
    }

    /// An id of another width, in hexadecimal, unless it is hexadecimal already. A short trace id and no id at all are as they should be.
    #[cold]
    fn odd_id(&mut self, range: Range<usize>, field: &str, expected: usize) -> String {
        let bytes = &self.bytes[range];
        let written = bytes.len() == expected * 2 && bytes.iter().all(u8::is_ascii_hexdigit);
        // No id is longer than this; a field of megabytes is none.
        let bytes = &bytes[..bytes.len().min(64)];
        let text = match written {
            true => String::from_utf8_lossy(bytes).into_owned(),
            false => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        let short_trace = bytes.len() == 8 && expected == 16;
        if !bytes.is_empty() && !short_trace {
            let found = bytes.len();
            let message = format!("Expected {expected} bytes as {field}, found {found}; it is kept as written.");
            self.builder.warn_span(WarningKind::BadId, &message);
        }
        text
    }
}
