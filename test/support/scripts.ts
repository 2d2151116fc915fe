/** The engine's Redis library for tests that break it on purpose. */
import { createHash } from 'node:crypto'
import { library, type ScriptName } from '../../src/engine/redis/scripts.generated.js'

export type { ScriptName }

/** Replaces `find` in the library of this process, until the returned function is called. Throws when it is not there. */
export function mutateScripts(find: string | RegExp, replacement: string): () => void {
  const { source, version } = library
  const changed = source.replace(find, () => replacement)
  if (changed === source) throw new Error(`the library has no ${String(find)}: the mutation is out of date`)
  library.version = createHash('sha1').update(changed).digest('hex').slice(0, 10)
  library.source = changed.replaceAll(version, library.version)
  return () => {
    library.source = source
    library.version = version
  }
}
