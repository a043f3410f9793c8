//! Headers to span contexts and back.
