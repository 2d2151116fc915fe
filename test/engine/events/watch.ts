/** What the log of a namespace holds, and a subscriber who writes down what it hears. For the tests of this folder. */
import type { Redis } from 'ioredis'
import type { ChordisError, Client, EventFrame, EventReset, SubscribeOptions, Subscription } from '../../../src/engine/index.js'
import { parseEntry } from '../../../src/engine/protocol/events.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'

/** A frame as one line: the workflow and what happened to it, in order. */
export interface Line {
  entry: string
  workflow: string | null
  said: string
}

/** An event without what follows from the rest: `task-started 3`. */
export function lineOf({ entry, workflow, events }: Pick<EventFrame, 'entry' | 'workflow' | 'events'>): Line {
  const said = events.map((event) => ('node' in event ? `${event.type} ${event.node}` : event.type))
  return { entry, workflow, said: said.join(', ') }
}

/** Texts of all entries of a partition's log, by id. */
export async function entriesOf(db: Redis, namespace: string, partition = 0): Promise<[id: string, text: string][]> {
  const found = (await db.xrange((await keysOf(db, namespace)).keys(partition).of('events'), '-', '+')) as [string, string[]][]
  return found.map(([id, fields]) => [id, fields[1] as string])
}

export async function keysOf(db: Redis, namespace: string): Promise<Namespace> {
  const keys = new Namespace({ namespace })
  await keys.load(db)
  return keys
}

/** What the log of a partition says, frame by frame. */
export async function linesOf(db: Redis, namespace: string, partition = 0): Promise<Line[]> {
  const entries = await entriesOf(db, namespace, partition)
  return entries.flatMap(([entry, text]) =>
    parseEntry(text, partition).told.map(({ workflow, events }) => lineOf({ entry, workflow, events })),
  )
}

/** What is said of one workflow, in order. */
export async function said(db: Redis, namespace: string, workflow: string): Promise<string[]> {
  return (await linesOf(db, namespace)).filter((line) => line.workflow === workflow).flatMap((line) => line.said.split(', '))
}

/** A subscriber who writes everything down. */
export class Listener {
  readonly frames: EventFrame[] = []
  readonly resets: EventReset[] = []
  error: ChordisError | null | undefined = null
  subscription: Subscription | undefined

  async open(client: Client, options: SubscribeOptions = {}): Promise<this> {
    this.subscription = await client.events.subscribe(options, {
      push: (item) => {
        if (item.type === 'reset') this.resets.push(item)
        else this.frames.push(item)
      },
      end: (error) => {
        this.error = error
      },
    })
    return this
  }

  get lines(): Line[] {
    return this.frames.map(lineOf)
  }

  get said(): string[] {
    return this.lines.flatMap(({ said }) => said.split(', '))
  }
}
