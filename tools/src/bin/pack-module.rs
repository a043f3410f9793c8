//! `pack-module`: makes a module smaller where compilers leave room, without a change to what it does.
//!
//! ```text
//! pack-module panics IN OUT    before wasm-opt, on a module that has its names
//! pack-module order  IN OUT    after wasm-opt
//! ```
//!
//! `panics`: a panic ends the module, and nobody reads its text: no hook is set, and a browser shows `unreachable`. The
//! functions that only lead there become that instruction, so that wasm-opt drops what prepares their arguments; the
//! places in the source that a panic would name are emptied, and the names of the files with them.
//!
//! `order`: gzip finds what is alike only within 32 KB. The locals of each type are numbered by about how often they are used, so
//! that few numbers are frequent, and then by where, so that code that is alike has the same ones; alignments, which engines need
//! not know, are those of the types; and each function is put beside the one that it shares most with.

use anyhow::{Context, Result, bail, ensure};
use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use wasm_encoder::reencode::{Error as EncodeError, Reencode, utils};
use wasm_encoder::{
    CodeSection, CustomSection, DataSection, Function, FunctionSection, Instruction, MemArg, Module, ValType,
};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, Data, DataKind, FuncType, FunctionBody, FunctionSectionReader, KnownCustom,
    Name, Operator, Parser, Payload, TypeRef,
};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [step, from, to] = arguments.as_slice() else { bail!("usage: pack-module panics|order IN OUT") };
    let bytes = std::fs::read(from).with_context(|| format!("cannot read {from}"))?;
    let source = Source::of(&bytes)?;
    let packed = match step.as_str() {
        "panics" => without_panics(&source)?,
        "order" => ordered(&source)?,
        other => bail!("unknown step {other}"),
    };
    std::fs::write(to, packed).with_context(|| format!("cannot write {to}"))
}

/// What both steps ask of a module.
struct Source<'m> {
    bytes: &'m [u8],
    types: Vec<FuncType>,
    /// How many functions are imported: they come first in the numbering.
    imported: usize,
    /// The type of each function that is not.
    functions: Vec<u32>,
    bodies: Vec<FunctionBody<'m>>,
    names: HashMap<u32, &'m str>,
    /// The data that is there from the start: where in memory, and what.
    data: Vec<(usize, &'m [u8])>,
}

impl<'m> Source<'m> {
    fn of(bytes: &'m [u8]) -> Result<Self> {
        let mut source = Self {
            bytes,
            types: Vec::new(),
            imported: 0,
            functions: Vec::new(),
            bodies: Vec::new(),
            names: HashMap::new(),
            data: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(section) => {
                    for of in section.into_iter_err_on_gc_types() {
                        source.types.push(of?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        source.imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => {
                    source.functions = section.into_iter().collect::<Result<_, _>>()?
                }
                Payload::CodeSectionEntry(body) => source.bodies.push(body),
                Payload::DataSection(section) => {
                    for datum in section {
                        let datum = datum?;
                        source.data.extend(start_of(&datum).map(|start| (start, datum.data)));
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for part in names {
                            if let Name::Function(map) = part? {
                                for name in map {
                                    let name = name?;
                                    source.names.insert(name.index, name.name);
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(source)
    }

    /// The bytes of memory from `at` on, as far as one piece of data has them.
    fn memory(&self, at: usize, length: usize) -> Option<&'m [u8]> {
        self.data.iter().find_map(|(start, data)| data.get(at.checked_sub(*start)?..)?.get(..length))
    }
}

/// Where a piece of data begins in memory.
fn start_of(datum: &Data<'_>) -> Option<usize> {
    let DataKind::Active { offset_expr, .. } = &datum.kind else { return None };
    match offset_expr.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Some(value as u32 as usize),
        _ => None,
    }
}

/// How the names of functions begin that never return: they make a message and panic. Some are whole modules of the
/// standard library.
const PANICS: [&str; 15] = [
    "core::panicking::",
    "core::cell::panic_already_",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::slice::sort::shared::smallsort::panic_on_ord_violation",
    "core::str::slice_error_fail",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
    "hashbrown::raw::Fallibility::capacity_overflow",
    "std::thread::local::panic_access_error",
    "__rustc::rust_begin_unwind",
];

/// Whether a function of this name only panics.
fn only_panics(name: &str) -> bool {
    // Names have hashes in brackets, and a type's in angle brackets.
    let mut plain = String::new();
    let mut hash = false;
    for c in name.chars() {
        hash = c == '[' || hash && c != ']';
        if !hash && !matches!(c, ']' | '<' | '>') {
            plain.push(c);
        }
    }
    PANICS.iter().any(|beginning| plain.starts_with(beginning))
        || plain.starts_with("alloc::vec::Vec") && plain.ends_with("::assert_failed")
}

/// How the source files begin that panics name: as the build has them, without this machine's folders, and as the standard
/// library was built.
const FOLDERS: [&[u8]; 7] = [b"src/", b"hot/", b"spanscope/", b"cargo/", b"rust/", b"/rust/", b"/rustc/"];

/// The size of a place in the source as the standard library keeps it: address and length of the file's name, line, column.
const PLACE: usize = 16;

/// Where in memory the name of the file stands, when this is a place in the source.
fn file_of_place(source: &Source<'_>, bytes: &[u8]) -> Option<Range<usize>> {
    let word = |i: usize| u32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]) as usize;
    let (line, column) = (word(8), word(12));
    let is_place = (1..100_000).contains(&line)
        && (1..1_000).contains(&column)
        && (1..1_000).contains(&word(4))
        && source
            .memory(word(0), word(4))
            .is_some_and(|file| file.ends_with(b".rs") && FOLDERS.iter().any(|folder| file.starts_with(folder)));
    is_place.then(|| word(0)..word(0) + word(4))
}

/// The places in the source that a piece of data holds: where in the data, and where in memory the name of the file is.
fn places(source: &Source<'_>, start: usize, data: &[u8]) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = start.next_multiple_of(4) - start;
    while at + PLACE <= data.len() {
        match file_of_place(source, &data[at..at + PLACE]) {
            Some(file) => {
                found.push((at, file));
                at += PLACE;
            }
            None => at += 4,
        }
    }
    found
}

fn without_panics(source: &Source<'_>) -> Result<Vec<u8>> {
    struct Step<'s, 'm> {
        source: &'s Source<'m>,
        at: u32,
        stubs: usize,
        /// What is emptied in memory: places, and the names of files.
        emptied: &'s [Range<usize>],
    }
    impl Reencode for Step<'_, '_> {
        type Error = std::convert::Infallible;

        fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Encoded {
            let index = self.source.imported as u32 + self.at;
            self.at += 1;
            if self.source.names.get(&index).is_some_and(|name| only_panics(name)) {
                self.stubs += 1;
                let mut stub = Function::new([]);
                stub.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
                code.function(&stub);
            } else {
                code.raw(body.as_bytes());
            }
            Ok(())
        }

        fn parse_data(&mut self, section: &mut DataSection, datum: Data<'_>) -> Encoded {
            let mut bytes = datum.data.to_vec();
            if let Some(start) = start_of(&datum) {
                for range in self.emptied {
                    let inside = range.start.checked_sub(start).zip(range.end.checked_sub(start));
                    if let Some(part) = inside.and_then(|(from, to)| bytes.get_mut(from..to)) {
                        part.fill(0);
                    }
                }
            }
            utils::parse_data(self, section, Data { data: &bytes, ..datum })
        }

        fn parse_custom_section(&mut self, module: &mut Module, section: CustomSectionReader<'_>) -> Encoded {
            if section.name() != "name" {
                module.section(&CustomSection { name: section.name().into(), data: section.data().into() });
            }
            Ok(())
        }
    }

    let mut emptied = Vec::new();
    for (start, data) in &source.data {
        for (at, file) in places(source, *start, data) {
            emptied.extend([start + at..start + at + PLACE, file]);
        }
    }
    let mut step = Step { source, at: 0, stubs: 0, emptied: &emptied };
    let mut module = Module::new();
    step.parse_core_module(&mut module, Parser::new(0), source.bytes)?;
    ensure!(
        step.stubs > 0 && !emptied.is_empty(),
        "no panics found: the module needs its names and its remapped paths"
    );
    Ok(module.finish())
}

type Encoded = Result<(), EncodeError<std::convert::Infallible>>;

fn ordered(source: &Source<'_>) -> Result<Vec<u8>> {
    struct Step<'s, 'm> {
        source: &'s Source<'m>,
        /// The functions in their new order, and the new place of each: both without those imported.
        order: Vec<usize>,
        place: Vec<usize>,
    }
    impl Reencode for Step<'_, '_> {
        type Error = std::convert::Infallible;

        fn function_index(&mut self, function: u32) -> Result<u32, EncodeError> {
            Ok(match (function as usize).checked_sub(self.source.imported) {
                Some(own) => (self.source.imported + self.place[own]) as u32,
                None => function,
            })
        }

        fn parse_function_section(&mut self, section: &mut FunctionSection, _: FunctionSectionReader<'_>) -> Encoded {
            for function in &self.order {
                section.function(self.source.functions[*function]);
            }
            Ok(())
        }

        fn parse_code_section(&mut self, code: &mut CodeSection, _: CodeSectionReader<'_>) -> Encoded {
            for function in self.order.clone() {
                code.function(&self.body(function)?);
            }
            Ok(())
        }
    }
    impl Step<'_, '_> {
        /// A function's body with its locals numbered anew. Those of a type stay together, as their declaration is shortest so; the
        /// types keep one order in all functions.
        fn body(&mut self, function: usize) -> Result<Function, EncodeError> {
            let body = &self.source.bodies[function];
            let of = &self.source.types[self.source.functions[function] as usize];
            let parameters = of.params().len();
            let mut types: Vec<wasmparser::ValType> = of.params().to_vec();
            for group in body.get_locals_reader()? {
                let (count, of) = group?;
                types.extend(std::iter::repeat_n(of, count as usize));
            }
            // How often each is used, and from where on.
            let mut uses = vec![(0usize, 0usize); types.len()];
            for (at, operator) in body.get_operators_reader()?.into_iter().enumerate() {
                if let Operator::LocalGet { local_index }
                | Operator::LocalSet { local_index }
                | Operator::LocalTee { local_index } = operator?
                {
                    let (times, first) = &mut uses[local_index as usize];
                    *first = if *times == 0 { at } else { *first };
                    *times += 1;
                }
            }
            let rank = |local: &usize| match types[*local] {
                wasmparser::ValType::I32 => 0,
                wasmparser::ValType::I64 => 1,
                wasmparser::ValType::F64 => 2,
                wasmparser::ValType::F32 => 3,
                wasmparser::ValType::V128 => 4,
                wasmparser::ValType::Ref(_) => 5,
            };
            let mut used: Vec<usize> = (parameters..types.len()).filter(|local| uses[*local].0 > 0).collect();
            used.sort_by_key(|local| {
                let (times, first) = uses[*local];
                (rank(local), Reverse((times as f64).log(ABOUT_AS_OFTEN) as u32), first)
            });
            let mut new: Vec<u32> = (0..types.len() as u32).collect();
            let mut groups: Vec<(u32, ValType)> = Vec::new();
            for (i, local) in used.iter().enumerate() {
                new[*local] = (parameters + i) as u32;
                let of = self.val_type(types[*local])?;
                match groups.last_mut() {
                    Some((count, last)) if *last == of => *count += 1,
                    _ => groups.push((1, of)),
                }
            }
            let mut out = Function::new(groups);
            let mut operators = body.get_operators_reader()?;
            while !operators.eof() {
                let instruction = match self.parse_instruction(&mut operators)? {
                    Instruction::LocalGet(local) => Instruction::LocalGet(new[local as usize]),
                    Instruction::LocalSet(local) => Instruction::LocalSet(new[local as usize]),
                    Instruction::LocalTee(local) => Instruction::LocalTee(new[local as usize]),
                    other => with_usual_alignment(other),
                };
                out.instruction(&instruction);
            }
            Ok(out)
        }
    }

    let count = source.bodies.len();
    let mut step = Step { source, order: (0..count).collect(), place: (0..count).collect() };
    let bodies: Vec<Vec<u8>> =
        (0..count).map(|function| Ok(step.body(function)?.into_raw_body())).collect::<Result<_, EncodeError>>()?;
    let calls = calls(source)?;
    step.order = neighbours(&bodies, &calls);
    for (place, function) in step.order.iter().enumerate() {
        step.place[*function] = place;
    }
    let mut module = Module::new();
    step.parse_core_module(&mut module, Parser::new(0), source.bytes)?;
    Ok(module.finish())
}

/// Locals are used about as often when one is not used more times another than this.
const ABOUT_AS_OFTEN: f64 = 1.4;

/// An instruction that reads or writes memory with the alignment of its type; any other as it is. The alignment is a hint, also where it is not
/// kept (WebAssembly, "Memory Instructions").
fn with_usual_alignment(instruction: Instruction<'_>) -> Instruction<'_> {
    macro_rules! with {
        ($($name:ident $align:literal),*) => {
            match instruction {
                $(Instruction::$name(place) => Instruction::$name(MemArg { align: $align, ..place }),)*
                other => other,
            }
        };
    }
    with!(
        I32Load8S 0, I32Load8U 0, I32Load16S 1, I32Load16U 1, I32Load 2, I32Store8 0, I32Store16 1, I32Store 2,
        I64Load8S 0, I64Load8U 0, I64Load16S 1, I64Load16U 1, I64Load32S 2, I64Load32U 2, I64Load 3,
        I64Store8 0, I64Store16 1, I64Store32 2, I64Store 3, F32Load 2, F32Store 2, F64Load 3, F64Store 3,
        V128Load 4, V128Store 4
    )
}

/// How often each function is called.
fn calls(source: &Source<'_>) -> Result<Vec<usize>> {
    let mut calls = vec![0; source.bodies.len()];
    for body in &source.bodies {
        for operator in body.get_operators_reader()? {
            if let Operator::Call { function_index } = operator?
                && let Some(own) = (function_index as usize).checked_sub(source.imported)
            {
                calls[own] += 1;
            }
        }
    }
    Ok(calls)
}

/// How many functions come first because they are called most often: their numbers take one byte in a call.
const SHORT: usize = 50;

/// The lengths of the sequences of bytes by which functions are compared: from an instruction or two to a whole statement.
const SEQUENCES: [usize; 3] = [4, 8, 16];

/// A sequence that more functions than these have says little about which belong together, and takes long.
const MOST: usize = 1_000;

/// How many bytes of code gzip looks back over, about.
const WINDOW: usize = 24_000;

/// Keeps very short functions, which share all they have with many others, from always being the best.
const AT_LEAST: f64 = 30_000.0;

/// How much it counts that a large part of a function is shared (1), and not much of it (0).
const SHARE: f64 = 0.85;

/// An order in which each function follows those that it shares most with.
fn neighbours(bodies: &[Vec<u8>], calls: &[usize]) -> Vec<usize> {
    let sequences: Vec<Vec<u32>> = bodies
        .iter()
        .map(|body| {
            let mut all: Vec<u32> = SEQUENCES.iter().flat_map(|length| body.windows(*length).map(hash)).collect();
            all.sort_unstable();
            all.dedup();
            all
        })
        .collect();
    let mut having: HashMap<u32, Vec<usize>> = HashMap::new();
    for (function, all) in sequences.iter().enumerate() {
        for sequence in all {
            having.entry(*sequence).or_default().push(function);
        }
    }
    having.retain(|_, functions| (2..=MOST).contains(&functions.len()));

    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by_key(|function| (Reverse(calls[*function]), *function));
    let mut left = order.split_off(SHORT.min(order.len()));
    left.sort_by_key(|function| (Reverse(bodies[*function].len()), *function));

    // What each function shares with those in the window. The rarer a sequence, the more it weighs.
    let mut shared = vec![0u64; bodies.len()];
    let mut present: HashMap<u32, usize> = HashMap::new();
    let mut window: VecDeque<usize> = VecDeque::new();
    let mut size = 0;
    while !left.is_empty() {
        let score =
            |at: usize| shared[left[at]] as f64 / (sequences[left[at]].len() as f64 * 1_000.0 + AT_LEAST).powf(SHARE);
        let best = (1..left.len()).fold(0, |best, at| if score(at) > score(best) { at } else { best });
        let next = left.remove(best);
        order.push(next);
        window.push_back(next);
        size += bodies[next].len();
        for sequence in &sequences[next] {
            let times = present.entry(*sequence).or_default();
            *times += 1;
            if *times == 1
                && let Some(functions) = having.get(sequence)
            {
                functions.iter().for_each(|function| shared[*function] += weight(functions));
            }
        }
        while size > WINDOW
            && let Some(oldest) = window.pop_front()
        {
            size -= bodies[oldest].len();
            for sequence in &sequences[oldest] {
                let times = present.entry(*sequence).or_default();
                *times -= 1;
                if *times == 0
                    && let Some(functions) = having.get(sequence)
                {
                    functions.iter().for_each(|function| shared[*function] -= weight(functions));
                }
            }
        }
    }
    order
}

/// What a sequence weighs that these functions have, in thousandths.
fn weight(functions: &[usize]) -> u64 {
    (1_000.0 / (functions.len() as f64).sqrt()) as u64
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::{SHORT, neighbours, only_panics};

    #[test]
    fn functions_that_only_panic_are_known_by_their_names() {
        for name in [
            "core[c5930c85a12de822]::panicking::panic_fmt",
            "core::panicking::panic_const::panic_const_div_by_zero::h0123456789abcdef",
            "core[c5930c85a12de822]::panicking::assert_failed::<usize, usize>",
            "<hashbrown[5e619d7d1129c59f]::raw::Fallibility>::capacity_overflow",
            "<alloc[3ca501edff3f0c7c]::vec::Vec<_, _>>::remove::assert_failed",
        ] {
            assert!(only_panics(name), "{name}");
        }
        for name in [
            "std[a543996e6e7dbf1e]::panicking::panic_count::increase",
            "<alloc[3ca501edff3f0c7c]::vec::Vec<u32>>::push",
            "spanscope[53d16f73839e38ed]::core::panicking::told",
        ] {
            assert!(!only_panics(name), "{name}");
        }
    }

    #[test]
    fn functions_stand_beside_those_that_they_are_like() {
        let [one, other] = [7u8, 11].map(|step| (0..60u8).map(|i| i.wrapping_mul(step)).collect::<Vec<u8>>());
        let bodies: Vec<Vec<u8>> =
            (0..400u32).map(|i| [if i % 2 == 0 { &one } else { &other }, &i.to_le_bytes()[..]].concat()).collect();
        let calls: Vec<usize> = (0..400).map(|i| if i < SHORT { 400 - i } else { 0 }).collect();
        let order = neighbours(&bodies, &calls);
        assert_eq!(order[..SHORT], (0..SHORT).collect::<Vec<_>>(), "the most called first");
        let changes = order[SHORT..].windows(2).filter(|pair| pair[0] % 2 != pair[1] % 2).count();
        assert_eq!(changes, 1);
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, (0..400).collect::<Vec<_>>());
    }
}
