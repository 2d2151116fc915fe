/** What the beats of this process fire and leave out, and how late. */
import { Counter, Histogram, type Registry } from 'prom-client'
import { type Fired, LATENESS_CLASSES_MS } from '../../engine/index.js'

const MS_PER_S = 1_000
/** Answers of `fire` that are counted, by the label that they get; the others are looked at again, or were somebody else's. */
const OUTCOMES: { readonly [answer: string]: string } = {
  fired: 'fired',
  skipped: 'overlap',
  missed: 'missed',
  known: 'known',
  waiting: 'buffered',
}

export class BeatMetrics {
  private readonly runs: Counter
  private readonly lateness: Histogram

  constructor(registry: Registry, prefix: string) {
    const registers = [registry]
    this.runs = new Counter({
      name: `${prefix}beat_runs_total`,
      help: 'Runs of schedules: fired, left out (overlap: an earlier one went on; missed: too late; known: submitted before), buffered until an earlier one ends',
      labelNames: ['outcome'],
      registers,
    })
    for (const outcome of Object.values(OUTCOMES)) this.runs.inc({ outcome }, 0)
    this.lateness = new Histogram({
      name: `${prefix}beat_lateness_seconds`,
      help: 'How much later than due ticks were fired',
      buckets: LATENESS_CLASSES_MS.filter(Number.isFinite).map((ms) => ms / MS_PER_S),
      registers,
    })
  }

  /** A beat of this process had to do with a run. */
  readonly count = ({ answer, run, latenessMs, passed }: Fired): void => {
    const outcome = OUTCOMES[answer]
    if (outcome === undefined) return
    this.runs.inc({ outcome }, answer === 'missed' ? passed : 1)
    if (answer === 'fired' && run?.kind === 'tick') this.lateness.observe(latenessMs / MS_PER_S)
  }
}
