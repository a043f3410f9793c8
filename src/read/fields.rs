//! What the JSON formats' fields have in common: lists, objects, texts and values, each with a warning for another type.

use std::borrow::BorrowMut;

use super::input::Input;
use crate::json::{Cursor, Kind, Lex, Lexer, Text};
use crate::simd;
use crate::store::{Encoding, RawValue};
use crate::strings::StringId;

/// An array of objects; anything else in its place is reported and skipped. For an input with whatever is around it.
#[inline(always)]
pub fn list<'a, R: BorrowMut<Input<'a>>>(
    reading: &mut R,
    lexer: &mut Lexer<'a>,
    field: &str,
    mut element: impl FnMut(&mut R, &mut Lexer<'a>) -> Lex<()>,
) -> Lex<()> {
    if lexer.peek()? != Kind::Array {
        return reading.borrow_mut().not_expected(lexer, field, "an array");
    }
    let mut first = lexer.begin_array()?;
    while lexer.element(&mut first)? {
        if lexer.peek()? == Kind::Object {
            element(reading, lexer)?;
        } else {
            reading.borrow_mut().not_expected(lexer, field, "an object")?;
        }
    }
    Ok(())
}

impl<'a> Input<'a> {
    /// An array of objects; anything else in its place is reported and skipped.
    #[inline(always)]
    pub fn list(
        &mut self,
        lexer: &mut Lexer<'a>,
        field: &str,
        element: impl FnMut(&mut Input<'a>, &mut Lexer<'a>) -> Lex<()>,
    ) -> Lex<()> {
        list(self, lexer, field, element)
    }

    /// An object; anything else in its place is reported and skipped.
    #[inline(never)]
    pub fn object(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<Option<Cursor>> {
        if lexer.peek()? == Kind::Object {
            return lexer.begin_object().map(Some);
        }
        self.not_expected(lexer, field, "an object")?;
        Ok(None)
    }

    /// A text that repeats, such as a name.
    #[inline(never)]
    pub fn text_id(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<StringId> {
        Ok(match self.text(lexer, field)? {
            Some(text) => self.intern(text),
            None => StringId::EMPTY,
        })
    }

    /// The same for a field of every span.
    #[inline(always)]
    pub fn hot_text_id(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<StringId> {
        let (bytes, at) = (self.bytes, lexer.offset());
        if bytes.get(at) == Some(&b'"') {
            let end = simd::plain_run(bytes, at + 1);
            if bytes.get(end) == Some(&b'"') {
                lexer.go_to(end + 1);
                return Ok(self.builder.intern_bytes(&bytes[at + 1..end]));
            }
        }
        self.text_id(lexer, field)
    }

    /// A text that is kept as a value: nothing when it is empty.
    pub fn text_value(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<RawValue> {
        Ok(match self.text(lexer, field)? {
            Some(text) if text.start < text.end => self.string_value(text),
            _ => RawValue::NULL,
        })
    }

    /// `true` or `false`; anything else in its place is reported and taken for `false`.
    pub fn flag(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<bool> {
        if lexer.peek()? == Kind::Boolean {
            return lexer.boolean();
        }
        self.not_expected(lexer, field, "true or false")?;
        Ok(false)
    }

    #[inline(always)]
    pub fn string_value(&mut self, text: Text) -> RawValue {
        let encoding = if text.escaped { Encoding::JsonText } else { Encoding::Text };
        self.slice_value(encoding, text.start, text.end)
    }

    #[inline(always)]
    pub fn slice_value(&mut self, encoding: Encoding, start: u32, end: u32) -> RawValue {
        let address = self.address(start as usize);
        self.builder.value(encoding, address, end - start)
    }

    /// Whatever stands here, kept as the JSON that it is.
    pub fn json_value(&mut self, lexer: &mut Lexer<'a>) -> Lex<RawValue> {
        let kind = lexer.peek()?;
        Ok(match kind {
            Kind::Null => {
                lexer.null()?;
                RawValue::NULL
            }
            Kind::Boolean => RawValue::bool(lexer.boolean()?),
            Kind::String => {
                let text = lexer.string()?;
                self.string_value(text)
            }
            Kind::Number | Kind::Array | Kind::Object => {
                let range = lexer.skip()?;
                self.slice_value(Encoding::Json, range.start as u32, range.end as u32)
            }
        })
    }
}
