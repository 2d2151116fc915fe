/** `npm run chaos`: see USAGE in arguments.ts. Exit codes: 0 all holds, 1 an invariant is broken, 2 wrong usage, or a run that proves too little. */
import { randomInt } from 'node:crypto'
import { createWriteStream, type WriteStream, writeFileSync } from 'node:fs'
import { columns, cut, paint, wantsColours } from '../../../src/cli/terminal.js'
import { type Choice, readArguments, USAGE } from './arguments.js'
import { FAULTS, faultsOf } from './faults.js'
import { exitCode, figures, progressText, reportLines, shortfalls } from './report.js'
import { type Progress, runNemesis } from './run.js'

const { stdout, stderr } = process
const out = paint(wantsColours(stdout.isTTY ?? false, process.env.NO_COLOR))
const err = paint(wantsColours(stderr.isTTY ?? false, process.env.NO_COLOR))
/** Between two lines of progress where there is no terminal, ms. */
const LINE_MS = 5_000

const print = (text: string): void => void stdout.write(`${text}\n`)

/** Redraws one line on a terminal; elsewhere a line now and then. */
function display(seconds: number): { update(progress: Progress): void; end(): void } {
  let last = Number.NEGATIVE_INFINITY
  return {
    update(progress) {
      if (stderr.isTTY) stderr.write(`\r\x1b[2K${cut(progressText(progress, seconds, paint(false)), stderr.columns - 1)}`)
      else if (progress.elapsedMs - last >= LINE_MS) {
        last = progress.elapsedMs
        stderr.write(`${progressText(progress, seconds, err)}\n`)
      }
    },
    end: () => void (stderr.isTTY && stderr.write('\r\x1b[2K')),
  }
}

async function one(choice: Choice, seed: number, history: WriteStream | undefined): Promise<{ code: number; figures: object }> {
  const { seconds, topology, workload, workers, leaseMs } = choice
  const faults = faultsOf(topology, choice.faults)
  print(
    `chaos  seed ${out.strong(String(seed))}  ${seconds} s  ${topology}  ${workload}  ${workers} workers  ${faults.length} kinds of faults`,
  )
  const shown = display(seconds)
  const verdict = await runNemesis({
    ...{ seed, seconds, faults, topology, workload, workers, leaseMs, inFlight: IN_FLIGHT },
    onProgress: (progress) => shown.update(progress),
    ...(history === undefined ? {} : { onEntry: (entry) => void history.write(`${JSON.stringify(entry)}\n`) }),
  }).finally(() => shown.end())
  const missing = shortfalls(seconds, verdict, faults, choice.faults.length > 0)
  const code = exitCode(verdict, missing)
  for (const line of [...reportLines(verdict, out), ...missing.map((text) => `  ${out.warn(text)}`)]) print(line)
  if (code !== 0) print(`  replay with: npm run chaos -- --seed ${seed} --seconds ${seconds} --topology ${topology} --workload ${workload}`)
  return { code, figures: figures(seed, seconds, verdict) }
}

const IN_FLIGHT = 48

const faultLines = (): string[] => columns(FAULTS.map(({ name, topologies = ['single'], doc }) => [name, topologies.join(', '), doc]))

async function main(choice: Choice): Promise<number> {
  if (choice.help || choice.list) {
    for (const line of choice.help ? [USAGE] : faultLines()) print(line)
    return 0
  }
  const history = choice.history === undefined ? undefined : createWriteStream(choice.history)
  const results: { code: number; figures: object }[] = []
  for (let k = 0; k < choice.runs; k++) results.push(await one(choice, (choice.seed + k) >>> 0, history))
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
