/**
 * PDF files through pdfjs-dist (its legacy build is the one for Node), opened once per process and kept for the tasks that follow.
 *
 * A file of 42 pages is read by 42 tasks; without the cache each of them would parse it again. An entry is known by path, size and time
 * of change, so a file that was replaced is read anew. An entry in use is never dropped.
 */
import { readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'

/** A document that cannot be read. The message is for people and names the file. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'
}

const FILE_PROBLEMS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not permitted',
}

const PDF_PROBLEMS: Record<string, string> = {
  InvalidPDFException: 'it is not a PDF, or it is damaged',
  PasswordException: 'it is protected by a password',
}

function documentError(file: string, error: unknown): DocumentError {
  const { code, name, message } = error as { code?: string; name?: string; message?: string }
  const reason = FILE_PROBLEMS[code ?? ''] ?? PDF_PROBLEMS[name ?? ''] ?? message ?? String(error)
  return new DocumentError(`cannot read ${file}: ${reason}`, { cause: error })
}

/** Fonts and character maps that come with pdfjs: text of PDFs which do not embed theirs. */
function assets() {
  const root = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
  return { standardFontDataUrl: `${join(root, 'standard_fonts')}/`, cMapUrl: `${join(root, 'cmaps')}/`, cMapPacked: true }
}

async function parse(file: string): Promise<PDFDocumentProxy> {
  try {
    const bytes = await readFile(file)
    // Loaded here and not above: a process that runs no task of ours should not pay the 0.2 s and 20 MB.
    const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs')
    return await getDocument({ data: new Uint8Array(bytes), verbosity: 0, ...assets() }).promise
  } catch (error) {
    throw documentError(file, error)
  }
}

/** Identifies a version of a file. */
async function versionOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(file)
    return `${mtimeMs}:${size}:${file}`
  } catch (error) {
    throw documentError(file, error)
  }
}

interface Entry {
  document: Promise<PDFDocumentProxy>
  users: number
}

/** Keeps the documents that were used last. `parsed` counts how many were opened. */
export class DocumentCache {
  parsed = 0
  // A Map keeps the order of insertion; the entry used last is put back at its end.
  private readonly entries = new Map<string, Entry>()

  constructor(
    private readonly capacity = 2,
    private readonly open: (file: string) => Promise<PDFDocumentProxy> = parse,
  ) {}

  /** Runs `read` on the document. It stays open at least until `read` has ended. */
  async use<T>(file: string, read: (document: PDFDocumentProxy) => Promise<T>): Promise<T> {
    const key = await versionOf(file)
    const entry = this.take(key, file)
    entry.users++
    try {
      return await read(await entry.document)
    } catch (error) {
      await this.forgetIfUnreadable(key, entry)
      throw error
    } finally {
      entry.users--
      await this.evict()
    }
  }

  /** Closes every document that nobody uses. */
  async close(): Promise<void> {
    await this.evict(0)
  }

  private take(key: string, file: string): Entry {
    const known = this.entries.get(key)
    const entry = known ?? { document: this.open(file), users: 0 }
    if (known === undefined) this.parsed++
    this.entries.delete(key)
    this.entries.set(key, entry)
    return entry
  }

  private async forgetIfUnreadable(key: string, entry: Entry): Promise<void> {
    const readable = await entry.document.then(
      () => true,
      () => false,
    )
    if (!readable && this.entries.get(key) === entry) this.entries.delete(key)
  }

  private async evict(capacity = this.capacity): Promise<void> {
    const idle = [...this.entries].filter(([, entry]) => entry.users === 0)
    const surplus = idle.slice(0, Math.max(0, this.entries.size - capacity))
    for (const [key] of surplus) this.entries.delete(key)
    for (const [, entry] of surplus) await (await entry.document).loadingTask.destroy()
  }
}

/** Number of pages, and the title that the file states (its name when it states none). */
export async function describe(document: PDFDocumentProxy, file: string): Promise<{ pages: number; title: string }> {
  const { info } = await document.getMetadata()
  const title = (info as { Title?: unknown }).Title
  return { pages: document.numPages, title: typeof title === 'string' && title.trim() !== '' ? title.trim() : basename(file) }
}

/** The text of one page (from 1), lines ended by \n, in the order of the file. A scanned page has none. */
export async function textOfPage(document: PDFDocumentProxy, number: number): Promise<string> {
  const page = await document.getPage(number)
  const content = await page.getTextContent()
  page.cleanup()
  return content.items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('')
}
