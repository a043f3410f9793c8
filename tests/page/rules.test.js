// What holds for every file of the page: who may import whom, what must not be used, the policy.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { policyBinds } from '../../www/client.js'
import { safeAddress } from '../../www/dom.js'
import { PAGE_KEYS, ROW_KEYS, keyOf } from '../../www/keys.js'

const ROOT = fileURLToPath(new URL('../../www/', import.meta.url))
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => !file.startsWith('pkg')).map((file) => file.replaceAll('\\', '/'))
const scripts = files.filter((file) => file.endsWith('.js'))
const text = (file) => readFileSync(join(ROOT, file), 'utf8')
/** @param {string} source */
const withoutComments = (source) => source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

/** @param {string} file */
function importsOf(file) {
  return [...withoutComments(text(file)).matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, target = '']) => relative(ROOT, resolve(ROOT, dirname(file), target)).replaceAll('\\', '/'))
}

test('views import state, dom, format and such, never the worker or the package', () => {
  const below = new Set(['address.js', 'colors.js', 'dom.js', 'format.js', 'fuzzy.js', 'ids.js', 'keys.js', 'look.js', 'pinch.js', 'samples/index.js', 'selection.js', 'sorted.js', 'state.js', 'time-scale.js', 'tabs.js', 'virtual-list.js'])
  for (const file of scripts.filter((name) => name.startsWith('components/'))) {
    for (const target of importsOf(file)) assert.ok(below.has(target) || target.startsWith('components/'), `${file} imports ${target}`)
  }
})

test('the worker alone imports the package; only the client starts the worker', () => {
  for (const file of scripts) {
    const targets = importsOf(file)
    if (!file.startsWith('worker/')) assert.deepEqual(targets.filter((target) => target.startsWith('pkg/')), [], file)
    if (file !== 'worker.js' && !file.startsWith('worker/')) assert.deepEqual(targets.filter((target) => target.startsWith('worker/')), [], file)
    assert.ok(!targets.includes('worker.js'), `${file} imports the worker`)
    if (file !== 'client.js') assert.doesNotMatch(withoutComments(text(file)), /new Worker\b/, file)
    if (file !== 'app.js') assert.ok(!targets.includes('client.js'), `${file} imports the client`)
    assert.ok(!targets.includes('app.js'), `${file} imports app.js`)
  }
})

test('the modules below the views know no view', () => {
  for (const file of scripts.filter((name) => !name.startsWith('components/') && name !== 'views.js')) {
    assert.deepEqual(importsOf(file).filter((target) => target.startsWith('components/')), [], file)
  }
})

test('nothing makes markup or code of a text', () => {
  for (const file of scripts) {
    assert.doesNotMatch(withoutComments(text(file)), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|\beval\(|new Function|setAttribute\("style"|\.cssText/, file)
  }
  const html = text('index.html')
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|<style/)
  assert.doesNotMatch(files.filter((file) => file.endsWith('.css')).map(text).join('\n'), /@import|https?:|url\((?!["']?#)/)
})

test('nothing but its own files is asked for', () => {
  for (const file of scripts) {
    const source = withoutComments(text(file))
    for (const [, target] of source.matchAll(/(?<![#.\w])fetch\(([^)]*)/g)) assert.match(target ?? '', /^(address|new URL\(`?\.\/samples\/)/, `${file}: fetch(${target})`)
    assert.doesNotMatch(source, /XMLHttpRequest|WebSocket|EventSource|sendBeacon|RTCPeerConnection|importScripts/, file)
  }
})

test('one policy, in the page and in the headers that ship', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(text('index.html'))?.[1] ?? ''
  const header = /Content-Security-Policy: (.+)/.exec(text('_headers'))?.[1] ?? ''
  // The page alone may start a worker from a blob: address, for hosts that send no header.
  assert.equal(policy.replace("worker-src 'self' blob:", "worker-src 'self'"), header.replace("worker-src 'self' blob:", "worker-src 'self'"))
  for (const part of ["default-src 'none'", "connect-src 'self'", "form-action 'none'", "base-uri 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'"]) assert.ok(policy.split('; ').includes(part), part)
  assert.ok(policyBinds(header))
})

test('a policy binds the worker only when it keeps it at home', () => {
  for (const good of ["connect-src 'self'", "default-src 'none'", "default-src *; Connect-Src 'none'", "img-src *; default-src 'self'"]) assert.equal(policyBinds(good), true, good)
  for (const bad of [null, '', 'img-src *', 'connect-src *', "default-src 'none'; connect-src 'self' https:", "script-src 'self'"]) assert.equal(policyBinds(bad), false, String(bad))
})

test('every stylesheet is linked, and every view has its own', () => {
  const html = text('index.html')
  for (const file of files.filter((name) => name.endsWith('.css'))) assert.ok(html.includes(`href="${file}"`), file)
  for (const [, file = ''] of html.matchAll(/href="([^"]+\.css)"/g)) assert.ok(files.includes(file), file)
})

test('only http and https become links', () => {
  assert.equal(safeAddress('https://example.org/a?b=1'), 'https://example.org/a?b=1')
  assert.equal(safeAddress('HTTP://example.org'), 'http://example.org/')
  for (const bad of ['javascript:alert(1)', ' javascript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '//example.org', 'https:', 'http://', 'see https://example.org', 'https://user:word@example.org', 'blob:https://example.org/1', '']) {
    assert.equal(safeAddress(bad), null, bad)
  }
})

test('no key means two things', () => {
  const keys = [...Object.values(ROW_KEYS), ...Object.values(PAGE_KEYS)].flatMap((line) => /** @type {readonly string[]} */ (line.keys))
  assert.equal(new Set(keys).size, keys.length)
  const press = (key, held = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...held })
  assert.equal(keyOf(ROW_KEYS, press('j')), 'next')
  assert.equal(keyOf(PAGE_KEYS, press('N')), 'previousMarked')
  assert.equal(keyOf(PAGE_KEYS, press('n', { ctrlKey: true })), null)
  assert.equal(keyOf(PAGE_KEYS, press('q')), null)
})
