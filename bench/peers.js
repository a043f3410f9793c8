// The packages that trace context is measured against. run.js bundles them into one file, for a page and for Node alike.

export { parseTraceParent } from '@opentelemetry/core'
export { parse as parseWithTctx } from 'tctx/traceparent'
