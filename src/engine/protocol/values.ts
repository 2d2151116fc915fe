/**
 * Values and outcomes read back from records: what a node's record says, what an expression over records amounts to, and why a node failed.
 *
 * Everything here is stack-safe and asks for records through a {@link RecordSource}, in batches; who asks decides where they come from.
 */
import type { Json } from '../canvas/types.js'
import type { WireError } from './errors.js'
import { firstOf, nodesOf, parseSettled, type SettledGroup, type SettledNode } from './settled.js'
import { RECORDS, type RecordKind, type TerminalLetter } from './state-machine.js'
import { SETTLED, type StoredOutput } from './stored.js'

/** Records by node id (`17`, `17/0`); `null` where there is none. */
export interface RecordSource {
  read(ids: readonly string[]): Promise<(string | null)[]>
  /** The results of a range as JSON texts joined by commas; null when not all are plain successes, or when it cannot join. */
  joined?(range: NodeRange): Promise<string | null>
  /** Whether the end of a segment, `17.1/3`, ends a group; it does not when nobody can say. */
  endsGroup?(id: string): Promise<boolean>
}

/** Nodes `first`, `first + stride`, … of a segment. */
export interface NodeRange {
  prefix: string
  first: number
  count: number
  stride: number
}

/** Letter in front of a terminal record. */
export type TerminalCode = TerminalLetter

export interface TerminalRecord {
  code: TerminalCode
  attempts: number
  body: string
  /** Its result is not for readers: what comes after it still takes it (canvas-semantics 4.5). */
  ignored: boolean
}

const endings = (ends: (kind: RecordKind) => boolean): string =>
  Object.entries<RecordKind>(RECORDS)
    .flatMap(([letter, kind]) => (ends(kind) ? letter : []))
    .join('')

const TERMINAL_RECORD = new RegExp(`^([${endings(({ ends }) => ends !== undefined)}])(\\d*)(i?)\\|([\\s\\S]*)$`)
const SUCCESSES = endings(({ ends }) => ends === 'S')

/** A terminal record's parts, or null for a record that is still open. */
export function parseTerminal(record: string | null): TerminalRecord | null {
  const match = record === null ? null : TERMINAL_RECORD.exec(record)
  if (!match) return null
  const code = match[1] as TerminalCode
  return { code, attempts: match[2] ? Number(match[2]) : 1, body: match[4] as string, ignored: code === 'I' || match[3] === 'i' }
}

/** Their ids. */
function idsOf({ prefix, first, count, stride }: NodeRange): string[] {
  return Array.from({ length: count }, (_, k) => `${prefix}${first + k * stride}`)
}

/** The nodes that a token of an expression names (`+1`, `3:500:2`), relative to node `index` of segment `prefix`; null for one by its full id. */
function rangeOf(token: string, prefix: string, index: number): NodeRange | null {
  if (token.includes('/')) return null
  const [ref = '', count = '1', stride = '1'] = token.split(':')
  const first = /^[+-]/.test(ref) ? index + Number(ref) : Number(ref)
  return { prefix, first, count: Number(count), stride: Number(stride) }
}

/** From this many on, the results of a range are asked for as one text. */
const WIDE = 64

/**
 * An expression as text: `parts` joined, once the part at each of `slots` is the value of the node of the same place in `ids`, and the wide ranges
 * are in their places.
 */
class Text {
  readonly parts: string[] = []
  readonly ids: string[] = []
  readonly slots: number[] = []
  readonly wide: { slot: number; range: NodeRange; expr: ExprContext }[] = []

  /** Splits an expression into names, brackets, commas and node references. `joins`: wide ranges are kept as such. */
  add({ expr, prefix, index }: ExprContext, joins: boolean): void {
    for (const part of expr.match(/"[^"]*":|[[\]{},]|[^[\]{},]+/g) ?? []) {
      if (part.length === 1 ? '[]{},'.includes(part) : part.startsWith('"')) {
        this.parts.push(part)
        continue
      }
      const range = rangeOf(part, prefix, index)
      if (range === null) this.addNode(part)
      else if (joins && range.count >= WIDE) this.wide.push({ slot: this.parts.push('') - 1, range, expr: { expr: part, prefix, index } })
      else
        for (const [k, id] of idsOf(range).entries()) {
          if (k > 0) this.parts.push(',')
          this.addNode(id)
        }
    }
  }

  private addNode(id: string): void {
    this.ids.push(id)
    this.slots.push(this.parts.push('') - 1)
  }
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
 * A node that is not successful stands as `null`, in an expression of outcomes as its outcome.
 */
export async function valueText(source: RecordSource, context: ExprContext): Promise<string> {
  if (context.expr.startsWith(SETTLED)) return settledText(source, context)
  let text = new Text()
  text.add(context, source.joined !== undefined)
  while (text.ids.length > 0 || text.wide.length > 0) {
    const { parts, slots } = text
    const inner = new Map<number, ExprContext>()
    for (const { slot, range, expr } of text.wide) {
      const joined = await source.joined?.(range)
      if (typeof joined === 'string') parts[slot] = joined
      else inner.set(slot, expr)
    }
    const records = text.ids.length === 0 ? [] : await source.read(text.ids)
    for (const [k, slot] of slots.entries()) {
      const record = records[k] ?? null
      if (record?.startsWith(PLAIN_SUCCESS)) parts[slot] = record.slice(PLAIN_SUCCESS.length)
      else {
        const terminal = parseTerminal(record)
        const value = terminal?.code === 'V' ? parseValue(terminal.body) : null
        if (value?.expr.startsWith(SETTLED)) parts[slot] = await settledText(source, value)
        else if (value !== null) inner.set(slot, value)
        else parts[slot] = terminal?.code === 'S' ? terminal.body : 'null'
      }
    }
    if (inner.size === 0) break
    text = expanded(parts, inner)
  }
  return text.parts.join('')
}

/** Most records: a success at the first attempt. */
const PLAIN_SUCCESS = 'S|'

/** The same text with the expressions at some places written out. */
function expanded(parts: readonly string[], inner: ReadonlyMap<number, ExprContext>): Text {
  const text = new Text()
  for (const [k, part] of parts.entries()) {
    const expression = inner.get(k)
    if (expression === undefined) text.parts.push(part)
    else text.add(expression, false)
  }
  return text
}

/** What became of the members of a header: an outcome each, in definition order, those that tasks added behind them (canvas-semantics 4.7). */
async function settledText(source: RecordSource, { expr, prefix, index }: ExprContext): Promise<string> {
  const header = parseSettled(expr, (token) => {
    const range = rangeOf(token, prefix, index)
    return range === null ? [token] : idsOf(range)
  })
  const ids = nodesOf(header)
  const read = await source.read(ids)
  const records = new Map(ids.map((id, k) => [id, read[k] ?? null]))
  return listText(source, records, header)
}

type Records = ReadonlyMap<string, string | null>

async function listText(source: RecordSource, records: Records, { members }: SettledGroup): Promise<string> {
  const texts: string[] = []
  for (const member of members) {
    const record = 'id' in member ? records.get(member.id) : null
    if (record?.startsWith(PLAIN_SUCCESS)) texts.push(successText(record.slice(PLAIN_SUCCESS.length)))
    else texts.push('id' in member ? await memberText(source, member, record ?? null) : await groupText(source, records, member))
  }
  return `[${texts.join(',')}]`
}

/** A group that was not reached ended as what it should have begun with. */
async function groupText(source: RecordSource, records: Records, group: SettledGroup): Promise<string> {
  const gate = group.gate === null ? null : parseTerminal(records.get(group.gate) ?? null)
  if (group.gate === null || (gate && 'SIV'.includes(gate.code)))
    return `{"state":"GROUP","results":${await listText(source, records, group)}}`
  const id = firstOf(group) as string
  return memberText(source, { id, added: false }, records.get(id) ?? null)
}

const successText = (result: string): string => `{"state":"SUCCESS","result":${result}}`

async function memberText(source: RecordSource, { id, added }: SettledNode, record: string | null): Promise<string> {
  const terminal = parseTerminal(record)
  switch (terminal?.code) {
    case 'S':
      return successText(terminal.body)
    case 'I':
      return successText('null')
    case 'V':
      return successText(await valueText(source, parseValue(terminal.body)))
    case 'C':
      if (added && !(await source.endsGroup?.(id))) return JSON.stringify(await endedAs(source, terminal.body))
  }
  // Requeued since the body was released, and not over yet: it is what it was.
  const again = terminal === null ? { state: 'FAILURE', error: (await lastErrorOf(source, id)) ?? REQUEUED } : null
  return JSON.stringify(again ?? (await nodeOutcome(source, id, record)))
}

/** What a cause names, as an outcome of its own. */
async function endedAs(source: RecordSource, cause: string): Promise<Outcome> {
  const error = (await errorOf(source, causeNode(cause))) ?? UNKNOWN
  return cause[0] === 'R' ? { state: 'REVOKED', error } : { state: 'FAILURE', error }
}

const REQUEUED: WireError = { type: 'UnknownError', message: 'the member was requeued and has not ended again' }

/** What the last attempt of a node that is open ended with. */
export async function lastErrorOf(source: RecordSource, id: string): Promise<WireError | undefined> {
  const [history] = await source.read([`e${id}`])
  const [, text = 'null'] = /^\d+ \d+ (.*)$/.exec(history?.split('\n').at(-1) ?? '') ?? []
  return (JSON.parse(text) as WireError | null) ?? undefined
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
    // Revoked along with others: why is said once, for all.
    if (terminal.code === 'R' && terminal.body.startsWith('*')) node = terminal.body
    else if (terminal.code === 'F' || terminal.code === 'R') root = JSON.parse(terminal.body || 'null') ?? undefined
    else if (terminal.code === 'C') {
      wrappers.push(1)
      node = causeNode(terminal.body)
    } else if ((terminal.code === 'A' || terminal.code === 'K') && terminal.body !== '') node = causeNode(terminal.body)
  }
  for (const _ of wrappers) root = { type: 'ChordError', message: CHORD_MESSAGE, ...(root ? { cause: root } : {}) }
  return root
}

/** How a workflow, or a member of the group it ends in, ended (canvas-semantics 8.2). */
export type Outcome =
  /** `ignored`: it succeeded, and its result is not kept for readers (`ignoreResult`, `ctx.ignore()`); then `result` is null. */
  | { state: 'SUCCESS'; result: Json; ignored?: true }
  | { state: 'FAILURE'; error: WireError }
  | { state: 'REVOKED'; error?: WireError }
  | { state: 'SKIPPED' }
  | { state: 'GROUP'; results: Outcome[] }

const UNKNOWN: WireError = { type: 'UnknownError', message: 'the error was not recorded' }

/** The outcome of one node; null while it is open. */
export async function nodeOutcome(source: RecordSource, id: string, record: string | null): Promise<Outcome | null> {
  const terminal = parseTerminal(record)
  if (terminal === null) return null
  if (terminal.ignored) return { state: 'SUCCESS', result: null, ignored: true }
  switch (terminal.code) {
    case 'S':
      return { state: 'SUCCESS', result: JSON.parse(terminal.body) as Json }
    case 'V':
      return { state: 'SUCCESS', result: JSON.parse(await valueText(source, parseValue(terminal.body))) as Json }
    case 'F':
      return { state: 'FAILURE', error: (JSON.parse(terminal.body || 'null') as WireError | null) ?? UNKNOWN }
    default: {
      const error = await errorOf(source, id)
      const letter = terminal.code === 'K' || terminal.code === 'A' ? terminal.body[0] : terminal.code
      if (letter === 'R') return error ? { state: 'REVOKED', error } : { state: 'REVOKED' }
      if (terminal.code === 'K' && terminal.body === '') return { state: 'SKIPPED' }
      return { state: 'FAILURE', error: error ?? UNKNOWN }
    }
  }
}

/** Records of a page, and others that were asked for: many nodes of a page may have been ended by one. Only terminal ones are asked for. */
export class Remembered implements RecordSource {
  private readonly known: Map<string, string | null>
  readonly joined?: (range: NodeRange) => Promise<string | null>

  constructor(
    private readonly source: RecordSource,
    ids: readonly string[],
    records: readonly (string | null)[],
  ) {
    this.known = new Map(ids.map((id, k) => [id, records[k] ?? null]))
    if (source.joined) this.joined = (range) => source.joined?.(range) ?? Promise.resolve(null)
  }

  async read(ids: readonly string[]): Promise<(string | null)[]> {
    const missing = ids.filter((id) => !this.known.has(id))
    const read = missing.length === 0 ? [] : await this.source.read(missing)
    missing.forEach((id, k) => {
      this.known.set(id, read[k] ?? null)
    })
    return ids.map((id) => this.known.get(id) ?? null)
  }
}

/** The members that a range stands for. */
export function expand(output: StoredOutput): StoredOutput[] {
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
    if (!SUCCESSES.includes(terminal.code)) return closedGate(source, gate, record ?? null, rest)
  }
  const members = rest.flatMap(expand)
  const plain = members.filter((m): m is number => typeof m === 'number')
  const records = new Map<number, string | null>()
  const read = await source.read(plain.map(String))
  plain.forEach((m, k) => {
    records.set(m, read[k] ?? null)
  })
  const results: Outcome[] = []
  const remembered = new Remembered(source, plain.map(String), read)
  for (const member of members) {
    const record = typeof member === 'number' ? (records.get(member) ?? null) : null
    if (record?.startsWith(PLAIN_SUCCESS)) {
      results.push({ state: 'SUCCESS', result: JSON.parse(record.slice(PLAIN_SUCCESS.length)) as Json })
      continue
    }
    const result = typeof member === 'number' ? await nodeOutcome(remembered, String(member), record) : await outcomeOf(source, member)
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
