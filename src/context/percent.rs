//! Percent-encoding of bytes, as URLs have it.

use crate::context::hex;

/// The byte that a percent sign at `at` and the two digits after it stand for; digits of either case.
pub(super) fn byte_at(text: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = text.get(at..)?.first_chunk()? else {
        return None;
    };
    Some(hex::digit(high.to_ascii_lowercase())? << 4 | hex::digit(low.to_ascii_lowercase())?)
}

/// Decodes; a percent sign without two digits stays as it is, and is reported by its place. Bytes that are not UTF-8
/// become U+FFFD.
pub(super) fn decode(text: &[u8], mut malformed: impl FnMut(usize)) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte_at(text, at) {
            Some(decoded) => {
                bytes.push(decoded);
                at += 3;
            }
            None => {
                if byte == b'%' {
                    malformed(at);
                }
                bytes.push(byte);
                at += 1;
            }
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

/// Appends `text`, with every byte that is not `plain` encoded. A percent sign is encoded always.
pub(super) fn encode_onto(out: &mut String, text: &str, plain: impl Fn(u8) -> bool) {
    for &byte in text.as_bytes() {
        if byte.is_ascii() && byte != b'%' && plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from(hex::character(digit).to_ascii_uppercase()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_decoded_stays() {
        let mut places = Vec::new();
        assert_eq!(decode(b"a%20b%zz%4", |at| places.push(at)), "a b%zz%4");
        assert_eq!(places, [5, 8]);
        assert_eq!(decode(b"%C3%A9%e2%82%AC%ff", |_| {}), "é€\u{fffd}");
    }

    #[test]
    fn encoding_is_minimal_and_upper_case() {
        let mut out = String::new();
        encode_onto(&mut out, "a é%/", |byte| byte.is_ascii_alphanumeric());
        assert_eq!(out, "a%20%C3%A9%25%2F");
    }
}
