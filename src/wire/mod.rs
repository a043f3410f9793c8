//! Binary encodings, read where they lie: nothing is copied and nothing is built that nobody asked for.

pub(crate) mod any_value;
pub(crate) mod protobuf;
