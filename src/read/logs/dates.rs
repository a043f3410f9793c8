//! Finds the date of a line of text among its first words.

use super::super::instant::{Dates, OtherDate, month_first};

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

pub fn find_date(bytes: &[u8], dates: &mut Dates) -> Option<Date> {
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
            // The clock alone is looked for at the beginning.
            if text.as_bytes().get(2) != Some(&b':')
                && let Some(date) = month_first(text).filter(|date| date.year)
            {
                return Some(other_date(date, at, text));
            }
        }
        // The next word; a file name before a date ends with a colon.
        let word = bytes.get(at..)?.iter().take(DATE).position(|b| matches!(b, b' ' | b'\t' | b':' | b'|'));
        let Some(length) = word else { break };
        at += length + 1;
    }
    clock(bytes).or_else(|| kitchen_clock(bytes)).or_else(|| leading_month(bytes))
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

pub(super) const NO_YEAR: &str = "Dates without a year are taken for ones of 1970.";

/// A date at the beginning of a line that begins with the month: `Nov 22 07:14:01` of syslog, perhaps behind `<11>`, `I1122 07:14:01.375000` of klog.
#[inline(never)]
pub(super) fn leading_month(bytes: &[u8]) -> Option<Date> {
    let priority =
        if bytes.first() == Some(&b'<') { bytes.iter().take(5).position(|byte| *byte == b'>') } else { None };
    let from = priority.map_or(0, |end| end + 1);
    let from = from + usize::from(matches!(bytes[from..], [b'I' | b'W' | b'E' | b'F', b'0'..=b'9', ..]));
    let head = &bytes[from..bytes.len().min(from + 40)];
    // All of a date is ASCII.
    let text = std::str::from_utf8(&head[..head.iter().take_while(|byte| byte.is_ascii()).count()]).ok()?;
    let begins = head.first().is_some_and(u8::is_ascii_uppercase) || from == 1;
    Some(other_date(month_first(text).filter(|_| begins)?, from, text))
}

fn other_date(date: OtherDate<'_>, start: usize, text: &str) -> Date {
    let zone = match date.instant.zoned {
        _ if !date.year => Zone::Year,
        true => Zone::Told,
        false if date.named => Zone::Unsaid,
        false => Zone::Month,
    };
    let end = start + text.len() - date.rest.len();
    Date { ns: date.instant.ns, zone, start, end }
}
