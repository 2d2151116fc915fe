/**
 * `npm run demo [-- file.pdf]`: starts the service in this process (API and worker), sends it a PDF over HTTP, watches, prints the report.
 *
 * scripts/demo.mjs builds, provides a Redis and runs this with CHORDIS_REDIS_URL. Exit code 0, or 1 with one clear line when the document
 * cannot be read or the service cannot start; 130 after Ctrl-C.
 */
import { statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
// Your own code writes 'chordis/nestjs' here.
import { createService, type Service } from '../../src/modules/service/index.js'
import { Api, type Outcome, type WireError, type WorkflowStatus } from './api.js'
import { DocumentPipelineModule } from './pipeline.module.js'
import type { WrittenReport } from './report.js'
import { nextLines, type Paint, paint, progress, reportLines, type Stage, timingLines, wantsColours } from './screen.js'

/** Twenty looks a second: enough for a bar that moves, few enough to disturb nothing. */
const LOOK_EVERY_MS = 50

const terminal = process.stdout.isTTY === true
const style: Paint = paint(wantsColours(terminal, process.env.NO_COLOR))
const print = (...lines: string[]) => console.log(lines.join('\n'))

/** The sample lies beside the sources; this file runs from the build output, which may hold a copy. */
function sampleFile(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return (
    [resolve(here, '../../../examples/document-pipeline'), here].map((folder) => join(folder, 'sample.pdf')).find(sizeOf) ?? 'sample.pdf'
  )
}

/** In bytes; 0 when there is no such file: the pipeline will say so. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** npm runs scripts in the package's folder; INIT_CWD is where the user stood. */
const inputFile = (argument: string | undefined) =>
  argument === undefined ? sampleFile() : resolve(process.env.INIT_CWD ?? process.cwd(), argument)

const canvasOf = (file: string) => ({ chain: [{ task: 'pdf.split', args: [file] }, { task: 'pdf.write' }] })

function startService(): Promise<Service> {
  return createService({
    redis: process.env.CHORDIS_REDIS_URL ?? 'redis://127.0.0.1:6379',
    roles: ['api', 'worker'],
    host: '127.0.0.1',
    port: 0,
    imports: [DocumentPipelineModule.forRoot()],
    logger: false,
  })
}

/** Redraws one line on a terminal; elsewhere prints a line whenever another quarter is done. */
function progressPrinter(): { show(status: WorkflowStatus): void; end(): void } {
  let quarter = -1
  return {
    show({ counts }) {
      const line = `  ${progress(counts.success, counts.total)}`
      if (terminal) process.stdout.write(`\r\x1b[2K${line}`)
      else if (Math.floor((4 * counts.success) / counts.total) !== quarter) print(line)
      quarter = Math.floor((4 * counts.success) / counts.total)
    },
    end: () => (terminal ? print('', '') : print('')),
  }
}

/** Looks at the counts until the outcome, for which one request waits on the server, is there. */
async function watch(api: Api, id: string): Promise<Outcome> {
  const printer = progressPrinter()
  const waiting = { over: false }
  const outcome = api.outcome(id).finally(() => {
    waiting.over = true
  })
  while (!waiting.over) {
    printer.show(await api.status(id))
    await Promise.race([outcome.catch(() => undefined), new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS))])
  }
  printer.show(await api.status(id))
  printer.end()
  return outcome
}

function stagesOf(written: WrittenReport, status: WorkflowStatus, own: { boot: number; submit: number }): Stage[] {
  const { splitMs, pagesMs, mergeMs } = written.report.timings
  return [
    ['boot', own.boot, 'this process: from its start until the service answered on HTTP'],
    ['submit', own.submit, 'POST /v1/workflows, request to 202'],
    ['split', splitMs, 'pdf.split: load pdfjs, parse the file'],
    ['pages', pagesMs, 'all pdf.page: the first one started to the last one ended'],
    ['merge', mergeMs, 'pdf.report'],
    ['write', written.writeMs, 'pdf.write'],
    ['workflow', (status.outcomeAt ?? status.createdAt) - status.createdAt, "accepted to outcome, Redis's clock, queueing included"],
    ['total', performance.now(), 'this process, from its start to this line'],
  ]
}

/** What to type after `npm start`, which serves the same tasks. */
function nextSteps(written: WrittenReport, id: string): [string, string[]][] {
  const base = `http://127.0.0.1:${process.env.PORT || 3000}/v1/workflows`
  const body = JSON.stringify({ canvas: canvasOf(written.report.file) }).replaceAll("'", "'\\''")
  const shown = (file: string) => relative(process.cwd(), file)
  return [
    ['the report, for you and for programs', [shown(written.files.markdown), shown(written.files.json)]],
    ['serve the same tasks until Ctrl-C', ['npm start']],
    ['send the same canvas from another terminal', [`curl -s ${base} -H 'content-type: application/json' \\`, `  -d '${body}'`]],
    ["fetch this run's result again (kept 24 h)", [`curl -s '${base}/${id}/result'`]],
  ]
}

/** A ChordError says only that a member of the header failed; its cause says why. */
function explain(error: WireError | undefined): string {
  if (error === undefined) return 'no reason given'
  return error.type === 'ChordError' && error.cause !== undefined ? explain(error.cause) : error.message
}

async function run(service: Service, file: string): Promise<number> {
  const boot = performance.now()
  const api = new Api(service.url)
  const size = sizeOf(file) === 0 ? '' : `${Math.ceil(sizeOf(file) / 1000)} kB, `
  print(`${style.strong(file)} ${style.faint(`${size}over HTTP to ${service.url}`)}`)
  const sent = performance.now()
  const id = await api.submit({ canvas: canvasOf(file), name: 'document-pipeline', tags: ['demo'] })
  const own = { boot, submit: performance.now() - sent }
  print(style.faint(`workflow ${id}`))
  const outcome = await watch(api, id)
  if (outcome.state !== 'SUCCESS') {
    console.error(style.bad(`The workflow ended ${outcome.state}: ${explain(outcome.error)}`))
    return 1
  }
  const written = outcome.result as WrittenReport
  const stages = stagesOf(written, await api.status(id), own)
  print(...reportLines(written.report, style), '', ...timingLines(stages, style), '', ...nextLines(nextSteps(written, id), style))
  return 0
}

/** Ctrl-C: leave in order. The request that is waiting then fails, which is no news. */
const interrupt = { seen: false }
function onInterrupt(service: Service): void {
  interrupt.seen = true
  print('')
  void service.close().finally(() => process.exit(130))
}

async function main(): Promise<number> {
  const service = await startService()
  process.once('SIGINT', () => onInterrupt(service))
  try {
    return await run(service, inputFile(process.argv[2]))
  } finally {
    await service.close()
  }
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    if (!interrupt.seen) console.error(style.bad(`The demo failed: ${error instanceof Error ? error.message : String(error)}`))
    process.exitCode = 1
  },
)
