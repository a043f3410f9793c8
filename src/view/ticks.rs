//! Round ticks of a time axis.
//!
//! ```text
//!  0        200 ms     400 ms     600 ms     800 ms     1.00 s     1.20 s
//! ```
//! Steps are 1, 2 and 5 times a power of ten up to a second, then what clocks count in. A label has as many decimals as its step needs,
//! and no fewer than a duration would show.

use super::TimeRange;

/// A place on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Nanoseconds since the start of the trace.
    pub ns: i64,
    /// What is written there.
    pub label: String,
}

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Steps from a second to a day; below and above come powers of ten.
const CLOCK: [i64; 18] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
];

/// At most `max_count` ticks within the ranges, all of one step: the finest that allows it.
pub fn ticks(ranges: &[TimeRange], max_count: usize) -> Vec<Tick> {
    // Beyond this doubles have lost the nanoseconds, and sums would overflow.
    const FAR: f64 = 9.0e18;
    if max_count == 0 || ranges.iter().any(|range| range.from.is_nan() || range.to.is_nan()) {
        return Vec::new();
    }
    let bounds = |range: &TimeRange, step: i64| {
        let (from, to) = (range.from.clamp(-FAR, FAR).ceil() as i64, range.to.clamp(-FAR, FAR).floor() as i64);
        (from.div_euclid(step) + i64::from(from.rem_euclid(step) != 0), to.div_euclid(step))
    };
    let count = |range: &TimeRange, step: i64| {
        let (first, last) = bounds(range, step);
        (i128::from(last) - i128::from(first) + 1).max(0)
    };
    let fits = |step: &i64| ranges.iter().map(|range| count(range, *step)).sum::<i128>() <= max_count as i128;
    let Some(step) = steps().find(fits) else { return Vec::new() };
    let within = |range: &TimeRange| {
        let (first, last) = bounds(range, step);
        (first..=last).map(|number| number * step).map(|ns| Tick { ns, label: label(ns, step) })
    };
    ranges.iter().flat_map(within).collect()
}

fn steps() -> impl Iterator<Item = i64> {
    let tens = |from: i64, count: u32| {
        (0..count).flat_map(move |power| [1, 2, 5].map(|factor| 10_i64.pow(power).saturating_mul(factor * from)))
    };
    tens(1, 9).chain(CLOCK).chain(tens(DAY, 6).skip(1))
}

fn label(ns: i64, step: i64) -> String {
    let sign = if ns < 0 { "−" } else { "" };
    let size = ns.unsigned_abs();
    if size == 0 {
        return "0".to_owned();
    }
    if size >= MINUTE as u64 {
        return format!("{sign}{}", clock(size, step));
    }
    let (unit, scale) = [("s", 9), ("ms", 6), ("µs", 3), ("ns", 0)]
        .into_iter()
        .find(|(_, power)| size >= 10_u64.pow(*power))
        .unwrap_or(("ns", 0));
    format!("{sign}{} {unit}", decimal(size, scale, step))
}

/// `size` divided by ten to the power of `scale`, with the decimals that the step asks for.
fn decimal(size: u64, scale: u32, step: i64) -> String {
    let unit = 10_u64.pow(scale);
    let (whole, fraction) = (size / unit, size % unit);
    let step = step.unsigned_abs();
    if step.is_multiple_of(unit) {
        return whole.to_string();
    }
    let needed = (1..=scale).find(|decimals| step.is_multiple_of(10_u64.pow(scale - decimals))).unwrap_or(scale);
    let usual = match whole {
        0..10 => 2,
        10..100 => 1,
        _ => 0,
    };
    let decimals = needed.max(usual).min(scale);
    format!("{whole}.{:0width$}", fraction / 10_u64.pow(scale - decimals), width = decimals as usize)
}

/// Days, hours, minutes and seconds, down to what the step counts in.
fn clock(size: u64, step: i64) -> String {
    let part = |unit: i64, limit: i64| size / unit as u64 % limit as u64;
    let (days, hours, minutes) = (size / DAY as u64, part(HOUR, 24), part(MINUTE, 60));
    let mut text = String::new();
    let mut push = |value: String, unit: &str| {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&value);
        text.push(' ');
        text.push_str(unit);
    };
    if days > 0 {
        push(days.to_string(), "d");
    }
    if hours > 0 || days > 0 && step % DAY != 0 {
        push(hours.to_string(), "h");
    }
    if minutes > 0 || (hours > 0 || days > 0) && step % HOUR != 0 {
        push(minutes.to_string(), "m");
    }
    if step % MINUTE != 0 {
        push(decimal(size % MINUTE as u64, 9, step), "s");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: f64, to: f64, max_count: usize) -> String {
        let ticks = ticks(&[TimeRange { from, to }], max_count);
        assert!(ticks.len() <= max_count);
        ticks.iter().map(|tick| tick.label.as_str()).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn ticks_are_round_and_as_many_as_fit() {
        for (from, to, max_count, expected) in [
            (0.0, 1.42e9, 8, "0, 200 ms, 400 ms, 600 ms, 800 ms, 1.00 s, 1.20 s, 1.40 s"),
            (0.0, 1.42e9, 3, "0, 500 ms, 1.00 s"),
            (0.0, 1.42e9, 2, "0, 1 s"),
            (0.0, 10.0, 6, "0, 2 ns, 4 ns, 6 ns, 8 ns, 10 ns"),
            (0.0, 3.0, 100, "0, 1 ns, 2 ns, 3 ns"),
            (1_234_560_000.0, 1_234_569_000.0, 4, "1.234560 s, 1.234565 s"),
            (1_234_000.0, 1_236_500.0, 4, "1.234 ms, 1.235 ms, 1.236 ms"),
            (0.0, 12e9, 7, "0, 2 s, 4 s, 6 s, 8 s, 10 s, 12 s"),
            (11e9, 13e9, 5, "11.0 s, 11.5 s, 12.0 s, 12.5 s, 13.0 s"),
            (0.0, 100e9, 5, "0, 30 s, 1 m 0 s, 1 m 30 s"),
            (60e9, 61e9, 3, "1 m 0.00 s, 1 m 0.50 s, 1 m 1.00 s"),
            (0.0, 7200e9, 5, "0, 30 m, 1 h 0 m, 1 h 30 m, 2 h 0 m"),
            (0.0, 86400e9 * 2.0, 5, "0, 12 h, 1 d 0 h, 1 d 12 h, 2 d 0 h"),
            (0.0, 86400e9 * 40.0, 5, "0, 10 d, 20 d, 30 d, 40 d"),
            (-25.0, 25.0, 6, "−20 ns, −10 ns, 0, 10 ns, 20 ns"),
            (0.4, 0.6, 5, ""),
            (5.0, 4.0, 5, ""),
            (0.0, 5.0, 0, ""),
            (f64::NAN, 5.0, 3, ""),
        ] {
            assert_eq!(labels(from, to, max_count), expected, "{from} {to} {max_count}");
        }
    }

    #[test]
    fn ticks_of_several_ranges_have_one_step() {
        let ranges = [TimeRange { from: 0.0, to: 30e6 }, TimeRange { from: 905e6, to: 935e6 }];
        let ticks: Vec<String> = ticks(&ranges, 8).into_iter().map(|tick| tick.label).collect();
        assert_eq!(ticks.join(", "), "0, 10 ms, 20 ms, 30 ms, 910 ms, 920 ms, 930 ms");
    }

    #[test]
    fn no_range_is_too_wide() {
        for (from, to) in [(f64::NEG_INFINITY, f64::INFINITY), (0.0, f64::MAX), (-1e300, 0.0)] {
            for max_count in [1, 2, 10, 1000] {
                assert!(ticks(&[TimeRange { from, to }], max_count).len() <= max_count);
            }
        }
    }
}
