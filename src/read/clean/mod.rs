//! Text as people have it, made readable: what stands around the data is taken away before anything is detected.
//!
//! ```text
//!  UTF-16 ─► UTF-8   Docker's JSON   byte order mark   ANSI escapes   line prefixes   Markdown around fences   text before the JSON
//!  └────── decoded ────────────┘   └───────────────── removed ─────────────────────┘  └── blanked: spaces of the same length ───┘
//! ```
//! Line feeds stay where they are, so line numbers are those of what was given. Whether anything is to be done is decided from the beginning of
//! the text: one that begins as JSON is not touched, however long it is. Commas behind the last element ([`without_trailing_commas`]) are only
//! looked for when the lexer stumbles over one.
//!
//! Lines inside the answer of a store of logs come out of it ([`answers`]).
//!
//! Line prefixes name a service, so they are remembered by line ([`LinePrefixes`]).

mod around;
mod commas;
mod encoding;
mod hits;
mod lines;
mod markup;
mod notated;
mod table;

use std::borrow::Cow;
use std::sync::Arc;

use super::line_prefixes::LinePrefixes;
use super::logs::answers;
use super::unpack::Trouble;
pub(super) use around::values_inside;
use around::{noise, text_before_json, text_beside_json};
pub(super) use commas::{is_trailing_comma, without_trailing_commas};
use encoding::Order;
pub(super) use encoding::remove_escapes;
use lines::{
    PrefixShape, is_foreign, margin, remove_margin, remove_prefixes, same_beginning, without_docker, without_marks,
};
use markup::{has_fences, keep_fenced, preformatted, text_of_page};
pub(super) use notated::as_json as notated;
pub(super) use table::{each_row, first_objects};

/// How much of a text is looked at.
const GLANCE: usize = 64 * 1024;
/// Programs that put something before each line of each other's output are no more.
const NESTED_PREFIXES: usize = 4;

/// Makes a text readable; a sentence on each thing that was done, and what could not be.
pub(super) fn clean(bytes: &mut Arc<Vec<u8>>, notes: &mut Vec<String>, troubles: &mut Vec<Trouble>) -> LinePrefixes {
    let prefixes = without_surroundings(bytes, notes);
    if let Some(json) = notated(bytes) {
        *bytes = Arc::new(json);
        notes.push("Read what a program printed in the notation of its language as JSON.".to_owned());
    }
    if let Some(documents) = hits::documents(bytes) {
        *bytes = Arc::new(documents);
        notes.push("Read the documents in the answer of Elasticsearch.".to_owned());
    }
    let head = head_of(bytes);
    let answer = begins_as_json(head).then(|| answers::lines_of(bytes, head, troubles)).flatten();
    let Some((lines, services, note)) = answer else { return prefixes };
    *bytes = Arc::new(lines);
    notes.push(note);
    services
}

fn without_surroundings(bytes: &mut Arc<Vec<u8>>, notes: &mut Vec<String>) -> LinePrefixes {
    if let Some(order) = Order::of(bytes) {
        let (text, lone) = order.decode(bytes);
        *bytes = Arc::new(text.into_bytes());
        let replaced = match lone {
            0 => String::new(),
            1 => " One half of a surrogate pair without the other became U+FFFD.".to_owned(),
            _ => format!(" {lone} halves of surrogate pairs without the other became U+FFFD."),
        };
        notes.push(format!("Decoded UTF-16 ({}).{replaced}", order.name()));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        Arc::make_mut(bytes).drain(..3);
        notes.push("Left out a byte order mark.".to_owned());
    }
    let unseen = unseen(bytes);
    if unseen > 0 {
        Arc::make_mut(bytes).drain(..unseen);
        notes.push("Left out blanks that cannot be seen before the text.".to_owned());
    }
    if let Some(document) = quoted_document(bytes) {
        *bytes = Arc::new(document);
        notes.push("Read the document that the text holds as a string of JSON.".to_owned());
    }
    if let Some(count) = without_docker(bytes) {
        notes.push(format!("Read {count} lines out of what Docker's log driver wrote around them."));
    }
    let mut prefixes = LinePrefixes::default();
    let head = head_of(bytes);
    if head.contains(&0) && std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some()) {
        return prefixes; // No text.
    }
    let escapes = head.windows(2).any(|pair| pair[0] == 0x1b && matches!(pair[1], b'[' | b']' | b'('));
    if begins_as_json(head) && !escapes {
        return prefixes;
    }
    // A value of several lines has none of the line ends of Windows.
    if head.windows(2).any(|pair| pair == b"\r\n") {
        remove_carriage_returns(Arc::make_mut(bytes));
    }
    if escapes {
        let bytes = Arc::make_mut(bytes);
        let before = bytes.len();
        remove_escapes(bytes);
        notes.push(format!("Removed ANSI escapes such as colours ({} bytes).", before - bytes.len()));
    }
    let margin = margin(head_of(bytes)).to_vec();
    if !margin.is_empty() {
        remove_margin(Arc::make_mut(bytes), &margin);
        notes.push(match margin.contains(&b'>') {
            true => "Removed the marks of a quotation before each line.".to_owned(),
            false => "Removed the indentation that all lines share.".to_owned(),
        });
        if begins_as_json(head_of(bytes)) {
            return prefixes;
        }
    }
    let fenced = read_fences(bytes, notes);
    if preformatted(head_of(bytes)) {
        *bytes = Arc::new(text_of_page(bytes));
        notes.push("Read what stands in the preformatted part of an HTML page.".to_owned());
    }
    if let Some(note) = without_marks(bytes) {
        notes.push(note.to_owned());
    }
    // A file that grep looked through may be the output of another one, and what stands next to the line names it best.
    for _ in 0..NESTED_PREFIXES {
        let Some(shape) = PrefixShape::of(head_of(bytes)) else { break };
        prefixes = remove_prefixes(Arc::make_mut(bytes), shape);
        let names = prefixes.names.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if prefixes.names.len() > 4 { ", …" } else { "" };
        notes.push(format!("Removed what {} puts before each line ({names}{more}).", shape.origin()));
    }
    for (shape, what) in [(PrefixShape::Stamp, "the date and time"), (PrefixShape::Line, "what a log puts")] {
        if is_foreign(head_of(bytes), shape) {
            let services = remove_prefixes(Arc::make_mut(bytes), shape);
            if prefixes.names.is_empty() {
                prefixes = services;
            }
            notes.push(format!("Removed {what} before each line, which what reads it has no use for."));
            break;
        }
    }
    if let Some(same) = same_beginning(head_of(bytes)) {
        remove_margin(Arc::make_mut(bytes), &same);
        notes.push(format!("Removed \"{}\", with which each line begins.", String::from_utf8_lossy(&same).trim()));
    }
    if !fenced {
        read_fences(bytes, notes);
    }
    if table::of_spans(bytes) || as_objects(bytes) {
        notes.push("Read a table: each row as an object whose keys are the names of the columns.".to_owned());
        return prefixes;
    }
    if let Some((end, lines)) = noise(head_of(bytes)) {
        blank(&mut Arc::make_mut(bytes)[..end]);
        let lines = if lines == 1 { "a line".to_owned() } else { format!("{lines} lines") };
        notes.push(format!("Left out {lines} before the JSON: commands, progress or headers."));
    } else if let Some((end, lines)) = text_before_json(head_of(bytes)) {
        blank(&mut Arc::make_mut(bytes)[..end]);
        let lines = if lines == 1 { "a line of text".to_owned() } else { format!("{lines} lines of text") };
        notes.push(format!("Left out {lines} before the JSON."));
    } else if let Some(documents) = text_beside_json(bytes) {
        let bytes = Arc::make_mut(bytes);
        let mut end = 0;
        for (from, to) in documents {
            blank(&mut bytes[end..from]);
            end = to;
        }
        bytes.truncate(end);
        notes.push("Left out the text around the JSON.".to_owned());
    }
    prefixes
}

/// Makes objects of the rows of a table; whether it is one.
pub(super) fn as_objects(bytes: &mut Arc<Vec<u8>>) -> bool {
    table::objects(bytes).map(|objects| *bytes = Arc::new(objects)).is_some()
}

/// Leaves what stands in the fenced blocks, if this is a Markdown text.
fn read_fences(bytes: &mut Arc<Vec<u8>>, notes: &mut Vec<String>) -> bool {
    let fenced = has_fences(head_of(bytes));
    if fenced {
        let count = keep_fenced(Arc::make_mut(bytes));
        let blocks = if count == 1 { "the fenced block".to_owned() } else { format!("the {count} fenced blocks") };
        notes.push(format!("Read {blocks} of a Markdown text and left out what stands around."));
    }
    fenced
}

/// Leaves of each line end the line feed alone.
fn remove_carriage_returns(bytes: &mut Vec<u8>) {
    keep_of_lines(bytes, &mut |line, _| {
        let [.., last @ b'\r', b'\n'] = line else { return 0..line.len() };
        *last = b'\n';
        0..line.len() - 1
    });
}

fn head_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(GLANCE)]
}

/// Whether the first thing is JSON. Prefixes and log lines in brackets are none.
fn begins_as_json(text: &[u8]) -> bool {
    let mut rest = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    match (rest.next(), rest.next()) {
        (Some(b'{'), next) => matches!(next, None | Some(b'"' | b'}')),
        (Some(b'['), next) => matches!(next, None | Some(b'{' | b'[' | b'"' | b']')),
        _ => false,
    }
}

/// Spaces for everything but line feeds.
fn blank(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

/// Leaves what stands at these offsets alone.
pub(super) fn leave(bytes: &mut [u8], range: std::ops::Range<usize>) {
    blank(&mut bytes[range.end..]);
    blank(&mut bytes[..range.start]);
}

/// Takes the beginning of each line away, of as many bytes as `beginning` says. It is given the line with its line feed, which it may
/// change, and where that comes to stand.
fn cut_lines(bytes: &mut Vec<u8>, beginning: &mut dyn FnMut(&mut [u8], usize) -> usize) {
    keep_of_lines(bytes, &mut |line, to| beginning(line, to)..line.len());
}

/// Leaves of each line what `kept` says, which is given the same.
fn keep_of_lines(bytes: &mut Vec<u8>, kept: &mut dyn FnMut(&mut [u8], usize) -> std::ops::Range<usize>) {
    let (mut from, mut to) = (0, 0);
    while from < bytes.len() {
        let end = bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from + at + 1);
        let kept = kept(&mut bytes[from..end], to);
        bytes.copy_within(from + kept.start..from + kept.end, to);
        to += kept.len();
        from = end;
    }
    bytes.truncate(to);
}

/// A line without its line feed.
fn content(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

/// How many bytes of characters that show nothing stand at the beginning; copies of pages have them.
fn unseen(bytes: &[u8]) -> usize {
    const UNSEEN: [&str; 4] = ["\u{a0}", "\u{200b}", "\u{2060}", "\u{feff}"];
    let mut end = 0;
    loop {
        let at = end + bytes[end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match UNSEEN.iter().find(|mark| bytes[at..].starts_with(mark.as_bytes())) {
            Some(mark) => end = at + mark.len(),
            None => return end,
        }
    }
}

/// The document in a text that is a string of JSON as a whole: copied out of a field of another document.
fn quoted_document(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut text = Cow::Borrowed(bytes.trim_ascii());
    // Without the quotes around it.
    let brackets = text.iter().take_while(|byte| matches!(byte, b'{' | b'[')).count();
    if brackets > 0 && text[brackets..].starts_with(b"\\") {
        text = Cow::Owned([b"\"", text.as_ref(), b"\""].concat());
    }
    let text = text.as_ref();
    let opens = text.strip_prefix(b"\"")?;
    // A bracket, or what is escaped: a line feed before it, a quotation mark.
    if !matches!(opens.trim_ascii_start().first(), Some(b'{' | b'[' | b'\\')) {
        return None;
    }
    let mut lexer = crate::json::Lexer::new(text, 0);
    let string = lexer.string().ok()?;
    let inner = crate::json::decode_string(string.bytes(text));
    if !lexer.at_end() {
        return None;
    }
    // A string in a string has half of its escapes, and so on.
    if begins_as_json(inner.as_bytes()) {
        Some(inner.into_owned().into_bytes())
    } else {
        quoted_document(inner.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &[u8]) -> (String, Vec<String>) {
        let mut bytes = Arc::new(text.to_vec());
        let mut notes = Vec::new();
        clean(&mut bytes, &mut notes, &mut Vec::new());
        (String::from_utf8_lossy(&bytes).into_owned(), notes)
    }

    #[test]
    fn what_begins_as_json_is_not_copied() {
        for text in ["{}", " \r\n[{\"a\":\"```\"}]", "{\"a\":\"\\u001b[1m\"}", "[\n[", "{", ""] {
            let mut bytes = Arc::new(text.as_bytes().to_vec());
            let shared = Arc::clone(&bytes);
            let mut notes = Vec::new();
            clean(&mut bytes, &mut notes, &mut Vec::new());
            assert!(Arc::ptr_eq(&bytes, &shared) && notes.is_empty(), "{text}: {notes:?}");
        }
    }

    #[test]
    fn utf16_of_either_order_is_decoded() {
        let text = "{\"név\":\"日本 𝄞\"}\r\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for (bytes, order) in [
            (little.clone(), "little"),
            ([&b"\xff\xfe"[..], &little].concat(), "little"),
            (big.clone(), "big"),
            ([&b"\xfe\xff"[..], &big].concat(), "big"),
        ] {
            let (found, notes) = cleaned(&bytes);
            assert_eq!(found, text);
            assert!(notes[0].starts_with(&format!("Decoded UTF-16 ({order}-endian).")), "{notes:?}");
        }
        let (found, notes) = cleaned(b"\xff\xfe{\0\x00\xd8}\0\x20");
        assert_eq!(found, "{\u{fffd}}\u{fffd}");
        assert_eq!(
            notes[0],
            "Decoded UTF-16 (little-endian). 2 halves of surrogate pairs without the other became U+FFFD."
        );
        for binary in [&b"\0\0\0\x05\x0a\x03"[..], b"\x0a\0\x0a\0", b"\0\x01\x02\xff\xfe", b"a\0b", b"{\""] {
            assert_eq!(
                cleaned(binary).1.iter().filter(|note| note.contains("UTF-16")).count(),
                usize::from(binary == b"\x0a\0\x0a\0")
            );
        }
    }

    #[test]
    fn colours_are_removed() {
        let text =
            b"\x1b[2m2025\x1b[0m \x1b[1;32mINFO\x1b[m \x1b]8;;http://a/\x1b\\link\x1b]8;;\x07 \x1b(Bend\x1b[\nnext\x1b";
        assert_eq!(cleaned(text).0, "2025 INFO link end\nnext");
    }

    #[test]
    fn prefixes_that_most_lines_share_are_removed_and_remembered() {
        let text = "shop-1  | {\"a\":1}\nshop-1  |\ndb-1    | x | y\nAttaching to db-1\nshop-1  | z\nshop-1  | z\n";
        let mut bytes = Arc::new(text.as_bytes().to_vec());
        let mut notes = Vec::new();
        let prefixes = clean(&mut bytes, &mut notes, &mut Vec::new());
        let found = String::from_utf8_lossy(&bytes);
        assert_eq!(found, "{\"a\":1}\n\nx | y\nAttaching to db-1\nz\nz\n");
        assert_eq!(notes, ["Removed what docker compose puts before each line (shop-1, db-1)."]);
        let name = |part: &str| prefixes.name_at(found.find(part).expect("there"));
        assert_eq!(
            (name("{"), name("x |"), name("Att"), name("z")),
            (Some("shop-1"), Some("db-1"), None, Some("shop-1"))
        );
        for (text, expected) in [
            ("[pod/shop-5d/app] {\"a\":1}\n[pod/shop-5d/app] b\n", "{\"a\":1}\nb\n"),
            ("logs/shop.log:{\"a\":1}\nshop.log-12-b\n--\nshop.log.1:13:c\n", "{\"a\":1}\nb\n\nc\n"),
            ("shop-1 | a\nb\nc\n", "shop-1 | a\nb\nc\n"),
            ("key: value\nother: value\n", "key: value\nother: value\n"),
            ("2025-01-01 10:00:00 | INFO | a\n", "2025-01-01 10:00:00 | INFO | a\n"),
            ("", ""),
        ] {
            assert_eq!(cleaned(text.as_bytes()).0, expected);
        }
    }

    #[test]
    fn only_fenced_blocks_of_markdown_are_left() {
        let text = "# Title\nSee:\n```json\n{\"a\":1}\n```\nand\n~~~~\n{\"b\":\n~~~\n2}\n~~~~\nend";
        let (found, notes) = cleaned(text.as_bytes());
        assert_eq!(found.len(), text.len());
        assert_eq!(found.split_whitespace().collect::<Vec<_>>(), ["{\"a\":1}", "{\"b\":", "~~~", "2}"]);
        assert_eq!(found.lines().count(), text.lines().count());
        assert_eq!(notes, ["Read the 2 fenced blocks of a Markdown text and left out what stands around."]);
        let log = "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 answer:\n```\nx\n```\n";
        assert_eq!(cleaned(log.as_bytes()).0, log, "a log that has a fence in it");
        assert_eq!(cleaned(b"```\n{}").0.trim(), "{}", "never closed");
    }

    #[test]
    fn shell_noise_before_json_is_left_out() {
        let text = "\
user@web:~$ curl -si http://localhost:3200/api/traces/1
  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed
  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\r100   12k  100   12k    0     0  9000      0  0:00:01
HTTP/1.1 200 OK
Content-Type: application/json

{\"a\":1}
";
        let (found, notes) = cleaned(text.as_bytes());
        assert_eq!(found.trim(), "{\"a\":1}");
        assert_eq!(found.len(), text.len());
        assert_eq!(notes, ["Left out 6 lines before the JSON: commands, progress or headers."]);
        for text in ["$ ls\nfile\n", "Level: x\n[INFO] y\n", "trace 4bf92f3577b34da6a3ce929d0e0e4736\n{\"a\":1}\n"] {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn text_before_json_is_left_out_unless_it_names_ids() {
        let (found, notes) = cleaned(b"Server listening.\n\nready\n{\"a\":1}\n");
        assert_eq!((found.trim(), found.lines().count()), ("{\"a\":1}", 4));
        assert_eq!(notes, ["Left out 2 lines of text before the JSON."]);
    }

    #[test]
    fn text_beside_json_is_left_out() {
        for text in [
            "const trace = {\"a\":1};\n",
            "'[{\"a\":1}]'",
            "Response: {\"a\":1}",
            "curl -d '{\"a\":1}' http://localhost:4318/v1/traces\n",
            "\u{a0}\u{200b}{\"a\":1}",
        ] {
            let (found, notes) = cleaned(text.as_bytes());
            assert!(matches!(found.trim(), "{\"a\":1}" | "[{\"a\":1}]"), "{text}: {found}");
            assert_eq!(notes.len(), 1, "{text}");
        }
        for text in [
            "2026-01-02 INFO {\"a\":1}\n",
            "ERROR not paid {\"a\":1}\n",
            "not paid: {\"a\":1}\n",
            "INFO {\"a\":1}\nINFO {\"a\":2}\n",
            "a {b: 1}\n",
            "cut {\"a\":\n",
            "key: [x]\n",
        ] {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn a_string_of_json_that_holds_a_document_is_that_document() {
        let (found, notes) = cleaned(br#" "{\"a\":\"\\n\",\n\"b\":[]}" "#);
        assert_eq!(found, "{\"a\":\"\\n\",\n\"b\":[]}");
        assert_eq!(notes, ["Read the document that the text holds as a string of JSON."]);
        for text in ["\"{\" is a brace", "\"a\"", "\"{x}\"", "\"{\\\"a\\\"", "\"[1]\" \"[2]\""] {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn what_all_lines_begin_with_is_removed() {
        for (text, expected, note) in [
            ("    a\n\n      b\n    c\n", "a\n\n  b\nc\n", "Removed the indentation that all lines share."),
            ("> a\n>\n>  b\n", "a\n\n b\n", "Removed the marks of a quotation before each line."),
            (">{\"a\":1}", "{\"a\":1}", "Removed the marks of a quotation before each line."),
            ("> {\"a\":\n> 1}", "{\"a\":\n1}", "Removed the marks of a quotation before each line."),
        ] {
            assert_eq!(cleaned(text.as_bytes()), (expected.to_owned(), vec![note.to_owned()]));
        }
        for text in ["  a\nb\n", "    one line\n", "\n\n"] {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn numbers_and_marks_before_lines_are_removed_where_data_stands_behind_them() {
        for (text, expected) in [
            ("1:{\"a\":\n2:\n10:1}\n", "{\"a\":\n\n1}\n"),
            (" 9\t[{\n10\t}]\n", "[{\n}]\n"),
            ("1 | {\"a\":\r\n2 |\r\n3 | 1}", "{\"a\":\n\n1}"),
            ("+{\"a\":\n+1}\n", "{\"a\":\n1}\n"),
            ("@@ -1 +1 @@\n-{}\n+{\"a\":1}\n", "\n\n{\"a\":1}\n"),
        ] {
            assert_eq!(cleaned(text.as_bytes()).0, expected);
        }
        for text in
            ["2:{\"a\":1}\n1:{\"b\":2}\n", "1: one\n2: two\n", "+ first\n+ second\n", "07:14:01 a\n08:14:01 b\n"]
        {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn the_preformatted_text_of_a_page_is_what_it_shows() {
        let (found, notes) =
            cleaned(b"<html>\n<body><PRE\nclass=a>{&quot;a&quot;:<b>&#39;&lt;</b>&amp;lt;</PRE>x\n</body>");
        assert_eq!(found, "\n\n{\"a\":'<&lt;\n");
        assert_eq!(notes, ["Read what stands in the preformatted part of an HTML page."]);
        assert_eq!(cleaned(b"<html><body>{}</body></html>").0, "<html><body>{}</body></html>");
    }

    #[test]
    fn lines_of_dockers_log_driver_are_what_was_printed() {
        let text = concat!(
            "{\"log\":\"{\\\"a\\\":1}\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-02T03:04:05Z\"}\n",
            "{\"log\":\"half \",\"stream\":\"stderr\",\"time\":\"2026-01-02T03:04:05Z\"}\n",
            "{\"log\":\"and half\\n\",\"stream\":\"stderr\",\"time\":\"2026-01-02T03:04:05Z\"}\n",
        );
        let (found, notes) = cleaned(text.as_bytes());
        assert_eq!(found.trim_end(), "{\"a\":1}\nhalf and half");
        assert_eq!(notes, ["Read 3 lines out of what Docker's log driver wrote around them."]);
    }

    #[test]
    fn commas_behind_the_last_element_become_spaces() {
        let mut text = br#"[{"a":[1,2,],"b":",]","c":"\",}",},{"e":1 , }]"#.to_vec();
        assert_eq!(without_trailing_commas(&mut text), 3);
        let expected = r#"[{"a":[1,2 ],"b":",]","c":"\",}" },{"e":1   }]"#;
        assert_eq!(String::from_utf8_lossy(&text), expected);
        assert!(is_trailing_comma(b"[1, ]", 4) && !is_trailing_comma(b"[1 ]", 3) && !is_trailing_comma(b"[1,", 3));
    }
}
