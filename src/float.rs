//! Doubles from text and to text: what the standard library answers, in a tenth of its size. Its own reading brings a
//! table of 10 KB, and its writing two ways to do it, of which the one for a given precision is never used here.
//!
//! What is short is computed in registers, all else exactly with large integers, as in "How to Read Floating Point Numbers
//! Accurately" (Clinger 1990) and "How to Print Floating-Point Numbers Accurately" (Steele and White 1990).

use std::cmp::Ordering;

/// A double as text has it: the notations of `str::parse`.
pub fn parse_f64(text: &str) -> Option<f64> {
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let value = match unsigned {
        word if word.eq_ignore_ascii_case(b"inf") || word.eq_ignore_ascii_case(b"infinity") => f64::INFINITY,
        word if word.eq_ignore_ascii_case(b"nan") => f64::NAN,
        number => decimal(number)?,
    };
    Some(if negative { -value } else { value })
}

/// How many digits always fit into 64 bits.
const DIGITS: usize = 19;

/// More digits than these decide nothing but whether something follows them.
const DECISIVE: usize = 800;

/// `digits[.digits][e[sign]digits]`, with a digit before or behind the point.
fn decimal(number: &[u8]) -> Option<f64> {
    // The first digits that count, how many there are, and the power of ten of the last one among them.
    let (mut mantissa, mut taken, mut exponent) = (0u64, 0usize, 0i64);
    let (mut any, mut point, mut exact) = (false, false, true);
    let mut at = 0;
    while let Some(byte) = number.get(at) {
        match byte {
            b'0'..=b'9' => {
                any = true;
                let digit = u64::from(byte - b'0');
                if taken < DIGITS {
                    mantissa = mantissa * 10 + digit;
                    taken += usize::from(mantissa > 0);
                    exponent -= i64::from(point);
                } else {
                    exact &= digit == 0;
                    exponent += i64::from(!point);
                }
            }
            b'.' if !point => point = true,
            _ => break,
        }
        at += 1;
    }
    if !any {
        return None;
    }
    let digits = &number[..at];
    let written = match number.get(at) {
        Some(b'e' | b'E') => power(&number[at + 1..])?,
        Some(_) => return None,
        None => 0,
    };
    exponent += written;
    Some(match exponent {
        _ if mantissa == 0 => 0.0,
        // Both are doubles as they stand, so that one operation rounds once.
        -19..=19 if exact && mantissa < 1 << 53 => {
            let scale = 10u64.pow(exponent.unsigned_abs() as u32) as f64;
            if exponent < 0 { mantissa as f64 / scale } else { mantissa as f64 * scale }
        }
        0..=19 if exact => rounded(u128::from(mantissa) * u128::from(10u64.pow(exponent as u32)), 0, false),
        -19..0 if exact => {
            let shift = u128::from(mantissa).leading_zeros();
            let (all, scale) = (u128::from(mantissa) << shift, u128::from(10u64.pow(-exponent as u32)));
            rounded(all / scale, -i64::from(shift), all % scale != 0)
        }
        // The largest double is below 1e309, and half of the smallest above 1e-324.
        310.. => f64::INFINITY,
        ..-343 => 0.0,
        _ => long(digits, written),
    })
}

/// An exponent as written. What is beyond all doubles stays so.
fn power(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() {
        return None;
    }
    let mut power = 0i64;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        power = (power * 10 + i64::from(byte - b'0')).min(1 << 40);
    }
    Some(if negative { -power } else { power })
}

/// Any number, exactly: the quotient of two large integers.
fn long(digits: &[u8], written: i64) -> f64 {
    let mut above = Large::new(0);
    let (mut taken, mut exponent, mut point, mut more) = (0usize, written, false, false);
    for byte in digits {
        if *byte == b'.' {
            point = true;
        } else if taken < DECISIVE {
            above.times(10, u32::from(byte - b'0'));
            taken += usize::from(!above.0.is_empty());
            exponent -= i64::from(point);
        } else {
            more |= *byte != b'0';
            exponent += i64::from(!point);
        }
    }
    if more {
        above.times(10, 1);
        exponent -= 1;
    }
    let mut below = Large::new(1);
    if exponent < 0 { &mut below } else { &mut above }.times_power_of_ten(exponent.unsigned_abs() as usize);

    // With both of one length, the quotient is between a half and two: its 64 bits are counted out one by one.
    let first = above.bits() as i64 - below.bits() as i64;
    if first < 0 { &mut above } else { &mut below }.shift(first.unsigned_abs() as usize);
    let mut quotient = 0u64;
    for _ in 0..64 {
        let fits = above.compare(&below) != Ordering::Less;
        if fits {
            above.subtract(&below);
        }
        quotient = quotient << 1 | u64::from(fits);
        above.shift(1);
    }
    rounded(u128::from(quotient), first - 63, !above.0.is_empty())
}

/// `value` times a power of two as the nearest double, to even if two are; `more` says that the true value is a little
/// larger. The value has more bits than a double.
fn rounded(value: u128, power: i64, more: bool) -> f64 {
    const SMALLEST: i64 = -1074;
    let shift = value.leading_zeros();
    let value = value << shift;
    let power = power - i64::from(shift);
    // The power of two of the double's last bit.
    let last = (power + 127 - 52).max(SMALLEST);
    let dropped = last - power;
    if dropped > 128 {
        return 0.0;
    }
    let (kept, rest) = if dropped == 128 { (0, value) } else { ((value >> dropped) as u64, value << (128 - dropped)) };
    let half = 1u128 << 127;
    let up = rest > half || rest == half && (more || kept & 1 == 1);
    // A mantissa that has grown by one bit carries into the exponent.
    let bits = (((last - SMALLEST) as u64) << 52) + kept + u64::from(up);
    f64::from_bits(bits.min(f64::INFINITY.to_bits()))
}

/// A double as text: as `Display` has it, the shortest digits that are read as the same double, without an exponent.
pub fn format_f64(value: f64) -> String {
    let mut text = String::new();
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_sign_negative() {
        text.push('-');
    }
    let size = value.abs();
    if size.is_infinite() {
        text.push_str("inf");
    } else if size < 9_007_199_254_740_992.0 && size as u64 as f64 == size {
        text.push_str(&(size as u64).to_string());
    } else {
        let (digits, point) = short(size).unwrap_or_else(|| shortest(size));
        let zeros = |text: &mut String, count: usize| text.extend(std::iter::repeat_n('0', count));
        if point <= 0 {
            text.push_str("0.");
            zeros(&mut text, point.unsigned_abs() as usize);
        }
        for (i, digit) in digits.iter().enumerate() {
            if i > 0 && i as i64 == point {
                text.push('.');
            }
            text.push(char::from(b'0' + digit));
        }
        zeros(&mut text, usize::try_from(point - digits.len() as i64).unwrap_or(0));
    }
    text
}

/// The digits of a double that someone wrote with at most 15, as `shortest` answers them: no two such decimals are one
/// double, so that the first that is read as this one is its shortest.
fn short(value: f64) -> Option<(Vec<u8>, i64)> {
    for decimals in 1..=DIGITS {
        let scale = 10u64.pow(decimals as u32) as f64;
        let near = value * scale + 0.5;
        if near >= 1e15 {
            return None;
        }
        let mut whole = near as u64;
        if whole > 0 && whole as f64 / scale == value {
            let mut digits = Vec::new();
            while whole > 0 {
                digits.push((whole % 10) as u8);
                whole /= 10;
            }
            let point = digits.len() as i64 - decimals as i64;
            // What was missed by a rounding of the product has zeros here.
            let zeros = digits.iter().take_while(|digit| **digit == 0).count();
            digits.drain(..zeros);
            digits.reverse();
            return Some((digits, point));
        }
    }
    None
}

/// The shortest digits that mean a positive double and no other, and where the point is: `0.digits` times ten to that.
fn shortest(value: f64) -> (Vec<u8>, i64) {
    let bits = value.to_bits();
    let (field, fraction) = ((bits >> 52) as i64, bits & ((1 << 52) - 1));
    let (mantissa, power) = if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
    // An even mantissa is also what is read from the middle between two doubles.
    let even = mantissa & 1 == 0;
    // In quarters of the last bit: the double below a power of two is nearer than the one above.
    let nearer = fraction == 0 && field > 1;
    let mut rest = Large::new(mantissa << 2);
    let mut below = Large::new(if nearer { 1 } else { 2 });
    let mut above = Large::new(2);
    let mut scale = Large::new(4);
    if power < 0 {
        scale.shift(-power as usize);
    } else {
        [&mut rest, &mut below, &mut above].into_iter().for_each(|number| number.shift(power as usize));
    }
    // The power of ten from that of two, by log10(2) in 32 bits: at most one too small.
    let length = 64 - i64::from((mantissa - 1).leading_zeros());
    let mut point = ((length + power) * 1_292_913_986) >> 32;
    if point < 0 {
        [&mut rest, &mut below, &mut above].into_iter().for_each(|number| number.times_power_of_ten(-point as usize));
    } else {
        scale.times_power_of_ten(point as usize);
    }
    let mut sum = Large::new(0);
    let mut reaches = |rest: &Large, above: &Large| {
        sum.0.clone_from(&rest.0);
        sum.add(above);
        let order = sum.compare(&scale);
        order == Ordering::Greater || even && order == Ordering::Equal
    };
    if reaches(&rest, &above) {
        point += 1;
    } else {
        [&mut rest, &mut below, &mut above].into_iter().for_each(|number| number.times(10, 0));
    }

    let mut digits = Vec::new();
    loop {
        let mut digit = 0;
        while rest.compare(&scale) != Ordering::Less {
            rest.subtract(&scale);
            digit += 1;
        }
        let order = rest.compare(&below);
        let low = order == Ordering::Less || even && order == Ordering::Equal;
        let high = reaches(&rest, &above);
        digits.push(digit);
        if low || high {
            rest.shift(1);
            if high && (!low || rest.compare(&scale) != Ordering::Less) {
                point += i64::from(round_up(&mut digits));
            }
            return (digits, point);
        }
        [&mut rest, &mut below, &mut above].into_iter().for_each(|number| number.times(10, 0));
    }
}

/// Adds one to the last digit; whether the number has one digit more before its point now.
fn round_up(digits: &mut Vec<u8>) -> bool {
    while let Some(last) = digits.pop() {
        if last < 9 {
            digits.push(last + 1);
            return false;
        }
    }
    digits.push(1);
    true
}

/// A large integer: digits of 32 bits, the least first, none of them a leading zero.
struct Large(Vec<u32>);

impl Large {
    fn new(value: u64) -> Self {
        let mut new = Self(vec![value as u32, (value >> 32) as u32]);
        new.trim();
        new
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn bits(&self) -> usize {
        self.0.last().map_or(0, |last| self.0.len() * 32 - last.leading_zeros() as usize)
    }

    fn times(&mut self, factor: u32, plus: u32) {
        let mut carry = u64::from(plus);
        for digit in &mut self.0 {
            carry += u64::from(*digit) * u64::from(factor);
            *digit = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn times_power_of_ten(&mut self, mut power: usize) {
        while power > 0 {
            let step = power.min(9);
            self.times(10u32.pow(step as u32), 0);
            power -= step;
        }
    }

    fn shift(&mut self, bits: usize) {
        if !bits.is_multiple_of(32) {
            self.times(1 << (bits % 32), 0);
        }
        if !self.0.is_empty() {
            self.0.splice(..0, std::iter::repeat_n(0, bits / 32));
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn add(&mut self, other: &Self) {
        let length = self.0.len().max(other.0.len());
        self.0.resize(length, 0);
        let mut carry = 0u64;
        for (i, digit) in self.0.iter_mut().enumerate() {
            carry += u64::from(*digit) + u64::from(other.0.get(i).copied().unwrap_or(0));
            *digit = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Takes away what is not larger.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (i, digit) in self.0.iter_mut().enumerate() {
            let (less, first) = digit.overflowing_sub(other.0.get(i).copied().unwrap_or(0));
            let (less, second) = less.overflowing_sub(u32::from(borrow));
            *digit = less;
            borrow = first || second;
        }
        self.trim();
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::{format_f64, parse_f64};
    use proptest::prelude::*;

    /// Reads as the standard library does, bit by bit.
    fn same_as_std(text: &str) {
        let (own, std) = (parse_f64(text), text.parse::<f64>().ok());
        assert_eq!(own.map(f64::to_bits), std.map(f64::to_bits), "{text}: {own:?}, {std:?}");
    }

    #[test]
    fn what_is_hard_to_round_reads_as_the_standard_library_reads_it() {
        for text in [
            "0",
            "-0",
            "0.0",
            "1",
            "+1",
            "-1.5",
            "1.",
            ".5",
            "1e3",
            "1E+3",
            "1e-3",
            "00012.500",
            "123456789012345678901234567890",
            "9007199254740993",
            "9007199254740992.5",
            "9007199254740993.0000000000000000000000001",
            "18446744073709551615",
            "0.1",
            "0.30000000000000004",
            "1e23",
            "8.5e22",
            "1e22",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "4.9406564584124654e-324",
            "1e-400",
            "1e400",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "179769313486231580793e289",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "0e99999999999999999999",
            "6.02214076e23",
            "9999999999999999999e19",
            "9999999999999999999e-19",
            "1e309",
            "1e310",
            "0.000000000000000000000000000000000000000000000001",
            "inf",
            "-Infinity",
            "+nan",
            "NaN",
            "",
            "-",
            "+",
            ".",
            "e5",
            "1e",
            "1e+",
            "1e5x",
            "1 ",
            " 1",
            "1_0",
            "0x10",
            "1..2",
            "1.2.3",
            "--1",
            "in",
            "infinit",
            "١",
        ] {
            same_as_std(text);
        }
        // The middle between two doubles in all its digits, a little below it and a little above.
        let middle = format!("{}", 9_007_199_254_740_993u64);
        for tail in ["", ".0", ".00000000000000000001", ".5"] {
            same_as_std(&format!("{middle}{tail}"));
        }
        let tiny = format!("{:.1074}", 5e-324);
        for text in [
            tiny.clone(),
            format!("{tiny}1"),
            format!("{tiny}{}1", "0".repeat(2_000)),
            format!("1{}", "0".repeat(308)),
            format!("1{}e-1000", "0".repeat(1_000)),
        ] {
            same_as_std(&text);
        }
    }

    #[test]
    fn doubles_are_written_as_the_standard_library_writes_them() {
        for value in [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.1,
            0.3,
            1.0 / 3.0,
            1e15,
            9_007_199_254_740_991.0,
            9_007_199_254_740_992.0,
            1e16,
            1e21,
            1e22,
            1e23,
            1.5e300,
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::MIN_POSITIVE / 2.0,
            5e-324,
            1.0 + f64::EPSILON,
            1.0 - f64::EPSILON / 2.0,
            9.5,
            99.95,
            0.999_999_999_999_999_9,
            123.456,
            -2.5e-7,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ] {
            assert_eq!(format_f64(value), value.to_string());
        }
        for power in -1074..1024 {
            let value = 2f64.powi(power);
            assert_eq!(format_f64(value), value.to_string());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn any_double_is_written_and_read_as_by_the_standard_library(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assert_eq!(format_f64(value), value.to_string());
            same_as_std(&value.to_string());
            same_as_std(&format!("{value:e}"));
        }

        #[test]
        fn any_decimal_is_read_as_by_the_standard_library(text in "[+-]?[0-9]{0,25}(\\.[0-9]{0,25})?([eE][+-]?[0-9]{1,3})?") {
            same_as_std(&text);
        }

        #[test]
        fn any_short_text_is_read_as_by_the_standard_library(text in "[-+.0-9eEinfatyINF]{0,8}") {
            same_as_std(&text);
        }
    }
}
