//! Archives of zip: which files are in one, and where.
//!
//! ```text
//!  local header, data │ local header, data │ … │ central directory: an entry a file │ end record
//! ```
//! The central directory says what is there. An archive that was cut off has none: then the local headers are followed from the beginning.
//!
//! Source: PKWARE's APPNOTE 6.3, sections 4.3 to 4.5.

use super::unpack::{Stop, Trouble, Unpacker, crc32};

/// What is in an archive.
pub(super) struct Directory {
    pub(super) files: Vec<File>,
    pub(super) troubles: Vec<Trouble>,
}

/// A file in an archive, or a folder.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    flags: u16,
    method: u16,
    sum: u32,
    /// Packed and unpacked; nothing when they stand behind the data.
    sizes: Option<(u64, u64)>,
    /// Offset of its local header.
    header: u64,
}

impl File {
    /// Folders, and what macOS adds beside each file.
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with('/') || self.name.starts_with("__MACOSX/")
    }

    /// Why it cannot be unpacked.
    pub(super) fn objection(&self) -> Option<String> {
        if self.flags & 1 != 0 {
            return Some("Expected a file without a password, found an encrypted one.".to_owned());
        }
        (!matches!(self.method, 0 | 8))
            .then(|| format!("Expected a file stored or packed with deflate, found method {}.", self.method))
    }

    /// Unpacks it; the place where that ended.
    pub(super) fn unpack(&self, unpacker: &mut Unpacker, bytes: &[u8], out: &mut Vec<u8>) -> (usize, Result<(), Stop>) {
        let Some(start) = data_start(bytes, self.header) else {
            return (bytes.len(), Err(Stop::Cut));
        };
        let rest = &bytes[start..];
        let packed = self.sizes.map_or(rest.len() as u64, |(packed, _)| packed);
        let cut = packed > rest.len() as u64;
        let data = &rest[..usize::try_from(packed).map_or(rest.len(), |packed| packed.min(rest.len()))];
        let (taken, end) = if self.method == 0 {
            let end = unpacker.copy(data, out);
            (data.len(), if cut && end.is_ok() { Err(Stop::Cut) } else { end })
        } else {
            let expected = self.sizes.map_or(0, |(_, size)| usize::try_from(size).unwrap_or(usize::MAX));
            unpacker.inflate(data, out, expected, 0)
        };
        let end = match end {
            Ok(()) if self.sum != 0 && crc32(out) != self.sum => Err(Stop::Checksum),
            Err(Stop::Cut) if !cut && self.sizes.is_some() => Err(Stop::Damaged),
            end => end,
        };
        (start + taken, end)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Where the data behind a local header begins.
fn data_start(bytes: &[u8], header: u64) -> Option<usize> {
    let header = bytes.get(usize::try_from(header).ok()?..)?;
    if !header.starts_with(b"PK\x03\x04") {
        return None;
    }
    let start = 30 + usize::from(u16_at(header, 26)?) + usize::from(u16_at(header, 28)?);
    (start <= header.len()).then_some(bytes.len() - header.len() + start)
}

pub(super) fn directory(bytes: &[u8]) -> Directory {
    match central(bytes) {
        Some(files) => Directory { files, troubles: Vec::new() },
        None => {
            let reason = "Expected the directory at the end of the zip archive, found none; its files are read from the beginning as far as they go.";
            Directory { files: local(bytes), troubles: vec![Trouble::skipped(reason.to_owned())] }
        }
    }
}

/// The files that the central directory names.
fn central(bytes: &[u8]) -> Option<Vec<File>> {
    // The end record has 22 bytes and a comment of up to 65,535.
    let from = bytes.len().saturating_sub(22 + 65_535);
    let end = from + bytes[from..].windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let mut count = u64::from(u16_at(bytes, end + 10)?);
    let mut at = u64::from(u32_at(bytes, end + 16)?);
    // Larger archives say it in a record of their own, to which a locator right before the end record leads.
    if (count == 0xffff || at == 0xffff_ffff)
        && let Some(locator) = end.checked_sub(20)
        && bytes[locator..].starts_with(b"PK\x06\x07")
    {
        let record = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
        if bytes.get(record..)?.starts_with(b"PK\x06\x06") {
            count = u64_at(bytes, record + 32)?;
            at = u64_at(bytes, record + 48)?;
        }
    }
    let mut at = usize::try_from(at).ok()?;
    let mut files = Vec::new();
    for _ in 0..count {
        let entry = bytes.get(at..)?;
        if !entry.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name = usize::from(u16_at(entry, 28)?);
        let extra = usize::from(u16_at(entry, 30)?);
        let comment = usize::from(u16_at(entry, 32)?);
        let mut sizes = [u64::from(u32_at(entry, 24)?), u64::from(u32_at(entry, 20)?), u64::from(u32_at(entry, 42)?)];
        large_sizes(entry.get(46 + name..46 + name + extra)?, &mut sizes);
        files.push(File {
            name: String::from_utf8_lossy(entry.get(46..46 + name)?).into_owned(),
            flags: u16_at(entry, 8)?,
            method: u16_at(entry, 10)?,
            sum: u32_at(entry, 16)?,
            sizes: Some((sizes[1], sizes[0])),
            header: sizes[2],
        });
        at += 46 + name + extra + comment;
    }
    Some(files)
}

/// Numbers that do not fit their fields stand in an extra field, in their order.
fn large_sizes(mut extra: &[u8], sizes: &mut [u64; 3]) {
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = 4 + usize::from(length);
        if id == 1 {
            let mut at = 4;
            for size in sizes.iter_mut().filter(|size| **size == 0xffff_ffff) {
                let Some(value) = u64_at(extra, at).filter(|_| at + 8 <= end) else { return };
                *size = value;
                at += 8;
            }
            return;
        }
        extra = extra.get(end..).unwrap_or_default();
    }
}

/// The files that the local headers tell of.
fn local(bytes: &[u8]) -> Vec<File> {
    let mut files = Vec::new();
    let mut at = 0;
    while let Some(header) = bytes.get(at..).filter(|header| header.starts_with(b"PK\x03\x04")) {
        let Some(start) = data_start(bytes, at as u64) else { break };
        let numbers =
            (u16_at(header, 6), u16_at(header, 8), u32_at(header, 14), u32_at(header, 18), u32_at(header, 22));
        let (Some(flags), Some(method), Some(sum), Some(packed), Some(size)) = numbers else { break };
        let name = usize::from(u16_at(header, 26).unwrap_or(0));
        let sizes = (flags & 8 == 0 || packed != 0).then_some((u64::from(packed), u64::from(size)));
        let name = String::from_utf8_lossy(header.get(30..30 + name).unwrap_or_default()).into_owned();
        files.push(File { name, flags, method, sum, sizes, header: at as u64 });
        at = match sizes {
            Some((packed, _)) => start.saturating_add(packed as usize),
            // The sizes stand behind the data: the next header tells where that is.
            None => {
                match bytes[start..].windows(4).position(|window| window == b"PK\x03\x04" || window == b"PK\x01\x02") {
                    Some(next) => start + next,
                    None => break,
                }
            }
        };
    }
    files
}
