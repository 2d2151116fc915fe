/**
 * What a running task adds to its graph: a replacement for itself, or more members for its chord. The new segment is compiled here and stored under
 * a prefix that follows from the node, before the attempt is finished; it counts only when the finish does, so a repeated attempt adds
 * nothing twice.
 */
import { compile } from '../canvas/compile.js'
import { readCanvas } from '../canvas/read.js'
import type { Canvas } from '../canvas/types.js'
import { ChordisError } from '../protocol/errors.js'
import { segmentPrefix } from '../protocol/ids.js'
import { layoutSegment } from '../protocol/layout.js'
import type { SegmentEnd } from '../protocol/stored.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { sendParts } from '../redis/pieces.js'
import { calls } from '../redis/scripts.generated.js'
import { untilAnswered } from './answers.js'
import type { Attempt } from './attempt.js'

export class Additions {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly process: string,
  ) {}

  /** Stores `canvas` as the replacement of the attempt's node; answers the completion. */
  async replacement(attempt: Attempt, canvas: Canvas): Promise<string> {
    const { grant } = attempt
    const prefix = segmentPrefix(attempt.node, 0)
    const chord = chordOf(attempt)
    const end: SegmentEnd = { kind: 'place', prefix: grant.prefix, index: attempt.index, template: grant.template }
    await this.stage(attempt, canvas, prefix, chord ? { ...end, chord: chord.text } : end)
    return `X|${prefix}`
  }

  /** Stores the members that the attempt added; answers the completion with `record` behind them. */
  async members(attempt: Attempt, record: string): Promise<string> {
    const chord = chordOf(attempt)
    if (!chord) throw new ChordisError('request-invalid', 'addToChord: this task belongs to no chord')
    const end: SegmentEnd = { kind: 'member', prefix: chord.prefix, index: chord.index, template: chord.template, chord: chord.text }
    let segments = ''
    for (const [k, canvas] of attempt.added.entries()) {
      const prefix = segmentPrefix(attempt.node, k + 1)
      segments += `${prefix} ${await this.stage(attempt, canvas, prefix, end)};`
    }
    return `+${segments}\n${record}`
  }

  private async stage(attempt: Attempt, canvas: Canvas, prefix: string, end: SegmentEnd): Promise<number> {
    const segment = layoutSegment(compile(readCanvas(canvas)), prefix, end)
    const { workflowId: workflow } = attempt
    const { batch } = attempt.grant
    const owner = `${this.process}:${batch.name}`
    const partition = this.namespace.partitionOf(workflow)
    const stored = await sendParts(segment.fields, (part, parts, pairs) => {
      const stage = (epoch: string) => calls.stage(epoch, workflow, attempt.node, owner, prefix, part, parts, pairs)
      return untilAnswered(this.connection, () => this.namespace.runAtEpoch(this.connection, partition, stage))
    })
    if (stored !== 'ok') throw new ChordisError('lease-lost', 'the attempt no longer holds the node', { workflow })
    return segment.endNode
  }
}

/** The chord that a task belongs to: its own header's, or that of the task which it replaced or was added by. */
function chordOf(attempt: Attempt): { prefix: string; index: number; template: string; text: string } | null {
  const given = /^(?:!(.*)!)?([+-]?)(\d+)@(\d+)$/.exec(attempt.spec.chord ?? '')
  if (!given) return null
  const [, prefix = attempt.grant.prefix, sign, ref, template = ''] = given
  const index = sign ? attempt.index + Number(`${sign}${ref}`) : Number(ref)
  return { prefix, index, template, text: `!${prefix}!${index}@${template}` }
}
