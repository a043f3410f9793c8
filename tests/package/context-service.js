// The example service between a caller and a receiver: what it is sent, byte for byte, and what it sends on.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const EXAMPLE = fileURLToPath(new URL('../../examples/node-propagation/server.js', import.meta.url))

/** @typedef {[name: string, value: string]} Line a header line, its value with all white space that is to be sent */
/** @typedef {{ headers: Line[], body: string }} Received a request as the receiver got it, header by header */

export class Service {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process
  /** @type {Received[]} */
  #received = []
  #receiver = createServer({ maxHeaderSize: 1 << 16 }, async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { rawHeaders } = request
    this.#received.push({ headers: Array.from({ length: rawHeaders.length / 2 }, (_, i) => [rawHeaders[2 * i], rawHeaders[2 * i + 1]]), body })
    response.end()
  })
  /** Where the service listens. */
  url = ''
  /** Where the receiver listens. */
  receiverUrl = ''

  async start() {
    this.#receiver.listen(0, '127.0.0.1')
    await once(this.#receiver, 'listening')
    this.receiverUrl = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (this.#receiver.address()).port}/`
    const started = spawn(process.execPath, [EXAMPLE], { env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'ignore'] })
    this.#process = started
    this.url = (await once(createInterface({ input: started.stdout }), 'line'))[0]
  }

  stop() {
    this.#process?.kill()
    this.#receiver.close()
    this.#receiver.closeAllConnections()
  }

  /**
   * Sends the service a request, asking for these calls, and answers what it said and what the receiver got.
   * @param {readonly Line[]} lines @param {unknown} [calls]
   */
  async send(lines, calls = [{ url: this.receiverUrl, arguments: [] }]) {
    this.#received = []
    const body = JSON.stringify(calls)
    const { hostname, port, pathname } = new URL(this.url)
    // By a socket: a client of HTTP would tidy up the headers. In version 1.0 the answer comes in one piece.
    const socket = connect(Number(port), hostname)
    const head = [['Host', `${hostname}:${port}`], ['Connection', 'close'], ['Content-Length', String(Buffer.byteLength(body))], ...lines]
    socket.write(`POST ${pathname} HTTP/1.0\r\n${head.map(([name, value]) => `${name}:${value}\r\n`).join('')}\r\n`, 'latin1')
    socket.write(body)
    const chunks = []
    for await (const chunk of socket) chunks.push(chunk)
    const response = Buffer.concat(chunks).toString()
    return { status: Number(response.split(' ')[1]), answer: response.slice(response.indexOf('\r\n\r\n') + 4), received: this.#received }
  }
}
