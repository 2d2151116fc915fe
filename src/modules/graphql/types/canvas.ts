/**
 * A canvas as GraphQL input, and its translation to our JSON form. Only the shape is translated; names, arguments and options go to the compiler as they
 * are, and it says what is wrong with them.
 */
import { Field, ID, InputType, Int } from '@nestjs/graphql'
import { given, type Maybe } from '../given.js'
import { JsonScalar } from './scalars.js'

/** The class is declared behind those that name it, so they name this: metadata of decorators would look for it too early. */
type CanvasForm = Readonly<CanvasInput>

const OPTIONS =
  'As in the JSON form: queue, priority, countdownMs, etaMs, expiresInMs, retry, ignoreResult, timeLimitMs, link, linkError, …'

/** One call of a task. */
@InputType({ description: 'One call of a task.' })
export class TaskInput {
  @Field(() => String)
  task!: string

  @Field(() => [JsonScalar], { nullable: 'itemsAndList' })
  args?: Maybe<unknown[]>

  @Field(() => JsonScalar, { nullable: true, description: 'An object.' })
  kwargs?: unknown

  @Field(() => JsonScalar, { nullable: true, description: OPTIONS })
  options?: unknown

  @Field(() => Boolean, { nullable: true, description: 'It takes no results of what comes before.' })
  immutable?: Maybe<boolean>
}

/** Calls side by side, and one that gets the list of their results. */
@InputType({ description: 'Side by side, then one call with the list of results.' })
export class ChordInput {
  @Field(() => [CanvasInput])
  header!: CanvasForm[]

  @Field(() => CanvasInput)
  body!: CanvasForm

  @Field(() => JsonScalar, { nullable: true, description: `${OPTIONS}, and onFailure: "fail", "cancel" or "collect".` })
  options?: unknown
}

/** One part of a graph. */
@InputType()
export class GraphPartInput {
  @Field(() => ID)
  name!: string

  @Field(() => CanvasInput)
  canvas!: CanvasForm

  @Field(() => [ID], {
    nullable: true,
    description: 'Names of the parts that it comes after; their results are its first argument, by name.',
  })
  after?: Maybe<string[]>
}

/** Any DAG of named parts. */
@InputType({ description: 'Any DAG of named parts.' })
export class GraphInput {
  @Field(() => [GraphPartInput])
  nodes!: GraphPartInput[]

  @Field(() => JsonScalar, { nullable: true, description: OPTIONS })
  options?: unknown
}

/** A task over a list of items, in one node. */
@InputType({ description: 'A task over a list of items, in one node. Of starmap, each item is a list of arguments.' })
export class EachInput {
  @Field(() => String)
  task!: string

  @Field(() => [JsonScalar], { nullable: 'items' })
  items!: unknown[]

  @Field(() => JsonScalar, { nullable: true, description: 'An object.' })
  kwargs?: unknown

  @Field(() => JsonScalar, { nullable: true, description: OPTIONS })
  options?: unknown
}

/** A list of argument lists in parts. */
@InputType({ description: 'Lists of arguments, in parts of a size: a group of starmaps.' })
export class ChunksInput extends EachInput {
  @Field(() => Int)
  size!: number
}

/** Exactly one form of a canvas. */
@InputType({
  isOneOf: true,
  description: 'Exactly one of these. Chains and groups with options of their own, and Celery’s form, are written as JSON.',
})
export class CanvasInput {
  @Field(() => TaskInput, { nullable: true })
  task?: Maybe<TaskInput>

  @Field(() => [CanvasInput], { nullable: true, description: 'One after another; each result is put before the arguments of the next.' })
  chain?: Maybe<CanvasInput[]>

  @Field(() => [CanvasInput], { nullable: true, description: 'Side by side.' })
  group?: Maybe<CanvasInput[]>

  @Field(() => ChordInput, { nullable: true })
  chord?: Maybe<ChordInput>

  @Field(() => GraphInput, { nullable: true })
  graph?: Maybe<GraphInput>

  @Field(() => EachInput, { nullable: true })
  map?: Maybe<EachInput>

  @Field(() => EachInput, { nullable: true })
  starmap?: Maybe<EachInput>

  @Field(() => ChunksInput, { nullable: true })
  chunks?: Maybe<ChunksInput>

  @Field(() => JsonScalar, { nullable: true, description: 'Chordis’s JSON form, or Celery’s.' })
  json?: unknown
}

/**
 * The canvas in our JSON form. Where several forms stand side by side (GraphQL has refused that), all of them go on, so that the compiler refuses it too.
 * Recursive: how deep input may be is checked before (see limits/body.ts).
 */
export function canvasJson(input: CanvasForm): unknown {
  if (input.json !== undefined && input.json !== null) return input.json
  const { task, chain, group, chord, graph, map, starmap, chunks } = input
  return given({
    ...(task ? given({ ...task }) : {}),
    chain: chain?.map(canvasJson),
    group: group?.map(canvasJson),
    chord: chord && { header: chord.header.map(canvasJson), body: canvasJson(chord.body) },
    graph: graph && { nodes: graph.nodes.map(partJson) },
    map: map && given({ ...map }),
    starmap: starmap && given({ ...starmap }),
    chunks: chunks && given({ ...chunks }),
    options: task?.options ?? chord?.options ?? graph?.options,
  })
}

/** A part as the list form of a graph has it. */
function partJson({ name, canvas, after }: GraphPartInput): unknown {
  return { name, canvas: canvasJson(canvas), after: after ?? [] }
}
