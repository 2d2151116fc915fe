/** All that a call may have changed of a workflow, read in one go; and what must hold in each of its pictures. */
import type { Redis } from 'ioredis'
import { definitionAt } from '../../../src/engine/protocol/blocks.js'
import { RECORDS, type RecordLetter } from '../../../src/engine/protocol/state-machine.js'
import { parseControl } from '../../../src/engine/protocol/states.js'
import { BLOCK } from '../../../src/engine/protocol/stored.js'
import type { PartitionKeys } from '../../../src/engine/redis/keys.js'

/** A workflow at one moment. */
export interface WorkflowPicture {
  /** Letter of its control field; `-`: there is none. */
  state: string
  run: number
  records: Map<string, string>
  /** Kinds of its spread items, and of its timers that are due. */
  spreads: string
  fields: Map<string, Buffer>
  /** Due times of its timers that are not due yet. */
  later: string[]
  /** Whether there is such a node. */
  has(node: string): boolean
}

/** The workflow as it stands. Nothing else is asked of Redis meanwhile, so the parts are of one moment. */
export async function look(redis: Redis, keys: PartitionKeys, id: string): Promise<WorkflowPicture> {
  const [raw, spread, timers] = await Promise.all([
    redis.hgetallBuffer(keys.of('workflow', id)) as Promise<{ [name: string]: Buffer }>,
    redis.lrange(keys.of('spread'), 0, -1),
    redis.zrange(keys.of('timers'), '0', '-1', 'WITHSCORES'),
  ])
  const fields = new Map(Object.entries(raw))
  const due: string[] = []
  const later: string[] = []
  for (let k = 0; k < timers.length; k += 2) (timers[k + 1] === '0' ? due : later).push(timers[k] as string)
  const records = new Map([...fields].filter(([name]) => /^(?:[\dh]\S*\/)?\d+$/.test(name)).map(([name, text]) => [name, text.toString()]))
  const control = fields.get('s')?.toString() ?? '-'
  const sizes = segmentSizes(fields)
  return {
    state: control[0] as string,
    run: Number(control.split(' ')[1] ?? 0),
    records,
    spreads: [...spread, ...due].map((item) => item[0]).join(''),
    fields,
    later,
    has: (node) => {
      const [, prefix = '', index = ''] = /^(.*?)(\d+)$/.exec(node) ?? []
      return Number(index) < (sizes.get(prefix) ?? 0)
    },
  }
}

/** Nodes by segment; the submitted graph is ''. */
export function segmentSizes(fields: ReadonlyMap<string, Buffer>): Map<string, number> {
  const submitted = /"n":(\d+)/.exec(fields.get('m')?.toString() ?? '')?.[1] ?? '1'
  const added = [...(fields.get('G')?.toString() ?? '').matchAll(/^(\S+) (\d+)/gm)].map(
    ([, prefix, nodes]) => [prefix as string, Number(nodes)] as const,
  )
  return new Map([['', Number(submitted)], ...added])
}

/** Every node with whether a worker runs it. */
function* nodesOf(fields: ReadonlyMap<string, Buffer>): Generator<{ id: string; isTask: boolean }> {
  for (const [prefix, nodes] of segmentSizes(fields)) {
    for (let i = 0; i < nodes; i++) {
      const block = fields.get(`b${prefix}${Math.floor(i / BLOCK)}`) as Buffer
      const text = definitionAt(block, i % BLOCK)
      const definition = text.includes(';') ? text : (fields.get(`a${prefix}${i}`) as Buffer).toString()
      const template = (fields.get(`t${prefix}${definition.slice(0, definition.indexOf(';'))}`) as Buffer).toString()
      yield { id: `${prefix}${i}`, isTask: !(template.split(' ')[5] as string).includes('v') }
    }
  }
}

/** How the record says that its node ended: S F R K; null while it is open. */
function ended(record: string | undefined): 'S' | 'F' | 'R' | 'K' | null {
  const kind = RECORDS[record?.[0] as RecordLetter]
  if (kind === undefined || !('ends' in kind)) return null
  if (kind.ends === 'A') return record?.[2] === 'R' ? 'R' : 'F'
  return kind.ends
}

/** What does not hold in this picture, as sentences: records that no script writes, counts that are not those of the records, an end too early or too late. */
export function broken(picture: WorkflowPicture): string[] {
  const control = parseControl(picture.fields.get('s')?.toString() ?? '')
  if (control === null || control.state === 'g') return control === null ? ['the workflow is gone'] : []
  if (control.state === 'x') return [`the workflow was set aside: ${picture.fields.get('x')}`]
  const troubles: string[] = []
  const counts = { S: 0, F: 0, R: 0, K: 0, open: 0 }
  for (const { id, isTask } of nodesOf(picture.fields)) {
    const record = picture.records.get(id)
    if (record !== undefined && !isSound(record)) troubles.push(`${id} has the record ${record}`)
    if (isTask) counts[ended(record) ?? 'open']++
    // A workflow ends with its last task; what nobody runs may end behind that.
    const isLast = !isTask && picture.spreads !== ''
    if (control.state === 'e' && ended(record) === null && !isLast) troubles.push(`the workflow has ended and ${id} is open: ${record}`)
  }
  const said = { S: control.success, F: control.failure, R: control.revoked, K: control.skipped, open: control.remaining }
  // Nodes of a segment that goes are counted until it has gone.
  const [one, other] = [JSON.stringify(said), JSON.stringify(counts)]
  if (one !== other && !picture.spreads.includes('d')) troubles.push(`counts ${one}, nodes ${other}`)
  if (control.state !== 'e' && counts.open === 0 && picture.spreads === '' && !openVirtual(picture))
    troubles.push(`nothing is open and the workflow is ${picture.fields.get('s')}`)
  return troubles
}

function openVirtual({ fields, records }: WorkflowPicture): boolean {
  for (const { id } of nodesOf(fields)) if (ended(records.get(id)) === null) return true
  return false
}

/** As a Lua pattern says; those of the table use only what has a JavaScript twin. */
function isSound(record: string): boolean {
  const kind = RECORDS[record[0] as RecordLetter]
  return (
    kind !== undefined &&
    new RegExp(kind.sound.replaceAll('%d', '\\d').replaceAll('%S', '\\S').replaceAll('|', '\\|').replaceAll('[^\\|]', '[^|]'), 's').test(
      record,
    )
  )
}
