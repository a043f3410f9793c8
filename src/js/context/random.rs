//! Random bytes from the platform's cryptographic generator, many at a time.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::context::RandomSource;

/// How many bytes are asked for at once; a call into the platform costs more than the bytes.
const POOL: usize = 4096;

thread_local! {
    static RANDOM_POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; POOL], left: 0 }) };
}

#[wasm_bindgen]
extern "C" {
    /// The generator of every window, worker and server runtime.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

struct Pool {
    bytes: [u8; POOL],
    left: usize,
}

/// Draws from the pool; remembers the platform's error, which cannot pass through the core.
#[derive(Default)]
pub(super) struct PlatformRandom {
    error: Option<JsValue>,
}

impl RandomSource for PlatformRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        RANDOM_POOL.with_borrow_mut(|pool| {
            if pool.left < bytes.len() {
                if let Err(error) = get_random_values(&mut pool.bytes) {
                    self.error = Some(error);
                    return;
                }
                pool.left = POOL;
            }
            let used = &mut pool.bytes[pool.left - bytes.len()..pool.left];
            bytes.copy_from_slice(used);
            // What was handed out is not left lying in memory.
            used.fill(0);
            pool.left -= bytes.len();
        });
    }
}

impl PlatformRandom {
    /// What was made of the bytes, unless there were none.
    pub(super) fn result<T>(self, value: T) -> Result<T, JsValue> {
        self.error.map_or(Ok(value), Err)
    }
}
