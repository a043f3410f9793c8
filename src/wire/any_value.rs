//! OpenTelemetry's `AnyValue` in protobuf: a message with one field whose number names the type.
//!
//! 1 text, 2 bool, 3 integer, 4 double, 5 list (`{1: AnyValue …}`), 6 map (`{1: {1: key, 2: AnyValue} …}`), 7 bytes. No field at all is no
//! value. (opentelemetry-proto, `common.proto`.)

use std::borrow::Cow;

use super::protobuf::{Message, Wire, WireError};
use crate::value::Value;

/// Lists and maps may stand in each other so deep, as in protobuf's own readers.
const MAX_DEPTH: u32 = 100;

/// Decodes a message that [`check_any_value`] has checked; one that is none comes back as its bytes.
pub fn decode_any_value(message: &[u8]) -> Value<'_> {
    any_value(message, MAX_DEPTH).unwrap_or_else(|| Value::Bytes(message.to_vec()))
}

/// Whether a message can be decoded, all that stands in it too: for `false` its bytes are all there is to tell.
pub fn check_any_value(message: &[u8]) -> bool {
    any_value(message, MAX_DEPTH).is_some()
}

fn any_value(bytes: &[u8], depth: u32) -> Option<Value<'_>> {
    let mut value = Value::Null;
    for_each(bytes, |number, wire| {
        value = match (number, wire) {
            (1, Wire::Bytes(range)) => Value::String(String::from_utf8_lossy(&bytes[range])),
            (2, Wire::Varint(value)) => Value::Bool(value != 0),
            (3, Wire::Varint(value)) => Value::Int(value as i64),
            (4, Wire::Fixed64(bits)) => Value::Double(f64::from_bits(bits)),
            (5, Wire::Bytes(range)) => list(&bytes[range], depth.checked_sub(1)?)?,
            (6, Wire::Bytes(range)) => map(&bytes[range], depth.checked_sub(1)?)?,
            (7, Wire::Bytes(range)) => Value::Bytes(bytes[range].to_vec()),
            // A field of a type that it does not have.
            (1..=7, _) => return None,
            _ => return Some(()),
        };
        Some(())
    })?;
    Some(value)
}

fn list(bytes: &[u8], depth: u32) -> Option<Value<'_>> {
    let mut items = Vec::new();
    for_each(bytes, |number, wire| {
        if let (1, Wire::Bytes(range)) = (number, wire) {
            items.push(any_value(&bytes[range], depth)?);
        }
        Some(())
    })?;
    Some(Value::Array(items))
}

fn map(bytes: &[u8], depth: u32) -> Option<Value<'_>> {
    let mut members = Vec::new();
    for_each(bytes, |number, wire| {
        let (1, Wire::Bytes(range)) = (number, wire) else { return Some(()) };
        let pair = &bytes[range];
        let (mut key, mut value) = (Cow::Borrowed(""), Value::Null);
        for_each(pair, |number, wire| {
            match (number, wire) {
                (1, Wire::Bytes(range)) => key = String::from_utf8_lossy(&pair[range]),
                (2, Wire::Bytes(range)) => value = any_value(&pair[range], depth)?,
                _ => {}
            }
            Some(())
        })?;
        members.push((key, value));
        Some(())
    })?;
    Some(Value::Map(members))
}

fn for_each(bytes: &[u8], mut field: impl FnMut(u32, Wire) -> Option<()>) -> Option<()> {
    let mut message = Message::new(bytes, 0..bytes.len());
    loop {
        let next: Result<_, WireError> = message.next();
        match next.ok()? {
            Some(found) => field(found.number, found.value)?,
            None => return Some(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::protobuf::write::{bytes, fixed64, number};
    use super::*;

    #[test]
    fn every_type_has_its_value() {
        let list = bytes(5, &[bytes(1, &bytes(1, b"a")), bytes(1, &number(3, u64::MAX)), bytes(1, b"")].concat());
        let pair = |key: &[u8], value: &[u8]| bytes(1, &[bytes(1, key), bytes(2, value)].concat());
        let map = bytes(6, &[pair(b"k", &fixed64(4, 1.5_f64.to_bits())), pair(b"k", &list)].concat());
        for (message, text, kind) in [
            (bytes(1, "é".as_bytes()), "é", "string"),
            (bytes(1, b"a\xffb"), "a\u{fffd}b", "string"),
            (number(2, 1), "true", "bool"),
            (number(2, 0), "false", "bool"),
            (number(3, 5_i64.wrapping_neg() as u64), "-5", "int"),
            (fixed64(4, f64::INFINITY.to_bits()), "inf", "double"),
            (list.clone(), r#"["a", -1, null]"#, "array"),
            (map, r#"{"k": 1.5, "k": ["a", -1, null]}"#, "map"),
            (bytes(7, b"\0\xff"), "0x00ff", "bytes"),
            (vec![], "null", "null"),
            (number(9, 1), "null", "null"),
            // The last one counts.
            ([number(3, 1), bytes(1, b"x")].concat(), "x", "string"),
        ] {
            assert!(check_any_value(&message));
            let value = decode_any_value(&message);
            assert_eq!((value.to_string().as_str(), value.type_name()), (text, kind), "{message:?}");
        }
    }

    #[test]
    fn what_is_broken_or_too_deep_is_told_as_bytes() {
        let mut deep = bytes(1, b"x");
        for _ in 0..MAX_DEPTH {
            deep = bytes(5, &bytes(1, &deep));
        }
        assert!(check_any_value(&deep));
        for message in [bytes(5, &bytes(1, &deep)), number(1, 5), b"\x0a\x05x".to_vec(), bytes(5, b"\x0a\x09"), vec![0]]
        {
            assert!(!check_any_value(&message));
            assert_eq!(decode_any_value(&message), Value::Bytes(message.clone()));
        }
    }
}
