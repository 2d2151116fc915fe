/** Faults of the way between a beat, or who changes schedules, and Redis: answers that are lost, requests that come late or again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProxyRequest, RedisProxy, Verdict } from '../../../support/proxy.js'
import type { SeededRandom } from '../../../support/random.js'
import type { ScriptName } from '../../../support/scripts.js'
import { attempt } from '../attempt.js'
import type { Fault } from '../fault.js'
import { loseReply } from '../faults-network.js'
import type { BeatArena } from './arena.js'

type Strike = (proxy: RedisProxy, arena: BeatArena, random: SeededRandom) => Promise<unknown>

/** Something happens to a beat's way; `strike` answers false when there was nothing to hit. */
function wayFault(name: string, doc: string, strike: Strike): Fault<BeatArena> {
  return {
    name,
    lane: 'client',
    doc,
    async inject(arena, random) {
      const { proxy } = await arena.victim(random)
      if (proxy === undefined || (await strike(proxy, arena, random)) === false) return null
      return arena.probe(arena.now())
    },
  }
}

/** For a while, then healed. */
const whileFault = (name: string, doc: string, ms: number, begin: (proxy: RedisProxy) => void): Fault<BeatArena> =>
  wayFault(name, doc, async (proxy) => {
    begin(proxy)
    await sleep(ms)
    proxy.pass()
  })

const lostReply = (script: ScriptName): Fault<BeatArena> =>
  wayFault(`lost-reply-${script}`, `a beat does not hear what \`${script}\` answered`, (proxy, _arena, random) =>
    loseReply([proxy], script, random.int(1, 5)),
  )

const lostAnswer = (script: ScriptName): Fault<BeatArena> => ({
  name: `change-lost-reply-${script}`,
  lane: 'client',
  doc: `who changes schedules does not hear what \`${script}\` answered`,
  async inject(arena, random) {
    return (await loseReply([arena.parts.changesProxy], script, random.int(1, 3))) ? arena.probe(arena.now()) : null
  },
})

const FIRE = ({ key }: ProxyRequest): boolean => key === 'script:fire'
const WAIT_MS = 5_000

async function happened(look: () => boolean): Promise<boolean> {
  const until = performance.now() + WAIT_MS
  while (!look() && performance.now() < until) await sleep(5)
  return look()
}

/** A `fire` arrives when others have long fired what it names. */
async function late(proxy: RedisProxy, _arena: BeatArena, random: SeededRandom): Promise<boolean> {
  let begun = false
  const ms = random.int(1_500, 7_000)
  const held = new Promise<void>((resolve) => {
    const fault = proxy.intercept(FIRE, 'request', async (): Promise<Verdict> => {
      if (begun) return 'pass'
      begun = true
      await sleep(ms)
      fault.off()
      resolve()
      return 'pass'
    })
    void happened(() => begun).then((hit) => {
      if (hit) return
      fault.off()
      resolve()
    })
  })
  await held
  return begun
}

/** Calls of `fire` that were answered arrive again, several times at once, and once more after seconds, as from a network that repeats. */
async function repeated(proxy: RedisProxy, arena: BeatArena): Promise<boolean> {
  const heard: ProxyRequest[] = []
  const fault = proxy.intercept(FIRE, 'reply', (request) => void heard.push(request))
  await happened(() => heard.length >= 5)
  fault.off()
  const again = (times: number): Promise<unknown>[] =>
    heard.flatMap(({ name, args }) => Array.from({ length: times }, () => attempt(() => arena.redis.call(name, ...args).catch(() => null))))
  await Promise.all(again(5))
  await sleep(1_200)
  await Promise.all(again(1))
  return heard.length > 0
}

export const networkFaults: Fault<BeatArena>[] = [
  ...(['due', 'fire', 'schedules'] as const).map(lostReply),
  ...(['setschedule', 'dropschedule', 'fire'] as const).map(lostAnswer),
  wayFault('fire-late', 'a `fire` arrives 1.5 to 7 s after it was sent', late),
  wayFault('fire-repeated', 'calls of `fire` arrive six times more, at once and seconds later', repeated),
  wayFault('beat-connection-reset', 'RST to every connection of a beat', async (proxy) => proxy.reset()),
  wayFault('beat-half-open', 'every connection of a beat goes silent and stays open', async (proxy) => proxy.halfOpen() > 0),
  whileFault('beat-black-hole', 'every byte of a beat is lost for 2 s', 2_000, (proxy) => proxy.blackhole()),
  whileFault('beat-partition', 'every byte of a beat waits for 6 s, then arrives', 6_000, (proxy) => proxy.hold()),
  whileFault('beat-slow-network', 'every request of a beat takes 200 ms more, for 2 s', 2_000, (proxy) => proxy.delay(200)),
]
