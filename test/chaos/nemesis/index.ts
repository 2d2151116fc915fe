/** `npm run chaos`: see USAGE in arguments.ts. Exit codes: 0 all holds, 1 an invariant is broken, 2 wrong usage, or a run that proves too little. */
import { randomInt } from 'node:crypto'
import { createWriteStream, writeFileSync } from 'node:fs'
import { columns, cut, type Paint, paint, wantsColours } from '../../../src/cli/terminal.js'
import { type Choice, readArguments, USAGE } from './arguments.js'
import { BEAT_FAULTS, beatFaultsOf } from './beat/faults.js'
import { beatExitCode, beatFigures, beatProgressText, beatReportLines, beatShortfalls } from './beat/report.js'
import { type BeatProgress, runBeatNemesis } from './beat/run.js'
import { FAULTS, faultsOf } from './faults.js'
import type { Entry } from './history.js'
import { exitCode, figures, progressText, reportLines, shortfalls } from './report.js'
import { type Progress, runNemesis } from './run.js'
import type { Workload } from './stage.js'

const { stdout, stderr } = process
const out = paint(wantsColours(stdout.isTTY ?? false, process.env.NO_COLOR))
const err = paint(wantsColours(stderr.isTTY ?? false, process.env.NO_COLOR))
/** Between two lines of progress where there is no terminal, ms. */
const LINE_MS = 5_000

const print = (text: string): void => void stdout.write(`${text}\n`)

/** Redraws one line on a terminal; elsewhere a line now and then. */
function display<P extends { elapsedMs: number }>(text: (progress: P, style: Paint) => string): { update(progress: P): void; end(): void } {
  let last = Number.NEGATIVE_INFINITY
  return {
    update(progress) {
      if (stderr.isTTY) stderr.write(`\r\x1b[2K${cut(text(progress, paint(false)), stderr.columns - 1)}`)
      else if (progress.elapsedMs - last >= LINE_MS) {
        last = progress.elapsedMs
        stderr.write(`${text(progress, err)}\n`)
      }
    },
    end: () => void (stderr.isTTY && stderr.write('\r\x1b[2K')),
  }
}

interface Result {
  code: number
  figures: object
}

type OnEntry = { onEntry?: (entry: Entry) => void }

function conclude(
  code: number,
  lines: readonly string[],
  missing: readonly string[],
  { seconds, topology, workload }: Choice,
  seed: number,
): void {
  for (const line of [...lines, ...missing.map((text) => `  ${out.warn(text)}`)]) print(line)
  if (code !== 0) print(`  replay with: npm run chaos -- --seed ${seed} --seconds ${seconds} --topology ${topology} --workload ${workload}`)
}

async function one(choice: Choice & { workload: Workload }, seed: number, to: OnEntry): Promise<Result> {
  const { seconds, topology, workload, workers, leaseMs } = choice
  const faults = faultsOf(topology, choice.faults)
  print(
    `chaos  seed ${out.strong(String(seed))}  ${seconds} s  ${topology}  ${workload}  ${workers} workers  ${faults.length} kinds of faults`,
  )
  const shown = display<Progress>((progress, style) => progressText(progress, seconds, style))
  const verdict = await runNemesis({
    ...{ seed, seconds, faults, topology, workload, workers, leaseMs, inFlight: IN_FLIGHT },
    onProgress: (progress) => shown.update(progress),
    ...to,
  }).finally(() => shown.end())
  const missing = shortfalls(seconds, verdict, faults, choice.faults.length > 0)
  const code = exitCode(verdict, missing)
  conclude(code, reportLines(verdict, out), missing, choice, seed)
  return { code, figures: figures(seed, seconds, verdict) }
}

async function oneOfSchedules(choice: Choice, seed: number, to: OnEntry): Promise<Result> {
  const { seconds, beats, workers, leaseMs } = choice
  const faults = beatFaultsOf(choice.faults)
  print(`chaos  seed ${out.strong(String(seed))}  ${seconds} s  beat  ${beats} beats  ${workers} workers  ${faults.length} kinds of faults`)
  const shown = display<BeatProgress>((progress, style) => beatProgressText(progress, seconds, style))
  const verdict = await runBeatNemesis({
    ...{ seed, seconds, faults, beats, workers, leaseMs },
    onProgress: (progress) => shown.update(progress),
    ...to,
  }).finally(() => shown.end())
  const missing = beatShortfalls(seconds, verdict, faults, choice.faults.length > 0)
  const code = beatExitCode(verdict, missing)
  conclude(code, beatReportLines(verdict, out), missing, choice, seed)
  return { code, figures: beatFigures(seed, seconds, verdict) }
}

const IN_FLIGHT = 48

const faultLines = ({ workload }: Choice): string[] =>
  workload === 'beat'
    ? columns(BEAT_FAULTS.map(({ name, doc }) => [name, doc]))
    : columns(FAULTS.map(({ name, topologies = ['single'], doc }) => [name, topologies.join(', '), doc]))

async function main(choice: Choice): Promise<number> {
  if (choice.help || choice.list) {
    for (const line of choice.help ? [USAGE] : faultLines(choice)) print(line)
    return 0
  }
  const history = choice.history === undefined ? undefined : createWriteStream(choice.history)
  const to: OnEntry = history === undefined ? {} : { onEntry: (entry) => void history.write(`${JSON.stringify(entry)}\n`) }
  const { workload } = choice
  const results: Result[] = []
  for (let k = 0; k < choice.runs; k++) {
    const seed = (choice.seed + k) >>> 0
    results.push(await (workload === 'beat' ? oneOfSchedules(choice, seed, to) : one({ ...choice, workload }, seed, to)))
  }
  if (choice.json !== undefined) {
    const all = results.map((result) => result.figures)
    writeFileSync(choice.json, `${JSON.stringify(choice.runs === 1 ? all[0] : all, null, 1)}\n`)
  }
  await new Promise<void>((resolve) => (history === undefined ? resolve() : history.end(resolve)))
  const codes = results.map(({ code }) => code)
  return codes.includes(1) ? 1 : Math.max(...codes)
}

try {
  process.exitCode = await main(readArguments(process.argv.slice(2), () => randomInt(2 ** 32)))
} catch (error) {
  stderr.write(`chaos: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
