/** Faults of worker processes: killed, frozen and asked to leave at each phase of a turn, poisoned, blocked, with wrong clocks. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProxyRequest } from '../../support/proxy.js'
import type { SeededRandom } from '../../support/random.js'
import type { Arena } from './arena.js'
import type { Slot } from './crew.js'
import type { Fault } from './fault.js'
import type { Entry, HandlerEntry } from './history.js'
import type { Order } from './worker.js'
import { probeCase } from './workload.js'

const EVERYWHERE = ['single', 'sentinel', 'cluster'] as const

type Phase = 'after-fetch' | 'in-handler' | 'before-ack' | 'after-ack'
type Deed = 'kill' | 'freeze' | 'term'

const MOMENTS: { [phase in Exclude<Phase, 'after-ack'>]: Order['moment'] } = {
  'after-fetch': 'granted',
  'in-handler': 'in a handler',
  'before-ack': 'handlers ran',
}

const PHASES: { [phase in Phase]: string } = {
  'after-fetch': 'after a grant, before any handler of it runs',
  'in-handler': 'inside a handler',
  'before-ack': 'after handlers returned, before that is told',
  'after-ack': 'after a turn was executed, before its reply is read',
}

const DEEDS: { [deed in Deed]: { signal: NodeJS.Signals; doc: string } } = {
  kill: { signal: 'SIGKILL', doc: 'kill -9 of a worker' },
  freeze: { signal: 'SIGSTOP', doc: 'SIGSTOP of a worker, SIGCONT after its lease' },
  term: { signal: 'SIGTERM', doc: 'SIGTERM of a worker' },
}

/** Words of a turn's call before its completions: script, 2, two keys, nine arguments. */
const TURN_WORDS = 13
const carriesCompletions = ({ key, args }: ProxyRequest): boolean => key === 'script:turn' && args.length > TURN_WORDS

/** What a worker has begun and not ended, as it writes it down. */
class Holding {
  readonly open = new Map<string, number>()
  private readonly again = new Map<string, number>()
  readonly stopListening: () => void
  signalled = false
  lostAt: number | undefined

  constructor(
    arena: Arena,
    private readonly name: string,
  ) {
    this.stopListening = arena.listen((entry) => this.hear(entry))
  }

  /** When the last of what the worker held had begun again, 0 when it has ended all; undefined while some has not. */
  get revivedAt(): number | undefined {
    const times = [...this.open.keys()].map((key) => this.again.get(key))
    return times.includes(undefined) ? undefined : Math.max(0, ...(times as number[]))
  }

  private hear(entry: Entry): void {
    if (entry.op === 'handler') this.handler(entry)
    else if (entry.op === 'lost' && entry.worker === this.name) this.lostAt ??= entry.t
    else if (entry.op === 'worker' && entry.worker === this.name && (entry.type === 'phase' || entry.type === 'stop')) this.signalled = true
  }

  private handler({ workflow, node, attempt, worker, type, t }: HandlerEntry): void {
    const key = `${workflow} ${node} ${attempt}`
    if (worker !== this.name) {
      if (type === 'invoke') this.again.set(key, t)
    } else if (type === 'invoke') this.open.set(key, t)
    else this.open.delete(key)
  }
}

/** Has the signal raised at the phase; ends when it was. */
async function raise(arena: Arena, slot: Slot, phase: Phase, signal: NodeJS.Signals, nth: number, holding: Holding): Promise<number> {
  if (phase !== 'after-ack') arena.parts.crew.command(slot, { moment: MOMENTS[phase], signal, nth })
  else afterAck(slot, signal, nth, () => (holding.signalled = true))
  const at = await arena.fact(`slot ${slot.number} gets ${signal} ${phase}`, () => holding.signalled || !slot.process?.running)
  return at
}

/** The turn was executed, and the worker does not hear so before the signal. */
function afterAck(slot: Slot, signal: NodeJS.Signals, nth: number, done: () => void): void {
  const { process, proxy } = slot
  let left = nth
  const fault = proxy?.intercept(carriesCompletions, 'reply', () => {
    if (--left !== 0) return 'pass'
    fault?.off()
    if (process?.running) globalThis.process.kill(process.pid, signal)
    done()
    return 'pass'
  })
}

/** Ms until all that the worker held runs again, or, when it held nothing, until a task runs. */
async function revival(arena: Arena, holding: Holding, since: number): Promise<number> {
  if (holding.open.size === 0) return arena.probe(since)
  const overdue = (): boolean => holding.lostAt !== undefined && arena.now() - holding.lostAt > REST_MS
  await arena.fact('what the worker held runs again', () => holding.revivedAt !== undefined || overdue())
  return Math.max(0, (holding.revivedAt ?? arena.now()) - since)
}

/** What was given back and does not run again had ended, or its workflow has: it is waited for no longer than this, ms. */
const REST_MS = 2_000

const AFTER: { [deed in Deed]: (arena: Arena, slot: Slot, holding: Holding, since: number) => Promise<number> } = {
  kill: (arena, _slot, holding, since) => revival(arena, holding, since),
  freeze: async (arena, slot, _holding) => {
    const { process } = slot
    await sleep(arena.leaseMs * 1.5)
    process?.cont()
    return arena.probeSlot(arena.now(), slot)
  },
  term: (arena, _slot, holding, since) => revival(arena, holding, since),
}

function phased(deed: Deed, phase: Phase): Fault {
  return {
    name: `worker-${deed}-${phase}`,
    lane: 'worker',
    doc: `${DEEDS[deed].doc} ${PHASES[phase]}`,
    ...(phase === 'after-ack' ? {} : { topologies: EVERYWHERE }),
    async inject(arena, random) {
      const slot = await arena.victim(random)
      const { name } = slot
      const holding = new Holding(arena, name)
      try {
        const since = await raise(arena, slot, phase, DEEDS[deed].signal, random.int(1, 8), holding)
        const recoveryMs = await AFTER[deed](arena, slot, holding, since)
        if (deed !== 'freeze') await arena.parts.crew.replaced(slot, name)
        return recoveryMs
      } finally {
        holding.stopListening()
      }
    },
  }
}

/** Workers leave and come back, one after another, while all work goes on. */
async function termLoop(arena: Arena, random: SeededRandom): Promise<number> {
  let longest = 0
  for (let round = random.int(2, 4); round > 0; round--) {
    const slot = await arena.victim(random)
    const { name, process } = slot
    const since = arena.now()
    await process?.term(10_000)
    longest = Math.max(longest, await arena.probe(since))
    await arena.parts.crew.replaced(slot, name)
  }
  return longest
}

/** Nobody is left to work. */
async function killAll(arena: Arena): Promise<number> {
  const { crew } = arena.parts
  const slots = crew.running()
  const since = arena.now()
  await Promise.all(slots.map(({ process }) => process?.kill9()))
  return arena.probe(since)
}

/** A task that ends its process each time, in a process of its own: what it costs is seen apart. */
async function poison(arena: Arena): Promise<number> {
  const { crew } = arena.parts
  const slot = crew.slots.find(({ queues }) => queues[0] === 'poison') ?? (await crew.slot(['poison'], true))
  if (!slot.process?.running) await crew.fill(slot)
  return convicted(arena, 'poison')
}

/** Ms until it has ended FAILURE, after its deliveries. */
async function convicted(arena: Arena, queue: string): Promise<number> {
  const since = arena.now()
  await arena.finish(probeCase(arena.name('poison'), queue, 'poison', []))
  return arena.now() - since
}

/** The heartbeat's thread vouches for a handler that is inside its hard limit: nothing is taken from it. */
async function blocked(arena: Arena, random: SeededRandom): Promise<number> {
  const slot = await arena.victim(random)
  const ms = Math.round(arena.leaseMs * 1.3)
  await arena.finish(probeCase(arena.name('block'), `slot-${slot.number}`, 'block', [ms]))
  return arena.probeSlot(arena.now(), slot)
}

const CLOCKS: { [name: string]: { ms: number; doc: string } } = {
  'clock-ahead-10-min': { ms: 600_000, doc: 'a worker whose clock is 10 minutes fast' },
  'clock-ahead-1-day': { ms: 86_400_000, doc: 'a worker whose clock is a day fast' },
  'clock-behind-1-day': { ms: -86_400_000, doc: 'a worker whose clock is a day slow' },
}

function clock(name: string, { ms, doc }: { ms: number; doc: string }): Fault {
  return {
    name,
    lane: 'worker',
    doc,
    topologies: EVERYWHERE,
    async inject(arena, random) {
      const slot = await arena.victim(random)
      const { name: before, process } = slot
      const shim = new URL('../../support/clock-offset.js', import.meta.url).href
      slot.next = { env: { CHORDIS_CLOCK_OFFSET_MS: String(ms) }, nodeArgs: ['--import', shim] }
      await process?.term(10_000)
      const since = arena.now()
      await arena.parts.crew.replaced(slot, before)
      return arena.probeSlot(since, slot)
    },
  }
}

const DEED_NAMES = Object.keys(DEEDS) as Deed[]
const PHASE_NAMES = Object.keys(PHASES) as Phase[]

export const workerFaults: Fault[] = [
  ...DEED_NAMES.flatMap((deed) => PHASE_NAMES.map((phase) => phased(deed, phase))),
  { name: 'worker-term-loop', lane: 'worker', doc: 'SIGTERM of one worker after another', topologies: EVERYWHERE, inject: termLoop },
  { name: 'worker-kill-all', lane: 'worker', doc: 'kill -9 of every worker at once', topologies: EVERYWHERE, inject: killAll },
  { name: 'poison-pill', lane: 'worker', doc: 'a task that exits its process, three times', topologies: EVERYWHERE, inject: poison },
  {
    name: 'poison-pill-among-others',
    lane: 'worker',
    doc: 'a task that exits its process, three times, in the processes that run everything else',
    topologies: EVERYWHERE,
    inject: (arena) => convicted(arena, 'default'),
  },
  {
    name: 'event-loop-blocked',
    lane: 'worker',
    doc: 'a handler that blocks the event loop for longer than the lease',
    topologies: EVERYWHERE,
    inject: blocked,
  },
  ...Object.entries(CLOCKS).map(([name, how]) => clock(name, how)),
]
