/** How long a request may take. What is asked of Redis goes on; the answer does not wait for it. */
import { type GraphQLSchema, isObjectType } from 'graphql'
import { ChordisError } from '../../engine/index.js'

/** The time of one request. It begins with the first field that is resolved. */
export class Deadline {
  private timer: NodeJS.Timeout | undefined
  private over: Promise<'over'> | undefined

  /** @param ms how long */
  constructor(private readonly ms: number) {}

  /** What the work answers. @throws ChordisError `timeout`, or of a change `outcome-unknown`, when it takes too long */
  async race<T>(work: Promise<T>, changes: boolean): Promise<T> {
    this.over ??= new Promise((resolve) => {
      this.timer = setTimeout(() => resolve('over'), this.ms)
    })
    const first = await Promise.race([work.then((value) => ({ value })), this.over])
    if (first !== 'over') return first.value
    if (changes) throw new ChordisError('outcome-unknown', `it took longer than ${this.ms} ms, and goes on`)
    throw new ChordisError('timeout', `it took longer than ${this.ms} ms`)
  }

  /** The request was answered. */
  end(): void {
    clearTimeout(this.timer)
  }
}

/** The schema with every field that looks something up bound to the time of its request. */
export function withDeadline(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type === schema.getSubscriptionType()) continue
    const changes = type === schema.getMutationType()
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field
      if (resolve === undefined) continue
      field.resolve = (source, args, context: { deadline: Deadline }, info) => {
        const value: unknown = resolve(source, args, context, info)
        return value instanceof Promise ? context.deadline.race(value, changes) : value
      }
    }
  }
  return schema
}
