/** What may stand between the command line and a service: a socket that goes away, loses answers, or speaks TLS. Bytes pass as they are. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import { CERTIFICATE, KEY } from './certificate.js'

export class Front {
  /** Connections that it was asked for so far. */
  asked = 0
  /** What was asked for: `GET /v1/workflows/a`. */
  readonly requests: string[] = []
  /** Answers are lost, and their connections with them. */
  losing = false
  private readonly sockets = new Set<Socket>()

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
    private readonly scheme: 'http' | 'https',
  ) {
    server.on(scheme === 'https' ? 'secureConnection' : 'connection', (client: Socket) => this.pass(client))
  }

  /** In front of a service, until the test ends. */
  static async start(url: string, { tls = false }: { tls?: boolean } = {}): Promise<Front> {
    const server = tls ? createTlsServer({ key: KEY, cert: CERTIFICATE }) : createServer()
    const front = new Front(server, new URL(url), tls ? 'https' : 'http')
    await front.listen(0)
    onTestFinished(() => front.away())
    return front
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`
  }

  /** Nobody listens any more. */
  async away(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    if (this.server.listening) await new Promise((done) => this.server.close(done))
  }

  listen(port: number): Promise<void> {
    return new Promise((done) => this.server.listen(port, '127.0.0.1', done))
  }

  private pass(client: Socket): void {
    this.asked++
    const service = connect(Number(this.target.port), this.target.hostname)
    for (const [one, other] of [
      [client, service],
      [service, client],
    ] as const) {
      this.sockets.add(one)
      one.on('error', () => one.destroy())
      one.on('close', () => {
        this.sockets.delete(one)
        other.destroy()
      })
    }
    client.on('data', (bytes: Buffer) => {
      this.requests.push(...[...bytes.toString().matchAll(/^([A-Z]+ \S+) HTTP\/1/gm)].map(([, line = '']) => line))
      service.write(bytes)
    })
    service.on('data', (bytes) => (this.losing ? client.destroy() : client.write(bytes)))
  }
}
