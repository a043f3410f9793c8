//! The lexer takes what serde_json takes and refuses what it refuses, on any bytes.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use spanscope::check_json;

/// Both answers, compared.
fn agrees(input: &[u8]) -> Result<(), String> {
    let ours = check_json(input);
    let theirs = serde_json::from_slice::<serde_json::Value>(input);
    if ours.is_ok() == theirs.is_ok() {
        if let Err((_, offset)) = ours
            && offset > input.len()
        {
            return Err(format!("an offset of {offset} in {} bytes", input.len()));
        }
        return Ok(());
    }
    Err(format!(
        "{:?}: ours {ours:?}, theirs {:?}",
        String::from_utf8_lossy(input),
        theirs.map(|_| ()).map_err(|e| e.to_string())
    ))
}

/// Any JSON as text, with the white space and the spellings that writers use and some that none does.
fn any_json() -> impl Strategy<Value = String> {
    let space = prop_oneof![5 => Just(""), 1 => Just(" "), 1 => Just("\n  "), 1 => Just("\r\n\t")];
    let string = prop_oneof![
        "[ -~]{0,40}".prop_map(|text| serde_json::to_string(&text).expect("text is JSON")),
        "\\PC{0,20}".prop_map(|text| serde_json::to_string(&text).expect("text is JSON")),
        Just(r#""\u00e9\ud83d\ude00\/\b\f\n\r\t\\\"""#.to_owned()),
    ];
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<u64>().prop_map(|number| number.to_string()),
        any::<f64>()
            .prop_filter("JSON has no others", |number| number.is_finite())
            .prop_map(|number| format!("{number:e}")),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
    ];
    let leaf = prop_oneof![
        string.clone(),
        number,
        Just("true".to_owned()),
        Just("false".to_owned()),
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
    ];
    leaf.prop_recursive(6, 80, 8, move |inner| {
        let array = (proptest::collection::vec(inner.clone(), 0..8), space.clone())
            .prop_map(|(items, space)| format!("[{space}{}{space}]", items.join(&format!("{space},{space}"))));
        let object =
            (proptest::collection::vec((string.clone(), inner), 0..8), space.clone()).prop_map(|(members, space)| {
                let members: Vec<String> =
                    members.iter().map(|(key, value)| format!("{key}{space}:{space}{value}")).collect();
                format!("{{{space}{}{space}}}", members.join(&format!(",{space}")))
            });
        prop_oneof![array, object]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn on_any_bytes(input in proptest::collection::vec(any::<u8>(), 0..120)) {
        prop_assert_eq!(agrees(&input), Ok(()));
    }

    #[test]
    fn on_bytes_that_json_is_made_of(input in "[\\[\\]{}:,\"\\\\ \n0-9eE+.tfnrualse-]{0,60}") {
        prop_assert_eq!(agrees(input.as_bytes()), Ok(()));
    }

    #[test]
    fn on_json(input in any_json()) {
        prop_assert!(check_json(input.as_bytes()).is_ok(), "{}", input);
        prop_assert_eq!(agrees(input.as_bytes()), Ok(()));
    }

    #[test]
    fn on_damaged_json(input in any_json(), at in any::<prop::sample::Index>(), byte in any::<u8>(), damage in 0..4_u8) {
        let mut input = input.into_bytes();
        let at = at.index(input.len());
        match damage {
            0 => input.truncate(at),
            1 => input.insert(at, byte),
            2 => input[at] ^= 1 << (byte % 8),
            _ => { input.remove(at); }
        }
        prop_assert_eq!(agrees(&input), Ok(()));
    }
}

#[test]
fn on_nesting_around_the_limit() {
    for depth in 120..135 {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let per = open.matches(['[', '{']).count();
            let input = format!("{}{}{}", open.repeat(depth / per), "1", close.repeat(depth / per));
            assert_eq!(agrees(input.as_bytes()), Ok(()), "{depth} levels of {open}");
        }
    }
    assert!(check_json(&b"[".repeat(1_000_000)).is_err());
    assert!(check_json(&b"{\"a\":".repeat(1_000_000)).is_err());
}

#[test]
fn on_texts_that_are_easily_taken_for_json() {
    let cases: &[&[u8]] = &[
        b"",
        b" ",
        b"\xef\xbb\xbf{}",
        b"00",
        b"-",
        b"-0",
        b"01",
        b"1.",
        b".5",
        b"1e",
        b"1e+",
        b"+1",
        b"1e308",
        b"1e309",
        b"-1e309",
        b"1e-999",
        b"0e999999999999",
        b"18446744073709551616",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"nul",
        b"nulll",
        b"True",
        b"[1,]",
        b"[,1]",
        b"[1 2]",
        b"{\"a\":1,}",
        b"{,}",
        b"{\"a\"}",
        b"{\"a\":}",
        b"{a:1}",
        b"{'a':1}",
        b"{\"a\" 1}",
        b"{\"a\":1 \"b\":2}",
        b"[1]]",
        b"{}{}",
        b"\"",
        b"\"\\\"",
        b"\"\\x\"",
        b"\"\\u12\"",
        b"\"\\u12g4\"",
        b"\"\\ud800\"",
        b"\"\\ud800\\u0041\"",
        b"\"\\udc00\"",
        b"\"\\ud800\\ud800\"",
        b"\"\\uD83D\\uDE00\"",
        b"\"\\u0000\"",
        b"\"\x00\"",
        b"\"\x1f\"",
        b"\"\x7f\"",
        b"\"\n\"",
        b"\"\xc3\xa9\"",
        b"\"\xc3\"",
        b"\"\xff\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"\"\xc0\x80\"",
        b"[\"a\",\t\"b\"\r\n]",
        b"[1]\x0b",
        b"\x0c[1]",
        b"[1]\xa0",
        b"// a\n1",
        b"/* a */1",
        b"1 // a",
    ];
    for input in cases {
        assert_eq!(agrees(input), Ok(()));
    }
    // A stop at every distance from the start, so that every way through the wide scan is taken.
    for length in 0..80 {
        for tail in ["\"", "\\n\"", "\n\"", "\u{e9}\"", "", "\\", "\\u00e9\""] {
            let input = format!("\"{}{tail}", "x".repeat(length));
            assert_eq!(agrees(input.as_bytes()), Ok(()));
        }
    }
}

#[test]
fn an_error_says_where() {
    for (input, offset) in [
        ("[1,]", 3),
        ("{\"a\" 1}", 5),
        ("[1 2]", 3),
        ("[tru]", 4),
        ("\"a\\x\"", 3),
        ("[1]x", 3),
        ("[\"\\ud800\"]", 2),
        ("[", 1),
    ] {
        assert_eq!(check_json(input.as_bytes()).map_err(|(_, offset)| offset), Err(offset), "{input}");
    }
}
