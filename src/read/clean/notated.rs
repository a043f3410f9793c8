//! Documents that a program printed in the notation of its language: what Python makes of a `dict`, Node of an object.

use super::head_of;
use crate::read::console::{self, Notation};
use crate::read::detect::formats_of;
use crate::read::{Format, generic, logs};

/// The values that a text is in such a notation as JSON, one a line, if they are spans and their notation is none that a format has.
pub(in crate::read) fn as_json(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = bytes.trim_ascii_start();
    let brackets = text.iter().take_while(|byte| b"{[( \n\r\t".contains(byte)).count();
    let is_key = text.get(brackets).is_some_and(|byte| *byte == b'\'' || byte.is_ascii_alphabetic());
    if !is_key || !text.starts_with(b"{") && !text.starts_with(b"[") {
        return None;
    }
    // Objects of a console may be those of another format, but for what takes any.
    let console = formats_of(head_of(bytes)).iter().any(|found| *found.format == console::javascript::FORMAT);
    let is_other =
        |format: &Format| !(console && (*format == console::javascript::FORMAT || *format == generic::FORMAT));
    let known = |text: &[u8], logs| {
        formats_of(text).iter().any(|found| is_other(found.format) && (logs || !logs::is_log(found.format)))
    };
    let json = |most| Notation::of_javascript(text).json(most);
    if known(head_of(bytes), false) || !known(&json(1)?, true) {
        return None;
    }
    json(usize::MAX)
}
