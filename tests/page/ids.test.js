import assert from 'node:assert/strict'
import test from 'node:test'
import { idForms } from '../../www/ids.js'

const formsOf = (trace, span) => Object.fromEntries(idForms(trace, span).map(({ label, text }) => [label, text]))

test('ids are written as other systems write them', () => {
  const forms = formsOf('4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7')
  assert.deepEqual(forms, {
    'Trace, hex': '4bf92f3577b34da6a3ce929d0e0e4736',
    'Trace, low 64 bits': 'a3ce929d0e0e4736',
    'Trace, Datadog': '11803532876627986230',
    'Trace, X-Ray': '1-4bf92f35-77b34da6a3ce929d0e0e4736',
    'Trace, UUID': '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
    'Trace, base64': Buffer.from('4bf92f3577b34da6a3ce929d0e0e4736', 'hex').toString('base64'),
    'Span, hex': '00f067aa0ba902b7',
    'Span, Datadog': '67667974448284343',
    'Span, base64': Buffer.from('00f067aa0ba902b7', 'hex').toString('base64'),
  })
})

test('short ids are filled with zeros, upper case becomes lower case', () => {
  const forms = formsOf('A3CE929D0E0E4736', '1')
  assert.equal(forms['Trace, hex'], '0000000000000000a3ce929d0e0e4736')
  assert.equal(forms['Trace, Datadog'], '11803532876627986230')
  assert.equal(forms['Span, hex'], '0000000000000001')
})

test('what is not hexadecimal has no other forms', () => {
  assert.deepEqual(idForms('c1d5.12.15912345', ''), [])
  assert.deepEqual(idForms('x'.repeat(32), '0'.repeat(17)), [])
})
