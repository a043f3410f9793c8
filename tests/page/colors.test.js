import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { HUES, assignLooks, colorOf, hashOf, packColor } from '../../www/colors.js'

test('a service takes the slot of its name, in every trace', () => {
  const [alone] = assignLooks(['checkout'])
  assert.equal(alone?.hue, (hashOf('checkout') % HUES) + 1)
  assert.deepEqual(assignLooks(['checkout', 'cart'])[0], alone)
})

test('a collision takes the next free slot', () => {
  const names = Array.from({ length: 400 }, (_, number) => `service-${number}`)
  const same = names.filter((name) => hashOf(name) % HUES === 7).slice(0, 3)
  assert.deepEqual(assignLooks(same).map(({ hue }) => hue), [8, 1, 2])
})

test('services 1 to 8 differ in hue, 9 to 24 repeat the hues with a texture, later ones are neutral', () => {
  const looks = assignLooks(Array.from({ length: 30 }, (_, number) => `service-${number}`))
  for (const [round, texture] of ['plain', 'dots', 'lines'].entries()) {
    const part = looks.slice(round * HUES, (round + 1) * HUES)
    assert.deepEqual(new Set(part.map((look) => look.texture)), new Set([texture]))
    assert.deepEqual(part.map((look) => look.hue).sort(), [1, 2, 3, 4, 5, 6, 7, 8])
  }
  for (const look of looks.slice(3 * HUES)) assert.deepEqual(look, { hue: 0, texture: 'plain' })
})

test('names that are properties of every object are names', () => {
  const looks = assignLooks(['__proto__', 'constructor', 'toString', ''])
  assert.equal(new Set(looks.map(({ hue }) => hue)).size, 4)
})

test('colours are packed as they lie in memory', () => {
  assert.equal(packColor('rgb(1, 2, 3)'), 0xff030201)
  assert.equal(packColor('rgba(255, 255, 255, 0.5)'), 0xffffffff)
  assert.equal(packColor('rgb(1 2 3)'), 0xff030201)
  assert.equal(packColor('oklch(1 0 0)'), 0xff808080)
  assert.deepEqual([...new Uint8Array(Uint32Array.of(packColor('rgb(16, 32, 48)')).buffer)], [16, 32, 48, 255])
  assert.equal(colorOf(undefined), 'var(--service-other)')
  assert.equal(colorOf({ hue: 3, texture: 'dots' }), 'var(--service-3)')
})

// ── the tokens of the stylesheet ──

const css = readFileSync(new URL('../../www/style.css', import.meta.url), 'utf8')
const tokens = new Map([...css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name = '', light = '', dark = '']) => [name, { light, dark }]))

/** @param {string} hex */
function luminance(hex) {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/**
 * @param {string} one
 * @param {string} other
 * @param {'light' | 'dark'} theme
 */
function contrast(one, other, theme) {
  const values = [one, other].map((name) => luminance(tokens.get(name)?.[theme] ?? assert.fail(`no token ${name}`)))
  return (Math.max(...values) + 0.05) / (Math.min(...values) + 0.05)
}

for (const theme of /** @type {const} */ (['light', 'dark'])) {
  test(`${theme}: every text is readable on every ground it stands on`, () => {
    for (const ground of ['background', 'pane', 'hover', 'selected']) {
      // Faint text does not stand on what is selected.
      for (const text of ground === 'selected' ? ['ink', 'muted'] : ['ink', 'muted', 'faint']) assert.ok(contrast(text, ground, theme) >= 4.5, `${text} on ${ground}: ${contrast(text, ground, theme).toFixed(2)}`)
    }
    for (const ground of ['background', 'pane', 'error-ground']) assert.ok(contrast('error', ground, theme) >= 4.5, `error on ${ground}`)
    assert.ok(contrast('on-accent', 'accent', theme) >= 4.5)
  })

  test(`${theme}: service colours, accent and error stand out from the pane`, () => {
    for (let slot = 1; slot <= HUES; slot += 1) assert.ok(contrast(`service-${slot}`, 'pane', theme) >= 3, `service ${slot}: ${contrast(`service-${slot}`, 'pane', theme).toFixed(2)}`)
    assert.ok(contrast('accent', 'pane', theme) >= 3)
    assert.ok(contrast('error', 'pane', theme) >= 3)
  })
}
