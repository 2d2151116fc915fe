/**
 * `npm run bench`: every contestant on every workload, alternating round by round on one Redis, medians and spread.
 *
 * One fresh server per workload; within it the contestants take turns, each measurement in a process of its own on an empty Redis.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { floorSha256 } from './contestants/floor.js'
import { contestants } from './contestants/index.js'
import type { Contestant, Figures, Place, Size, Workload } from './contract.js'
import { type Choice, readArguments, USAGE } from './lib/arguments.js'
import { ask, childCpuSeconds } from './lib/child.js'
import { STATE } from './lib/paths.js'
import { cpuOf, type Measured, machine, type Report, rowsOf, table } from './lib/report.js'
import { type Server, startServer } from './lib/server.js'
import type { Request } from './measure.js'
import { FLOOR_WORKLOADS, workloads } from './workloads/index.js'

const say = (text: string): void => void process.stderr.write(`${text}\n`)

function figuresOf(contestant: Contestant, workload: Workload, place: Place, size: Size): Promise<Figures> | null {
  if (contestant.measure) return contestant.measure(workload, place, size)
  const request: Request = { contestant: contestant.name, workload: workload.name, place, size }
  return ask<Figures>(join(import.meta.dirname, 'measure.js'), request)
}

async function measure(contestant: Contestant, workload: Workload, server: Server, size: Size): Promise<Measured | null> {
  const place = { url: server.url, prefix: `bench-${process.pid}` }
  const [redisBefore, processesBefore] = [await server.cpuSeconds(), childCpuSeconds()]
  const figures = await figuresOf(contestant, workload, place, size)
  const cpu = { redisSeconds: (await server.cpuSeconds()) - redisBefore, processesSeconds: childCpuSeconds() - processesBefore }
  await server.clean(place.prefix)
  return figures === null || Object.keys(figures).length === 0
    ? null
    : { contestant: contestant.name, workload: workload.name, figures, cpu }
}

async function rounds(workload: Workload, field: Contestant[], server: Server, size: Size, count: number): Promise<Measured[]> {
  const measured: Measured[] = []
  let taking = field
  for (let round = 0; round < count; round++) {
    // Who goes first changes, so that nobody always follows the same one.
    const order = taking.map((_, k) => taking[(k + round) % taking.length] as Contestant)
    const able: Contestant[] = []
    for (const contestant of order) {
      const one = await measure(contestant, workload, server, size)
      if (one === null) continue
      able.push(contestant)
      measured.push(one)
    }
    taking = field.filter((contestant) => able.includes(contestant))
  }
  return measured.sort(
    (a, b) => field.findIndex(({ name }) => name === a.contestant) - field.findIndex(({ name }) => name === b.contestant),
  )
}

function chosenWorkloads(choice: Choice): Workload[] {
  const base = choice.floorOnly ? workloads.filter(({ name }) => FLOOR_WORKLOADS.includes(name)) : workloads
  const chosen =
    choice.workloads.length === 0 ? base : base.filter(({ name }) => choice.workloads.some((wanted) => name.startsWith(wanted)))
  if (chosen.length === 0) throw new Error(`no such workload; there are ${base.map(({ name }) => name).join(', ')}`)
  return chosen
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

async function run(choice: Choice): Promise<Report> {
  const size: Size = choice.quick ? 'quick' : 'full'
  const field = await chosenContestants(choice)
  const report: Report = { machine: machine(), redis: '', date: new Date().toISOString(), floorSha256: floorSha256(), rows: [], cpu: [] }
  for (const workload of chosenWorkloads(choice)) {
    const server = await startServer()
    try {
      report.redis = await server.about()
      const from = performance.now()
      const measured = await rounds(workload, field, server, size, choice.rounds ?? workload.rounds[size])
      report.rows.push(...rowsOf(measured, workload.rows))
      report.cpu.push(...cpuOf(measured))
      say(`${workload.name}  ${((performance.now() - from) / 1_000).toFixed(1)} s`)
    } finally {
      await server.stop()
    }
  }
  return report
}

function save(report: Report, file: string): void {
  mkdirSync(dirname(resolve(file)), { recursive: true })
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`)
  say(`written: ${file}`)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
try {
  const choice = readArguments(process.argv.slice(2))
  const report = await run(choice)
  console.log(`\n${report.machine}\n${report.redis}\n\n${table(report)}`)
  if (choice.json !== undefined) save(report, choice.json)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error(USAGE)
  process.exitCode = 1
} finally {
  if (!process.env.CHORDIS_REDIS_URL) rmSync(STATE, { recursive: true, force: true })
}
