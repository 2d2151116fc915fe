/** Stores what is too large for one call, piece by piece. It counts only when somebody starts it: see redis/lua/activate.lua, fire.lua. */
import { sendParts } from './pieces.js'
import { type Argument, calls, type ScriptCall } from './scripts.generated.js'

/** Sends a call to the partition of the workflow, at its epoch. */
type Send = (call: (epoch: string) => ScriptCall) => Promise<[string, ...unknown[]]>

/** Arguments of `submit` for one workflow. `head`: from its id to its roots; `fields`: what is stored of it. */
export const submitArguments = (head: readonly Argument[], fields: readonly [string, Argument][]): Argument[] => [
  ...head,
  fields.length,
  ...fields.flat(),
]

/** Which argument of `submit` says whether the workflow begins. */
const BEGIN = 2

/**
 * Stores all of a workflow without starting it. What stands there already, or is refused, is left as it is.
 * @returns what `submit` said: `staging` when it is stored now, under this id; `full`; else see redis/lua/submit.lua. `gone`: it went, or has begun,
 * while it was being stored; whoever stores it again hears which
 */
export async function storeInPieces(
  send: Send,
  head: readonly Argument[],
  fields: readonly [string, Argument][],
): Promise<[what: string, id: string]> {
  const unstarted = head.toSpliced(BEGIN, 1, '0')
  const [answer, said] = (await send((epoch) => calls.submit(epoch, submitArguments(unstarted, fields.slice(0, 1))))) as [
    string,
    [string, string]?,
  ]
  if (said?.[0] !== 'staging') return said ?? [answer, String(head[0])]
  const whole = await sendParts(fields.slice(1), (part, parts, pairs) =>
    send((epoch) => calls.stage(epoch, said[1], '', '', '', part, parts, pairs)),
  )
  return whole === 'ok' ? said : ['gone', said[1]]
}
