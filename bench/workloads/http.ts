/**
 * Submissions over HTTP. `http-submit`: a workflow of one task in each request, beside an empty NestJS route on the same machine, in turns. `http-ndjson`:
 * as many in one request, a line each. The server, Redis and the client share the cores.
 */
import { workload } from '../contract.js'
import { load, requestBytes } from '../lib/load.js'

const CONNECTIONS = 32
const TURN_MS = 2_000
const BODY = JSON.stringify({ canvas: { task: 'plain', args: ['noop', 0] } })

export const httpSubmit = workload({
  name: 'http-submit',
  rows: {
    'http-submit': { unit: 'requests/s', better: 'more' },
    'http-empty': { unit: 'requests/s', better: 'neither' },
    'http-submit-share': { unit: '% of the empty route', better: 'more' },
  },
  rounds: { full: 0, quick: 0 },
  only: ['chordis'],
  needs: ['http'],
  async run(session) {
    const [empty, service] = [await session.http('empty'), await session.http('service')]
    const asks = [
      { url: empty, request: requestBytes(empty, '/empty', BODY) },
      { url: service, request: requestBytes(service, '/v1/workflows', BODY) },
    ]
    const rates = [0, 0]
    // The first turn of each is for the compiler.
    for (const [ms, counts] of [
      [TURN_MS, 0],
      [TURN_MS, 1],
      [TURN_MS, 1],
    ] as const) {
      for (const [k, { url, request }] of asks.entries())
        rates[k] = (rates[k] as number) + counts * (await load(url, request, { status: 202, ms, connections: CONNECTIONS }))
    }
    const [bare, ours] = rates.map((rate) => rate / 2) as [number, number]
    return { 'http-submit': ours, 'http-empty': bare, 'http-submit-share': (100 * ours) / bare }
  },
})

export const httpNdjson = workload({
  name: 'http-ndjson',
  rows: { 'http-ndjson': { unit: 'tasks/s', better: 'more' } },
  rounds: { full: 0, quick: 0 },
  only: ['chordis'],
  needs: ['http'],
  async run(session, { scaled }) {
    const url = await session.http('service')
    const count = scaled(100_000, 1_000)
    await submitLines(url, 5_000)
    const from = performance.now()
    await submitLines(url, count)
    return { 'http-ndjson': (count * 1_000) / (performance.now() - from) }
  },
})

/** Throws when a line was refused. */
async function submitLines(url: string, count: number): Promise<void> {
  const answer = await fetch(`${url}/v1/workflows`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${BODY}\n`.repeat(count),
  })
  const lines = (await answer.text()).split('\n').filter((line) => line.includes('"id":'))
  if (lines.length !== count) throw new Error(`${lines.length} of ${count} lines were accepted`)
}
