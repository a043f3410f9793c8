//! Times and durations in microseconds, as Jaeger and Zipkin write them, to nanoseconds: exact, without a double in between.
//!
//! A number may be quoted, have a fraction (the page of Jaeger divides), an exponent or a sign. What lies behind the nanosecond is cut off.

use super::input::{Input, plain_digits, some_digits};
use crate::error::WarningKind;
use crate::json::{Kind, Lex, Lexer};
use crate::simd;
use crate::store::{NO_TIME, SpanDraft};

/// A number of nanoseconds with its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nanos {
    pub ns: u64,
    pub negative: bool,
}

impl Nanos {
    /// The end of what starts at `start` and lasts this long, `None` when no time can hold it.
    #[inline(always)]
    pub fn after(self, start: u64) -> Option<u64> {
        let end = if self.negative { start.checked_sub(self.ns) } else { start.checked_add(self.ns) };
        end.filter(|end| *end != NO_TIME)
    }
}

impl std::fmt::Display for Nanos {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{} ns", if self.negative { "-" } else { "" }, self.ns)
    }
}

/// A span's start and duration in nanoseconds, before they become its start and end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    pub start: Option<u64>,
    pub duration: Option<Nanos>,
}

impl Times {
    /// Start and end as the store has them, and what is to be said about them.
    #[inline(always)]
    pub fn place(self) -> (u64, u64, Option<(WarningKind, String)>) {
        match (self.start, self.duration) {
            (Some(start), Some(duration)) => match duration.after(start) {
                Some(end) => (start, end, None),
                None => (start, NO_TIME, Some(bad_end(duration))),
            },
            (Some(start), None) => (start, NO_TIME, None),
            (None, None) => (NO_TIME, NO_TIME, None),
            (None, Some(duration)) => (NO_TIME, NO_TIME, Some(no_start(duration))),
        }
    }

    /// Gives them to a span, and says what is to be said.
    #[inline(always)]
    pub fn put(self, reading: &mut Input<'_>, draft: &mut SpanDraft) {
        let (start, end, warning) = self.place();
        (draft.start, draft.end) = (start, end);
        if let Some((kind, message)) = warning {
            reading.builder.warn_span(kind, &message);
        }
    }
}

#[cold]
fn bad_end(duration: Nanos) -> (WarningKind, String) {
    (WarningKind::BadTime, format!("Expected an end within 64 bits of nanoseconds, found a duration of {duration}."))
}

/// A duration has no place without a start; it is told, so that it is not lost.
#[cold]
fn no_start(duration: Nanos) -> (WarningKind, String) {
    (WarningKind::NoStartTime, format!("This span has no start time; its duration is {duration}."))
}

impl<'a> Input<'a> {
    /// A number of microseconds; what is none, or does not fit 64 bits of nanoseconds, is reported. `null` is nothing.
    #[inline(always)]
    pub fn micros(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<Option<Nanos>> {
        if let Some(micros) = lexer.short_number() {
            return Ok(Some(Nanos { ns: u64::from(micros) * 1000, negative: false }));
        }
        self.other_micros(lexer, field)
    }

    #[inline(never)]
    fn other_micros(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<Option<Nanos>> {
        let (start, end) = match lexer.peek()? {
            Kind::Number => {
                let number = lexer.number()?;
                (number.start, number.end)
            }
            Kind::String => {
                let text = lexer.string()?;
                (text.start, text.end)
            }
            _ => {
                self.not_expected(lexer, field, "a number of microseconds")?;
                return Ok(None);
            }
        };
        let text = &self.bytes[start as usize..end as usize];
        let nanos = parse_micros(text);
        if nanos.is_none() && !text.is_empty() {
            self.bad_time(field, text);
        }
        Ok(nanos)
    }

    /// A time in microseconds since the epoch, in nanoseconds; a negative one is reported.
    #[inline(always)]
    pub fn time_us(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<Option<u64>> {
        if let Some(digits) = lexer.bare::<16>()
            && let Some(micros) = simd::decimal16(digits)
        {
            lexer.go_to(lexer.offset() + 16);
            return Ok(Some(micros * 1000));
        }
        self.other_time_us(lexer, field)
    }

    #[inline(never)]
    fn other_time_us(&mut self, lexer: &mut Lexer<'a>, field: &str) -> Lex<Option<u64>> {
        let at = lexer.offset();
        Ok(match self.micros(lexer, field)? {
            Some(Nanos { ns, negative: false }) if ns != NO_TIME => Some(ns),
            Some(_) => {
                let text = &self.bytes[at..lexer.offset()];
                self.bad_time(field, text.trim_ascii());
                None
            }
            None => None,
        })
    }

    #[cold]
    fn bad_time(&mut self, field: &str, text: &[u8]) {
        let found = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
        let message = format!("Expected microseconds within 64 bits of nanoseconds as {field}, found {found}.");
        self.builder.warn_span(WarningKind::BadTime, &message);
    }
}

/// A number without sign and exponent that ends its member, if one stands at an offset written as JSON demands: its nanoseconds, and where it
/// ends.
#[inline(always)]
pub fn plain_micros(bytes: &[u8], start: usize) -> Option<(u64, usize)> {
    let (whole, digits) = plain_digits(bytes, start).filter(|(_, digits)| *digits <= 16)?;
    let (mut at, mut ns) = (start + digits, whole * 1000);
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        let fraction: &[u8; 8] = bytes.get(at..)?.first_chunk()?;
        let (_, mut digits) = some_digits(fraction);
        if digits == 0 {
            return None;
        }
        for (digit, scale) in fraction.iter().zip([100, 10, 1]).take(digits) {
            ns += u64::from(digit - b'0') * scale;
        }
        at += digits;
        // What lies behind the nanosecond is cut off.
        while digits == 8 {
            digits = some_digits(bytes.get(at..)?.first_chunk()?).1;
            at += digits;
        }
        if at - start > 200 {
            return None;
        }
    }
    matches!(bytes.get(at), Some(b',' | b'}')).then_some((ns, at))
}

/// Any number of JSON.
#[inline]
pub fn parse_micros(text: &[u8]) -> Option<Nanos> {
    let mut value = 0_u64;
    for (at, &byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 || at >= 16 {
            // A fraction of a page or of a clock's ticks.
            return match byte {
                b'.' if (1..16).contains(&at) => behind_point(value, &text[at + 1..]),
                _ => None,
            }
            .or_else(|| parse_micros_slow(text));
        }
        value = value * 10 + u64::from(digit);
    }
    if text.is_empty() { None } else { Some(Nanos { ns: value * 1000, negative: false }) }
}

/// Whole microseconds and the digits of a fraction, if they are nothing but digits.
#[inline]
fn behind_point(whole: u64, fraction: &[u8]) -> Option<Nanos> {
    let mut ns = whole * 1000;
    let mut scale = 100;
    for &byte in fraction {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        ns += u64::from(digit) * scale;
        scale /= 10;
    }
    Some(Nanos { ns, negative: false })
}

#[cold]
fn parse_micros_slow(text: &[u8]) -> Option<Nanos> {
    scaled(std::str::from_utf8(text).ok()?, 3)
}

/// Digits and perhaps a fraction, so few of them that they fit.
fn scaled_plain(text: &str, places: i64) -> Option<u64> {
    const FIT: i64 = 18;
    let (mut ns, mut whole, mut behind) = (0_u64, 0, None);
    for byte in text.bytes() {
        match (byte, &mut behind) {
            // What lies behind the nanosecond is cut off.
            (b'0'..=b'9', Some(0)) => continue,
            (b'0'..=b'9', Some(left)) => *left -= 1,
            (b'0'..=b'9', None) => whole += 1,
            (b'.', None) if whole > 0 => {
                behind = Some(places);
                continue;
            }
            _ => return None,
        }
        if whole + places > FIT {
            return None;
        }
        ns = ns * 10 + u64::from(byte - b'0');
    }
    for _ in 0..behind.unwrap_or(places) {
        ns *= 10;
    }
    (whole > 0 && places >= 0).then_some(ns)
}

/// Any number of JSON: its digits, moved by the exponent and by so many more places (9 for seconds, 6 for milliseconds).
pub fn scaled(text: &str, places: i64) -> Option<Nanos> {
    let text = text.trim();
    if let Some(ns) = scaled_plain(text, places) {
        return Some(Nanos { ns, negative: false });
    }
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        // An exponent beyond 32 bits moves every digit away, in whichever direction.
        Some((mantissa, exponent)) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let limit = if exponent.starts_with('-') { i64::from(i32::MIN) } else { i64::from(i32::MAX) };
            (mantissa, exponent.parse::<i32>().map_or(limit, i64::from))
        }
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = whole.bytes().chain(fraction.bytes());
    let mut places = whole.len() as i64 + exponent + places;
    let mut ns = 0_u64;
    for digit in digits {
        if places <= 0 {
            break;
        }
        ns = ns.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        places -= 1;
    }
    // Zeros behind the last digit; twenty of them are beyond 64 bits for any number but 0.
    while places > 0 && ns != 0 {
        ns = ns.checked_mul(10)?;
        places -= 1;
    }
    Some(Nanos { ns, negative: negative && ns != 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_become_nanoseconds_exactly() {
        let cases: &[(&str, Option<i128>)] = &[
            ("0", Some(0)),
            ("1", Some(1_000)),
            ("1795331638127899", Some(1_795_331_638_127_899_000)),
            ("9999999999999999", Some(9_999_999_999_999_999_000)),
            ("18446744073709551", Some(18_446_744_073_709_551_000)),
            ("18446744073709551.614", Some(18_446_744_073_709_551_614)),
            ("18446744073709552", None),
            ("18446744073709551616", None),
            ("123.456", Some(123_456)),
            ("123.4567", Some(123_456)),
            ("0.0009", Some(0)),
            ("1.795331638127899e15", Some(1_795_331_638_127_899_000)),
            ("1.5E3", Some(1_500_000)),
            ("15e-1", Some(1_500)),
            ("1e-9", Some(0)),
            ("1e99999999999999999999", None),
            ("0e99999999999999999999", Some(0)),
            ("1e-99999999999999999999", Some(0)),
            ("-5", Some(-5_000)),
            ("-0", Some(0)),
            ("-0.0", Some(0)),
            (" 7 ", Some(7_000)),
            ("", None),
            ("-", None),
            (".5", None),
            ("1e", None),
            ("1e+", None),
            ("abc", None),
            ("1 2", None),
            ("0x10", None),
            ("NaN", None),
        ];
        for (text, expected) in cases {
            let found = parse_micros(text.as_bytes())
                .map(|nanos| if nanos.negative { -i128::from(nanos.ns) } else { i128::from(nanos.ns) });
            assert_eq!(found, *expected, "{text}");
            // Where a member ends, and written as JSON demands, at once as well.
            let member = format!("{text},{:30}", "");
            if let Some((ns, end)) = plain_micros(member.as_bytes(), 0) {
                assert_eq!((Some(i128::from(ns)), end), (*expected, text.len()), "{text}");
            }
        }
        for (text, at_once) in [
            ("0,", Some((0, 1))),
            ("20460.08,\"dur", Some((20_460_080, 8))),
            ("1795331638127899.5}", Some((1_795_331_638_127_899_500, 18))),
            ("17953316381278990.5}", None),
            ("795331638127899.5}", Some((795_331_638_127_899_500, 17))),
            ("47258.926999999996}", Some((47_258_926, 18))),
            ("01,", None),
            ("1.,", None),
            ("1", None),
            ("1 ,", None),
            ("1e3,", None),
        ] {
            let padded = format!("{text:<30}");
            assert_eq!(plain_micros(padded.as_bytes(), 0), at_once, "{text}");
        }
    }
}
