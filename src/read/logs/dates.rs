//! Finds the date of a line of text among its first words.

use super::super::instant::{Dates, leading_date_time};

/// Words at the beginning of a line among which its date is.
const HEAD: usize = 12;

/// A date is looked for so far into a line.
const DATE: usize = 160;

/// A date among the first words: its time, whether it has a zone, and the range of the words that it takes.
#[derive(Clone, Copy, Debug)]
pub struct Date {
    pub(super) ns: u64,
    pub(super) zone: Zone,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a time counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    Told,
    Unsaid,
    /// There is no date: it counts from midnight.
    Day,
    /// There is no year.
    Year,
    /// The month and the day may be the other way round.
    Month,
}

pub(super) fn find_date(bytes: &[u8], dates: &mut Dates) -> Option<Date> {
    /// Dates are not longer.
    const LONG: usize = 48;
    let mut at = 0;
    for _ in 0..HEAD {
        while matches!(bytes.get(at), Some(b' ' | b'\t' | b'[' | b'(' | b'|' | b':' | b'<')) {
            at += 1;
        }
        if at > DATE {
            break;
        }
        if bytes.get(at).is_some_and(u8::is_ascii_digit) {
            if let Some((ns, length)) = dates.again(&bytes[at..]) {
                let end = at + length + usize::from(bytes.get(at + length) == Some(&b']'));
                return Some(Date { ns, zone: Zone::Told, start: at, end });
            }
            let window = &bytes[at..bytes.len().min(at + LONG)];
            let text = match std::str::from_utf8(window) {
                Ok(text) => text,
                Err(error) => std::str::from_utf8(&window[..error.valid_up_to()]).unwrap_or_default(),
            };
            if let Some((instant, behind)) = dates.leading(text) {
                let mut end = at + text.len() - behind.len();
                if bytes.get(end) == Some(&b']') {
                    end += 1;
                }
                let zone = if instant.zoned { Zone::Told } else { Zone::Unsaid };
                return Some(Date { ns: instant.ns, zone, start: at, end });
            }
            if let Some((ns, length)) = access_log_date(text) {
                return Some(Date { ns, zone: Zone::Told, start: at, end: at + length });
            }
            if let Some((ns, length)) = slashed_date(text) {
                return Some(Date { ns, zone: Zone::Month, start: at, end: at + length });
            }
        }
        // The next word; a file name before a date ends with a colon.
        let word = bytes.get(at..)?.iter().take(DATE).position(|b| matches!(b, b' ' | b'\t' | b':' | b'|'));
        let Some(length) = word else { break };
        at += length + 1;
    }
    clock(bytes).or_else(|| kitchen_clock(bytes)).or_else(|| yearless(bytes))
}

/// `3:04PM` at the beginning of a line, as zerolog's console has it.
#[inline(never)]
fn kitchen_clock(bytes: &[u8]) -> Option<Date> {
    let end = bytes.iter().take(8).position(|byte| *byte == b' ')?;
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    let (noon, clock) = match (text.strip_suffix("AM"), text.strip_suffix("PM")) {
        (Some(clock), _) => (0, clock),
        (None, clock) => (12, clock?),
    };
    let (hour, minute) = clock.split_once(':')?;
    let (hour, minute): (u64, u64) = (hour.parse().ok()?, minute.parse().ok()?);
    let ns = ((hour % 12 + noon) * 60 + minute).checked_mul(60 * 1_000_000_000)?;
    (hour <= 12 && minute < 60).then_some(Date { ns, zone: Zone::Day, start: 0, end })
}

/// `07:14:01.375` at the beginning of a line, without a date.
fn clock(bytes: &[u8]) -> Option<Date> {
    let start = usize::from(bytes.first() == Some(&b'['));
    let text = bytes.get(start..start + 8)?;
    let number = |at: usize| {
        let digits = &text[at..at + 2];
        digits.iter().all(u8::is_ascii_digit).then(|| u64::from(digits[0] - b'0') * 10 + u64::from(digits[1] - b'0'))
    };
    let (hour, minute, second) = (number(0)?, number(3)?, number(6)?);
    if text[2] != b':' || text[5] != b':' || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut ns = (hour * 3600 + minute * 60 + second) * 1_000_000_000;
    let mut at = start + 8;
    // Without a fraction or a blank it may be anything.
    let fraction = match bytes.get(at)? {
        b'.' | b',' => bytes.get(at + 1)?.is_ascii_digit(),
        b' ' | b']' => false,
        _ => return None,
    };
    at += usize::from(fraction);
    let mut scale = 100_000_000;
    while let Some(digit) = bytes.get(at).filter(|digit| digit.is_ascii_digit()) {
        ns += u64::from(digit - b'0') * scale;
        scale /= 10;
        at += 1;
    }
    if bytes.get(at) == Some(&b']') {
        at += 1;
    }
    Some(Date { ns, zone: Zone::Day, start, end: at })
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date without a year at the beginning of a line: `Nov 22 07:14:01` of syslog, `I1122 07:14:01.375000` of klog.
#[inline(never)]
fn yearless(bytes: &[u8]) -> Option<Date> {
    let priority = bytes.strip_prefix(b"<").and_then(|rest| rest.iter().take(4).position(|byte| *byte == b'>'));
    let from = priority.map_or(0, |length| length + 2);
    let text = bytes.get(from..bytes.len().min(from + 32))?;
    let text = std::str::from_utf8(&text[..text.iter().take_while(|byte| byte.is_ascii()).count()]).ok()?;
    let (start, usual) = match MONTHS.iter().position(|month| text.starts_with(month)) {
        Some(month) => (0, format!("1970-{:02}-{}T{}", month + 1, text.get(4..6)?.replace(' ', "0"), text.get(7..)?)),
        None if text.starts_with(['I', 'W', 'E', 'F']) => {
            (1, format!("1970-{}-{}T{}", text.get(1..3)?, text.get(3..5)?, text.get(6..)?))
        }
        None => return None,
    };
    let (instant, rest) = leading_date_time(&usual)?;
    Some(Date { ns: instant.ns, zone: Zone::Year, start: from + start, end: from + text.len() - rest.len() })
}

/// `11/22/2026, 7:14:01 AM`, as programs in JavaScript and .NET write it for people.
#[inline(never)]
fn slashed_date(text: &str) -> Option<(u64, usize)> {
    let (date, rest) = text.split_once(' ')?;
    let mut parts = date.trim_end_matches(',').split('/');
    let mut part = || parts.next().and_then(|part| part.parse::<u32>().ok());
    let (month, day, year) = (part()?, part()?, part()?);
    let clock = rest.split(' ').next()?;
    let noon = rest.get(clock.len()..clock.len() + 3);
    let (hour, behind) = clock.split_once(':')?;
    let hour: u32 = hour.parse().ok()?;
    let hour = match noon {
        Some(" AM") => hour % 12,
        Some(" PM") => hour % 12 + 12,
        _ => hour,
    };
    let length = date.len() + 1 + clock.len() + if matches!(noon, Some(" AM" | " PM")) { 3 } else { 0 };
    let usual = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{behind}");
    let (instant, rest) = leading_date_time(&usual)?;
    rest.is_empty().then_some((instant.ns, length))
}

/// `22/Nov/2026:07:14:01 +0000`, as web servers write it.
fn access_log_date(text: &str) -> Option<(u64, usize)> {
    let date = text.get(..20)?;
    let month = MONTHS.iter().position(|month| Some(*month) == date.get(3..6))? + 1;
    if date.as_bytes()[2] != b'/' || date.as_bytes()[6] != b'/' || date.as_bytes()[11] != b':' {
        return None;
    }
    let zone = text.get(20..26).unwrap_or_default();
    let usual = format!("{}-{month:02}-{}T{}{zone}", date.get(7..11)?, date.get(..2)?, date.get(12..20)?);
    let (instant, rest) = leading_date_time(&usual)?;
    Some((instant.ns, 20 + if rest.is_empty() { zone.len() } else { 0 }))
}
