/** What is asked of event streams, and what they answer. */
import { Text } from '../fields.js'
import type { Answers } from '../operation.js'
import { text } from '../schema.js'

/** Where a stream begins. */
export class AfterDto {
  @Text({
    most: 6_000,
    description:
      'An id of an earlier stream of the same address: what came after it. `Last-Event-ID` counts before it. Default: from now on',
  })
  after?: string
}

const DESCRIPTION = `Server-sent events. Each has an \`id\` and, as JSON, what one call of a worker or a client changed in one workflow, in order; \`event: reset\` says
that something may be missing, and how things stand. A client that does not read is dropped, and comes back with its last id.`

/** Of every one of them. */
export const eventStream: Omit<Answers, 'summary'> = {
  description: DESCRIPTION,
  answer: text('Server-sent events', 'id: AQGf\ndata: {"workflow":"00-7k2m9q4r8s1t5v3w6x0y","events":[{"type":"workflow-started"}]}\n\n'),
  type: 'text/event-stream',
}
