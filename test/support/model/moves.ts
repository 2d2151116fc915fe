/** Two pictures of a workflow held against the table of moves: what changed between them must be moves that the script which was called may make. */
import { type Move, NODE_MOVES, type NodeMove, SPREADING, WORKFLOW_MOVES } from '../../../src/engine/protocol/state-machine.js'
import type { WorkflowPicture } from './picture.js'

/** What was called, and what it could act on. */
export interface Call {
  script: string
  /** The process that called, or on whose behalf it was. */
  process?: string
  /** Nodes of which an attempt's completion was brought, with that attempt. */
  completed?: ReadonlyMap<string, string>
}

const LIVING = 'prh'

/** What the table has no move for; of workflows without failure policies, as sentences; none when all is legal. */
export function illegalMoves(before: WorkflowPicture, after: WorkflowPicture, call: Call): string[] {
  return [...illegalEnd(before, after, call), ...illegalNodes(before, after, call)]
}

function illegalEnd(before: WorkflowPicture, after: WorkflowPicture, call: Call): string[] {
  const [from, to] = [before.state, after.state]
  const illegal: string[] = []
  const legal = from === to || reaches(from, to, WORKFLOW_MOVES.filter(allowed(before, call)))
  if (!legal) illegal.push(`the workflow went from ${from} to ${to} by ${call.script}`)
  const run = after.run - before.run
  if (run !== 0 && before.state !== '-' && !(run === 1 && call.script === 'rerun'))
    illegal.push(`run ${before.run} became ${after.run} by ${call.script}`)
  return illegal
}

function illegalNodes(before: WorkflowPicture, after: WorkflowPicture, call: Call): string[] {
  const illegal: string[] = []
  const moves = NODE_MOVES.filter(allowed(before, call)).filter((move) => !move.policy && inSeason(move, before, after))
  for (const node of new Set([...before.records.keys(), ...after.records.keys()])) {
    const [from, to] = [before.records.get(node), after.records.get(node)]
    if (from === to) continue
    const what = `${node} went from ${from ?? 'no record'} to ${to ?? 'no record'} by ${call.script}`
    if (to === undefined && !after.has(node)) {
      if (call.script !== 'rerun' && !/[yfd]/.test(before.spreads)) illegal.push(`${what}, with what had added it`)
    } else if (!reaches(letter(from), letter(to), moves, (move) => held(move, node, from, call))) illegal.push(what)
    else if (letter(to) === 'L' && !leased(from, to, call)) illegal.push(`${what}, for another process`)
  }
  return illegal
}

const letter = (record: string | undefined): string => record?.[0] ?? '-'

/** Made by this script, or by one that takes up what others left, of which there was some. */
function allowed({ spreads }: WorkflowPicture, { script }: Call): (move: Move) => boolean {
  const taken = (SPREADING as readonly string[]).includes(script) ? spreads : ''
  return ({ by, spread = '' }) => by.includes(script) || [...spread].some((kind) => taken.includes(kind))
}

/** The workflow stood as the move wants it, before or after the call; nothing is leased of one that did not stand so all the time. */
function inSeason({ during = LIVING, after: to }: NodeMove, before: WorkflowPicture, after: WorkflowPicture): boolean {
  // A workflow may be submitted and end, or be revoked and end, in one call.
  const has = (state: string): boolean => during.includes(state) || (during === 'k' && state === 'e') || state === '-'
  if (to === 'L' && during !== LIVING) return has(before.state) && has(after.state)
  // So may a new run.
  return has(before.state) || has(after.state) || (after.run > before.run && has('p'))
}

/** Whether who holds the node may have asked for its first move. */
function held({ holder }: NodeMove, node: string, record: string | undefined, { completed, process }: Call): boolean {
  const owner = /^L (\S+) /.exec(record ?? '')?.[1]
  if (holder === undefined || owner === undefined) return true
  return holder === 'attempt' ? completed?.get(node) === owner : owner.startsWith(`${process}:`)
}

/** A lease is of the process that asked; one that stays is of whom it was. */
function leased(from: string | undefined, to: string | undefined, { process }: Call): boolean {
  const owner = (record: string | undefined): string | undefined => /^L (\S+) /.exec(record ?? '')?.[1]
  return owner(from) === owner(to) || owner(to)?.startsWith(`${process}:`) === true
}

/** Whether `moves` lead from one letter to the other; `first` judges the first of them. */
function reaches<M extends Move>(from: string, to: string, moves: readonly M[], first: (move: M) => boolean = () => true): boolean {
  const seen = new Set<string>()
  const todo = moves.flatMap((move) => (move.before.includes(from) && first(move) ? [...move.after] : []))
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (next === to) return true
    if (seen.has(next)) continue
    seen.add(next)
    for (const move of moves) if (move.before.includes(next)) todo.push(...move.after)
  }
  return false
}
