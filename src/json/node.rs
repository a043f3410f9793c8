//! Values as trees, for formats whose objects are small or few: one object at a time is read whole and then asked for its fields.
//!
//! A [`Node`] comes from JSON here, and from other notations (a console's output, MessagePack) in their own readers: what is made of it
//! does not depend on where it comes from.

use std::borrow::Cow;

use super::{Kind, Lex, Lexer, Stop, decode_string};
use crate::float::parse_f64;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'a> {
    pub data: Data<'a>,
    /// Offsets in the input; of a value inside a decoded text, those of the text.
    pub start: u32,
    pub end: u32,
    /// Between the offsets stands this value as checked JSON.
    pub json: bool,
}

/// What a [`Node`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum Data<'a> {
    Null,
    Bool(bool),
    /// As written.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
    List(Vec<Node<'a>>),
    /// In the order of the input; of a key that stands twice the last one counts.
    Map(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Lexer<'a> {
    /// The next value as a tree; one that the input ends inside of lacks the last element of its innermost list of objects or lists, or
    /// what stands behind such a list, and is whole where closing brackets alone are missing ([`Lexer::is_cut_off`]). Recursion is bounded by the lexer's limit of nesting.
    pub fn node(&mut self) -> Lex<Node<'a>> {
        let node = self.node_part()?;
        // No list is around what the input ends inside of.
        if std::mem::take(&mut self.broken) { Err(Stop) } else { Ok(node) }
    }

    /// The same; what is `broken` is left to the next list around it.
    fn node_part(&mut self) -> Lex<Node<'a>> {
        let kind = self.peek()?;
        let (input, start) = (self.input(), self.offset());
        let data = match kind {
            Kind::Null => {
                self.null()?;
                Data::Null
            }
            Kind::Boolean => Data::Bool(self.boolean()?),
            Kind::Number => {
                let number = self.number()?;
                Data::Number(String::from_utf8_lossy(&input[number.start as usize..number.end as usize]))
            }
            Kind::String => Data::Text(decode_string(self.string()?.bytes(input))),
            Kind::Array => {
                let mut items = Vec::new();
                let mut first = self.begin_array()?;
                loop {
                    match self.element(&mut first) {
                        Ok(true) => match self.node_part() {
                            Ok(item) if !self.broken => items.push(item),
                            Ok(_) => {
                                self.broken = false;
                                break;
                            }
                            Err(stop) => {
                                self.breaks_off(stop)?;
                                break;
                            }
                        },
                        Err(stop) if !self.is_cut_off_here() => return Err(stop),
                        _ => break,
                    }
                }
                Data::List(items)
            }
            Kind::Object => {
                let mut members = Vec::new();
                let mut cursor = self.begin_object()?;
                while !self.broken {
                    match self.any_member(&mut cursor) {
                        Ok(Some(name)) => match self.node_part() {
                            Ok(value) => members.push((decode_string(name.bytes(input)), value)),
                            Err(stop) => self.breaks_off(stop)?,
                        },
                        Err(stop) if members.is_empty() || !self.is_cut_off_here() => self.breaks_off(stop)?,
                        _ => break,
                    }
                }
                // An object that holds a list of objects is what is around them: what is lost of it is less than they are.
                let around =
                    |(_, value): &(_, Node<'_>)| matches!(value.items().first(), Some(Node { data: Data::Map(_), .. }));
                self.broken &= !members.iter().any(around);
                Data::Map(members)
            }
        };
        Ok(Node { data, start: start as u32, end: self.offset() as u32, json: !self.is_cut_off() })
    }
}

impl<'a> Node<'a> {
    /// JSON inside a text that stands at these offsets of the input, such as a document in a string; `None` when it is none.
    pub fn embedded(text: &'a str, start: u32, end: u32) -> Option<Node<'a>> {
        let mut lexer = Lexer::new(text.as_bytes(), 0);
        let mut node = lexer.node().ok().filter(|_| lexer.at_end() && !lexer.is_cut_off())?;
        node.put_at(start, end);
        Some(node)
    }

    /// Says that it stands at these offsets, in another notation.
    fn put_at(&mut self, start: u32, end: u32) {
        (self.start, self.end, self.json) = (start, end, false);
        match &mut self.data {
            Data::List(items) => items.iter_mut().for_each(|item| item.put_at(start, end)),
            Data::Map(members) => members.iter_mut().for_each(|(_, value)| value.put_at(start, end)),
            _ => {}
        }
    }

    /// The members of an object; none of anything else.
    pub fn members(&self) -> &[(Cow<'a, str>, Node<'a>)] {
        match &self.data {
            Data::Map(members) => members,
            _ => &[],
        }
    }

    /// The elements of a list; none of anything else.
    pub fn items(&self) -> &[Node<'a>] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key, `null` being none.
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        let (_, value) = self.members().iter().rev().find(|(name, _)| name == key)?;
        (value.data != Data::Null).then_some(value)
    }

    /// The value of the first of the keys that there is.
    pub fn get_any(&self, keys: &[&str]) -> Option<&Node<'a>> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node<'a>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// An object with these keys alone: to be asked for every span of a document that may have any number of other keys.
    pub fn only(&self, keys: &[&str]) -> Node<'a> {
        let members = keys.iter().filter_map(|key| Some(((*key).to_owned().into(), self.get(key)?.clone())));
        Node { data: Data::Map(members.collect()), json: false, ..*self }
    }

    /// What stands in it with the path to it, `a.b.c`: all that is no object with members. Objects under long paths, and deep ones, are told
    /// whole: as many paths as there are members must not be as long as the input each.
    pub fn leaves(&self) -> Vec<(String, &Node<'a>)> {
        const LEVELS: usize = 8;
        const LONG: usize = 100;
        let mut leaves = Vec::new();
        let mut levels = vec![(self.members().iter(), 0)];
        let mut path = String::new();
        while let Some((members, len)) = levels.last_mut() {
            path.truncate(*len);
            let Some((key, value)) = members.next() else {
                levels.pop();
                continue;
            };
            let around = *len;
            if around > 0 {
                path.push('.');
            }
            path.push_str(key);
            if value.members().is_empty() || path.len() > LONG || levels.len() == LEVELS {
                leaves.push((path.clone(), value));
            } else {
                let len = path.len();
                levels.push((value.members().iter(), len));
            }
        }
        leaves
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value that an OpenTelemetry `AnyValue` holds, also inside of lists and maps; any other value is itself. Recursion is bounded as
    /// that of [`Lexer::node`].
    pub fn any_value(&self) -> Node<'a> {
        let made = |data: Data<'a>| Node { data, start: self.start, end: self.end, json: false };
        let [(key, value)] = self.members() else { return self.clone() };
        let values = || value.get("values").map_or(&[][..], Node::items);
        match (key.as_ref(), &value.data) {
            ("stringValue" | "string_value" | "boolValue" | "bool_value" | "doubleValue" | "double_value", _) => {
                value.clone()
            }
            ("intValue" | "int_value", Data::Text(number)) if is_number(number) => made(Data::Number(number.clone())),
            ("intValue" | "int_value", _) => value.clone(),
            ("bytesValue" | "bytes_value", Data::Text(text)) => match super::parse_base64(text.as_bytes()) {
                Some(bytes) => made(Data::Bytes(bytes.into())),
                None => value.clone(),
            },
            ("arrayValue" | "array_value", Data::Map(_)) => {
                made(Data::List(values().iter().map(Node::any_value).collect()))
            }
            ("kvlistValue" | "kvlist_value", Data::Map(_)) => {
                let member = |pair: &Node<'a>| {
                    let key = pair.text_of("key").unwrap_or_default().to_owned();
                    let null = || made(Data::Null);
                    (key.into(), pair.get("value").map_or_else(null, Node::any_value))
                };
                made(Data::Map(values().iter().map(member).collect()))
            }
            _ => self.clone(),
        }
    }

    /// A text or a number as written.
    pub fn written(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) | Data::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a key's value, when it is one and is not empty.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text().filter(|text| !text.is_empty())
    }

    /// Text or number of a key's value, when it is not empty.
    pub fn written_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.written().filter(|text| !text.is_empty())
    }

    /// A whole number, also a quoted one and one that is written with a fraction or an exponent.
    pub fn integer(&self) -> Option<i128> {
        let text = self.written()?.trim();
        let whole = || parse_f64(text).filter(|number| number.fract() == 0.0 && number.abs() < 9e18);
        text.parse().ok().or_else(|| Some((whole()? as i64).into()))
    }

    /// True or false, also as a text or as a number that is not 0; 0 and 1 may be texts, too.
    pub fn truth(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(value) => Some(*value),
            Data::Number(number) => Some(!number.trim_matches(['0', '.', '-']).is_empty()),
            Data::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Data::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            Data::Text(digit) if matches!(digit.as_ref(), "0" | "1") => Some(digit == "1"),
            _ => None,
        }
    }

    /// What kind of value it is, for a sentence that says what was found.
    pub fn described(&self) -> String {
        match &self.data {
            Data::Null => "null".to_owned(),
            Data::Bool(value) => value.to_string(),
            Data::Number(number) => number.chars().take(40).collect(),
            Data::Text(text) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
            Data::Bytes(bytes) => format!("{} bytes", bytes.len()),
            Data::List(_) => "a list".to_owned(),
            Data::Map(_) => "an object".to_owned(),
        }
    }

    /// The value as JSON; bytes as base64.
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        self.write_json(&mut json);
        json
    }

    fn write_json(&self, json: &mut String) {
        match &self.data {
            Data::Null => json.push_str("null"),
            Data::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
            // Other notations have numbers that JSON has not, such as NaN.
            Data::Number(number) if is_number(number) => json.push_str(number),
            Data::Number(text) | Data::Text(text) => write_string(json, text),
            Data::Bytes(bytes) => write_string(json, &super::to_base64(bytes)),
            Data::List(items) => {
                json.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        json.push(',');
                    }
                    item.write_json(json);
                }
                json.push(']');
            }
            Data::Map(members) => {
                json.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        json.push(',');
                    }
                    write_string(json, key);
                    json.push(':');
                    value.write_json(json);
                }
                json.push('}');
            }
        }
    }
}

/// Whether this is a number as JSON writes it.
pub fn is_number(text: &str) -> bool {
    let mut lexer = Lexer::new(text.as_bytes(), 0);
    lexer.peek() == Ok(Kind::Number) && lexer.number().is_ok() && lexer.offset() == text.len()
}

fn write_string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            c if c < ' ' => {
                json.push_str("\\u00");
                for shift in [4, 0] {
                    json.push(char::from(b"0123456789abcdef"[(c as usize >> shift) & 15]));
                }
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> Node<'_> {
        Lexer::new(text.as_bytes(), 0).node().expect("JSON")
    }

    #[test]
    fn fields_are_found_by_key_and_path() {
        let node = node(r#"{"a":{"b":[1,"2",null]},"n":null,"t":"x\ny","a2":1,"a2":"last"}"#);
        assert_eq!(node.at(&["a", "b"]).map(|list| list.items().len()), Some(3));
        assert_eq!(node.at(&["a", "b"]).expect("a list").items()[1].integer(), Some(2));
        assert_eq!(node.get("n"), None);
        assert_eq!(node.text_of("t"), Some("x\ny"));
        assert_eq!(node.text_of("a2"), Some("last"));
        assert_eq!(node.get_any(&["no", "t"]).and_then(Node::text), Some("x\ny"));
    }

    #[test]
    fn leaves_have_paths() {
        let long = "k".repeat(101);
        let text = format!(r#"{{"a":{{"b":{{"c":1,"d":[2]}},"e":{{}}}},"f.g":null,"{long}":{{"h":{{}}}}}}"#);
        let node = node(&text);
        let leaves: Vec<(String, String)> =
            node.leaves().into_iter().map(|(path, value)| (path, value.to_json())).collect();
        let expected = [("a.b.c", "1"), ("a.b.d", "[2]"), ("a.e", "{}"), ("f.g", "null"), (&long, r#"{"h":{}}"#)];
        assert_eq!(leaves, expected.map(|(path, value)| (path.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_read_is_written_again() {
        for text in [r#"{"a":[true,false,null,-1.5e3,"\"\\\n\u0001"],"b":{}}"#, "[]", "18446744073709551616"] {
            assert_eq!(node(text).to_json(), text);
        }
    }

    #[test]
    fn whole_numbers_in_every_notation() {
        for (text, number) in [
            ("1760000000", Some(1_760_000_000)),
            ("1760000000.0", Some(1_760_000_000)),
            ("1.76E+9", Some(1_760_000_000)),
            ("-2.50e1", Some(-25)),
            ("\"0.12e2\"", Some(12)),
            ("0.000", Some(0)),
            ("1.5", None),
            ("1.5e0", None),
            ("100e-2", Some(1)),
            ("1e40", None),
            ("[1]", None),
        ] {
            assert_eq!(node(text).integer(), number, "{text}");
        }
    }

    #[test]
    fn truths_in_every_spelling() {
        for (text, truth) in [
            ("true", Some(true)),
            ("0", Some(false)),
            ("-0.0", Some(false)),
            ("1", Some(true)),
            ("10", Some(true)),
            (r#""True""#, Some(true)),
            (r#""no""#, None),
            ("[]", None),
        ] {
            assert_eq!(node(text).truth(), truth, "{text}");
        }
    }

    #[test]
    fn any_values_are_what_they_hold() {
        for (text, json) in [
            (r#"{"stringValue":"a"}"#, r#""a""#),
            (r#"{"intValue":"9007199254740993"}"#, "9007199254740993"),
            (r#"{"int_value":7}"#, "7"),
            (r#"{"bytesValue":"AAE="}"#, r#""AAE""#),
            (r#"{"arrayValue":{"values":[{"boolValue":true},{}]}}"#, "[true,{}]"),
            (
                r#"{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":0.5}},{"key":"n"}]}}"#,
                r#"{"k":0.5,"n":null}"#,
            ),
            (r#"{"other":1}"#, r#"{"other":1}"#),
        ] {
            assert_eq!(node(text).any_value().to_json(), json, "{text}");
        }
    }

    #[test]
    fn a_document_in_a_text() {
        let inner = Node::embedded(r#"{"id":"1"}"#, 10, 30).expect("JSON");
        assert_eq!((inner.start, inner.end, inner.json), (10, 30, false));
        assert_eq!(inner.text_of("id"), Some("1"));
        assert_eq!(Node::embedded("{} x", 0, 4), None);
    }
}
