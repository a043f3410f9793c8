//! Start, end and duration of a span, in whatever units and notations they are told.

use super::{Field, Role};
use crate::error::WarningKind;
use crate::json::{Data, Node};
use crate::read::documents::Reading;
use crate::read::instant::{Unit, any_date, clock_duration, unit_duration};
use crate::read::micros::Nanos;
use crate::read::parts::Parts;
use crate::store::NO_TIME;

/// Sets start and end. The duration is left to the caller if nothing names its unit, and where its text may stand.
pub(super) fn times<'n>(
    reading: &mut Reading<'_>,
    parts: &mut Parts,
    fields: &[Field<'n>],
    fractions: &mut Option<Unit>,
) -> Option<(&'n str, u32)> {
    let find = |role: Role| {
        let mut found = fields.iter().filter(|field| field.role == role && !matches!(field.value.data, Data::Null));
        let first = found.next()?;
        // Of two the one counts that says its unit.
        let field =
            if first.unit.is_some() { first } else { found.find(|other| other.unit.is_some()).unwrap_or(first) };
        Some((field.unit, field.key, field.value))
    };
    let start = find(Role::Start);
    let when = find(Role::When);
    // A date beside a start that is none.
    let dated = |(_, _, value): &(_, _, &Node<'_>)| value.text().is_some_and(|text| text.contains(':'));
    let start = match start.filter(|(unit, _, value)| unit.is_none() && value.written().is_some_and(is_relative)) {
        Some(_) => when.filter(dated).or(start),
        None => start.or(when),
    };
    let offset = find(Role::Offset);
    let end = find(Role::End);
    let duration = find(Role::Duration);
    let mut unit = None;
    match (start, offset) {
        (Some((named, key, value)), _) => {
            parts.start = time(reading, parts, named, key, value, &mut unit);
        }
        (None, Some((named, key, value))) => {
            let unit = named.unwrap_or(Unit::Millis);
            if let Some(Nanos { ns, negative: false }) = reading.duration_of(parts, Some(value), unit, key) {
                parts.start = ns;
                reading.guess("No date is told: times count from the beginning of the trace.");
            }
        }
        (None, None) => {}
    }
    if let Some((named, key, value)) = end {
        parts.end = time(reading, parts, named, key, value, &mut unit);
    }
    let (named, key, value) = duration?;
    let is_fraction = |value: &Node<'_>| value.written().is_some_and(|text| text.contains('.'));
    // A whole number beside a fraction is most likely one of a smaller unit.
    if named.is_none() && unit.is_some() && start.is_some_and(|(_, _, start)| is_fraction(start)) {
        match is_fraction(value) {
            true => *fractions = unit,
            false => unit = None,
        }
    }
    let unit = named.or(unit);
    if unit.is_none()
        && let Some(text) = value.written().filter(|text| Unit::Nanos.nanos(text).is_some())
    {
        return Some((text, value.start + u32::from(value.text().is_some())));
    }
    let duration = duration_of(reading, parts, unit, key, value)?;
    last(parts, duration);
    None
}

pub(super) fn last(parts: &mut Parts, duration: Nanos) {
    match (parts.start, parts.end) {
        (_, NO_TIME) => parts.lasting(duration),
        (NO_TIME, end) => {
            let start = end.checked_sub(duration.ns).filter(|_| !duration.negative);
            parts.start = start.unwrap_or(NO_TIME);
        }
        // Both are told: the end counts.
        _ => {}
    }
}

/// Before 1973 by seconds: no date, but a number from the beginning of whatever it is.
fn is_relative(text: &str) -> bool {
    Unit::Seconds.nanos(text).is_some_and(|nanos| nanos.ns < 100_000_000_000_000_000)
}

/// A point of time; `unit` becomes that of a number.
pub(super) fn time(
    reading: &mut Reading<'_>,
    parts: &mut Parts,
    named: Option<Unit>,
    key: &str,
    value: &Node<'_>,
    unit: &mut Option<Unit>,
) -> u64 {
    let Some(text) = value.written().map(str::trim).filter(|text| !text.is_empty()) else {
        if !matches!(value.data, Data::Text(_)) {
            parts.warn(WarningKind::WrongType, format!("Expected a time as {key}, found {}.", value.described()));
        }
        return NO_TIME;
    };
    if let Some(instant) = any_date(text) {
        return reading.zoned(instant);
    }
    let relative = is_relative(text);
    let assumed = match named {
        Some(unit) => unit,
        None if relative => Unit::Millis,
        None => Unit::by_magnitude(text).unwrap_or(Unit::Millis),
    };
    let found = assumed.nanos(text).filter(|nanos| !nanos.negative && nanos.ns != NO_TIME);
    if named.is_none() && found.is_some() {
        let key: String = key.chars().take(40).collect();
        let unit = assumed.name();
        reading.guess(&match relative {
            true => format!("{key} is taken for {unit} from the beginning: it is too small for a date."),
            false => format!("{key} is taken for {unit} since 1970, by its size."),
        });
    }
    match found {
        Some(nanos) => {
            *unit = Some(assumed);
            nanos.ns
        }
        None => {
            parts.warn(WarningKind::BadTime, format!("Expected a time as {key}, found {}.", value.described()));
            NO_TIME
        }
    }
}

fn duration_of(
    reading: &mut Reading<'_>,
    parts: &mut Parts,
    unit: Option<Unit>,
    key: &str,
    value: &Node<'_>,
) -> Option<Nanos> {
    if let Some(text) = value.text()
        && let Some(duration) = unit_duration(text).or_else(|| clock_duration(text)).or_else(|| iso_duration(text))
    {
        return Some(duration);
    }
    reading.duration_of(parts, Some(value), unit.unwrap_or(Unit::Millis), key)
}

/// `PT1H2M3.5S`, without years, months and weeks, which have no length of their own.
fn iso_duration(text: &str) -> Option<Nanos> {
    let (days, time) = text.trim().strip_prefix('P')?.split_once('T').unwrap_or((text.trim().strip_prefix('P')?, ""));
    if days.contains(['Y', 'M', 'W']) {
        return None;
    }
    unit_duration(&format!("{days}{time}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::iso_duration;

    #[test]
    fn durations_of_iso_8601() {
        for (text, ns) in [
            ("PT0.080000S", Some(80_000_000)),
            ("PT1H2M3S", Some(3_723_000_000_000)),
            ("P1DT1S", Some(86_401_000_000_000)),
            ("P1D", Some(86_400_000_000_000)),
            ("P1M", None),
            ("PT", None),
            ("P", None),
            ("1S", None),
        ] {
            assert_eq!(iso_duration(text).map(|nanos| nanos.ns), ns, "{text}");
        }
    }
}
