/** Blocks of definitions: what is written and what reads it in TypeScript; the scripts read them in lib/grant.lua and outline.lua. Pure. */
import { SEPARATOR } from './stored.js'

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
