//! Binary encodings, read where they lie: nothing is copied and nothing is built that nobody asked for.

pub mod any_value;
#[allow(dead_code, reason = "a whole reader, of which each format uses a part")]
pub mod msgpack;
pub mod protobuf;
