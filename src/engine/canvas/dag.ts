/**
 * The order of a plain graph's parts: each behind all that it comes after, else as they were written. Pure, linear, at home with any depth.
 */
import type { DagNode } from './types.js'

/** Places in `nodes`, or the first cycle found: names, the first one again at its end. */
export type DagOrder = { order: number[] } | { cycle: string[] }

/** Marks of the search: not met, on the way down, done. */
const NEW = 0
const OPEN = 1
const DONE = 2

/** Sorts the parts. Names in `after` that no part has are passed over: the readers have reported them. */
export function dagOrder(nodes: readonly Pick<DagNode, 'name' | 'after'>[]): DagOrder {
  const places = new Map(nodes.map(({ name }, place) => [name, place]))
  const marks = new Uint8Array(nodes.length)
  const order: number[] = []
  /** The way down: each part with how many of its names have been looked at. */
  const way: { place: number; next: number }[] = []
  for (let root = 0; root < nodes.length; root++) {
    if (marks[root] === NEW) way.push({ place: root, next: 0 })
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const { name, after } = nodes[top.place] as DagNode
      marks[top.place] = OPEN
      const before = top.next < after.length ? places.get(after[top.next] as string) : undefined
      if (top.next++ >= after.length) {
        marks[top.place] = DONE
        order.push(top.place)
        way.pop()
      } else if (before !== undefined && marks[before] === OPEN) {
        const from = way.findIndex(({ place }) => place === before)
        // Written in the direction of time: what runs first stands first.
        const names = way.slice(from).map(({ place }) => (nodes[place] as DagNode).name)
        return { cycle: [name, ...names.reverse().slice(1), name] }
      } else if (before !== undefined && marks[before] === NEW) way.push({ place: before, next: 0 })
    }
  }
  return { order }
}
