//! Commas behind the last element of a list or an object.

/// Whether what is wrong at `offset` is a closing bracket behind a comma.
pub(in crate::read) fn is_trailing_comma(bytes: &[u8], offset: usize) -> bool {
    matches!(bytes.get(offset), Some(b']' | b'}'))
        && bytes[..offset].iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b',')
}

/// Makes a space of every comma behind a last element; how many there were. Strings end with their line at the latest.
pub(in crate::read) fn without_trailing_commas(bytes: &mut [u8]) -> usize {
    let mut count = 0;
    let mut in_string = false;
    let mut comma = None;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'\n' => in_string = false,
            b'\\' if in_string => at += 1,
            b'"' => {
                in_string = !in_string;
                comma = None;
            }
            _ if in_string || byte.is_ascii_whitespace() => {}
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                    count += 1;
                }
            }
            _ => comma = None,
        }
        at += 1;
    }
    count
}
