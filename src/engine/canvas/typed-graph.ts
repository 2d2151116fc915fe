/** What the parts of a plain graph take and give, for the compiler only. */
import type { After } from './fluent.js'
import type { InOf, OutOf, TypedCanvas } from './typed.js'
import type { Canvas } from './types.js'

/** What `graph()` takes: parts by name. */
export interface Parts {
  readonly [name: string]: Canvas | After
}

type CanvasOf<P> = P extends After<infer C, infer _> ? C : P
type NamesOf<P> = P extends After<infer _, infer N> ? N : never

/** The object that part `K` gets. */
type Given<G, K extends keyof G> = { [N in NamesOf<G[K]> & keyof G]: OutOf<CanvasOf<G[N]>> }

/** What part `K` must be besides itself: one that names other parts, and takes what they give. */
export type Fits<G, K extends keyof G> = [NamesOf<G[K]>] extends [never]
  ? unknown
  : [NamesOf<G[K]>] extends [Exclude<keyof G, K>]
    ? [Given<G, K>] extends [InOf<CanvasOf<G[K]>>]
      ? unknown
      : After<TypedCanvas<Given<G, K>, unknown>>
    : After<Canvas, Exclude<keyof G, K> & string>

type NamedBefore<G> = { [K in keyof G]: NamesOf<G[K]> }[keyof G]
type Roots<G> = { [K in keyof G]: [NamesOf<G[K]>] extends [never] ? K : never }[keyof G]

/** What the graph may be given: what all parts may that come after nothing. */
export type PartsIn<G> = [Roots<G>] extends [never]
  ? any
  : { [K in Roots<G>]: (input: InOf<G[K]>) => void }[Roots<G>] extends (input: infer I) => void
    ? I
    : any

/** Its value: an object of the parts that nothing comes after. */
export type PartsOut<G> = { [K in Exclude<keyof G, NamedBefore<G>>]: OutOf<CanvasOf<G[K]>> }
