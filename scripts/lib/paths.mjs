/** Where things are, from any working directory. */
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')
/** What this checkout keeps between runs: embedded Redis, locks. Deleting it loses the embedded data and nothing else. */
export const STATE = join(ROOT, '.chordis')
