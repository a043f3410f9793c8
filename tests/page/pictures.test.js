// Pictures as SVG: whatever a name holds is text in them, and what is painted is written down as it was painted.

import assert from 'node:assert/strict'
import test from 'node:test'
import { pictureOf } from '../../www/pictures/picture.js'
import { SvgSurface } from '../../www/pictures/surface.js'
import { escaped, tag } from '../../www/pictures/xml.js'

const measure = { font: '', measureText: (/** @type {string} */ text) => /** @type {TextMetrics} */ ({ width: 7 * text.length }) }

test('nothing in a text is markup, and what XML cannot hold is replaced', () => {
  assert.equal(escaped('<b a="1">&amp;</b>'), '&lt;b a=&quot;1&quot;&gt;&amp;amp;&lt;/b&gt;')
  assert.equal(escaped('a\0b\x1bc\ufffed'), 'a\ufffdb\ufffdc\ufffdd')
  assert.equal(escaped('half \ud83d of one, \ude00 and a whole \ud83d\ude00'), 'half \ufffd of one, \ufffd and a whole \ud83d\ude00')
  assert.equal(escaped('tab\tline\nreturn\r'), 'tab\tline\nreturn\r')
})

test('attributes are quoted, numbers are short, and those without a value are left out', () => {
  assert.equal(tag('rect', { x: 1.23456, y: 0, fill: '"><script>', rx: null, ry: undefined, id: '' }), '<rect x="1.23" y="0" fill="&quot;&gt;&lt;script&gt;"/>')
  assert.equal(tag('g', {}, '<a/>'), '<g><a/></g>')
})

test('what is painted is written down in its order, with the colours of its time', () => {
  const surface = new SvgSurface(measure)
  surface.fillStyle = 'rgb(1, 2, 3)'
  surface.fillRect(0, 0, 10, 5)
  surface.fillStyle = 'red'
  surface.font = '12px system-ui, sans-serif'
  surface.textBaseline = 'middle'
  surface.fillText('<i>', 2, 10)
  assert.equal(surface.markup, '<rect x="0" y="0" width="10" height="5" fill="rgb(1, 2, 3)"/><text x="2" y="14.2" fill="red" font-size="12" font-family="system-ui, sans-serif" xml:space="preserve">&lt;i&gt;</text>')
  assert.equal(surface.measureText('four').width, 28)
  assert.equal(measure.font, '12px system-ui, sans-serif')
})

test('a clip holds until what was saved is restored, and colours come back with it', () => {
  const surface = new SvgSurface(measure)
  surface.strokeStyle = 'blue'
  surface.save()
  surface.beginPath()
  surface.rect(0, 0, 4, 4)
  surface.clip()
  surface.strokeStyle = 'red'
  surface.beginPath()
  surface.moveTo(0, 4)
  surface.lineTo(4, 0)
  surface.stroke()
  surface.restore()
  surface.strokeRect(0, 0, 1, 1)
  assert.equal(
    surface.markup,
    '<clipPath id="clip1"><path d="M0 0h4v4h-4z"/></clipPath><g clip-path="url(#clip1)"><path d="M0 4L4 0" fill="none" stroke="red" stroke-width="1"/></g><rect x="0" y="0" width="1" height="1" fill="none" stroke="blue" stroke-width="1"/>',
  )
})

test('a picture has a title of its own, in words, and room for all of it', () => {
  const svg = pictureOf(['a <b>', '2 s'], { markup: '<rect/>', width: 100, height: 50 }, { ink: '#000', muted: '#555', pane: '#fff', family: 'serif' })
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="124" height="126" /)
  assert.match(svg, /<title>a &lt;b&gt;; 2 s<\/title>/)
  assert.match(svg, /<svg x="12" y="58" width="100" height="50"><rect\/><\/svg><\/svg>$/)
})
