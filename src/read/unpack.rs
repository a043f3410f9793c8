//! Packed inputs: gzip, zlib, zstd and zip, and the messages of the Collector's file exporter, each packed with zstd behind its length.
//!
//! ```text
//!  gzip │ zlib │ zstd                    one input; several members or frames are one text
//!  length zstd length zstd …             one input; a line for each message that is JSON
//!  zip                                   an input for each file in it, named archive/file
//! ```
//! What is unpacked may be packed again, once. All that comes out of one input is limited together, so that a small file that unpacks without
//! end (a decompression bomb) ends with an error. A packing that breaks off or is damaged gives what came before that.
//!
//! Sources: RFC 1950, 1951, 1952 (zlib, deflate, gzip); RFC 8878 (zstd); PKWARE's APPNOTE 6.3 (zip); the Collector's file exporter.

use std::sync::Arc;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::io::Read;

use super::zip;
use super::{Error, ErrorKind};
use crate::error::WarningKind;

/// What comes out at most, unless the options say otherwise.
pub(super) const DEFAULT_LIMIT: usize = 1 << 31;
/// No format of deflate makes more of a byte: a length of 258 takes two bits at least.
const DEFLATE_RATIO: usize = 1032;
/// zstd's own program accepts windows of so many bytes unless told otherwise.
const ZSTD_WINDOW: u64 = 1 << 27;
/// Files of an archive that are looked at to tell what it holds.
const GLANCED_FILES: usize = 16;

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// An input as it is read.
#[derive(Debug)]
pub(super) struct Unpacked {
    pub(super) name: String,
    pub(super) bytes: Arc<Vec<u8>>,
    /// How it was unpacked, a sentence each.
    pub(super) notes: Vec<String>,
    /// What could not be.
    pub(super) troubles: Vec<Trouble>,
}

/// A part that could not be unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) kind: WarningKind,
    pub(super) reason: String,
}

impl Trouble {
    pub(super) fn skipped(reason: String) -> Trouble {
        Trouble { kind: WarningKind::Skipped, reason }
    }
}

/// How an input is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zlib,
    Zstd,
    /// Messages packed with zstd, each behind its length in four bytes, the highest first.
    Messages,
    Zip,
}

impl Packing {
    fn of(bytes: &[u8]) -> Option<Packing> {
        match bytes {
            [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Packing::Zip),
            _ if bytes.starts_with(&ZSTD_MAGIC) || skippable(bytes).is_some() => Some(Packing::Zstd),
            [_, _, _, _, rest @ ..] if rest.starts_with(&ZSTD_MAGIC) => Some(Packing::Messages),
            // The first two bytes are a multiple of 31. Some of these are text as well, so the beginning must unpack.
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
                let mut trial = Unpacker::new(256, true);
                let mut out = Vec::new();
                let head = &bytes[..bytes.len().min(4096)];
                let done = trial.inflate(head, &mut out, 0, TINFL_FLAG_PARSE_ZLIB_HEADER).1;
                let good = !matches!(done, Err(Stop::Damaged)) && !out.is_empty();
                good.then_some(Packing::Zlib)
            }
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zlib => "zlib",
            Packing::Zstd => "zstd",
            Packing::Messages => "zstd messages behind their lengths",
            Packing::Zip => "zip",
        }
    }
}

/// Why unpacking ended before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// More came out than may.
    Limit,
    /// There is no memory for what comes out.
    Memory,
    /// The packed bytes end too early.
    Cut,
    /// The packed bytes are damaged, or something that looks like the packing.
    Damaged,
    /// What came out has another checksum.
    Checksum,
}

impl Stop {
    /// `place` is an offset in the packed bytes.
    pub(super) fn trouble(self, what: &str, place: usize) -> Trouble {
        match self {
            Stop::Cut => Trouble {
                kind: WarningKind::Truncated,
                reason: format!(
                    "Expected {what} to its end, found the end of the input at byte {place} of what is packed; what came before is read."
                ),
            },
            Stop::Checksum => Trouble::skipped(format!(
                "Expected {what} with its checksum, found another one at byte {place} of what is packed; it is read all the same."
            )),
            _ => Trouble::skipped(format!(
                "Expected {what}, found damaged data at byte {place} of what is packed; what came before is read."
            )),
        }
    }
}

/// Unpacks one input, `limit` bytes at most. One that is not packed comes back as it is.
///
/// # Errors
/// When more comes out than may, or nothing at all.
pub(super) fn unpack(name: &str, bytes: Arc<Vec<u8>>, limit: usize) -> Result<Vec<Unpacked>, Error> {
    let mut unpacker = Unpacker::new(limit, false);
    unpacker.layer(name.to_owned(), bytes, 2)
}

/// The beginnings of what is packed in `bytes`, `length` bytes each at most; nothing when it is not packed.
pub(super) fn glance(bytes: &[u8], length: usize) -> Vec<Vec<u8>> {
    if Packing::of(bytes).is_none() {
        return Vec::new();
    }
    let mut unpacker = Unpacker::new(length, true);
    let parts = unpacker.parts(String::new(), bytes, 2).unwrap_or_default();
    parts.into_iter().map(|part| Arc::try_unwrap(part.bytes).unwrap_or_default()).collect()
}

/// What unpacks, and how much came out.
pub(super) struct Unpacker {
    limit: usize,
    /// Only the beginning is wanted: the limit is no error.
    pub(super) glance: bool,
    /// How much came out.
    total: usize,
    /// How much was made ready because a header promised it.
    promised: usize,
}

impl Unpacker {
    fn new(limit: usize, glance: bool) -> Unpacker {
        Unpacker { limit, glance, total: 0, promised: 0 }
    }

    fn layer(&mut self, name: String, bytes: Arc<Vec<u8>>, layers: u32) -> Result<Vec<Unpacked>, Error> {
        if layers == 0 || Packing::of(&bytes).is_none() {
            return Ok(vec![Unpacked { name, bytes, notes: Vec::new(), troubles: Vec::new() }]);
        }
        self.parts(name, &bytes, layers)
    }

    /// The parts of what is packed: `bytes` are let go when they are unpacked.
    fn parts(&mut self, name: String, bytes: &[u8], layers: u32) -> Result<Vec<Unpacked>, Error> {
        let Some(packing) = Packing::of(bytes) else { return Ok(Vec::new()) };
        if packing == Packing::Zip {
            return self.archive(&name, bytes, layers);
        }
        let mut out = Vec::new();
        let mut troubles = Vec::new();
        let (place, end) = match packing {
            Packing::Gzip => self.gzip(bytes, &mut out),
            Packing::Zlib => self.inflate(bytes, &mut out, 0, TINFL_FLAG_PARSE_ZLIB_HEADER),
            Packing::Zstd => self.zstd(bytes, &mut out),
            _ => self.messages(bytes, &mut out),
        };
        self.end(end, packing.name(), place, bytes.len(), &mut troubles)?;
        if out.is_empty()
            && let Some(trouble) = troubles.first()
        {
            return Err(nothing(trouble));
        }
        out.shrink_to(out.len() + out.len() / 8);
        let note = format!("Unpacked {}: {} bytes became {}.", packing.name(), bytes.len(), out.len());
        let mut parts = self.layer(name, Arc::new(out), layers - 1)?;
        if let Some(first) = parts.first_mut() {
            first.notes.insert(0, note);
            first.troubles.splice(0..0, troubles);
        }
        Ok(parts)
    }

    /// Each file of an archive is an input of its own.
    fn archive(&mut self, name: &str, bytes: &[u8], layers: u32) -> Result<Vec<Unpacked>, Error> {
        let directory = zip::directory(bytes);
        let mut troubles = directory.troubles;
        let mut parts: Vec<Unpacked> = Vec::new();
        let mut folders = 0;
        for file in directory.files {
            if self.glance && parts.len() >= GLANCED_FILES {
                break;
            }
            if file.is_folder() {
                folders += 1;
                continue;
            }
            let inner = format!("{name}/{}", file.name);
            if let Some(objection) = file.objection() {
                troubles.push(Trouble::skipped(format!("{inner}: {objection}")));
                continue;
            }
            let mut out = Vec::new();
            if self.glance {
                (self.total, self.promised) = (0, 0);
            }
            let (place, end) = file.unpack(self, bytes, &mut out);
            self.end(end, "a file in a zip archive", place, bytes.len(), &mut troubles)?;
            match self.layer(inner, Arc::new(out), layers - 1) {
                Ok(unpacked) => parts.extend(unpacked),
                // One file of many that cannot be unpacked does not take the others with it, but a bomb does.
                Err(error) if error.kind == ErrorKind::TooLarge => return Err(error),
                Err(error) => troubles.push(Trouble::skipped(format!("{name}/{}: {error}", file.name))),
            }
        }
        let Some(first) = parts.first_mut() else {
            let trouble = troubles.into_iter().next();
            return Err(nothing(
                &trouble
                    .unwrap_or_else(|| Trouble::skipped("Expected files in this zip archive, found none.".to_owned())),
            ));
        };
        let folders = match folders {
            0 => String::new(),
            1 => " and a folder, which has nothing to read".to_owned(),
            _ => format!(" and {folders} folders, which have nothing to read"),
        };
        first.troubles.splice(0..0, troubles);
        first.notes.insert(0, String::new());
        let count = parts.len();
        let files = if count == 1 { "one file".to_owned() } else { format!("{count} files") };
        parts[0].notes[0] = format!("Unpacked a zip archive: {files}{folders}.");
        Ok(parts)
    }

    /// What an end means: nothing, a trouble, or an error.
    fn end(
        &self,
        end: Result<(), Stop>,
        what: &str,
        place: usize,
        packed: usize,
        troubles: &mut Vec<Trouble>,
    ) -> Result<(), Error> {
        match end {
            Ok(()) => {}
            Err(Stop::Limit) if self.glance => {}
            Err(Stop::Limit) => {
                let limit = self.limit;
                return Err(too_large(format!(
                    "Expected at most {limit} bytes to come out of {what}, found more in {packed} packed bytes. Unpack it and open a part."
                )));
            }
            Err(Stop::Memory) => {
                return Err(too_large(format!(
                    "Expected what is packed in {packed} bytes of {what} to fit into memory, found more. Unpack it and open a part."
                )));
            }
            Err(stop) => troubles.push(stop.trouble(what, place)),
        }
        Ok(())
    }

    /// Reserves room for `more` bytes, and for a quarter of what there is at least: what is too much stays small beside the whole, and many small
    /// parts do not move it each time.
    fn reserve(&self, out: &mut Vec<u8>, more: usize) -> Result<(), Stop> {
        if out.capacity() - out.len() < more {
            let quarter = (out.len() / 4).min(self.limit.saturating_sub(self.total));
            out.try_reserve_exact(more.max(quarter)).map_err(|_| Stop::Memory)?;
        }
        Ok(())
    }

    /// Makes room for `more` bytes behind those that came out. One beyond the limit is let through, so that it can be told from what ends there.
    fn grow(&mut self, out: &mut Vec<u8>, more: usize) -> Result<(), Stop> {
        if self.total > self.limit {
            return Err(Stop::Limit);
        }
        let more = more.min((self.limit - self.total).saturating_add(1));
        self.reserve(out, more)?;
        out.resize(out.len() + more, 0);
        Ok(())
    }

    /// How much of what a header promises is believed: `most` is what so many packed bytes can become.
    fn believe(&mut self, promise: usize, most: usize) -> usize {
        let believed = promise.min(most).min(self.limit.saturating_sub(self.total.max(self.promised)));
        self.promised += believed;
        believed
    }

    /// Deflate, with zlib's header when the flag says so: appends what comes out; how much was taken in. `expected` is what should come out.
    pub(super) fn inflate(
        &mut self,
        bytes: &[u8],
        out: &mut Vec<u8>,
        expected: usize,
        flags: u32,
    ) -> (usize, Result<(), Stop>) {
        let mut state = Box::new(DecompressorOxide::new());
        let start = out.len();
        let (mut taken, mut filled) = (0, start);
        let mut room = self.believe(expected, bytes.len().saturating_mul(DEFLATE_RATIO)).max(4096);
        let end = loop {
            if filled == out.len() {
                if let Err(stop) = self.grow(out, room) {
                    break Err(stop);
                }
                room = (out.len() / 4).max(64 * 1024);
            }
            let flags = flags | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
            let (status, read, written) =
                decompress(&mut state, &bytes[taken..], &mut out[start..], filled - start, flags);
            taken += read;
            filled += written;
            self.total += written;
            match status {
                TINFLStatus::Done => break Ok(()),
                TINFLStatus::HasMoreOutput => {}
                TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress => break Err(Stop::Cut),
                TINFLStatus::Adler32Mismatch => break Err(Stop::Checksum),
                _ => break Err(Stop::Damaged),
            }
        };
        out.truncate(filled);
        (taken, if self.total > self.limit { Err(Stop::Limit) } else { end })
    }

    /// The members of gzip, one after another.
    fn gzip(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> (usize, Result<(), Stop>) {
        let mut at = 0;
        // The length of the last member stands at the end; mostly it is the only one.
        let mut expected = bytes.last_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
        while at < bytes.len() {
            // Padding, as tapes have it.
            if at > 0 && bytes[at..].iter().all(|byte| *byte == 0) {
                break;
            }
            let start = match gzip_header(&bytes[at..]) {
                Ok(length) => at + length,
                Err(stop) => return (at, Err(stop)),
            };
            let before = out.len();
            let (taken, end) = self.inflate(&bytes[start..], out, std::mem::take(&mut expected), 0);
            at = start + taken;
            if end.is_err() {
                return (at, end);
            }
            let Some(trailer) = bytes.get(at..at + 8) else { return (bytes.len(), Err(Stop::Cut)) };
            if crc32(&out[before..]).to_le_bytes() != trailer[..4] {
                return (at, Err(Stop::Checksum));
            }
            at += 8;
        }
        (at, Ok(()))
    }

    /// The frames of zstd, one after another.
    fn zstd(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> (usize, Result<(), Stop>) {
        let mut decoder = frame_decoder();
        let mut at = 0;
        while at < bytes.len() {
            if let Some(length) = skippable(&bytes[at..]) {
                at = at.saturating_add(length).min(bytes.len());
                continue;
            }
            let (taken, end) = self.frame(&mut decoder, &bytes[at..], out);
            at += taken;
            if end.is_err() {
                return (at, end);
            }
        }
        (at, Ok(()))
    }

    /// Messages that are packed one by one. JSON gets the line feed that it has where it is not packed.
    fn messages(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> (usize, Result<(), Stop>) {
        let mut decoder = frame_decoder();
        let mut at = 0;
        while at < bytes.len() {
            let Some(length) = bytes[at..].first_chunk::<4>() else { return (at, Err(Stop::Cut)) };
            let length = u32::from_be_bytes(*length) as usize;
            let start = at + 4;
            let end = start.saturating_add(length).min(bytes.len());
            let before = out.len();
            let mut frames = start;
            while frames < end {
                let (taken, done) = self.frame(&mut decoder, &bytes[frames..end], out);
                frames += taken;
                if done.is_err() {
                    return (frames, done);
                }
            }
            if end - start < length {
                return (bytes.len(), Err(Stop::Cut));
            }
            if matches!(out.get(before), Some(b'{' | b'[')) {
                out.push(b'\n');
            }
            at = end;
        }
        (at, Ok(()))
    }

    /// One frame of zstd.
    fn frame(&mut self, decoder: &mut FrameDecoder, bytes: &[u8], out: &mut Vec<u8>) -> (usize, Result<(), Stop>) {
        let mut rest = bytes;
        let stop_at = |rest: &[u8]| if rest.len() < 16 { Stop::Cut } else { Stop::Damaged };
        if decoder.reset(&mut rest).is_err() {
            return (bytes.len() - rest.len(), Err(stop_at(rest)));
        }
        let size = usize::try_from(decoder.content_size()).unwrap_or(usize::MAX);
        // A block of four bytes may become 128 KiB.
        let promised = self.believe(size, bytes.len().saturating_mul(1 << 15));
        if let Err(stop) = self.reserve(out, promised) {
            return (0, Err(stop));
        }
        let mut failed = None;
        loop {
            let before = rest;
            if failed.is_none() && decoder.decode_blocks(&mut rest, BlockDecodingStrategy::UptoBytes(1 << 20)).is_err()
            {
                failed = Some((bytes.len() - before.len(), if rest.is_empty() { Stop::Cut } else { Stop::Damaged }));
                // An empty last block and a checksum let go of what was unpacked before.
                let mut last = &[1_u8, 0, 0, 0, 0, 0, 0][..];
                if decoder.decode_blocks(&mut last, BlockDecodingStrategy::All).is_err() {
                    break;
                }
            }
            if let Err(stop) = self.collect(decoder, out) {
                return (bytes.len() - rest.len(), Err(stop));
            }
            if decoder.is_finished() {
                break;
            }
        }
        if let Some((place, stop)) = failed {
            return (place, Err(stop));
        }
        let sum = decoder.get_checksum_from_data();
        let good = sum.is_none() || sum == decoder.get_calculated_checksum();
        (bytes.len() - rest.len(), if good { Ok(()) } else { Err(Stop::Checksum) })
    }

    /// Takes what a decoder has ready.
    fn collect(&mut self, decoder: &mut FrameDecoder, out: &mut Vec<u8>) -> Result<(), Stop> {
        loop {
            let ready = decoder.can_collect();
            if ready == 0 {
                return Ok(());
            }
            let start = out.len();
            self.grow(out, ready)?;
            let written = decoder.read(&mut out[start..]).unwrap_or(0);
            out.truncate(start + written);
            self.total += written;
            if self.total > self.limit {
                return Err(Stop::Limit);
            }
            if written == 0 {
                return Ok(());
            }
        }
    }

    /// Bytes that are not packed.
    pub(super) fn copy(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Stop> {
        let allowed = self.limit.saturating_sub(self.total);
        let taken = &bytes[..bytes.len().min(allowed)];
        self.reserve(out, taken.len())?;
        out.extend_from_slice(taken);
        self.total += taken.len();
        if taken.len() < bytes.len() { Err(Stop::Limit) } else { Ok(()) }
    }
}

fn frame_decoder() -> FrameDecoder {
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(ZSTD_WINDOW);
    decoder
}

/// The length of a frame that holds nothing to unpack, if one begins here.
fn skippable(bytes: &[u8]) -> Option<usize> {
    let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] = bytes else { return None };
    Some((u32::from_le_bytes([*a, *b, *c, *d]) as usize).saturating_add(8))
}

/// The length of the header of a member.
fn gzip_header(bytes: &[u8]) -> Result<usize, Stop> {
    let [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, ..] = bytes else {
        return Err(if bytes.len() < 10 { Stop::Cut } else { Stop::Damaged });
    };
    let mut at = 10;
    if flags & 4 != 0 {
        let [low, high] = bytes.get(at..at + 2).ok_or(Stop::Cut)? else { return Err(Stop::Cut) };
        at += 2 + usize::from(u16::from_le_bytes([*low, *high]));
    }
    // The name of the file, and a comment.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let text = bytes.get(at..).ok_or(Stop::Cut)?;
            at += text.iter().position(|byte| *byte == 0).ok_or(Stop::Cut)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    if at > bytes.len() { Err(Stop::Cut) } else { Ok(at) }
}

fn too_large(message: String) -> Error {
    Error { kind: ErrorKind::TooLarge, position: None, message }
}

fn nothing(trouble: &Trouble) -> Error {
    let kind = if trouble.kind == WarningKind::Truncated { ErrorKind::Truncated } else { ErrorKind::Syntax };
    Error { kind, position: None, message: trouble.reason.clone() }
}

/// The checksum of gzip and zip, four bytes at a time.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut tables = [[0_u32; 256]; 4];
    tables[0] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |value, _| if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 })
    });
    let first = tables[0];
    for table in 1..4 {
        tables[table] = tables[table - 1].map(|before| before >> 8 ^ first[(before & 0xff) as usize]);
    }
    let mut sum = u32::MAX;
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words {
        let [a, b, c, d] = (sum ^ u32::from_le_bytes(*word)).to_le_bytes();
        sum = tables[3][a as usize] ^ tables[2][b as usize] ^ tables[1][c as usize] ^ tables[0][d as usize];
    }
    for byte in rest {
        sum = sum >> 8 ^ tables[0][((sum ^ u32::from(*byte)) & 0xff) as usize];
    }
    !sum
}
