/**
 * The smallest HTTP client that keeps a server busy: one request at a time on each of a few connections, bytes that were made before, answers read only as
 * far as their length. What it costs is taken from the cores that the server shares.
 */
import { connect, type Socket } from 'node:net'

/** A request as it goes over the wire. */
export function requestBytes(url: string, path: string, body: string, type = 'application/json'): Buffer {
  const { host } = new URL(url)
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
}

/** Sends `request` for so long on so many connections; answers how many per second were answered with this status. Throws for any other. */
export async function load(
  url: string,
  request: Buffer,
  { status, ms, connections }: { status: number; ms: number; connections: number },
): Promise<number> {
  const until = performance.now() + ms
  const from = performance.now()
  const counts = await Promise.all(Array.from({ length: connections }, () => one(url, request, status, until)))
  return (counts.reduce((sum, count) => sum + count, 0) * 1_000) / (performance.now() - from)
}

async function one(url: string, request: Buffer, status: number, until: number): Promise<number> {
  const { hostname, port } = new URL(url)
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true })
  let count = 0
  await new Promise<void>((resolve, reject) => {
    let text = ''
    socket.once('error', reject)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!isWhole(text)) return
      if (!text.startsWith(`HTTP/1.1 ${status} `)) return reject(new Error(text.slice(0, 500)))
      text = ''
      count++
      if (performance.now() < until) socket.write(request)
      else resolve()
    })
    socket.write(request)
  }).finally(() => socket.destroy())
  return count
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /content-length: (\d+)/i.exec(text)?.[1]
  return text.length >= end + 4 + Number(length ?? 0)
}
