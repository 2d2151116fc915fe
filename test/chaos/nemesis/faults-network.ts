/** Faults of the way between a worker and Redis. Each worker has a proxy of its own; the others see nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProxyConnection, ProxyRequest, RedisProxy } from '../../support/proxy.js'
import type { SeededRandom } from '../../support/random.js'
import type { ScriptName } from '../../support/scripts.js'
import type { Arena } from './arena.js'
import type { Slot } from './crew.js'
import type { Fault } from './fault.js'
import { PATIENCE_MS } from './ground.js'

/** A worker by chance, and its way to Redis. */
async function away(arena: Arena, random: SeededRandom): Promise<{ slot: Slot; proxy: RedisProxy }> {
  const slot = await arena.victim(random)
  if (slot.proxy === undefined) throw new Error('this topology has no proxies')
  return { slot, proxy: slot.proxy }
}

/** Something happens to a worker's way; recovered when the worker runs a task again. `strike` answers since when that counts, null when nothing happened. */
function wayFault(
  name: string,
  doc: string,
  strike: (proxy: RedisProxy, random: SeededRandom, arena: Arena) => Promise<number | null>,
): Fault {
  return {
    name,
    lane: 'worker',
    doc,
    async inject(arena, random) {
      const { slot, proxy } = await away(arena, random)
      const since = await strike(proxy, random, arena)
      return since === null ? null : arena.probeSlot(since, slot)
    },
  }
}

/** For a while, then healed. */
const whileFault = (name: string, doc: string, leases: number, begin: (proxy: RedisProxy) => void): Fault =>
  wayFault(name, doc, async (proxy, _random, arena) => {
    begin(proxy)
    await sleep(leases * arena.leaseMs)
    proxy.pass()
    return arena.now()
  })

/** At one moment. */
const momentFault = (name: string, doc: string, strike: (proxy: RedisProxy, random: SeededRandom) => number | Promise<void>): Fault =>
  wayFault(name, doc, async (proxy, random, arena) => {
    const since = arena.now()
    return (await strike(proxy, random)) === 0 ? null : since
  })

const blocks = (connection: ProxyConnection): boolean => connection.pending.some(({ name }) => name === 'BLPOP')

async function flap(proxy: RedisProxy): Promise<void> {
  for (let k = 0; k < 20; k++) {
    proxy.reset()
    await sleep(100)
  }
}

/** The next such request of this proxy is sent in halves, and the connection ends between them. */
async function cutMid(proxy: RedisProxy, random: SeededRandom): Promise<void> {
  let left = random.int(1, 5)
  const fault = proxy.intercept(isScript, 'request', () => (--left === 0 ? 'cut-mid' : 'pass'))
  await hit(() => fault.hits > 0)
  fault.off()
}

const isScript = ({ sha }: ProxyRequest): boolean => sha !== undefined

/** Waits until it happens, or until nothing more is to be expected; whether it did. */
async function hit(happened: () => boolean, waitMs = 5_000): Promise<boolean> {
  const until = performance.now() + Math.min(waitMs, PATIENCE_MS)
  while (!happened() && performance.now() < until) await sleep(5)
  return happened()
}

/** Loses the answer to one call of a script on any of these ways: it ran, and who called does not know. */
export async function loseReply(
  proxies: readonly RedisProxy[],
  script: ScriptName,
  nth: number,
  provoke?: () => Promise<unknown>,
): Promise<boolean> {
  let left = nth
  let lost = false
  const key = `script:${script}`
  const faults = proxies.map((proxy) =>
    proxy.intercept(
      (request) => request.key === key,
      'reply',
      () => {
        if (lost || --left > 0) return 'pass'
        lost = true
        return 'cut'
      },
    ),
  )
  await provoke?.()
  const happened = await hit(() => lost)
  for (const fault of faults) fault.off()
  return happened
}

/** What makes a worker call a script that it seldom calls. */
const PROVOKE: { [script in ScriptName]?: (arena: Arena, slot: Slot) => Promise<unknown> } = {
  open: (_arena, slot) => slot.process?.kill9() ?? Promise.resolve(),
  reap: (_arena, slot) => slot.process?.kill9() ?? Promise.resolve(),
  audit: async (_arena, slot) => slot.proxy?.reset(),
}

/** A lost answer to one script of workers. A `reap` is another worker's. */
function lostReply(script: ScriptName): Fault {
  return {
    name: `lost-reply-${script}`,
    lane: 'worker',
    doc: `the answer to \`${script}\` is lost after it ran, with its connection`,
    async inject(arena, random) {
      const { slot, proxy } = await away(arena, random)
      const { name } = slot
      const provoke = PROVOKE[script]
      const proxies =
        script === 'reap' ? arena.parts.crew.running().flatMap((other) => (other === slot ? [] : (other.proxy ?? []))) : [proxy]
      const nth = provoke === undefined ? random.int(1, 5) : 1
      if (!(await loseReply(proxies, script, nth, provoke && (() => provoke(arena, slot))))) return null
      const since = arena.now()
      if (provoke !== undefined && script !== 'audit') await arena.parts.crew.replaced(slot, name)
      return arena.probeSlot(since, slot)
    },
  }
}

/** A worker starts while nobody listens where Redis should be. */
const bootRefused: Fault = {
  name: 'boot-refused',
  lane: 'worker',
  doc: 'a worker starts while connections to Redis are refused',
  async inject(arena, random) {
    const { slot, proxy } = await away(arena, random)
    const { name } = slot
    proxy.refuse()
    await slot.process?.kill9()
    await sleep(arena.leaseMs)
    proxy.pass()
    const since = arena.now()
    await arena.parts.crew.replaced(slot, name)
    return arena.probeSlot(since, slot)
  },
}

const WORKER_SCRIPTS: ScriptName[] = ['turn', 'tend', 'beat', 'open', 'reap', 'audit', 'stage', 'values', 'read']

export const networkFaults: Fault[] = [
  momentFault('connection-reset', 'RST to every connection of a worker', async (proxy) => proxy.reset()),
  momentFault('connection-flap', 'RST to every connection of a worker, 20 times in 2 s', flap),
  momentFault('half-open', 'every connection of a worker goes silent and stays open', (proxy) => proxy.halfOpen()),
  momentFault('half-open-blocking', 'the blocking connection of a worker goes silent and stays open', (proxy) => proxy.halfOpen(blocks)),
  momentFault('cut-mid-request', 'half of a request arrives', cutMid),
  whileFault('black-hole', 'every byte of a worker is lost for longer than its lease', 1.5, (proxy) => proxy.blackhole()),
  whileFault('black-hole-replies', 'what Redis answers a worker is lost for longer than its lease', 1.5, (proxy) =>
    proxy.blackhole('replies'),
  ),
  whileFault('partition', 'every byte of a worker waits for longer than its lease, then arrives', 1.5, (proxy) => proxy.hold()),
  whileFault('partition-replies', 'what Redis answers a worker waits for longer than its lease, then arrives', 1.5, (proxy) =>
    proxy.hold('replies'),
  ),
  whileFault('slow-network', 'every request of a worker takes 200 ms more', 1.5, (proxy) => proxy.delay(200)),
  bootRefused,
  ...WORKER_SCRIPTS.map(lostReply),
]
