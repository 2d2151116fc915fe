/** Canvases in few characters, for tests of the compiler: `chain(t('a'), group(t('b'), t('c')))`. Tasks are named by their letter. */
import type { Canvas, CanvasOptions, Chain, Chord, Group, Signature } from '../../src/engine/canvas/types.js'

export const t = (task: string, options: CanvasOptions = {}): Signature => ({
  kind: 'task',
  task,
  args: [],
  kwargs: {},
  options,
  immutable: false,
})

/** One of the conformance tasks, with its tag. */
export const task = (name: string, tag: string, options: CanvasOptions = {}): Signature => ({ ...t(name, options), kwargs: { tag } })

export const chain = (...steps: Canvas[]): Chain => ({ kind: 'chain', steps, options: {} })

export const group = (...members: Canvas[]): Group => ({ kind: 'group', members, options: {} })

export const chord = (header: Canvas[], body: Canvas): Chord => ({ kind: 'chord', header, body, options: {} })

/** The same canvas with these options. */
export const set = <T extends Canvas>(canvas: T, options: CanvasOptions): T => ({ ...canvas, options: { ...canvas.options, ...options } })
