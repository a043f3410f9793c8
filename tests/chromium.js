// Starts the system's Chromium for tests and benchmarks. Nothing is downloaded: playwright-core has no browser of its own.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** The path of Chromium: what CHROMIUM says (`cargo xtask test` sets it), else the first one on PATH. */
export function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const name of NAMES) {
    for (const folder of folders) {
      const file = join(folder, name)
      try {
        accessSync(file, constants.X_OK)
        return file
      } catch {
        // Not here.
      }
    }
  }
  throw new Error('There is no Chromium on PATH: install it, or set CHROMIUM to its path.')
}

/**
 * A headless Chromium that stays away from the network. Close it when done.
 * @param {string[]} [args] further command-line switches
 * @param {string[]} [without] switches that would be given otherwise
 */
export function launchChromium(args = [], without = []) {
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    ignoreDefaultArgs: without,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  })
}
