// What both halves of the package share: whether the module is loaded, and how its errors are thrown.

import * as wasm from './spanscope.js';

export class SpanscopeError extends Error {
  constructor(kind, message, position, options) {
    super(message, options);
    this.name = 'SpanscopeError';
    this.kind = kind;
    this.position = position;
  }
}

let ready = false;

export function isReady() {
  return ready;
}

/** Once: a second instance would not know the first one's traces. */
export function start(module) {
  if (ready) return;
  wasm.initSync({ module });
  ready = true;
}

export function needReady() {
  if (!ready) throw new SpanscopeError('not-ready', 'Expected `await init()` or `initSync(bytes)` before this call.', null);
}

/** Runs what may throw the module's errors, and throws this package's. */
export function guarded(run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      const megabytes = Math.round(wasm.memoryBytes() / 1e6);
      const message = `The module broke off (${error.message}) with ${megabytes} MB of memory in use, most likely because it ran out of memory; load it anew to go on.`;
      throw new SpanscopeError('broken', message, null, { cause: error });
    }
    if (error instanceof SpanscopeError || typeof error?.kind !== 'string') throw error;
    throw new SpanscopeError(error.kind, error.message, error.position ?? null);
  }
}

/** The module's object behind one of ours, as long as it was not freed. */
export function alive(handle) {
  if (handle === null) throw new SpanscopeError('freed', 'Expected an object in use, found one that was freed.', null);
  return handle;
}
