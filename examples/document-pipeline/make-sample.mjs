/**
 * Makes the sample PDF: objects written by hand, Helvetica (a font that every reader has), no compression, no date, no dependency.
 *
 *   node examples/document-pipeline/make-sample.mjs [pages=42] [file=sample.pdf beside this script]
 *
 * The bytes depend on the arguments only. Tests call {@link makeSample} for small documents.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { samplePages } from './sample-text.mjs'

const PAGE = { width: 595, height: 842, margin: 72 }
const STYLES = {
  title: { font: 'F2', size: 24, leading: 32, after: 14 },
  heading: { font: 'F2', size: 14, leading: 20, after: 8 },
  body: { font: 'F1', size: 11, leading: 15, after: 9 },
  footer: { font: 'F1', size: 9, leading: 12, after: 0 },
}

/** Advance widths of Helvetica for the characters 32 to 126, in thousandths of the font size. */
const WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278,
  278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722,
  667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556,
  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]

const widthOf = (text, size) => [...text].reduce((sum, char) => sum + (WIDTHS[char.charCodeAt(0) - 32] ?? 556), 0) * (size / 1000)

/** Breaks a text into lines no wider than the column. Words are never divided. */
function wrap(text, size) {
  const lines = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && widthOf(longer, size) > PAGE.width - 2 * PAGE.margin) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

const escapeText = (text) => text.replace(/[\\()]/g, '\\$&')

const show = (style, x, y, text) => `BT /${style.font} ${style.size} Tf 1 0 0 1 ${x} ${y} Tm (${escapeText(text)}) Tj ET`

/** The content stream of one page: blocks from the top, the page number at the foot. */
function contentOf(blocks, number) {
  const commands = []
  let y = PAGE.height - PAGE.margin
  for (const block of blocks) {
    const style = STYLES[block.style]
    for (const line of wrap(block.text, style.size)) {
      y -= style.leading
      commands.push(show(style, PAGE.margin, y, line))
    }
    y -= style.after
  }
  if (y < PAGE.margin) throw new Error(`page ${number} overflows`)
  commands.push(show(STYLES.footer, Math.round((PAGE.width - widthOf(String(number), STYLES.footer.size)) / 2), 40, String(number)))
  return commands.join('\n')
}

const font = (name) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`

/** Objects 1 to 5 are catalog, page tree, fonts and information; then two for each page: the page and its content. */
function objectsOf(contents) {
  const kids = contents.map((_, i) => `${6 + i * 2} 0 R`).join(' ')
  const pages = contents.flatMap((content, i) => [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] ` +
      `/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${7 + i * 2} 0 R >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ])
  return [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${contents.length} >>`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    '<< /Title (A Field Guide to Queues) /Producer (make-sample.mjs) >>',
    ...pages,
  ]
}

/** The file: header, objects, cross-reference table of their byte offsets, trailer. All ASCII, so characters are bytes. */
function fileOf(objects) {
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, i) => {
    const offset = file.length
    file += `${i + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${file.length}\n%%EOF\n`
  return Buffer.from(`${file}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}${trailer}`, 'latin1')
}

/** A PDF of `pages` pages. The same arguments give the same bytes. */
export function makeSample({ pages = 42, seed = 1 } = {}) {
  return fileOf(objectsOf(samplePages(pages, seed).map((blocks, i) => contentOf(blocks, i + 1))))
}

/** What a reader sees on each page of `makeSample` with the same arguments, page number last. For tests. */
export function sampleTexts({ pages = 42, seed = 1 } = {}) {
  return samplePages(pages, seed).map((blocks, i) => [...blocks.map((block) => block.text), String(i + 1)].join('\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[3] ?? fileURLToPath(new URL('sample.pdf', import.meta.url))
  const bytes = makeSample({ pages: Number(process.argv[2] ?? 42) })
  writeFileSync(file, bytes)
  console.log(`${file}: ${bytes.length} bytes`)
}
