//! Errors as JavaScript's own: an `Error` with `kind` and `position`.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::wire::{self, PositionObject};
use crate::error::Position;
use crate::read;

/// An `Error` with a stable kind, for what the caller asked or gave.
pub(super) fn error(kind: &str, message: &str, position: Option<&Position>) -> JsValue {
    let error = js_sys::Error::new(message);
    let position = position.map(PositionObject::from);
    // Setting properties of a fresh error cannot fail, and a position has nothing in it that cannot cross.
    let _ = Reflect::set(&error, &"kind".into(), &kind.into());
    let _ = Reflect::set(&error, &"position".into(), &wire::plain(&position).unwrap_or(JsValue::NULL));
    error.into()
}

impl From<read::Error> for JsValue {
    fn from(found: read::Error) -> JsValue {
        error(found.kind.as_str(), &found.to_string(), found.position.as_ref())
    }
}
