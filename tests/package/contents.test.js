// What is in dist/npm: the entry does nothing until it is asked, the declarations name what there is, the module is small
// and carries nothing of the machine it was built on.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { PACKAGE } from './packed.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const text = (/** @type {string} */ file) => readFileSync(file, 'utf8')
const entry = pathToFileURL(`${PACKAGE}index.js`).href

/** What a module answers that runs in a process of its own. */
async function inNode(/** @type {string} */ script) {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  return JSON.parse(stdout)
}

describe('the entry', () => {
  it('does nothing when it is imported', async () => {
    const answer = await inNode(`
      const touched = []
      for (const name of ['compile', 'instantiate', 'compileStreaming', 'instantiateStreaming', 'Module', 'Instance', 'Memory']) {
        const original = WebAssembly[name]
        WebAssembly[name] = new Proxy(original, { apply: (...all) => (touched.push(name), Reflect.apply(...all)), construct: (...all) => (touched.push(name), Reflect.construct(...all)) })
      }
      globalThis.fetch = () => { touched.push('fetch'); throw new Error('no network') }
      const before = new Set(Object.getOwnPropertyNames(globalThis))
      const spanscope = await import(${JSON.stringify(entry)})
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name))
      const atImport = [...touched]
      await spanscope.init()
      console.log(JSON.stringify({ atImport, added, compiled: touched.length > 0, fetched: touched.includes('fetch') }))`)
    assert.deepEqual(answer, { atImport: [], added: [], compiled: true, fetched: false })
  })

  it('says so when it is used before it is ready, and is ready at once with initSync', async () => {
    const answer = await inNode(`
      import { readFileSync } from 'node:fs'
      const { initSync, parseTraceparent } = await import(${JSON.stringify(entry)})
      let early
      try { parseTraceparent('00') } catch (error) { early = error instanceof Error }
      initSync(readFileSync(new URL('spanscope_bg.wasm', ${JSON.stringify(entry)})))
      console.log(JSON.stringify({ early, reason: parseTraceparent('').reason }))`)
    assert.deepEqual(answer, { early: true, reason: 'empty' })
  })

  it('takes the module as bytes, as a response and as an address', async () => {
    for (const source of ['bytes', 'bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)', "new Response(bytes, { headers: { 'content-type': 'application/wasm' } })", "`data:application/wasm;base64,${bytes.toString('base64')}`", "new URL(`data:application/wasm;base64,${bytes.toString('base64')}`)"]) {
      const answer = await inNode(`
        import { readFileSync } from 'node:fs'
        const { init, parseTraceparent } = await import(${JSON.stringify(entry)})
        const bytes = readFileSync(new URL('spanscope_bg.wasm', ${JSON.stringify(entry)}))
        await init(${source})
        console.log(JSON.stringify(parseTraceparent('').reason))`)
      assert.equal(answer, 'empty', source)
    }
  })
})

describe('the declarations', () => {
  it('name what the entry exports, and nothing else', async () => {
    const exported = await inNode(`console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(entry)})).sort()))`)
    const declared = new Set()
    const collect = (/** @type {string} */ file) => {
      const declarations = text(PACKAGE + file)
      for (const [, name] of declarations.matchAll(/^export (?:declare )?(?:function|class|const) (\w+)/gm)) declared.add(name)
      for (const [, other] of declarations.matchAll(/^export \* from '\.\/([\w-]+)\.js'/gm)) collect(`${other}.d.ts`)
    }
    collect('index.d.ts')
    assert.deepEqual([...declared].sort(), exported)
  })
})

describe('the module', () => {
  const module = readFileSync(`${PACKAGE}spanscope_bg.wasm`)

  it('is the same as text and as a file', () => {
    const inline = text(`${PACKAGE}wasm-inline.js`)
    const [, base64 = ''] = /export default "([^"]*)";/.exec(inline) ?? []
    assert.ok(Buffer.from(base64, 'base64').equals(module))
  })

  it('does not grow unnoticed', () => {
    // What it has with all formats and a little: nothing may grow unnoticed. The aim is 400 KB.
    const { length } = gzipSync(module, { level: 9 })
    assert.ok(length <= 641_000, `${length} bytes gzipped`)
  })

  it('names no folder of the machine it was built on', () => {
    for (const folder of [ROOT.replace(/\/$/, ''), homedir()]) {
      for (const file of readdirSync(PACKAGE)) {
        assert.ok(!readFileSync(PACKAGE + file).includes(folder), `${file} names ${folder}`)
      }
    }
  })
})

describe('the lock file', () => {
  it('names no download address', () => {
    const { packages } = JSON.parse(text(`${ROOT}package-lock.json`))
    for (const [name, entry] of Object.entries(packages)) assert.equal(entry.resolved, undefined, name)
  })
})
