/** A receiver of webhooks: a real HTTP or HTTPS server that notes what arrives and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What arrived. */
export interface Received {
  headers: IncomingHttpHeaders
  body: string
  /** Address of this server that was connected to. */
  at: string
}

/** How it answers: a status, or what a test does with the response. */
export type Answering = number | ((received: Received, response: ServerResponse, request: IncomingMessage) => void)

export interface Receiver {
  readonly received: Received[]
  readonly port: number
  /** Delivery ids in the order in which they arrived. */
  ids(): string[]
  answer: Answering
}

/** Listens until the test is over. `tls`: with a key and a certificate. */
export async function receive(answer: Answering = 204, tls?: ServerOptions): Promise<Receiver> {
  const received: Received[] = []
  const receiver: Receiver = { received, port: 0, answer, ids: () => received.map(({ headers }) => String(headers['chordis-delivery'])) }
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const one = { headers: request.headers, body, at: request.socket.localAddress ?? '' }
    received.push(one)
    if (typeof receiver.answer === 'number') response.writeHead(receiver.answer).end()
    else receiver.answer(one, response, request)
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(receiver, { port: (server.address() as AddressInfo).port })
}
