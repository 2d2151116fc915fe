/** Where a program is: the first executable file of that name in PATH's folders; undefined: nowhere. */
import { delimiter, join } from 'node:path'
import { isExecutable } from '../../src/engine/testing/redis-binary.js'

export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}
