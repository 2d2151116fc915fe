/**
 * What the open nodes of a workflow have been told by the terminal ones before them: the moves of lua/lib/graph.lua (`settle` and `tell`), computed
 * from records instead of made. Pure. A terminal record and what it tells are written by one script, so what is terminal has told.
 */
import { RECORDS, type RecordKind } from '../../protocol/state-machine.js'
import { type Successor, successorIndexes, type TemplateParts } from '../../protocol/stored.js'
import { eachNode, type Picture, type PictureSegment, templateAt } from './picture.js'

/** As scripts tell it: success, failure, revoked, skipped. */
export type Code = 'S' | 'F' | 'R' | 'K'

/** What one open node has heard. */
export interface Heard {
  /** Inputs that are terminal. */
  inputs: number
  /** Of the last of them; of one input all that there is to know. */
  code: Code
  /** The first input in definition order that did not succeed, as a join's record names it: `f` or `k` and a cause; `-` for none. */
  cause: string
  order: number
  /** Cause of the first input that failed: what an error callback is told of. '' for none. */
  failure: string
  /** Of their results. */
  bytes: number
}

/** Of a node whose inputs are all open. */
export const NOTHING_HEARD: Heard = { inputs: 0, code: 'S', cause: '-', order: 4e9, failure: '', bytes: 0 }

/** What the end of a replacement says to the place that it took: the text of a spread item `p`. */
export type Settlement = string

export interface Hearing {
  heard: Map<string, Heard>
  settlements: Map<string, Settlement>
}

const BY_LETTER = new Map<string, RecordKind>(Object.entries(RECORDS))
export const isTerminal = (word: string): boolean => BY_LETTER.get(word.charAt(0))?.ends !== undefined

/** What comes from another segment stands behind all that comes from the join's own; as in graph.lua. */
const OTHER_SEGMENT = 3e9

/** Reads what every terminal node has told. */
export async function listen(picture: Picture): Promise<Hearing> {
  const hearing: Hearing = { heard: new Map(), settlements: new Map() }
  await eachNode(picture, (segment, index, word, template) => {
    if (isTerminal(word)) tell({ picture, segment, index, template, hearing })
  })
  return hearing
}

interface Speaker {
  picture: Picture
  segment: PictureSegment
  index: number
  template: TemplateParts
  hearing: Hearing
}

function tell(speaker: Speaker): void {
  const { picture, segment, index, template, hearing } = speaker
  const { prefix } = segment
  const word = segment.words[index] as string
  const code = toldCode(segment, index)
  const cause = toldCause(`${prefix}${index}`, word, code, template)
  if (template.place) {
    const [target] = template.successors
    const kind = template.group ? 'g' : 's'
    if (target)
      hearing.settlements.set(`${target.prefix ?? prefix}${target.ref}`, `${code}${kind} ${cause} ${prefix} ${index} ${template.input}`)
    return
  }
  for (const successor of template.successors) {
    const to = picture.segments.get(successor.prefix ?? prefix)
    if (to) tellAll(speaker, to, successor, { code, cause, bytes: bytesOf(word) })
  }
}

function tellAll(speaker: Speaker, to: PictureSegment, successor: Successor, said: { code: Code; cause: string; bytes: number }): void {
  const { segment, index, hearing } = speaker
  for (const target of successorIndexes(successor, index)) {
    const word = to.words[target]
    // Whoever is ready, runs or is over needs nothing more.
    if (word !== '' && word?.[0] !== 'P') continue
    const id = `${to.prefix}${target}`
    const heard = hearing.heard.get(id) ?? { ...NOTHING_HEARD }
    heard.inputs++
    heard.code = said.code
    heard.bytes += said.bytes
    if (said.code === 'F') heard.failure ||= causeFor(speaker, to, target, said)
    const order = segment === to ? orderOf(speaker) : OTHER_SEGMENT + addedAt(speaker, id)
    if (said.code !== 'S' && order < heard.order) {
      heard.order = order
      heard.cause = `${said.code === 'K' ? 'k' : 'f'}${causeFor(speaker, to, target, said)}`
    }
    hearing.heard.set(id, heard)
  }
}

/** A join goes by the order of its real inputs: a fan stands for the one before it. */
function orderOf({ template, index }: Speaker): number {
  return template.fan && /^\d+$/.test(template.pred) ? Number(template.pred) : index
}

/** Where a join's list of added members names this end of a segment (from 1, as in Lua); 0 when it does not. */
function addedAt({ picture, segment, index }: Speaker, join: string): number {
  return (picture.added.get(join) ?? '').indexOf(`,${segment.prefix}${index}`) + 1
}

/** A virtual node that failed hands its ChordError on as its own to all but joins, which wrap what it heard. */
function causeFor(
  { segment, index, template }: Speaker,
  to: PictureSegment,
  target: number,
  { code, cause }: { code: Code; cause: string },
) {
  const own = template.virtual && code === 'F' && template.input !== '-' && templateAt(to, target)?.mode !== 'c'
  return own ? `C${segment.prefix}${index}` : cause
}

/** A fan that is skipped hands on what its input came to. */
function toldCode(segment: PictureSegment, index: number): Code {
  for (let i = index; ; ) {
    const word = segment.words[i] as string
    const template = templateAt(segment, i)
    if (word[0] === 'K' && template?.fan && template.pred !== '-') {
      const before = /^[+-]/.test(template.pred) ? i + Number(template.pred) : Number(template.pred)
      if (before >= i || !isTerminal(segment.words[before] ?? '')) return 'K'
      i = before
      continue
    }
    return codeOf(word)
  }
}

/** How a terminal node counts in its workflow. */
export function codeOf(word: string): Code {
  switch (word[0]) {
    case 'S':
    case 'V':
      return 'S'
    case 'R':
    case 'K':
      return word[0]
    case 'A':
      return word.startsWith('A|R') ? 'R' : 'F'
    default:
      return 'F'
  }
}

/** What its successors hear: a letter and the node at which it began to go wrong. */
function toldCause(id: string, word: string, code: Code, template: TemplateParts): string {
  if (code === 'S') return ''
  if (word[0] === 'K' || (word[0] === 'C' && template.virtual)) return word.slice(2)
  return `${word[0] === 'C' ? 'C' : word[0] === 'A' ? code : word[0]}${id}`
}

const bytesOf = (word: string): number => (word[0] === 'S' ? Number(word.slice(1)) : 0)
