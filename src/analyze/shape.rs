//! The shape of a text: what is left of a statement, an address or a name once the values in it are taken out.
//!
//! ```text
//!  SELECT * FROM items WHERE id = 17 AND name = 'x'   →  select * from items where id = ? and name = ?
//!  /users/17/orders/4bf92f35-…?page=2                 →  /users/?/orders/??page=?
//! ```
//! Two calls of one shape differ in their values only. One pass; what is no statement, address or name comes out as something
//! that is equal for equal texts all the same. (Semantic conventions: sanitisation of `db.query.text`.)

/// Appends the shape of a database statement. Literals, placeholders and lists of them become `?`; comments and case are dropped.
pub(super) fn statement_shape(text: &str, shape: &mut String) {
    let bytes = text.as_bytes();
    let mut at = 0;
    let start = shape.len();
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        match byte {
            b'\'' => {
                at = behind_quote(bytes, at);
                push_value(shape, start);
            }
            b'-' if next == Some(b'-') => at += line_end(&bytes[at..]),
            b'/' if next == Some(b'*') => {
                at += 2;
                while at < bytes.len() && !bytes[at..].starts_with(b"*/") {
                    at += 1;
                }
                at = (at + 2).min(bytes.len());
            }
            b'$' | b':' | b'@' | b'%' | b'#' if begins_placeholder(bytes, at) => {
                at = behind_word(bytes, at + 1);
                push_value(shape, start);
            }
            b'?' => {
                at += 1;
                push_value(shape, start);
            }
            b'0'..=b'9' if !follows_word(bytes, at) => {
                at = behind_number(bytes, at);
                push_value(shape, start);
            }
            _ if byte.is_ascii_whitespace() => {
                at += 1;
                if shape.len() > start && !shape.ends_with([' ', '(']) {
                    shape.push(' ');
                }
            }
            _ => {
                if byte == b')' || byte == b',' {
                    let trimmed = shape.trim_end_matches(' ').len();
                    shape.truncate(trimmed.max(start));
                }
                // A whole word at once: most of a statement are words.
                let end = if is_word(byte) { behind_word(bytes, at) } else { character_end(text, at) };
                let written = shape.len();
                shape.push_str(&text[at..end]);
                shape[written..].make_ascii_lowercase();
                at = end;
            }
        }
    }
    let trimmed = shape.trim_end_matches([' ', ';']).len();
    shape.truncate(trimmed.max(start));
}

/// Appends the shape of an address or a name: words that are a number, a UUID or a long hexadecimal id become `?`, and so do the values of
/// a query.
pub(super) fn name_shape(text: &str, shape: &mut String) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        // Letters beyond ASCII are looked at one by one; most words have none.
        let plain = rest.bytes().take_while(|byte| is_word(*byte) || *byte == b'-').count();
        let border = |character: char| !character.is_alphanumeric() && character != '-' && character != '_';
        let end = match rest.as_bytes().get(plain) {
            Some(128..) => rest.find(border).unwrap_or(rest.len()),
            _ => plain,
        };
        if end == 0 {
            shape.push(first);
            rest = &rest[first.len_utf8()..];
            if first == '=' {
                let value = rest.find(['&', '#', ' ']).unwrap_or(rest.len());
                shape.push('?');
                rest = &rest[value..];
            }
            continue;
        }
        let (word, behind) = rest.split_at(end);
        shape.push_str(if is_value(word) { "?" } else { word });
        rest = behind;
    }
}

/// Whether a word of a name is a value: a number, a UUID, or hexadecimal of eight digits or more.
pub(super) fn is_value(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    digits > 0 && (digits == word.len() || hexadecimal && word.len() >= 8)
}

/// Whether a statement has its values in it, so that two equal ones ask for the same.
pub(super) fn has_no_placeholder(statement: &str) -> bool {
    let bytes = statement.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' => at = behind_quote(bytes, at),
            b'?' => return false,
            b'$' | b':' | b'@' | b'%' if begins_placeholder(bytes, at) => return false,
            _ => at += 1,
        }
    }
    true
}

/// A `?`, unless the list it stands in has one already.
fn push_value(shape: &mut String, start: usize) {
    let before = shape[start..].trim_end_matches(' ');
    if let Some(list) = before.strip_suffix(',')
        && list.trim_end_matches(' ').ends_with('?')
    {
        let len = start + list.trim_end_matches(' ').len();
        shape.truncate(len);
        return;
    }
    shape.push('?');
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn follows_word(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| is_word(bytes[before]))
}

/// Whether a mark begins the name of a value; the second one of `::` begins a type's.
fn begins_placeholder(bytes: &[u8], at: usize) -> bool {
    let named = bytes.get(at + 1).copied().is_some_and(is_word);
    named && !at.checked_sub(1).is_some_and(|before| is_word(bytes[before]) || bytes[before] == b':')
}

fn behind_word(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| is_word(**byte)).count()
}

fn behind_number(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| is_word(**byte) || **byte == b'.').count()
}

/// Behind a quoted text that begins at `at`; a doubled quote and one behind a backslash are in it.
fn behind_quote(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn line_end(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len())
}

fn character_end(text: &str, at: usize) -> usize {
    let mut end = at + 1;
    while !text.is_char_boundary(end) {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_statement(text: &str, expected: &str) {
        let mut shape = String::new();
        statement_shape(text, &mut shape);
        assert_eq!(shape, expected);
    }

    #[track_caller]
    fn check_name(text: &str, expected: &str) {
        let mut shape = String::new();
        name_shape(text, &mut shape);
        assert_eq!(shape, expected);
    }

    #[test]
    fn values_of_a_statement_are_taken_out() {
        check_statement("SELECT * FROM t1 WHERE a = 17 AND b='it''s' ;", "select * from t1 where a = ? and b=?");
        check_statement("select x from t where id in (1, 2,3)", "select x from t where id in (?)");
        check_statement("select x from t where id in ($1,$2 , $3 )", "select x from t where id in (?)");
        check_statement("INSERT INTO t VALUES (?, ?), (:a, @b)", "insert into t values (?), (?)");
        check_statement("select /* why */ 1.5e3, 0xff -- end\n from  t", "select ? from t");
        check_statement("select a::text from t where b = %s", "select a::text from t where b = ?");
        check_statement("GET user:17", "get user:?");
        check_statement("naïve 'ü", "naïve ?");
    }

    #[test]
    fn ids_of_an_address_are_taken_out() {
        check_name("/users/17/orders/4bf92f35-77b3-4da6-a3ce-929d0e0e4736?page=2&x=", "/users/?/orders/??page=?&x=?");
        check_name("GET /v1/items/deadbeef42", "GET /v1/items/?");
        check_name("process batch 12 of ünits", "process batch ? of ünits");
        check_name("feedback-service", "feedback-service");
    }

    #[test]
    fn a_statement_with_placeholders_does_not_say_what_it_asks_for() {
        assert!(has_no_placeholder("select * from t where a = 'x?' and b::int = 2"));
        assert!(!has_no_placeholder("select * from t where a = ?"));
        assert!(!has_no_placeholder("select * from t where a = $1"));
    }
}
