//! An input that is being read: its bytes, and the store that its spans go into.
//!
//! What any reader needs for a field of JSON is here: a text, a number, a time, each with a warning for another type.

use super::instant::{Instant, date_time};
use crate::error::{Position, WarningKind};
use crate::float::parse_f64;
use crate::json::{Kind, Lex, Lexer, Text, decode_string};
use crate::simd;
use crate::store::{NO_TIME, StoreBuilder};
use crate::strings::StringId;

/// Places of skipped parts that are listed; beyond that they are only counted.
pub const LISTED: usize = 100;

/// Said of times that do not tell their distance from UTC.
pub const NO_ZONE: &str = "Times without a time zone are taken for UTC.";

/// A part of an input that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Where it begins.
    pub position: Position,
    /// One sentence: expected what, found what.
    pub reason: String,
}

/// An input that is being read.
pub struct Input<'a> {
    pub builder: &'a mut StoreBuilder,
    pub bytes: &'a [u8],
    /// Its number.
    pub number: u32,
    base: u32,
    skipped: Vec<Skipped>,
    /// How many parts were skipped.
    skips: usize,
    guesses: Vec<String>,
}

impl<'a> Input<'a> {
    /// Input `number`, whose first byte has this address.
    pub fn new(builder: &'a mut StoreBuilder, (number, base): (u32, u32), bytes: &'a [u8]) -> Input<'a> {
        Input { builder, bytes, number, base, skipped: Vec::new(), skips: 0, guesses: Vec::new() }
    }

    /// What was not read, and what was assumed.
    pub fn into_parts(self) -> (Vec<Skipped>, Vec<String>) {
        (self.skipped, self.guesses)
    }

    /// How many parts were skipped.
    pub fn skips(&self) -> usize {
        self.skips
    }

    /// How many places of skipped parts are listed.
    pub fn skipped_count(&self) -> usize {
        self.skipped.len()
    }

    /// The store's address of a byte of this input.
    #[inline(always)]
    pub fn address(&self, offset: usize) -> u32 {
        self.base + offset as u32
    }

    /// Where a byte stands in the input, all of which the store has, also when a part of it is read.
    #[cold]
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.bytes.len());
        let position = self.builder.position(self.address(offset));
        position.unwrap_or_else(|| Position::locate(self.number, self.bytes, offset))
    }

    /// Notes something about a place of the input.
    #[cold]
    pub fn warn(&mut self, kind: WarningKind, offset: usize, message: impl FnOnce() -> String) {
        let address = self.address(offset);
        self.builder.warn(kind, Some(address), message);
    }

    /// Notes that a part was not read.
    #[cold]
    pub fn skip(&mut self, kind: WarningKind, offset: usize, reason: String) {
        self.warn(kind, offset, || reason.clone());
        self.skips += 1;
        if self.skipped.len() < LISTED {
            self.skipped.push(Skipped { position: self.position(offset), reason });
        }
    }

    /// Notes an assumption, once.
    pub fn guess(&mut self, sentence: &str) {
        if !self.guesses.iter().any(|known| known == sentence) {
            self.guesses.push(sentence.to_owned());
        }
    }

    /// A string value, or nothing for `null`; a value of another type is reported and skipped.
    #[inline(never)]
    pub fn text(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<Option<Text>> {
        if lexer.peek()? == Kind::String {
            return lexer.string().map(Some);
        }
        self.not_expected(lexer, field, "a string")?;
        Ok(None)
    }

    /// Skips a value whose type is not the field's: `null` silently, anything else with a warning.
    #[cold]
    pub fn not_expected(&mut self, lexer: &mut Lexer<'a>, field: &str, expected: &str) -> Lex<()> {
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
    pub fn intern(&mut self, text: Text) -> StringId {
        let content = text.bytes(self.bytes);
        if text.escaped { self.builder.intern(&decode_string(content)) } else { self.builder.intern_bytes(content) }
    }

    /// An unsigned number, quoted or not; what is none is reported as `kind`.
    #[inline]
    pub fn unsigned(&mut self, lexer: &mut Lexer<'a>, field: &str, kind: WarningKind) -> Lex<Option<u64>> {
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
                return self.halves(lexer, field);
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

    /// A number of 64 bits that stands in two halves, as JavaScript's protobuf library prints it: `{"low":-5,"high":7,"unsigned":true}`.
    #[cold]
    fn halves(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<Option<u64>> {
        let mark = lexer.mark();
        if lexer.peek()? == Kind::Object
            && let [low, high] = numbers_in(&self.bytes[lexer.skip()?])[..]
        {
            return Ok(Some((high as u64) << 32 | low as u64 & 0xffff_ffff));
        }
        lexer.rewind(mark);
        self.not_expected(lexer, field, "a number")?;
        Ok(None)
    }

    /// A time in nanoseconds since the epoch, `NO_TIME` for 0, nothing or what is no time.
    #[inline]
    pub fn time_ns(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<u64> {
        if let Some(digits) = lexer.quoted::<19>()
            && let Some(time) = simd::decimal19(digits)
            && time != 0
        {
            lexer.accept_quoted::<19>();
            return Ok(time);
        }
        self.other_time_ns(lexer, field)
    }

    /// The same for other numbers, and for dates.
    #[inline(never)]
    fn other_time_ns(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<u64> {
        let mark = lexer.mark();
        if lexer.peek()? == Kind::String
            && let Some(instant) = date_time(&lexer.string()?.content(self.bytes))
        {
            return Ok(self.zoned(instant));
        }
        lexer.rewind(mark);
        Ok(match self.unsigned(lexer, field, WarningKind::BadTime)? {
            Some(0) | None => NO_TIME,
            Some(time) => time,
        })
    }

    /// The nanoseconds of a date and time; that one without a zone is taken for UTC is told.
    #[inline(never)]
    pub fn zoned(&mut self, instant: Instant) -> u64 {
        if !instant.zoned {
            self.guess(NO_ZONE);
        }
        instant.ns
    }
}

/// The decimal digits at the begin of a text, at most eight, as a number, and how many there are.
#[inline(always)]
pub fn some_digits(text: &[u8; 8]) -> (u64, usize) {
    match simd::short_decimal(text) {
        Some((number, digits)) => (number.into(), digits),
        None => simd::decimal8(*text).map_or((0, 0), |number| (number.into(), 8)),
    }
}

/// The decimal digits that stand at an offset as a number of 64 bits, and how many there are, if JSON allows a number to begin with them. In the
/// last bytes of an input there is none.
#[inline(never)]
pub fn plain_digits(bytes: &[u8], start: usize) -> Option<(u64, usize)> {
    const SCALES: [u64; 9] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    // 18446744073709551615 is the last one.
    const MOST: u64 = u64::MAX / 10_000;
    let window: &[u8; 24] = bytes.get(start..)?.first_chunk()?;
    let (parts, _) = window.as_chunks();
    let (mut number, mut digits) = some_digits(&parts[0]);
    if digits == 8 {
        let (second, more) = some_digits(&parts[1]);
        (number, digits) = (number * SCALES[more] + second, 8 + more);
        if digits == 16 {
            let (third, more) = some_digits(&parts[2]);
            if more > 4 || more == 4 && (number > MOST || number == MOST && third > u64::MAX % 10_000) {
                return None;
            }
            (number, digits) = (number * SCALES[more] + third, 16 + more);
        }
    }
    (digits == 1 || digits > 1 && window[0] != b'0').then_some((number, digits))
}

/// A whole number of 64 bits that ends its member, if one stands at an offset written as JSON demands: the number, and where it ends.
#[inline(always)]
pub fn plain_unsigned(bytes: &[u8], start: usize) -> Option<(u64, usize)> {
    let (number, digits) = plain_digits(bytes, start)?;
    let end = start + digits;
    matches!(bytes.get(end), Some(b',' | b'}')).then_some((number, end))
}

/// The whole numbers among the values of a list or an object.
#[cold]
pub(super) fn numbers_in(json: &[u8]) -> Vec<i64> {
    let words = json.split(|byte| b"[]{}:, \t\r\n".contains(byte));
    words.filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok()).collect()
}

/// Decimal digits, or a number with a fraction or exponent that is not negative and below 2^64.
#[inline]
pub fn parse_unsigned(text: &[u8]) -> Option<u64> {
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
    let value = parse_f64(text)?;
    (0.0..18_446_744_073_709_551_616.0).contains(&value).then_some(value as u64)
}

/// What stands at an offset, for a sentence.
pub fn found_at(bytes: &[u8], offset: usize) -> String {
    match bytes.get(offset) {
        None => "the end of the input".to_owned(),
        Some(byte) if *byte < 0x20 || *byte == 0x7f => format!("the control character {byte:#04x}"),
        Some(_) => {
            let text = String::from_utf8_lossy(&bytes[offset..bytes.len().min(offset + 24)]);
            let line = text.lines().next().unwrap_or_default();
            let short: String = line.chars().take(16).collect();
            format!("`{short}`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_at_once_is_the_number_digit_by_digit() {
        for (text, at_once) in [
            ("0,", Some((0, 1))),
            ("7}", Some((7, 1))),
            ("1780000000020460080,", Some((1_780_000_000_020_460_080, 19))),
            ("1234567890123456,", Some((1_234_567_890_123_456, 16))),
            ("18446744073709551615,", Some((u64::MAX, 20))),
            ("18446744073709551616,", None),
            ("18446744073709551620,", None),
            ("99999999999999999999,", None),
            ("184467440737095516150,", None),
            ("00,", None),
            ("0123456789012345678,", None),
            ("-1,", None),
            ("1.5,", None),
            ("12 ,", None),
            ("12", None),
            (",", None),
        ] {
            let padded = format!("{text:<30}");
            assert_eq!(plain_unsigned(padded.as_bytes(), 0), at_once, "{text}");
            if let Some((number, end)) = at_once {
                assert_eq!(parse_unsigned(&text.as_bytes()[..end]), Some(number), "{text}");
            }
        }
    }
}
