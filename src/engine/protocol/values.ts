/**
 * Values and outcomes read back from records: what a node's record says, what an expression over records amounts to, and why a node failed.
 *
 * Everything here is stack-safe and asks for records through a {@link RecordSource}, in batches; who asks decides where they come from.
 */
import type { Json } from '../canvas/types.js'
import type { WireError } from './errors.js'
import type { StoredOutput } from './stored.js'

/** Records by node id (`17`, `17/0`); `null` where there is none. */
export interface RecordSource {
  read(ids: readonly string[]): Promise<(string | null)[]>
}

export type TerminalCode = 'S' | 'I' | 'V' | 'F' | 'R' | 'C' | 'A' | 'K'

export interface TerminalRecord {
  code: TerminalCode
  attempts: number
  body: string
}

/** A terminal record's parts, or null for a record that is still open. */
export function parseTerminal(record: string | null): TerminalRecord | null {
  const match = record === null ? null : /^([SIVFRCAK])(\d*)\|([\s\S]*)$/.exec(record)
  if (!match) return null
  return { code: match[1] as TerminalCode, attempts: match[2] ? Number(match[2]) : 1, body: match[3] as string }
}

/** Node ids that the text of an expression names, relative to node `index` of segment `prefix`. */
function* tokenIds(token: string, prefix: string, index: number): Generator<string> {
  if (token.includes('/')) {
    yield token
    return
  }
  const [ref = '', count = '1', stride = '1'] = token.split(':')
  const first = /^[+-]/.test(ref) ? index + Number(ref) : Number(ref)
  for (let k = 0; k < Number(count); k++) yield `${prefix}${first + k * Number(stride)}`
}

type Piece = string | { id: string }

/** Splits an expression into brackets, commas and node references. */
function pieces(expr: string, prefix: string, index: number): Piece[] {
  const out: Piece[] = []
  for (const part of expr.match(/[[\],]|[^[\],]+/g) ?? []) {
    if (part === '[' || part === ']' || part === ',') {
      out.push(part)
      continue
    }
    let first = true
    for (const id of tokenIds(part, prefix, index)) {
      if (!first) out.push(',')
      out.push({ id })
      first = false
    }
  }
  return out
}

export interface ExprContext {
  prefix: string
  index: number
  expr: string
}

/** `V|<prefix>|<index>|<expr>` of a record's body. */
export function parseValue(body: string): ExprContext {
  const [prefix = '', index = '0', expr = '[]'] = body.split('|')
  return { prefix, index: Number(index), expr }
}

/**
 * The JSON text of an expression. Values made of other values are followed level by level, each level in one batch.
 * A node that is not successful stands as `null`.
 */
export async function valueText(source: RecordSource, context: ExprContext): Promise<string> {
  let current: Piece[] = pieces(context.expr, context.prefix, context.index)
  for (;;) {
    const ids = current.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.id]))
    if (ids.length === 0) return current.join('')
    const records = await source.read(ids)
    const next: Piece[] = []
    let k = 0
    for (const piece of current) {
      if (typeof piece === 'string') {
        next.push(piece)
        continue
      }
      const terminal = parseTerminal(records[k++] ?? null)
      if (terminal?.code === 'S') next.push(terminal.body)
      else if (terminal?.code === 'V') {
        const inner = parseValue(terminal.body)
        for (const p of pieces(inner.expr, inner.prefix, inner.index)) next.push(p)
      } else next.push('null')
    }
    current = next
  }
}

const CHORD_MESSAGE = 'a member of the chord did not succeed'

/** A cause is a letter (F C R: how it ended) and a node id. */
const causeNode = (cause: string): string => cause.slice(1)

/** The error of a node that failed, was revoked or was skipped; ChordErrors carry their cause. Chains of causes are followed to `depth`. */
export async function errorOf(source: RecordSource, id: string, depth = 1000): Promise<WireError | undefined> {
  const wrappers: number[] = []
  let node: string | null = id
  let root: WireError | undefined
  for (let step = 0; node !== null && step < depth; step++) {
    const [record] = await source.read([node])
    const terminal = parseTerminal(record ?? null)
    node = null
    if (terminal === null) break
    if (terminal.code === 'F' || terminal.code === 'R') root = JSON.parse(terminal.body || 'null') ?? undefined
    else if (terminal.code === 'C') {
      wrappers.push(1)
      node = causeNode(terminal.body)
    } else if ((terminal.code === 'A' || terminal.code === 'K') && terminal.body !== '') node = causeNode(terminal.body)
  }
  for (const _ of wrappers) root = { type: 'ChordError', message: CHORD_MESSAGE, ...(root ? { cause: root } : {}) }
  return root
}

export type Outcome =
  | { state: 'SUCCESS'; result: Json }
  | { state: 'FAILURE'; error: WireError }
  | { state: 'REVOKED'; error?: WireError }
  | { state: 'SKIPPED' }
  | { state: 'GROUP'; results: Outcome[] }

const UNKNOWN: WireError = { type: 'UnknownError', message: 'the error was not recorded' }

/** The outcome of one node; null while it is open. */
export async function nodeOutcome(source: RecordSource, id: string, record: string | null): Promise<Outcome | null> {
  const terminal = parseTerminal(record)
  if (terminal === null) return null
  switch (terminal.code) {
    case 'S':
      return { state: 'SUCCESS', result: JSON.parse(terminal.body) as Json }
    case 'I':
      return { state: 'SUCCESS', result: null }
    case 'V':
      return { state: 'SUCCESS', result: JSON.parse(await valueText(source, parseValue(terminal.body))) as Json }
    default: {
      const error = await errorOf(source, id)
      const letter = terminal.code === 'K' || terminal.code === 'A' ? terminal.body[0] : terminal.code
      if (letter === 'R') return error ? { state: 'REVOKED', error } : { state: 'REVOKED' }
      if (terminal.code === 'K' && terminal.body === '') return { state: 'SKIPPED' }
      return { state: 'FAILURE', error: error ?? UNKNOWN }
    }
  }
}

function expand(output: StoredOutput): StoredOutput[] {
  if (typeof output !== 'string') return [output]
  const [first = 0, count = 1, stride = 1] = output.split(':').map(Number)
  return Array.from({ length: count }, (_, k) => first + k * stride)
}

/** The outcome of an output tree whose nodes are all terminal (canvas-semantics 8.2); null when one is not. */
export async function outcomeOf(source: RecordSource, output: StoredOutput): Promise<Outcome | null> {
  if (typeof output === 'number') {
    const [record] = await source.read([String(output)])
    return nodeOutcome(source, String(output), record ?? null)
  }
  if (typeof output === 'string') throw new TypeError('a range stands only inside a group')
  const [, gate, ...rest] = output
  if (gate !== null) {
    const [record] = await source.read([String(gate)])
    const terminal = parseTerminal(record ?? null)
    if (terminal === null) return null
    if (!['S', 'I', 'V'].includes(terminal.code)) return closedGate(source, gate, record ?? null, rest)
  }
  const members = rest.flatMap(expand)
  const plain = members.filter((m): m is number => typeof m === 'number')
  const records = new Map<number, string | null>()
  const read = await source.read(plain.map(String))
  plain.forEach((m, k) => {
    records.set(m, read[k] ?? null)
  })
  const results: Outcome[] = []
  for (const member of members) {
    const result =
      typeof member === 'number' ? await nodeOutcome(source, String(member), records.get(member) ?? null) : await outcomeOf(source, member)
    if (result === null) return null
    results.push(result)
  }
  return { state: 'GROUP', results }
}

/** A group that was not reached fails as its first member did: with the ChordError of the body's entries, or the error that skipped them. */
async function closedGate(source: RecordSource, gate: number, record: string | null, members: StoredOutput[]): Promise<Outcome | null> {
  const first = members.flatMap((m) => expand(m)).find((m) => typeof m === 'number')
  if (first !== undefined) {
    const [own] = await source.read([String(first)])
    return nodeOutcome(source, String(first), own ?? null)
  }
  const nested = members.find((m): m is ['g', number | null, ...StoredOutput[]] => Array.isArray(m))
  if (nested) return outcomeOf(source, nested)
  return nodeOutcome(source, String(gate), record)
}
