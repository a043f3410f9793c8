//! References of Jaeger's spans to others: one of them is the parent, the others are links.

use super::ids::{self, Base64};
use super::input::Input;
use crate::json::{Keys, Lex, Lexer, Member};
use crate::simd::{self, Literal};
use crate::store::{LinkDraft, RawValue, SpanDraft, SpanKey, TraceKey};

static REFERENCE_KEYS: [Literal; 4] =
    [Literal::key("refType"), Literal::key("traceID"), Literal::key("spanID"), Literal::key("span")];

#[derive(Clone, Copy, PartialEq, Eq)]
enum RefType {
    ChildOf,
    FollowsFrom,
    Other(RawValue),
}

#[derive(Clone, Copy)]
struct Reference {
    kind: RefType,
    /// The span's own trace when it is not said.
    trace: Option<TraceKey>,
    span: SpanKey,
}

/// A list of one reference, up to the content of the span's id with which it ends.
struct UsualReference<'a> {
    head: &'a [u8],
    reference: Reference,
}

/// The references of the span that is being read.
pub(super) struct References<'a> {
    all: Vec<Reference>,
    keys: Keys,
    usual: Option<UsualReference<'a>>,
}

impl<'a> References<'a> {
    pub(super) fn new() -> Self {
        References { all: Vec::new(), keys: Keys::new(&REFERENCE_KEYS), usual: None }
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
    }

    /// The list: within a trace nearly all are one CHILD_OF into that trace, and differ in the span's id only.
    #[inline(always)]
    pub(super) fn read(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
        let (bytes, at) = (reading.bytes, lexer.offset());
        if let Some(known) = &self.usual
            && lexer.has_room(2)
            && simd::continues_with(bytes, at, known.head)
            && let Some((span, end)) = usual_tail(bytes, at + known.head.len())
        {
            self.all.push(Reference { span, ..known.reference });
            lexer.go_to(end);
            return Ok(());
        }
        self.read_other(reading, lexer)
    }

    #[inline(never)]
    fn read_other(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
        lexer.skip_whitespace();
        let start = lexer.offset();
        reading.list(lexer, "references", |reading, lexer| self.reference(reading, lexer))?;
        if let [reference] = self.all[..] {
            // The same text up to the id means the same again. An unescaped quote ends it, so it is the key itself that stands there.
            let head = &reading.bytes[start..lexer.offset().saturating_sub(19).max(start)];
            if head.ends_with(b"\"spanID\":\"") && usual_tail(reading.bytes, start + head.len()).is_some() {
                self.usual = Some(UsualReference { head, reference });
            }
        }
        Ok(())
    }

    fn reference(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
        let mut reference = Reference { kind: RefType::ChildOf, trace: None, span: SpanKey::EMPTY };
        let mut cursor = lexer.begin_object()?;
        loop {
            match lexer.member(&mut self.keys, &mut cursor)? {
                Member::End => break,
                Member::Known(0) => {
                    if let Some(text) = reading.text(lexer, "refType")? {
                        reference.kind = match text.bytes(reading.bytes) {
                            b"CHILD_OF" => RefType::ChildOf,
                            b"FOLLOWS_FROM" => RefType::FollowsFrom,
                            _ => RefType::Other(reading.string_value(text)),
                        };
                    }
                }
                Member::Known(1) => {
                    reading.trace_id(lexer, "traceID", Base64::No, reference.trace.insert(TraceKey::EMPTY))?;
                }
                Member::Known(2) => reading.span_id(lexer, "a reference's spanID", Base64::No, &mut reference.span)?,
                // A copy of the span that is meant, with its own references, and so on.
                Member::Known(_) | Member::Other(_) => {
                    lexer.skip_deep()?;
                }
            }
        }
        self.all.push(reference);
        Ok(())
    }

    /// One of the references is the parent, the others are links.
    #[inline]
    pub(super) fn resolve(&self, reading: &mut Input<'_>, draft: &mut SpanDraft) {
        let references = &self.all;
        if references.is_empty() {
            return;
        }
        let trace = draft.trace;
        let near = |reference: &Reference| {
            !reference.span.is_empty()
                && reference.trace.is_none_or(|other| other.same(trace) || other.same(TraceKey::EMPTY))
        };
        let first = |kind: RefType| references.iter().position(|reference| reference.kind == kind && near(reference));
        let parent = first(RefType::ChildOf).or_else(|| {
            let parent = first(RefType::FollowsFrom);
            draft.asynchronous = parent.is_some();
            parent
        });
        if let Some(parent) = parent {
            draft.parent = references[parent].span;
            if references.len() == 1 {
                return;
            }
        }
        for (index, reference) in references.iter().enumerate() {
            let nothing = reference.span.is_empty() && reference.trace.is_none_or(|trace| trace.same(TraceKey::EMPTY));
            if Some(index) != parent && !nothing {
                push_link(reading, reference, trace);
            }
        }
    }
}

/// The id, and the offset behind the list, when an id of sixteen digits ends the list's last reference.
#[inline(always)]
fn usual_tail(bytes: &[u8], at: usize) -> Option<(SpanKey, usize)> {
    let (digits, close) = bytes.get(at..at + 19)?.split_first_chunk::<16>()?;
    Some((ids::full_span_key(digits)?, at + 19)).filter(|_| close == b"\"}]")
}

#[inline(never)]
fn push_link(reading: &mut Input<'_>, reference: &Reference, own_trace: TraceKey) {
    let mark = reading.builder.attribute_mark();
    // As OpenTelemetry's shim for OpenTracing names it.
    let key = reading.builder.intern("opentracing.ref_type");
    let kind = match reference.kind {
        RefType::ChildOf => RawValue::interned(reading.builder.intern("child_of")),
        RefType::FollowsFrom => RawValue::interned(reading.builder.intern("follows_from")),
        RefType::Other(written) => written,
    };
    reading.builder.push_attribute(key, kind);
    let attributes = reading.builder.attributes_since(mark);
    reading.builder.push_link(LinkDraft {
        trace: reference.trace.unwrap_or(own_trace),
        span: reference.span,
        trace_state: RawValue::NULL,
        attributes,
    });
}
