//! Message templates: what a line says, with holes that its other members fill, as Serilog writes it (`@mt` of its compact JSON).
//!
//! ```text
//! {"@mt": "Paid {Amount:0.00} of {@Cart} for {Name,-10}", "@r": ["12.50"], "Cart": {"rows": 2}, "Name": "Zoë"}
//!      ─► Paid 12.50 of {"rows":2} for Zoë
//! ```
//! `@r` has the values that are written in a format, in the order of their holes. A brace that stands twice is a brace. A hole that nothing fills
//! stays as it is written. (messagetemplates.org; serilog-formatting-compact, "Reified properties".)

use super::fields::Field;
use crate::json::{Data, Lexer, Node};

/// Holes that are filled: each is looked for among all members.
const HOLES: usize = 64;
/// What was filled in is no longer than this when one more is.
const LONG: usize = 1 << 16;

/// The message of the object that begins at an offset, if it has a template.
pub(super) fn filled(bytes: &[u8], at: usize) -> Option<String> {
    let line = Lexer::new(bytes, at).node().ok()?;
    let template = line.members().iter().find(|(key, _)| Field::of(key) == Field::Template)?.1.text()?;
    let properties = line.get("Properties").unwrap_or(&line);
    let mut formatted = line.get("@r").map_or(&[][..], Node::items).iter();
    let mut message = String::new();
    let (mut rest, mut holes) = (template, 0);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        message.push_str(before);
        let (brace, behind) = from.split_at(1);
        if let Some(behind) = behind.strip_prefix(brace) {
            message.push_str(brace);
            rest = behind;
            continue;
        }
        let Some((hole, behind)) = behind.split_once('}').filter(|_| brace == "{") else {
            message.push_str(brace);
            rest = behind;
            // Nothing ends a hole any more.
            if brace == "{" {
                break;
            }
            continue;
        };
        let (name, format) = hole.split_at(hole.find([',', ':']).unwrap_or(hole.len()));
        let written = if format.contains(':') { formatted.next() } else { None };
        holes += 1;
        let few = holes <= HOLES && message.len() <= LONG;
        match written.or_else(|| properties.get(name.trim_start_matches(['@', '$']))).filter(|_| few) {
            Some(Node { data: Data::Number(text) | Data::Text(text), .. }) => message.push_str(text),
            Some(value) => message.push_str(&value.to_json()),
            None => message.extend(["{", hole, "}"]),
        }
        rest = behind;
    }
    message.push_str(rest);
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_with_members() {
        for (template, members, expected) in [
            ("no hole", "", "no hole"),
            ("{A} and {B}", r#","A":1.50,"B":"b c""#, "1.50 and b c"),
            ("{@A} {$A} {A:l} {A,-10} {A,5:x}", r#","A":"a""#, "a a a a a"),
            ("{@A}{B}", r#","A":{"x":[1, 2]},"B":true"#, r#"{"x":[1,2]}true"#),
            ("{A:0.0} {A} {B:x}", r#","A":1.25,"B":10,"@r":["1.3","a"]"#, "1.3 1.25 a"),
            ("{0} {1}", r#","0":"first""#, "first {1}"),
            ("{{A}} }} {", r#","A":1"#, "{A} } {"),
            ("{ {A} {", r#","A":1"#, "{ {A} {"),
            ("{A", r#","A":1"#, "{A"),
            ("}{}{ü}", r#","ü":"ö""#, "}{}ö"),
            ("{A}", r#","A":null"#, "{A}"),
            ("{A}", r#","Properties":{"A":2},"A":1"#, "2"),
        ] {
            let line = format!(r#"{{"@mt":"{template}"{members}}}"#);
            assert_eq!(filled(line.as_bytes(), 0).as_deref(), Some(expected), "{line}");
        }
        assert_eq!(filled(br#"{"@m":"{A}"}"#, 0), None);
        assert_eq!(filled(br#"{"@mt":"#, 0), None);
    }

    #[test]
    fn many_holes_take_no_time() {
        let members: String = (0..20_000).map(|number| format!(r#","a{number}":"{number}""#)).collect();
        for piece in ["{a19999}", "{", "{a", "}", "{{"] {
            let line = format!(r#"{{"@mt":"{}"{members}}}"#, piece.repeat(100_000));
            assert!(filled(line.as_bytes(), 0).is_some());
        }
    }
}
