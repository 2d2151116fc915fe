/** Definitions as they are stored: blocks of 32, long ones in a field of their own. */
import { definitionAt } from '../protocol/blocks.js'
import { BLOCK, MARKER } from '../protocol/stored.js'
import type { RedisConnection } from './connection.js'

/** Definitions of nodes `from` … `to - 1` of the segment `prefix` of the workflow at `key`; '' where there is none. */
export async function readDefinitions(
  connection: RedisConnection,
  key: string,
  prefix: string,
  from: number,
  to: number,
): Promise<string[]> {
  const first = Math.floor(from / BLOCK)
  const names: string[] = []
  for (let block = first; block * BLOCK < to; block++) names.push(`b${prefix}${block}`)
  if (names.length === 0) return []
  const blocks = await connection.hmgetBuffer(key, ...names)
  const out: string[] = []
  for (let i = from; i < to; i++) {
    const block = blocks[Math.floor(i / BLOCK) - first]
    const text = block ? definitionAt(block, i % BLOCK) : ''
    out.push(text === MARKER ? ((await connection.hget(key, `a${prefix}${i}`)) ?? '') : text)
  }
  return out
}
