/**
 * The pure parts of the document pipeline example: the sample PDF, reading it, counting, merging, printing. No Redis.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { makeSample, sampleTexts } from '../../examples/document-pipeline/make-sample.mjs'
import { DocumentCache, describe as describeDocument, textOfPage } from '../../examples/document-pipeline/pdf.js'
import { mergePages, type PageResult, toMarkdown } from '../../examples/document-pipeline/report.js'
import { bar, duration, paint, progress, reportLines, sparkline, wantsColours } from '../../examples/document-pipeline/screen.js'
import { countTerms, mergeTerms, wordsOf } from '../../examples/document-pipeline/text.js'

const folder = mkdtempSync(join(tmpdir(), 'chordis-pdf-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function fileWith(name: string, bytes: Buffer | string): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}

const page = (number: number, text: string): PageResult => {
  const words = wordsOf(text)
  return { page: number, words: words.length, terms: countTerms(words), startedAt: 1_000 * number, ms: 500 }
}

const split = { file: '/a.pdf', title: 'A', pages: 2, startedAt: 0, ms: 7 }

describe('the sample', () => {
  test('the committed file is what the script makes', () => {
    const committed = readFileSync(new URL('../../examples/document-pipeline/sample.pdf', import.meta.url))
    expect(committed.equals(makeSample())).toBe(true)
    expect(committed.length).toBeLessThan(300_000)
  })

  test('every word of every page comes back out of the PDF, in order', async () => {
    const file = fileWith('42.pdf', makeSample())
    const cache = new DocumentCache()
    const texts = await cache.use(file, (document) => Promise.all(sampleTexts().map((_, i) => textOfPage(document, i + 1))))
    expect(texts.map(wordsOf)).toEqual(sampleTexts().map(wordsOf))
    expect(await cache.use(file, (document) => describeDocument(document, file))).toEqual({ pages: 42, title: 'A Field Guide to Queues' })
    await cache.close()
  })
})

describe('reading', () => {
  test('forty-two readers at once parse the file once, and again when it has changed', async () => {
    const file = fileWith('change.pdf', makeSample({ pages: 3 }))
    const cache = new DocumentCache()
    await Promise.all(Array.from({ length: 42 }, (_, i) => cache.use(file, (document) => textOfPage(document, (i % 3) + 1))))
    expect(cache.parsed).toBe(1)
    fileWith('change.pdf', makeSample({ pages: 4 }))
    expect(await cache.use(file, async (document) => document.numPages)).toBe(4)
    expect(cache.parsed).toBe(2)
    await cache.close()
  })

  test('a document that is being read is not closed by others that push it out of the cache', async () => {
    const files = [3, 4, 5, 6].map((pages) => fileWith(`${pages}.pdf`, makeSample({ pages })))
    const cache = new DocumentCache(1)
    const counts = await cache.use(files[0]!, async (first) => {
      const others = await Promise.all(files.slice(1).map((file) => cache.use(file, async (document) => document.numPages)))
      return [...others, wordsOf(await textOfPage(first, 1)).length > 5]
    })
    expect(counts).toEqual([4, 5, 6, true])
    await cache.close()
  })

  test.each([
    ['missing.pdf', null, 'there is no such file'],
    ['text.pdf', 'this is no PDF', 'it is not a PDF, or it is damaged'],
    ['empty.pdf', '', 'it is not a PDF, or it is damaged'],
    ['cut.pdf', makeSample({ pages: 3 }).subarray(0, 40), 'it is not a PDF, or it is damaged'],
  ])('%s is refused by name, with the reason, each time it is tried', async (name, bytes, reason) => {
    const file = bytes === null ? join(folder, name) : fileWith(name, bytes)
    const cache = new DocumentCache()
    for (const _ of [1, 2])
      await expect(cache.use(file, async (document) => document.numPages)).rejects.toThrow(`cannot read ${file}: ${reason}`)
    await cache.close()
  })
})

describe('counting', () => {
  test('a word keeps its apostrophes and hyphens, and one divided at the end of a line counts once', () => {
    expect(wordsOf("It's a well-known queue, distri-\nbuted over 3 hosts (naïve).")).toEqual([
      "It's",
      'a',
      'well-known',
      'queue',
      'distributed',
      'over',
      '3',
      'hosts',
      'naïve',
    ])
  })

  test('terms are lower case without stop words, numbers and short words, most frequent first', () => {
    expect(countTerms(wordsOf('The queue and THE Chord: a chord, 42 go __proto__ chord constructor don’t'))).toEqual([
      ['chord', 3],
      ['constructor', 1],
      ['proto', 1],
      ['queue', 1],
    ])
  })

  test('merged counts are the counts of the whole', () => {
    const texts = sampleTexts()
    expect(mergeTerms(texts.map((text) => countTerms(wordsOf(text))))).toEqual(countTerms(wordsOf(texts.join('\n'))))
  })
})

describe('the report', () => {
  test('adds up pages, names the first of the longest pages, and lists those without text', () => {
    const pages = [page(1, 'chord chord queue'), page(2, ''), page(3, 'queue chord body')]
    expect(mergePages(pages, split)).toEqual({
      file: '/a.pdf',
      title: 'A',
      pages: 3,
      words: 6,
      distinctTerms: 3,
      terms: [
        ['chord', 3],
        ['queue', 2],
        ['body', 1],
      ],
      longest: { page: 1, words: 3 },
      wordsPerPage: [3, 0, 3],
      emptyPages: [2],
      timings: { splitMs: 7, pagesMs: 2_500, mergeMs: 0 },
    })
  })

  test('its Markdown holds every figure', () => {
    const text = toMarkdown(mergePages([page(1, 'chord chord queue')], split))
    for (const line of ['# A', '- Pages: 1', '- Words: 3', '- Longest page: 1 (3 words)', '| chord | 2 |', '1: 3'])
      expect(text.split('\n')).toContain(line)
  })

  test('a document without a single word has a report too', () => {
    const lines = reportLines(mergePages([page(1, '')], split), paint(false))
    expect(lines.join('\n')).toContain('no text')
  })
})

describe('the screen', () => {
  test('bars are exact to an eighth of a character and never longer than their width', () => {
    expect([bar(0, 4), bar(0.5, 4), bar(0.53, 4), bar(1, 4), bar(2, 4)]).toEqual(['', '██', '██▏', '████', '████'])
    expect(progress(21, 42, 4)).toBe('██░░  21 of 42 tasks')
    expect(progress(0, 0, 4)).toBe('░░░░  0 of 0 tasks')
  })

  test('a sparkline has one character per value, or the averages of as many as fit', () => {
    expect(sparkline([0, 4, 8])).toBe('▁▅█')
    expect(
      sparkline(
        Array.from({ length: 1_000 }, () => 5),
        60,
      ),
    ).toHaveLength(60)
  })

  test('durations are readable', () => {
    expect([duration(0.42), duration(42.4), duration(1_430)]).toEqual(['0.4 ms', '42 ms', '1.43 s'])
  })

  test('colours appear on a terminal only, and not with NO_COLOR', () => {
    expect([wantsColours(true, undefined), wantsColours(true, ''), wantsColours(true, '1'), wantsColours(false, undefined)]).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(paint(false).bad('x')).toBe('x')
    expect(paint(true).bad('x')).toBe('\x1b[31mx\x1b[0m')
  })
})
