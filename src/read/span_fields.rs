//! The fields of a span's object, for the formats that large files have: those that most spans have are asked for in a straight line, in the
//! order in which they mostly come; any others, and any other order, through the reader's table of keys.

use super::input::Input;
use crate::json::{Cursor, Keys, Lex, Lexer, Member, Text};
use crate::simd::Literal;

/// A span that is being read.
pub trait SpanFields<'a> {
    type Field: Copy + 'static;

    /// For [`read_fields`]: the fields that most spans have, with the text that their keys are: the first begins an object, the others stand
    /// behind a comma. At most twelve.
    const USUAL: &'static [(Self::Field, Literal)] = &[];

    /// The field of each key in [`keys`](SpanFields::keys). Several keys may be one field; the first of them is at the field's number.
    const FIELDS: &'static [Self::Field];

    fn number(field: Self::Field) -> u32;

    fn keys(&mut self) -> &mut Keys;

    /// Reads the value that stands next. To be inlined, unless that is more code than it is worth: it is called once for each usual field.
    fn read(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>, field: Self::Field) -> Lex<()>;

    /// Reads the value of a key that is no field's.
    #[inline(always)]
    fn other(&mut self, _: &mut Input<'a>, lexer: &mut Lexer<'a>, _: Text) -> Lex<()> {
        lexer.skip().map(|_| ())
    }

    /// A key stands twice: what the first one gave is to be taken back, as the last one counts.
    fn again(&mut self, reading: &mut Input<'a>, field: Self::Field);
}

/// Reads a span's object; a bit for the number of each field that it has.
#[inline(always)]
pub fn read_fields<'a, S: SpanFields<'a>>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, span: &mut S) -> Lex<u32> {
    let cursor = lexer.begin_object()?;
    let mut seen = 0;
    macro_rules! usual {
        ($($position:literal)*) => {
            $(
                // An array of twelve, whatever the reader has: what is beyond its own is left out by the compiler.
                if const { $position < S::USUAL.len() }
                    && lexer.pass(const { &S::USUAL[if $position < S::USUAL.len() { $position } else { 0 }].1 })
                {
                    let field = const { S::USUAL[if $position < S::USUAL.len() { $position } else { 0 }].0 };
                    span.read(reading, lexer, field)?;
                    seen |= 1 << S::number(field);
                }
            )*
        };
    }
    // A comma may not come first: only behind the first of them are the others looked for.
    usual!(0);
    if seen != 0 {
        usual!(1 2 3 4 5 6 7 8 9 10 11);
    }
    if seen == 0 || !lexer.pass_object_end() {
        seen = other_fields(reading, lexer, span, seen, cursor)?;
    }
    Ok(seen)
}

/// Reads an object's fields by the table of keys, which learns their order: for formats that each writer writes in another one. A bit for the number
/// of each field that it has.
#[inline(always)]
pub fn read_in_any_order<'a, S: SpanFields<'a>>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    span: &mut S,
) -> Lex<u32> {
    let cursor = lexer.begin_object()?;
    other_fields(reading, lexer, span, 0, cursor)
}

/// The fields that are not usual, do not come in that order or with white space, to the end of the object.
#[inline(never)]
fn other_fields<'a, S: SpanFields<'a>>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    span: &mut S,
    mut seen: u32,
    mut cursor: Cursor,
) -> Lex<u32> {
    if seen != 0 {
        cursor = Cursor::behind(seen.ilog2() as u8);
    }
    loop {
        let key = match lexer.member_inlined(span.keys(), &mut cursor)? {
            Member::End => return Ok(seen),
            Member::Other(key) => {
                span.other(reading, lexer, key)?;
                continue;
            }
            Member::Known(key) => key,
        };
        let field = S::FIELDS[key as usize];
        let bit = 1 << S::number(field);
        if seen & bit != 0 {
            span.again(reading, field);
        }
        seen |= bit;
        span.read(reading, lexer, field)?;
    }
}
