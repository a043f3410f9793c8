//! The lexer as it runs in the module, on SIMD.

use spanscope::check_json;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

/// Whether the engine's own parser takes this text.
fn engine_accepts(text: &str) -> bool {
    js_sys::JSON::parse(text).is_ok()
}

/// Numbers that look random and are the same in every run (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[wasm_bindgen_test]
fn a_string_may_end_break_or_hold_an_escape_at_any_place_of_a_block() {
    for length in 0..70 {
        for at in 0..=length {
            for (inserted, accepted) in [
                ("", true),
                ("\\n", true),
                ("\\u00e9", true),
                ("é", true),
                ("€", true),
                ("😀", true),
                ("\\\"", true),
                ("\\x", false),
                ("\\u12g4", false),
                ("\u{1f}", false),
                ("\n", false),
                ("\"", false),
            ] {
                let text = format!("\"{}{inserted}{}\"", "a".repeat(at), "b".repeat(length - at));
                assert_eq!(check_json(text.as_bytes()).is_ok(), accepted, "{text}");
                assert_eq!(engine_accepts(&text), accepted, "{text}");
            }
        }
    }
}

#[wasm_bindgen_test]
fn bytes_that_are_not_utf_8_are_refused_at_any_place_of_a_block() {
    for length in 0..40 {
        for bad in [&b"\x80"[..], b"\xc0\xaf", b"\xe2\x82", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xff"] {
            let mut text = vec![b'"'];
            text.extend(std::iter::repeat_n(b'a', length));
            text.extend_from_slice(bad);
            text.extend_from_slice(b"aaaaaaaaaaaaaaaaaaaa\"");
            let (_, offset) = check_json(&text).expect_err("this is not UTF-8");
            assert!(offset > length && offset <= length + 1 + bad.len(), "{length} {bad:?} {offset}");
        }
    }
}

#[wasm_bindgen_test]
fn white_space_of_any_length_is_skipped() {
    for length in 0..70 {
        for space in [" ", "\n", "\t", "\r", "\r\n  "] {
            let space = space.repeat(length);
            let text =
                format!("{space}[{space}1{space},{space}{{{space}\"a\"{space}:{space}null{space}}}{space}]{space}");
            assert_eq!(check_json(text.as_bytes()), Ok(()), "{text:?}");
        }
    }
}

#[wasm_bindgen_test]
fn damaged_documents_are_judged_as_the_engine_judges_them() {
    const DOCUMENT: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a \"quoted\" name"}}]},
        "scopeSpans":[{"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","kind":2,"ratio":-0.25,"flags":[true,false,null],"empty":{},"none":[]}]}]}]}"#;
    const INSERTED: &[u8] = b"{}[]\",:\\/0129.-+eE truefalsn\n\t\x01\x7f";
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut text = DOCUMENT.as_bytes().to_vec();
        for _ in 0..=random.below(2) {
            let at = random.below(text.len());
            match random.below(4) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, INSERTED[random.below(INSERTED.len())]),
                2 => text[at] = INSERTED[random.below(INSERTED.len())],
                _ => text.truncate(at),
            }
            if text.is_empty() {
                break;
            }
        }
        let text = String::from_utf8(text).expect("ASCII stays ASCII");
        let expected = engine_accepts(&text);
        accepted += u32::from(expected);
        assert_eq!(check_json(text.as_bytes()).is_ok(), expected, "{text}");
    }
    // Both answers must come up, or this proves little.
    assert!((1000..19_000).contains(&accepted), "{accepted}");
}

#[wasm_bindgen_test]
fn a_million_brackets_are_refused_and_do_not_use_up_the_stack() {
    assert!(check_json("[".repeat(1_000_000).as_bytes()).is_err());
    assert!(check_json("{\"a\":".repeat(1_000_000).as_bytes()).is_err());
    // The engine goes on after that.
    assert!(js_sys::JSON::stringify(&JsValue::from_f64(1.0)).is_ok());
}
