//! Times and durations in the notations of people and of vendors, to nanoseconds: exact, without a double in between.

use super::micros::{Nanos, scaled};
use crate::simd;
use crate::store::NO_TIME;

const SECOND: u64 = 1_000_000_000;

/// A point of time in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    pub ns: u64,
    /// The text says its distance from UTC; one that does not is taken for UTC.
    pub zoned: bool,
}

/// The unit of a number that is a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    /// The unit in which a number is a time of our days: from 2001 to 2100 no two units overlap.
    pub fn by_magnitude(number: &str) -> Option<Unit> {
        let whole = scaled(number, 0)?;
        Some(match whole.ns {
            0..=99_999_999_999 => Unit::Seconds,
            100_000_000_000..=99_999_999_999_999 => Unit::Millis,
            100_000_000_000_000..=99_999_999_999_999_999 => Unit::Micros,
            _ => Unit::Nanos,
        })
    }

    /// Plural, for a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Millis => "milliseconds",
            Unit::Micros => "microseconds",
            Unit::Nanos => "nanoseconds",
        }
    }

    fn places(self) -> i64 {
        match self {
            Unit::Seconds => 9,
            Unit::Millis => 6,
            Unit::Micros => 3,
            Unit::Nanos => 0,
        }
    }

    /// A number of this unit in nanoseconds: any number of JSON; what lies behind the nanosecond is cut off.
    pub fn nanos(self, number: &str) -> Option<Nanos> {
        scaled(number, self.places())
    }

    /// A time since the epoch: not negative, and not 0, which says that there is none.
    pub fn time(self, number: &str) -> Option<u64> {
        match self.nanos(number)? {
            Nanos { ns, negative: false } if ns != 0 && ns != NO_TIME => Some(ns),
            _ => None,
        }
    }
}

/// A date and time: RFC 3339, ISO 8601's basic offsets, a blank in place of the `T`, a comma before the fraction, no zone, Go's `String()`
/// (`2025-04-17 08:40:44.5 +0000 UTC m=+0.1`). Years before 1970 are none.
pub fn date_time(text: &str) -> Option<Instant> {
    alone(leading_date_time(text.trim())?)
}

/// A date and time that nothing follows but the name of its zone, or the monotonic clock that Go prints.
fn alone((instant, rest): (Instant, &str)) -> Option<Instant> {
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("UTC").or_else(|| rest.strip_prefix("GMT")).unwrap_or(rest).trim_start();
    (rest.is_empty() || rest.starts_with("m=") || instant.zoned && is_zone(rest)).then_some(instant)
}

/// Whether a zone has this name, perhaps with Go's clock behind it: `CET`, `-03`.
#[cold]
#[inline(never)]
fn is_zone(rest: &str) -> bool {
    let name = rest.bytes().take_while(|byte| *byte != b' ');
    name.clone().count() < 6 && !{ name }.any(|byte| byte.is_ascii_lowercase() || byte == b':')
}

/// A date and time at the beginning of a text, and what follows it.
pub fn leading_date_time(text: &str) -> Option<(Instant, &str)> {
    let (seconds, at) = leading_seconds(text.as_bytes())?;
    behind_seconds(text, seconds, at)
}

/// Dates that follow each other, as those of log lines do: most are of the same second as the one before.
#[derive(Debug, Default)]
pub struct Dates {
    /// The last one, to the second, as it stood there, and its seconds since the epoch.
    last: Option<([u8; 19], i64)>,
}

impl Dates {
    /// The nanoseconds of a date of the same second as the last one, with a fraction and a `Z`, at the beginning of a text, and where it ends: as
    /// [`Dates::leading`] would say, which is asked for all others.
    #[inline]
    pub fn again(&self, text: &[u8]) -> Option<(u64, usize)> {
        let (last, seconds) = self.last.as_ref()?;
        if !simd::continues_with(text, 0, last) || text.get(last.len()) != Some(&b'.') {
            return None;
        }
        let from = last.len() + 1;
        let (mut at, mut fraction, mut scale) = (from, 0, SECOND);
        while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            fraction = fraction * 10 + u64::from(digit);
            scale /= 10;
            at += 1;
            if scale == 0 {
                return None;
            }
        }
        if at == from || text.get(at) != Some(&b'Z') {
            return None;
        }
        let ns = u64::try_from(*seconds).ok()?.checked_mul(SECOND)?.checked_add(fraction * scale)?;
        (ns != NO_TIME).then_some((ns, at + 1))
    }

    /// As [`leading_date_time`].
    pub fn leading<'t>(&mut self, text: &'t str) -> Option<(Instant, &'t str)> {
        let head: Option<&[u8; 19]> = text.as_bytes().first_chunk();
        if let (Some(head), Some((last, seconds))) = (head, &self.last)
            && head == last
        {
            return behind_seconds(text, *seconds, 19);
        }
        let (seconds, at) = leading_seconds(text.as_bytes())?;
        if let (Some(head), 19) = (head, at) {
            self.last = Some((*head, seconds));
        }
        behind_seconds(text, seconds, at)
    }

    /// As [`date_time`].
    pub fn date_time(&mut self, text: &str) -> Option<Instant> {
        alone(self.leading(text.trim())?)
    }
}

/// The fraction and the zone behind a date and time that end at `at`.
fn behind_seconds(text: &str, seconds: i64, mut at: usize) -> Option<(Instant, &str)> {
    let b = text.as_bytes();
    let mut fraction = 0;
    if matches!(b.get(at), Some(b'.' | b',')) && b.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at += 1;
        let mut scale = SECOND / 10;
        while let Some(digit) = b.get(at).filter(|digit| digit.is_ascii_digit()) {
            fraction += u64::from(digit - b'0') * scale;
            scale /= 10;
            at += 1;
        }
    }
    let (offset, zoned, rest) = zone(&text[at..]);
    let ns = u64::try_from(seconds - offset).ok()?.checked_mul(SECOND)?.checked_add(fraction)?;
    (ns != NO_TIME).then_some((Instant { ns, zoned }, rest))
}

/// Seconds since the epoch of a date and time without their zone, and where they end.
fn leading_seconds(b: &[u8]) -> Option<(i64, usize)> {
    let separator = |at: usize, any: &[u8]| b.get(at).filter(|c| any.contains(c)).copied();
    let year = digits(b, 0, 4)?;
    let dash = separator(4, b"-/.")?;
    let month = digits(b, 5, 2)?;
    (separator(7, b"-/.")? == dash).then_some(())?;
    let day = digits(b, 8, 2)?;
    separator(10, b"Tt _")?;
    let hour = digits(b, 11, 2)?;
    separator(13, b":")?;
    let minute = digits(b, 14, 2)?;
    let (mut second, mut at) = (0, 16);
    if separator(16, b":").is_some() {
        second = digits(b, 17, 2)?;
        at = 19;
    }
    Some((seconds_of([year, month, day, hour, minute, second])?, at))
}

/// Seconds since the epoch of a date and time without their zone.
#[inline]
fn seconds_of([year, month, day, hour, minute, second]: [u32; 6]) -> Option<i64> {
    let is_date = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    let seconds = days_from_epoch(year, month, day) * 86_400
        + i64::from(hour) * 3600
        + i64::from(minute) * 60
        + i64::from(second);
    (is_date && hour < 24 && minute < 60 && second <= 60).then_some(seconds)
}

/// A date and time that does not begin with the year, see [`month_first`].
#[derive(Clone, Copy, Debug)]
pub struct OtherDate<'t> {
    pub instant: Instant,
    /// Whether it tells the year, which is 1970 else.
    pub year: bool,
    /// Whether the month is told by its name: else it may be the day.
    pub named: bool,
    pub rest: &'t str,
}

/// A date and time at the beginning of a text that begins with the month, or with the day before a month's name: `11/22/2026, 7:14:01 AM`,
/// `Nov 22, 2026 @ 07:14:01.375`, `Nov 22 07:14:01`, `1122 07:14:01`, `22/Nov/2026:07:14:01 +0000`.
#[cold]
#[inline(never)]
pub fn month_first(text: &str) -> Option<OtherDate<'_>> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let bytes = text.as_bytes();
    let mut parts = [1970, 0, 0, 0, 0, 0];
    let (mut at, mut place) = (0, 1);
    let (mut year, mut named) = (false, false);
    while place < 6 {
        if place > 1 {
            at += bytes[at..].iter().take(3).take_while(|byte| b"/:, @".contains(byte)).count();
        }
        let month = bytes.get(at..at + 3).and_then(|name| MONTHS.chunks(3).position(|month| month == name));
        if let Some(month) = month.filter(|_| place < 3 && !named) {
            parts[2] = parts[1];
            parts[1] = month as u32 + 1;
            (place, at, named) = (place + 1, at + 3, true);
            continue;
        }
        let most = if place == 3 && !year { 4 } else { 2 };
        let length = bytes[at..].iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        let number = digits(bytes, at, length).filter(|_| length > 0)?;
        at += length;
        if length == 4 {
            (parts[0], year) = (number, true);
        } else {
            parts[place] = number;
            place += 1;
        }
    }
    let (mut instant, mut rest) = behind_seconds(text, seconds_of(parts)?, at)?;
    const HALF: u64 = 12 * 3600 * SECOND;
    if let Some(behind) = rest.strip_prefix(" AM") {
        instant.ns = instant.ns.saturating_sub(if parts[3] == 12 { HALF } else { 0 });
        rest = behind;
    } else if let Some(behind) = rest.strip_prefix(" PM") {
        instant.ns = instant.ns.saturating_add(if parts[3] < 12 { HALF } else { 0 });
        rest = behind;
    }
    Some(OtherDate { instant, year, named, rest })
}

/// A date as [`month_first`] has it that tells the year and is all of the text.
pub fn month_first_alone(text: &str) -> Option<Instant> {
    Some(month_first(text).filter(|date| date.year && date.rest.is_empty())?.instant)
}

/// As [`date_time`], or as [`month_first_alone`].
pub fn any_date(text: &str) -> Option<Instant> {
    date_time(text).or_else(|| month_first_alone(text))
}

/// The zone at the beginning: seconds east of UTC, whether there is one, and what follows.
fn zone(text: &str) -> (i64, bool, &str) {
    if let Some(rest) = text.strip_prefix(['Z', 'z']) {
        return (0, true, rest);
    }
    let signed = text.strip_prefix(' ').unwrap_or(text);
    let b = signed.as_bytes();
    let sign = match b.first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => {
            let named = signed.strip_prefix("UTC").or_else(|| signed.strip_prefix("GMT"));
            return (0, named.is_some(), named.unwrap_or(text));
        }
    };
    let Some(hours) = digits(b, 1, 2) else { return (0, false, text) };
    let colon = usize::from(b.get(3) == Some(&b':'));
    let (minutes, end) = match digits(b, 3 + colon, 2) {
        Some(minutes) => (minutes, 5 + colon),
        None => (0, 3),
    };
    (sign * i64::from(hours * 3600 + minutes * 60), true, &signed[end..])
}

fn digits(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    bytes
        .get(at..at + count)?
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar: years are counted from March, so that the leap day is a year's last one.
fn days_from_epoch(year: u32, month: u32, day: u32) -> i64 {
    let (year, month) = (i64::from(year) - i64::from(month < 3), i64::from((month + 9) % 12));
    year * 365 + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (month * 153 + 2) / 5
        + i64::from(day)
        - 719_469
}

/// A duration with units, as Go and others print it: `1h2m3.5s`, `412µs`, `0.1s`, `100000ns`, `12 ms`; a minus sign before all of it.
pub fn unit_duration(text: &str) -> Option<Nanos> {
    match plain_duration(text.as_bytes()) {
        Some(ns) => Some(Nanos { ns, negative: false }),
        None => any_duration(text),
    }
}

fn any_duration(text: &str) -> Option<Nanos> {
    let text = text.trim();
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut ns = 0_u64;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (value, behind) = rest.split_at(number);
        let behind = behind.trim_start();
        let unit = behind.find(|c: char| c.is_ascii_digit() || c == ' ').unwrap_or(behind.len());
        let (name, behind) = behind.split_at(unit);
        let (places, factor) = match name {
            "ns" => (0, 1),
            "us" | "µs" | "μs" => (3, 1),
            "ms" => (6, 1),
            "s" | "sec" | "secs" => (9, 1),
            "m" | "min" => (9, 60),
            "h" => (9, 3600),
            "d" => (9, 86_400),
            _ => return None,
        };
        ns = ns.checked_add(scaled(value, places)?.ns.checked_mul(factor)?)?;
        rest = behind.trim_start();
    }
    Some(Nanos { ns, negative: negative && ns != 0 })
}

/// One number with a unit and nothing around it, as most are.
fn plain_duration(text: &[u8]) -> Option<u64> {
    /// As many digits fit a number whatever they are.
    const DIGITS: usize = 19;
    let (mut number, mut point, mut at) = (0_u64, None, 0);
    while let Some(byte) = text.get(at) {
        match byte.wrapping_sub(b'0') {
            digit @ 0..=9 if at < DIGITS => number = number * 10 + u64::from(digit),
            _ if *byte == b'.' && at > 0 && point.is_none() => point = Some(at + 1),
            _ => break,
        }
        at += 1;
    }
    let places: u32 = match &text[at..] {
        _ if at == 0 || point == Some(at) => return None,
        b"ns" => 0,
        b"us" | b"\xc2\xb5s" => 3,
        b"ms" => 6,
        b"s" => 9,
        _ => return None,
    };
    let fraction = point.map_or(0, |point| at - point) as u32;
    match places.checked_sub(fraction) {
        Some(missing) => number.checked_mul(10_u64.pow(missing)),
        None => Some(number / 10_u64.pow(fraction - places)),
    }
}

/// A duration as a clock shows it, as .NET prints a `TimeSpan`: `[-][d.]hh:mm:ss[.fffffff]`.
pub fn clock_duration(text: &str) -> Option<Nanos> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':')?;
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let whole = |text: &str, limit: u64| {
        let good = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u64>().ok().filter(|number| good && *number < limit)
    };
    whole(seconds.split_once('.').map_or(seconds, |(whole, _)| whole), 60)?;
    let minutes = (whole(days, u64::MAX)?.checked_mul(24)?.checked_add(whole(hours, 24)?)?)
        .checked_mul(60)?
        .checked_add(whole(minutes, 60)?)?;
    let ns = minutes.checked_mul(60 * SECOND)?.checked_add(scaled(seconds, 9)?.ns)?;
    Some(Nanos { ns, negative: negative && ns != 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_in_their_notations() {
        const T: u64 = 1_744_879_244_555_461_596;
        for (text, expected) in [
            ("2025-04-17T08:40:44.555461596Z", Some((T, true))),
            ("2025-04-17 08:40:44.555461596 +0000 UTC", Some((T, true))),
            ("2025-04-17 08:40:44.555461596 +0000 UTC m=+0.002", Some((T, true))),
            ("2025-04-17T10:40:44.555461596+02:00", Some((T, true))),
            ("2025-04-17T03:10:44.555461596-0530", Some((T, true))),
            ("2025-04-17T10:40:44.555461596+02", Some((T, true))),
            ("2025/04/17 08:40:44,555", Some((T / 1_000_000 * 1_000_000, false))),
            ("2025-04-17T08:40:44", Some((T / SECOND * SECOND, false))),
            ("2025-04-17T08:40Z", Some((T / SECOND * SECOND - 44 * SECOND, true))),
            ("2025-04-17T08:40:44.5554615969999Z", Some((T, true))),
            ("1970-01-01T00:00:00Z", Some((0, true))),
            ("2000-02-29T00:00:00Z", Some((951_782_400 * SECOND, true))),
            ("2100-03-01T00:00:00Z", Some((4_107_542_400 * SECOND, true))),
            ("1900-02-29T00:00:00Z", None),
            ("1969-12-31T23:59:59Z", None),
            ("0001-01-01T00:00:00Z", None),
            ("9999-01-01T00:00:00Z", None),
            ("2025-13-17T08:40:44Z", None),
            ("2025-04-17T08:40:44Z and more", None),
            ("2025-04-17", None),
            ("17é5-04-17T08:40:44Z", None),
            ("", None),
        ] {
            assert_eq!(date_time(text).map(|instant| (instant.ns, instant.zoned)), expected, "{text}");
        }
    }

    #[test]
    fn dates_that_begin_with_the_month_or_name_it() {
        let ns = |text| month_first(text).map(|date| (date.instant.ns / SECOND, date.year, date.rest));
        assert_eq!(ns("11/22/2026, 12:14:01 AM x"), Some((1_795_306_441, true, " x")));
        assert_eq!(ns("11/22/2026, 1:14:01 PM"), Some((1_795_353_241, true, "")));
        assert_eq!(ns("22/Nov/2026:07:14:01 +0000"), Some((1_795_331_641, true, "")));
        assert_eq!(ns("Nov 22, 2026 @ 07:14:01.375"), Some((1_795_331_641, true, "")));
        assert_eq!(ns("Jan  2 00:00:01"), Some((86_401, false, "")));
        assert_eq!(ns("1/1/1970 12:00:00+05:00 AM"), Some((0, true, "")));
        for none in ["", "22/11/2026 07:14:01", "11/22", "Nov", "Nov 22, 2026 07:14", "1/1/1970 00:00:00+05:00"] {
            assert_eq!(ns(none), None, "{none}");
        }
    }

    #[test]
    fn a_date_after_another_is_the_same_as_alone() {
        let mut dates = Dates::default();
        for text in [
            "2025-04-17T08:40:44.5Z a",
            "2025-04-17T08:40:44.75Z b",
            "2025-04-17T08:40:44.123456785Z",
            "2025-04-17T08:40:44.75000000000Z",
            "2025-04-17T08:40:44.Z",
            "2025-04-17T08:40:44Z",
            "2025-04-17T08:40:44.5",
            "2025-04-17T08:40:44.5z",
            "2025-04-17T08:40:44+02:00",
            "2025-04-17T08:40:45,1",
            "2025-04-17T08:40",
            "2025-04-17T08:40:4",
            "x",
        ] {
            let twice = [dates.leading(text), dates.leading(text)];
            assert_eq!(twice, [leading_date_time(text); 2], "{text}");
            let again = dates.again(text.as_bytes());
            let expected = leading_date_time(text).map(|(instant, rest)| (instant.ns, text.len() - rest.len()));
            assert!(again.is_none() || again == expected, "{text}");
            assert_eq!(again.is_some(), text.contains("5Z") && !text.contains("75000000000Z"), "{text}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = 0;
        for year in 1970..2200 {
            for month in 1..=12 {
                for day in 1..=days_in(year, month) {
                    assert_eq!(days_from_epoch(year, month, day), expected, "{year}-{month}-{day}");
                    expected += 1;
                }
            }
        }
    }

    #[test]
    fn durations_in_their_notations() {
        let ns = |nanos: Option<Nanos>| {
            nanos.map(|nanos| if nanos.negative { -i128::from(nanos.ns) } else { nanos.ns.into() })
        };
        for (text, expected) in [
            ("1h2m3.5s", Some(3_723_500_000_000)),
            ("412µs", Some(412_000)),
            ("0.1s", Some(100_000_000)),
            ("7.18ms", Some(7_180_000)),
            ("8.276µs", Some(8_276)),
            ("8.2769µs", Some(8_276)),
            ("1.9ns", Some(1)),
            ("1.s", Some(1_000_000_000)),
            (".5s", None),
            ("1.2.3s", None),
            ("18446744073709551615ns", Some(u64::MAX.into())),
            ("18446744073709551616ns", None),
            ("9999999999999999999s", None),
            ("0.000000000000000000001s", Some(0)),
            ("100000ns", Some(100_000)),
            ("12.5 ms", Some(12_500_000)),
            ("-3ms", Some(-3_000_000)),
            ("0s", Some(0)),
            ("5", None),
            ("ms", None),
            ("3 parsecs", None),
            ("", None),
            ("99999999999999h", None),
        ] {
            assert_eq!(ns(unit_duration(text)), expected, "{text}");
            assert_eq!(ns(any_duration(text)), expected, "{text}");
        }
        for (text, expected) in [
            ("00:00:00.0040000", Some(4_000_000)),
            ("1.02:03:04", Some(93_784_000_000_000)),
            ("0.00:00:00.004", Some(4_000_000)),
            ("-00:00:01", Some(-1_000_000_000)),
            ("00:60:00", None),
            ("00:00", None),
            ("a:00:00", None),
            ("99999999999999999999.00:00:00", None),
        ] {
            assert_eq!(ns(clock_duration(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_unit_of_a_time_by_its_size() {
        for (number, unit) in [
            ("1760000000", Unit::Seconds),
            ("1760000000.25", Unit::Seconds),
            ("1.76e9", Unit::Seconds),
            ("1760000000000", Unit::Millis),
            ("1760000000000000", Unit::Micros),
            ("1760000000000000000", Unit::Nanos),
        ] {
            assert_eq!(Unit::by_magnitude(number), Some(unit), "{number}");
            assert_eq!(unit.time(number).map(|ns| ns / SECOND), Some(1_760_000_000), "{number}");
        }
        assert_eq!(Unit::by_magnitude("x"), None);
        assert_eq!(Unit::Seconds.time("-1"), None);
        assert_eq!(Unit::Seconds.time("0"), None);
    }
}
