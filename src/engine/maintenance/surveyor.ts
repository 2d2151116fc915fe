/**
 * The slow look at everything: walks over the keys of each partition in small steps and mends what the doctor would mend, as far as one script can judge
 * it (lists of up to 1,000 entries; what stands in longer ones is looked at when they are shorter). All workers share one walk: who makes a step makes
 * the next one, and another takes over when none was made for 10 s. Repairs are counted by code where `chordis doctor` shows them.
 *
 * Cost: a step reads 250 keys, some 0.3 ms of Redis, and examines the live workflows among them one after the other, at two calls each and one more per
 * 500 nodes, resting four times as long as that took. A step a second at most, and a lap a minute; the other workers ask when a lap is due, or every 10 s.
 */
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { calls, type ScriptCall } from '../redis/scripts.generated.js'
import type { Logger } from '../worker/logger.js'
import { Examiner, SHORT_LIST } from './doctor/examiner.js'
import type { FindingCode } from './doctor/findings.js'
import type { Suspicion } from './doctor/suspicions.js'

export interface SurveyorOptions {
  connection: RedisConnection
  namespace: Namespace
  /** Who asks. */
  process: string
  logger: Logger
  random: () => number
  /** Between two laps, ms. */
  lapMs: number
}

/** Keys per step. */
const KEYS = 250
/** Live workflows examined before a rest, and how long that is, in times of what they took. */
const AT_ONCE = 10
const REST = 4
/** Between two steps of a lap; until another worker goes on with the walk. At most, ms. */
const STEP_MS = 1_000
const TAKE_OVER_MS = 10_000

export class Surveyor {
  private readonly examiner: Examiner
  private timer: NodeJS.Timeout | null = null
  private running: Promise<void> = Promise.resolve()
  private stopped = false
  private wakeUp: () => void = () => {}

  constructor(private readonly options: SurveyorOptions) {
    this.examiner = new Examiner({ connection: options.connection, namespace: options.namespace, fix: true })
  }

  /** Not at once: a worker that starts has other things to do. */
  start(): void {
    this.schedule(this.takeOverMs * (1 + this.options.random()))
  }

  private get takeOverMs(): number {
    return Math.min(TAKE_OVER_MS, this.options.lapMs)
  }

  private schedule(ms: number): void {
    this.timer = setTimeout(() => {
      this.running = this.round().then((next) => {
        if (!this.stopped) this.schedule(next * (1 + 0.2 * this.options.random()))
      })
    }, ms)
  }

  /** A step in every partition where one is due; answers when the next is, ms. Errors wait for the next one. */
  async round(): Promise<number> {
    let next = this.options.lapMs
    for (let partition = 0; partition < this.options.namespace.partitions && !this.stopped; partition++) {
      try {
        next = Math.min(next, await this.step(partition))
      } catch (error) {
        this.options.logger.debug({ err: error, partition }, 'the survey waits for Redis')
      }
    }
    return next
  }

  private async step(partition: number): Promise<number> {
    const { namespace, connection, process, lapMs } = this.options
    const [answer, due, workflows, processes, ready, parked] = (await namespace.runAtEpoch(connection, partition, (epoch) =>
      calls.survey(epoch, process, KEYS, this.takeOverMs, lapMs),
    )) as [string, number, string[], string[], string[], string[]]
    if (answer !== 'ok') return Math.max(due, this.takeOverMs)
    for (const gone of processes)
      await this.mend('process-unknown', { process: gone, partition }, (epoch) => calls.mendprocess(epoch, gone, 1))
    for (const list of ready) await this.mend('list-unlisted', { list, partition }, (epoch) => calls.mendlist(epoch, 'ready', list, 1))
    for (const list of parked) await this.mend('list-unlisted', { list, partition }, (epoch) => calls.mendlist(epoch, 'parked', list, 1))
    for (let from = 0; from < workflows.length && !this.stopped; from += AT_ONCE) {
      const since = performance.now()
      await this.examine(partition, workflows.slice(from, from + AT_ONCE))
      await this.rest(REST * (performance.now() - since))
    }
    return due || Math.min(STEP_MS, lapMs)
  }

  private async examine(partition: number, ids: readonly string[]): Promise<void> {
    const suspicions: Suspicion[] = []
    for (const id of ids) {
      suspicions.push(...(await this.examiner.suspicions(id)))
      await this.mend('ended-unlisted', { workflow: id, partition }, (epoch) => calls.mendindex(epoch, id, 1))
    }
    if (suspicions.length === 0) return
    const { findings } = await this.examiner.examine(suspicions, SHORT_LIST)
    for (const { code, workflow, node, state } of findings) if (state === 'repaired') this.tell({ code, workflow, node, partition })
  }

  /** Runs a script that judges and mends; `code`: of what it mends, where it does not say so itself. */
  private async mend(
    code: FindingCode,
    place: { partition: number } & Record<string, unknown>,
    call: (epoch: string) => ScriptCall,
  ): Promise<void> {
    const { namespace, connection } = this.options
    const [answer, said] = await namespace.runAtEpoch(connection, place.partition, call)
    if (answer === 'mended') this.tell({ code: said ?? code, ...place })
  }

  private tell(repair: object): void {
    this.options.logger.warn(repair, 'the upkeep found a state that no script leaves behind, and repaired it')
  }

  private rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Ends with the workflows that are being examined. */
  async stop(): Promise<void> {
    this.stopped = true
    if (this.timer) clearTimeout(this.timer)
    this.wakeUp()
    await this.running
  }
}
