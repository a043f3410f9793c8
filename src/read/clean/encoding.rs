//! Bytes as UTF-8 without what only a terminal understands: UTF-16, ANSI escapes.

// ── UTF-16 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// The order of a unit's bytes.
#[derive(Clone, Copy)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    pub(super) fn of(bytes: &[u8]) -> Option<Order> {
        match bytes {
            [0xff, 0xfe, ..] => return Some(Order::Little),
            [0xfe, 0xff, ..] => return Some(Order::Big),
            _ => {}
        }
        // Without a mark: nearly all of the first characters are below U+0100, and the very first is text.
        let pairs = bytes[..bytes.len().min(512)].as_chunks::<2>().0;
        let is = |low: usize| {
            let text = |pair: &[u8; 2]| {
                pair[1 - low] == 0 && (pair[low] >= 0x20 || pair[low] == 0x1b || pair[low].is_ascii_whitespace())
            };
            pairs.len() >= 2 && text(&pairs[0]) && pairs.iter().filter(|pair| text(pair)).count() * 4 >= pairs.len() * 3
        };
        if is(0) {
            Some(Order::Little)
        } else if is(1) {
            Some(Order::Big)
        } else {
            None
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Order::Little => "little-endian",
            Order::Big => "big-endian",
        }
    }

    /// The text, and how many surrogates had no other half.
    pub(super) fn decode(self, bytes: &[u8]) -> (String, usize) {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|pair| match self {
            Order::Little => u16::from_le_bytes(*pair),
            Order::Big => u16::from_be_bytes(*pair),
        });
        let mut text = String::with_capacity(bytes.len() / 2 + bytes.len() / 16);
        let mut lone = 0;
        for character in char::decode_utf16(units) {
            text.push(character.unwrap_or_else(|_| {
                lone += 1;
                char::REPLACEMENT_CHARACTER
            }));
        }
        if !rest.is_empty() {
            lone += 1;
            text.push(char::REPLACEMENT_CHARACTER);
        }
        (text, lone)
    }
}

// ── ANSI escapes ────────────────────────────────────────────────────────────────────────────────────────────────────

pub(in crate::read) fn remove_escapes(bytes: &mut Vec<u8>) {
    let (mut from, mut to) = (0, 0);
    while from < bytes.len() {
        let run = bytes[from..].iter().position(|byte| *byte == 0x1b).unwrap_or(bytes.len() - from);
        bytes.copy_within(from..from + run, to);
        to += run;
        from += run;
        if from < bytes.len() {
            from += escape_length(&bytes[from..]);
        }
    }
    bytes.truncate(to);
}

/// The length of the escape that begins here (ECMA-48, sections 5.3 and 5.4). It never goes beyond its line.
fn escape_length(bytes: &[u8]) -> usize {
    let within = |range: std::ops::RangeInclusive<u8>, from: usize| {
        bytes[from..].iter().take_while(|byte| range.contains(byte)).count()
    };
    match bytes.get(1) {
        Some(b'[') => {
            let parameters = 2 + within(0x30..=0x3f, 2);
            let end = parameters + within(0x20..=0x2f, parameters);
            end + usize::from(matches!(bytes.get(end), Some(0x40..=0x7e)))
        }
        // A command to the system, such as the address of a link: up to a bell or `ESC \`.
        Some(b']') => {
            let end =
                bytes[2..].iter().position(|byte| matches!(byte, 7 | 0x1b | b'\n')).map_or(bytes.len(), |at| 2 + at);
            match bytes.get(end..) {
                Some([7, ..]) => end + 1,
                Some([0x1b, b'\\', ..]) => end + 2,
                _ => end,
            }
        }
        Some(0x20..=0x2f) => {
            let end = 1 + within(0x20..=0x2f, 1);
            end + usize::from(matches!(bytes.get(end), Some(0x30..=0x7e)))
        }
        Some(0x30..=0x7e) => 2,
        _ => 1,
    }
}
