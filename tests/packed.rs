//! Packed inputs: what is inside is read, whatever it is packed with; what is damaged, cut off or endless is told.
#![cfg(not(target_arch = "wasm32"))]

mod dump;

use dump::dump;
use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec as zstd_of};
use spanscope::{Error, Outcome, ReadOptions, WarningKind, detect, read};

const SAMPLE: &[u8] = include_bytes!("data/otlp-json/order.json");
const OTHER: &[u8] = include_bytes!("data/otlp-protobuf/checkout.pb");

/// Bit by bit, unlike the reader's.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    // With a name and a comment in the header.
    let header = b"\x1f\x8b\x08\x18\0\0\0\0\0\x03order.json\0made for a test\0";
    let trailer = [crc32(bytes).to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat();
    [header, &compress_to_vec(bytes, 6)[..], &trailer].concat()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd_of(bytes, CompressionLevel::Fastest)
}

/// Each behind its length in four bytes.
fn behind_lengths(messages: &[Vec<u8>]) -> Vec<u8> {
    messages.iter().flat_map(|message| [&(message.len() as u32).to_be_bytes(), &message[..]].concat()).collect()
}

/// A file for an archive: name, method, flags, content.
type Entry<'a> = (&'a str, u16, u16, &'a [u8]);

fn zip(entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut bytes, mut central) = (Vec::new(), Vec::new());
    for (name, method, flags, content) in entries {
        let packed = if *method == 8 { compress_to_vec(content, 6) } else { content.to_vec() };
        let sizes = [crc32(content), packed.len() as u32, content.len() as u32].map(u32::to_le_bytes).concat();
        // With flag 8 the sizes stand behind the data.
        let told = if flags & 8 == 0 { sizes.clone() } else { vec![0; 12] };
        let start = [&flags.to_le_bytes()[..], &method.to_le_bytes(), &[0; 4]].concat();
        let name_length = (name.len() as u16).to_le_bytes();
        central.extend([&b"PK\x01\x02\x14\0\x14\0"[..], &start, &sizes, &name_length, &[0; 12]].concat());
        central.extend((bytes.len() as u32).to_le_bytes());
        central.extend(name.as_bytes());
        bytes.extend(
            [&b"PK\x03\x04\x14\0"[..], &start, &told, &name_length, &[0; 2], name.as_bytes(), &packed].concat(),
        );
        if flags & 8 != 0 {
            bytes.extend([&b"PK\x07\x08"[..], &sizes].concat());
        }
    }
    let count = (entries.len() as u16).to_le_bytes();
    let place = [central.len() as u32, bytes.len() as u32].map(u32::to_le_bytes).concat();
    [&bytes, &central, &b"PK\x05\x06\0\0\0\0"[..], &count, &count, &place, &[0; 2]].concat()
}

fn guessed(bytes: &[u8]) -> Result<Outcome, Error> {
    read(bytes.to_vec(), &ReadOptions::new().with_name("trace"))
}

fn spans(result: Result<Outcome, Error>) -> String {
    dump(&result.expect("readable").store)
}

#[test]
fn what_is_packed_is_read_like_what_is_not() {
    let expected = spans(guessed(SAMPLE));
    let half = SAMPLE.len() / 2;
    let skippable = [&b"\x5a\x2a\x4d\x18\x03\0\0\0abc"[..], &zstd(SAMPLE)].concat();
    for (packed, note) in [
        (gzip(SAMPLE), "Unpacked gzip"),
        ([gzip(&SAMPLE[..half]), gzip(&SAMPLE[half..])].concat(), "Unpacked gzip"),
        ([gzip(SAMPLE), vec![0; 512]].concat(), "Unpacked gzip"),
        (compress_to_vec_zlib(SAMPLE, 9), "Unpacked zlib"),
        (compress_to_vec_zlib(SAMPLE, 1), "Unpacked zlib"),
        (zstd(SAMPLE), "Unpacked zstd"),
        ([zstd(&SAMPLE[..half]), zstd(&SAMPLE[half..])].concat(), "Unpacked zstd"),
        (skippable, "Unpacked zstd"),
        (behind_lengths(&[zstd(SAMPLE)]), "Unpacked zstd messages"),
        (gzip(&zstd(SAMPLE)), "Unpacked gzip"),
        (zip(&[("a.json", 8, 0, SAMPLE)]), "Unpacked a zip archive: one file."),
        (zip(&[("a.json", 0, 0, SAMPLE)]), "Unpacked a zip archive: one file."),
        (zip(&[("a.json.gz", 0, 0, &gzip(SAMPLE))]), "Unpacked a zip archive: one file."),
        (gzip(&zip(&[("a.json", 8, 8, SAMPLE)])), "Unpacked gzip"),
    ] {
        assert_eq!(detect(&packed).candidates[0].format.id, "otlp-json", "{note}");
        let outcome = guessed(&packed).expect(note);
        assert_eq!(dump(&outcome.store), expected, "{note}");
        assert!(outcome.inputs[0].guesses[0].starts_with(note), "{:?}", outcome.inputs[0].guesses);
        assert_eq!(outcome.inputs[0].skipped, [], "{note}");
        assert_eq!(spans(read(packed, &ReadOptions::new().with_format("otlp-json"))), expected, "{note}");
    }
}

#[test]
fn messages_of_the_file_exporter_are_one_input() {
    let both = behind_lengths(&[zstd(SAMPLE), zstd(SAMPLE)]);
    assert_eq!(guessed(&both).expect("readable").store.span_count(), 6);
    let outcome = guessed(&behind_lengths(&[zstd(OTHER), zstd(OTHER)])).expect("readable");
    assert_eq!((outcome.inputs.len(), outcome.inputs[0].format.id), (1, "otlp-protobuf"));
    assert_eq!(outcome.store.span_count(), 6);
}

#[test]
fn each_file_of_an_archive_is_an_input() {
    let archive = zip(&[
        ("traces/", 0, 0, b""),
        ("traces/shop.json", 8, 0, SAMPLE),
        ("notes.txt", 0, 0, b"nothing of interest"),
        ("traces/db.pb", 8, 8, OTHER),
        ("secret.json", 8, 1, SAMPLE),
        ("odd.json", 14, 0, SAMPLE),
        ("__MACOSX/._shop.json", 0, 0, b"\0"),
    ]);
    let outcome = read(archive, &ReadOptions::new().with_name("export.zip")).expect("readable");
    let inputs: Vec<_> =
        outcome.inputs.iter().map(|input| (input.input, input.name.as_str(), input.format.id)).collect();
    assert_eq!(
        inputs,
        [(0, "export.zip/traces/shop.json", "otlp-json"), (2, "export.zip/traces/db.pb", "otlp-protobuf")]
    );
    assert_eq!(
        outcome.inputs[0].guesses[0],
        "Unpacked a zip archive: 3 files and 2 folders, which have nothing to read."
    );
    let told = outcome.inputs[0].skipped.iter().map(|skipped| skipped.reason.as_str()).collect::<Vec<_>>().join("\n");
    for part in
        ["secret.json: Expected a file without a password", "odd.json: Expected", "method 14", "notes.txt: Expected"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn an_endless_input_is_an_error() {
    let mut packed = gzip(&vec![b' '; 300_000]);
    for _ in 0..2 {
        let limited = |bytes: &[u8], limit| {
            read(bytes.to_vec(), &ReadOptions::new().with_unpack_limit(limit)).expect_err("nothing but spaces")
        };
        let error = limited(&packed, 299_999);
        assert_eq!(error.kind.as_str(), "too-large");
        assert!(error.to_string().starts_with("Expected at most 299999 bytes to come out of"), "{error}");
        assert_eq!(limited(&packed, 300_000).kind.as_str(), "empty", "what fits is unpacked");
        packed = zstd(&vec![b' '; 300_000]);
    }
    // The files of an archive are limited together.
    let spaces = vec![b' '; 60_000];
    let many: Vec<Entry<'_>> = (0..20).map(|_| ("a.json", 8, 0, &spaces[..])).collect();
    let options = ReadOptions::new().with_unpack_limit(1_000_000);
    assert_eq!(read(zip(&many), &options).expect_err("too many").kind.as_str(), "too-large");
    // A header that promises much is not believed.
    let mut promise = gzip(SAMPLE);
    let length = promise.len();
    promise[length - 4..].fill(0xff);
    assert_eq!(guessed(&promise).expect("readable").store.span_count(), 3);
}

#[test]
fn what_came_before_the_damage_is_read() {
    let lines = |count: usize| {
        let line: Vec<u8> = SAMPLE.iter().copied().filter(|byte| *byte != b'\n').collect();
        let mut state = 1_u64;
        (0..count).fold(Vec::new(), |mut text, _| {
            // Noise, so that there are many blocks.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let noise: String = (0..400).map(|i| char::from(b'a' + (state.rotate_left(i % 64) % 26) as u8)).collect();
            text.extend_from_slice(&line);
            text.extend_from_slice(format!("\n{{\"noise\":\"{noise}{state}\"}}\n").as_bytes());
            text
        })
    };
    let text = lines(400);
    let whole = guessed(&text).expect("readable").store.span_count();
    for packed in [gzip(&text), zstd(&text), compress_to_vec_zlib(&text, 6), zip(&[("a.json", 8, 0, &text)])] {
        let cut = guessed(&packed[..packed.len() * 2 / 3]).expect("readable");
        assert!((1..whole).contains(&cut.store.span_count()), "{} of {whole}", cut.store.span_count());
        let told = &cut.inputs[0].skipped;
        assert!(told.iter().any(|skipped| skipped.reason.contains("of what is packed")), "{told:?}");
    }
    let mut wrong = gzip(&text);
    let place = wrong.len() - 8;
    wrong[place] ^= 1;
    let outcome = guessed(&wrong).expect("readable");
    assert_eq!(outcome.store.span_count(), whole);
    let kinds: Vec<_> = outcome.store.warnings().iter().map(|warning| warning.kind).collect();
    assert!(kinds.contains(&WarningKind::Skipped), "{kinds:?}");
    assert!(outcome.inputs[0].skipped.iter().any(|skipped| skipped.reason.contains("checksum")));
    for (bytes, kind) in [
        (&b"\x1f\x8b\x08\0"[..], "truncated"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff", "syntax"),
        (b"\x28\xb5\x2f\xfd", "truncated"),
        (b"PK\x03\x04", "syntax"),
        (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "syntax"),
    ] {
        let error = guessed(bytes).expect_err("nothing comes out");
        assert_eq!(error.kind.as_str(), kind, "{bytes:?}: {error}");
        assert!(error.to_string().starts_with("Expected "), "{error}");
    }
}

#[test]
fn text_that_begins_like_zlib_is_text() {
    for text in ["x^2 + y^2", "x\u{1}", "x^"] {
        assert_eq!(guessed(text.as_bytes()).expect_err("no trace").kind.as_str(), "unknown-format", "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is cut off or changed, nothing panics, and no more comes out than may.
    #[test]
    fn broken_packings_never_panic(
        choice in 0..6_usize,
        cut: prop::sample::Index,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut packed = match choice {
            0 => gzip(SAMPLE),
            1 => zstd(SAMPLE),
            2 => compress_to_vec_zlib(SAMPLE, 6),
            3 => zip(&[("a.json", 8, 0, SAMPLE), ("b.json", 0, 8, SAMPLE), ("c/", 0, 0, b"")]),
            4 => behind_lengths(&[zstd(SAMPLE), zstd(OTHER)]),
            _ => zip(&[("a.gz", 0, 0, &gzip(SAMPLE)), ("b.zst", 8, 8, &zstd(OTHER))]),
        };
        for (at, value) in changes {
            let at = at.index(packed.len());
            packed[at] = value;
        }
        packed.truncate(cut.index(packed.len() * 2).max(1));
        detect(&packed);
        let options = ReadOptions::new().with_unpack_limit(1 << 20);
        if let Ok(outcome) = read(packed, &options) {
            dump(&outcome.store);
        }
    }
}
