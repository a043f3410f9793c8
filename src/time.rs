//! Durations and dates as people read them.
//!
//! Three significant digits and a unit (`412 µs`, `41.2 ms`, `1.24 s`), a whole number without decimals (`82 ms`); from a minute on whole
//! parts (`8 h 0 m 8 s`). The page shows durations by the same rule, so that a text and a table never disagree.

const SECOND: u64 = 1_000_000_000;
const UNITS: [(&str, u64); 4] = [("ns", 1), ("µs", 1_000), ("ms", 1_000_000), ("s", SECOND)];
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
        // 999.6 µs has four digits before the point once it is rounded: it is 1 ms.
        if let Some(text) = three_digits(ns, scale) {
            return format!("{text} {unit}");
        }
    }
    long(ns / SECOND)
}

/// Rounded to three digits, a value in the middle upwards; nothing when that takes four before the point. In whole numbers: a double would
/// hold few of the decimals, and its formatting is much code.
fn three_digits(ns: u64, scale: u64) -> Option<String> {
    let whole = ns / scale;
    if ns.is_multiple_of(scale) {
        return (whole < 1000).then(|| whole.to_string());
    }
    let (decimals, step) = match () {
        () if ns * 100 >= scale * 9995 => (0, 1),
        () if ns * 1000 >= scale * 9995 => (1, 10),
        () => (2, 100),
    };
    let rounded = (ns * step + scale / 2) / scale;
    let (whole, fraction) = (rounded / step, rounded % step);
    (whole < 1000).then(|| match decimals {
        0 => whole.to_string(),
        _ => format!("{whole}.{fraction:0decimals$}"),
    })
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
pub fn grouped(number: u64) -> String {
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

/// Seconds since 1970 as a date and time of UTC.
pub fn date_and_time(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Counted from a 1 March, years end with their leap day, and months have lengths in a pattern of five.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let two = |number: u64| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
    let (hour, minute, second) = (two(rest / 3_600), two(rest / 60 % 60), two(rest % 60));
    [&year.to_string(), "-", &two(month), "-", &two(day), " ", &hour, ":", &minute, ":", &second, " UTC"].concat()
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

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date_and_time(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(date_and_time(951_782_399), "2000-02-28 23:59:59 UTC");
        assert_eq!(date_and_time(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(date_and_time(1_465_510_280), "2016-06-09 22:11:20 UTC");
        assert_eq!(date_and_time(4_107_542_400), "2100-03-01 00:00:00 UTC");
    }
}
