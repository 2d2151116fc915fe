/**
 * The tasks of the document pipeline: methods of an ordinary provider.
 *
 *   chain( pdf.split(file), pdf.write )
 *            └─ replaces itself by chord( [pdf.page(file, 1) … pdf.page(file, n)], pdf.report )
 *
 * Nobody knows the number of pages before the file was opened, so `pdf.split` puts a chord in its own place when it does. What follows it
 * in the chain, `pdf.write`, then gets the value of that chord.
 *
 * Each task may run twice (at-least-once): reading changes nothing, and writing puts the same bytes into the same file.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common'
// Your own code writes 'chordis' and 'chordis/nestjs' here.
import { chord, signature, type TaskContext } from '../../src/engine/index.js'
import { Ctx, Task } from '../../src/modules/index.js'
import { DocumentCache, describe, textOfPage } from './pdf.js'
import { mergePages, type PageResult, type Report, type SplitResult, toMarkdown, type WrittenReport } from './report.js'
import { countTerms, wordsOf } from './text.js'

/** Injection token: the folder that reports are written into. */
export const REPORTS_FOLDER = Symbol('reports folder')

/** Started now; `ms()` is the time since then. Durations come from the monotonic clock, instants from the wall clock. */
function stopwatch() {
  const from = performance.now()
  return { startedAt: Date.now(), ms: () => Math.round((performance.now() - from) * 100) / 100 }
}

@Injectable()
export class DocumentTasks implements OnApplicationShutdown {
  private readonly documents = new DocumentCache()

  constructor(@Inject(REPORTS_FOLDER) private readonly reports: string) {}

  /** Opens the file and replaces itself by one task per page and their report. */
  @Task('pdf.split')
  async split(@Ctx() ctx: TaskContext, path: string): Promise<never> {
    if (typeof path !== 'string' || path === '') throw new TypeError('pdf.split takes one argument: the path of a PDF file')
    const watch = stopwatch()
    const file = resolve(path)
    const found = await this.documents.use(file, (document) => describe(document, file))
    const split: SplitResult = { file, ...found, startedAt: watch.startedAt, ms: watch.ms() }
    const pages = Array.from({ length: found.pages }, (_, i) => signature('pdf.page', [file, i + 1]))
    return ctx.replace(chord(pages, signature('pdf.report', [{ ...split }])))
  }

  /** Extracts the text of one page and counts its words and terms. */
  @Task('pdf.page')
  async page(file: string, number: number): Promise<PageResult> {
    const watch = stopwatch()
    const words = wordsOf(await this.documents.use(file, (document) => textOfPage(document, number)))
    return { page: number, words: words.length, terms: countTerms(words), startedAt: watch.startedAt, ms: watch.ms() }
  }

  /** The chord's body: gets the list of all pages first, in page order, then its own argument. */
  @Task('pdf.report')
  report(pages: PageResult[], split: SplitResult): Report {
    const watch = stopwatch()
    const report = mergePages(pages, split)
    report.timings.mergeMs = watch.ms()
    return report
  }

  /** Writes the report as JSON and as Markdown, named after the document and the workflow. */
  @Task('pdf.write')
  async write(@Ctx() ctx: TaskContext, report: Report): Promise<WrittenReport> {
    const watch = stopwatch()
    await mkdir(this.reports, { recursive: true })
    const name = join(this.reports, `${basename(report.file, extname(report.file))}-${ctx.workflow.id.replace(/[^\w-]/g, '_')}`)
    const files = { json: `${name}.json`, markdown: `${name}.md` }
    await writeWhole(files.json, `${JSON.stringify(report, null, 2)}\n`)
    await writeWhole(files.markdown, toMarkdown(report))
    return { report, files, writeMs: watch.ms() }
  }

  /** Workers have stopped by now: nobody uses a document any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.documents.close()
  }
}

/** A reader sees the old file or the new one, never half of one. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`
  await writeFile(draft, text)
  await rename(draft, file)
}
