/**
 * Random submits, failures, requeues and forgets, and what the list and the counts then say, held against a model: every workflow asked by itself.
 */
import {
  type Canvas,
  type Client,
  chain,
  chord,
  group,
  type SubmitOptions,
  signature,
  TaskRegistry,
  UnrecoverableError,
  type WorkflowCounts,
  type WorkflowFilter,
  type WorkflowStatus,
} from '../../src/engine/index.js'
import type { SeededRandom } from '../support/seed.js'
import { until } from '../support/wait.js'

const TAGS = ['red', 'green', 'blue']
const TENANTS = ['acme', 'bolt']
const STATES = ['PENDING', 'STARTED', 'SUCCESS', 'FAILURE', 'REVOKED'] as const

/** Tasks of which some fail while `broken.now` is true. */
export function fragileTasks(broken: { now: boolean }): TaskRegistry {
  const tasks = new TaskRegistry()
  tasks.register({ name: 'fine', handler: () => 1 })
  tasks.register({ name: 'again', handler: (ctx) => (ctx.attempt < 2 ? ctx.retry({ countdownMs: 1 }) : 1) })
  tasks.register({
    name: 'fragile',
    handler: () => {
      if (broken.now) throw new UnrecoverableError('broken')
      return 1
    },
  })
  return tasks
}

const CANVASES: ((random: SeededRandom) => Canvas)[] = [
  () => signature('fine'),
  () => signature('fragile'),
  () => signature('again'),
  // Nobody knows it: it stays pending.
  () => signature('unknown'),
  () => signature('fine', [], {}, { expiresAtMs: 1 }),
  () => chain(signature('fine'), signature('unknown')),
  (random) => chain(signature('fine'), signature(random.pick(['fine', 'fragile'])), signature('fine')),
  (random) =>
    chord(
      Array.from({ length: random.int(1, 6) }, () => signature(random.pick(['fine', 'again', 'fragile']))),
      signature('fine'),
    ),
  () => group([signature('fine'), signature('fragile')]),
  // Stored in pieces.
  () => chain(...Array.from({ length: 6 }, () => signature('fine', ['x'.repeat(100_000)]))),
]

function optionsOf(random: SeededRandom): SubmitOptions {
  if (random.chance(0.6)) return {}
  return {
    ...(random.chance(0.5) ? { tags: random.shuffle(TAGS).slice(0, random.int(0, 3)) } : {}),
    ...(random.chance(0.5) ? { tenant: random.pick(TENANTS) } : {}),
    ...(random.chance(0.3) ? { name: random.pick(['one', 'two']) } : {}),
  }
}

export interface ListingOptions {
  client: Client
  /** Whose replies arrive. */
  observer: Client
  /** Ids of all workflows that there are, whatever the client was told. */
  ids(): Promise<string[]>
  random: SeededRandom
  broken: { now: boolean }
}

/** Submits, forgets and requeues at random, then mends what was broken and lets all come to rest. */
export async function churn({ client, observer, ids, random, broken }: ListingOptions, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    broken.now = random.chance(0.5)
    const submits = Array.from({ length: random.int(1, 20) }, () =>
      // Without an answer it may be there or not; the model asks Redis.
      client.submit(random.pick(CANVASES)(random), optionsOf(random)).catch(() => undefined),
    )
    await Promise.all(submits)
    for (const id of random.shuffle(await ids()).slice(0, 4))
      if (random.chance(0.4))
        await client
          .workflow(id)
          .forget()
          .catch(() => undefined)
    const [workflow] = random.shuffle(await ids())
    if (workflow !== undefined) await client.deadLetters.requeue({ workflow }).catch(() => undefined)
  }
  const atRest = async () => (await Promise.all((await ids()).map((id) => isAtRest(observer, id)))).every(Boolean)
  await until(atRest, { timeoutMs: 30_000, what: 'all is at rest' })
}

/** Ended, or waiting for nothing but the task that nobody knows. */
async function isAtRest(observer: Client, id: string): Promise<boolean> {
  const handle = observer.workflow(id)
  const { ended, counts } = await handle.status()
  if (ended || counts.remaining > 1) return ended
  return (await handle.results()).some(({ task, state }) => task === 'unknown' && state === 'PENDING')
}

export function statuses(observer: Client, ids: readonly string[]): Promise<WorkflowStatus[]> {
  return Promise.all(ids.map((id) => observer.workflow(id).status()))
}

/** What the list and the counts say otherwise than the workflows themselves. */
export async function listingTroubles({ observer, ids, random }: ListingOptions): Promise<string[]> {
  const all = (await statuses(observer, await ids())).sort(newestFirst)
  const troubles: string[] = []
  const filters: WorkflowFilter[] = [
    {},
    ...STATES.map((state) => ({ state })),
    ...TAGS.map((tag) => ({ tag, state: random.shuffle(STATES).slice(0, 3) })),
    ...[...TENANTS, '-'].map((tenant) => ({ tenant })),
    { tag: 'red', tenant: 'acme' },
    { name: 'one' },
    { after: all[Math.floor(all.length / 2)]?.createdAt ?? 0, before: all[2]?.createdAt ?? 0 },
  ]
  for (const filter of filters) {
    const want = all.filter((status) => isMeant(status, filter)).map(({ id }) => id)
    const have = await pages(observer, filter, random.int(1, 30))
    if (want.join() !== have.join())
      troubles.push(`list(${JSON.stringify(filter)}): expected ${want.length} ${want}, got ${have.length} ${have}`)
  }
  for (const tenant of [undefined, '-', ...TENANTS]) {
    const want = counted(all.filter((status) => tenant === undefined || status.tenant === tenant))
    const have = await observer.workflows.count(tenant === undefined ? {} : { tenant })
    if (JSON.stringify(want) !== JSON.stringify(have))
      troubles.push(`count(${tenant}): expected ${JSON.stringify(want)}, got ${JSON.stringify(have)}`)
  }
  const { findings } = await observer.doctor()
  return [...troubles, ...findings.filter(({ state }) => state === 'found').map(({ message }) => message)]
}

/** Ids of a list, page by page. */
export async function pages(client: Client, filter: WorkflowFilter, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await client.workflows.list({ ...filter, limit, ...(cursor === '' ? {} : { cursor }) })
    ids.push(...page.workflows.map(({ id }) => id))
    cursor = page.cursor
  }
  return ids
}

export function newestFirst(a: WorkflowStatus, b: WorkflowStatus): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)
}

function isMeant(
  status: WorkflowStatus,
  { state, tag, tenant, name, after = 0, before = Number.POSITIVE_INFINITY }: WorkflowFilter,
): boolean {
  if (state !== undefined && !([state].flat() as string[]).includes(status.state)) return false
  if (tag !== undefined && !status.tags.includes(tag)) return false
  if (tenant !== undefined && status.tenant !== tenant) return false
  if (name !== undefined && status.name !== name) return false
  return status.createdAt >= after && status.createdAt < before
}

function counted(all: readonly WorkflowStatus[]): WorkflowCounts {
  const counts = { PENDING: 0, STARTED: 0, SUCCESS: 0, FAILURE: 0, REVOKED: 0, total: all.length }
  for (const { state } of all) if (state !== 'RETRY') counts[state]++
  return counts
}
