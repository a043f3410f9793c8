//! Values of attributes as JavaScript's.
//!
//! | Rust | JavaScript |
//! |---|---|
//! | `Null`, `Bool`, `Double`, `String` | `null`, boolean, number, string |
//! | `Int`, `UInt`, `Number` | number up to 2^53, BigInt beyond |
//! | `Bytes` | `Uint8Array` |
//! | `Array` | array |
//! | `Map` | array of `[key, value]`: a key may stand twice, or be `__proto__` |

use super::json::{Json, Write};
use crate::value::Value;

/// Integers up to here are exact as a double.
const MAX_SAFE: u64 = (1 << 53) - 1;

impl Write for Value<'_> {
    fn write(&self, json: &mut Json) {
        match self {
            Value::Bool(value) => value.write(json),
            Value::Int(value) if value.unsigned_abs() <= MAX_SAFE => json.number(*value as f64),
            Value::Int(value) => json.digits(&value.to_string()),
            Value::UInt(value) => json.big(*value),
            // An integer of more than 64 bits; the text of one is what BigInt reads.
            Value::Number(text) => json.digits(text),
            Value::Double(value) => json.number(*value),
            Value::String(text) => text.write(json),
            Value::Bytes(bytes) => json.bytes(bytes),
            Value::Array(values) => json.list(values, |json, value| value.write(json)),
            Value::Map(members) => json.list(members, |json, (key, value)| {
                json.list([0, 1], |json, which| if which == 0 { key.write(json) } else { value.write(json) });
            }),
            // `Value` may grow: what has no counterpart here is nothing, as is `Null`.
            _ => None::<bool>.write(json),
        }
    }
}
