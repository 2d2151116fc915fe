/**
 * How soon GraphQL refuses what costs too much: `node dist/bench/graphql-refusals.js` beside a Redis (CHORDIS_REDIS_URL). Each query is sent 100 times, one
 * after another, over one connection, its parts in a new order of text each time, so that no cache knows it. Prints the median and the worst, ms.
 */
import { createService } from '../src/modules/service/index.js'
import { ABUSE } from '../test/support/graphql-abuse.js'

const TIMES = 100

const service = await createService({
  redis: process.env.CHORDIS_REDIS_URL ?? 'redis://127.0.0.1:6379',
  namespace: 'bench-graphql',
  roles: ['api'],
  port: 0,
  logger: false,
})

async function send(query: string): Promise<number> {
  const from = performance.now()
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { errors } = (await answer.json()) as { errors?: object[] }
  if (errors === undefined) throw new Error(`not refused: ${query.slice(0, 80)}`)
  return performance.now() - from
}

const nested = '{"chain":['.repeat(100_000)
const deep = { name: 'variables of 100,000 levels', body: `${nested}${']}'.repeat(100_000)}` }
const row = (name: string, ms: number[]): string => {
  const sorted = ms.toSorted((a, b) => a - b)
  return `${name.padEnd(48)} ${sorted[TIMES / 2]?.toFixed(1).padStart(7)} ${sorted.at(-1)?.toFixed(1).padStart(7)}`
}

try {
  console.log(`${'refused'.padEnd(48)}  median   worst`)
  for (const [name, query] of ABUSE) {
    const took: number[] = []
    for (let k = 0; k < TIMES; k++) took.push(await send(name.includes('JSON') ? query : `${query} #${k}`))
    console.log(row(name, took))
  }
  const took: number[] = []
  for (let k = 0; k < TIMES; k++) {
    const from = performance.now()
    const body = `{"query":"query ($i: SubmitInput!) { validateCanvas(input: $i) { total } }","variables":{"i":{"canvasJson":${deep.body}}}}`
    await (await fetch(`${service.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text()
    took.push(performance.now() - from)
  }
  console.log(row(deep.name, took))
} finally {
  await service.close()
}
