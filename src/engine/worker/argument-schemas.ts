/**
 * What a task is called with, as JSON Schema, for people and tools that look at the list of tasks: of schemas that can say so (Standard JSON Schema; zod 4).
 * A description, no check: what cannot be described is left out.
 */
import type { TaskDefaults } from '../canvas/task.js'

/** A JSON Schema (2020-12). */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** What a task is called with. */
export interface ArgumentDescription {
  /** By position; null: anything. */
  args?: (JsonSchema | null)[]
  /** The keyword arguments, as one object. */
  kwargs?: JsonSchema
}

/** Longest description of a task, bytes, and of all tasks of a process: they lie in every partition. */
const MOST_BYTES = 16_384
const MOST_BYTES_IN_ALL = 262_144

interface Describable {
  jsonSchema?: { input(options: { target: string }): JsonSchema }
}

/** A line for each task: its name, and behind a blank what it is called with, as JSON, where that is known and not too long. */
export function announcements(tasks: Iterable<{ name: string; options?: TaskDefaults }>): string[] {
  let left = MOST_BYTES_IN_ALL
  return Array.from(tasks, ({ name, options = {} }) => {
    const text = textOf(options)
    const bytes = Buffer.byteLength(text)
    if (bytes === 0 || bytes > Math.min(MOST_BYTES, left)) return name
    left -= bytes
    return `${name} ${text}`
  })
}

function textOf({ args = [], kwargs }: TaskDefaults): string {
  const described = args.map((schema) => describe(schema))
  const named = describe(kwargs)
  const description: ArgumentDescription = {
    ...(described.some((one) => one !== null) && { args: described }),
    ...(named !== null && { kwargs: named }),
  }
  return Object.keys(description).length === 0 ? '' : JSON.stringify(description)
}

/** Null for a schema that cannot say, or throws: not everything that can be checked can be written as JSON Schema. */
function describe(schema: { '~standard': object } | null | undefined): JsonSchema | null {
  try {
    return (schema?.['~standard'] as Describable | undefined)?.jsonSchema?.input({ target: 'draft-2020-12' }) ?? null
  } catch {
    return null
  }
}
