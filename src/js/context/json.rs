//! Text that JavaScript makes plain objects of with `JSON.parse`.
//!
//! Written by hand because the functions that a serialiser generates for a dozen shapes are most of a small module: they
//! took 40 KB here, and these take 2. It is as fast: the text crosses once, and the engine's own parser makes the objects.

/// A JSON text that grows. Commas are set where they belong; the caller closes what it opens.
#[derive(Default)]
pub(super) struct Json {
    text: String,
}

/// A value that can be written.
pub(super) trait Write {
    fn write(&self, json: &mut Json);
}

impl Json {
    /// The text so far.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// An object, whose members `members` adds.
    pub(super) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.text.push('{');
        members(self);
        self.text.push('}');
    }

    /// A list of values, each written by `write`.
    pub(super) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.text.push('[');
        for item in items {
            self.comma();
            write(self, item);
        }
        self.text.push(']');
    }

    /// The key of a member whose value comes next.
    #[inline(never)]
    pub(super) fn key(&mut self, key: &str) -> &mut Self {
        self.comma();
        self.string(key);
        self.text.push(':');
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

    fn comma(&mut self) {
        if !self.text.ends_with(['{', '[']) && !self.text.is_empty() {
            self.text.push(',');
        }
    }

    #[inline(never)]
    fn string(&mut self, value: &str) {
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
}

impl Write for &str {
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
        json.text.push_str(if *self { "true" } else { "false" });
    }
}

impl Write for usize {
    fn write(&self, json: &mut Json) {
        json.text.push_str(&self.to_string());
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, json: &mut Json) {
        match self {
            Some(value) => value.write(json),
            None => json.text.push_str("null"),
        }
    }
}
