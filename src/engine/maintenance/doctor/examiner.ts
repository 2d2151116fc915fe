/**
 * Examines workflows, and mends what is wrong with them. A suspicion counts when two pictures of the workflow agree on it, nothing in the lists speaks
 * against it, and the script that judges it in one step finds it so; that script also mends. Callers: the doctor, and the surveyor of workers.
 */
import { parseControl } from '../../protocol/states.js'
import type { RedisConnection } from '../../redis/connection.js'
import type { Namespace } from '../../redis/namespace.js'
import { calls } from '../../redis/scripts.generated.js'
import { Backlog } from './backlog.js'
import { type Finding, finding, stateOf } from './findings.js'
import { PictureReader } from './picture.js'
import { type ChildWait, damage, type Lease, type Suspicion, suspect } from './suspicions.js'

export interface ExaminerOptions {
  connection: RedisConnection
  namespace: Namespace
  /** Mend what is found. */
  fix: boolean
}

/** What became of an examination. */
export interface Examined {
  findings: Finding[]
  /** What lists too long to be searched in one step keep from being judged. */
  unsure: Suspicion[]
}

/** A mended node may show what was wrong behind it: so often a workflow is looked at again. */
const ROUNDS = 20
/** Entries of a list that the surveyor reads, as many as a script searches (LOOKED in lua/lib/inspect.lua). */
export const SHORT_LIST = 1_000

export class Examiner {
  private readonly pictures: PictureReader

  constructor(private readonly options: ExaminerOptions) {
    this.pictures = new PictureReader(options.connection, options.namespace)
  }

  /** What looks wrong in a workflow, leases held against what processes are known to hold. */
  async suspicions(id: string): Promise<Suspicion[]> {
    const picture = await this.pictures.read(id)
    if (picture === null) return []
    if (picture === 'damaged') return [damage(id, '', -1)]
    const { found, leases, children } = await suspect(picture)
    if (leases.length > 0) found.push(...(await this.unheld(id, leases)))
    if (children.length > 0) found.push(...(await this.unheard(id, children)))
    return found
  }

  /**
   * Examines workflows in which something looked wrong, until nothing more is found. Long lists are searched when `most` allows it.
   * @param most entries of a list that may be read; a suspicion that depends on a longer one is left
   */
  async examine(first: readonly Suspicion[], most: number): Promise<Examined> {
    const out: Examined = { findings: [], unsure: [] }
    let suspicions = [...first]
    for (let round = 0; round < ROUNDS && suspicions.length > 0; round++) {
      const backlog = await Backlog.read(this.options.connection, this.options.namespace, suspicions, most)
      const mended = new Set<string>()
      for (const suspicion of await this.again(this.open(suspicions, backlog))) {
        if (await this.judge(suspicion, false, out)) mended.add(suspicion.workflow)
      }
      suspicions = (await Promise.all([...mended].map((id) => this.suspicions(id)))).flat()
    }
    return out
  }

  /** What the lists say nothing against; of a node that stands in its list twice, that. */
  private open(suspicions: readonly Suspicion[], backlog: Backlog): Suspicion[] {
    return suspicions.flatMap((suspicion) => {
      const { stands, workflow } = suspicion
      if (suspicion.moving && backlog.moves(workflow)) return []
      if (stands === undefined) return [suspicion]
      const entries = backlog.of(workflow, stands)
      if (entries.length === 0) return backlog.knows(workflow, stands) ? [suspicion] : []
      const ready = entries.filter(({ kind }) => kind === 'ready')
      const single = ready.find(({ count }) => count === 1)
      return ready.length > 1 && single ? [doubled(suspicion, single.list, single.text)] : []
    })
  }

  /** Those on which a second picture agrees. */
  private async again(suspicions: readonly Suspicion[]): Promise<Suspicion[]> {
    const byWorkflow = new Map<string, Suspicion[]>()
    for (const suspicion of suspicions) byWorkflow.set(suspicion.workflow, [...(byWorkflow.get(suspicion.workflow) ?? []), suspicion])
    const out: Suspicion[] = []
    for (const [id, before] of byWorkflow) {
      const now = new Map((await this.suspicions(id)).map((suspicion) => [suspicion.seen, suspicion]))
      for (const suspicion of before) {
        const same = now.get(suspicion.seen)
        // What follows from the inputs of a node is taken from the second picture: they were read between two sights of the node.
        if (same) out.push(suspicion.code === 'entry-doubled' ? suspicion : same)
      }
    }
    return out
  }

  /** Asks the script. True when it mended. */
  async judge(suspicion: Suspicion, sure: boolean, out: Examined): Promise<boolean> {
    const { connection, namespace, fix } = this.options
    const { workflow, node, detail } = suspicion
    const partition = namespace.partitionOf(workflow)
    const [answer] = await namespace.runAtEpoch(connection, partition, (epoch) => suspicion.call(epoch, sure, fix))
    const place = { workflow, partition, ...(node === undefined ? {} : { node }), ...(detail === undefined ? {} : { detail }) }
    if (answer === 'unsure') out.unsure.push(suspicion)
    if (answer === 'fault') out.findings.push(finding(suspicion.code, stateOf(suspicion.code), place))
    if (answer === 'mended') out.findings.push(finding(suspicion.code, 'repaired', place))
    return answer === 'mended'
  }

  /** Suspicions of before that a fresh picture and another search of the lists confirm, with the script told so. */
  async confirm(unsure: readonly Suspicion[]): Promise<Finding[]> {
    const out: Examined = { findings: [], unsure: [] }
    const backlog = await Backlog.read(this.options.connection, this.options.namespace, unsure)
    for (const suspicion of await this.again(this.open(unsure, backlog))) await this.judge(suspicion, true, out)
    return out.findings
  }

  /** Nodes whose child is gone, or has an outcome. */
  private async unheard(workflow: string, children: readonly ChildWait[]): Promise<Suspicion[]> {
    const { connection, namespace } = this.options
    const keys = namespace.keys(namespace.partitionOf(workflow))
    const controls = await Promise.all(children.map(({ child }) => connection.hget(keys.of('workflow', child), 's').catch(() => null)))
    return children.flatMap(({ suspicion }, k) => {
      const control = parseControl(controls[k] ?? '')
      return control !== null && control.state !== 'x' && control.outcome === 0 ? [] : [suspicion]
    })
  }

  /** Leases that no process is known to hold. */
  private async unheld(workflow: string, leases: readonly Lease[]): Promise<Suspicion[]> {
    const { connection, namespace } = this.options
    const keys = namespace.keys(namespace.partitionOf(workflow))
    const held = new Map<string, { beats: boolean; grants: Map<string, string> }>()
    for (const { process, grant } of leases) {
      const known = held.get(process) ?? { beats: (await connection.hexists(keys.of('beats'), process)) === 1, grants: new Map() }
      held.set(process, known)
      if (!known.grants.has(grant)) known.grants.set(grant, (await connection.hget(keys.of('process', process), `g${grant}`)) ?? '')
    }
    return leases.flatMap((lease) => {
      const { beats = false, grants } = held.get(lease.process) ?? {}
      const covered = covers(grants?.get(lease.grant) ?? '', workflow, lease)
      if (covered && beats) return []
      return [lease.suspicion(beats ? 'grant-missing' : 'lease-orphaned')]
    })
  }
}

function covers(grant: string, workflow: string, { prefix, index }: Lease): boolean {
  return grant.split('\n').some((entry) => {
    const [id, , , p, first, count, stride] = entry.split(':')
    const k = (index - Number(first)) / (Number(stride) || 1)
    return id === workflow && p === prefix && Number.isInteger(k) && k >= 0 && k < Number(count)
  })
}

function doubled({ workflow, node, stands, seen }: Suspicion, list: string, entry: string): Suspicion {
  const { run = '', prefix = '', index = 0 } = stands ?? {}
  return {
    code: 'entry-doubled',
    workflow,
    ...(node === undefined ? {} : { node }),
    seen,
    call: (epoch, _sure, fix) => calls.menddouble(epoch, workflow, run, prefix, index, list, entry, fix ? 1 : 0),
  }
}
