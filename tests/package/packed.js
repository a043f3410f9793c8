// The package as users get it: packed by npm, installed from the archive into a project of its own.

import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const PACKAGE = fileURLToPath(new URL('../../dist/npm/', import.meta.url))
const run = promisify(execFile)

/**
 * A temporary project in which the package is installed, with the application of these tests in it.
 * @returns {Promise<{ folder: string, files: string[], remove: () => void }>} `files` are those in the archive
 */
export async function installPacked() {
  const folder = mkdtempSync(join(tmpdir(), 'spanscope-package-'))
  const npm = (/** @type {string[]} */ ...args) => run('npm', args, { cwd: folder, shell: process.platform === 'win32' })
  const { stdout } = await npm('pack', '--json', PACKAGE)
  const answer = JSON.parse(stdout)
  // npm 11 and older answer an array, newer ones an object by name.
  const packed = Array.isArray(answer) ? answer[0] : Object.values(answer)[0]
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "private": true, "type": "module" }\n')
  // The package has no dependencies, so this works without a network.
  await npm('install', '--offline', '--no-audit', '--no-fund', `./${packed.filename}`)
  for (const file of ['app.js', 'index.html']) cpSync(new URL(`app/${file}`, import.meta.url), join(folder, file))
  return {
    folder,
    files: packed.files.map((/** @type {{ path: string }} */ { path }) => path).sort(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What the application answers wherever the package works. */
export const RIGHT_ANSWER = {
  traceparent: {
    ok: true,
    version: 0,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    parentId: '00f067aa0ba902b7',
    flags: 1,
    sampled: true,
    random: false,
  },
  refused: { ok: false, reason: 'trace-id-zero', at: 3 },
  format: 'otlp-json',
  spans: 3,
  traces: 1,
  names: ['GET /orders/{id}', 'load order', 'SELECT orders'],
  starts: [0, 10_000_000, 15_000_000],
  durations: [100_000_000, 60_000_000, 20_000_000],
  selfTimes: [40_000_000, 40_000_000, 20_000_000],
  parents: [-1, 0, 1],
  criticalPath: 100_000_000,
  startUnixNs: '1780000000000000001',
  error: { isError: true, kind: 'string', message: true },
}
