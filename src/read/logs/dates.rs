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
        }
        // The next word; a file name before a date ends with a colon.
        let word = bytes.get(at..)?.iter().take(DATE).position(|b| matches!(b, b' ' | b'\t' | b':' | b'|'));
        let Some(length) = word else { break };
        at += length + 1;
    }
    clock(bytes).or_else(|| kitchen_clock(bytes))
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
    // Without a fraction it may be anything.
    if !matches!(bytes.get(at)?, b'.' | b',') || !bytes.get(at + 1)?.is_ascii_digit() {
        return None;
    }
    at += 1;
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

/// `22/Nov/2026:07:14:01 +0000`, as web servers write it.
fn access_log_date(text: &str) -> Option<(u64, usize)> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
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
