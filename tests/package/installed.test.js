// The packed package in Node, and bundled by Vite and esbuild without any configuration, in Chromium.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import * as vite from 'vite'
import { launchChromium } from '../chromium.js'
import { serveFolder } from '../site-server.js'
import { installPacked, RIGHT_ANSWER } from './packed.js'

const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

describe('the installed package', () => {
  /** @type {Awaited<ReturnType<typeof installPacked>>} */
  let project
  /** @type {import('playwright-core').Browser} */
  let browser

  before(async () => {
    project = await installPacked()
    browser = await launchChromium()
  })

  after(async () => {
    await browser?.close()
    project?.remove()
  })

  /** Opens a page of the application, and answers what it computed. A page that logs an error is broken. */
  async function answerOf(/** @type {string} */ url) {
    const page = await browser.newPage()
    /** @type {string[]} */
    const problems = []
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    try {
      // A development server may load the page anew after it has prepared the dependencies.
      await page.goto(url, { waitUntil: 'networkidle' })
      await page.waitForFunction(() => 'answer' in globalThis)
      const answer = await page.evaluate(() => globalThis.answer)
      const requests = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
      assert.deepEqual(problems, [])
      // The module travels inside the script, so no bundler has to know what a .wasm file is.
      assert.deepEqual(requests.filter((name) => name.includes('.wasm')), [])
      return answer
    } finally {
      await page.close()
    }
  }

  it('contains what it needs and nothing else', () => {
    const { files } = project
    for (const file of ['package.json', 'index.js', 'index.d.ts', 'spanscope.js', 'spanscope_bg.wasm', 'wasm-inline.js', 'LICENSE-MIT', 'LICENSE-APACHE']) {
      assert.ok(files.includes(file), `${file} is missing of ${files}`)
    }
    const strange = files.filter((file) => !/^([a-z-]+\.(js|d\.ts)|spanscope_bg\.wasm|package\.json|LICENSE-(MIT|APACHE)|README\.md|CHANGELOG\.md)$/.test(file))
    assert.deepEqual(strange, [])
  })

  it('works in Node as it is', async () => {
    const script = 'await import("./app.js"); console.log(JSON.stringify(await globalThis.answer))'
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd: project.folder })
    assert.deepEqual(JSON.parse(stdout), RIGHT_ANSWER)
  })

  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    it(`has types that TypeScript finds by the rules of ${resolution}`, async () => {
      cpSync(new URL('types.ts', import.meta.url), join(project.folder, 'types.ts'))
      const compilerOptions = { strict: true, noEmit: true, target: 'es2024', lib: ['es2024', 'dom', 'dom.iterable', 'esnext.disposable'], types: [], module, moduleResolution: resolution }
      writeFileSync(join(project.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }))
      try {
        await promisify(execFile)(process.execPath, [TSC, '--project', '.'], { cwd: project.folder })
      } catch (error) {
        assert.fail(/** @type {{ stdout: string }} */ (error).stdout)
      }
    })
  }

  it('works in a page that Vite builds', async () => {
    await vite.build({ root: project.folder, configFile: false, logLevel: 'error' })
    const server = await serveFolder(join(project.folder, 'dist'))
    try {
      assert.deepEqual(await answerOf(server.url), RIGHT_ANSWER)
    } finally {
      await server.close()
    }
  })

  it("works in a page of Vite's development server", async () => {
    const server = await vite.createServer({ root: project.folder, configFile: false, logLevel: 'error', server: { host: '127.0.0.1', port: 0 } })
    try {
      await server.listen()
      assert.deepEqual(await answerOf(server.resolvedUrls?.local[0] ?? ''), RIGHT_ANSWER)
    } finally {
      await server.close()
    }
  })

  it('works in a page that esbuild bundles', async () => {
    const folder = join(project.folder, 'bundled')
    mkdirSync(folder)
    await esbuild.build({ entryPoints: [join(project.folder, 'app.js')], bundle: true, outfile: join(folder, 'app.js'), logLevel: 'error' })
    writeFileSync(join(folder, 'index.html'), '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>An application</title><script src="app.js"></script>')
    const server = await serveFolder(folder)
    try {
      assert.deepEqual(await answerOf(server.url), RIGHT_ANSWER)
    } finally {
      await server.close()
    }
  })
})
