/**
 * How large and how deep a canvas may be, and the check that comes before everything else.
 *
 * The depth check is iterative: `JSON.parse` accepts a million levels, and recursion over them would end the process. All
 * later passes may recurse, since the input is known to be shallow.
 */
import { limitExceeded } from './errors.js'
import { deepPath } from './paths.js'

/** How large and how deep a canvas may be. */
export interface CanvasLimits {
  /** Task calls in all, callbacks included; an empty group counts as one. */
  nodes: number
  /** Canvas in canvas. The body of a chord and the last step of a chain are as deep as what they end. */
  depth: number
  /** Arrays and objects in one another, arguments included. */
  jsonDepth: number
  /** Members of one group, of one chord's header, parts of one graph. */
  members: number
  /** Bytes of the arguments of one call, as JSON: a list and an object. */
  payloadBytes: number
}

/** The limits when none are given. `members`: as many as there may be nodes; `payloadBytes`: what carries a canvas bounds it. */
export const DEFAULT_LIMITS: Readonly<CanvasLimits> = {
  nodes: 100_000,
  depth: 64,
  jsonDepth: 512,
  members: Number.POSITIVE_INFINITY,
  payloadBytes: Number.POSITIVE_INFINITY,
}

/** The defaults with what is given in their place. */
export function limitsFrom(given: Partial<CanvasLimits> = {}): CanvasLimits {
  return {
    nodes: given.nodes ?? DEFAULT_LIMITS.nodes,
    depth: given.depth ?? DEFAULT_LIMITS.depth,
    jsonDepth: given.jsonDepth ?? DEFAULT_LIMITS.jsonDepth,
    members: given.members ?? DEFAULT_LIMITS.members,
    payloadBytes: given.payloadBytes ?? DEFAULT_LIMITS.payloadBytes,
  }
}

/** The lower of the two, limit by limit. What only one of them names is as that one says; what neither names is absent. */
export function lowerLimits(one: Partial<CanvasLimits>, other: Partial<CanvasLimits> = {}): Partial<CanvasLimits> {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof CanvasLimits)[]
  const named = names.filter((name) => one[name] !== undefined || other[name] !== undefined)
  return Object.fromEntries(
    named.map((name) => [name, Math.min(one[name] ?? Number.POSITIVE_INFINITY, other[name] ?? Number.POSITIVE_INFINITY)]),
  )
}

/** Above this width a level is freed of repetitions: builders may share objects, and 2^64 paths may lead to one. */
const WIDE_LEVEL = 200_000

/** Refuses input that is nested deeper than `most` levels (a cycle is). Level by level, linear in the input. */
export function checkJsonDepth(input: unknown, most: number, root: string): void {
  const levels: object[][] = []
  let level = isContainer(input) ? [input] : []
  while (level.length > 0) {
    levels.push(level)
    if (levels.length > most)
      throw limitExceeded(deepPath(root, pathTo(levels)), `is nested deeper than ${most} levels, or contains itself`)
    level = containersIn(level, levels.length < most)
    if (level.length > WIDE_LEVEL) level = [...new Set(level)]
  }
}

/**
 * The arrays and objects that stand directly in these; `spareLeaves`: without those that hold none themselves, which are most of a wide canvas and
 * need no look of their own unless they are the level that is one too many.
 */
function containersIn(parents: readonly object[], spareLeaves: boolean): object[] {
  const found: object[] = []
  for (const parent of parents) {
    if (Array.isArray(parent)) {
      for (const value of parent) if (isContainer(value) && !(spareLeaves && isLeaf(value))) found.push(value)
      continue
    }
    for (const key in parent) {
      const value = (parent as { [key: string]: unknown })[key]
      if (isContainer(value) && !(spareLeaves && isLeaf(value)) && Object.hasOwn(parent, key)) found.push(value)
    }
  }
  return found
}

function isLeaf(container: object): boolean {
  if (Array.isArray(container)) {
    for (const value of container) if (isContainer(value)) return false
    return true
  }
  for (const key in container) if (isContainer((container as { [key: string]: unknown })[key])) return false
  return true
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** The keys that lead to the first container of the last level, found backwards: no parents are kept while checking. */
function pathTo(levels: readonly object[][]): (string | number)[] {
  const path: (string | number)[] = []
  let target = levels.at(-1)?.[0]
  for (const level of levels.slice(0, -1).reverse()) {
    const parent = level.find((candidate) => Object.values(candidate).includes(target))
    if (parent === undefined) break
    path.push(keyOf(parent, target))
    target = parent
  }
  return path.reverse()
}

function keyOf(parent: object, target: unknown): string | number {
  return Array.isArray(parent) ? parent.indexOf(target) : (Object.entries(parent).find(([, value]) => value === target)?.[0] ?? '?')
}
