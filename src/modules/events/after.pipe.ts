/** `?after=<cursor>`: where the first connection begins; later ones send `Last-Event-ID`. */
import type { PipeTransform } from '@nestjs/common'
import { type Fault, RequestInvalidError } from '../http/problem.js'
import { isObject } from '../http/read.js'

export class AfterPipe implements PipeTransform<unknown, string | undefined> {
  /** @throws RequestInvalidError */
  transform(query: unknown): string | undefined {
    const { after, ...rest } = isObject(query) ? query : {}
    const faults: Fault[] = Object.keys(rest).map((name) => ({ path: `query.${name}`, rule: 'is not a known field' }))
    if (after !== undefined && typeof after !== 'string') faults.push({ path: 'query.after', rule: 'must be one cursor' })
    if (faults[0] !== undefined) throw new RequestInvalidError(faults as [Fault, ...Fault[]])
    return after as string | undefined
  }
}
