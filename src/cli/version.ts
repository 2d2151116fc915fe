/** The package's version. It names itself: the file is in the same place for sources and for compiled code. */
import { createRequire } from 'node:module'

const { version } = createRequire(import.meta.url)('chordis/package.json') as { version: string }

export const VERSION = version
