/** Arguments as operations take them: in GraphQL, null and absent mean the same. */

/** A value that may be left out. */
export type Maybe<T> = T | null | undefined

/** The fields that were given, at the first level; nothing inside is looked at. */
export function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], null | undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], null | undefined>
  }
}
