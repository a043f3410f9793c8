//! Byte scanning, sixteen bytes at a time where the target has 128-bit SIMD (wasm `simd128`; for headers x86-64 too), eight at a time
//! elsewhere.
//!
//! This is the only module with `unsafe` code, and it needs it for four things: loading sixteen bytes from a slice whose bounds were just
//! checked, letting a stranger fill reserved memory, taking bytes that were just seen to be ASCII for text, and instructions that every
//! processor of a target has. Everything is a pure function of its arguments; the portable versions define the meaning and the tests hold
//! the SIMD versions to them.
#![allow(unsafe_code)]

mod hex;
#[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
mod lanes;
mod marks;
mod needle;

#[cfg(any(test, target_arch = "wasm32"))]
use std::mem::MaybeUninit;

pub use hex::{DashedHex, hex_portable, hex16, hex16_lower};
pub use marks::Marks;
pub use needle::Needle;

/// A short text to compare with at one position of a buffer, padded so that two sixteen-byte loads cover it.
#[derive(Clone, Copy, Debug)]
pub struct Literal {
    bytes: [u8; 32],
    len: u8,
}

impl Literal {
    /// A JSON object key as it stands in compact text: `"name":`. At most 29 bytes long.
    pub const fn key(name: &str) -> Literal {
        let name = name.as_bytes();
        assert!(name.len() + 3 <= 32, "a key literal holds at most 29 bytes");
        let mut bytes = [0; 32];
        bytes[0] = b'"';
        let mut i = 0;
        while i < name.len() {
            bytes[i + 1] = name[i];
            i += 1;
        }
        bytes[i + 1] = b'"';
        bytes[i + 2] = b':';
        let len = name.len() + 3;
        Literal { bytes, len: len as u8 }
    }

    /// The key of a member that is not the first, as it stands in compact text: `,"name":`. At most 28 bytes long.
    pub const fn next_key(name: &str) -> Literal {
        let key = Literal::key(name);
        let mut bytes = [0; 32];
        bytes[0] = b',';
        assert!(key.len() < 32, "a key literal with a comma holds at most 28 bytes");
        let mut i = 0;
        while i < key.len() {
            bytes[i + 1] = key.bytes[i];
            i += 1;
        }
        Literal { bytes, len: key.len + 1 }
    }

    /// Length of the whole text, quotes and colon included.
    #[inline(always)]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// For a key literal: the name between the quotes.
    #[inline]
    pub fn name(&self) -> &[u8] {
        &self.bytes[1..self.len as usize - 2]
    }
}

/// Whether `bytes` continues with `literal` at `at`.
#[inline(always)]
pub fn matches(bytes: &[u8], at: usize, literal: &Literal) -> bool {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    if let Some(window) = bytes.get(at..at + 32) {
        use core::arch::wasm32::{i8x16_eq, u8x16_bitmask};
        // SAFETY: `window` is 32 bytes long, `literal.bytes` too: all four loads are inside their slices.
        let low = unsafe { i8x16_eq(load(window, 0), load(&literal.bytes, 0)) };
        let mask = u32::from(u8x16_bitmask(low));
        // One bit for each byte of the literal, which has 3 to 32.
        let expected = u32::MAX >> (32 - u32::from(literal.len));
        if literal.len <= 16 {
            return mask & expected == expected;
        }
        // SAFETY: as above.
        let high = unsafe { i8x16_eq(load(window, 16), load(&literal.bytes, 16)) };
        let mask = mask | u32::from(u8x16_bitmask(high)) << 16;
        return mask & expected == expected;
    }
    matches_portable(bytes, at, literal)
}

fn matches_portable(bytes: &[u8], at: usize, literal: &Literal) -> bool {
    bytes.get(at..at + literal.len()) == Some(&literal.bytes[..literal.len()])
}

/// The begin of a text of some length, made to be compared at one position of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    bytes: [u8; Head::LEN],
    /// A bit for each byte behind the text, which may be anything.
    past: u64,
}

impl Head {
    /// So many bytes are compared; a longer text goes on behind them.
    pub const LEN: usize = 64;

    /// The first [`Head::LEN`] bytes of `text`, or as many as it has.
    pub fn new(text: &[u8]) -> Head {
        let text = &text[..text.len().min(Head::LEN)];
        let mut bytes = [0; Head::LEN];
        bytes[..text.len()].copy_from_slice(text);
        Head { bytes, past: u64::MAX.checked_shl(text.len() as u32).unwrap_or(0) }
    }

    /// Whether `window` begins with it.
    #[inline(always)]
    pub fn begins(&self, window: &[u8; Head::LEN]) -> bool {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        {
            use core::arch::wasm32::{u8x16_bitmask, u8x16_eq};
            // SAFETY: both are 64 bytes long.
            let equal = |at| unsafe { u32::from(u8x16_bitmask(u8x16_eq(load(window, at), load(&self.bytes, at)))) };
            let (low, high) = (self.past as u32, (self.past >> 32) as u32);
            equal(0) | equal(16) << 16 | low == u32::MAX
                && (high == u32::MAX || equal(32) | equal(48) << 16 | high == u32::MAX)
        }
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        {
            let len = self.past.trailing_zeros() as usize;
            self.bytes[..len] == window[..len]
        }
    }
}

/// Whether `bytes` continues with `text` at `at`. Made for texts of some length that are likely to be there.
#[inline(always)]
pub fn continues_with(bytes: &[u8], at: usize, text: &[u8]) -> bool {
    let Some(window) = bytes.get(at..at + text.len()) else { return false };
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    if text.len() >= 16 {
        use core::arch::wasm32::{u8x16_bitmask, u8x16_eq};
        let last = text.len() - 16;
        let mut from = 0;
        loop {
            let from_here = from.min(last);
            // SAFETY: both slices are `text.len()` long, and `from_here` is at least 16 below that.
            let same = unsafe { u8x16_eq(load(window, from_here), load(text, from_here)) };
            if u8x16_bitmask(same) != u16::MAX {
                return false;
            }
            if from >= last {
                return true;
            }
            from += 16;
        }
    }
    if text.len() >= 8 {
        // Words of eight bytes, the last one over what was compared: cheaper than a call for so little.
        let last = text.len() - 8;
        let mut from = 0;
        while from < last {
            if word(window, from) != word(text, from) {
                return false;
            }
            from += 8;
        }
        return word(window, last) == word(text, last);
    }
    window == text
}

#[inline(always)]
fn word(of: &[u8], from: usize) -> u64 {
    u64::from_le_bytes(of[from..from + 8].try_into().expect("eight bytes"))
}

/// Nineteen decimal digits as a number: the nanoseconds of our age.
#[inline(always)]
pub fn decimal19(digits: &[u8; 19]) -> Option<u64> {
    let (head, tail) = digits.split_first_chunk()?;
    let mut value = decimal16(head)?;
    for digit in tail {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

/// Sixteen decimal digits as a number: the microseconds of our age.
#[inline(always)]
pub fn decimal16(digits: &[u8; 16]) -> Option<u64> {
    let high = decimal8(digits[..8].try_into().ok()?)?;
    let low = decimal8(digits[8..].try_into().ok()?)?;
    Some(u64::from(high) * 100_000_000 + u64::from(low))
}

/// Eight decimal digits at once.
#[inline(always)]
pub fn decimal8(digits: [u8; 8]) -> Option<u32> {
    let nibbles = u64::from_le_bytes(digits) ^ 0x3030_3030_3030_3030;
    if (nibbles | nibbles.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    Some(join_digits(nibbles))
}

/// One to seven decimal digits and their number, if that is what `text` begins with; what stands behind them is no digit.
#[inline(always)]
pub fn short_decimal(text: &[u8; 8]) -> Option<(u32, usize)> {
    let nibbles = u64::from_le_bytes(*text) ^ 0x3030_3030_3030_3030;
    // The lowest mark is exact: a digit carries nothing into the byte above it.
    let marks = (nibbles | nibbles.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080;
    let digits = marks.trailing_zeros() as usize / 8;
    if digits == 0 || digits == 8 {
        return None;
    }
    // What is not there in front counts as zeros.
    Some((join_digits(nibbles << (64 - 8 * digits)), digits))
}

/// Eight digits' values as one: pairs, then fours, then all (after Johnny Lee's and Daniel Lemire's descriptions).
#[inline(always)]
fn join_digits(values: u64) -> u32 {
    let pairs = values.wrapping_mul(10) + (values >> 8);
    let fours = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(100 + (1_000_000 << 32));
    let rest = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(1 + (10_000 << 32));
    (fours.wrapping_add(rest) >> 32) as u32
}

/// Offset of the first byte of a JSON string's content, at or after `from`, that is not plain: a `"`, a `\`, a control character (below
/// 0x20) or one of 0x80 or above; the length of the buffer if there is none.
#[inline(always)]
pub fn plain_run(bytes: &[u8], from: usize) -> usize {
    // Most strings end within two chunks: they are looked at without a loop, whose every turn an engine may want to interrupt.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    if let Some(window) = bytes.get(from..from + 32) {
        let stops = plain_stops(window);
        return if stops != 0 { from + stops.trailing_zeros() as usize } else { plain_run_on(bytes, from + 32) };
    }
    plain_run_on(bytes, from)
}

#[inline(never)]
fn plain_run_on(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    while let Some(window) = bytes.get(at..at + 32) {
        let stops = plain_stops(window);
        if stops != 0 {
            return at + stops.trailing_zeros() as usize;
        }
        at += 32;
    }
    let run = string_run(bytes, at);
    if !run.non_ascii {
        return run.end;
    }
    at += bytes[at..run.end].iter().position(|b| *b >= 0x80).unwrap_or(0);
    at
}

/// A bit for each of 32 bytes that is not plain.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn plain_stops(window: &[u8]) -> u32 {
    use core::arch::wasm32::{i8x16_lt, i8x16_splat, u8x16_bitmask, u8x16_eq, u8x16_splat, v128_or};
    let stops = |chunk| {
        let marks = v128_or(u8x16_eq(chunk, u8x16_splat(b'"')), u8x16_eq(chunk, u8x16_splat(b'\\')));
        // With a sign, what is not ASCII is below the control characters' end too.
        u32::from(u8x16_bitmask(v128_or(marks, i8x16_lt(chunk, i8x16_splat(0x20)))))
    };
    let window: &[u8; 32] = window.try_into().expect("the window is 32 bytes long");
    // SAFETY: `window` is 32 bytes long.
    let (first, second) = unsafe { (load(window, 0), load(window, 16)) };
    stops(first) | stops(second) << 16
}

/// Where a JSON string's run without escapes ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringRun {
    /// Offset of the first `"`, `\` or control character (below 0x20), or the length of the buffer.
    pub end: usize,
    /// Whether a byte of 0x80 or above stands before it.
    pub non_ascii: bool,
}

/// Scans a JSON string's content from `from`, what is not ASCII included.
#[inline(never)]
pub fn string_run(bytes: &[u8], from: usize) -> StringRun {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    {
        use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128_or};
        let mut at = from;
        let mut high = 0;
        while let Some(window) = bytes.get(at..at + 16) {
            // SAFETY: `window` is 16 bytes long.
            let chunk = unsafe { load(window, 0) };
            let stop = v128_or(
                v128_or(u8x16_eq(chunk, u8x16_splat(b'"')), u8x16_eq(chunk, u8x16_splat(b'\\'))),
                u8x16_lt(chunk, u8x16_splat(0x20)),
            );
            let stops = u32::from(u8x16_bitmask(stop));
            let highs = u32::from(u8x16_bitmask(chunk));
            if stops != 0 {
                high |= highs & (stops & stops.wrapping_neg()).wrapping_sub(1);
                return StringRun { end: at + stops.trailing_zeros() as usize, non_ascii: high != 0 };
            }
            high |= highs;
            at += 16;
        }
        let tail = string_run_bytewise(bytes, at);
        StringRun { end: tail.end, non_ascii: tail.non_ascii || high != 0 }
    }
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    string_run_portable(bytes, from)
}

/// Eight bytes at a time with the "has a byte less than" trick (Bit Twiddling Hacks, S. E. Anderson).
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
fn string_run_portable(bytes: &[u8], from: usize) -> StringRun {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let has_zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGHS;
    let mut at = from;
    let mut high = false;
    while let Some(window) = bytes.get(at..at + 8) {
        let chunk = u64::from_le_bytes(window.try_into().expect("the window is eight bytes long"));
        let stop = has_zero(chunk ^ (ONES * b'"' as u64))
            | has_zero(chunk ^ (ONES * b'\\' as u64))
            | (chunk.wrapping_sub(ONES * 0x20) & !chunk & HIGHS);
        if stop != 0 {
            break; // The lowest mark is exact, marks above it may be false: finish byte by byte.
        }
        high |= chunk & HIGHS != 0;
        at += 8;
    }
    let tail = string_run_bytewise(bytes, at);
    StringRun { end: tail.end, non_ascii: tail.non_ascii || high }
}

fn string_run_bytewise(bytes: &[u8], from: usize) -> StringRun {
    let mut non_ascii = false;
    let mut at = from;
    while let Some(&b) = bytes.get(at) {
        if b == b'"' || b == b'\\' || b < 0x20 {
            break;
        }
        non_ascii |= b >= 0x80;
        at += 1;
    }
    StringRun { end: at, non_ascii }
}

/// Offset of the first byte at or after `from` that is not JSON white space (space, tab, line feed, carriage return).
#[inline]
pub fn skip_whitespace(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    {
        use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, v128_or};
        while let Some(window) = bytes.get(at..at + 16) {
            // SAFETY: `window` is 16 bytes long.
            let chunk = unsafe { load(window, 0) };
            let white = v128_or(
                v128_or(u8x16_eq(chunk, u8x16_splat(b' ')), u8x16_eq(chunk, u8x16_splat(b'\n'))),
                v128_or(u8x16_eq(chunk, u8x16_splat(b'\r')), u8x16_eq(chunk, u8x16_splat(b'\t'))),
            );
            let ink = !u32::from(u8x16_bitmask(white)) & 0xffff;
            if ink != 0 {
                return at + ink.trailing_zeros() as usize;
            }
            at += 16;
        }
    }
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// Offset of the first byte at or after `from` that is one of three; the length of the buffer if there is none.
#[inline(never)]
pub fn find(bytes: &[u8], from: usize, any: [u8; 3]) -> usize {
    let mut at = from;
    #[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
    {
        use lanes::{equal, marks, or, splat};
        let [a, b, c] = any.map(splat);
        while let Some(window) = bytes.get(at..at + 16) {
            // SAFETY: `window` is 16 bytes long.
            let chunk = unsafe { load(window, 0) };
            let found = or(or(equal(chunk, a), equal(chunk, b)), equal(chunk, c));
            let found = u32::from(marks(found));
            if found != 0 {
                return at + found.trailing_zeros() as usize;
            }
            at += 16;
        }
        // The last sixteen bytes once more, without those that were looked at.
        if let (Some(window), true) = (bytes.last_chunk::<16>(), at < bytes.len()) {
            let start = bytes.len() - 16;
            // SAFETY: `window` is 16 bytes long.
            let chunk = unsafe { load(window, 0) };
            let found = or(or(equal(chunk, a), equal(chunk, b)), equal(chunk, c));
            let found = u32::from(marks(found)) >> (at - start);
            return if found != 0 { at + found.trailing_zeros() as usize } else { bytes.len() };
        }
    }
    while bytes.get(at).is_some_and(|byte| !any.contains(byte)) {
        at += 1;
    }
    at.min(bytes.len())
}

/// As [`find`], where it is likely to be near.
#[inline(always)]
pub fn find_near(bytes: &[u8], from: usize, any: [u8; 3]) -> usize {
    #[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
    if let Some(window) = bytes.get(from..from + 16) {
        use lanes::{equal, marks, or, splat};
        let [a, b, c] = any.map(splat);
        // SAFETY: `window` is 16 bytes long.
        let chunk = unsafe { load(window, 0) };
        let found = u32::from(marks(or(or(equal(chunk, a), equal(chunk, b)), equal(chunk, c))));
        return if found != 0 { from + found.trailing_zeros() as usize } else { find(bytes, from + 16, any) };
    }
    find(bytes, from, any)
}

/// How often `byte` occurs.
#[inline]
pub fn count(bytes: &[u8], byte: u8) -> usize {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    {
        use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat};
        let (chunks, rest) = bytes.as_chunks::<16>();
        let mut found = 0;
        for chunk in chunks {
            // SAFETY: `chunk` is 16 bytes long.
            let same = u8x16_eq(unsafe { load(chunk, 0) }, u8x16_splat(byte));
            found += u8x16_bitmask(same).count_ones() as usize;
        }
        found + count_portable(rest, byte)
    }
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    count_portable(bytes, byte)
}

fn count_portable(bytes: &[u8], byte: u8) -> usize {
    // Sums of bytes, as many as do not overflow, are what compilers make vector instructions of.
    let within = |chunk: &[u8]| usize::from(chunk.iter().map(|found| u8::from(*found == byte)).sum::<u8>());
    bytes.chunks(240).map(within).sum()
}

/// Loads sixteen bytes.
///
/// # Safety
/// `bytes` must be at least `at + 16` long.
#[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
#[inline(always)]
unsafe fn load(bytes: &[u8], at: usize) -> lanes::Lanes {
    debug_assert!(at + 16 <= bytes.len());
    // SAFETY: the caller promises that the sixteen bytes are inside the slice; they may stand at any address.
    unsafe { bytes.as_ptr().add(at).cast::<lanes::Lanes>().read_unaligned() }
}

/// Bytes as text if they are ASCII, which is seen several times as fast as UTF-8 is.
#[inline]
pub fn ascii(bytes: &[u8]) -> Option<&str> {
    // SAFETY: ASCII is UTF-8.
    is_ascii(bytes).then(|| unsafe { str::from_utf8_unchecked(bytes) })
}

/// Bytes as text if they are UTF-8, made for what mostly is ASCII.
#[inline]
pub fn text(bytes: &[u8]) -> Option<&str> {
    ascii(bytes).or_else(|| str::from_utf8(bytes).ok())
}

#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    {
        let (mut at, mut high) = (0, 0);
        while let Some(window) = bytes.get(at..at + 16) {
            // SAFETY: `window` is 16 bytes long.
            high |= core::arch::wasm32::u8x16_bitmask(unsafe { load(window, 0) });
            at += 16;
        }
        high == 0 && bytes[at..].is_ascii()
    }
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    bytes.is_ascii()
}

/// Appends `count` bytes that `fill` writes straight into the reserved memory, which nobody has to clear or copy for it.
///
/// # Panics
/// When `fill` answers anything but the slice it was given.
#[cfg(any(test, target_arch = "wasm32"))]
pub fn append_with(
    bytes: &mut Vec<u8>,
    count: usize,
    fill: impl for<'a> FnOnce(&'a mut [MaybeUninit<u8>]) -> &'a mut [u8],
) {
    bytes.reserve(count);
    let room = &mut bytes.spare_capacity_mut()[..count];
    let start = room.as_ptr().cast::<u8>();
    let filled = fill(room);
    assert!(filled.as_ptr() == start && filled.len() == count, "the room that was given is the room that was filled");
    // SAFETY: `count` bytes behind the length are reserved, and there is a `&mut [u8]` of exactly them, so they hold values.
    unsafe { bytes.set_len(bytes.len() + count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_at_each_kind_of_stop_and_at_every_distance() {
        for stop in [b'"', b'\\', 0, 0x1f, b'\n'] {
            for distance in 0..70 {
                for non_ascii in [false, true] {
                    let mut text = vec![b'a'; distance];
                    if non_ascii && distance > 0 {
                        text[distance / 2] = 0xc3;
                    }
                    let high = non_ascii && distance > 0;
                    text.push(stop);
                    text.extend([0xff; 40]);
                    let expected = StringRun { end: distance, non_ascii: high };
                    assert_eq!(string_run(&text, 0), expected);
                    assert_eq!(string_run_portable(&text, 0), expected);
                    let open = StringRun { end: distance, non_ascii: high };
                    assert_eq!(string_run(&text[..distance], 0), open, "no stop before the end");
                }
            }
        }
    }

    #[test]
    fn each_of_three_bytes_is_found_at_every_distance() {
        for wanted in [b'=', b'[', b'"'] {
            for distance in 0..70 {
                let mut text = vec![b'a'; distance + 40];
                text[distance] = wanted;
                for from in 0..=distance {
                    assert_eq!(find(&text, from, [b'=', b'[', b'"']), distance);
                }
                assert_eq!(find(&text, distance + 1, [wanted; 3]), text.len());
                assert_eq!(find(&text, text.len() + 1, [wanted; 3]), text.len());
            }
        }
    }

    #[test]
    fn text_is_what_is_utf_8_wherever_it_is_not_ascii() {
        for length in 0..50 {
            let mut bytes = vec![b'a'; length];
            assert_eq!(text(&bytes), std::str::from_utf8(&bytes).ok());
            for at in 0..length {
                for (first, second) in [(0xc3, 0xbc), (0xc3, b'a'), (0x80, b'a'), (0xff, 0xff)] {
                    bytes[at] = first;
                    if let Some(next) = bytes.get_mut(at + 1) {
                        *next = second;
                    }
                    assert_eq!(text(&bytes), std::str::from_utf8(&bytes).ok(), "{bytes:?}");
                    bytes.fill(b'a');
                }
            }
        }
    }

    #[test]
    fn bytes_around_the_limits_do_not_stop_a_run() {
        let text: Vec<u8> = (0x20..=0xff_u8).filter(|b| !b"\"\\".contains(b)).collect();
        assert_eq!(string_run(&text, 0), StringRun { end: text.len(), non_ascii: true });
        assert_eq!(string_run_portable(&text, 0), StringRun { end: text.len(), non_ascii: true });
    }

    #[test]
    fn literals_match_only_whole() {
        let literal = Literal::key("startTimeUnixNano");
        let text = br#"{"startTimeUnixNano":"1","padding":"................"}"#;
        assert!(matches(text, 1, &literal));
        assert!(!matches(text, 0, &literal));
        assert!(!matches(&text[..20], 1, &literal));
        assert!(matches(&text[..21], 1, &literal), "no padding needed behind it");
        assert_eq!(literal.name(), b"startTimeUnixNano");
        assert!(matches_portable(text, 1, &literal) && !matches_portable(text, 0, &literal));
    }

    #[test]
    fn a_text_is_found_only_where_all_of_it_stands() {
        let bytes: Vec<u8> = (0..120_u8).map(|i| i.wrapping_mul(37) | 1).collect();
        for length in 0..70 {
            let mut text = bytes[10..10 + length].to_vec();
            assert!(continues_with(&bytes, 10, &text));
            assert!(!continues_with(&bytes, 120 - length + 1, &text), "beyond the end");
            for at in 0..length {
                text[at] ^= 2;
                assert!(!continues_with(&bytes, 10, &text), "{length} bytes, the one at {at} differs");
                text[at] ^= 2;
            }
        }
    }

    #[test]
    fn decimal_digits_at_every_place() {
        assert_eq!(decimal19(b"1780000000021146334"), Some(1_780_000_000_021_146_334));
        assert_eq!(decimal19(b"9999999999999999999"), Some(9_999_999_999_999_999_999));
        assert_eq!(decimal19(b"0000000000000000000"), Some(0));
        for at in 0..19 {
            for bad in [b'/', b':', b' ', b'a', b'.', 0xb0, 0x3f, 0, 0xff] {
                let mut digits = *b"1234567890123456789";
                digits[at] = bad;
                assert_eq!(decimal19(&digits), None, "{bad:#x} at {at}");
            }
            for digit in 0..10 {
                let mut digits = *b"1234567890123456789";
                digits[at] = b'0' + digit;
                let expected = std::str::from_utf8(&digits).ok().and_then(|text| text.parse().ok());
                assert_eq!(decimal19(&digits), expected);
            }
        }
    }

    #[test]
    fn a_short_number_ends_at_the_first_byte_that_is_no_digit() {
        for digits in 0..=8 {
            for behind in [b'/', b':', b',', b'}', b'.', b' ', b'e', 0, 0x3f, 0x7f, 0x80, 0xb0, 0xb9, 0xff] {
                let mut text = *b"98765432";
                text[digits..].fill(behind);
                let number = std::str::from_utf8(&text[..digits]).ok().and_then(|text| text.parse().ok());
                let expected = number.filter(|_| digits < 8).map(|number| (number, digits));
                assert_eq!(short_decimal(&text), expected, "{digits} digits, then {behind:#x}");
            }
        }
        assert_eq!(short_decimal(b"0000000,"), Some((0, 7)));
        assert_eq!(short_decimal(b"7,999999"), Some((7, 1)), "digits behind do not count");
    }

    #[test]
    fn a_plain_run_ends_at_the_first_byte_to_look_at() {
        for stop in (0..=255_u8).filter(|b| *b >= 0x80 || *b < 0x20 || matches!(b, b'"' | b'\\')) {
            for distance in [0, 1, 7, 15, 16, 31, 32, 33, 63, 64, 90] {
                let mut text = vec![b'~'; distance];
                text.push(stop);
                assert_eq!(plain_run(&text, 0), distance, "{stop:#x}");
                text.extend([b'x'; 40]);
                text.push(b'"');
                assert_eq!(plain_run(&text, 0), distance, "{stop:#x}");
                assert_eq!(plain_run(&text, distance + 1), text.len() - 1);
                assert_eq!(plain_run(&text[..distance], 0), distance, "no stop before the end");
            }
        }
    }

    #[test]
    fn a_head_is_found_only_where_all_of_it_stands() {
        let text: Vec<u8> = (0..100_u8).map(|i| i.wrapping_mul(37) | 1).collect();
        for length in 0..=text.len() {
            let head = Head::new(&text[..length]);
            let mut window = [0; Head::LEN];
            let compared = length.min(Head::LEN);
            window[..compared].copy_from_slice(&text[..compared]);
            assert!(head.begins(&window));
            for at in 0..Head::LEN {
                window[at] ^= 2;
                assert_eq!(head.begins(&window), at >= compared, "{length} bytes, the one at {at} differs");
                window[at] ^= 2;
            }
        }
    }

    #[test]
    fn only_ascii_is_ascii() {
        for length in 0..40 {
            let mut text = vec![b'a'; length];
            assert_eq!(ascii(&text), str::from_utf8(&text).ok());
            for place in 0..length {
                text[place] = 0x80;
                assert_eq!(ascii(&text), None);
                text[place] = 0x7f;
            }
        }
    }

    #[test]
    fn bytes_are_appended_where_they_will_stay() {
        let mut bytes = b"ab".to_vec();
        append_with(&mut bytes, 3, |room| room.write_copy_of_slice(b"cde"));
        append_with(&mut bytes, 0, |room| room.write_copy_of_slice(b""));
        assert_eq!(bytes, b"abcde");
    }

    #[test]
    #[should_panic(expected = "the room that was given")]
    fn other_bytes_are_not_taken_for_the_room_that_was_given() {
        append_with(&mut Vec::new(), 3, |_| Box::leak(Box::new([1, 2, 3])));
    }

    #[test]
    fn white_space_is_skipped_at_every_length() {
        for length in 0..40 {
            let mut text = b" \n\r\t".repeat(10)[..length].to_vec();
            assert_eq!(skip_whitespace(&text, 0), length);
            text.push(0x0b);
            text.extend([b' '; 20]);
            assert_eq!(skip_whitespace(&text, 0), length);
        }
    }
}
