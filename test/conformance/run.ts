/**
 * `npm run conformance -- FILE… [--workers N] [--partitions N] [--via http|engine] [--redis URL]`
 *
 * Prints each failing case and ends with `N passed, N failed`; exit code 1 when a case failed, 2 for a wrong call. Several Redis URLs,
 * separated by commas, are the nodes of a Cluster. Without `--redis`: CHORDIS_REDIS_URL, which the launcher sets.
 */
import { parseArgs } from 'node:util'
import type { RedisOptions } from '../../src/engine/index.js'
import { readCases } from './cases.js'
import { expressionOf } from './expression.js'
import { type FailedCase, type RunOptions, runConformance } from './runner.js'

const USAGE = 'npm run conformance -- FILE… [--workers N] [--partitions N] [--via http|engine] [--redis URL]'

class UsageError extends Error {}

function readCall(argv: string[]): RunOptions {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { workers: { type: 'string' }, partitions: { type: 'string' }, via: { type: 'string' }, redis: { type: 'string' } },
  })
  if (positionals.length === 0) throw new UsageError('name a file of cases, for instance test/conformance/cases/edge.json')
  const { via = 'engine' } = values
  if (via !== 'http' && via !== 'engine') throw new UsageError(`--via is http or engine, not ${via}`)
  return {
    cases: positionals.flatMap((file) => readCases(file)),
    redis: readRedis(values.redis ?? process.env.CHORDIS_REDIS_URL),
    workers: readCount('workers', values.workers),
    partitions: readCount('partitions', values.partitions),
    via,
  }
}

function readRedis(text: string | undefined): string | RedisOptions {
  if (!text) throw new UsageError('there is no Redis: give --redis URL or set CHORDIS_REDIS_URL')
  return text.includes(',') ? { cluster: text.split(',') } : text
}

function readCount(name: string, text = '1'): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--${name} is a whole number of at least 1, not ${text}`)
  return Number(text)
}

function report({ case: one, got }: FailedCase): string {
  const lines = [`${one.id}${one.name ? ` (${one.name})` : ''}  ${expressionOf(one.canvas)}`]
  lines.push(`  expected ${JSON.stringify(one.expect)}${one.marks ? ` marks ${JSON.stringify(one.marks)}` : ''}`)
  if ('error' in got) lines.push(`  got      ${got.error}`)
  else lines.push(`  got      ${JSON.stringify(got.outcome)} marks ${JSON.stringify(got.marks)}${got.ended ? '' : ' and it did not end'}`)
  return lines.join('\n')
}

/** A bar on a terminal; nothing elsewhere. */
function drawBar(done: number, all: number): void {
  if (!process.stderr.isTTY) return
  const filled = Math.round((30 * done) / all)
  process.stderr.write(`\r[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${done}/${all}${done === all ? '\r\x1b[K' : ''}`)
}

async function main(): Promise<number> {
  const { passed, failed } = await runConformance({ ...readCall(process.argv.slice(2)), onResult: drawBar })
  for (const one of failed) console.log(`${report(one)}\n`)
  console.log(`${passed} passed, ${failed.length} failed`)
  return failed.length === 0 ? 0 : 1
}

process.exitCode = await main().catch((error: Error & { code?: string }) => {
  const isUsage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS') === true
  console.error(isUsage ? `${error.message}\n${USAGE}` : error)
  return isUsage ? 2 : 1
})
