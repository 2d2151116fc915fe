/** `takeOver`: scheduled methods of three replicas, real processes, run once per tick, whatever happens to replicas, clocks, replies and Redis. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { JobStats } from '../../../src/modules/index.js'
import { RedisProxy } from '../../support/proxy.js'
import { RedisServer, uniqueName, useRedis } from '../../support/redis-server.js'
import { startModule } from '../../support/typescript-child.js'
import { until } from '../../support/wait.js'
import type { WorkerProcess } from '../../support/worker-process.js'
import type { ReplicaOptions } from './replica.js'

const redis = useRedis()
// Each test starts up to four processes, which compile what they run.
vi.setConfig({ testTimeout: 240_000 })
const EVERY_MS = 1_000
/** Under `npm run verify`. */
const LARGE = process.env.CHORDIS_VERIFY === '1'
/** Claims that Redis remembers of a job: a test must not be longer. */
const REMEMBERED = 32
/** Names of the claims, as they stand in the guide. */
const CLAIMS = {
  cron: `|cron|Jobs.cron|* * * * * *|${Intl.DateTimeFormat().resolvedOptions().timeZone}`,
  named: '|cron|named|* * * * * *|Europe/Paris',
  interval: '|interval|Jobs.interval|1000',
  timeout: '|timeout|Jobs.timeout|first',
}
type Job = keyof typeof CLAIMS
const TICKING = ['cron', 'named', 'interval'] as const
const TAKE_OVER = { deployId: 'first', except: ['local'] }

interface Run {
  replica: string
  at: number
}

/** Replicas of one application, with a namespace of their own. */
class Replicas {
  readonly namespace = uniqueName()
  private readonly connection = redis.connect()
  readonly running = new Map<string, WorkerProcess>()

  async start(name: string, more: Partial<ReplicaOptions> = {}, clockOffsetMs = 0): Promise<void> {
    await begin(await this.load(name, more, clockOffsetMs))
  }

  /** None begins before all are loaded: on a busy machine that takes as long as a test may be. */
  async startAll(names: readonly string[], more: Partial<ReplicaOptions> = {}): Promise<void> {
    const loaded = await Promise.all(names.map((name) => this.load(name, more)))
    await Promise.all(loaded.map(begin))
  }

  private async load(name: string, more: Partial<ReplicaOptions>, clockOffsetMs = 0): Promise<WorkerProcess> {
    const options: ReplicaOptions = { name, redis: redis.url, namespace: this.namespace, takeOver: TAKE_OVER, ...more }
    const clock = new URL('../../support/clock-offset.ts', import.meta.url).href
    const replica = await startModule(new URL('./replica.js', import.meta.url), {
      env: { REPLICA: JSON.stringify(options), CHORDIS_CLOCK_OFFSET_MS: String(clockOffsetMs) },
      nodeArgs: ['--import', clock],
      ready: /^loaded$/,
      timeoutMs: 60_000,
    })
    onTestFinished(() => void replica.kill9())
    this.running.set(name, replica)
    return replica
  }

  async runs(job: string): Promise<Run[]> {
    const lines = await this.connection.lrange(`runs:${this.namespace}:${job}`, 0, -1)
    return lines.map((line) => ({ replica: line.split(' ')[0]!, at: Number(line.split(' ')[1]) }))
  }

  /** Nominal times that were claimed, in order. */
  async claimed(job: Job): Promise<number[]> {
    const keys = await this.connection.keys(`${this.namespace}:*:claim:*`)
    const pairs = await this.connection.zrange(keys.find((key) => key.endsWith(CLAIMS[job])) ?? 'none', '0', '-1', 'WITHSCORES')
    return pairs.filter((_, k) => k % 2 === 1).map(Number)
  }

  /** Waits until each job has run so often since. */
  async more(count: number, jobs: readonly Job[] = TICKING): Promise<void> {
    const ran = async (job: Job) => (await this.runs(job)).length
    const before = await Promise.all(jobs.map(ran))
    for (const [k, job] of jobs.entries()) {
      await until(async () => (await ran(job)) >= (before[k] ?? 0) + count, { timeoutMs: 30_000, what: `${job} runs ${count} times more` })
    }
  }

  /** Stops all in order; answers what each says it did. */
  async stop(): Promise<JobStats[]> {
    const all = await Promise.all([...this.running.values()].filter(({ running }) => running).map(stopped))
    return all.flat()
  }

  /** No tick was left out, and none ran twice: every claim is of the next nominal time, and there is a run for each. */
  async expectEachOnce(jobs: readonly Job[] = TICKING): Promise<void> {
    for (const job of jobs) {
      const claimed = await this.claimed(job)
      expect(claimed.length, 'all claims are remembered').toBeLessThan(REMEMBERED)
      expect(missing(claimed), `${job} left out`).toEqual([])
      expect((await this.runs(job)).length, `runs of ${job}`).toBe(claimed.length)
    }
  }
}

async function begin(replica: WorkerProcess): Promise<void> {
  process.kill(replica.pid, 'SIGUSR2')
  await replica.line(/^ready$/, 60_000)
}

async function stopped(replica: WorkerProcess): Promise<JobStats[]> {
  await replica.term()
  const line = await replica.line(/^stats /)
  return JSON.parse(line.slice('stats '.length)) as JobStats[]
}

/** Nominal times between the first and the last that are not there. */
function missing(claimed: readonly number[]): number[] {
  const [first = 0, last = 0] = [claimed[0], claimed.at(-1)]
  const all = Array.from({ length: (last - first) / EVERY_MS + 1 }, (_, k) => first + k * EVERY_MS)
  return all.filter((nominal) => !claimed.includes(nominal))
}

describe('three replicas', () => {
  test('run every tick of @Cron and @Interval once, @Timeout once per deployment, and what is excepted in each', async () => {
    const replicas = new Replicas()
    await replicas.startAll(['a', 'b', 'c'])
    await replicas.more(6)
    await until(async () => (await replicas.runs('local')).length >= 6, { what: 'the excepted interval runs in all' })
    const stats = await replicas.stop()
    await replicas.expectEachOnce()
    expect(await replicas.runs('timeout')).toHaveLength(1)
    expect(new Set((await replicas.runs('local')).map(({ replica }) => replica)).size).toBe(3)
    for (const job of ['Jobs.cron', 'named', 'Jobs.interval', 'Jobs.timeout']) {
      const of = stats.filter((one) => one.job === job)
      const sum = (what: 'ran' | 'leftToOthers' | 'skipped') => of.reduce((all, one) => all + one[what], 0)
      const found = job.startsWith('Jobs.') ? job.slice(5) : job
      expect(sum('ran'), job).toBe((await replicas.runs(found)).length)
      expect(sum('leftToOthers')).toBeGreaterThan(0)
    }
    expect(stats.some(({ job }) => job.includes('local'))).toBe(false)
    for (const replica of replicas.running.values()) {
      expect(replica.output).toMatch(/"cron":2,"intervals":1,"timeouts":1,"left":1,"message":"took over 4 scheduled methods/)
    }
    await replicas.start('d', { takeOver: { ...TAKE_OVER, deployId: 'second' } })
    await until(async () => (await replicas.runs('timeout')).length === 2, { what: 'the next deployment runs its @Timeout' })
  })

  test('run every tick three times without it', async () => {
    const replicas = new Replicas()
    await replicas.startAll(['a', 'b', 'c'], { takeOver: false })
    const threefold = async (job: string) => {
      const seconds = new Map<number, Set<string>>()
      for (const { replica, at } of await replicas.runs(job)) {
        const second = Math.floor(at / EVERY_MS)
        seconds.set(second, (seconds.get(second) ?? new Set()).add(replica))
      }
      return [...seconds.values()].filter(({ size }) => size === 3).length
    }
    for (const job of TICKING) await until(async () => (await threefold(job)) >= 5, { timeoutMs: 30_000, what: `${job} runs threefold` })
    await until(async () => (await replicas.runs('timeout')).length === 3)
    expect(await replicas.claimed('cron')).toEqual([])
    await replicas.stop()
  })

  test('go on without a missed tick when one is killed', async () => {
    const replicas = new Replicas()
    await replicas.startAll(['a', 'b', 'c'])
    await replicas.more(3)
    await replicas.running.get('a')!.kill9()
    await replicas.more(5)
    await replicas.stop()
    for (const job of TICKING) {
      const claimed = await replicas.claimed(job)
      expect(missing(claimed), `${job} left out`).toEqual([])
      // It may have been killed between a claim and the method.
      expect(claimed.length - (await replicas.runs(job)).length).toBeOneOf([0, 1])
    }
  })
})

test('a lost reply of a claim neither doubles a tick nor leaves it out', async () => {
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  const replicas = new Replicas()
  await replicas.startAll(['a', 'b'], { claims: proxy.url })
  await replicas.more(2)
  const lost = proxy.loseEachOnce()
  await replicas.more(4)
  lost.off()
  expect(lost.hits).toBeGreaterThan(8)
  await replicas.stop()
  await replicas.expectEachOnce()
})

describe.runIf(LARGE)('a replica whose clock is', () => {
  test('10 minutes ahead doubles nothing and leaves nothing out: its ticks wait', async () => {
    const replicas = new Replicas()
    await Promise.all([replicas.start('ahead', {}, 600_000), replicas.start('right')])
    await replicas.more(5)
    expect(replicas.running.get('ahead')!.output).toContain('the clock of this machine is ahead of Redis')
    await replicas.stop()
    await replicas.expectEachOnce()
  })

  test('10 minutes behind doubles nothing and leaves nothing out, also when it is left alone', async () => {
    const replicas = new Replicas()
    await Promise.all([replicas.start('behind', {}, -600_000), replicas.start('right')])
    await replicas.more(3)
    await stopped(replicas.running.get('right')!)
    await replicas.more(3)
    await replicas.stop()
    await replicas.expectEachOnce()
    expect((await replicas.runs('cron')).at(-1)!.replica).toBe('behind')
  })
})

describe('while Redis is away', () => {
  test.each(LARGE ? (['skip', 'run'] as const) : (['skip'] as const))(
    'ticks follow onRedisDown: %s; when it is back, each runs once again',
    async (onRedisDown) => {
      await using claims = await RedisServer.start({ appendonly: true })
      const replicas = new Replicas()
      await replicas.startAll(onRedisDown === 'skip' ? ['a', 'b'] : ['a'], { claims: claims.url, takeOver: { ...TAKE_OVER, onRedisDown } })
      await replicas.more(2)
      await claims.kill9()
      const told = [...replicas.running.values()].map((replica) => replica.line(/Redis cannot be asked who runs/, 20_000))
      await Promise.all(told)
      if (onRedisDown === 'run') await replicas.more(3)
      const before = (await replicas.runs('cron')).length
      await claims.restart()
      await Promise.all([...replicas.running.values()].map((replica) => replica.line(/Redis can be asked again/, 30_000)))
      await replicas.more(3)
      expect((await replicas.runs('cron')).length).toBeGreaterThan(before)
      const stats = (await replicas.stop()).filter(({ job }) => job === 'Jobs.cron')
      const sum = (what: 'skipped' | 'unasked') => stats.reduce((all, one) => all + one[what], 0)
      expect(sum('skipped') > 0).toBe(onRedisDown === 'skip')
      expect(sum('unasked') > 0).toBe(onRedisDown === 'run')
      for (const { output } of replicas.running.values()) expect(output.match(/Redis cannot be asked/g)).toHaveLength(1)
    },
  )
})
