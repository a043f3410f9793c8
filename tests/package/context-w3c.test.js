// W3C Trace Context, rule by rule, as somebody on the other end of the line sees it: the example service is sent real requests and
// asked to call back. The rules are those of level 2; where they leave a choice, the strict one is tested, by which a trace state
// with anything wrong in it is dropped as a whole.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Service } from './context-service.js'

/** @import { Line } from './context-service.js' */

const TRACE = '5f84c7a1e9b3d2605f84c7a1e9b3d261'
const SPAN = '91d3a5b7c2e4f608'
const GOOD = `00-${TRACE}-${SPAN}-01`

/** Only the members of a trace state that a context is to be continued with. @typedef {{ state?: string | null, flags?: string }} Continued */

const service = new Service()
before(() => service.start())
after(() => service.stop())

/**
 * Sends these lines, and answers the fields of each `traceparent` that came out, with the `tracestate` beside it. What holds for all
 * that is ever sent is checked here.
 * @param {readonly Line[]} lines
 */
async function sentOn(lines, calls = 1) {
  const { status, received } = await service.send(lines, Array.from({ length: calls }, () => ({ url: service.receiverUrl, arguments: [] })))
  assert.equal(status, 200)
  assert.equal(received.length, calls)
  return received.map(({ headers }) => {
    const [parents, states] = ['traceparent', 'tracestate'].map((wanted) => headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value))
    assert.equal(parents.length, 1, 'one traceparent is sent')
    const fields = /^00-([0-9a-f]{32})-([0-9a-f]{16})-(0[0-3])$/.exec(parents[0])
    assert.ok(fields, `${parents[0]} is of version 00 and has no unknown flag`)
    const [, traceId, parentId, flags] = fields
    assert.notEqual(traceId, '0'.repeat(32))
    assert.notEqual(parentId, '0'.repeat(16))
    assert.notEqual(parentId, SPAN, 'the caller is not named as the parent')
    assert.ok(states.length <= 1 && states[0] !== '', 'a trace state is sent once and not empty')
    return { traceId, parentId, flags, state: states[0] ?? null }
  })
}

/** The trace goes on. @param {readonly Line[]} lines @param {Continued} [expected] */
async function continued(lines, { state = null, flags = '01' } = {}) {
  const [sent] = await sentOn(lines)
  assert.deepEqual({ traceId: sent.traceId, flags: sent.flags, state: sent.state }, { traceId: TRACE, flags, state }, JSON.stringify(lines))
}

/** A new trace begins: random, as its flags say, and with nothing of the old one. @param {readonly Line[]} lines */
async function restarted(lines) {
  const [sent] = await sentOn(lines)
  assert.notEqual(sent.traceId, TRACE, JSON.stringify(lines))
  assert.deepEqual({ flags: sent.flags, state: sent.state }, { flags: '03', state: null }, JSON.stringify(lines))
}

/** @param {string} value @returns {Line[]} */
const parent = (value) => [['traceparent', value]]
/** A good parent beside these lines of state. @param {string[]} lines @returns {Line[]} */
const states = (...lines) => [['traceparent', GOOD], ...lines.map((line) => /** @type {Line} */ (['tracestate', line]))]
/** @param {number} from @param {number} to */
const members = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => `m${from + i}=${from + i}`).join(',')

describe('traceparent', () => {
  it('starts a trace where there is none', () => restarted([]))

  it('continues the trace with another parent', () => continued(parent(GOOD)))

  it('has a name in any case, and no other name', async () => {
    for (const name of ['Traceparent', 'TRACEPARENT', 'TraceParent', 'tRaCePaReNt']) await continued([[name, GOOD]])
    for (const name of ['trace-parent', 'trace_parent', 'trace.parent', 'traceparents', 'x-traceparent', 'traceparen']) await restarted([[name, GOOD]])
  })

  it('may have spaces and tabs around it', async () => {
    for (const value of [` ${GOOD}`, `\t${GOOD}`, `${GOOD} `, `${GOOD}\t`, ` \t ${GOOD}\t \t`]) await continued(parent(value))
  })

  it('may have nothing else around it', async () => {
    for (const value of [`\u00a0${GOOD}`, `${GOOD}\u00a0`, `"${GOOD}"`, `'${GOOD}'`, `<${GOOD}>`, `${GOOD};`, `${GOOD},`, `,${GOOD}`]) await restarted(parent(value))
  })

  it('must stand once', async () => {
    const other = GOOD.replace(TRACE, TRACE.replace('5', '6'))
    for (const lines of [[...parent(GOOD), ...parent(other)], [...parent(GOOD), ...parent(GOOD)], [...parent(GOOD), /** @type {Line} */ (['TraceParent', GOOD])], parent(`${GOOD}, ${other}`), parent(`${GOOD},${GOOD}`), [...parent(''), ...parent(GOOD)]]) {
      const [{ traceId }] = await sentOn(lines)
      assert.ok(traceId !== TRACE && !other.includes(traceId), JSON.stringify(lines))
    }
  })

  it('may not be empty', async () => {
    for (const value of ['', ' ', '\t', '-', '00', '00-', '---']) await restarted(parent(value))
  })

  it('has a version of two hex digits', async () => {
    for (const version of ['', '0', '000', '0000', '.0', '0.', '+0', ' 0', '0x', '0g', 'g0', '0A', 'A0', 'CC', '٠٠'.slice(0, 1)]) {
      await restarted(parent(`${version.replace(/[^\x00-\xff]/g, '\u00b2')}-${TRACE}-${SPAN}-01`))
    }
    await restarted(parent(`${TRACE}-${SPAN}-01`))
  })

  it('is not of version ff', async () => {
    for (const rest of ['01', '01-more', '00']) await restarted(parent(`ff-${TRACE}-${SPAN}-${rest}`))
  })

  it('has nothing after the flags in version 00', async () => {
    for (const tail of ['-', '.', '-more', '.more', '0', ' 0', '-01', '--', '\t.']) await restarted(parent(GOOD + tail))
  })

  it('may have more after a dash in later versions, none of which is sent on', async () => {
    for (const version of ['01', '02', '10', 'cc', 'fe']) {
      for (const tail of ['', '-', '-what-may-come', '-01', '-A.b c']) await continued(parent(`${version}-${TRACE}-${SPAN}-01${tail}`))
    }
  })

  it('keeps to the first fields in later versions', async () => {
    for (const tail of ['.what-may-come', '0', 'x', ' -x', ',x']) await restarted(parent(`cc-${TRACE}-${SPAN}-01${tail}`))
    for (const value of [`cc-${TRACE}-${SPAN}-0`, `cc-${TRACE}-${SPAN}`, `cc-${TRACE.toUpperCase()}-${SPAN}-01`, `cc-${'0'.repeat(32)}-${SPAN}-01`, `cc-${TRACE}-${'0'.repeat(16)}-01`, `cc-${TRACE}-${SPAN}-0G`, `cc-${TRACE}-${SPAN}_01`]) {
      await restarted(parent(value))
    }
  })

  it('has a trace id that is not zero', async () => {
    const [{ traceId }] = await sentOn(parent(`00-${'0'.repeat(32)}-${SPAN}-01`))
    assert.notEqual(traceId, '0'.repeat(32))
    for (const id of ['f'.repeat(32), `${'0'.repeat(31)}1`, `1${'0'.repeat(31)}`, `${'0'.repeat(16)}${'1'.repeat(16)}`]) {
      assert.equal((await sentOn(parent(`00-${id}-${SPAN}-01`)))[0].traceId, id)
    }
  })

  it('has a trace id of 32 lower-case hex digits', async () => {
    const ids = [`.${TRACE.slice(1)}`, `${TRACE.slice(1)}.`, TRACE.slice(1), `${TRACE}0`, `0${TRACE}`, TRACE.toUpperCase(), TRACE.replace('f', 'F'), TRACE.replace('f', 'g'), TRACE.replace('f', '`'), TRACE.replace('5', ':'), TRACE.replace('5', '/'), TRACE.replace('5', '@'), TRACE.replace('f', '\u00e6'), '', TRACE.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), TRACE.slice(16), ` ${TRACE.slice(1)}`]
    for (const id of ids) await restarted(parent(`00-${id}-${SPAN}-01`))
  })

  it('has a parent id that is not zero', async () => {
    await restarted(parent(`00-${TRACE}-${'0'.repeat(16)}-01`))
    for (const id of ['f'.repeat(16), `${'0'.repeat(15)}1`, `1${'0'.repeat(15)}`]) await continued(parent(`00-${TRACE}-${id}-01`))
  })

  it('has a parent id of 16 lower-case hex digits', async () => {
    for (const id of [`.${SPAN.slice(1)}`, `${SPAN.slice(1)}.`, SPAN.slice(1), `${SPAN}0`, `0${SPAN}`, SPAN.toUpperCase(), SPAN.replace('f', 'g'), '', `+${SPAN.slice(1)}`, `0x${SPAN.slice(2)}`, `${SPAN.slice(0, 8)}-${SPAN.slice(9)}`]) {
      await restarted(parent(`00-${TRACE}-${id}-01`))
    }
  })

  it('has flags of two lower-case hex digits', async () => {
    for (const flags of ['', '1', '001', '.0', '0.', '0G', '0F', 'A0', '+1', ' 1', '1 ', '0x1', '-1']) await restarted(parent(`00-${TRACE}-${SPAN}-${flags}`))
  })

  it('has its fields parted by dashes', async () => {
    for (const mark of ['_', ':', '.', ' ', '\u00ad', '']) {
      for (const value of [`00${mark}${TRACE}-${SPAN}-01`, `00-${TRACE}${mark}${SPAN}-01`, `00-${TRACE}-${SPAN}${mark}01`]) await restarted(parent(value))
    }
  })

  it('is refused whatever its length', async () => {
    for (const length of [54, 56, 100, 1000, 15000]) await restarted(parent('0'.repeat(length)))
    await continued(parent(`cc-${TRACE}-${SPAN}-01-${'x'.repeat(15000)}`))
  })
})

describe('trace flags', () => {
  it('keep the decision and the random flag as they are, and nothing else', async () => {
    for (let flags = 0; flags < 256; flags += 1) {
      await continued(parent(`00-${TRACE}-${SPAN}-${flags.toString(16).padStart(2, '0')}`), { flags: `0${flags & 3}` })
    }
  })

  it('are read in later versions by the bits that are known', async () => {
    for (const [flags, expected] of [['00', '00'], ['01', '01'], ['02', '02'], ['ff', '03'], ['fe', '02'], ['fc', '00']]) await continued(parent(`cc-${TRACE}-${SPAN}-${flags}-x`), { flags: expected })
  })
})

describe('tracestate', () => {
  it('is dropped where the traceparent is missing or broken', async () => {
    for (const lines of [[], parent(''), parent(`${GOOD}-x`), parent(GOOD.toUpperCase()), parent(`ff${GOOD.slice(2)}`), parent(`00-${TRACE}-${'0'.repeat(16)}-01`), [...parent(GOOD), ...parent(GOOD)]]) {
      await restarted([...lines, ['tracestate', 'foo=1,bar=2']])
      await restarted([['tracestate', 'foo=1,bar=2'], ...lines])
    }
  })

  it('goes on with its traceparent, whichever comes first', async () => {
    await continued(states('foo=1,bar=2'), { state: 'foo=1,bar=2' })
    await continued([['tracestate', 'foo=1'], ...parent(GOOD)], { state: 'foo=1' })
    await continued([...parent(`cc-${TRACE}-${SPAN}-01-later`), ['tracestate', 'foo=1']], { state: 'foo=1' })
  })

  it('does no harm to its traceparent', async () => {
    for (const state of ['=', 'foo', 'FOO=1', ',,;,', '\u00ff', 'foo=\u00ff', '='.repeat(9000), 'a,'.repeat(5000)]) await continued(states(state))
  })

  it('has a name in any case, and no other name', async () => {
    for (const name of ['TraceState', 'TRACESTATE', 'tRaCeStAtE']) await continued([...parent(GOOD), [name, 'foo=1']], { state: 'foo=1' })
    for (const name of ['trace-state', 'trace.state', 'trace_state', 'tracestates']) await continued([...parent(GOOD), [name, 'foo=1']])
  })

  it('may be empty, and is not sent then', async () => {
    for (const lines of [[''], [' '], ['\t'], ['', ''], [','], [' , ,\t,'], [',', '']]) await continued(states(...lines))
    for (const lines of [['foo=1', ''], ['', 'foo=1'], ['', 'foo=1', ' ']]) await continued(states(...lines), { state: 'foo=1' })
  })

  it('may have empty members', async () => {
    for (const state of ['foo=1,,bar=2', ',foo=1,bar=2', 'foo=1,bar=2,', 'foo=1, \t ,bar=2', ',,,foo=1,,,bar=2,,,']) await continued(states(state), { state: 'foo=1,bar=2' })
  })

  it('may come in several lines, which count in order', async () => {
    await continued(states('foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'), { state: 'foo=1,bar=2,rojo=1,congo=2,baz=3' })
    await continued([['tracestate', 'b=2'], ...parent(GOOD), ['TRACESTATE', 'a=1']], { state: 'b=2,a=1' })
  })

  it('may have spaces and tabs around its members', async () => {
    for (const state of ['foo=1 \t , \t bar=2, \t baz=3', 'foo=1\t \t,\t \tbar=2,\t \tbaz=3', ' foo=1,bar=2,baz=3', '\tfoo=1,bar=2,baz=3', 'foo=1,bar=2,baz=3 ', 'foo=1,bar=2,baz=3\t', '\t foo=1 ,bar=2\t, baz=3 \t']) {
      await continued(states(state), { state: 'foo=1,bar=2,baz=3' })
    }
  })

  it('has values in which spaces count, but for the last', async () => {
    await continued(states('foo= 1,bar=a b  c'), { state: 'foo= 1,bar=a b  c' })
  })

  it('has keys and values of all characters that are allowed', async () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz'
    const value = Array.from({ length: 0x7e - 0x1f }, (_, i) => String.fromCharCode(0x20 + i)).filter((c) => c !== ',' && c !== '=').join('')
    for (const key of [`${letters}0123456789_-*/`, `${letters}0123456789_-*/@${letters.slice(0, 5)}`, '0', '9a', 'a@b@c', 'a@', 'z--', '0@1', 'a*/_-@']) {
      await continued(states(`${key}=${value}`), { state: `${key}=${value}` })
    }
  })

  it('is dropped as a whole when a key has another character', async () => {
    for (const key of ['foo ', 'FOO', 'foo.bar', 'Foo', 'fOo', '@foo', '_foo', '-foo', '*foo', '/foo', 'f oo', 'f\too', 'föo', 'foo;', 'foo:', 'foo"', '"foo"', 'foo%20', 'foo\u0080', '']) {
      await continued(states(`${key}=1,bar=2`))
      await continued(states(`bar=2,${key}=1`))
      await continued(states('bar=2', `${key}=1`))
    }
  })

  it('is dropped as a whole when a value has another character', async () => {
    for (const value of ['bar=baz', '', '=', 'a\tb', '\u00e9', 'a\u0080', 'bar=', ' ']) {
      await continued(states(`foo=${value},bar=3`))
      await continued(states(`bar=3,foo=${value}`))
      await continued(states('bar=3', `foo=${value}`))
    }
  })

  it('is dropped as a whole when a member has no equals sign', async () => {
    for (const state of ['foo', 'foo,bar=1', 'bar=1,foo', 'foo;bar=1'.replace('=', ':')]) await continued(states(state))
  })

  it('has keys of up to 256 characters', async () => {
    for (const key of ['z'.repeat(256), `${'t'.repeat(241)}@${'v'.repeat(14)}`, `${'t'.repeat(242)}@v`, `t@${'v'.repeat(15)}`, `0${'1'.repeat(255)}`]) {
      await continued(states('foo=1', `${key}=1`), { state: `foo=1,${key}=1` })
    }
    for (const key of ['z'.repeat(257), `${'t'.repeat(241)}@${'v'.repeat(15)}`, 'z'.repeat(1000)]) await continued(states('foo=1', `${key}=1`))
  })

  it('has values of up to 256 characters', async () => {
    await continued(states(`foo=${'v'.repeat(256)}`), { state: `foo=${'v'.repeat(256)}` })
    for (const value of ['v'.repeat(257), `${' '.repeat(256)}v`, 'v'.repeat(5000)]) await continued(states(`foo=${value}`, 'bar=1'))
  })

  it('has up to 32 members', async () => {
    await continued(states(members(1, 10), members(11, 20), members(21, 30), members(31, 32)), { state: members(1, 32) })
    await continued(states(`${members(1, 32)},,, ,`), { state: members(1, 32) })
    for (const lines of [[members(1, 33)], [members(1, 32), 'last=1'], [members(1, 10), members(11, 20), members(21, 30), members(31, 33)], [members(1, 500)]]) await continued(states(...lines))
  })

  it('is sent on in full, however long it may be', async () => {
    const long = Array.from({ length: 32 }, (_, i) => `${String(i).padStart(2, '0')}${'k'.repeat(254)}=${'v'.repeat(256)}`)
    for (const count of [1, 2, 32]) await continued(states(long.slice(0, count).join(',')), { state: long.slice(0, count).join(',') })
  })

  it('is not dropped when a key stands twice', async () => {
    for (const lines of [['foo=1,foo=1'], ['foo=1,foo=2'], ['foo=1', 'foo=1'], ['foo=1', 'foo=2']]) await continued(states(...lines), { state: 'foo=1' })
    await continued(states('foo=1,bar=2,foo=3,baz=4'), { state: 'foo=1,bar=2,baz=4' })
  })
})

describe('several calls', () => {
  it('have the same trace and parents of their own', async () => {
    const sent = await sentOn(states('foo=1'), 3)
    assert.deepEqual(new Set(sent.map(({ traceId, state }) => `${traceId} ${state}`)), new Set([`${TRACE} foo=1`]))
    assert.equal(new Set(sent.map(({ parentId }) => parentId)).size, 3)
  })

  it('have one new trace where there was none, or a broken one', async () => {
    for (const lines of [[], parent(`00-${'0'.repeat(32)}-${SPAN}-01`)]) {
      const sent = await sentOn(lines, 3)
      assert.equal(new Set(sent.map(({ traceId }) => traceId)).size, 1)
      assert.equal(new Set(sent.map(({ parentId }) => parentId)).size, 3)
    }
  })

  it('do not share a trace with another request', async () => {
    const ids = []
    for (let i = 0; i < 5; i += 1) ids.push((await sentOn([]))[0].traceId)
    assert.equal(new Set(ids).size, 5)
  })
})
