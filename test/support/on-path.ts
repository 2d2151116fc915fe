/** Where a program is: the first executable file of that name in PATH's folders; undefined: nowhere. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
