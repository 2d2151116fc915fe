/** Where things are. This file is compiled to dist/bench/lib. */
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../../..')
export const BENCH = join(ROOT, 'bench')
export const FLOOR = join(BENCH, 'floor.mjs')
export const RESULTS = join(BENCH, 'results')
/** Folders of the servers that a run starts; gone when it ends. */
export const STATE = join(ROOT, '.chordis/bench')
