/** The tree of an expression of outcomes (`~[3:2,[^5,6,7],17.1/3]`), what the body of a chord with `onFailure: 'collect'` is given. Pure. */
import { GATE, SETTLED } from './stored.js'

/** A member of a header. */
export interface SettledNode {
  id: string
  /** What a task added to the chord: the end of a segment stands for it. */
  added: boolean
}

/** What ends in a group: its members, and the node whose success means that it was reached (null: it was). */
export interface SettledGroup {
  gate: string | null
  members: SettledTree[]
}

export type SettledTree = SettledNode | SettledGroup

/** Reads an expression; `idsOf` gives the nodes that a reference names. */
export function parseSettled(expr: string, idsOf: (reference: string) => string[]): SettledGroup {
  const open: SettledGroup[] = [{ gate: null, members: [] }]
  for (const token of expr.slice(SETTLED.length).match(/[[\]]|[^[\],]+/g) ?? []) {
    const around = open.at(-1) as SettledGroup
    if (token === '[') {
      const group = { gate: null, members: [] }
      around.members.push(group)
      open.push(group)
    } else if (token === ']') open.pop()
    else if (token.startsWith(GATE)) around.gate = idsOf(token.slice(GATE.length))[0] ?? null
    else for (const id of idsOf(token)) around.members.push({ id, added: token.includes('/') })
  }
  return (open[0] as SettledGroup).members[0] as SettledGroup
}

/** Every node that a tree names, gates too. */
export function nodesOf({ gate, members }: SettledGroup): string[] {
  const own = gate === null ? [] : [gate]
  return own.concat(members.flatMap((member) => ('id' in member ? [member.id] : nodesOf(member))))
}

/** The first node of a group, its gate when it has none: what it ended as when it was not reached. */
export function firstOf({ gate, members }: SettledGroup): string | null {
  for (const member of members) {
    const first = 'id' in member ? member.id : firstOf(member)
    if (first !== null) return first
  }
  return gate
}
