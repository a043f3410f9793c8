//! Text that JavaScript makes plain objects of with `JSON.parse`, and what such text cannot say beside it.
//!
//! Written by hand because the functions that a serialiser generates for some fifty shapes are a large part of a module. It is
//! as fast: the text crosses once, and the engine's own parser makes the objects. Numbers that are none, BigInts and bytes are
//! not JSON: they stand in the text as `null`, and are set afterwards in the places where they belong.

use js_sys::{BigInt, JSON, Reflect, Uint8Array};
use wasm_bindgen::JsValue;

use crate::float::format_f64;

/// A JSON text that grows. Commas and the names of fields are set where they belong; the caller closes what it opens.
#[derive(Default)]
pub(super) struct Json {
    text: String,
    open: Vec<Open>,
    /// Where something stands that is not JSON.
    others: Vec<(Vec<Open>, JsValue)>,
}

/// A list or an object that is not at its end.
#[derive(Clone, Copy)]
struct Open {
    is_list: bool,
    /// How many values have begun in it.
    count: usize,
    /// The names of an object's fields that are still to come, when it has the fields of a struct.
    names: &'static str,
    /// Where in the text the last name stands.
    name: (usize, usize),
}

/// A value that can be written.
pub(super) trait Write {
    fn write(&self, json: &mut Json);
}

/// A struct that crosses as an object: its fields under their names, in camel case.
macro_rules! object {
    ($(#[$outer:meta])* $vis:vis struct $name:ident $(<$life:lifetime>)? {
        $($(#[$inner:meta])* $field_vis:vis $field:ident: $of:ty,)*
    }) => {
        $(#[$outer])*
        $vis struct $name $(<$life>)? {
            $($(#[$inner])* $field_vis $field: $of,)*
        }

        impl $(<$life>)? $crate::js::json::Write for $name $(<$life>)? {
            fn write(&self, json: &mut $crate::js::json::Json) {
                json.fields(concat!($(stringify!($field), " "),*));
                $($crate::js::json::Write::write(&self.$field, json);)*
                json.close();
            }
        }
    };
}
pub(super) use object;

/// As a plain object; what is missing is `null`.
pub(super) fn plain(value: &impl Write) -> Result<JsValue, JsValue> {
    let mut json = Json::default();
    value.write(&mut json);
    json.into_value()
}

impl Json {
    /// The text so far, of which all is JSON.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// What the text says, with all in place that is not JSON.
    fn into_value(self) -> Result<JsValue, JsValue> {
        let mut value = JSON::parse(&self.text)?;
        for (path, other) in self.others {
            let Some((last, above)) = path.split_last() else {
                value = other;
                continue;
            };
            let key = |open: &Open| match self.text.get(open.name.0..open.name.1) {
                Some(name) if !open.is_list => JsValue::from_str(name),
                _ => JsValue::from_f64(open.count as f64 - 1.0),
            };
            let mut holder = value.clone();
            for open in above {
                holder = Reflect::get(&holder, &key(open))?;
            }
            Reflect::set(&holder, &key(last), &other)?;
        }
        Ok(value)
    }

    /// An object, whose members `members` adds.
    pub(super) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.fields("");
        members(self);
        self.close();
    }

    /// Begins an object; the values that follow have these names, each with a space behind it.
    #[inline(never)]
    pub(super) fn fields(&mut self, names: &'static str) {
        self.begin();
        self.text.push('{');
        self.open.push(Open { is_list: false, count: 0, names, name: (0, 0) });
    }

    /// Begins a list.
    #[inline(never)]
    fn items(&mut self) {
        self.begin();
        self.text.push('[');
        self.open.push(Open { is_list: true, count: 0, names: "", name: (0, 0) });
    }

    /// Ends what was begun last.
    #[inline(never)]
    pub(super) fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.text.push(if open.is_list { ']' } else { '}' });
        }
    }

    /// A list of values, each written by `write`.
    pub(super) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.items();
        for item in items {
            write(self, item);
        }
        self.close();
    }

    /// The key of a member whose value comes next.
    #[inline(never)]
    pub(super) fn key(&mut self, key: &str) -> &mut Self {
        self.comma();
        let start = self.text.len();
        self.quoted(key);
        let name = (start + 1, self.text.len() - 1);
        self.text.push(':');
        if let Some(open) = self.open.last_mut() {
            open.name = name;
        }
        self
    }

    /// A member of the current object.
    pub(super) fn member(&mut self, key: &str, value: impl Write) {
        value.write(self.key(key));
    }

    /// An object of texts.
    pub(super) fn map<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.object(|json| pairs.into_iter().for_each(|(key, value)| json.member(key, value)));
    }

    /// A comma, unless what comes next is the first.
    fn comma(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.count += 1;
            if open.count > 1 {
                self.text.push(',');
            }
        }
    }

    /// What stands before a value: a comma in a list, and the name of the field.
    #[inline(never)]
    fn begin(&mut self) {
        let Some(open) = self.open.last().copied() else { return };
        let name = open.names.split_once(' ');
        if open.is_list || name.is_some() {
            self.comma();
        }
        if let Some((name, rest)) = name {
            self.text.push('"');
            let start = self.text.len();
            let mut upper = false;
            for c in name.trim_start_matches("r#").chars() {
                if c != '_' {
                    self.text.push(if upper { c.to_ascii_uppercase() } else { c });
                }
                upper = c == '_';
            }
            let name = (start, self.text.len());
            self.text.push_str("\":");
            if let Some(open) = self.open.last_mut() {
                (open.names, open.name) = (rest, name);
            }
        }
    }

    /// A value whose text is JSON.
    #[inline(never)]
    fn literal(&mut self, text: &str) {
        self.begin();
        self.text.push_str(text);
    }

    #[inline(never)]
    fn string(&mut self, value: &str) {
        self.begin();
        self.quoted(value);
    }

    fn quoted(&mut self, value: &str) {
        self.text.push('"');
        for c in value.chars() {
            match c {
                '"' | '\\' => self.text.extend(['\\', c]),
                '\0'..='\x1f' => {
                    self.text.push_str("\\u00");
                    self.text.push(if c < '\x10' { '0' } else { '1' });
                    self.text.push(char::from_digit(u32::from(c) & 15, 16).unwrap_or('0'));
                }
                _ => self.text.push(c),
            }
        }
        self.text.push('"');
    }

    #[inline(never)]
    pub(super) fn number(&mut self, value: f64) {
        if value.is_finite() {
            self.literal(&format_f64(value));
        } else {
            self.other(JsValue::from_f64(value));
        }
    }

    /// An integer as a BigInt, whatever its size.
    pub(super) fn big(&mut self, value: u64) {
        self.other(BigInt::from(value).into());
    }

    /// An integer whose digits these are.
    pub(super) fn digits(&mut self, digits: &str) {
        match BigInt::new(&JsValue::from_str(digits)) {
            Ok(value) => self.other(value.into()),
            Err(_) => self.string(digits),
        }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.other(Uint8Array::from(bytes).into());
    }

    #[inline(never)]
    fn other(&mut self, value: JsValue) {
        self.literal("null");
        self.others.push((self.open.clone(), value));
    }
}

impl<T: Write + ?Sized> Write for &T {
    fn write(&self, json: &mut Json) {
        (**self).write(json);
    }
}

impl Write for str {
    fn write(&self, json: &mut Json) {
        json.string(self);
    }
}

impl Write for String {
    fn write(&self, json: &mut Json) {
        json.string(self);
    }
}

impl Write for bool {
    fn write(&self, json: &mut Json) {
        json.literal(if *self { "true" } else { "false" });
    }
}

impl Write for f64 {
    fn write(&self, json: &mut Json) {
        json.number(*self);
    }
}

impl Write for u32 {
    fn write(&self, json: &mut Json) {
        json.number(f64::from(*self));
    }
}

impl Write for usize {
    fn write(&self, json: &mut Json) {
        // Counts and places in what fits into memory are exact as doubles.
        json.number(*self as f64);
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, json: &mut Json) {
        match self {
            Some(value) => value.write(json),
            None => json.literal("null"),
        }
    }
}

impl<T: Write> Write for [T] {
    fn write(&self, json: &mut Json) {
        json.list(self, |json, item| item.write(json));
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, json: &mut Json) {
        self.as_slice().write(json);
    }
}
