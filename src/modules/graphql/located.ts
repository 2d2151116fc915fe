/** Faults where the caller wrote them: paths of the operations become paths of the GraphQL input. */
import { ChordisError } from '../../engine/index.js'
import type { Fault } from '../http/problem.js'

/** What an operation refused, by the path of the input. */
export class LocatedError extends ChordisError {
  /** Every fault, where there are several. */
  readonly errors: readonly Fault[]

  constructor(error: ChordisError & { errors?: readonly Fault[] }, place: (path: string) => string) {
    const { code, path = '', workflow } = error
    super(code, error.message.slice(path === '' ? 0 : path.length + 2), {
      ...(path === '' ? {} : { path: place(path) }),
      ...(workflow === undefined ? {} : { workflow }),
      cause: error,
    })
    this.errors = (error.errors ?? []).map((fault) => ({ ...fault, path: place(fault.path) }))
  }
}

/** Does it; what it throws names places of the input. */
export async function located<T>(place: (path: string) => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ChordisError ? new LocatedError(error, place) : error
  }
}

/** Of a page: `cursor` is `after` here, and `limit` is `first`. */
export const pagePath = (path: string): string => ({ cursor: 'after', limit: 'first' })[path] ?? path
