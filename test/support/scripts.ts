/** The engine's Lua scripts for tests that look at them on the wire, or break them on purpose. */
import { createHash } from 'node:crypto'
import { SCRIPTS, type ScriptName } from '../../src/engine/redis/scripts.generated.js'
import type { RedisProxy } from './proxy.js'

export type { ScriptName }

/** Names the scripts for a proxy: their sources carry no header line. Requests are then called `script:turn` and so on. */
export function labelScripts(proxy: RedisProxy): void {
  for (const [name, { sha }] of Object.entries(SCRIPTS)) proxy.label(sha, name)
}

/** Replaces `find` in every script of this process that has it, until the returned function is called. Throws when none has it. */
export function mutateScripts(find: string | RegExp, replacement: string): () => void {
  const before = new Map<ScriptName, { sha: string; source: string }>()
  for (const [name, script] of Object.entries(SCRIPTS) as [ScriptName, { sha: string; source: string }][]) {
    const source = script.source.replace(find, () => replacement)
    if (source === script.source) continue
    before.set(name, script)
    SCRIPTS[name] = { sha: createHash('sha1').update(source).digest('hex'), source }
  }
  if (before.size === 0) throw new Error(`no script has ${String(find)}: the mutation is out of date`)
  return () => {
    for (const [name, script] of before) SCRIPTS[name] = script
  }
}
