// Serves a folder exactly as `cargo xtask serve` does, for tests and benchmarks.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * @param {string} folder relative to the root of the repository
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` ends with a slash
 */
export async function serveFolder(folder) {
  // `cargo xtask test` sets XTASK to itself; without it (a test run by hand) cargo finds it.
  const [program, ...first] = process.env.XTASK ? [process.env.XTASK] : ['cargo', 'xtask']
  const server = spawn(program, [...first, 'site-server', '--dir', folder], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(server, 'exit')
  const lines = createInterface({ input: server.stdout })
  const url = await Promise.race([
    once(lines, 'line').then(([line]) => line),
    exited.then(() => {
      throw new Error(`The server for ${folder} did not start.`)
    }),
  ])
  return {
    url,
    async close() {
      // The server ends when its standard input does, so it also ends when this process dies.
      server.stdin.end()
      await exited
    },
  }
}
