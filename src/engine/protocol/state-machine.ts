/**
 * The state machine as a table: what the letters of records and of control fields mean, and every move with who may make it. Pure, without imports.
 *
 * What drives the code comes from here: the types and tests of protocol/states.ts and protocol/values.ts, and, through scripts/generate-states.mjs,
 * lua/lib/states.lua (which record is terminal, how a sound one looks, which workflows live) and docs/state-machine.md. test/property/model.test.ts
 * makes random moves on a real Redis and refuses what this table does not have.
 */

/** The states of a node, as users see them: Celery's, and SKIPPED. */
export const NODE_STATES = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED'] as const
/** The state of a node, as users see it. */
export type NodeState = (typeof NODE_STATES)[number]

/** Where a node is. A terminal one is over; the others are open. */
export type Place = 'staging' | 'blocked' | 'delayed' | 'ready' | 'held' | 'parked' | 'leased' | 'waiting' | 'terminal'

/** What a terminal record tells those that come after it: success, failure, revoked, skipped; `A`: what its cause says, failure or revoked. */
export type TerminalClass = 'S' | 'F' | 'R' | 'K' | 'A'

/** What one letter in front of a record means. */
export interface RecordKind {
  place: Place
  /** As users see it. */
  shown: NodeState
  /** As users see it once an attempt has begun; default as ever. */
  retried?: NodeState
  /** How it ended; not there while the node is open. */
  ends?: TerminalClass
  /** Lua pattern of all that scripts write with this letter in front. */
  sound: string
  what: string
}

/** Records by their letter. No record: the node waits, or is ready by what its predecessor's record says. */
export const RECORDS = {
  P: { place: 'blocked', shown: 'PENDING', sound: '^P %d+ %d+ %S+ %d+$', what: 'a join that waits for inputs' },
  Q: { place: 'ready', shown: 'PENDING', retried: 'RETRY', sound: '^Q %d+ %d+ %d+ %S+ %S+$', what: 'may run' },
  D: { place: 'delayed', shown: 'RETRY', sound: '^D %d+ %d+ %d+ %S+ %S+$', what: 'delayed after an attempt' },
  L: { place: 'leased', shown: 'STARTED', sound: '^L %S+ %d+ %d+ %d+ %S+ %S+$', what: 'held by an attempt' },
  W: {
    place: 'waiting',
    shown: 'STARTED',
    sound: '^W %d+i? ?%S*$',
    what: 'waits for its replacement, for a child workflow, or to run again',
  },
  S: { place: 'terminal', shown: 'SUCCESS', ends: 'S', sound: '^S%d*i?|', what: 'succeeded' },
  I: { place: 'terminal', shown: 'SUCCESS', ends: 'S', sound: '^I%d*|', what: 'succeeded, result ignored' },
  V: { place: 'terminal', shown: 'SUCCESS', ends: 'S', sound: '^V|[^|]*|%d+|', what: 'succeeded, its value is an expression' },
  F: { place: 'terminal', shown: 'FAILURE', ends: 'F', sound: '^F%d*|', what: 'failed by itself' },
  C: { place: 'terminal', shown: 'FAILURE', ends: 'F', sound: '^C|%S*$', what: 'a join of which an input did not succeed' },
  R: { place: 'terminal', shown: 'REVOKED', ends: 'R', sound: '^R%d*|', what: 'revoked, or expired' },
  A: { place: 'terminal', shown: 'FAILURE', ends: 'A', sound: '^A|%S*$', what: 'ended as what it was replaced by' },
  K: { place: 'terminal', shown: 'SKIPPED', ends: 'K', sound: '^K|%S*$', what: 'never ran' },
} as const satisfies { readonly [letter: string]: RecordKind }

/** The letter in front of a record. */
export type RecordLetter = keyof typeof RECORDS
/** The letter in front of a terminal record. */
export type TerminalLetter = { [L in RecordLetter]: (typeof RECORDS)[L] extends { ends: TerminalClass } ? L : never }[RecordLetter]

/** What the letter in front of a control field means. */
export interface WorkflowKind {
  what: string
  /** Its attempts count: they may finish, and their ends move what comes after. */
  live: boolean
  /** Something of it may be leased. */
  leasable: boolean
  /** It may be forgotten. */
  over: boolean
}

/** Workflows by the letter of their control field. */
export const WORKFLOW_STATES = {
  g: { what: 'being stored', live: false, leasable: false, over: false },
  p: { what: 'pending: nothing has been leased', live: true, leasable: true, over: false },
  r: { what: 'running', live: true, leasable: true, over: false },
  h: { what: 'paused', live: true, leasable: false, over: false },
  k: { what: 'revoked, its tasks end in steps', live: false, leasable: false, over: false },
  e: { what: 'ended: every task is terminal', live: false, leasable: false, over: true },
  x: { what: 'set aside: it could not be read', live: false, leasable: false, over: true },
} as const satisfies { readonly [letter: string]: WorkflowKind }

/** The letter of a control field. */
export type WorkflowLetter = keyof typeof WORKFLOW_STATES

/** One move, of a node or of a workflow. */
export interface Move {
  /** Letters in front of the record (of a workflow: of its control field) before and after; `-` for none. */
  before: string
  after: string
  when: string
  /** Library functions and scripts that hold the rule, as documentation names them. */
  where: string
  /** Scripts that may make it as a part of what they are called for. */
  by: readonly string[]
  /** Kinds of spread items, and of timers that came due (x t), with which any script that takes them up may make it. */
  spread?: string
}

/** One move of a node. */
export interface NodeMove extends Move {
  from: readonly Place[]
  to: Place
  /** Only while its workflow is in one of these states; default all that live. */
  during?: string
  /** Who must hold the node: `attempt` only the attempt that is named in its record, `process` only on behalf of its process. */
  holder?: 'attempt' | 'process'
  /** Only where a failure policy of the chord or of the workflow says so. */
  policy?: true
}

/** Scripts that take up what was too wide for another one. */
export const SPREADING = ['turn', 'tend', 'revoke', 'requeue', 'rerun'] as const

/** Scripts that tell of ends, and so may move what comes after. */
const TELLING = [
  'submit',
  'enqueue',
  'activate',
  'turn',
  'convict',
  'open',
  'reap',
  'audit',
  'tend',
  'revoke',
  'requeue',
  'rerun',
  'mendmove',
  'mendjoin',
]
const UPKEEP = ['turn', 'tend']

/** Every move of a node. */
export const NODE_MOVES: readonly NodeMove[] = [
  {
    from: ['staging'],
    to: 'blocked',
    before: '-',
    after: '-',
    when: 'the workflow is activated; what needs nothing is ready, or delayed, at once',
    where: '`activate`; at once in `submit`, `enqueue`',
    by: ['submit', 'enqueue', 'activate'],
  },
  {
    from: ['blocked'],
    to: 'blocked',
    before: '-P',
    after: 'P',
    when: 'an input of a join ended, was added, is open again, or does not come any more',
    where: '`arrive` (graph.lua), `add_members` (finish.lua), `unarrive` (undo.lua), `input_reset` (reset.lua)',
    by: TELLING,
    spread: 'vkcpFRKxjuoyfdwqt',
    during: 'prhke',
  },
  {
    from: ['blocked'],
    to: 'ready',
    before: '-P',
    after: '-Q',
    when: 'what it needs succeeded; an error callback: its input failed. Delayed when it has a countdown or an eta',
    where: '`release` (graph.lua)',
    by: TELLING,
    spread: 'vkcpFRKxjwqt',
  },
  {
    from: ['blocked'],
    to: 'terminal',
    before: '-P',
    after: 'K',
    when: 'what it needs failed or was skipped; a callback that is not needed; a part of a graph, after its last input',
    where: '`tell`, `arrive`, `step` (graph.lua)',
    by: TELLING,
    spread: 'vkcpFRKxjwqt',
    during: 'prhe',
  },
  {
    from: ['blocked'],
    to: 'terminal',
    before: '-P',
    after: 'C',
    when: 'a join of which an input did not succeed, after the last one',
    where: '`arrive`, `fail_join` (graph.lua)',
    by: TELLING,
    spread: 'vkcpFRKxjwqt',
    during: 'prhe',
  },
  {
    from: ['blocked'],
    to: 'terminal',
    before: '-P',
    after: 'VS',
    when: 'a virtual node: as soon as it would be ready',
    where: '`step` (graph.lua)',
    by: TELLING,
    spread: 'vkcpFRKxjzwqt',
    during: 'prhe',
  },
  {
    from: ['delayed'],
    to: 'ready',
    before: '-QD',
    after: '-QD',
    when: 'its time has come',
    where: '`promote` (timers.lua)',
    by: UPKEEP,
  },
  {
    from: ['ready'],
    to: 'leased',
    before: '-QD',
    after: 'L',
    when: 'a turn meets its entry and the worker knows its task',
    where: '`lease_one`, `lease_nodes` (grant.lua), `lease_lone` (lone.lua), `hop` (hop.lua)',
    by: ['turn'],
    during: 'pr',
  },
  {
    from: ['ready'],
    to: 'parked',
    before: '-QD',
    after: '-QD',
    when: 'the worker that meets its entry does not know its task',
    where: '`park` (fetch.lua)',
    by: ['turn'],
    during: 'pr',
  },
  {
    from: ['parked'],
    to: 'leased',
    before: '-QD',
    after: 'L',
    when: 'upkeep of a worker that knows it finds the list, once a second',
    where: '`from_parked` (fetch.lua)',
    by: ['turn'],
    during: 'pr',
  },
  {
    from: ['ready', 'parked'],
    to: 'held',
    before: '-QD',
    after: '-QD',
    when: 'a turn meets its entry while the workflow is paused',
    where: '`hold` (fetch.lua)',
    by: ['turn'],
    during: 'h',
  },
  {
    from: ['held'],
    to: 'ready',
    before: '-QD',
    after: '-QD',
    when: 'the workflow is resumed, 250 entries a step',
    where: '`resume`, kind h (sweep.lua)',
    by: ['resume'],
    spread: 'h',
    during: 'prh',
  },
  {
    from: ['ready', 'delayed', 'parked', 'held'],
    to: 'terminal',
    before: '-QD',
    after: 'R',
    when: 'it expires before it starts',
    where: '`step` (graph.lua), kind x',
    by: ['requeue', 'rerun'],
    spread: 'xz',
  },
  {
    from: ['blocked'],
    to: 'terminal',
    before: '-P',
    after: 'R',
    when: 'it had expired before it was released',
    where: '`release` (graph.lua), kind x',
    by: TELLING,
    spread: 'vkcpFRKxjwqt',
  },
  {
    from: ['ready', 'parked'],
    to: 'terminal',
    before: '-QD',
    after: 'R',
    when: 'its queue is purged',
    where: '`purgequeue`',
    by: ['purgequeue'],
  },
  {
    from: ['ready', 'parked'],
    to: 'ready',
    before: '-QD',
    after: '-QD',
    when: 'it is moved to another queue',
    where: '`movequeue`',
    by: ['movequeue'],
  },
  {
    from: ['ready', 'delayed', 'parked'],
    to: 'ready',
    before: '-QD',
    after: '-QD',
    when: 'its workflow, or it, got another priority: it goes to the list, or the timer, of that one',
    where: 'kind r (overtake.lua); `elsewhere` (fetch.lua), `put_back` (sweep.lua)',
    by: ['prioritize', 'turn'],
    spread: 'r',
  },
  {
    from: ['leased'],
    to: 'leased',
    before: 'L',
    after: 'L',
    when: 'its handler is about to be called, which suspects say before; it expires while it runs: no further attempt',
    where: '`begin`; `step` (graph.lua), kind x',
    by: ['begin'],
    spread: 'x',
  },
  {
    from: ['leased'],
    to: 'terminal',
    before: 'L',
    after: 'SIF',
    when: 'the attempt that holds it says so; F also when it would grow past a limit, or has no retry left',
    where: '`finish_group`, `finish_one` (finish.lua), `finish_lone` (lone.lua), `hop` (hop.lua)',
    by: ['turn', 'convict'],
    holder: 'attempt',
  },
  {
    from: ['leased'],
    to: 'ready',
    before: 'L',
    after: 'QD',
    when: 'a retry (attempt + 1); delayed when it has a countdown',
    where: '`again` (finish.lua)',
    by: ['turn', 'convict'],
    holder: 'attempt',
  },
  {
    from: ['leased'],
    to: 'terminal',
    before: 'L',
    after: 'R',
    when: 'a retry of one that expired while it ran',
    where: '`again` (finish.lua)',
    by: ['turn', 'convict'],
    holder: 'attempt',
  },
  {
    from: ['leased'],
    to: 'ready',
    before: 'L',
    after: 'Q',
    when: 'given back by its worker, or after a loss, as a suspect',
    where: '`lose` (loss.lua)',
    by: ['turn', 'convict', 'open', 'reap', 'audit'],
    holder: 'process',
  },
  {
    from: ['leased'],
    to: 'terminal',
    before: 'L',
    after: 'F',
    when: 'lost alone, and for the third time; or begun and not to run twice (`WorkerLostError`)',
    where: '`lose` (loss.lua)',
    by: ['turn', 'convict', 'open', 'reap', 'audit'],
    holder: 'process',
  },
  {
    from: ['leased'],
    to: 'waiting',
    before: 'L',
    after: 'W',
    when: 'it replaced itself',
    where: '`finish_one` (finish.lua)',
    by: ['turn'],
    holder: 'attempt',
  },
  {
    from: ['leased'],
    to: 'waiting',
    before: 'L',
    after: 'W',
    when: 'it waits for a child workflow',
    where: '`await` (finish.lua)',
    by: ['turn'],
    holder: 'attempt',
  },
  {
    from: ['waiting'],
    to: 'terminal',
    before: 'W',
    after: 'SIFR',
    when: 'the outcome of its child is known, or the child is gone',
    where: 'kind n (child.lua)',
    by: TELLING,
    spread: 'n',
    during: 'prhe',
  },
  {
    from: ['waiting'],
    to: 'ready',
    before: 'W',
    after: 'Q',
    when: 'its child has ended, and a worker is to read a value that cannot be copied',
    where: 'kind n (child.lua)',
    by: TELLING,
    spread: 'n',
  },
  {
    from: ['waiting'],
    to: 'terminal',
    before: 'W',
    after: 'VAC',
    when: 'its replacement ended',
    where: '`settle_place` (graph.lua), kind p',
    by: TELLING,
    spread: 'vkcpFRKxjwqtz',
    during: 'prhe',
  },
  {
    from: ['blocked', 'ready', 'delayed', 'parked', 'held', 'leased', 'waiting'],
    to: 'terminal',
    before: '-PQDLW',
    after: 'RKA',
    when: 'its workflow is revoked, or ran past its timeout: R what could have run, A what had replaced itself, K the rest',
    where: '`sweep` (sweep.lua), kind w; the timeout: kind t',
    by: ['revoke'],
    spread: 'wt',
    during: 'k',
  },
  {
    from: ['blocked', 'ready', 'delayed', 'parked', 'held', 'leased', 'waiting'],
    to: 'terminal',
    before: '-PQDLW',
    after: 'R',
    when: 'it is revoked',
    where: '`revoke`, kind q (sweep.lua)',
    by: ['revoke'],
    spread: 'q',
  },
  {
    from: ['blocked', 'ready', 'delayed', 'parked', 'held', 'leased', 'waiting'],
    to: 'terminal',
    before: '-PQDLW',
    after: 'RKA',
    when: 'the task that it was added by, or is a part of the replacement of, is revoked',
    where: '`sweep_segments` (sweep.lua), kind w',
    by: ['revoke'],
    spread: 'qw',
  },
  {
    from: ['blocked', 'ready', 'delayed', 'parked', 'held', 'leased', 'waiting'],
    to: 'terminal',
    before: '-PQDLW',
    after: 'RKA',
    when: 'something in its chord, or in its workflow, did not succeed, and `onFailure` says cancel: R what could have run, A what had replaced itself, K the rest',
    where: '`cancel_header`, `cancel_rest` (graph.lua), kind b (cancel.lua)',
    by: TELLING,
    spread: 'bvkcpFRKxjwqt',
    policy: true,
  },
  {
    from: ['terminal'],
    to: 'waiting',
    before: 'F',
    after: 'W',
    when: 'its dead letter is requeued: until what its failure did is taken back',
    where: '`exhume` (undo.lua)',
    by: ['requeue'],
    during: 'prhe',
  },
  {
    from: ['waiting'],
    to: 'ready',
    before: 'W',
    after: 'Q',
    when: 'it was requeued or is to run again, and nothing is left to be taken back or reset; attempt + 1',
    where: 'kind z (undo.lua)',
    by: ['requeue', 'rerun'],
    spread: 'z',
  },
  {
    from: ['waiting'],
    to: 'terminal',
    before: 'W',
    after: 'VS',
    when: 'a virtual node that is to run again, and nothing is left to be reset',
    where: 'kind z (undo.lua)',
    by: ['rerun'],
    spread: 'z',
  },
  {
    from: ['terminal'],
    to: 'blocked',
    before: 'KC',
    after: '-P',
    when: 'what ended it was requeued',
    where: '`unarrive`, kind u (undo.lua)',
    by: ['requeue'],
    spread: 'u',
    during: 'prhe',
  },
  {
    from: ['terminal'],
    to: 'waiting',
    before: 'AC',
    after: 'W',
    when: 'a task in what it replaced itself by was requeued',
    where: '`undo_place` (undo.lua)',
    by: ['requeue'],
    spread: 'u',
    during: 'prhe',
  },
  {
    from: ['terminal'],
    to: 'waiting',
    before: 'SIVFRA',
    after: 'W',
    when: 'it is chosen to run again, in a new run: until everything behind it is reset',
    where: '`choose` (reset.lua); what failed or was revoked: kind f',
    by: ['rerun'],
    spread: 'f',
    during: 'phe',
  },
  {
    from: ['terminal'],
    to: 'waiting',
    before: 'A',
    after: 'W',
    when: 'it was revoked when all that it had replaced itself by had succeeded: in a new run, until everything behind it is reset and it is settled',
    where: '`settle_again` (reset.lua), kind f',
    by: ['rerun'],
    spread: 'f',
    during: 'phe',
  },
  {
    from: ['terminal'],
    to: 'blocked',
    before: 'SIVFCRAK',
    after: '-P',
    when: 'something before it runs again in a new run',
    where: '`input_reset`, kind y (reset.lua)',
    by: ['rerun'],
    spread: 'fyd',
    during: 'phe',
  },
  {
    from: ['terminal'],
    to: 'waiting',
    before: 'VAC',
    after: 'W',
    when: 'something in what it replaced itself by runs again in a new run',
    where: 'kind y (reset.lua)',
    by: ['rerun'],
    spread: 'fyd',
    during: 'phe',
  },
  {
    from: ['waiting'],
    to: 'blocked',
    before: 'W',
    after: '-P',
    when: 'it was chosen to run again, and so was something before it: it runs when its inputs have',
    where: '`input_reset`, kind y (reset.lua)',
    by: ['rerun'],
    spread: 'fyd',
    during: 'phe',
  },
]

/** Every move of a workflow. `-`: there is none. */
export const WORKFLOW_MOVES: readonly Move[] = [
  { before: '-', after: 'g', when: 'it is too large for one call', where: '`submit`', by: ['submit'] },
  { before: '-', after: 'p', when: 'it is submitted', where: '`submit`, `enqueue`', by: ['submit', 'enqueue'] },
  { before: 'g', after: 'p', when: 'it is stored', where: '`activate`', by: ['activate'] },
  { before: 'p', after: 'r', when: 'the first lease', where: '`lease_entry` (fetch.lua), `lease_lone` (lone.lua)', by: ['turn'] },
  { before: 'pr', after: 'h', when: 'it is paused', where: '`pause`', by: ['pause'] },
  { before: 'h', after: 'p', when: 'it is resumed and nothing had been leased', where: '`resume`', by: ['resume'] },
  { before: 'h', after: 'r', when: 'it is resumed', where: '`resume`', by: ['resume'] },
  {
    before: 'prh',
    after: 'k',
    when: 'it is revoked, or runs past its timeout',
    where: '`revoke_all` (sweep.lua); the timeout: kind t',
    by: ['revoke'],
    spread: 't',
  },
  {
    before: 'prhk',
    after: 'e',
    when: 'its last node is terminal',
    where: '`flush`, `finish_lone` (lone.lua)',
    by: TELLING,
    spread: 'vkcpFRKxjowqt',
  },
  { before: 'e', after: 'r', when: 'a dead letter of it is requeued', where: '`exhume` (undo.lua)', by: ['requeue'] },
  {
    before: 'e',
    after: 'p',
    when: 'it is retried from its failures, or run again from named tasks: the next run',
    where: '`open_run` (reset.lua)',
    by: ['rerun'],
  },
  {
    before: 'prhke',
    after: 'x',
    when: 'its hash cannot be read; every node of it goes with it',
    where: '`set_aside` (flush.lua)',
    by: TELLING,
  },
  {
    before: 'gex',
    after: '-',
    when: 'its retention is over, it is forgotten, or it was not stored within 10 minutes',
    where: '`tend`, `forget`',
    by: ['tend', 'forget'],
  },
]
