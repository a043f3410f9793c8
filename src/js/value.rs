//! Values of attributes as JavaScript's.
//!
//! | Rust | JavaScript |
//! |---|---|
//! | `Null`, `Bool`, `Double`, `String` | `null`, boolean, number, string |
//! | `Int`, `UInt`, `Number` | number up to 2^53, BigInt beyond |
//! | `Bytes` | `Uint8Array` |
//! | `Array` | array |
//! | `Map` | array of `[key, value]`: a key may stand twice, or be `__proto__` |

use js_sys::{Array, BigInt, Uint8Array};
use wasm_bindgen::JsValue;

use crate::value::Value;

/// Integers up to here are exact as a double.
const MAX_SAFE: u64 = (1 << 53) - 1;

pub(super) fn to_js(value: &Value<'_>) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(value) => JsValue::from_bool(*value),
        Value::Int(value) if value.unsigned_abs() <= MAX_SAFE => JsValue::from_f64(*value as f64),
        Value::Int(value) => BigInt::from(*value).into(),
        Value::UInt(value) => BigInt::from(*value).into(),
        // An integer of more than 64 bits; the text of one is what BigInt reads.
        Value::Number(text) => {
            BigInt::new(&JsValue::from_str(text)).map_or_else(|_| JsValue::from_str(text), Into::into)
        }
        Value::Double(value) => JsValue::from_f64(*value),
        Value::String(text) => JsValue::from_str(text),
        Value::Bytes(bytes) => Uint8Array::from(bytes.as_slice()).into(),
        Value::Array(values) => values.iter().map(to_js).collect::<Array>().into(),
        Value::Map(members) => members
            .iter()
            .map(|(key, value)| Array::of2(&JsValue::from_str(key), &to_js(value)))
            .collect::<Array>()
            .into(),
        // `Value` may grow: what has no counterpart here is nothing.
        _ => JsValue::NULL,
    }
}
