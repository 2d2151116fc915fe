/**
 * What a canvas takes and gives, for the compiler only: nothing here exists at run time.
 *
 * `In` is what may be put in front of a canvas's arguments: the result of what comes before it, or {@link None} when nothing does. `Out` is its
 * value. A canvas that was made without types (by name, from JSON) takes and gives `any`.
 */
import type { WireError } from '../protocol/errors.js'
import type { Canvas, Json } from './types.js'

export declare const IN: unique symbol
export declare const OUT: unique symbol
declare const NONE: unique symbol

/** Nothing comes before: what a workflow's first task is given. */
export interface None {
  readonly [NONE]: true
}

/** The types that a canvas carries. */
export interface Types<In, Out> {
  readonly [IN]?: (input: In) => void
  readonly [OUT]?: Out
}

/** A canvas that may be given `In` and is worth `Out`. */
export type TypedCanvas<In, Out> = Canvas & Types<In, Out>

/** Canvases one by one, or in any iterable. */
export type Item = Canvas | Iterable<Canvas>

type IsAny<T> = 0 extends 1 & T ? true : false

/** What arrives of a handler's result: awaited; nothing is `null`. */
export type Result<R> = IsAny<R> extends true ? R : [Awaited<R>] extends [undefined | void] ? null : Awaited<R>

/** Positional arguments but the first, which comes from what is before the task. */
type Rest<P extends readonly unknown[]> = P extends readonly [] ? [] : P extends readonly [_?: infer _, ...rest: infer R] ? R : P

/** What `s()` takes: all arguments, or all but the first. */
export type Given<P extends readonly unknown[]> = P | Rest<P>

/** What a call with these arguments may be given: nothing when they are all, the first parameter when they are the others. */
export type InputOf<P extends readonly unknown[], G extends readonly unknown[]> =
  | (G extends P ? None : never)
  | (P extends readonly [] ? never : P extends readonly [_?: infer H, ...rest: infer R] ? (G extends R ? H : never) : never)

/** What one canvas (or each of a list) may be given. */
export type InOf<C> = C extends Canvas ? (C extends Types<infer I, infer _> ? I : any) : C extends Iterable<infer E> ? InOf<E> : any

type Known<T> = unknown extends T ? any : T

/** The value of one canvas; of a list, that of any of them. */
export type OutOf<C> = C extends Canvas
  ? C extends Types<infer _, infer O>
    ? Known<O>
    : any
  : C extends Iterable<infer E>
    ? OutOf<E>
    : any

/** What all of these may be given. */
export type InOfAll<S extends readonly unknown[]> = number extends S['length']
  ? InOf<S[number]>
  : S extends readonly [infer A, ...infer R]
    ? InOf<A> & InOfAll<R>
    : unknown

/** The values of all of these, in order. */
export type OutOfAll<S extends readonly unknown[]> = number extends S['length']
  ? OutOf<S[number]>[]
  : S extends readonly [infer A, ...infer R]
    ? A extends Canvas
      ? [OutOf<A>, ...OutOfAll<R>]
      : [...OutOf<A>[], ...OutOfAll<R>]
    : []

/** The canvas itself when it takes `Input`; else one that does, which it is then not: the compiler says so at this very argument. */
export type Fitting<C, Input> = [Input] extends [InOf<C>] ? C : TypedCanvas<Input, unknown>

/** The index before, as keys of tuples are written. Chains are checked up to this length. */
interface Before {
  1: '0'
  2: '1'
  3: '2'
  4: '3'
  5: '4'
  6: '5'
  7: '6'
  8: '7'
  9: '8'
  10: '9'
  11: '10'
  12: '11'
  13: '12'
  14: '13'
  15: '14'
  16: '15'
  17: '16'
  18: '17'
  19: '18'
  20: '19'
}

/** The index before `K`, a key of a tuple. */
type Previous<K> = K extends `${infer N extends number & keyof Before}` ? Before[N] : never

/** What step `K` must be besides itself: one that takes what the step before it gives. */
export type Follows<S, K extends keyof S> = [Previous<K>] extends [never]
  ? unknown
  : Previous<K> extends keyof S
    ? Fitting<S[K], OutOf<S[Previous<K>]>>
    : unknown

/** What a chain's first step may be given. */
export type FirstIn<S extends readonly unknown[]> = S extends readonly [infer A, ...unknown[]] ? InOf<A> : any

/** What a chain's last step gives. */
export type LastOut<S extends readonly unknown[]> = S extends readonly [...unknown[], infer Z] ? OutOf<Z> : any

/** A chord's header: a group stands for its members, one canvas for itself. */
export type Header = Canvas | readonly Canvas[] | Iterable<Canvas>

/** The list that a chord's body is given. */
export type HeaderOut<H> = H extends { readonly kind: 'group' }
  ? OutOf<H>
  : H extends Canvas
    ? [OutOf<H>]
    : H extends readonly unknown[]
      ? OutOfAll<H>
      : OutOf<H>[]

export type HeaderIn<H> = H extends Canvas ? InOf<H> : H extends readonly unknown[] ? InOfAll<H> : any

/**
 * How a member of a header ended: what the body of a chord with `onFailure: 'collect'` is given, one of it per member. A member that ends in a
 * group has an outcome per result, in `results`.
 */
export type Settled<T = Json> =
  | { state: 'SUCCESS'; result: T }
  | { state: 'FAILURE'; error: WireError }
  | { state: 'REVOKED'; error?: WireError }
  | { state: 'SKIPPED' }
  | (T extends readonly unknown[] ? { state: 'GROUP'; results: Settled[] } : never)

/** An outcome for each of these values. */
export type SettledAll<L> = L extends readonly unknown[] ? { [K in keyof L]: Settled<L[K]> } : any

/** What a body is given, by the options of its chord. */
type GivenToBody<H, O> = O extends { onFailure: 'collect' } ? SettledAll<HeaderOut<H>> : HeaderOut<H>

/** A body when it takes what its header gives. */
export type Body<B, H, O = unknown> = Fitting<B, GivenToBody<H, O>>

/** A canvas when it may stand first. */
export type Startable<C> = C extends Canvas ? ([None] extends [InOf<C>] ? unknown : TypedCanvas<None, unknown>) : unknown

/** What a handle's result is: JSON where nobody said more. */
export type ResultOf<C> = C extends Canvas ? (IsAny<OutOf<C>> extends true ? Json : OutOf<C>) : Json
