/** Blocks of definitions: what is written and what reads it in TypeScript; the scripts read them in lib/grant.lua and outline.lua. Pure. */
import { BLOCK, MARKER, SEPARATOR, type StoredGraph } from './stored.js'

/** A count byte, that many 16-bit end offsets, then the texts, each with a separator. */
export function blockOf(texts: readonly string[]): Buffer {
  const head = 1 + 2 * texts.length
  const body = texts.join(SEPARATOR) + SEPARATOR
  const bytes = Buffer.byteLength(body)
  // Of plain ASCII, which most are, the length is the number of bytes.
  const ascii = bytes === body.length
  const block = Buffer.allocUnsafe(head + bytes)
  block[0] = texts.length
  let end = 0
  for (const [k, text] of texts.entries()) {
    end += (ascii ? text.length : Buffer.byteLength(text)) + SEPARATOR.length
    block.writeUInt16BE(end, 1 + 2 * k)
  }
  block.write(body, head, ascii ? 'latin1' : 'utf8')
  return block
}

/** The text of one definition of a block, or `''`. */
export function definitionAt(block: Buffer, j: number): string {
  const count = block[0] as number
  if (j >= count) return ''
  const base = 1 + 2 * count
  const from = j === 0 ? 0 : block.readUInt16BE(1 + 2 * (j - 1))
  return block.toString('utf8', base + from, base + block.readUInt16BE(1 + 2 * j) - 1)
}

/** A definition's template and the id that its signature was given. */
export function parseDefinition(text: string): { template: string; taskId?: string } {
  const template = text.slice(0, text.indexOf(';'))
  const kwargs = text.indexOf('\n')
  const taskId = kwargs < 0 ? -1 : text.indexOf('\n', kwargs + 1)
  return taskId < 0 ? { template } : { template, taskId: text.slice(taskId + 1) }
}

/** What was laid out, read back without a store: the templates by number, and the definition of each node. */
export function definitionsOf({ fields, nodes }: StoredGraph, prefix: string): { templates: Map<string, string>; definitions: string[] } {
  const byName = new Map(fields)
  const templates = new Map<string, string>()
  for (const [name, text] of fields) {
    const number = name.slice(prefix.length + 1)
    if (name.startsWith(`t${prefix}`) && /^\d+$/.test(number)) templates.set(number, String(text))
  }
  const definitions = Array.from({ length: nodes }, (_, index) => {
    const block = byName.get(`b${prefix}${Math.floor(index / BLOCK)}`)
    const text = Buffer.isBuffer(block) ? definitionAt(block, index % BLOCK) : ''
    return text === MARKER ? String(byName.get(`a${prefix}${index}`)) : text
  })
  return { templates, definitions }
}
