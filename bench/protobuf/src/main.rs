//! Reads OTLP in protobuf with spanscope and with prost, the same bytes, and prints a table of times and of memory.
//!
//! prost makes owned structures of the whole message. spanscope makes its store: spans in columns, parents resolved, the tree in order.
//! Each contestant runs in a process of its own for the memory, which is the peak of that process without the input.

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use prost::Message;

mod otlp;

/// Numbers of spans.
const SIZES: [usize; 2] = [10_000, 200_000];
const ROUNDS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [contestant, spans] = arguments.as_slice() {
        let spans = spans.parse().expect("a number of spans");
        println!("{}", peak(contestant, spans));
        return;
    }
    println!("| spans | MB | prost | spanscope | faster | peak of prost | peak of spanscope |");
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    for spans in SIZES {
        let bytes = otlp::trace(spans).encode_to_vec();
        let theirs = median(|| {
            let data = otlp::TracesData::decode(bytes.as_slice()).expect("prost reads what it wrote");
            black_box(&data);
        });
        let options = spanscope::ReadOptions::new();
        let shared = std::sync::Arc::new(bytes.clone());
        let ours = median(|| {
            let input = [(std::sync::Arc::clone(&shared), options.clone())];
            let outcome = spanscope::read_all(input).expect("spanscope reads it");
            assert_eq!(black_box(&outcome).store.span_count(), spans);
        });
        let times = |contestant: &str| in_own_process(contestant, spans) / bytes.len() as f64;
        println!(
            "| {spans} | {:.1} | {:.1} ms | {:.1} ms | {:.1}x | {:.2}x the input | {:.2}x the input |",
            bytes.len() as f64 / 1e6,
            theirs.as_secs_f64() * 1e3,
            ours.as_secs_f64() * 1e3,
            theirs.as_secs_f64() / ours.as_secs_f64(),
            times("prost"),
            times("spanscope"),
        );
    }
}

/// The median time of some rounds, after one that does not count.
fn median(mut round: impl FnMut()) -> Duration {
    round();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// Peak of memory, in bytes, of a process that does nothing else.
fn in_own_process(contestant: &str, spans: usize) -> f64 {
    let program = std::env::current_exe().expect("a path");
    let output = Command::new(program).args([contestant, &spans.to_string()]).output().expect("a process");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number of bytes")
}

/// How much memory is needed at most while reading, the input among it. What making the input took is not counted: it is read from a file.
fn peak(contestant: &str, spans: usize) -> u64 {
    let path = std::env::temp_dir().join(format!("spanscope-bench-{}-{contestant}.pb", std::process::id()));
    let program = std::env::current_exe().expect("a path");
    if contestant == "write" {
        let bytes = otlp::trace(spans).encode_to_vec();
        let target = std::env::var_os("SPANSCOPE_BENCH_FILE").expect("where to write");
        std::fs::write(target, &bytes).expect("room for a file");
        return bytes.len() as u64;
    }
    let mut writer = Command::new(program);
    writer.args(["write", &spans.to_string()]).env("SPANSCOPE_BENCH_FILE", &path);
    writer.output().expect("a process");
    let before = peak_of_process();
    let bytes = std::fs::read(&path).expect("the file just written");
    std::fs::remove_file(&path).expect("it can be removed");
    if contestant == "prost" {
        black_box(otlp::TracesData::decode(bytes.as_slice()).expect("prost reads what it wrote"));
    } else {
        black_box(spanscope::read(bytes, &spanscope::ReadOptions::new()).expect("spanscope reads it"));
    }
    peak_of_process() - before
}

/// The most memory that this process had (Linux).
fn peak_of_process() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a line of the peak");
    let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("a number");
    kilobytes * 1024
}
