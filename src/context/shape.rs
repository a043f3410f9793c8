//! The shape of a value: which header it would suit, whatever header it was found in.
//!
//! Only for hints and for values pasted without a name, so a shape is judged by its outline (widths, separators) and
//! not by the rules of the format.

/// The quotes that come along when a value is copied.
pub(super) const QUOTES: [char; 10] = ['"', '\'', '`', '“', '”', '„', '‘', '’', '«', '»'];

/// A value that looks as if it were meant for this header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `00-<32>-<16>-01`
    Traceparent,
    /// `<32>-<16>-01`: a `traceparent` without its version.
    VersionlessTraceparent,
    /// `<32 or 16>-<16>`, perhaps with a sampling state and a parent: B3; the shorter forms are also Sentry's.
    B3,
    /// `<hex>:<hex>:<hex>:<flags>`
    Jaeger,
    /// `Root=1-…`
    XRay,
    /// `<32>/<decimal>`
    Gcp,
    /// `8-4-4-4-12` hex digits.
    Uuid,
    /// 32 hex digits.
    TraceId,
    /// 16 hex digits.
    SpanId,
}

impl Shape {
    /// What the value looks like, if it looks like anything. Looks at no more than its first kilobyte.
    pub(crate) fn of(value: &[u8]) -> Option<Self> {
        let value = trim(value);
        if value.len() > 1024 {
            return None;
        }
        if starts_with_ignoring_case(value, b"root=") || contains(value, b";Root=") {
            return Some(Self::XRay);
        }
        let hex_until = |separator: u8| {
            let width = value.iter().position(|b| !b.is_ascii_hexdigit())?;
            (value[width] == separator).then_some(width)
        };
        if let Some(32) = hex_until(b'/') {
            return Some(Self::Gcp);
        }
        // Shorter ids are legal, but then it may as well be a time or a hardware address.
        let four = value.split(|b| *b == b':').count() == 4 && !value.contains(&b' ');
        if four && hex_until(b':').is_some_and(|width| (8..=32).contains(&width)) {
            return Some(Self::Jaeger);
        }
        let mut widths = [0; 5];
        let mut parts = 0;
        for part in value.split(|b| *b == b'-') {
            let width = widths.get_mut(parts)?;
            if !part.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            *width = part.len();
            parts += 1;
        }
        match widths[..parts] {
            [2, 32, 16, 2] => Some(Self::Traceparent),
            [32, 16, 2] => Some(Self::VersionlessTraceparent),
            [32 | 16, 16] | [32 | 16, 16, 1 | 16] | [32 | 16, 16, 1, 16] => Some(Self::B3),
            [8, 4, 4, 4, 12] => Some(Self::Uuid),
            [32] => Some(Self::TraceId),
            [16] => Some(Self::SpanId),
            _ => None,
        }
    }
}

/// Without optional white space, which is space and tab, around it.
#[inline]
pub(super) fn trim(value: &[u8]) -> &[u8] {
    trim_end(&value[leading(value)..])
}

/// How many spaces and tabs a value begins with.
#[inline]
pub(super) fn leading(value: &[u8]) -> usize {
    value.iter().position(|b| !is_space(*b)).unwrap_or(value.len())
}

#[inline]
pub(super) fn trim_end(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|b| !is_space(*b)).map_or(0, |last| last + 1);
    &value[..end]
}

#[inline]
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

pub(super) fn starts_with_ignoring_case(value: &[u8], start: &[u8]) -> bool {
    value.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn contains(value: &[u8], part: &[u8]) -> bool {
    value.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_by_widths_and_separators() {
        let of = |value: &str| Shape::of(value.as_bytes());
        assert_eq!(of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), Some(Shape::Traceparent));
        assert_eq!(of("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), Some(Shape::VersionlessTraceparent));
        assert_eq!(of("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"), Some(Shape::B3));
        assert_eq!(of("8448eb211c80319c-b7ad6b7169203331"), Some(Shape::B3));
        assert_eq!(of("8448eb211c80319c:b7ad6b7169203331:0:1"), Some(Shape::Jaeger));
        assert_eq!(of("Root=1-5759e988-bd862e3fe1be46a994272793"), Some(Shape::XRay));
        assert_eq!(of("0af7651916cd43dd8448eb211c80319c/1;o=1"), Some(Shape::Gcp));
        assert_eq!(of("0af76519-16cd-43dd-8448-eb211c80319c"), Some(Shape::Uuid));
        assert_eq!(of(""), None);
        assert_eq!(of("a-b-c-d-e-f-a"), None);
        assert_eq!(of("not a traceparent"), None);
    }
}
