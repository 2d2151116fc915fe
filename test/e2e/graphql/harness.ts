/** One service with GraphQL for a test file, and a function that asks it. */

import type supertest from 'supertest'
import { expect } from 'vitest'

/** An answer of GraphQL. */
export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the query's
  data?: any
  errors?: {
    message: string
    path?: (string | number)[]
    locations?: object[]
    extensions: { code: string; status: number; [name: string]: unknown }
  }[]
}

/** Sends operations; `ask` answers their data and fails on errors, `refused` the first error. */
export function asker(http: () => ReturnType<typeof supertest>) {
  const send = async (query: string, variables?: object): Promise<Answer> =>
    (await http().post('/graphql').send({ query, variables })).body as Answer
  return {
    send,
    // biome-ignore lint/suspicious/noExplicitAny: the shape is the query's
    async ask(query: string, variables?: object): Promise<any> {
      const { data, errors } = await send(query, variables)
      expect(errors).toBeUndefined()
      return data
    },
    async refused(query: string, variables?: object) {
      const { errors } = await send(query, variables)
      expect(errors, `${query} is refused`).toBeDefined()
      return errors![0]!
    },
  }
}
