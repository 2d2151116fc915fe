/**
 * The document pipeline example end to end: real PDFs, the service with API and worker, HTTP, a real Redis.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api, type Outcome, type WorkflowStatus } from '../../examples/document-pipeline/api.js'
import { makeSample, sampleTexts } from '../../examples/document-pipeline/make-sample.mjs'
import { DocumentPipelineModule } from '../../examples/document-pipeline/pipeline.module.js'
import type { Report, WrittenReport } from '../../examples/document-pipeline/report.js'
import { createService, type Service } from '../../src/modules/service/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'

const redis = useRedis()
const folder = mkdtempSync(join(tmpdir(), 'chordis-demo-'))
const reports = join(folder, 'reports')
let service: Service
let api: Api

beforeAll(async () => {
  service = await createService({
    redis: redis.url,
    namespace: redis.ns(),
    roles: ['api', 'worker'],
    host: '127.0.0.1',
    port: 0,
    imports: [DocumentPipelineModule.forRoot({ reports })],
    logger: false,
  })
  api = new Api(service.url)
})

afterAll(async () => {
  await service?.close()
  rmSync(folder, { recursive: true, force: true })
})

function fileWith(name: string, bytes: Buffer | string): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}

async function run(file: unknown): Promise<{ id: string; outcome: Outcome; status: WorkflowStatus }> {
  const id = await api.submit({ canvas: { chain: [{ task: 'pdf.split', args: [file] }, { task: 'pdf.write' }] } })
  const outcome = await api.outcome(id)
  const status = await until(async () => {
    const now = await api.status(id)
    return now.counts.remaining === 0 && now
  })
  return { id, outcome, status }
}

/** What the report must say, counted in another way than the tasks count. */
function expectExact(report: Report, texts: string[]): void {
  const wordsPerPage = texts.map((text) => text.split(/\s+/).length)
  const most = Math.max(...wordsPerPage)
  expect(report.pages).toBe(texts.length)
  expect(report.wordsPerPage).toEqual(wordsPerPage)
  expect(report.words).toBe(wordsPerPage.reduce((a, b) => a + b))
  expect(report.longest).toEqual({ page: wordsPerPage.indexOf(most) + 1, words: most })
  expect(report.terms.length).toBeGreaterThan(5)
  for (const [term, count] of report.terms)
    expect([term, count]).toEqual([term, texts.join('\n').match(new RegExp(`\\b${term}\\b`, 'gi'))?.length])
}

describe('a PDF', () => {
  test.each([3, 42])('of %i pages is split, read page by page and merged into a report with the exact counts', async (pages) => {
    const file = fileWith(`${pages}.pdf`, makeSample({ pages }))
    const { outcome, status } = await run(file)
    if (outcome.state !== 'SUCCESS') throw new Error(JSON.stringify(outcome))
    const { report, files } = outcome.result as WrittenReport
    expectExact(report, sampleTexts({ pages }))
    expect(report).toMatchObject({ file, title: 'A Field Guide to Queues', emptyPages: [] })
    expect(JSON.parse(readFileSync(files.json, 'utf8'))).toEqual(report)
    expect(readFileSync(files.markdown, 'utf8')).toContain(`- Words: ${report.words}`)
    expect(files.json.startsWith(reports)).toBe(true)
    expect(status.counts).toMatchObject({ failure: 0, revoked: 0, remaining: 0 })
  })
})

describe('what cannot be read', () => {
  test.each([
    ['a file that is no PDF', () => fileWith('broken.pdf', 'not a PDF'), 'it is not a PDF, or it is damaged'],
    ['a missing file', () => join(folder, 'missing.pdf'), 'there is no such file'],
  ])('%s ends the workflow FAILURE with the file and the reason, and nothing is written', async (_, make, reason) => {
    const file = make()
    const { id, outcome, status } = await run(file)
    expect(outcome).toMatchObject({ state: 'FAILURE', error: { type: 'DocumentError', message: `cannot read ${file}: ${reason}` } })
    expect(status).toMatchObject({ state: 'FAILURE', counts: { failure: 1, skipped: 1, success: 0 } })
    expect(existsSync(join(reports, `broken-${id}.json`))).toBe(false)
  })

  test('an argument that is no path is refused by the task', async () => {
    const { outcome } = await run(7)
    expect(outcome).toMatchObject({
      state: 'FAILURE',
      error: { type: 'TypeError', message: expect.stringContaining('path of a PDF file') },
    })
  })
})
