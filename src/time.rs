//! Durations as people read them.
//!
//! Three significant digits and a unit (`412 µs`, `41.2 ms`, `1.24 s`), a whole number without decimals (`82 ms`); from a minute on whole
//! parts (`8 h 0 m 8 s`). The page shows durations by the same rule, so that a text and a table never disagree.

const SECOND: u64 = 1_000_000_000;
const UNITS: [(&str, f64); 4] = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
/// From here on `59.9 s` would round to a minute.
const LONG: u64 = 59_950_000_000;

/// A duration in nanoseconds as text.
///
/// ```
/// use spanscope::format_duration;
///
/// assert_eq!(format_duration(41_237_000), "41.2 ms");
/// assert_eq!(format_duration(28_808_000_000_000), "8 h 0 m 8 s");
/// ```
pub fn format_duration(ns: u64) -> String {
    if ns == 0 {
        return "0 ms".to_owned();
    }
    if ns >= LONG {
        // Not `+ SECOND / 2`, which could overflow.
        return long(ns / SECOND + u64::from(ns % SECOND >= SECOND / 2));
    }
    for (unit, scale) in UNITS {
        let text = three_digits(ns as f64 / scale);
        // 999.6 µs has four digits before the point once it is rounded: it is 1 ms.
        if text.split('.').next().is_some_and(|whole| whole.len() < 4) {
            return format!("{text} {unit}");
        }
    }
    long(ns / SECOND)
}

fn three_digits(value: f64) -> String {
    if value.fract() == 0.0 {
        return format!("{value}");
    }
    fixed(
        value,
        if value >= 99.95 {
            0
        } else if value >= 9.995 {
            1
        } else {
            2
        },
    )
}

/// Rounded to so many decimals, a value in the middle upwards, as JavaScript's `toFixed` does.
fn fixed(value: f64, decimals: usize) -> String {
    // A double that lies in the middle exactly is an odd multiple of 2^-(decimals + 1).
    let halves = value * (2 << decimals) as f64;
    let value = if halves.fract() == 0.0 && halves % 2.0 == 1.0 { value.next_up() } else { value };
    format!("{value:.decimals$}")
}

fn long(seconds: u64) -> String {
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    if days > 0 {
        format!("{} d {hours} h {minutes} m", grouped(days))
    } else if hours > 0 {
        format!("{hours} h {minutes} m {rest} s")
    } else {
        format!("{minutes} m {rest} s")
    }
}

/// A count with its digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_significant_digits_and_a_unit() {
        for (ns, text) in [
            (0, "0 ms"),
            (1, "1 ns"),
            (999, "999 ns"),
            (1_000, "1 µs"),
            (1_234, "1.23 µs"),
            (412_400, "412 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (41_237_000, "41.2 ms"),
            (82_000_000, "82 ms"),
            (12_250_000, "12.3 ms"),
            (1_125_000, "1.13 ms"),
            (100_500_000, "101 ms"),
            (99_949_999, "99.9 ms"),
            (1_240_000_000, "1.24 s"),
            (1_150_000_000, "1.15 s"),
            (59_949_999_999, "59.9 s"),
            (59_950_000_000, "1 m 0 s"),
            (60_000_000_000, "1 m 0 s"),
            (28_808_000_000_000, "8 h 0 m 8 s"),
            (86_400_000_000_000, "1 d 0 h 0 m"),
            (u64::MAX, "213,503 d 23 h 34 m"),
        ] {
            assert_eq!(format_duration(ns), text, "{ns}");
        }
    }
}
