/**
 * `npm run bench`: every contestant on every workload, alternating round by round on one Redis, medians and spread.
 *
 * One fresh server per workload; each measurement in a process of its own. Prints a table, writes bench/results/latest.json and the charts
 * (only a whole run does), and --json.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { floorSha256 } from './contestants/floor.js'
import { contestants } from './contestants/index.js'
import type { Contestant, Size, Workload } from './contract.js'
import { type Choice, readArguments, USAGE } from './lib/arguments.js'
import { writeCharts } from './lib/charts.js'
import { startCluster } from './lib/cluster.js'
import { RESULTS, STATE } from './lib/paths.js'
import { cpuOf, emptyReport, type Report, rowsOf, slowestOf, slowestRows, table } from './lib/report.js'
import { playRounds } from './lib/rounds.js'
import { startServer } from './lib/server.js'
import { writeSummary } from './lib/summary.js'
import { FLOOR_WORKLOADS, workloads } from './workloads/index.js'

const say = (text: string): void => void process.stderr.write(`${text}\n`)

function roundsOf(workload: Workload, choice: Choice): number {
  const planned = workload.rounds[choice.quick ? 'quick' : 'full']
  return planned === 0 && choice.workloads.length === 0 ? 0 : (choice.rounds ?? Math.max(1, planned))
}

function chosenWorkloads(choice: Choice): Workload[] {
  const base = choice.floorOnly ? workloads.filter(({ name }) => FLOOR_WORKLOADS.includes(name)) : workloads
  const wanted = (name: string): boolean =>
    choice.workloads.some((part) => (part.endsWith('*') ? name.startsWith(part.slice(0, -1)) : name === part))
  const chosen = choice.workloads.length === 0 ? base : base.filter(({ name }) => wanted(name))
  if (chosen.length === 0) throw new Error(`no such workload; there are ${base.map(({ name }) => name).join(', ')}`)
  return chosen.filter((workload) => roundsOf(workload, choice) > 0)
}

async function chosenContestants(choice: Choice): Promise<Contestant[]> {
  const peers = choice.floorOnly ? ['floor'] : choice.peers
  const unknown = peers.find((peer) => !contestants.some(({ name }) => name === peer))
  if (unknown !== undefined) throw new Error(`no such contestant: ${unknown}; there are ${contestants.map(({ name }) => name).join(', ')}`)
  const field: Contestant[] = []
  for (const contestant of contestants) {
    if (contestant.name !== 'chordis' && peers.length > 0 && !peers.includes(contestant.name)) continue
    const missing = (await contestant.missing?.()) ?? null
    if (missing === null) field.push(contestant)
    else say(`${contestant.name} takes no part: ${missing}`)
  }
  return field
}

async function play(workload: Workload, field: Contestant[], choice: Choice, report: Report): Promise<void> {
  const size: Size = choice.quick ? 'quick' : 'full'
  const from = performance.now()
  const server = workload.masters === undefined ? await startServer() : await startCluster(workload.masters)
  if (server === null) return say(`${workload.name}  left out: it needs servers of its own`)
  try {
    if (workload.masters === undefined) report.redis = await server.about()
    const contending = field.filter(({ name }) => workload.only?.includes(name) ?? true)
    const { measured, failed } = await playRounds(workload, contending, server, size, roundsOf(workload, choice))
    report.rows.push(...rowsOf(measured, workload.rows))
    report.cpu.push(...cpuOf(measured))
    report.slowestScripts.push(...slowestOf(measured))
    report.failed.push(...failed)
    for (const { contestant, reason } of failed) say(`${workload.name}  ${contestant} failed: ${reason}`)
  } finally {
    await server.stop()
  }
  say(`${workload.name}  ${((performance.now() - from) / 1_000).toFixed(1)} s`)
}

function save(report: Report, file: string): void {
  mkdirSync(dirname(resolve(file)), { recursive: true })
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`)
  say(`written: ${file}`)
}

async function run(choice: Choice): Promise<void> {
  const chosen = chosenWorkloads(choice)
  const field = await chosenContestants(choice)
  const report = emptyReport(floorSha256())
  for (const { name, version } of field) if (version !== undefined) report.versions[name] = await version()
  for (const workload of chosen) await play(workload, field, choice, report)
  report.rows.push(...slowestRows(report.slowestScripts))
  console.log(`\n${report.machine}\n${report.redis}\n\n${table(report)}`)
  if (choice.json !== undefined) save(report, choice.json)
  if (choice.whole) {
    save(report, join(RESULTS, 'latest.json'))
    writeCharts(report, RESULTS)
    writeSummary(report)
  }
  if (report.failed.some(({ contestant }) => contestant === 'chordis')) process.exitCode = 1
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
try {
  await run(readArguments(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error(USAGE)
  process.exitCode = 1
} finally {
  if (!process.env.CHORDIS_REDIS_URL) rmSync(STATE, { recursive: true, force: true })
}
