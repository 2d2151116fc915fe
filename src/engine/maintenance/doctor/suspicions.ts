/**
 * What looks wrong in a picture of a workflow, node by node. Pure. Each suspicion brings the call of the script that judges it in one step, and mends
 * it when asked: it is told the word that the node had, and a node that has moved since is fine.
 */
import { awaitedChild } from '../../protocol/children.js'
import { segmentPrefix } from '../../protocol/ids.js'
import { MOVED_TEMPLATE, type TemplateParts } from '../../protocol/stored.js'
import { calls, type ScriptCall } from '../../redis/scripts.generated.js'
import { type Counts, countsOf, says, worstOf } from './counts.js'
import type { FindingCode } from './findings.js'
import { type Heard, type Hearing, isTerminal, listen, NOTHING_HEARD } from './hearing.js'
import { eachNode, type Picture, type PictureSegment } from './picture.js'

export interface Suspicion {
  code: FindingCode
  workflow: string
  node?: string
  /** For who is told. */
  detail?: string
  /** What must still be so when it is judged: two pictures agree on a suspicion when this is the same. */
  seen: string
  /** Where the node may stand, of one that depends on it: these lists may be too long for a script. */
  stands?: Standing
  /** Spread items of the workflow were counted: while one of them is in the list, nothing is judged. */
  moving?: boolean
  /** Judges; with `fix` mends. sure: the lists were searched twice. */
  call(epoch: string, sure: boolean, fix: boolean): ScriptCall
}

/** A node, and the lists that would hold it. */
export interface Standing {
  run: string
  prefix: string
  index: number
  /** `<queue>:<priority>`; '' for what only a spread item moves. */
  list: string
  /** Lists of queues to which it may have been moved. */
  moved: string[]
  task: string
}

/** A node that is leased, and by whom it says. */
export interface Lease {
  /** That no process is known to hold it. */
  suspicion(code: 'lease-orphaned' | 'grant-missing'): Suspicion
  process: string
  /** `<lane>:<sequence>` */
  grant: string
  prefix: string
  index: number
}

/** A node that waits for a child workflow. */
export interface ChildWait {
  child: string
  /** That the child has ended. */
  suspicion: Suspicion
}

export interface Suspicions {
  found: Suspicion[]
  /** To be held against what became of the children. */
  children: ChildWait[]
  /** To be held against what processes are known to hold. */
  leases: Lease[]
}

const flag = (value: boolean): number => (value ? 1 : 0)

/** All that looks wrong in a live workflow, or in the counts of one that has ended. */
export async function suspect(picture: Picture): Promise<Suspicions> {
  const out: Suspicions = { found: [], leases: [], children: [] }
  const state = picture.control[0]
  if (state === 'g' || state === 'x') return out
  const damaged = damageIn(picture)
  if (damaged) return { found: [damaged], leases: [], children: [] }
  // A sweep ends its nodes where they stand.
  if (state === 'k') return { ...out, found: [sweepless(picture)] }
  if (state !== 'e') await new LivePicture(picture, out, await listen(picture)).examine()
  const counts = await countsOf(picture)
  if (counts && !says(picture.control, counts)) out.found.push(miscount(picture, counts))
  if (picture.moving) {
    for (const suspicion of out.found) suspicion.moving = true
    for (const { suspicion } of out.children) suspicion.moving = true
  }
  return out
}

/** The first thing that no script can have written. */
function damageIn(picture: Picture): Suspicion | null {
  for (const { prefix, words, templateOf, templates, cutOff } of picture.segments.values()) {
    const at = words.findIndex((word, k) => word === '?' || !templates.get(templateOf[k] as string))
    if (at >= 0) return damage(picture.id, prefix, at)
    if (cutOff) return damage(picture.id, prefix, words.length)
  }
  return null
}

/** A workflow that cannot be read; index -1: its hash or its control field. */
export function damage(workflow: string, prefix: string, index: number): Suspicion {
  const node = index < 0 ? {} : { node: `${prefix}${index}` }
  const reason = index < 0 ? 'its control field cannot be read' : `node ${prefix}${index} cannot be read`
  return {
    code: 'workflow-damaged',
    workflow,
    ...node,
    seen: reason,
    call: (epoch, _sure, fix) => calls.menddamage(epoch, workflow, prefix, index, 'workflow-damaged', reason, flag(fix)),
  }
}

function miscount(picture: Picture, counts: Counts): Suspicion {
  const { rem, outs, worst, ok, failed, revoked, skipped } = counts
  const { id, control } = picture
  return {
    code: 'counts-wrong',
    workflow: id,
    detail: `"${control.split(' ').slice(0, 5).join(' ')}": ${rem} tasks and ${outs} output nodes are open`,
    seen: `${control} ${rem} ${outs} ${worst}`,
    call: (epoch, _sure, fix) =>
      calls.mendcounts(epoch, id, control, rem, outs, worstOf(control, outs, worst), ok, failed, revoked, skipped, flag(fix)),
  }
}

/** A revoked workflow that has not ended: something must walk over what is left of it. */
function sweepless({ id, control, moving }: Picture): Suspicion {
  const run = control.split(' ')[1] as string
  return {
    code: 'sweep-missing',
    workflow: id,
    seen: `${run} revoked`,
    moving,
    call: (epoch, sure, fix) => calls.mendsweep(epoch, id, run, flag(sure), flag(fix)),
  }
}

/** Invariant I7: something of a live workflow runs, may run, waits for its replacement or is about to move. */
function stuck({ id, control }: Picture): Suspicion {
  return {
    code: 'workflow-stuck',
    workflow: id,
    seen: `stuck ${control}`,
    // Only asked whether the control field is still the same: then no task ended while the picture was made.
    call: (epoch) => calls.mendcounts(epoch, id, control, 0, 0, 'S', 0, 0, 0, 0, 0),
  }
}

/** One open node. */
interface Open {
  segment: PictureSegment
  index: number
  id: string
  word: string
  template: TemplateParts
}

class LivePicture {
  private readonly run: string
  /** Nodes that are not terminal, and whether one of them runs, may run or is about to move. */
  private open = false
  private moves = false

  constructor(
    private readonly picture: Picture,
    private readonly out: Suspicions,
    private readonly hearing: Hearing,
  ) {
    this.run = picture.control.split(' ')[1] as string
  }

  async examine(): Promise<void> {
    await eachNode(this.picture, (segment, index, word, template) => {
      if (isTerminal(word)) return
      this.open = true
      this.look({ segment, index, id: `${segment.prefix}${index}`, word, template })
    })
    if (this.open && !this.moves) this.out.found.push(stuck(this.picture))
  }

  private look(node: Open): void {
    switch (node.word[0]) {
      case 'L':
        this.leased(node)
        break
      case 'W':
        this.waits(node)
        break
      case 'Q':
      case 'D':
        this.ready(node)
        break
      default:
        this.waitsForInputs(node)
    }
  }

  private waitsForInputs(node: Open): void {
    const { template, id, word } = node
    const heard = this.hearing.heard.get(id)
    const members = (this.picture.added.get(id) ?? '').split(',').length - 1
    if (template.needs === 0) this.released(node)
    else if (template.needs + members === 1 && word === '') {
      if (heard) this.heardItsInput(node, heard)
    } else this.join(node, heard, template.needs + members)
  }

  /** A node of one input, which is over. */
  private heardItsInput(node: Open, heard: Heard): void {
    const { mode, fan } = node.template
    if (heard.code === 'S' && mode !== 'e') this.released(node)
    else if (fan) this.move(node, heard.code, heard.cause.slice(1))
    else if (mode === 'a') this.move(node, 'k', heard.cause.slice(1))
    else if (mode === 'e' && heard.failure === '') this.move(node, 'k', '')
    else this.mendJoin(node, heard, 0, 'join-unfired')
  }

  private join(node: Open, heard: Heard | undefined, inputs: number): void {
    const pending = inputs - (heard?.inputs ?? 0)
    const [, said, , cause = ''] = /^P (\d+) (\d+) (\S+) /.exec(node.word) ?? []
    // One that a requeued task has reopened asks which input went wrong first when all have ended.
    const reopened = cause === '?' || cause === '!'
    if (heard && pending === 0 && reopened) {
      this.move(node, 'j', '')
      return
    }
    if (heard && (pending === 0 || (node.template.mode === 'e' && heard.failure !== ''))) {
      this.mendJoin(node, heard, 0, 'join-unfired')
      return
    }
    if (said === undefined && pending === inputs) return
    const right = said === String(pending) && (reopened || (cause === '-') === ((heard?.cause ?? '-') === '-'))
    const known = reopened ? { order: 0, cause } : {}
    if (pending > 0 && !right) this.mendJoin(node, { ...NOTHING_HEARD, ...heard, ...known }, pending, 'join-miscounts')
  }

  private released(node: Open): void {
    if (node.template.virtual) this.move(node, 'v', '')
    else this.ready(node)
  }

  private ready(node: Open): void {
    // What is ready of a paused workflow waits beside the lists; its entries are counted when it goes on.
    if (this.picture.control[0] === 'h') {
      this.moves = true
      return
    }
    const delayed = node.word[0] === 'D' || (node.word === '' && node.template.delay !== '-')
    this.add(node, delayed ? 'timer-missing' : 'entry-missing', 'list', (at, epoch, sure, fix) =>
      calls.mendentry(epoch, ...at, node.word, delayed ? 'timer-missing' : 'entry-missing', flag(sure), flag(fix)),
    )
  }

  private move(node: Open, kind: string, cause: string): void {
    this.add(node, 'spread-missing', 'spread', (at, epoch, sure, fix) =>
      calls.mendmove(epoch, ...at, node.word, kind, cause, 'spread-missing', flag(sure), flag(fix)),
    )
  }

  private mendJoin(node: Open, { order, cause: first, failure, bytes }: Heard, pending: number, code: FindingCode): void {
    const cause = node.template.mode === 'e' && failure !== '' ? `f${failure}` : first
    const added = this.picture.added.get(node.id) ?? ''
    const known = Number(/ (\d+)$/.exec(node.word)?.[1] ?? 0)
    this.add(
      node,
      code,
      pending === 0 ? 'spread' : 'nowhere',
      (at, epoch, sure, fix) =>
        calls.mendjoin(
          epoch,
          ...at,
          node.word,
          added,
          pending,
          String(order),
          cause,
          String(Math.max(known, bytes)),
          code,
          flag(sure),
          flag(fix),
        ),
      `"${node.word}": ${pending} inputs are open`,
    )
  }

  private leased(node: Open): void {
    this.moves = true
    const owner = /^L (\S+):(\d+:\d+) /.exec(node.word)
    if (!owner) return
    this.out.leases.push({
      suspicion: (code) =>
        this.suspicion(node, code, 'nowhere', (at, epoch, _sure, fix) => calls.mendlease(epoch, ...at, node.word, code, flag(fix))),
      process: owner[1] as string,
      grant: owner[2] as string,
      prefix: node.segment.prefix,
      index: node.index,
    })
  }

  /** A task that gave its place up: what took it must be there, and be open. */
  private waits(node: Open): void {
    this.moves = true
    const child = awaitedChild(node.word)
    if (child !== undefined) {
      this.waitsForChild(node, child)
      return
    }
    const settlement = this.hearing.settlements.get(node.id)
    const prefix = segmentPrefix(node.id, 0)
    if (settlement !== undefined) this.move(node, 'p', settlement)
    else if (!this.picture.segments.has(prefix)) {
      this.add(node, 'segment-unattached', 'spread', (at, epoch, _sure, fix) =>
        calls.mendsegment(epoch, ...at, node.word, prefix, flag(fix)),
      )
    }
  }

  private waitsForChild(node: Open, child: string): void {
    const suspicion = this.suspicion(
      node,
      'child-unheard',
      'spread',
      (at, epoch, sure, fix) => calls.mendchild(epoch, ...at, node.word, child, flag(sure), flag(fix)),
      child,
    )
    this.out.children.push({ child, suspicion })
  }

  private add(node: Open, code: FindingCode, where: Where, call: NodeCall, detail?: string): void {
    this.moves = true
    this.out.found.push(this.suspicion(node, code, where, call, detail))
  }

  private suspicion(node: Open, code: FindingCode, where: Where, call: NodeCall, detail?: string): Suspicion {
    const { id } = this.picture
    const number = node.segment.templateOf[node.index] as string
    const at: NodePlace = [id, this.run, node.segment.prefix, node.index, number]
    return {
      code,
      workflow: id,
      node: node.id,
      ...(detail === undefined ? {} : { detail }),
      seen: `${node.id} ${node.word} ${this.picture.added.get(node.id) ?? ''}`,
      ...(where === 'nowhere' ? {} : { stands: this.standing(node, where) }),
      call: (epoch, sure, fix) => call(at, epoch, sure, fix),
    }
  }

  private standing({ segment, index, template }: Open, where: Where): Standing {
    const list = where === 'list' ? `${template.queue}:${template.priority}` : ''
    const moved = where === 'list' ? movedLists(segment, index) : []
    // One that got another priority may be on its way from any of them.
    const others = REPRIORITIZED.test(this.picture.control) ? [list, ...moved].flatMap(ofAllPriorities) : moved
    return { run: this.run, prefix: segment.prefix, index, list, moved: list === '' ? [] : others, task: template.spec.task }
  }
}

/** Something of it got another priority: see ARCHITECTURE.md, control. */
const REPRIORITIZED = / \S*n\S*$/

const ofAllPriorities = (list: string): string[] => Array.from({ length: 10 }, (_, priority) => `${list.slice(0, -1)}${priority}`)

function movedLists({ templates, templateOf }: PictureSegment, index: number): string[] {
  const lists: string[] = []
  for (let number = Number(templateOf[index]) + MOVED_TEMPLATE; ; number += MOVED_TEMPLATE) {
    const template = templates.get(String(number))
    if (!template) return lists
    lists.push(`${template.queue}:${template.priority}`)
  }
}

/** Where what would move a node lies: in ready lists, parked lists and timers; among the spread items alone; or in no list. */
type Where = 'list' | 'spread' | 'nowhere'
type NodePlace = [id: string, run: string, prefix: string, index: number, template: string]
type NodeCall = (at: NodePlace, epoch: string, sure: boolean, fix: boolean) => ScriptCall
