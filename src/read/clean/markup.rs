//! Data in a text that is made to be shown: Markdown, HTML.

use super::around::has_id;
use super::{blank, cut_lines};

// ── Markdown ────────────────────────────────────────────────────────────────────────────────────────────────────────

/// The character and the length of a fence.
fn fence(line: &[u8]) -> Option<(u8, usize)> {
    let line = line.trim_ascii_start();
    let mark = *line.first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = line.iter().take_while(|byte| **byte == mark).count();
    // Behind the marks there is at most the name of a language.
    (length >= 3 && !line[length..].contains(&b'`')).then_some((mark, length))
}

/// Whether a text has fenced blocks, and nothing before the first that looks like data.
pub(super) fn has_fences(head: &[u8]) -> bool {
    for line in head.split(|byte| *byte == b'\n') {
        if fence(line).is_some() {
            return true;
        }
        if has_id(line) || matches!(line.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return false;
        }
    }
    false
}

/// Blanks all but what stands in the blocks, without the indentation that their fences have: how many those are.
pub(super) fn keep_fenced(bytes: &mut Vec<u8>) -> usize {
    let mut open = None;
    let mut count = 0;
    cut_lines(bytes, &mut |line, _| {
        let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match (open, fence(line)) {
            (None, Some((mark, length))) => {
                open = Some((mark, length, indent));
                count += 1;
                blank(line);
            }
            (Some((mark, length, _)), Some((found, of))) if found == mark && of >= length => {
                open = None;
                blank(line);
            }
            (None, None) => blank(line),
            (Some((_, _, outer)), _) => return indent.min(outer),
        }
        0
    });
    count
}

// ── HTML ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Whether this is a page with preformatted parts: browsers show JSON so, and save it so.
pub(super) fn preformatted(head: &[u8]) -> bool {
    head.trim_ascii_start().starts_with(b"<") && head.windows(4).any(|tag| tag.eq_ignore_ascii_case(b"<pre"))
}

/// The text of the preformatted parts; of the rest the line feeds, so that lines keep their numbers.
pub(super) fn text_of_page(page: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(page.len());
    let (mut at, mut inside) = (0, false);
    while at < page.len() {
        let rest = &page[at..];
        let end = match rest[0] {
            b'<' => rest.iter().position(|byte| *byte == b'>').map_or(rest.len(), |end| end + 1),
            b'&' => rest.iter().take(10).position(|byte| *byte == b';').map_or(1, |end| end + 1),
            _ => rest.iter().position(|byte| matches!(byte, b'<' | b'&')).unwrap_or(rest.len()),
        };
        let part = &rest[..end];
        let tag = |name: &[u8]| part.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if tag(b"<pre") || tag(b"</pre") {
            inside = !tag(b"</");
        }
        if inside && part[0] != b'<' {
            text.extend_from_slice(match part {
                b"&quot;" | b"&#34;" | b"&#x22;" => b"\"",
                b"&amp;" | b"&#38;" => b"&",
                b"&lt;" | b"&#60;" => b"<",
                b"&gt;" | b"&#62;" => b">",
                b"&apos;" | b"&#39;" | b"&#x27;" => b"'",
                b"&nbsp;" | b"&#160;" => b" ",
                _ => part,
            });
        } else {
            text.extend(part.iter().filter(|byte| **byte == b'\n'));
        }
        at += end;
    }
    text
}
