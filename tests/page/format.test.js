import assert from 'node:assert/strict'
import test from 'node:test'
import {
  countOf,
  exactDuration,
  exactInstant,
  excerptOf,
  formatBytes,
  formatClock,
  formatDuration,
  formatInstant,
  formatMoment,
  formatShare,
  isSql,
  prettyJson,
  prettySql, inOneDirection } from '../../www/format.js'

test('durations have three significant digits and a unit', () => {
  /** @type {[number, string][]} */
  const cases = [
    [0, '0 ms'],
    [1, '1 ns'],
    [999, '999 ns'],
    [1000, '1 µs'],
    [1234, '1.23 µs'],
    [412_000, '412 µs'],
    [999_499, '999 µs'],
    [999_600, '1.00 ms'],
    [1_000_000, '1 ms'],
    [2_040_000, '2.04 ms'],
    [9_995_000, '10.0 ms'],
    [41_230_000, '41.2 ms'],
    [82_000_000, '82 ms'],
    [499_000_000, '499 ms'],
    [999_999_999, '1.00 s'],
    [1_050_000_000, '1.05 s'],
    [1_236_000_000, '1.24 s'],
    [59_940_000_000, '59.9 s'],
    [59_960_000_000, '1 m 0 s'],
    [125_000_000_000, '2 m 5 s'],
    [28_808_404_000_000, '8 h 0 m 8 s'],
    [187_200_000_000_000, '2 d 4 h 0 m'],
    [-3_500_000, '−3.50 ms'],
    [NaN, 'no time'],
    [Infinity, 'no time'],
  ]
  for (const [ns, text] of cases) assert.equal(formatDuration(ns), text, String(ns))
})

test('the exact duration keeps every nanosecond', () => {
  assert.equal(exactDuration(499_000_001), '499,000,001 ns')
  assert.equal(exactDuration(-12), '−12 ns')
  assert.equal(exactDuration(NaN), 'no time')
})

test('a share never claims more than it knows', () => {
  assert.equal(formatShare(499, 1240), '40.2 %')
  assert.equal(formatShare(1, 1), '100 %')
  assert.equal(formatShare(1, 1_000_000), 'under 0.1 %')
  assert.equal(formatShare(0, 10), '0 %')
  assert.equal(formatShare(1, 0), '')
  assert.equal(formatShare(NaN, 10), '')
})

test('sizes, counts and nouns', () => {
  assert.equal(formatBytes(0), '0 bytes')
  assert.equal(formatBytes(999), '999 bytes')
  assert.equal(formatBytes(52_430_000), '52.4 MB')
  assert.equal(formatBytes(880_000_000), '880 MB')
  assert.equal(formatBytes(999_900_000), '1.0 GB')
  assert.equal(formatBytes(4_200_000_000_000), '4200 GB')
  assert.equal(countOf(1, 'span'), '1 span')
  assert.equal(countOf(5000, 'span'), '5,000 spans')
  assert.equal(countOf(2, 'span id used again', 'span ids used again'), '2 span ids used again')
})

test('an instant says its zone, and all nine digits when it is copied', () => {
  const instant = 1_795_338_843_120_456_789n
  assert.equal(formatInstant(instant, 'utc'), '2026-11-22 09:14:03.120 UTC')
  assert.equal(formatInstant(instant, 'relative'), '2026-11-22 09:14:03.120 UTC')
  assert.match(formatInstant(instant, 'local'), /^2026-11-2[123] \d\d:\d\d:03\.120 UTC[+−]\d\d:\d\d$/)
  assert.equal(exactInstant(instant), '2026-11-22T09:14:03.120456789Z')
  assert.equal(formatInstant(-1n, 'utc'), '1969-12-31 23:59:59.999 UTC')
  assert.equal(exactInstant(2n ** 64n - 1n), '2554-07-21T23:34:33.709551615Z')
  assert.equal(formatInstant(10n ** 30n, 'utc'), '1000000000000000000000000000000 ns')
})

test('a clock is as fine as its step', () => {
  const instant = 1_795_338_843_120_456_789n
  assert.equal(formatClock(instant, 'utc', 2e9), '09:14:03')
  assert.equal(formatClock(instant, 'utc', 5e6), '09:14:03.120')
  assert.equal(formatClock(instant, 'utc', 5e3), '09:14:03.120456')
  assert.equal(formatClock(instant, 'utc', 5), '09:14:03.120456789')
  assert.equal(formatMoment(410_000_000, instant, 'relative'), '410 ms')
  assert.equal(formatMoment(1_000_000_000, instant, 'utc'), '09:14:04.120')
  assert.equal(formatMoment(NaN, instant, 'utc'), 'no time')
})

test('pretty JSON changes white space alone', () => {
  const text = '{"a":[1,2,{"b":9007199254740993}],"empty":{},"none":[],"s":"x: {, \\"y\\""}'
  const pretty = prettyJson(text)
  assert.ok(pretty?.includes('9007199254740993'), 'no number is rounded')
  assert.ok(pretty?.includes('"empty": {}'))
  assert.deepEqual(JSON.parse(pretty ?? ''), JSON.parse(text))
  assert.equal(pretty?.split('\n')[1], '  "a": [')
  for (const none of ['', '12', '"text"', '{oops', 'SELECT 1', '[1'] ) assert.equal(prettyJson(none), null, none)
  assert.notEqual(prettyJson(`${'['.repeat(3000)}${']'.repeat(3000)}`), undefined, 'deep input is no harm')
})

test('SQL in one line is broken before its clauses, and nowhere else', () => {
  assert.equal(prettySql("SELECT a, (SELECT x FROM y) FROM t LEFT JOIN u ON u.id = t.id WHERE name = 'from where' ORDER BY a FOR UPDATE"), "SELECT a, (SELECT x FROM y)\nFROM t\nLEFT JOIN u ON u.id = t.id\nWHERE name = 'from where'\nORDER BY a\nFOR UPDATE")
  assert.equal(prettySql("delete from a where b = 'it''s'"), "delete from a\nwhere b = 'it''s'")
  assert.equal(prettySql('select from_date, `limit` from t'), 'select from_date, `limit`\nfrom t')
  assert.equal(prettySql('SELECT 1\nFROM x WHERE y'), 'SELECT 1\nFROM x WHERE y', 'what is broken already stays')
  for (const odd of ["SELECT 'never closed FROM", '/* never closed FROM', ')))) FROM (((', '']) assert.equal(prettySql(odd).replaceAll('\n', ' ').trim(), odd.trim())
  assert.doesNotThrow(() => prettySql('/*'.repeat(50_000)))
})

test('what begins and goes on like a statement is SQL', () => {
  for (const sql of ['SELECT 1 FROM a', ' insert into t values (1)', 'with x as (select 1) select * from x', 'UPDATE a SET b = 1']) assert.equal(isSql(sql), true, sql)
  for (const other of ['selected items', 'GET /from', 'call me', '', 'begin here', 'update available']) assert.equal(isSql(other), false, other)
})

test('an excerpt shows the place and what is around it', () => {
  assert.deepEqual(excerptOf('abcdef', 2, 2), { before: 'ab', marked: 'c', after: 'de…' })
  assert.deepEqual(excerptOf('abc', 3), { before: 'abc', marked: '', after: '' })
  assert.deepEqual(excerptOf('', 0), { before: '', marked: '', after: '' })
  assert.deepEqual(excerptOf('x'.repeat(500), 250, 3), { before: '…xxx', marked: 'x', after: 'xxx…' })
  // The place counts UTF-16 units, the excerpt characters.
  assert.deepEqual(excerptOf('a😀b', 3), { before: 'a😀', marked: 'b', after: '' })
})

test('a sentence is written in one direction, whatever names it holds', () => {
  assert.equal(inOneDirection('SELECT in \u202eweb\u2066 took 4 ms'), 'SELECT in \ufffdweb\ufffd took 4 ms')
  assert.equal(inOneDirection('שלום in مرحبا'), 'שלום in مرحبا', 'letters are letters')
})
