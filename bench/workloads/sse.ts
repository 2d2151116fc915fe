/**
 * 500 clients follow everything as server-sent events while 10,000 nodes run: how long the same service takes for other requests meanwhile, and its memory
 * with all of them connected, at most during the run, and after it. Clients, worker, service, and who asks have processes of their own.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningService, type Session, workload } from '../contract.js'
import { askOften } from '../lib/service.js'

const CLIENTS = 500
const WIDTH = 10_000
const MIB = 1_048_576

/** A client that counts what it hears of tasks that succeeded. */
interface Ear {
  socket: Socket
  heard: number
  bytes: number
}

function listen({ url }: RunningService): Promise<Ear> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const ear: Ear = { socket, heard: 0, bytes: 0 }
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.on('data', (data: Buffer) => {
      if (ear.bytes === 0) resolve(ear)
      ear.bytes += data.length
      for (let at = data.indexOf('workflow-ended'); at >= 0; at = data.indexOf('workflow-ended', at + 1)) ear.heard++
    })
    socket.write('GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
  })
}

const p99 = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0

/** The same run with nobody who listens. */
async function quietly(session: Required<Pick<Session, 'chords'>>, url: string): Promise<number> {
  const asked = askOften(url)
  await (await session.chords(1, WIDTH)).ended
  return p99(await asked())
}

export const sse = workload({
  name: 'sse-500',
  rows: {
    'sse-500-api-p99': { unit: 'ms', better: 'less' },
    'sse-500-api-p99-without': { unit: 'ms', better: 'neither' },
    'sse-500-run': { unit: 'ms', better: 'less' },
    'sse-500-sent': { unit: 'MiB per client', better: 'less' },
    'sse-500-memory-before': { unit: 'MiB', better: 'less' },
    'sse-500-memory-peak': { unit: 'MiB', better: 'less' },
    'sse-500-memory-after': { unit: 'MiB', better: 'less' },
  },
  // Asked for by name: no peer has it.
  rounds: { full: 0, quick: 0 },
  only: ['chordis'],
  needs: ['chords', 'service'],
  async run(session) {
    const service = await session.service()
    const body = JSON.stringify({ canvas: { task: 'nobody' } })
    const submitted = await fetch(`${service.url}/v1/workflows`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    const { id } = (await submitted.json()) as { id: string }
    await session.startWorkers({ concurrency: 100, processes: 1 })
    const without = await quietly(session, `${service.url}/v1/workflows/${id}`)
    const ears = await Promise.all(Array.from({ length: CLIENTS }, () => listen(service)))
    const before = await service.rssBytes()
    let peak = before
    let over = false
    const memory = (async () => {
      for (; !over; await sleep(100)) peak = Math.max(peak, await service.rssBytes())
    })()
    const asked = askOften(`${service.url}/v1/workflows/${id}`)
    const from = performance.now()
    await (await session.chords(1, WIDTH)).ended
    while (ears.some(({ heard }) => heard === 0)) await sleep(5)
    const run = performance.now() - from
    over = true
    await memory
    const times = await asked()
    await sleep(2_000)
    const after = await service.rssBytes()
    const sent = ears.reduce((sum, { bytes }) => sum + bytes, 0) / ears.length
    for (const { socket } of ears) socket.destroy()
    return {
      'sse-500-api-p99': p99(times),
      'sse-500-api-p99-without': without,
      'sse-500-run': run,
      'sse-500-sent': sent / MIB,
      'sse-500-memory-before': before / MIB,
      'sse-500-memory-peak': peak / MIB,
      'sse-500-memory-after': after / MIB,
    }
  },
})
