/** The fields that are not undefined, at the first level: where `exactOptionalPropertyTypes` and JSON want what is not there to be absent. @internal */
export function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
